// SPDX-License-Identifier: Apache-2.0
// Operations on sets (checklist C4). Element types are unified first; membership is by hash.
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

/// All arguments as sets of one element type, or why not.
std::variant<std::vector<Value>, CallError> unified_sets(const Call& call) {
  std::vector<Type> types;
  for (const Value& set : call.arguments) {
    bool undecided = set.type().element().is_dynamic() && set.is_known() && set.length() == 0;
    if (!undecided) types.push_back(set.type());
  }
  Type type = type_set();
  if (!types.empty()) {
    auto unified = value::unify(types, value::Safety::unsafe);
    if (!unified) return fail("the elements of all sets must have the same type");
    type = *unified;
  }
  std::vector<Value> sets;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    auto set = value::convert(call.arguments[i], type);
    if (!set) return fail(static_cast<int>(i), set.mismatch->text());
    sets.push_back(std::move(set.value));
  }
  return sets;
}
bool all_known(const std::vector<Value>& sets) {
  return std::all_of(sets.begin(), sets.end(), [](const Value& set) { return set.is_wholly_known(); });
}
std::optional<Type> unified_type(std::span<const Value> arguments) {
  std::vector<Type> types;
  for (const Value& set : arguments) types.push_back(set.type());
  return value::unify(types, value::Safety::unsafe);
}

constexpr Parameter kFirstSet[] = {{"first_set", type_set}};
constexpr Parameter kOtherSets = {"other_sets", type_set};

CallResult call_setunion(const Call& call) {
  auto sets_or = unified_sets(call);
  if (auto* error = std::get_if<CallError>(&sets_or)) return *error;
  auto& sets = std::get<0>(sets_or);
  Type type = sets.front().type();
  if (!all_known(sets)) return unknown_result(type);
  std::vector<Value> all;
  for (const Value& set : sets) all.insert(all.end(), set.elements().begin(), set.elements().end());
  return Value::set(type.element(), std::move(all));
}
CallResult call_setintersection(const Call& call) {
  auto sets_or = unified_sets(call);
  if (auto* error = std::get_if<CallError>(&sets_or)) return *error;
  auto& sets = std::get<0>(sets_or);
  Type type = sets.front().type();
  if (!all_known(sets)) return unknown_result(type);
  std::vector<Value> kept(sets.front().elements().begin(), sets.front().elements().end());
  for (std::size_t i = 1; i < sets.size(); ++i) {
    ValueSet other(sets[i].elements().begin(), sets[i].elements().end());
    kept.erase(std::remove_if(kept.begin(), kept.end(), [&](const Value& v) { return other.count(v) == 0; }), kept.end());
  }
  return Value::set(type.element(), std::move(kept));
}
constexpr Parameter kSubtract[] = {{"a", type_set}, {"b", type_set}};
CallResult call_setsubtract(const Call& call) {
  auto sets_or = unified_sets(call);
  if (auto* error = std::get_if<CallError>(&sets_or)) return *error;
  auto& sets = std::get<0>(sets_or);
  Type type = sets.front().type();
  if (!all_known(sets)) return unknown_result(type);
  ValueSet other(sets[1].elements().begin(), sets[1].elements().end());
  std::vector<Value> kept;
  for (const Value& element : sets.front().elements()) {
    if (other.count(element) == 0) kept.push_back(element);
  }
  return Value::set(type.element(), std::move(kept));
}

constexpr Parameter kProduct = {"sets", type_any};
CallResult call_setproduct(const Call& call) {
  auto arguments = call.arguments;
  if (arguments.size() < 2) return fail("at least two sets or lists are required");
  bool ordered = true, unknown = false;
  std::size_t count = 1;
  std::vector<Value> inputs;
  std::vector<Type> element_types;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Value& input = arguments[i];
    if (!is_sequence(input.type())) {
      return fail(static_cast<int>(i), "a set or list is required, not " + value::friendly_name(input.type()));
    }
    bool set = input.type().kind() == TypeKind::set;
    ordered = ordered && !set;
    auto unified = value::convert(input, set ? type_set() : type_list());
    if (!unified) return fail(static_cast<int>(i), "all elements must have the same type: " + unified.mismatch->text());
    unknown = unknown || (set && !unified.value.is_wholly_known());
    inputs.push_back(unified.value);
    element_types.push_back(unified.value.type().element());
    if (input.length() != 0 && count > kMaxElements / input.length()) {
      return fail("the result would have more than 1000000 elements");
    }
    count *= input.length();
  }
  Type element = Type::tuple(element_types);
  if (unknown) return unknown_result(ordered ? Type::list(element) : Type::set(element));
  std::vector<Value> product;
  product.reserve(count);
  std::vector<std::size_t> at(inputs.size(), 0);
  for (std::size_t n = 0; n < count; ++n) {
    std::vector<Value> row;
    row.reserve(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) row.push_back(inputs[i].elements()[at[i]]);
    product.push_back(Value::tuple(std::move(row)));
    for (std::size_t i = inputs.size(); i-- > 0;) {  // the last argument changes fastest
      if (++at[i] < inputs[i].length()) break;
      at[i] = 0;
    }
  }
  return ordered ? Value::list(element, std::move(product)) : Value::set(element, std::move(product));
}

}  // namespace

const Builtin builtin_setunion = {.name = "setunion", .signature = "setunion(sets...)",
    .doc = "The elements that are in any of the sets.",
    .parameters = kFirstSet, .variadic = &kOtherSets, .result_type = unified_type, .call = call_setunion};
const Builtin builtin_setintersection = {.name = "setintersection", .signature = "setintersection(sets...)",
    .doc = "The elements that are in all of the sets.",
    .parameters = kFirstSet, .variadic = &kOtherSets, .result_type = unified_type, .call = call_setintersection};
const Builtin builtin_setsubtract = {.name = "setsubtract", .signature = "setsubtract(a, b)",
    .doc = "The elements of a that are not in b.",
    .parameters = kSubtract, .result_type = unified_type, .call = call_setsubtract};
const Builtin builtin_setproduct = {.name = "setproduct", .signature = "setproduct(sets...)",
    .doc = "Every combination of one element from each set or list; a list if all are lists.",
    .variadic = &kProduct, .result = type_any, .call = call_setproduct};

}  // namespace terrace::lang
