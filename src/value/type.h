// SPDX-License-Identifier: Apache-2.0
// Types of values (checklist B1): hash-consed and immortal, so equality is one pointer comparison and
// a Type is copied freely. Optional attributes exist in constraints only.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/symbol.h"

namespace terrace::value {

enum class TypeKind : std::uint8_t { dynamic, boolean, number, string, list, set, map, object, tuple, capsule };

class Type {
 public:
  struct Node;
  struct Attribute;

  Type() : Type(dynamic()) {}
  static Type dynamic();
  static Type boolean();
  static Type number();
  static Type string();
  static Type list(Type element);
  static Type set(Type element);
  static Type map(Type element);
  /// Attributes in any order; names unique (CHECKed).
  static Type object(std::vector<Attribute> attributes);
  static Type tuple(std::vector<Type> elements);

  TypeKind kind() const;
  bool is_dynamic() const { return kind() == TypeKind::dynamic; }
  bool is_primitive() const;
  bool is_collection() const;                      ///< list, set, map
  Type element() const;                            ///< of list, set, map
  std::span<const Attribute> attributes() const;   ///< of object, sorted by name bytewise
  std::span<const Type> elements() const;          ///< of tuple
  /// Position of an attribute in attributes(), or -1. O(log n) or better.
  int attribute_index(Symbol name) const;
  /// Levels of nesting below this one: 0 for string, 1 for list(string). As deep as recursion over a value goes.
  std::uint32_t depth() const;
  /// True if `dynamic` occurs anywhere inside.
  bool has_dynamic() const;
  bool has_optional() const;
  /// The same type with every "optional" flag removed (the type that values then have).
  Type without_optional() const;
  bool operator==(const Type& other) const { return node_ == other.node_; }
  std::size_t hash() const { return reinterpret_cast<std::uintptr_t>(node_) >> 4; }
  const Node* node() const { return node_; }
  explicit Type(const Node* node) : node_(node) {}

 private:
  const Node* node_;
};
struct Type::Attribute {
  Symbol name;
  Type type;
  bool optional = false;
};

/// "list of string", "object", "dynamic" → as in messages (B1).
std::string friendly_name(Type type);
/// `list(object({a=string}))`: constraint syntax, as printed by `type()`; compact, one line.
std::string type_text(Type type);
/// B8: `"string"`, `["list","string"]`, `["object",{"a":"string"},["a"]]`.
void write_type_json(JsonWriter& out, Type type);
std::string type_json(Type type);
Result<Type> parse_type_json(JsonValue json);

}  // namespace terrace::value

namespace terrace {
using value::Type;
using value::TypeKind;
}  // namespace terrace
