// SPDX-License-Identifier: Apache-2.0
// Own small scanner instead of the HCL parser: addresses come from the command line and state files, have no
// source file to point into and allow nothing but names and constant keys.
#include "addrs/scanner.h"

#include <charconv>

#include "base/format.h"
#include "base/strings.h"

namespace terrace::addrs {

namespace {

Error wrong(std::size_t at, std::string_view what) {
  return {base::ErrorKind::invalid, format("at column {}: {}", at + 1, what)};
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// `at` is just after the opening quote; afterwards just after the closing one.
Result<std::string> quoted(std::string_view text, std::size_t& at) {
  const std::size_t start = at - 1;
  std::string out;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      ++at;
      return out;
    }
    if (c == '\n') break;
    if ((c == '$' || c == '%') && at + 1 < text.size()) {
      if (text[at + 1] == '{') return wrong(at, "an instance key cannot contain an interpolation; write the key itself");
      if (text[at + 1] == c && at + 2 < text.size() && text[at + 2] == '{') {
        out.append({c, '{'});
        at += 3;
        continue;
      }
    }
    if (c != '\\') {
      out += c;
      ++at;
      continue;
    }
    if (at + 1 >= text.size()) break;
    const char escape = text[at + 1];
    const std::size_t escape_at = at;
    at += 2;
    switch (escape) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case 'u':
      case 'U': {
        const std::size_t digits = escape == 'u' ? 4 : 8;
        std::uint32_t code = 0;
        const char* end = text.data() + std::min(text.size(), at + digits);
        auto [stop, error] = std::from_chars(text.data() + at, end, code, 16);
        if (error != std::errc() || stop != text.data() + at + digits || code > 0x10FFFF ||
            (code >= 0xD800 && code < 0xE000)) {
          return wrong(escape_at, "invalid \\u escape sequence in a quoted key");
        }
        append_utf8(out, code);
        at += digits;
        break;
      }
      default: return wrong(escape_at, "invalid escape sequence in a quoted key");
    }
  }
  return wrong(start, "the quoted key has no closing quote. Shells remove quotes: put the whole address in single quotes");
}

}  // namespace

Result<std::vector<AddressStep>> scan_address(std::string_view text) {
  std::vector<AddressStep> steps;
  std::size_t at = 0;
  if (text.empty()) return Error{base::ErrorKind::invalid, "the address is empty"};
  if (!base::is_valid_utf8(text)) return Error{base::ErrorKind::invalid, "the address is not valid UTF-8"};
  while (at < text.size()) {
    AddressStep step;
    step.column = at + 1;
    if (text[at] == '[') {
      if (steps.empty()) return wrong(at, "an address must begin with a name");
      step.is_key = true;
      ++at;
      if (at < text.size() && text[at] == '"') {
        ++at;
        step.key = InstanceKey(Symbol(TRY(quoted(text, at))));
      } else {
        const std::size_t begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        std::int64_t number = 0;
        auto [stop, error] = std::from_chars(text.data() + begin, text.data() + at, number);
        if (at == begin || error != std::errc()) {
          return wrong(begin, "an instance key must be a whole number or a quoted string, as in [0] or [\"a\"]");
        }
        step.key = InstanceKey(number);
      }
      if (at >= text.size() || text[at] != ']') return wrong(at, "the closing \"]\" of the instance key is missing");
      ++at;
    } else {
      if (!steps.empty()) {
        if (text[at] != '.') return wrong(at, "a \".\" or \"[\" is expected here");
        ++at;
        step.column = at + 1;
      }
      const std::size_t begin = at;
      while (at < text.size() && text[at] != '.' && text[at] != '[') ++at;
      step.name = text.substr(begin, at - begin);
      if (step.name == "*") return wrong(begin, "\"*\" is not allowed in an address; leave the key out to mean every instance");
      if (!base::is_identifier(step.name)) {
        return wrong(begin, step.name.empty() ? std::string("a name is expected here")
                                              : format("\"{}\" is not a valid name", base::printable(step.name)));
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace terrace::addrs
