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

Value secret(std::string_view text) { return Value::string(text).mark(MarkKind::sensitive); }

TEST(Builtins, ListIsSortedAndComplete) {
  auto all = builtins();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Builtin* a, const Builtin* b) { return a->name < b->name; }));
  for (const Builtin* builtin : all) {
    EXPECT_EQ(find_builtin(builtin->name), builtin);
    EXPECT_FALSE(builtin->doc.empty()) << builtin->name;
    bool lazy = builtin->name == "try" || builtin->name == "can" || builtin->name.starts_with("template");
    EXPECT_EQ(builtin->call == nullptr, lazy) << builtin->name;
  }
  EXPECT_EQ(find_builtin("nope"), nullptr);
}

TEST(Builtins, MarksStayWhereTheyBelong) {
  Value pair = Value::tuple({secret("a"), text("b")});
  auto reversed = std::get<Value>(call_builtin("reverse", {pair}));
  EXPECT_FALSE(reversed.has_marks());
  EXPECT_TRUE(reversed.elements()[1].has_marks());
  EXPECT_FALSE(std::get<Value>(call_builtin("element", {pair, Value::number(1)})).contains_marks());
  EXPECT_FALSE(std::get<Value>(call_builtin("length", {pair})).contains_marks());
  EXPECT_TRUE(std::get<Value>(call_builtin("length", {pair.mark(MarkKind::sensitive)})).has_marks());
  EXPECT_TRUE(std::get<Value>(call_builtin("join", {text(","), pair})).has_marks());
  Value object = json(R"({"a":1})");
  EXPECT_FALSE(std::get<Value>(call_builtin("lookup", {object, text("a"), secret("x")})).contains_marks());
  EXPECT_TRUE(std::get<Value>(call_builtin("lookup", {object, text("b"), secret("x")})).contains_marks());
  EXPECT_FALSE(std::get<Value>(call_builtin("nonsensitive", {secret("x")})).contains_marks());
}

TEST(Builtins, UnknownPartsDecideAsLittleAsTheyMust) {
  Value unknown = Value::unknown(Type::string());
  auto formatted = std::get<Value>(call_builtin("format", {text("server-%s-%s"), unknown, text("x")}));
  ASSERT_TRUE(formatted.is_unknown() && formatted.refinement() != nullptr);
  EXPECT_TRUE(std::string_view("server-").starts_with(formatted.refinement()->prefix));
  EXPECT_FALSE(formatted.refinement()->prefix.empty());
  EXPECT_EQ(shown(call_builtin("length", {Value::tuple({unknown, unknown})})), "2");
  EXPECT_EQ(shown(call_builtin("contains", {Value::tuple({unknown, text("a")}), text("a")})), "true");
  EXPECT_TRUE(std::get<Value>(call_builtin("contains", {Value::tuple({unknown}), text("a")})).is_unknown());
  EXPECT_EQ(shown(call_builtin("coalesce", {text("a"), unknown})), "\"a\"");
  EXPECT_EQ(shown(call_builtin("alltrue", {Value::tuple({Value::unknown(Type::boolean()), Value::boolean(false)})})), "false");
  EXPECT_EQ(std::get<Value>(call_builtin("merge", {json(R"({"a":1})"), Value::unknown(Type::dynamic())})).type(), Type::dynamic());
}

TEST(Builtins, ReadFilesOnlyWhereAllowed) {
  world::FakeWorld fake;
  fake.put_file("/m/a.txt", "hello");
  fake.put_file("/m/sub/b.txt", "b");
  fake.put_file("/m/binary", "\xff");
  fake.put_file("/etc/passwd", "root");
  NoNames scope;
  auto call = [&](std::string_view name, std::vector<Value> arguments) { return shown(call_builtin(name, std::move(arguments), scope)); };
  EXPECT_EQ(call("file", {text("/m/a.txt")}), "ERR");  // no file system at all
  scope.context.files = &fake.world().files;
  scope.context.base_directory = "/m";
  scope.context.home = "/m/sub";
  EXPECT_EQ(call("file", {text("a.txt")}), "\"hello\"");
  EXPECT_EQ(call("file", {text("~/b.txt")}), "\"b\"");
  EXPECT_EQ(call("file", {text("binary")}), "ERR");
  EXPECT_EQ(call("filebase64", {text("binary")}), "\"/w==\"");
  EXPECT_EQ(call("filemd5", {text("a.txt")}), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(call("fileexists", {text("none")}), "false");
  EXPECT_EQ(call("fileexists", {text("sub")}), "ERR");
  EXPECT_EQ(call("fileset", {text("/m"), text("**/*.{txt,md}")}), R"(["a.txt","sub/b.txt"])");
  EXPECT_EQ(call("fileset", {text("/m"), text("[")}), "ERR");
  EXPECT_EQ(call("file", {text("/etc/passwd")}), "\"root\"");
  scope.context.allowed_roots = {"/m"};
  EXPECT_EQ(call("file", {text("a.txt")}), "\"hello\"");
  EXPECT_EQ(call("file", {text("/etc/passwd")}), "ERR");
  EXPECT_EQ(call("file", {text("sub/../../etc/passwd")}), "ERR");
  EXPECT_EQ(call("fileset", {text("/m"), text("../etc/*")}), "ERR");
  EXPECT_EQ(call("fileset", {text("/m"), text("sub/*")}), R"(["sub/b.txt"])");
}

TEST(Builtins, ImpureOnesWaitForTheApply) {
  world::FakeWorld fake;
  NoNames scope;
  EXPECT_TRUE(std::get<Value>(call_builtin("uuid", {}, scope)).is_unknown());
  EXPECT_TRUE(std::get<Value>(call_builtin("timestamp", {}, scope)).is_unknown());
  scope.context.random = &fake.world().random;
  scope.context.impure = FunctionContext::Impure::evaluate;
  scope.context.now = fake.world().clock.now();
  EXPECT_EQ(shown(call_builtin("timestamp", {}, scope)), "\"2026-01-02T03:00:00Z\"");
  EXPECT_EQ(std::get<Value>(call_builtin("uuid", {}, scope)).as_string().size(), 36u);
  EXPECT_TRUE(std::get<Value>(call_builtin("bcrypt", {text("x"), Value::number(4)}, scope)).as_string().starts_with("$2a$04$"));
  scope.context.timestamp = scope.context.now;
  EXPECT_TRUE(std::get<Value>(call_builtin("timestamp", {}, scope)).marks().has(MarkKind::metadata));
}

TEST(Builtins, HostileInputEnds) {
  EXPECT_EQ(shown(call_builtin("yamldecode", {text(std::string(100'000, '['))})), "ERR");
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += format("a{}: &a{} [", i, i);
    for (int k = 0; k < 10; ++k) bomb += format("{}*a{}", k == 0 ? "" : ",", i - 1);
    bomb += "]\n";
  }
  EXPECT_EQ(shown(call_builtin("yamldecode", {text(bomb)})), "ERR");
  EXPECT_EQ(shown(call_builtin("format", {text("%999999999d"), Value::number(1)})), "ERR");
  EXPECT_EQ(shown(call_builtin("indent", {Value::number(1'000'000'000), text("a\nb")})), "ERR");
  EXPECT_EQ(shown(call_builtin("regex", {text("(a*)*$"), text(std::string(50'000, 'a') + "b")})), R"([""])");
}

}  // namespace
}  // namespace terrace::lang
