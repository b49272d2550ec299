// SPDX-License-Identifier: Apache-2.0
// Type conversion and marks (checklist C10).
#include "lang/functions/support.h"
#include "value/path.h"

namespace terrace::lang {
namespace {

constexpr Allow kAnything = Allow::null | Allow::unknown | Allow::dynamic | Allow::marked;
constexpr Parameter kValue[] = {{"v", type_any, kAnything}};

template <Type (*target)()>
CallResult convert_to(const Call& call) {
  auto result = value::convert(call.arguments[0], target());
  // Never the value itself: it may be sensitive.
  if (!result) {
    return fail(0, format("cannot convert {} to {}: {}", value::friendly_name(call.arguments[0].type()),
                          value::friendly_name(target()), result.mismatch->text()));
  }
  return std::move(result.value);
}
Type type_map() { return Type::map(Type::dynamic()); }

CallResult call_sensitive(const Call& call) { return call.arguments[0].mark(MarkKind::sensitive); }
CallResult call_nonsensitive(const Call& call) {
  const Value& value = call.arguments[0];
  return value.unmarked().with_marks(value.marks().without(MarkKind::sensitive));
}
CallResult call_issensitive(const Call& call) {
  const Value& value = call.arguments[0];
  if (value.marks().has(MarkKind::sensitive)) return Value::boolean(true);
  return value.is_unknown() ? unknown_result(Type::boolean()) : Value::boolean(false);
}
CallResult call_ephemeralasnull(const Call& call) {
  if (!call.arguments[0].contains_marks()) return call.arguments[0];
  return value::transform(call.arguments[0], [](const Path&, const Value& value) {
    if (!value.marks().has(MarkKind::ephemeral)) return value;
    return Value::null(value.type()).with_marks(value.marks().without(MarkKind::ephemeral));
  });
}
std::optional<Type> same_type(std::span<const Value> arguments) { return arguments[0].type(); }

constexpr Parameter kStub = {"args", type_any, kAnything};
CallResult call_list(const Call&) { return fail("the function list no longer exists; write tolist([...]) instead"); }
CallResult call_map(const Call&) { return fail("the function map no longer exists; write tomap({...}) instead"); }

}  // namespace

const Builtin builtin_tostring = {.name = "tostring", .signature = "tostring(v)", .doc = "The value as a string.",
    .parameters = kValue, .result = type_string, .call = convert_to<type_string>, .not_null = false};
const Builtin builtin_tonumber = {.name = "tonumber", .signature = "tonumber(v)", .doc = "The value as a number.",
    .parameters = kValue, .result = type_number, .call = convert_to<type_number>, .not_null = false};
const Builtin builtin_tobool = {.name = "tobool", .signature = "tobool(v)", .doc = "The value as a bool.",
    .parameters = kValue, .result = type_bool, .call = convert_to<type_bool>, .not_null = false};
const Builtin builtin_tolist = {.name = "tolist", .signature = "tolist(v)",
    .doc = "A set or tuple as a list of one element type.",
    .parameters = kValue, .result = type_list, .call = convert_to<type_list>, .not_null = false};
const Builtin builtin_toset = {.name = "toset", .signature = "toset(v)",
    .doc = "A list or tuple as a set: without order and duplicates.",
    .parameters = kValue, .result = type_set, .call = convert_to<type_set>, .not_null = false};
const Builtin builtin_tomap = {.name = "tomap", .signature = "tomap(v)",
    .doc = "An object as a map of one element type.",
    .parameters = kValue, .result = type_map, .call = convert_to<type_map>, .not_null = false};
const Builtin builtin_sensitive = {.name = "sensitive", .signature = "sensitive(value)",
    .doc = "The value, hidden in all output.",
    .parameters = kValue, .result_type = same_type, .call = call_sensitive, .not_null = false};
const Builtin builtin_nonsensitive = {.name = "nonsensitive", .signature = "nonsensitive(value)",
    .doc = "The value, shown in output even if it was sensitive.",
    .parameters = kValue, .result_type = same_type, .call = call_nonsensitive, .not_null = false};
const Builtin builtin_issensitive = {.name = "issensitive", .signature = "issensitive(value)",
    .doc = "True if the value is sensitive.",
    .parameters = kValue, .result = type_bool, .call = call_issensitive};
const Builtin builtin_ephemeralasnull = {.name = "ephemeralasnull", .signature = "ephemeralasnull(value)",
    .doc = "The value with every ephemeral part replaced by null.",
    .parameters = kValue, .result_type = same_type, .call = call_ephemeralasnull, .not_null = false};
const Builtin builtin_list = {.name = "list", .signature = "list(args...)",
    .doc = "Removed: use tolist([...]).", .variadic = &kStub, .result = type_any, .call = call_list};
const Builtin builtin_map = {.name = "map", .signature = "map(args...)",
    .doc = "Removed: use tomap({...}).", .variadic = &kStub, .result = type_any, .call = call_map};

// Their arguments are evaluated by the caller, lazily or in an own scope: `call` stays empty.
constexpr Parameter kExpressions = {"expressions", type_any, kAnything};
constexpr Parameter kExpression[] = {{"expression", type_any, kAnything}};
const Builtin builtin_try = {.name = "try", .signature = "try(expressions...)",
    .doc = "The value of the first expression that has no error.", .variadic = &kExpressions, .result = type_any,
    .not_null = false};
const Builtin builtin_can = {.name = "can", .signature = "can(expression)",
    .doc = "True if the expression has no error.", .parameters = kExpression, .result = type_bool};
constexpr Parameter kTemplatefile[] = {{"path", type_string}, {"vars", type_any}};
const Builtin builtin_templatefile = {.name = "templatefile", .signature = "templatefile(path, vars)",
    .doc = "The text of a template file, with vars as the only names in it.",
    .parameters = kTemplatefile, .result = type_any};
constexpr Parameter kTemplatestring[] = {{"template", type_string}, {"vars", type_any}};
const Builtin builtin_templatestring = {.name = "templatestring", .signature = "templatestring(template, vars)",
    .doc = "The text of a template given as a string, with vars as the only names in it.",
    .parameters = kTemplatestring, .result = type_any};

}  // namespace terrace::lang
