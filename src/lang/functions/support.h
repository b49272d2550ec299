// SPDX-License-Identifier: Apache-2.0
// What the families share: parameter types, errors, and the rules for marks and unknown parts. Private to functions/.
#pragma once
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/format.h"
#include "lang/function.h"
#include "lang/functions/list.h"
#include "value/convert.h"
#include "value/operations.h"

namespace terrace::lang {

// --- parameter and result types ---
inline Type type_any() { return Type::dynamic(); }
inline Type type_string() { return Type::string(); }
inline Type type_number() { return Type::number(); }
inline Type type_bool() { return Type::boolean(); }
inline Type type_list() { return Type::list(Type::dynamic()); }
inline Type type_set() { return Type::set(Type::dynamic()); }
inline Type type_strings() { return Type::list(Type::string()); }
inline Type type_numbers() { return Type::list(Type::number()); }
inline Type type_bools() { return Type::list(Type::boolean()); }
inline Type type_string_set() { return Type::set(Type::string()); }
inline Type type_string_lists() { return Type::map(type_strings()); }

inline CallError fail(int argument, std::string message) { return {argument, std::move(message)}; }
inline CallError fail(std::string message) { return {-1, std::move(message)}; }

/// Unknown, but certainly not null: what nearly every function answers for unknown arguments.
inline Value unknown_result(Type type) {
  if (type.is_dynamic()) return Value::unknown(type);
  Refinement refinement;
  refinement.nullness = Refinement::Nullness::not_null;
  return Value::unknown(type, std::move(refinement));
}
inline Value text(std::string_view s) { return Value::string(s); }
Value list_of_text(const std::vector<std::string>& items);

inline bool is_sequence(Type type) {
  return type.kind() == TypeKind::list || type.kind() == TypeKind::set || type.kind() == TypeKind::tuple;
}
inline bool is_list_or_tuple(Type type) { return type.kind() == TypeKind::list || type.kind() == TypeKind::tuple; }
inline bool is_mapping(Type type) { return type.kind() == TypeKind::map || type.kind() == TypeKind::object; }

/// Names and values of a map or object, in key order.
std::vector<std::pair<std::string_view, Value>> entries(const Value& mapping);

/// A whole number in the range of int64, or why not.
std::variant<std::int64_t, CallError> whole_number(const Value& number, int argument);

/// Most elements one call may produce (reliability-security 7.1).
constexpr std::size_t kMaxElements = 1'000'000;
/// Most bytes one call may produce.
constexpr std::size_t kMaxText = std::size_t{64} << 20;

struct ValueHash {
  std::size_t operator()(const Value& value) const { return value.hash(); }
};
struct ValueSame {
  bool operator()(const Value& a, const Value& b) const { return a.same(b); }
};
using ValueSet = std::unordered_set<Value, ValueHash, ValueSame>;

/// The file functions' way to bytes: relative to the base directory, inside the allowed roots, at most `max_bytes`.
std::variant<std::string, CallError> read_file(const Call& call, const Value& path, std::uint64_t max_bytes);

}  // namespace terrace::lang
