// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "base/format.h"
#include "base/json.h"

namespace terrace::base {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  auto flush = [&](std::size_t to) { out.append(text, from, to - from); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0xE2) continue;
    if (c == 0xE2) {
      // U+2028 and U+2029 end lines in JavaScript; Go escapes them.
      bool separator = i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80 && (static_cast<unsigned char>(text[i + 2]) & 0xFE) == 0xA8;
      if (!separator) continue;
      flush(i);
      out += (static_cast<unsigned char>(text[i + 2]) & 1) != 0 ? "\\u2029" : "\\u2028";
      i += 2;
      from = i + 1;
      continue;
    }
    flush(i);
    from = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  flush(text.size());
  out += '"';
}

void JsonWriter::newline() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(levels_.size() * static_cast<std::size_t>(indent_), ' ');
}
void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  CHECK(levels_.back().array, "a member needs a key");
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  newline();
}
JsonWriter& JsonWriter::begin_object() {
  before_value();
  out_ += '{';
  levels_.push_back({false, true});
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  CHECK(!levels_.empty() && !levels_.back().array, "no object is open");
  bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) newline();
  out_ += '}';
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  before_value();
  out_ += '[';
  levels_.push_back({true, true});
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  CHECK(!levels_.empty() && levels_.back().array, "no array is open");
  bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) newline();
  out_ += ']';
  return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
  CHECK(!levels_.empty() && !levels_.back().array && !after_key_, "a key stands in an object");
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  newline();
  append_json_string(out_, name);
  out_ += indent_ == 0 ? ":" : ": ";
  after_key_ = true;
  return *this;
}
JsonWriter& JsonWriter::string(std::string_view text) {
  before_value();
  append_json_string(out_, text);
  return *this;
}
JsonWriter& JsonWriter::number(std::int64_t n) {
  before_value();
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out_.append(digits, end);
  return *this;
}
JsonWriter& JsonWriter::number_text(std::string_view digits) {
  before_value();
  out_ += digits;
  return *this;
}
JsonWriter& JsonWriter::boolean(bool b) {
  before_value();
  out_ += b ? "true" : "false";
  return *this;
}
JsonWriter& JsonWriter::null() {
  before_value();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  // Valid JSON re-indented: only brackets, commas and colons outside strings matter.
  std::size_t depth = levels_.size();
  auto line = [&](std::size_t levels) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(levels * static_cast<std::size_t>(indent_), ' ');
  };
  for (std::size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    switch (c) {
      case ' ': case '\n': case '\r': case '\t': break;
      case '"': {
        std::size_t end = i + 1;
        while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
        out_.append(json, i, end + 1 - i);
        i = end;
        break;
      }
      case '{': case '[': {
        std::size_t next = json.find_first_not_of(" \n\r\t", i + 1);
        out_ += c;
        if (next != std::string_view::npos && json[next] == (c == '{' ? '}' : ']')) {
          out_ += json[next];
          i = next;
        } else {
          line(++depth);
        }
        break;
      }
      case '}': case ']':
        line(--depth);
        out_ += c;
        break;
      case ',':
        out_ += c;
        line(depth);
        break;
      case ':': out_ += indent_ == 0 ? ":" : ": "; break;
      default: out_ += c;
    }
  }
  return *this;
}

}  // namespace terrace::base
