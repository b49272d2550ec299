// SPDX-License-Identifier: Apache-2.0
#include "value/json.h"

#include <unordered_map>

#include "base/check.h"
#include "base/format.h"
#include "value/path.h"

namespace terrace::value {

Result<void> write_json(JsonWriter& out, const Value& value, Type type) {
  CHECK(!value.has_marks(), "marks are never written");
  if (type.is_dynamic()) {
    if (value.is_null() && value.type().is_dynamic()) {
      out.null();
      return {};
    }
    out.begin_object().key("value");
    TRY(write_json(out, value, value.type()));
    out.key("type");
    write_type_json(out, value.type());
    out.end_object();
    return {};
  }
  switch (value.kind()) {
    case Kind::null: out.null(); return {};
    case Kind::unknown: CHECK(false, "an unknown value is never written"); return {};
    case Kind::boolean: out.boolean(value.as_bool()); return {};
    case Kind::string: out.string(value.as_string()); return {};
    case Kind::number: {
      Number n = value.as_number();
      if (n.is_infinite()) return Error{ErrorKind::invalid, "cannot serialize infinity as JSON"};
      out.number_text(n.text());
      return {};
    }
    case Kind::list: case Kind::set: {
      out.begin_array();
      Type element = type.is_collection() ? type.element() : value.type().element();
      for (const auto& item : value.elements()) TRY(write_json(out, item, element));
      out.end_array();
      return {};
    }
    case Kind::tuple: {
      out.begin_array();
      auto elements = value.elements();
      for (std::size_t i = 0; i < elements.size(); ++i) {
        TRY(write_json(out, elements[i], type.kind() == TypeKind::tuple && i < type.elements().size() ? type.elements()[i] : elements[i].type()));
      }
      out.end_array();
      return {};
    }
    case Kind::map: {
      out.begin_object();
      Type element = type.is_collection() ? type.element() : value.type().element();
      for (std::size_t i = 0; i < value.length(); ++i) {
        out.key(value.keys()[i]);
        TRY(write_json(out, value.elements()[i], element));
      }
      out.end_object();
      return {};
    }
    case Kind::object: {
      out.begin_object();
      auto attributes = value.type().attributes();
      for (std::size_t i = 0; i < attributes.size(); ++i) {
        out.key(attributes[i].name.text());
        int declared = type.kind() == TypeKind::object ? type.attribute_index(attributes[i].name) : -1;
        TRY(write_json(out, value.elements()[i], declared < 0 ? attributes[i].type : type.attributes()[static_cast<std::size_t>(declared)].type));
      }
      out.end_object();
      return {};
    }
  }
  return {};
}

Result<void> write_simple_json(JsonWriter& out, const Value& marked) {
  const Value value = marked.unmarked();
  switch (value.kind()) {
    case Kind::null: case Kind::unknown: out.null(); return {};
    case Kind::boolean: out.boolean(value.as_bool()); return {};
    case Kind::string: out.string(value.as_string()); return {};
    case Kind::number: {
      Number n = value.as_number();
      if (n.is_infinite()) return Error{ErrorKind::invalid, "cannot serialize infinity as JSON"};
      out.number_text(n.text());
      return {};
    }
    case Kind::list: case Kind::set: case Kind::tuple:
      out.begin_array();
      for (const auto& item : value.elements()) TRY(write_simple_json(out, item));
      out.end_array();
      return {};
    case Kind::map:
      out.begin_object();
      for (std::size_t i = 0; i < value.length(); ++i) {
        if (value.elements()[i].is_unknown()) continue;
        out.key(value.keys()[i]);
        TRY(write_simple_json(out, value.elements()[i]));
      }
      out.end_object();
      return {};
    case Kind::object: {
      out.begin_object();
      auto attributes = value.type().attributes();
      for (std::size_t i = 0; i < attributes.size(); ++i) {
        if (value.elements()[i].is_unknown()) continue;
        out.key(attributes[i].name.text());
        TRY(write_simple_json(out, value.elements()[i]));
      }
      out.end_object();
      return {};
    }
  }
  return {};
}

std::string simple_json(const Value& value) {
  std::string text;
  JsonWriter writer(text);
  auto written = write_simple_json(writer, value);
  return written ? text : "null";
}

namespace {
Error wrong(const Path& path, std::string_view what) { return Error{ErrorKind::invalid, path.empty() ? std::string(what) : path_text(path) + ": " + std::string(what)}; }

Result<Value> parse_at(JsonValue json, Type type, Path& path) {
  if (type.is_dynamic()) {
    if (json.is_null()) return Value::null(Type::dynamic());
    if (json.kind() != JsonKind::object || !json["type"].exists() || !json["value"].exists()) return wrong(path, "a value with its type is required");
    Type inner = TRY(parse_type_json(json["type"]));
    return parse_at(json["value"], inner, path);
  }
  if (json.is_null()) return Value::null(type);
  switch (type.kind()) {
    case TypeKind::string:
      if (json.kind() == JsonKind::string) return Value::string(json.string());
      if (json.kind() == JsonKind::boolean) return Value::string(json.boolean() ? "true" : "false");
      if (json.kind() == JsonKind::number) {
        auto n = Number::parse(json.number());
        return Value::string(n ? n->text() : std::string(json.number()));
      }
      return wrong(path, "string required");
    case TypeKind::number: {
      auto n = Number::parse(json.kind() == JsonKind::number ? json.number() : json.string());
      if ((json.kind() != JsonKind::number && json.kind() != JsonKind::string) || !n) return wrong(path, "number required");
      return Value::number(std::move(*n));
    }
    case TypeKind::boolean:
      if (json.kind() == JsonKind::boolean) return Value::boolean(json.boolean());
      if (json.kind() == JsonKind::string && (json.string() == "true" || json.string() == "1")) return Value::boolean(true);
      if (json.kind() == JsonKind::string && (json.string() == "false" || json.string() == "0")) return Value::boolean(false);
      return wrong(path, "bool required");
    case TypeKind::list: case TypeKind::set: case TypeKind::tuple: {
      if (json.kind() != JsonKind::array) return wrong(path, "array required");
      if (type.kind() == TypeKind::tuple && json.size() != type.elements().size()) return wrong(path, format("array of {} elements required", type.elements().size()));
      std::vector<Value> items;
      items.reserve(json.size());
      for (std::size_t i = 0; i < json.size(); ++i) {
        path.push_back(PathStep::index(Value::number(static_cast<std::int64_t>(i))));
        items.push_back(TRY(parse_at(json.at(i), type.kind() == TypeKind::tuple ? type.elements()[i] : type.element(), path)));
        path.pop_back();
      }
      if (type.kind() == TypeKind::tuple) return Value::tuple(std::move(items));
      return type.kind() == TypeKind::list ? Value::list(type.element(), std::move(items)) : Value::set(type.element(), std::move(items));
    }
    case TypeKind::map: {
      if (json.kind() != JsonKind::object) return wrong(path, "object required");
      std::vector<std::pair<std::string, Value>> entries;
      for (std::size_t i = 0; i < json.size(); ++i) {
        path.push_back(PathStep::index(Value::string(json.key(i))));
        Value item = TRY(parse_at(json.member(i), type.element(), path));
        path.pop_back();
        entries.emplace_back(json.key(i), std::move(item));
      }
      return Value::map(type.element(), std::move(entries));
    }
    case TypeKind::object: {
      if (json.kind() != JsonKind::object) return wrong(path, "object required");
      auto attributes = type.attributes();
      std::vector<Value> items;
      items.reserve(attributes.size());
      std::size_t found = 0;
      for (const auto& attribute : attributes) {
        JsonValue member = json[attribute.name.text()];
        if (!member.exists()) return wrong(path, format("attribute \"{}\" is missing", attribute.name.text()));
        ++found;
        path.push_back(PathStep::attribute(attribute.name));
        items.push_back(TRY(parse_at(member, attribute.type, path)));
        path.pop_back();
      }
      if (found != json.size()) {
        for (std::size_t i = 0; i < json.size(); ++i) {
          if (type.attribute_index(Symbol(json.key(i))) < 0) return wrong(path, format("unsupported attribute \"{}\"", json.key(i)));
        }
      }
      return Value::object(type, std::move(items));
    }
    case TypeKind::dynamic: case TypeKind::capsule: break;
  }
  return wrong(path, "unsupported type");
}
}  // namespace

Result<Value> parse_json(JsonValue json, Type type) {
  Path path;
  return parse_at(json, type, path);
}

Type implied_type(JsonValue json) { return parse_simple_json(json).type(); }

Value parse_simple_json(JsonValue json) {
  switch (json.kind()) {
    case JsonKind::null: return Value::null(Type::dynamic());
    case JsonKind::boolean: return Value::boolean(json.boolean());
    case JsonKind::string: return Value::string(json.string());
    case JsonKind::number: {
      auto n = Number::parse(json.number());
      return n ? Value::number(std::move(*n)) : Value::null(Type::number());
    }
    case JsonKind::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (std::size_t i = 0; i < json.size(); ++i) items.push_back(parse_simple_json(json.at(i)));
      return Value::tuple(std::move(items));
    }
    case JsonKind::object: {
      // The last of equal keys wins.
      // Keys are equal once normalised: "é" may be written in two ways.
      std::unordered_map<Symbol, std::size_t> last;
      for (std::size_t i = 0; i < json.size(); ++i) last[Symbol(Value::string(json.key(i)).as_string())] = i;
      std::vector<std::pair<Symbol, Value>> attributes;
      attributes.reserve(last.size());
      for (const auto& [key, i] : last) attributes.emplace_back(key, parse_simple_json(json.member(i)));
      return Value::object(std::move(attributes));
    }
  }
  return Value::null(Type::dynamic());
}

}  // namespace terrace::value
