// SPDX-License-Identifier: Apache-2.0
// Lists, maps, tuples and objects (checklist C4). Functions that only pick or rearrange keep the marks of elements
// where they are; the marks of the container itself go to the result.
#include <unordered_map>

#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

std::string not_a(std::string_view wanted, const Value& value) {
  return format("{} is required, not {}", wanted, value::friendly_name(value.type()));
}

// --- length, keys, values, lookup ---
constexpr Parameter kLength[] = {{"value", type_any, Allow::unknown | Allow::dynamic | Allow::marked}};
CallResult call_length(const Call& call) {
  const Value& value = call.arguments[0];
  Type type = value.type();
  Marks marks = value.marks();
  if (type.is_dynamic()) return unknown_result(Type::number()).with_marks(marks);
  if (type == Type::string()) {
    if (value.is_unknown()) {
      Refinement refinement;
      refinement.nullness = Refinement::Nullness::not_null;
      refinement.lower = Refinement::Bound{Number(0), true};
      return Value::unknown(Type::number(), std::move(refinement)).with_marks(marks);
    }
    return Value::number(static_cast<std::int64_t>(base::grapheme_count(value.as_string()))).with_marks(marks);
  }
  if (!is_sequence(type) && !is_mapping(type)) return fail(0, not_a("a string, list, map, set, tuple or object", value));
  return value::length(value.unmarked()).with_marks(marks);
}

constexpr Parameter kMapping[] = {{"map", type_any, Allow::unknown | Allow::marked}};
CallResult call_keys(const Call& call) {
  const Value& map = call.arguments[0];
  Marks marks = map.marks();
  if (map.type().kind() == TypeKind::object) {
    std::vector<Value> names;
    for (const auto& attribute : map.type().attributes()) names.push_back(text(attribute.name.text()));
    return Value::tuple(std::move(names)).with_marks(marks);
  }
  if (map.type().kind() != TypeKind::map) return fail(0, not_a("a map or object", map));
  if (map.is_unknown()) return unknown_result(type_strings()).with_marks(marks);
  std::vector<Value> names;
  for (const auto& key : map.keys()) names.push_back(text(key));
  return Value::list(Type::string(), std::move(names)).with_marks(marks);
}
CallResult call_values(const Call& call) {
  const Value& map = call.arguments[0];
  Marks marks = map.marks();
  if (map.type().kind() == TypeKind::object) {
    if (map.is_unknown()) {
      std::vector<Type> types;
      for (const auto& attribute : map.type().attributes()) types.push_back(attribute.type);
      return unknown_result(Type::tuple(std::move(types))).with_marks(marks);
    }
    return Value::tuple({map.elements().begin(), map.elements().end()}).with_marks(marks);
  }
  if (map.type().kind() != TypeKind::map) return fail(0, not_a("a map or object", map));
  if (map.is_unknown()) return unknown_result(Type::list(map.type().element())).with_marks(marks);
  return Value::list(map.type().element(), {map.elements().begin(), map.elements().end()}).with_marks(marks);
}

constexpr Parameter kLookup[] = {{"inputMap", type_any, Allow::unknown | Allow::marked},
                                 {"key", type_string, Allow::unknown | Allow::marked}};
constexpr Parameter kLookupDefault = {"default", type_any, Allow::null | Allow::unknown | Allow::dynamic | Allow::marked};
CallResult call_lookup(const Call& call) {
  const Value& map = call.arguments[0];
  const Value& key = call.arguments[1];
  if (call.arguments.size() > 3) return fail("a map, a key and at most one default are expected");
  const Value* fallback = call.arguments.size() == 3 ? &call.arguments[2] : nullptr;
  Marks marks = map.marks();
  marks.merge(key.marks());
  if (!is_mapping(map.type())) return fail(0, not_a("a map or object", map));
  bool object = map.type().kind() == TypeKind::object;
  if (key.is_unknown()) {
    return (object ? Value::unknown(Type::dynamic()) : Value::unknown(map.type().element())).with_marks(marks);
  }
  if (map.is_unknown()) {
    if (!object) return Value::unknown(map.type().element()).with_marks(marks);
    int index = map.type().attribute_index(Symbol(key.as_string()));
    if (index >= 0) return Value::unknown(map.type().attributes()[static_cast<std::size_t>(index)].type).with_marks(marks);
  } else {
    const Value* found = object ? map.attribute(key.as_string()) : map.find(key.as_string());
    if (found != nullptr) return found->with_marks(marks);
  }
  if (fallback == nullptr) {
    bool secret = key.marks().has(MarkKind::sensitive) || key.marks().has(MarkKind::ephemeral);
    return fail(1, secret ? std::string("there is no such element, and no default is given")
                          : format("there is no element \"{}\", and no default is given", base::printable(key.as_string())));
  }
  if (object) return fallback->with_marks(marks);
  auto converted = value::convert(*fallback, map.type().element());
  if (!converted) {
    return fail(2, "the default must have the type of the map's elements: " + converted.mismatch->text());
  }
  return converted.value.with_marks(marks);
}

// --- merge, zipmap, transpose ---
constexpr Parameter kMerge = {"maps", type_any, Allow::null | Allow::unknown | Allow::dynamic | Allow::marked};
CallResult call_merge(const Call& call) {
  Marks marks;
  std::vector<const Value*> maps;
  bool same_type = true, unknown = false;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Value& map = call.arguments[i];
    marks.merge(map.marks());
    if (map.is_null()) continue;
    if (map.type().is_dynamic()) {
      unknown = true;
      same_type = false;
      continue;
    }
    if (!is_mapping(map.type())) return fail(static_cast<int>(i), not_a("a map or object", map));
    if (map.is_unknown()) unknown = true;
    same_type = same_type && (maps.empty() || maps.front()->type() == map.type());
    maps.push_back(&map);
  }
  if (unknown) {
    bool typed = same_type && !maps.empty();
    return (typed ? unknown_result(maps.front()->type()) : Value::unknown(Type::dynamic())).with_marks(marks);
  }
  if (same_type && !maps.empty() && maps.front()->type().kind() == TypeKind::map) {
    std::vector<std::pair<std::string, Value>> merged;
    for (const Value* map : maps) {
      for (auto& [key, value] : entries(*map)) merged.emplace_back(key, std::move(value));
    }
    return Value::map(maps.front()->type().element(), std::move(merged)).with_marks(marks);
  }
  std::vector<std::pair<Symbol, Value>> merged;
  std::unordered_map<std::string_view, std::size_t> places;  // the keys live in the arguments
  for (const Value* map : maps) {
    for (auto& [key, value] : entries(*map)) {
      auto [it, fresh] = places.try_emplace(key, merged.size());
      if (fresh) {
        merged.emplace_back(Symbol(key), std::move(value));
      } else {
        merged[it->second].second = std::move(value);
      }
    }
  }
  return Value::object(std::move(merged)).with_marks(marks);
}

constexpr Parameter kZipmap[] = {{"keys", type_strings}, {"values", type_any, Allow::unknown | Allow::marked}};
CallResult call_zipmap(const Call& call) {
  const Value& keys = call.arguments[0];
  const Value& values = call.arguments[1];
  Marks marks = values.marks();
  if (!is_list_or_tuple(values.type())) return fail(1, not_a("a list or tuple", values));
  bool tuple = values.type().kind() == TypeKind::tuple;
  if (values.is_unknown() || !keys.is_wholly_known()) {
    return (tuple ? Value::unknown(Type::dynamic()) : unknown_result(Type::map(values.type().element()))).with_marks(marks);
  }
  if (keys.length() != values.length()) {
    return fail(format("{} and {} cannot be paired", base::count_of(keys.length(), "key"), base::count_of(values.length(), "value")));
  }
  std::vector<std::pair<std::string, Value>> pairs;
  for (std::size_t i = 0; i < keys.length(); ++i) {
    if (keys.elements()[i].is_null()) return fail(0, format("key {} is null", i));
    pairs.emplace_back(keys.elements()[i].as_string(), values.elements()[i]);
  }
  if (!tuple) return Value::map(values.type().element(), std::move(pairs)).with_marks(marks);
  std::map<std::string, Value> last;
  for (auto& [key, value] : pairs) last[key] = std::move(value);
  std::vector<std::pair<Symbol, Value>> attributes;
  for (auto& [key, value] : last) attributes.emplace_back(Symbol(key), std::move(value));
  return Value::object(std::move(attributes)).with_marks(marks);
}
std::optional<Type> zipmap_type(std::span<const Value> arguments) {
  Type values = arguments[1].type();
  return values.kind() == TypeKind::list ? std::optional(Type::map(values.element())) : std::nullopt;
}

constexpr Parameter kTranspose[] = {{"values", type_string_lists}};
CallResult call_transpose(const Call& call) {
  const Value& map = call.arguments[0];
  Type result = type_string_lists();
  if (!map.is_wholly_known()) return unknown_result(result);
  std::map<std::string, std::vector<Value>> turned;
  for (const auto& [key, list] : entries(map)) {
    if (list.is_null()) return fail(0, "a list in the map is null");
    for (const Value& element : list.elements()) {
      if (element.is_null()) return fail(0, "a list in the map holds null");
      turned[std::string(element.as_string())].push_back(text(key));
    }
  }
  std::vector<std::pair<std::string, Value>> pairs;
  for (auto& [key, list] : turned) pairs.emplace_back(key, Value::list(Type::string(), std::move(list)));
  return Value::map(type_strings(), std::move(pairs));
}

// --- concat, flatten, distinct, compact, reverse, sort, chunklist, slice ---
constexpr Parameter kConcat = {"seqs", type_any, Allow::unknown | Allow::marked};
CallResult call_concat(const Call& call) {
  if (call.arguments.empty()) return fail("at least one list is required");
  Marks marks;
  std::vector<Type> elements;
  bool lists = true, unknown = false;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Value& list = call.arguments[i];
    marks.merge(list.marks());
    if (!is_list_or_tuple(list.type())) return fail(static_cast<int>(i), not_a("a list or tuple", list));
    unknown = unknown || list.is_unknown();
    lists = lists && list.type().kind() == TypeKind::list;
    if (lists) elements.push_back(list.type().element());
  }
  if (lists) {
    if (auto element = value::unify(elements, value::Safety::unsafe)) {
      Type type = Type::list(*element);
      if (unknown) return unknown_result(type).with_marks(marks);
      std::vector<Value> all;
      for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        auto list = value::convert(call.arguments[i].unmarked(), type);
        if (!list) return fail(static_cast<int>(i), list.mismatch->text());
        all.insert(all.end(), list.value.elements().begin(), list.value.elements().end());
        if (all.size() > kMaxElements) return fail("the result has more than 1000000 elements");
      }
      // Of several dynamic element types the values decide: a list has one type.
      Type actual = element->has_dynamic() && !all.empty() ? all.front().type() : *element;
      return Value::list(actual, std::move(all)).with_marks(marks);
    }
  }
  std::vector<Value> all;
  for (const Value& list : call.arguments) {
    if (list.is_unknown()) {
      if (list.type().kind() == TypeKind::list) return Value::unknown(Type::dynamic()).with_marks(marks);
      for (Type type : list.type().elements()) all.push_back(Value::unknown(type));
      continue;
    }
    all.insert(all.end(), list.elements().begin(), list.elements().end());
    if (all.size() > kMaxElements) return fail("the result has more than 1000000 elements");
  }
  return Value::tuple(std::move(all)).with_marks(marks);
}

constexpr Parameter kFlatten[] = {{"list", type_any, Allow::marked}};
CallResult call_flatten(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_sequence(list.type())) return fail(0, not_a("a list, set or tuple", list));
  Marks marks = list.marks();
  std::vector<Value> flat;
  // An own stack: nesting is the user's and may be deep.
  std::vector<std::pair<Value, std::size_t>> stack{{list, 0}};
  bool unknown = false;
  while (!stack.empty()) {
    auto& [current, next] = stack.back();
    if (next == current.length()) {
      stack.pop_back();
      continue;
    }
    Value element = current.elements()[next++];
    if (element.is_null() || !(is_sequence(element.type()) || (element.is_unknown() && element.type().is_dynamic()))) {
      if (flat.size() == kMaxElements) return fail("the result has more than 1000000 elements");
      flat.push_back(std::move(element));
      continue;
    }
    marks.merge(element.marks());
    if (element.is_unknown()) {
      unknown = true;  // how many elements it will bring is not known
      continue;
    }
    stack.emplace_back(std::move(element), 0);
  }
  if (unknown) return Value::unknown(Type::dynamic()).with_marks(marks);
  return Value::tuple(std::move(flat)).with_marks(marks);
}

std::optional<Type> first_type(std::span<const Value> arguments) { return arguments[0].type(); }

constexpr Parameter kDistinct[] = {{"list", type_list}};
CallResult call_distinct(const Call& call) {
  const Value& list = call.arguments[0];
  if (!list.is_wholly_known()) return unknown_result(list.type());
  ValueSet seen;
  std::vector<Value> kept;
  for (const Value& element : list.elements()) {
    if (seen.insert(element).second) kept.push_back(element);
  }
  return Value::list(list.type().element(), std::move(kept));
}
constexpr Parameter kStrings[] = {{"list", type_strings}};
CallResult call_compact(const Call& call) {
  const Value& list = call.arguments[0];
  if (!list.is_wholly_known()) return unknown_result(list.type());
  std::vector<Value> kept;
  for (const Value& element : list.elements()) {
    if (!element.is_null() && !element.as_string().empty()) kept.push_back(element);
  }
  return Value::list(Type::string(), std::move(kept));
}
CallResult call_sort(const Call& call) {
  const Value& list = call.arguments[0];
  for (std::size_t i = 0; i < list.length(); ++i) {
    if (list.elements()[i].is_null()) return fail(0, format("element {} is null, and null has no place in an order", i));
  }
  if (!list.is_wholly_known()) {
    Refinement refinement;
    refinement.nullness = Refinement::Nullness::not_null;
    refinement.min_length = refinement.max_length = list.length();
    return Value::unknown(list.type(), std::move(refinement));
  }
  std::vector<Value> sorted(list.elements().begin(), list.elements().end());
  std::sort(sorted.begin(), sorted.end(), [](const Value& a, const Value& b) { return a.as_string() < b.as_string(); });
  return Value::list(Type::string(), std::move(sorted));
}

constexpr Parameter kReverse[] = {{"list", type_any, Allow::marked}};
std::optional<Type> reverse_type(std::span<const Value> arguments) {
  Type type = arguments[0].type();
  if (type.kind() == TypeKind::set) return Type::list(type.element());
  if (type.kind() != TypeKind::tuple) return type;
  return Type::tuple({type.elements().rbegin(), type.elements().rend()});
}
CallResult call_reverse(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_sequence(list.type())) return fail(0, not_a("a list, set or tuple", list));
  std::vector<Value> reversed(list.elements().rbegin(), list.elements().rend());
  if (list.type().kind() == TypeKind::tuple) return Value::tuple(std::move(reversed)).with_marks(list.marks());
  return Value::list(list.type().element(), std::move(reversed)).with_marks(list.marks());
}

constexpr Parameter kChunklist[] = {{"list", type_list, Allow::marked}, {"size", type_number}};
std::optional<Type> chunklist_type(std::span<const Value> arguments) { return Type::list(arguments[0].type()); }
CallResult call_chunklist(const Call& call) {
  const Value& list = call.arguments[0];
  auto size_or = whole_number(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&size_or)) return *error;
  if (std::get<0>(size_or) < 0) return fail(1, "the size must not be negative");
  auto size = static_cast<std::size_t>(std::get<0>(size_or));
  if (size == 0) size = std::max<std::size_t>(list.length(), 1);
  std::vector<Value> chunks;
  auto elements = list.elements();
  for (std::size_t at = 0; at < elements.size(); at += std::min(size, elements.size() - at)) {
    auto part = elements.subspan(at, std::min(size, elements.size() - at));
    chunks.push_back(Value::list(list.type().element(), {part.begin(), part.end()}));
  }
  return Value::list(list.type(), std::move(chunks)).with_marks(list.marks());
}

constexpr Parameter kSlice[] = {{"list", type_any, Allow::unknown | Allow::marked}, {"start_index", type_number}, {"end_index", type_number}};
CallResult call_slice(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_list_or_tuple(list.type())) return fail(0, not_a("a list or tuple", list));
  auto start_or = whole_number(call.arguments[1], 1), end_or = whole_number(call.arguments[2], 2);
  if (auto* error = std::get_if<CallError>(&start_or)) return *error;
  if (auto* error = std::get_if<CallError>(&end_or)) return *error;
  std::int64_t start = std::get<0>(start_or), end = std::get<0>(end_or);
  if (start < 0) return fail(1, "the start index must not be negative");
  if (start > end) return fail(1, "the start index must not be greater than the end index");
  bool tuple = list.type().kind() == TypeKind::tuple;
  if (list.is_unknown() && !tuple) return unknown_result(list.type()).with_marks(list.marks());
  std::size_t length = tuple ? list.type().elements().size() : list.length();
  if (static_cast<std::uint64_t>(end) > length) {
    return fail(2, format("the end index must not be greater than the length, {}", length));
  }
  auto from = static_cast<std::size_t>(start), count = static_cast<std::size_t>(end - start);
  if (list.is_unknown()) {
    auto types = list.type().elements().subspan(from, count);
    return unknown_result(Type::tuple({types.begin(), types.end()})).with_marks(list.marks());
  }
  auto part = list.elements().subspan(from, count);
  std::vector<Value> values(part.begin(), part.end());
  return (tuple ? Value::tuple(std::move(values)) : Value::list(list.type().element(), std::move(values)))
      .with_marks(list.marks());
}

// --- element, index, contains, one, matchkeys ---
constexpr Parameter kElement[] = {{"list", type_any, Allow::unknown | Allow::marked}, {"index", type_number}};
CallResult call_element(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_list_or_tuple(list.type())) return fail(0, not_a("a list or tuple", list));
  auto index_or = whole_number(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&index_or)) return *error;
  bool tuple = list.type().kind() == TypeKind::tuple;
  if (list.is_unknown() && !tuple) return Value::unknown(list.type().element()).with_marks(list.marks());
  std::size_t length = tuple ? list.type().elements().size() : list.length();
  if (length == 0) return fail(0, "the list is empty, so it has no element to choose");
  auto size = static_cast<std::int64_t>(length);
  auto index = static_cast<std::size_t>((std::get<0>(index_or) % size + size) % size);
  if (list.is_unknown()) return Value::unknown(list.type().elements()[index]).with_marks(list.marks());
  return list.elements()[index].with_marks(list.marks());
}

constexpr Parameter kIndex[] = {{"list", type_any}, {"value", type_any, Allow::dynamic}};
CallResult call_index(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_list_or_tuple(list.type())) return fail(0, not_a("a list or tuple", list));
  if (list.length() == 0) return fail(0, "an empty list has no elements");
  for (std::size_t i = 0; i < list.length(); ++i) {
    Value equal = value::equals(list.elements()[i], call.arguments[1]);
    if (equal.is_unknown()) return unknown_result(Type::number());
    if (equal.as_bool()) return Value::number(static_cast<std::int64_t>(i));
  }
  return fail(1, "no element of the list is equal to this value");
}
constexpr Parameter kContains[] = {{"list", type_any}, {"value", type_any, Allow::dynamic}};
CallResult call_contains(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_sequence(list.type())) return fail(0, not_a("a list, set or tuple", list));
  bool unknown = false;
  for (const Value& element : list.elements()) {
    Value equal = value::equals(element, call.arguments[1]);
    if (equal.is_unknown()) {
      unknown = true;
    } else if (equal.as_bool()) {
      return Value::boolean(true);
    }
  }
  return unknown ? unknown_result(Type::boolean()) : Value::boolean(false);
}

constexpr Parameter kOne[] = {{"list", type_any, Allow::unknown}};
CallResult call_one(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_sequence(list.type())) return fail(0, not_a("a list, set or tuple", list));
  if (list.type().kind() == TypeKind::tuple) {
    auto types = list.type().elements();
    if (types.size() > 1) return fail(0, format("at most one element is expected, but there are {}", types.size()));
    if (types.empty()) return Value::null(Type::dynamic());
    return list.is_unknown() ? Value::unknown(types[0]) : list.elements()[0];
  }
  if (list.is_unknown()) return Value::unknown(list.type().element());
  // Elements of a set that are unknown yet may turn out equal.
  if (list.length() > 1 && list.type().kind() == TypeKind::set && !list.is_wholly_known()) {
    return Value::unknown(list.type().element());
  }
  if (list.length() > 1) return fail(0, format("at most one element is expected, but there are {}", list.length()));
  return list.length() == 0 ? Value::null(list.type().element()) : list.elements()[0];
}

constexpr Parameter kMatchkeys[] = {{"values", type_list}, {"keys", type_list}, {"searchset", type_list}};
CallResult call_matchkeys(const Call& call) {
  const Value& values = call.arguments[0];
  if (values.length() != call.arguments[1].length()) return fail(1, "there must be as many keys as values");
  Type element = values.type().element();
  for (const Value& argument : call.arguments) {
    if (!argument.is_wholly_known()) return unknown_result(values.type());
  }
  Type types[] = {call.arguments[1].type(), call.arguments[2].type()};
  auto type = value::unify(types, value::Safety::unsafe);
  auto keys = type ? value::convert(call.arguments[1], *type) : value::Conversion{};
  auto wanted = type ? value::convert(call.arguments[2], *type) : value::Conversion{};
  if (!type || !keys || !wanted) return fail(2, "the keys and the searchset must have the same element type");
  ValueSet set(wanted.value.elements().begin(), wanted.value.elements().end());
  std::vector<Value> kept;
  for (std::size_t i = 0; i < values.length(); ++i) {
    if (set.count(keys.value.elements()[i]) != 0) kept.push_back(values.elements()[i]);
  }
  return Value::list(element, std::move(kept));
}

// --- coalesce, coalescelist, alltrue, anytrue ---
constexpr Parameter kCoalesce = {"vals", type_any, Allow::null | Allow::unknown | Allow::dynamic};
CallResult call_coalesce(const Call& call) {
  if (call.arguments.empty()) return fail("at least one value is required");
  std::vector<Type> types;
  for (const Value& value : call.arguments) {
    if (value.is_null() && value.type().is_dynamic()) continue;
    types.push_back(value.type());
  }
  auto type = types.empty() ? std::nullopt : value::unify(types, value::Safety::unsafe);
  if (!types.empty() && !type) return fail("all values must have the same type");
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Value& value = call.arguments[i];
    if (value.is_null()) continue;
    if (value.is_unknown()) return Value::unknown(*type);
    auto converted = value::convert(value, *type);
    if (!converted) return fail(static_cast<int>(i), converted.mismatch->text());
    const Value& result = converted.value;
    if (result.kind() == Kind::string && result.as_string().empty()) continue;
    return result;
  }
  return fail("no value is neither null nor an empty string");
}
constexpr Parameter kCoalescelist = {"vals", type_any, Allow::null | Allow::unknown | Allow::dynamic};
CallResult call_coalescelist(const Call& call) {
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Value& list = call.arguments[i];
    if (list.is_null()) return fail(static_cast<int>(i), "the list must not be null");
    if (list.type().is_dynamic() || (list.is_unknown() && is_list_or_tuple(list.type()))) return Value::unknown(Type::dynamic());
    if (!is_list_or_tuple(list.type())) return fail(static_cast<int>(i), not_a("a list or tuple", list));
    if (list.length() > 0) return list;
  }
  return fail("every list is empty");
}

constexpr Parameter kBools[] = {{"list", type_bools}};
CallResult call_alltrue(const Call& call) {
  bool unknown = false;
  for (const Value& element : call.arguments[0].elements()) {
    if (element.is_unknown()) {
      unknown = true;
    } else if (element.is_null() || !element.as_bool()) {
      return Value::boolean(false);
    }
  }
  return unknown ? unknown_result(Type::boolean()) : Value::boolean(true);
}
CallResult call_anytrue(const Call& call) {
  bool unknown = false;
  for (const Value& element : call.arguments[0].elements()) {
    if (element.is_unknown()) {
      unknown = true;
    } else if (!element.is_null() && element.as_bool()) {
      return Value::boolean(true);
    }
  }
  return unknown ? unknown_result(Type::boolean()) : Value::boolean(false);
}

}  // namespace

const Builtin builtin_length = {.name = "length", .signature = "length(value)",
    .doc = "The number of elements, or of a string's characters (grapheme clusters).",
    .parameters = kLength, .result = type_number, .call = call_length};
const Builtin builtin_keys = {.name = "keys", .signature = "keys(map)",
    .doc = "The keys of a map or object, sorted.",
    .parameters = kMapping, .result = type_any, .call = call_keys};
const Builtin builtin_values = {.name = "values", .signature = "values(map)",
    .doc = "The values of a map or object, in the order of its keys.",
    .parameters = kMapping, .result = type_any, .call = call_values};
const Builtin builtin_lookup = {.name = "lookup", .signature = "lookup(inputMap, key, default)",
    .doc = "The element of a map or object with a key, or the default.",
    .parameters = kLookup, .variadic = &kLookupDefault, .result = type_any, .call = call_lookup, .not_null = false};
const Builtin builtin_merge = {.name = "merge", .signature = "merge(maps...)",
    .doc = "One map or object with the elements of all; of equal keys the last wins.",
    .variadic = &kMerge, .result = type_any, .call = call_merge};
const Builtin builtin_zipmap = {.name = "zipmap", .signature = "zipmap(keys, values)",
    .doc = "A map or object of keys and the values at the same places.",
    .parameters = kZipmap, .result_type = zipmap_type, .call = call_zipmap};
const Builtin builtin_transpose = {.name = "transpose", .signature = "transpose(values)",
    .doc = "A map of lists of strings turned round: each string with the list of keys it stood under.",
    .parameters = kTranspose, .result = type_string_lists, .call = call_transpose};
const Builtin builtin_concat = {.name = "concat", .signature = "concat(seqs...)",
    .doc = "The elements of all lists or tuples, one after another.",
    .variadic = &kConcat, .result = type_any, .call = call_concat};
const Builtin builtin_flatten = {.name = "flatten", .signature = "flatten(list)",
    .doc = "The elements with every list in them replaced by its elements.",
    .parameters = kFlatten, .result = type_any, .call = call_flatten};
const Builtin builtin_distinct = {.name = "distinct", .signature = "distinct(list)",
    .doc = "The list without repeated elements; the first of each stays.",
    .parameters = kDistinct, .result_type = first_type, .call = call_distinct};
const Builtin builtin_compact = {.name = "compact", .signature = "compact(list)",
    .doc = "The list of strings without null and empty ones.",
    .parameters = kStrings, .result = type_strings, .call = call_compact};
const Builtin builtin_sort = {.name = "sort", .signature = "sort(list)",
    .doc = "The list of strings in bytewise order.",
    .parameters = kStrings, .result = type_strings, .call = call_sort};
const Builtin builtin_reverse = {.name = "reverse", .signature = "reverse(list)",
    .doc = "The elements in reverse order.",
    .parameters = kReverse, .result_type = reverse_type, .call = call_reverse};
const Builtin builtin_chunklist = {.name = "chunklist", .signature = "chunklist(list, size)",
    .doc = "The list cut into lists of the given size; 0 means one list.",
    .parameters = kChunklist, .result_type = chunklist_type, .call = call_chunklist};
const Builtin builtin_slice = {.name = "slice", .signature = "slice(list, start_index, end_index)",
    .doc = "The elements from start_index to just before end_index.",
    .parameters = kSlice, .result = type_any, .call = call_slice};
const Builtin builtin_element = {.name = "element", .signature = "element(list, index)",
    .doc = "One element; the index wraps around, and counts from the end when negative.",
    .parameters = kElement, .result = type_any, .call = call_element, .not_null = false};
const Builtin builtin_index = {.name = "index", .signature = "index(list, value)",
    .doc = "The place of the first element equal to the value.",
    .parameters = kIndex, .result = type_number, .call = call_index};
const Builtin builtin_contains = {.name = "contains", .signature = "contains(list, value)",
    .doc = "True if an element is equal to the value.",
    .parameters = kContains, .result = type_bool, .call = call_contains};
const Builtin builtin_one = {.name = "one", .signature = "one(list)",
    .doc = "The only element, or null if there is none.",
    .parameters = kOne, .result = type_any, .call = call_one, .not_null = false};
const Builtin builtin_matchkeys = {.name = "matchkeys", .signature = "matchkeys(values, keys, searchset)",
    .doc = "The values whose key at the same place is in searchset.",
    .parameters = kMatchkeys, .result_type = first_type, .call = call_matchkeys};
const Builtin builtin_coalesce = {.name = "coalesce", .signature = "coalesce(vals...)",
    .doc = "The first value that is neither null nor an empty string.",
    .variadic = &kCoalesce, .result = type_any, .call = call_coalesce};
const Builtin builtin_coalescelist = {.name = "coalescelist", .signature = "coalescelist(vals...)",
    .doc = "The first list or tuple that is not empty.",
    .variadic = &kCoalescelist, .result = type_any, .call = call_coalescelist};
const Builtin builtin_alltrue = {.name = "alltrue", .signature = "alltrue(list)",
    .doc = "True if every element is true.",
    .parameters = kBools, .result = type_bool, .call = call_alltrue};
const Builtin builtin_anytrue = {.name = "anytrue", .signature = "anytrue(list)",
    .doc = "True if any element is true.",
    .parameters = kBools, .result = type_bool, .call = call_anytrue};

}  // namespace terrace::lang
