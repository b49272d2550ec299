// SPDX-License-Identifier: Apache-2.0
// The bodies of the built-ins on JSON arguments, and their treatment of unknowns and marks. What call.cc does for
// them (conversion, null, unknown) is done here in its simplest form.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "lang/functions/support.h"
#include "value/json.h"
#include "value/print.h"
#include "world/fake_world.h"

namespace terrace::lang {
namespace {

struct NoNames : Scope {
  std::optional<Resolved> resolve(const hcl::TraversalExpr&, Diagnostics&) const override { return std::nullopt; }
  const FunctionContext& functions() const override { return context; }
  const SourceFiles& sources() const override { return files; }
  FunctionContext context;
  SourceFiles files;
};

CallResult call_builtin(std::string_view name, std::vector<Value> arguments, const NoNames& scope = {}) {
  const Builtin* builtin = find_builtin(name);
  if (builtin == nullptr || builtin->call == nullptr) return fail("no such function");
  std::size_t fixed = builtin->parameters.size();
  if (arguments.size() < fixed || (arguments.size() > fixed && builtin->variadic == nullptr)) return fail("wrong number of arguments");
  Marks marks;
  bool unknown = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = i < fixed ? builtin->parameters[i] : *builtin->variadic;
    Value& argument = arguments[i];
    if (argument.is_null() && !has(parameter.allow, Allow::null)) return fail(static_cast<int>(i), "null");
    if (!has(parameter.allow, Allow::marked)) {
      marks.merge(argument.all_marks());
      argument = argument.unmarked_deep();
    }
    auto converted = value::convert(argument, parameter.type());
    if (!converted) return fail(static_cast<int>(i), converted.mismatch->text());
    argument = converted.value;
    unknown = unknown || (argument.is_unknown() && !has(parameter.allow, Allow::unknown));
  }
  if (unknown) {
    auto type = builtin->result_type != nullptr ? builtin->result_type(arguments) : builtin->result();
    return unknown_result(type.value_or(Type::dynamic())).with_marks(marks);
  }
  CallResult result = builtin->call({arguments, scope.context, scope});
  if (auto* value = std::get_if<Value>(&result)) return value->with_marks(marks);
  return result;
}
Value json(std::string_view text) {
  auto document = JsonDocument::parse(std::string(text));
  EXPECT_TRUE(document.has_value()) << text;
  return value::parse_simple_json(document->root());
}
std::string shown(const CallResult& result) {
  if (std::holds_alternative<CallError>(result)) return "ERR";
  const Value& value = std::get<Value>(result);
  return value.is_wholly_known() && !value.contains_marks() ? value::simple_json(value) : value::print(value);
}

struct Row {
  const char* function;
  const char* arguments;
  const char* expected;
};

TEST(Builtins, AgreeWithThePeer) {
  static constexpr Row kRows[] = {
#include "lang/functions/functions_test_rows.inc"
  };
  for (const Row& row : kRows) {
    Value arguments = json(row.arguments);
    auto elements = arguments.elements();
    auto result = call_builtin(row.function, {elements.begin(), elements.end()});
    const auto* error = std::get_if<CallError>(&result);
    EXPECT_EQ(shown(result), row.expected) << row.function << row.arguments << (error ? " " + error->message : "");
  }
}
}  // namespace
}  // namespace terrace::lang
