// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"

#include <utf8proc.h>

#include <array>
#include <cstring>

#include "base/format.h"

namespace terrace::base {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (const auto& part : parts) {
    if (&part != &parts.front()) joined += separator;
    joined += part;
  }
  return joined;
}

std::string_view trim(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

namespace {
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::array<signed char, 256> kBase64Values = [] {
  std::array<signed char, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < kBase64.size(); ++i) values[static_cast<unsigned char>(kBase64[i])] = static_cast<signed char>(i);
  return values;
}();
}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = static_cast<unsigned char>(bytes[i]) << 16;
    std::size_t left = bytes.size() - i;
    if (left > 1) group |= static_cast<unsigned char>(bytes[i + 1]) << 8;
    if (left > 2) group |= static_cast<unsigned char>(bytes[i + 2]);
    text += kBase64[group >> 18];
    text += kBase64[(group >> 12) & 63];
    text += left > 1 ? kBase64[(group >> 6) & 63] : '=';
    text += left > 2 ? kBase64[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    bool last = i + 4 == text.size();
    int padding = last ? (text[i + 3] == '=') + (text[i + 3] == '=' && text[i + 2] == '=') : 0;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      signed char value = j >= 4U - static_cast<std::size_t>(padding) ? static_cast<signed char>(0) : kBase64Values[static_cast<unsigned char>(text[i + j])];
      if (value < 0) return std::nullopt;
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    // Bits that padding cuts off must be zero, or two texts would mean the same bytes.
    if ((padding == 1 && (group & 0xFF) != 0) || (padding == 2 && (group & 0xFFFF) != 0)) return std::nullopt;
    bytes += static_cast<char>(group >> 16);
    if (padding < 2) bytes += static_cast<char>(group >> 8);
    if (padding < 1) bytes += static_cast<char>(group);
  }
  return bytes;
}

namespace {
const utf8proc_uint8_t* at(std::string_view text, std::size_t offset) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data() + offset);
}
/// Length of the sequence at `offset` and its code point; -1 for invalid bytes (then one byte long).
std::size_t decode(std::string_view text, std::size_t offset, utf8proc_int32_t* code) {
  auto length = utf8proc_iterate(at(text, offset), static_cast<utf8proc_ssize_t>(text.size() - offset), code);
  if (length > 0) return static_cast<std::size_t>(length);
  *code = -1;
  return 1;
}
}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (bytes.size() - i >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + i, 8);
      if ((word & 0x8080808080808080ULL) == 0) {
        i += 8;
        continue;
      }
    }
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
      continue;
    }
    utf8proc_int32_t code = 0;
    std::size_t length = decode(bytes, i, &code);
    if (code < 0) return false;
    i += length;
  }
  return true;
}

std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural) {
  if (n == 1) return format("1 {}", singular);
  return plural.empty() ? format("{} {}s", n, singular) : format("{} {}", n, plural);
}

std::string printable(std::string_view text) {
  bool clean = true;
  for (unsigned char c : text) clean = clean && (c >= 0x20 || c == '\n' || c == '\t') && c < 0x7F;
  if (clean) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t code = 0;
    std::size_t length = decode(text, i, &code);
    bool control = code < 0x20 && code != '\n' && code != '\t';
    bool hidden = code == 0x7F || (code >= 0x80 && code < 0xA0) || code == 0x61C || code == 0x200E || code == 0x200F ||
                  (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    if (code < 0) {
      out += format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    } else if (control || hidden) {
      out += format("\\u{{{:x}}}", static_cast<std::uint32_t>(code));
    } else {
      out += text.substr(i, length);
    }
    i += length;
  }
  return out;
}

std::size_t next_grapheme(std::string_view utf8, std::size_t offset) {
  if (offset >= utf8.size()) return utf8.size();
  // Two ASCII characters in a row always part, except CR LF.
  if (offset + 1 < utf8.size() && static_cast<unsigned char>(utf8[offset]) < 0x80 &&
      static_cast<unsigned char>(utf8[offset + 1]) < 0x80 && utf8[offset] != '\r') {
    return offset + 1;
  }
  utf8proc_int32_t state = 0, before = -1, code = 0;
  while (offset < utf8.size()) {
    std::size_t length = decode(utf8, offset, &code);
    if (code < 0) code = 0xFFFD;
    if (before >= 0 && utf8proc_grapheme_break_stateful(before, code, &state)) return offset;
    before = code;
    offset += length;
  }
  return offset;
}

std::size_t grapheme_count(std::string_view utf8) {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < utf8.size(); ++count) offset = next_grapheme(utf8, offset);
  return count;
}

bool is_identifier(std::string_view text) {
  if (text.empty()) return false;
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t code = 0;
    std::size_t length = decode(text, i, &code);
    if (code < 0) return false;
    bool start = code == '_', more = code == '-';
    switch (static_cast<int>(utf8proc_category(code))) {
      case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
      case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_NL: start = true; break;
      case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_PC: more = true; break;
      default: break;
    }
    if (!start && !(more && i > 0)) return false;
    i += length;
  }
  return true;
}

}  // namespace terrace::base
