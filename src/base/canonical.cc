// SPDX-License-Identifier: Apache-2.0
// RFC 8785 (JSON Canonicalization Scheme), except that numbers keep their exact decimal text in shortest plain form.
#include <algorithm>

#include "base/format.h"
#include "base/json.h"

namespace terrace::base {

namespace {

/// RFC 8785 3.2.2.2: only what JSON demands is escaped.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) out += format("\\u{:04x}", static_cast<unsigned>(c));
        else out += c;
    }
  }
  out += '"';
}

/// "1.50e2" → "150"; "-0" → "0"; nothing when the plain form would be longer than 10,000 digits.
std::optional<std::string> plain_number(std::string_view text) {
  bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  long exponent = 0;
  if (auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string digits(text.substr(e + 1));
    if (digits.size() > 8) return std::nullopt;
    exponent = std::strtol(digits.c_str(), nullptr, 10);
    text = text.substr(0, e);
  }
  std::string digits;
  if (auto point = text.find('.'); point != std::string_view::npos) {
    digits = std::string(text.substr(0, point)) + std::string(text.substr(point + 1));
    exponent -= static_cast<long>(text.size() - point - 1);
  } else {
    digits = text;
  }
  auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  digits.erase(0, first);
  while (digits.back() == '0') digits.pop_back(), ++exponent;
  if (exponent > 10'000 || exponent < -10'000) return std::nullopt;
  std::string plain;
  if (exponent >= 0) {
    plain = digits + std::string(static_cast<std::size_t>(exponent), '0');
  } else {
    auto fraction = static_cast<std::size_t>(-exponent);
    if (fraction >= digits.size()) plain = "0." + std::string(fraction - digits.size(), '0') + digits;
    else plain = digits.substr(0, digits.size() - fraction) + "." + digits.substr(digits.size() - fraction);
  }
  return negative ? "-" + plain : plain;
}

/// Order by UTF-16 code units: like bytes, but surrogates sort below U+E000..U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
  auto weight = [](unsigned char c) -> int { return c >= 0xF0 ? 0xEE * 2 - 1 + (c - 0xF0) * 0 : c * 2; };
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    auto x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    if (weight(x) != weight(y)) return weight(x) < weight(y);
    return x < y;
  }
  return a.size() < b.size();
}

bool append(std::string& out, JsonValue value) {
  switch (value.kind()) {
    case JsonKind::null: out += "null"; return true;
    case JsonKind::boolean: out += value.boolean() ? "true" : "false"; return true;
    case JsonKind::string: append_string(out, value.string()); return true;
    case JsonKind::number: {
      auto plain = plain_number(value.number());
      if (plain) out += *plain;
      return plain.has_value();
    }
    case JsonKind::array:
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        if (!append(out, value.at(i))) return false;
      }
      out += ']';
      return true;
    case JsonKind::object: {
      std::vector<std::size_t> order(value.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::sort(order.begin(), order.end(), [&](auto a, auto b) { return utf16_less(value.key(a), value.key(b)); });
      out += '{';
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0) out += ',';
        append_string(out, value.key(order[i]));
        out += ':';
        if (!append(out, value.member(order[i]))) return false;
      }
      out += '}';
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::string> canonical_json(std::string_view json, std::size_t depth) {
  JsonLimits limits;
  limits.depth = depth;
  auto document = TRY(JsonDocument::parse(std::string(json), limits));
  std::string out;
  if (!append(out, document.root())) return Error{ErrorKind::invalid, "a number is too large to be written out"};
  return out;
}

}  // namespace terrace::base
