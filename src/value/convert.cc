// SPDX-License-Identifier: Apache-2.0
#include "value/convert.h"

#include "base/format.h"

namespace terrace::value {

namespace {

std::string required(Type type) {
  switch (type.kind()) {
    case TypeKind::boolean: return "bool required";
    case TypeKind::object: return "object required";
    case TypeKind::tuple: return format("tuple of {} elements required", type.elements().size());
    case TypeKind::dynamic: case TypeKind::number: case TypeKind::string: case TypeKind::list: case TypeKind::set: case TypeKind::map: case TypeKind::capsule: break;
  }
  return friendly_name(type) + " required";
}

class Converter {
 public:
  std::optional<Mismatch> mismatch;

  Value run(const Value& from, Type to) {
    if (mismatch) return from;
    if (from.has_marks()) return run(from.unmarked(), to).with_marks(from.marks());
    Type type = from.type();
    if (to.is_dynamic() || type == to) return from;
    if (from.is_null()) return type.is_dynamic() || can_convert(type, to, Safety::unsafe) ? Value::null(concrete(type, to)) : fail(required(to), from);
    if (from.is_unknown()) return unknown(from, to);
    switch (to.kind()) {
      case TypeKind::string: case TypeKind::number: case TypeKind::boolean: return primitive(from, to);
      case TypeKind::list: case TypeKind::set: return sequence(from, to);
      case TypeKind::map: return mapping(from, to);
      case TypeKind::object: return object(from, to);
      case TypeKind::tuple: return tuple(from, to);
      case TypeKind::dynamic: case TypeKind::capsule: break;
    }
    return fail(required(to), from);
  }

 private:
  Path path_;

  Value fail(std::string message, const Value& from) {
    if (!mismatch) mismatch = Mismatch{path_, std::move(message)};
    return from;
  }

  /// The type of a null or unknown of `type` once converted to `to`.
  static Type concrete(Type type, Type to) { return to.has_dynamic() && conforms(type, to) ? type : to.without_optional(); }

  Value unknown(const Value& from, Type to) {
    Type type = from.type();
    if (!type.is_dynamic() && !can_convert(type, to, Safety::unsafe)) return fail(required(to), from);
    Type result = concrete(type, to);
    Refinement kept;
    if (const Refinement* known = from.refinement()) {
      kept.nullness = known->nullness;
      bool lengths = result.is_collection() && (type.is_collection());
      if (lengths) {
        kept.max_length = known->max_length;
        kept.min_length = result.kind() == TypeKind::set && type.kind() == TypeKind::list && known->min_length ? std::optional<std::uint64_t>(*known->min_length > 0 ? 1 : 0) : known->min_length;
      }
    }
    return Value::unknown(result, std::move(kept));
  }

  Value primitive(const Value& from, Type to) {
    if (to.kind() == TypeKind::string) {
      if (from.kind() == Kind::number) return Value::string(from.as_number().text());
      if (from.kind() == Kind::boolean) return Value::string(from.as_bool() ? "true" : "false");
    } else if (from.kind() == Kind::string) {
      std::string_view text = from.as_string();
      if (to.kind() == TypeKind::number) {
        auto number = Number::parse(text);
        return number ? Value::number(std::move(*number)) : fail("a number is required", from);
      }
      if (text == "true" || text == "1") return Value::boolean(true);
      if (text == "false" || text == "0") return Value::boolean(false);
      std::string lower(text);
      for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if (lower == "true" || lower == "false") return fail(format("a bool is required; to convert from string, use lowercase \"{}\"", lower), from);
      return fail("a bool is required", from);
    }
    return fail(required(to), from);
  }

  /// Converts every element to `element`, unifying where that leaves the type open. The element type comes back.
  std::optional<Type> elements(const Value& from, Type element, std::vector<Value>& items) {
    auto given = from.elements();
    items.reserve(given.size());
    bool by_key = from.kind() == Kind::map || from.kind() == Kind::object;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (by_key) {
        path_.push_back(PathStep::index(Value::string(from.kind() == Kind::map ? std::string_view(from.keys()[i]) : from.type().attributes()[i].name.text())));
      } else {
        path_.push_back(PathStep::index(Value::number(static_cast<std::int64_t>(i))));
      }
      items.push_back(run(given[i], element));
      if (mismatch) return std::nullopt;
      path_.pop_back();
    }
    if (!element.has_dynamic()) return element.without_optional();
    if (items.empty()) {
      Type type = from.type();
      bool collection = type.is_collection();
      return collection && conforms(type.element(), element) ? type.element() : element.without_optional();
    }
    auto unified = unify_values(items, Safety::unsafe);
    if (!unified) {
      fail("all elements must have the same type", from);
      return std::nullopt;
    }
    items = std::move(*unified);
    Type type = items.front().type();
    for (const auto& item : items) {
      if (item.type() == type) continue;
      if (item.is_null() || item.is_unknown()) continue;
      fail("all elements must have the same type", from);
      return std::nullopt;
    }
    for (const auto& item : items) {
      if (!item.type().is_dynamic()) return item.type();
    }
    return type;
  }

  Value sequence(const Value& from, Type to) {
    Kind kind = from.kind();
    if (kind != Kind::list && kind != Kind::set && kind != Kind::tuple) return fail(required(to), from);
    std::vector<Value> items;
    auto element = elements(from, to.element(), items);
    if (!element) return from;
    return to.kind() == TypeKind::list ? Value::list(*element, std::move(items)) : Value::set(*element, std::move(items));
  }

  Value mapping(const Value& from, Type to) {
    if (from.kind() != Kind::map && from.kind() != Kind::object) return fail(required(to), from);
    std::vector<Value> items;
    auto element = elements(from, to.element(), items);
    if (!element) return from;
    std::vector<std::pair<std::string, Value>> entries;
    entries.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      entries.emplace_back(from.kind() == Kind::map ? from.keys()[i] : std::string(from.type().attributes()[i].name.text()), std::move(items[i]));
    }
    return Value::map(*element, std::move(entries));
  }

  Value object(const Value& from, Type to) {
    if (from.kind() != Kind::map && from.kind() != Kind::object) return fail(required(to), from);
    std::vector<Value> items;
    std::vector<Type::Attribute> types;
    auto wanted = to.attributes();
    items.reserve(wanted.size());
    std::string absent;
    for (const auto& attribute : wanted) {
      const Value* given = from.kind() == Kind::map ? from.find(attribute.name.text()) : from.attribute(attribute.name);
      if (given == nullptr) {
        if (!attribute.optional) {
          absent += (absent.empty() ? "\"" : ", \"") + std::string(attribute.name.text()) + "\"";
          continue;
        }
        items.push_back(Value::null(attribute.type.without_optional()));
      } else {
        path_.push_back(PathStep::attribute(attribute.name));
        items.push_back(run(*given, attribute.type));
        if (mismatch) return from;
        path_.pop_back();
      }
      types.push_back({attribute.name, items.back().type(), false});
    }
    if (!absent.empty()) {
      bool several = absent.find(',') != std::string::npos;
      return fail(format("{} {} {} required", several ? "attributes" : "attribute", absent, several ? "are" : "is"), from);
    }
    return Value::object(Type::object(std::move(types)), std::move(items));
  }

  Value tuple(const Value& from, Type to) {
    if (from.kind() != Kind::tuple || from.length() != to.elements().size()) return fail(required(to), from);
    std::vector<Value> items;
    for (std::size_t i = 0; i < from.length(); ++i) {
      path_.push_back(PathStep::index(Value::number(static_cast<std::int64_t>(i))));
      items.push_back(run(from.elements()[i], to.elements()[i]));
      if (mismatch) return from;
      path_.pop_back();
    }
    return Value::tuple(std::move(items));
  }
};

}  // namespace

std::string Mismatch::text() const {
  if (path.empty()) return message;
  std::string where;
  for (const auto& step : path) {
    if (!where.empty()) where += ": ";
    if (step.kind == PathStep::Kind::attribute) where += format("attribute \"{}\"", step.name.text());
    else if (step.key.kind() == Kind::string) where += format("element \"{}\"", step.key.as_string());
    else if (step.key.kind() == Kind::number) where += format("element {}", step.key.as_number().text());
  }
  return where + ": " + message;
}

Conversion convert(const Value& from, Type to) {
  Converter converter;
  Value value = converter.run(from, to);
  if (converter.mismatch) return {from, std::move(converter.mismatch)};
  return {std::move(value), std::nullopt};
}

std::string mismatch_text(Type from, Type to) {
  if (can_convert(from, to, Safety::unsafe)) return {};
  if (from.kind() == TypeKind::object && to.kind() == TypeKind::object) {
    for (const auto& attribute : to.attributes()) {
      int index = from.attribute_index(attribute.name);
      if (index < 0) {
        if (attribute.optional) continue;
        return format("attribute \"{}\" is required", attribute.name.text());
      }
      std::string inner = mismatch_text(from.attributes()[static_cast<std::size_t>(index)].type, attribute.type);
      if (!inner.empty()) return format("attribute \"{}\": {}", attribute.name.text(), inner);
    }
  }
  if (from.kind() == TypeKind::tuple && (to.kind() == TypeKind::list || to.kind() == TypeKind::set)) {
    for (std::size_t i = 0; i < from.elements().size(); ++i) {
      std::string inner = mismatch_text(from.elements()[i], to.element());
      if (!inner.empty()) return format("element {}: {}", i, inner);
    }
  }
  if (from.is_collection() && to.kind() == from.kind()) {
    std::string inner = mismatch_text(from.element(), to.element());
    if (!inner.empty()) return "incorrect element type: " + inner;
  }
  return required(to);
}

}  // namespace terrace::value
