// SPDX-License-Identifier: Apache-2.0
// What the console cannot show: unknowns, marks, limits, diagnostics, static questions.
#include "lang/evaluate.h"

#include "base/json.h"
#include "lang/test_scope.h"

namespace terrace::lang::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TestScope& scope() {
  static auto* made = [] {
    auto* scope = new TestScope;
    scope->set("u", Value::unknown(Type::string()));
    scope->set("ud", Value::unknown(Type::dynamic()));
    scope->set("un", Value::unknown(Type::number()));
    scope->set("ub", Value::unknown(Type::boolean()));
    scope->set("ul", Value::unknown(Type::list(Type::string())));
    scope->set("uo", Value::unknown(Type::object({{Symbol("a"), Type::number()}})));
    scope->set("sec", Value::string("hush").mark(MarkKind::sensitive));
    scope->set("secl", Value::list(Type::string(), {Value::string("hush")}).mark(MarkKind::sensitive));
    scope->set("secb", Value::boolean(true).mark(MarkKind::sensitive));
    scope->set("m", Value::map(Type::string(), {{"a", Value::string("x")}}));
    return scope;
  }();
  return *made;
}
Value eval(std::string_view text) {
  Diagnostics diags;
  Value value = scope().eval(text, diags);
  EXPECT_FALSE(diags.has_errors()) << text << ": " << diags.take().at(0).detail;
  return value;
}

TEST(Unknown, TypesAndRefinements) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"var.u", "string"}, {"var.un + 1", "number"}, {"var.un < 1", "bool"}, {"var.ud + 1", "number"}, {"!var.ub", "bool"},
      {"var.ul[0]", "string"}, {"var.ul[*]", "list(string)"}, {"var.uo.a", "number"}, {"var.uo[\"a\"]", "number"}, {"var.ud.x.y", "any"},
      {"[for x in var.ul : x]", "any"}, {"{for x in var.ul : x => x}", "any"}, {"{(var.u) = 1}", "any"}, {"\"a${var.u}\"", "string"},
      {"\"%{ if var.ub }a%{ endif }\"", "string"}, {"\"%{ for x in var.ul }a%{ endfor }\"", "string"}, {"var.ub ? 1 : \"a\"", "string"},
      {"var.ub ? [1] : [\"a\"]", "tuple([string])"}, {"var.ub ? [1] : [\"a\", 2]", "list(string)"}, {"var.ub ? {a=1} : {b=\"x\"}", "map(string)"}, {"[1, 2][var.un]", "any"},
      {"try(var.u, 1)", "any"}, {"can(var.u)", "bool"}, {"var.u == \"a\"", "bool"}, {"var.ub && true", "bool"}, {"[for x in [1] : x if var.ub]", "any"}};
  for (const auto& [text, type] : rows) {
    const Value value = eval(text);
    EXPECT_TRUE(value.is_unknown()) << text;
    EXPECT_EQ(value::type_text(value.type()), type) << text;
  }
  const Value prefixed = eval("\"bucket-${var.u}\"");
  ASSERT_NE(prefixed.refinement(), nullptr);
  EXPECT_EQ(prefixed.refinement()->prefix, "bucket-");
  EXPECT_TRUE(prefixed.definitely_not_null());
  EXPECT_EQ(eval("\"x${\"bucket-${var.u}\"}y\"").refinement()->prefix, "xbucket-");
  EXPECT_TRUE(eval("\"a${var.u}\" == null").same(Value::boolean(false)));
}
TEST(Unknown, DecidedAnyway) {
  EXPECT_TRUE(eval("var.ub && false").same(Value::boolean(false)));
  EXPECT_TRUE(eval("true || var.ub").same(Value::boolean(true)));
  EXPECT_TRUE(eval("var.ub ? null : null").is_null());
  EXPECT_TRUE(eval("[var.u, 1][1]").same(Value::number(1)));
  const Value bounded = eval("var.ub ? 1 : 5");
  ASSERT_NE(bounded.refinement(), nullptr);
  EXPECT_TRUE(bounded.refinement()->lower->at == Number(1));
  EXPECT_TRUE(bounded.refinement()->upper->at == Number(5));
}

TEST(Marks, ReachTheResult) {
  for (std::string_view text : {"var.sec", "\"a${var.sec}\"", "var.secl[0]", "[for x in var.secl : x]", "{for x in var.secl : x => 1}", "var.sec == \"a\"",
                                "var.secb ? 1 : 2", "true ? \"a\" : var.sec", "{(var.sec) = 1}", "\"%{ if var.secb }a%{ endif }\"",
                                "\"%{ for x in var.secl }a%{ endfor }\"", "var.m[var.sec == \"no\" ? \"b\" : \"a\"]", "!var.secb", "var.secb && true",
                                "true || var.secb", "var.secl[*]", "can(var.sec)", "try(var.sec)"}) {
    EXPECT_TRUE(eval(text).has_marks()) << text;
  }
  EXPECT_FALSE(eval("[var.sec]").has_marks());
  EXPECT_TRUE(eval("[var.sec]").contains_marks());
  EXPECT_FALSE(eval("{a = var.sec, b = 1}.b").has_marks());
}

TEST(Marks, SecretsAreNotQuoted) {
  for (std::string_view text : {"var.sec + 1", "var.m[var.sec]", "parseint(var.sec, 10)", "{for x in [var.sec, var.sec] : x => 1}", "var.sec ? 1 : 2",
                                "tonumber(var.sec)", "var.secl.x", "file(var.sec)", "jsondecode(var.sec)"}) {
    Diagnostics diags;
    scope().eval(text, diags);
    ASSERT_TRUE(diags.has_errors()) << text;
    for (const Diagnostic& diagnostic : diags.take()) {
      EXPECT_EQ(diagnostic.detail.find("hush"), std::string::npos) << text << ": " << diagnostic.detail;
      for (const auto& hint : diagnostic.values) EXPECT_EQ(hint.statement.find("hush"), std::string::npos) << text;
    }
  }
}

TEST(Errors, CodesAndPlaces) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"{}.a", "LNG002"}, {"null.a", "LNG003"}, {"[1][2]", "LNG004"}, {"null[0]", "LNG005"}, {"null + 1", "LNG006"}, {"0/0", "LNG007"},
      {"true ? 1 : []", "LNG008"}, {"null ? 1 : 2", "LNG009"}, {"[] ? 1 : 2", "LNG010"}, {"\"a${[]}\"", "LNG011"}, {"[for x in null : x]", "LNG012"},
      {"[for x in 1 : x]", "LNG013"}, {"{(null) = 1}", "LNG014"}, {"{for x in [1, 1] : x => x}", "LNG015"}, {"{var.m = 1}", "LNG016"},
      {"nope()", "LNG019"}, {"upper()", "LNG020"}, {"upper(\"a\", 1)", "LNG021"}, {"upper([])", "LNG022"}, {"upper(null...)", "LNG024"},
      {"try(1 + [], 2 + {})", "LNG023"}, {"can()", "LNG020"}};
  for (const auto& [text, code] : rows) EXPECT_THAT(scope().codes(text), ElementsAre(code)) << text;

  Diagnostics diags;
  scope().eval("upper([])", diags);
  Diagnostic diagnostic = diags.take().at(0);
  EXPECT_EQ(diagnostic.subject->begin, 6u);
  EXPECT_THAT(diagnostic.detail, HasSubstr("\"str\" parameter"));
  EXPECT_THAT(diagnostic.call, HasSubstr("upper("));
  scope().eval("var.m.b + 1", diags);
  diagnostic = diags.take().at(0);
  ASSERT_EQ(diagnostic.values.size(), 1u);
  EXPECT_EQ(diagnostic.values[0].traversal, "var.m");
  scope().eval("uper(\"a\")", diags);
  EXPECT_THAT(diags.take().at(0).detail, HasSubstr("Did you mean \"upper\"?"));
}
TEST(Errors, UntakenBranchesHaveNone) {
  EXPECT_TRUE(eval("false ? [1][9] : 2").same(Value::number(2)));
  EXPECT_TRUE(eval("false && [true][9]").same(Value::boolean(false)));
  EXPECT_TRUE(eval("[true][9] && false").same(Value::boolean(false)));
  EXPECT_THAT(scope().codes("[true][9] && true"), ElementsAre("LNG004"));
  EXPECT_THAT(scope().codes("(1 + []) + 2"), ElementsAre("LNG006"));
  EXPECT_EQ(scope().codes("[1 + [], 1 + {}]").size(), 2u);
}

/// Every value is made from the one before it, as a chain of locals is.
std::vector<std::string> grow(std::string_view step, int times) {
  TestScope scope;
  scope.set("p", Value::string("0123456789"));
  for (int i = 0; i < times; ++i) {
    Diagnostics diags;
    Value next = scope.eval(step, diags);
    if (diags.has_errors()) return {std::string(diag::code_id(diags.take().at(0).code)), std::to_string(i)};
    scope.set("p", std::move(next));
  }
  return {};
}
TEST(Limits, BombsAreStopped) {
  EXPECT_EQ(grow("\"${var.p}${var.p}\"", 60).at(0), "GEN006");
  EXPECT_EQ(grow("[var.p, var.p]", 60).at(0), "GEN006");
  EXPECT_EQ(grow("{a = var.p, b = var.p}", 60).at(0), "GEN006");
  EXPECT_EQ(grow("join(\"\", [var.p, var.p])", 60).at(0), "GEN006");
  EXPECT_EQ(grow("concat([var.p, var.p])", 60).at(0), "GEN006");
  EXPECT_EQ(grow("[var.p]", 5000).at(0), "GEN006");
  EXPECT_EQ(scope().codes("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]"), std::vector<std::string>{"GEN006"});
  EXPECT_EQ(grow("try(\"${var.p}${var.p}\", \"no\")", 60).at(0), "GEN006");
}
TEST(Limits, TemplatesThatCallThemselvesEnd) {
  TestScope endless;
  endless.set("x", Value::string("${templatestring(x, {x = x})}"));
  EXPECT_EQ(endless.codes("templatestring(var.x, {x = var.x})").at(0), "GEN006");
  endless.set("x", Value::string("%{ for i in [1] }${[((((((templatestring(x, {x = x})))))))][0]}%{ endfor }"));
  EXPECT_EQ(endless.codes("templatestring(var.x, {x = var.x})").at(0), "GEN006");
}

TEST(Templates, TextTemplates) {
  EXPECT_EQ(scope().print("templatestring(\"a$${x}%%{ for i in l }$${i}%%{ endfor }\", {x = 1, l = [2, 3]})"), "\"a123\"");
  EXPECT_TRUE(eval("templatestring(\"$${x}\", {x = var.sec})").has_marks());
  EXPECT_TRUE(eval("templatestring(\"$${x}\", {x = var.u})").is_unknown());
  Diagnostics diags;
  scope().eval("templatestring(\"a$${nam}\", {name = 1})", diags);
  const Diagnostic diagnostic = diags.take().at(0);
  EXPECT_THAT(diagnostic.detail, HasSubstr("1,4"));
  EXPECT_THAT(diagnostic.detail, HasSubstr("Did you mean \"name\"?"));
  EXPECT_THAT(scope().codes("templatestring(\"x\", [])"), ElementsAre("LNG022"));
  EXPECT_THAT(scope().codes("templatestring(\"x\", {\"0a\" = 1})"), ElementsAre("LNG022"));
}

TEST(Static, References) {
  std::vector<std::string> roots;
  for (const auto* traversal :
       references(scope().parse("a.b + [for k, v in c.d : \"${k}${v.x}${e.f}\" if v][g.h] + f(i.j, \"%{ for q in r.s }${q}${t.t}%{ endfor }\") + u.v[*].w"))) {
    roots.emplace_back(traversal->root.text());
  }
  EXPECT_THAT(roots, ElementsAre("a", "c", "e", "g", "i", "r", "t", "u"));
  Diagnostics diags;
  check_functions(scope().parse("upper(lowr(core::trim(\"a\", \"\"))) + try(can(nope::x()))"), diags);
  EXPECT_EQ(diags.size(), 2u);
}

TEST(TypeConstraint, Errors) {
  for (std::string_view text : {"\"string\"", "strin", "object", "list(string, string)", "optional(string)", "list(optional(string))", "object({a = optional()})",
                                "object({\"a\" = string})", "object({a = string, a = number})", "object({a = optional(number, \"x\")})", "object(string)",
                                "tuple(string)", "string()", "1", "object({a = optional(string, var.x)})", "foo(string)", "a.b"}) {
    Diagnostics diags;
    parse_type_constraint(scope().parse(text), scope().sources(), diags);
    EXPECT_TRUE(diags.has_errors()) << text;
  }
  Diagnostics diags;
  auto parsed = parse_type_constraint(scope().parse("map(object({a = optional(set(any)), b = tuple([bool, list(number)])}))"), scope().sources(), diags);
  EXPECT_FALSE(diags.has_errors());
  EXPECT_EQ(value::type_json(parsed.type), R"(["map",["object",{"a":["set","dynamic"],"b":["tuple",["bool",["list","number"]]]},["a"]]])");
}

}  // namespace
}  // namespace terrace::lang::testing
