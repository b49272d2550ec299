// SPDX-License-Identifier: Apache-2.0
#include "value/print.h"

#include <utf8proc.h>

#include "base/format.h"
#include "base/strings.h"

namespace terrace::value {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      switch (c) {
        case '"': out += "\\\""; continue;
        case '\\': out += "\\\\"; continue;
        case '\n': out += "\\n"; continue;
        case '\r': out += "\\r"; continue;
        case '\t': out += "\\t"; continue;
        case '\a': out += "\\a"; continue;
        case '\b': out += "\\b"; continue;
        case '\f': out += "\\f"; continue;
        case '\v': out += "\\v"; continue;
        default: break;
      }
      if (c < 0x20 || c == 0x7F) out += format("\\x{:02x}", c);
      else out += static_cast<char>(c);
      continue;
    }
    utf8proc_int32_t code = 0;
    auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i), static_cast<utf8proc_ssize_t>(text.size() - i), &code);
    if (n <= 0) {
      out += format("\\x{:02x}", c);
      ++i;
      continue;
    }
    auto category = static_cast<int>(utf8proc_category(code));
    bool hidden = category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CS || category == UTF8PROC_CATEGORY_CO ||
                  category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP || (category == UTF8PROC_CATEGORY_ZS && code != ' ');
    if (hidden) out += code < 0x10000 ? format("\\u{:04x}", static_cast<unsigned>(code)) : format("\\U{:08x}", static_cast<unsigned>(code));
    else out += text.substr(i, static_cast<std::size_t>(n));
    i += static_cast<std::size_t>(n);
  }
  return out + "\"";
}

namespace {

class Printer {
 public:
  explicit Printer(Secrets secrets) : secrets_(secrets) {}
  std::string out;

  void value(const Value& marked, int indent) {
    if (marked.has_marks() && secrets_ == Secrets::hide) {
      Marks marks = marked.marks();
      if (marks.has(MarkKind::ephemeral)) { out += "(ephemeral value)"; return; }
      if (marks.has(MarkKind::sensitive)) { out += "(sensitive value)"; return; }
    }
    const Value v = marked.unmarked();
    switch (v.kind()) {
      case Kind::unknown: out += "(known after apply)"; return;
      case Kind::null: null(v.type()); return;
      case Kind::boolean: out += v.as_bool() ? "true" : "false"; return;
      case Kind::number: out += v.as_number().text(); return;
      case Kind::string: string(v.as_string(), indent); return;
      case Kind::list: wrapped("tolist", v, indent); return;
      case Kind::set: wrapped("toset", v, indent); return;
      case Kind::tuple: sequence(v, indent); return;
      case Kind::map:
        out += "tomap(";
        mapping(v, indent);
        out += ")";
        return;
      case Kind::object: mapping(v, indent); return;
    }
  }

 private:
  Secrets secrets_;

  void line(int indent) {
    out += '\n';
    out.append(static_cast<std::size_t>(indent), ' ');
  }
  void null(Type type) {
    switch (type.kind()) {
      case TypeKind::string: out += "tostring(null)"; return;
      case TypeKind::number: out += "tonumber(null)"; return;
      case TypeKind::boolean: out += "tobool(null)"; return;
      case TypeKind::list: out += format("tolist(null) /* of {} */", friendly_name(type.element())); return;
      case TypeKind::set: out += format("toset(null) /* of {} */", friendly_name(type.element())); return;
      case TypeKind::map: out += format("tomap(null) /* of {} */", friendly_name(type.element())); return;
      case TypeKind::object: out += "null /* object */"; return;
      case TypeKind::tuple: out += "null /* tuple */"; return;
      case TypeKind::dynamic: case TypeKind::capsule: break;
    }
    out += "null";
  }
  void string(std::string_view text, int indent) {
    if (text.find('\n') == std::string_view::npos) {
      out += quote(text);
      return;
    }
    // A marker that the text does not hold.
    std::string marker = "EOT";
    while (text.find(marker) != std::string_view::npos) marker += "_";
    out += (indent > 0 ? "<<-" : "<<") + marker;
    for (auto part : base::split(text, '\n')) {
      line(indent);
      out += base::printable(part);
    }
    line(indent);
    out += marker;
  }
  void sequence(const Value& v, int indent) {
    if (v.length() == 0) {
      out += "[]";
      return;
    }
    out += '[';
    for (const auto& item : v.elements()) {
      line(indent + 2);
      value(item, indent + 2);
      out += ',';
    }
    line(indent);
    out += ']';
  }
  void wrapped(std::string_view function, const Value& v, int indent) {
    out += std::string(function) + "(";
    sequence(v, indent);
    out += ")";
  }
  void mapping(const Value& v, int indent) {
    if (v.length() == 0) {
      out += "{}";
      return;
    }
    out += '{';
    for (std::size_t i = 0; i < v.length(); ++i) {
      line(indent + 2);
      out += quote(v.kind() == Kind::map ? std::string_view(v.keys()[i]) : v.type().attributes()[i].name.text()) + " = ";
      value(v.elements()[i], indent + 2);
    }
    line(indent);
    out += '}';
  }
};

}  // namespace

std::string print(const Value& value, Secrets secrets) {
  Printer printer(secrets);
  printer.value(value, 0);
  return std::move(printer.out);
}

std::string hint(const Value& value) {
  Marks marks = value.all_marks();
  if (marks.has(MarkKind::ephemeral)) return "has an ephemeral value";
  if (marks.has(MarkKind::sensitive)) return "has a sensitive value";
  const Value v = value.unmarked();
  Type type = v.type();
  if (v.is_unknown()) {
    if (type.is_dynamic()) return "will be known only after apply";
    return format("is a {}, known only after apply", friendly_name(type));
  }
  if (v.is_null()) return "is null";
  auto counted = [&](std::string_view one, std::string_view many) {
    return v.length() == 0 ? format("is empty {}", friendly_name(type)) : format("is {} with {}", friendly_name(type), base::count_of(v.length(), one, many));
  };
  switch (v.kind()) {
    case Kind::boolean: return v.as_bool() ? "is true" : "is false";
    case Kind::number: {
      std::string text = v.as_number().text();
      return "is " + (text.size() > 12 ? format("{:.10g}", v.as_number().to_double()) : text);
    }
    case Kind::string: return "is " + quote(v.as_string());
    case Kind::list: case Kind::set: case Kind::map: case Kind::tuple: return counted("element", "elements");
    case Kind::object: return counted("attribute", "attributes");
    case Kind::null: case Kind::unknown: break;
  }
  return "is known";
}

}  // namespace terrace::value
