// SPDX-License-Identifier: Apache-2.0
#include "hcl/parser.h"

#include <gtest/gtest.h>


#include "base/format.h"
#include "hcl/dump.h"

namespace terrace::hcl {
namespace {

struct Case {
  std::string_view source, tree;
};

std::string parse(std::string_view source) {
  SourceFiles sources;
  Diagnostics diags;
  const auto result = parse_expression(sources, sources.add("x", std::string(source)), diags);
  std::string out = dump(*result.expr);
  for (const Diagnostic& item : diags.sorted(sources)) out += format(" !{}", diag::code_summary(item.code));
  return out;
}

TEST(Expression, Trees) {
  const Case cases[] = {
      {"1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"},
      {"a || b && c == d < e + f * -g", "(|| a (&& b (== c (< d (+ e (* f (- g)))))))"},
      {"a ? b : c ? d : e", "(? a b (? c d e))"},
      {"-a[0]", "(- a[0])"},
      {"!a.b && c", "(&& (! a.b) c)"},
      {"a-b", "a-b"},
      {"a - b", "(- a b)"},
      {"1.e3 + 01", "(+ 1.e3 01)"},
      {"a.b[\"c\"].0[d].e", "(index a.b[\"c\"][0] d).e"},
      {"a[true]", "(index a true)"},
      {"f(a,\n b...)", "(call f a b ...)"},
      {"f(a, b,)", "(call f a b)"},
      {"p::q::f()", "(call p::q::f)"},
      {"f(x).y", "(call f x).y"},
      {"a.*.b.0[1]", "(splat a @.b[0])[1]"},
      {"a[*].b[0]", "(splat a @.b[0])"},
      {"a[*][*]", "(splat a (splat @ @))"},
      {"[]", "[]"},
      {"[1,\n 2\n,]", "[1 2]"},
      {"{}", "{}"},
      {"{ a = 1, \"b\" : 2\n (c) = 3\n d.e = 4\n null = 5 }", "{a=1 \"b\"=2 (paren c)=3 d.e=4 null=5}"},
      {"[for v in c : v if v]", "(for v c : v if v)"},
      {"{for k, v in c : k => v...}", "(for k,v c : k => v ...)"},
      {"(\n1 +\n 2)", "(paren (+ 1 2))"},
      {"true ? null : false", "(? true null false)"},
      {"a /* x */ + # y\n", "<invalid> !Invalid expression"},
      {"\u00e9\u65e5-1", "\u00e9\u65e5-1"},
  };
  for (const Case& item : cases) EXPECT_EQ(parse(item.source), item.tree) << item.source;
}

TEST(Template, QuotedStrings) {
  const Case cases[] = {
      {R"("")", R"("")"},
      {R"("a\n\t\"\\\u00e9\U0001F600")", "\"a\\n\\t\\\"\\\\\u00e9\U0001F600\""},
      {R"("$${a} %%{b} $ % $$ 5$")", R"("${a} %{b} $ % $$ 5$")"},
      {R"("${a}")", "(wrap a)"},
      {R"("x${a}y")", R"((template "x" a "y"))"},
      {R"("${"${a}"}")", "(wrap (wrap a))"},
      {R"("a  ${~ b ~}  c")", R"((template "a" b "c"))"},
      {R"("${~ b ~} ")", "(template b)"},
      {R"("%{ if a }b%{ else }c%{ endif }")", R"((template (if a then "b" else "c")))"},
      {R"("%{ for k, v in a ~} ${v}%{ endfor }")", "(template (for k,v a : v))"},
      {R"("\q")", "<invalid> !Invalid escape sequence"},
      {R"("\ud83d")", "<invalid> !Invalid escape sequence"},
      {R"("%{ endif }")", "<invalid> !Invalid template directive"},
      {R"("%{ if a }")", "<invalid> !Unexpected end of template"},
      {R"("%{ if a }%{ else }%{ else }%{ endif }")", "<invalid> !Invalid template directive"},
      {R"("%{ while a }")", "<invalid> !Invalid template directive"},
      {R"("${a b}")", "<invalid> !Extra characters after interpolation expression"},
      {R"("${a")", "<invalid> !Unclosed template interpolation sequence"},
      {R"("abc)", "<invalid> !Unterminated template string"},
      {"\"abc\ndef\"", "<invalid> !Invalid multi-line string"},
  };
  for (const Case& item : cases) EXPECT_EQ(parse(item.source), item.tree) << item.source;
}

TEST(Template, Heredocs) {
  const Case cases[] = {
      {"<<E\n a\\n\n  E\n", R"(" a\\n\n")"},
      {"<<E\nE\n", R"("")"},
      {"<<-E\n    a\n\n      b\n    ${c}\n  E\n", R"((template "a\n\n  b\n" c "\n"))"},
      {"<<-E\n  a\n${c}\n  E\n", R"((template "  a\n" c "\n"))"},
      {"<<E\na\n${~ b ~}\n\nc\nE\n", R"((template "a" b "\nc\n"))"},
      {"f(<<E\na\nE\n, b)", R"((call f "a\n" b))"},
      {"<<E\r\na\r\nE\r\n", R"("a\r\n")"},
      {"<<E\na\nE", "<invalid> !Unterminated template string"},
      {"<<E \na\nE\n", "<invalid> !Invalid expression"},
  };
  for (const Case& item : cases) EXPECT_EQ(parse(item.source), item.tree) << item.source;
}

TEST(Template, Standalone) {
  SourceFiles sources;
  Diagnostics diags;
  const auto result =
      parse_template(sources, sources.add("x", "a \"q\" \\n\n%{ for x in y ~}\n${x}\n%{ endfor ~}\n$${z}"), diags);
  EXPECT_EQ(dump(*result.expr), R"((template "a \"q\" \\n\n" (for x y : x "\n") "${z}"))");
  EXPECT_TRUE(diags.empty());
}

std::string check(std::string_view source, std::string* tree = nullptr) {
  SourceFiles sources;
  Diagnostics diags;
  const FileId id = sources.add("main.tf", std::string(source));
  const File file = parse_file(sources, id, diags);
  if (tree != nullptr) *tree = dump(*file.body);
  std::string out;
  for (const Diagnostic& item : diags.sorted(sources)) {
    const auto begin = sources.locate(id, item.subject->begin);
    const auto end = sources.locate(id, item.subject->end);
    out += format("{}:{}-{}:{} {}\n", begin.line, begin.column, end.line, end.column, diag::code_summary(item.code));
  }
  return out;
}

TEST(File, Structure) {
  std::string tree;
  EXPECT_EQ(check("\xEF\xBB\xBF# c\na = 1 // d\nb c \"d e\" {\n  f {}\n  g { h = 2 }\n}\n/* x */ i = 3", &tree), "");
  EXPECT_EQ(tree, R"({a=1; i=3; b "c" "d e" {f {}; g {h=2}}})");
}

TEST(File, MistakesAndWhereTheyAre) {
  const Case cases[] = {
      {"a = 1 b = 2\n", "1:7-1:8 Missing newline after argument\n"},
      {"a = 1,\n", "1:6-1:7 Unexpected comma after argument\n"},
      {"a =\n", "1:4-2:1 Invalid expression\n"},
      {"a =", "1:4-1:4 Missing expression\n"},
      {"a\n", "1:1-1:2 Argument or block definition required\n"},
      {"\"a\" = 1\n", "1:1-1:2 Invalid argument name\n"},
      {"a = 1\na = 2\n", "2:1-2:2 Attribute redefined\n"},
      {"a b = 1\n", "1:5-1:6 Invalid block definition\n"},
      {"a b\n{\n}\n", "1:4-2:1 Invalid block definition\n2:1-2:2 Argument or block definition required\n"},
      {"a {\n  b = 1\n", "1:3-1:4 Unclosed configuration block\n"},
      {"a {} b = 1\n", "1:6-1:7 Missing newline after block definition\n"},
      {"a { b = 1\n}\n", "1:10-2:1 Invalid single-argument block definition\n"},
      {"a { b = 1, c = 2 }\n", "1:10-1:11 Invalid single-argument block definition\n"},
      {"a { b {} }\n", "1:5-1:8 Invalid single-argument block definition\n"},
      {"a \"${b}\" {}\n", "1:4-1:6 Invalid string literal\n"},
      {"a = (1 + 2\nb = 3\n", "2:1-2:2 Unbalanced parentheses\n"},
      {"a = f(1 2)\n", "1:9-1:10 Missing argument separator\n"},
      {"a = f(1,\n", "2:1-2:1 Missing expression\n"},
      {"a = f(1", "1:5-1:7 Unterminated function call\n"},
      {"a = f(b... c)\n", "1:8-1:11 Missing closing parenthesis\n"},
      {"a = [1 2]\n", "1:8-1:9 Missing item separator\n"},
      {"a = [1", "1:5-1:6 Unterminated tuple constructor expression\n"},
      {"a = {b\n}\n", "1:7-2:1 Missing attribute value\n"},
      {"a = {b \"c\"}\n", "1:8-1:9 Missing key/value separator\n"},
      {"a = {b = 1 c = 2}\n", "1:12-1:13 Missing attribute separator\n"},
      {"a = {b = 1", "1:5-1:6 Unterminated object constructor expression\n"},
      {"a = b ? c\n", "1:10-2:1 Missing false expression in conditional\n"},
      {"a = b.\n", "1:7-2:1 Invalid attribute name\n"},
      {"a = b.0.1\n", "1:7-1:10 Invalid legacy index syntax\n"},
      {"a = b[0\nc = 1\n", "2:1-2:2 Missing close bracket on index\n"},
      {"a = b.*.*\n", "1:9-1:10 Nested splat expression not allowed\n"},
      {"a = 1.2.3\n", "1:5-1:10 Invalid number literal\n"},
      {"a = [for]\n", "1:9-1:10 Invalid 'for' expression\n"},
      {"a = [for x in y : k => v]\n", "1:19-1:20 Invalid 'for' expression\n"},
      {"a = {for x in y : v}\n", "1:19-1:20 Invalid 'for' expression\n"},
      {"a = b & c\n", "1:7-1:8 Unsupported operator\n"},
      {"a = b ** c\n", "1:7-1:9 Unsupported operator\n"},
      {"a = 'b'\n", "1:5-1:6 Invalid character\n"},
      {"a = 1;\n", "1:6-1:7 Invalid character\n"},
      {"a = \u201Cb\u201D\n", "1:5-1:6 Invalid character\n"},
      {"a = p::1()\n", "1:8-1:9 Invalid function name\n"},
      {"a = \"\xff\"\n", "1:6-1:7 Invalid character encoding\n"},
  };
  for (const Case& item : cases) EXPECT_EQ(check(item.source), item.tree) << item.source;
}

TEST(File, RecoversAtTheNextItemAndKeepsTheRest) {
  std::string tree;
  EXPECT_EQ(check("a {\n  b = [1,\n  c = 3\n  d = \"x\n  e = ${}\n  f = 4\n}\ng = )\nh = 5\n", &tree),
            "3:5-3:6 Missing item separator\n4:9-5:1 Invalid multi-line string\n5:7-5:8 Invalid character\n"
            "8:5-8:6 Invalid expression\n");
  EXPECT_NE(tree.find("f=4"), std::string::npos) << tree;
  EXPECT_NE(tree.find("h=5"), std::string::npos) << tree;
}

TEST(File, ManyMistakesAreCutShort) {
  std::string source;
  for (int i = 0; i < 500; ++i) source += "a b\n";
  const std::string out = check(source);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 21);
  EXPECT_NE(out.find("Too many syntax errors"), std::string::npos);
}

TEST(File, DeepInputIsOneMistakeAndNoStackOverflow) {
  const std::string_view units[] = {"(", "[", "{a=", "\"${", "-", "!", "f(", "x?", "x[", "a {\n", "x[*]", "x.y+", "[y]"};
  for (std::string_view unit : units) {
    std::string source = unit == "a {\n" ? "" : "a = ";
    if (unit == "x[*]" || unit == "[y]") source += "x";
    while (source.size() < (2u << 20)) source += unit == "x[*]" ? "[*]" : unit;
    const std::string out = check(source);
    EXPECT_NE(out.find("Nesting too deep"), std::string::npos) << unit << out;
    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1) << unit << out;
  }
}

TEST(File, FindsAttributesInSmallAndLargeBodies) {
  for (int count : {3, 50}) {
    std::string source;
    for (int i = 0; i < count; ++i) source += format("name{} = {}\n", (i * 7) % count, i);
    SourceFiles sources;
    Diagnostics diags;
    const File file = parse_file(sources, sources.add("x", source), diags);
    for (int i = 0; i < count; ++i) {
      const Attribute* found = file.body->find(Symbol(format("name{}", (i * 7) % count)));
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(to<NumberExpr>(*found->value).digits, format("{}", i));
    }
    EXPECT_EQ(file.body->find(Symbol("other")), nullptr);
  }
}

TEST(File, BlockContext) {
  SourceFiles sources;
  Diagnostics diags;
  const FileId id = sources.add("x", "a = 1\nresource x \"y\" {\n  b {\n    c = 1\n  }\n}\n");
  const File file = parse_file(sources, id, diags);
  EXPECT_EQ(block_context(file, {id, 35, 36}), "resource \"x\" \"y\"");
  EXPECT_EQ(sources.block_at(id, 35), "resource \"x\" \"y\"");
  EXPECT_EQ(block_context(file, {id, 6, 14}), "");
  EXPECT_EQ(block_context(file, {id, 0, 1}), "");
}

TEST(Static, TraversalsAndKeywords) {
  SourceFiles sources;
  Diagnostics diags;
  const auto keyword = parse_expression(sources, sources.add("x", "all"), diags);
  const auto traversal = parse_expression(sources, sources.add("x", "a.b[0]"), diags);
  const auto call = parse_expression(sources, sources.add("x", "a()"), diags);
  EXPECT_EQ(as_keyword(*keyword.expr).text(), "all");
  EXPECT_TRUE(as_keyword(*traversal.expr).empty());
  ASSERT_NE(as_traversal(*traversal.expr), nullptr);
  EXPECT_EQ(as_traversal(*traversal.expr)->steps.size(), 2u);
  EXPECT_EQ(as_traversal(*call.expr), nullptr);
}

}  // namespace
}  // namespace terrace::hcl
