// SPDX-License-Identifier: Apache-2.0
// Which conversions exist, and the type that several types have in common (checklist B5).
#include <algorithm>
#include <unordered_set>

#include "value/convert.h"

namespace terrace::value {

bool can_convert(Type from, Type to, Safety safety) {
  if (from == to || to.is_dynamic() || from.is_dynamic()) return true;
  switch (to.kind()) {
    case TypeKind::string: return from.kind() == TypeKind::number || from.kind() == TypeKind::boolean;
    case TypeKind::number: case TypeKind::boolean: return safety == Safety::unsafe && from.kind() == TypeKind::string;
    case TypeKind::list: case TypeKind::set:
      if (from.kind() == TypeKind::tuple) {
        for (Type element : from.elements()) {
          if (!can_convert(element, to.element(), safety)) return false;
        }
        return true;
      }
      if (from.kind() != TypeKind::list && from.kind() != TypeKind::set) return false;
      if (to.kind() == TypeKind::set && from.kind() == TypeKind::list && safety == Safety::safe) return false;
      return can_convert(from.element(), to.element(), safety);
    case TypeKind::map:
      if (from.kind() == TypeKind::map) return can_convert(from.element(), to.element(), safety);
      if (from.kind() != TypeKind::object) return false;
      for (const auto& attribute : from.attributes()) {
        if (!can_convert(attribute.type, to.element(), safety)) return false;
      }
      return true;
    case TypeKind::object:
      if (from.kind() == TypeKind::map) {
        if (safety == Safety::safe) return false;
        for (const auto& attribute : to.attributes()) {
          if (!can_convert(from.element(), attribute.type, safety)) return false;
        }
        return true;
      }
      if (from.kind() != TypeKind::object) return false;
      for (const auto& attribute : to.attributes()) {
        int index = from.attribute_index(attribute.name);
        if (index < 0 ? !attribute.optional : !can_convert(from.attributes()[static_cast<std::size_t>(index)].type, attribute.type, safety)) return false;
      }
      return true;
    case TypeKind::tuple:
      if (from.kind() != TypeKind::tuple || from.elements().size() != to.elements().size()) return false;
      for (std::size_t i = 0; i < to.elements().size(); ++i) {
        if (!can_convert(from.elements()[i], to.elements()[i], safety)) return false;
      }
      return true;
    case TypeKind::dynamic: case TypeKind::capsule: return false;
  }
  return false;
}

namespace {
std::optional<Type> unify_objects(std::span<const Type> types, Safety safety) {
  auto first = types.front().attributes();
  bool same_names = true;
  for (Type type : types) {
    auto attributes = type.attributes();
    same_names = same_names && attributes.size() == first.size() &&
                 std::equal(attributes.begin(), attributes.end(), first.begin(), [](const auto& a, const auto& b) { return a.name == b.name; });
  }
  if (!same_names) {
    std::vector<Type> elements;
    for (Type type : types) {
      for (const auto& attribute : type.attributes()) elements.push_back(attribute.type);
    }
    auto element = unify(elements, safety);
    return element ? std::optional(Type::map(*element)) : std::nullopt;
  }
  std::vector<Type::Attribute> attributes;
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::vector<Type> column;
    for (Type type : types) column.push_back(type.attributes()[i].type);
    auto type = unify(column, safety);
    if (!type) return std::nullopt;
    attributes.push_back({first[i].name, *type, false});
  }
  return Type::object(std::move(attributes));
}
std::optional<Type> unify_tuples(std::span<const Type> types, Safety safety) {
  std::size_t length = types.front().elements().size();
  bool same_length = std::all_of(types.begin(), types.end(), [&](Type type) { return type.elements().size() == length; });
  std::vector<Type> all;
  if (!same_length) {
    for (Type type : types) all.insert(all.end(), type.elements().begin(), type.elements().end());
    auto element = unify(all, safety);
    return element ? std::optional(Type::list(*element)) : std::nullopt;
  }
  for (std::size_t i = 0; i < length; ++i) {
    std::vector<Type> column;
    for (Type type : types) column.push_back(type.elements()[i]);
    auto type = unify(column, safety);
    if (!type) return std::nullopt;
    all.push_back(*type);
  }
  return Type::tuple(std::move(all));
}
}  // namespace

std::optional<Type> unify(std::span<const Type> given, Safety safety) {
  // Equal types once: unification of a thousand equal elements looks at one.
  std::vector<Type> types;
  std::unordered_set<const void*> seen;
  bool dynamic = false;
  for (Type type : given) {
    if (type.is_dynamic()) dynamic = true;
    else if (seen.insert(type.node()).second) types.push_back(type);
  }
  if (types.empty()) return Type::dynamic();
  bool primitives = std::all_of(types.begin(), types.end(), [](Type type) { return type.is_primitive(); });
  if (dynamic && !primitives) return Type::dynamic();
  if (types.size() == 1) return types.front();
  if (primitives) {
    for (Type type : types) {
      if (type.kind() == TypeKind::string) return Type::string();
    }
    return std::nullopt;  // number and bool have nothing in common
  }
  int lists = 0, sets = 0, maps = 0, objects = 0, tuples = 0;
  for (Type type : types) {
    TypeKind kind = type.kind();
    lists += kind == TypeKind::list, sets += kind == TypeKind::set, maps += kind == TypeKind::map, objects += kind == TypeKind::object, tuples += kind == TypeKind::tuple;
  }
  int all = static_cast<int>(types.size());
  if (objects == all) return unify_objects(types, safety);
  if (tuples == all) return unify_tuples(types, safety);
  bool mapping = maps + objects == all, sequence = lists + sets + tuples == all;
  if (!mapping && !sequence) return std::nullopt;
  if (sets > 0) {
    // Lists before sets, the first type that all others convert to wins, without risk if possible.
    for (auto [kind, allowed] : {std::pair(TypeKind::list, Safety::safe), std::pair(TypeKind::list, Safety::unsafe),
                                 std::pair(TypeKind::set, Safety::safe), std::pair(TypeKind::set, Safety::unsafe)}) {
      if (allowed == Safety::unsafe && safety == Safety::safe) continue;
      const Safety mode = allowed;
      for (Type target : types) {
        if (target.kind() != kind) continue;
        if (std::all_of(types.begin(), types.end(), [&](Type type) { return can_convert(type, target, mode); })) return target;
      }
    }
  }
  std::vector<Type> elements;
  for (Type type : types) {
    if (type.is_collection()) elements.push_back(type.element());
    for (Type element : type.elements()) elements.push_back(element);
    for (const auto& attribute : type.attributes()) elements.push_back(attribute.type);
  }
  auto element = unify(elements, safety);
  if (!element) return std::nullopt;
  if (mapping) return Type::map(*element);
  // A set and a list meet in a list; a set and a tuple in a set.
  return sets > 0 && lists == 0 ? Type::set(*element) : Type::list(*element);
}

std::optional<std::vector<Value>> unify_values(std::span<const Value> values, Safety safety) {
  std::vector<Type> types;
  types.reserve(values.size());
  for (const auto& value : values) types.push_back(value.type());
  auto type = unify(types, safety);
  if (!type) return std::nullopt;
  std::vector<Value> converted;
  converted.reserve(values.size());
  for (const auto& value : values) {
    auto one = convert(value, *type);
    if (!one) return std::nullopt;
    converted.push_back(std::move(one.value));
  }
  return converted;
}

bool conforms(Type type, Type constraint) {
  if (constraint.is_dynamic() || type == constraint) return true;
  if (type.kind() != constraint.kind()) return false;
  if (type.is_collection()) return conforms(type.element(), constraint.element());
  if (type.kind() == TypeKind::tuple) {
    if (type.elements().size() != constraint.elements().size()) return false;
    for (std::size_t i = 0; i < type.elements().size(); ++i) {
      if (!conforms(type.elements()[i], constraint.elements()[i])) return false;
    }
    return true;
  }
  if (type.kind() == TypeKind::object) {
    auto a = type.attributes(), b = constraint.attributes();
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!(a[i].name == b[i].name) || !conforms(a[i].type, b[i].type)) return false;
    }
    return true;
  }
  return false;
}

}  // namespace terrace::value
