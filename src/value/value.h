// SPDX-License-Identifier: Apache-2.0
// The value every layer shares (checklist B): one 16-byte immutable handle. Small payloads (bool, int64,
// strings up to 14 bytes, typed null, plain unknown) live in it; the rest is a node with an intrusive atomic
// count, released iteratively. Unknowns carry refinements; marks sit at any depth.
// Thread-safe to copy and read from any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "value/marks.h"
#include "value/number.h"
#include "value/type.h"

namespace terrace::value {

class Value;

/// What is known of an unknown value (B4). Absent = nothing is known of it.
struct Refinement {
  enum class Nullness : std::uint8_t { maybe, not_null };
  Nullness nullness = Nullness::maybe;
  std::string prefix;                                     ///< strings
  struct Bound { Number at; bool inclusive = true; };
  std::optional<Bound> lower, upper;                      ///< numbers
  std::optional<std::uint64_t> min_length, max_length;    ///< collections
  bool is_trivial() const;
};

enum class Kind : std::uint8_t { null, unknown, boolean, number, string, list, set, map, object, tuple };

class Value {
 public:
  struct Node;
  Value() : Value(null(Type::dynamic())) {}
  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // --- making ---
  static Value null(Type type);
  static Value unknown(Type type);
  /// B4: collapses to a known value where the refinement pins it.
  static Value unknown(Type type, Refinement refinement);
  static Value boolean(bool b);
  static Value number(Number n);
  static Value number(std::int64_t n) { return number(Number(n)); }
  /// NFC-normalises; invalid UTF-8 is replaced by U+FFFD (check first where that matters).
  static Value string(std::string_view utf8);
  /// Elements must conform to `element` (CHECKed in debug builds); use convert() otherwise.
  static Value list(Type element, std::vector<Value> elements);
  /// Removes duplicates and sorts (B7). Marks of elements move to the set.
  static Value set(Type element, std::vector<Value> elements);
  /// Keys are normalised; on duplicates the last wins.
  static Value map(Type element, std::vector<std::pair<std::string, Value>> entries);
  static Value tuple(std::vector<Value> elements);
  /// The type is made from the values. Names unique (CHECKed).
  static Value object(std::vector<std::pair<Symbol, Value>> attributes);
  /// `attributes` in the order of type.attributes(), each conforming to its type.
  static Value object(Type type, std::vector<Value> attributes);
  Value with_marks(const Marks& marks) const;             ///< adds to the top
  Value mark(MarkKind kind) const { return with_marks(Marks(kind)); }

  // --- asking; marks at the top are looked through by kind(), type() and all accessors below ---
  Kind kind() const;
  Type type() const;
  bool is_null() const { return kind() == Kind::null; }
  bool is_unknown() const { return kind() == Kind::unknown; }
  bool is_known() const { return !is_unknown(); }         ///< at the top
  bool is_wholly_known() const;                           ///< O(1)
  bool has_marks() const;                                 ///< at the top
  bool contains_marks() const;                            ///< at any depth, O(1)
  Marks marks() const;                                    ///< at the top
  Marks all_marks() const;                                ///< at any depth, merged
  Value unmarked() const;                                 ///< without the marks at the top
  Value unmarked_deep() const;                            ///< O(1) when there are none
  const Refinement* refinement() const;                   ///< of unknown values; null if none
  bool definitely_not_null() const;                       ///< known and not null, or refined so

  // --- contents; asking for the wrong kind is our bug (CHECKed) ---
  bool as_bool() const;
  Number as_number() const;
  std::optional<std::int64_t> as_int64() const;           ///< of numbers
  std::string_view as_string() const;                     ///< valid while *this lives and is not assigned
  /// Elements of list, set (set order), tuple; attribute values of objects in type order; map values in key order.
  std::span<const Value> elements() const;
  std::size_t length() const { return elements().size(); }
  /// Places in the value, shared parts counted wherever they are seen: what a walk over all of it costs. O(1);
  /// stops counting at kExpandedSizeLimit.
  std::uint64_t expanded_size() const;
  static constexpr std::uint64_t kExpandedSizeLimit = 0xFFFFFF;
  /// Keys of a map, sorted bytewise, parallel to elements().
  std::span<const std::string> keys() const;
  /// Map entry, or nothing.
  const Value* find(std::string_view key) const;
  /// Object attribute, or nothing.
  const Value* attribute(Symbol name) const;
  const Value* attribute(std::string_view name) const { return attribute(Symbol(name)); }

  /// Deep structural equality including type, marks, unknowns (same type and refinement) and nulls. Not the
  /// language's `==`: that is operations.h equals().
  bool same(const Value& other) const;
  std::size_t hash() const;  ///< consistent with same()

  /// Exhaustive: handlers for Null, Unknown and each known kind or `const Known&`; no `auto` catch-all.
  struct Null { Type type; };
  struct Unknown { Type type; const Refinement* refinement; };
  struct Known {};
  struct Bool : Known { bool b; };
  struct Num : Known { Number n; };
  struct String : Known { std::string_view s; };
  struct List : Known { std::span<const Value> elements; };
  struct Set : Known { std::span<const Value> elements; };
  struct Map : Known { std::span<const std::string> keys; std::span<const Value> values; };
  struct Object : Known { Type type; std::span<const Value> values; };
  struct Tuple : Known { std::span<const Value> elements; };
  template <class... Handlers>
  decltype(auto) match(Handlers&&... handlers) const;

 private:
  friend struct ValueAccess;  ///< the codecs' door to the representation (value.cc)
  alignas(8) unsigned char bytes_[16];
};
static_assert(sizeof(Value) == 16);

template <class... H>
struct Overloaded : H... { using H::operator()...; };
template <class... H>
Overloaded(H...) -> Overloaded<H...>;

template <class... Handlers>
decltype(auto) Value::match(Handlers&&... handlers) const {
  struct NotAnAutoCatchAll {};
  Overloaded<std::decay_t<Handlers>...> visit{std::forward<Handlers>(handlers)...};
  static_assert(!std::is_invocable_v<decltype(visit)&, NotAnAutoCatchAll>, "match() refuses `auto` handlers");
  switch (kind()) {
    case Kind::null: return visit(Null{type()});
    case Kind::unknown: return visit(Unknown{type(), refinement()});
    case Kind::boolean: return visit(Bool{{}, as_bool()});
    case Kind::number: return visit(Num{{}, as_number()});
    case Kind::string: return visit(String{{}, as_string()});
    case Kind::list: return visit(List{{}, elements()});
    case Kind::set: return visit(Set{{}, elements()});
    case Kind::map: return visit(Map{{}, keys(), elements()});
    case Kind::object: return visit(Object{{}, type(), elements()});
    case Kind::tuple: return visit(Tuple{{}, elements()});
  }
  __builtin_unreachable();
}

}  // namespace terrace::value

namespace terrace {
using value::Kind;
using value::Refinement;
using value::Value;
}  // namespace terrace
