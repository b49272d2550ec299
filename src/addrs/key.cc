// SPDX-License-Identifier: Apache-2.0
// Instance keys: printing, order, hash.
#include "addrs/addrs.h"
#include "base/format.h"
#include "base/strings.h"

namespace terrace::addrs {

namespace {

/// HCL quoting, so that the text can be pasted back into a configuration.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '$':
      case '%':
        out += c;
        if (i + 1 < text.size() && text[i + 1] == '{') out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace

std::string InstanceKey::suffix() const {
  switch (kind_) {
    case Kind::none: return {};
    case Kind::number: return "[" + std::to_string(number_) + "]";
    case Kind::string: break;
  }
  std::string out = "[";
  append_quoted(out, text_.text());
  out += ']';
  return out;
}

std::strong_ordering InstanceKey::operator<=>(const InstanceKey& other) const {
  if (kind_ != other.kind_) return kind_ <=> other.kind_;
  if (kind_ == Kind::number) return number_ <=> other.number_;
  return text_ <=> other.text_;
}

std::size_t InstanceKey::hash() const {
  const std::size_t payload = kind_ == Kind::string ? text_.index() : static_cast<std::size_t>(number_);
  return (payload * 4 + static_cast<std::size_t>(kind_)) * 0x9E3779B97F4A7C15ull;
}

}  // namespace terrace::addrs
