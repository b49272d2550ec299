// SPDX-License-Identifier: Apache-2.0
#include "hcl/format.h"

#include <gtest/gtest.h>

namespace terrace::hcl {
namespace {

std::string reformat(std::string_view source) {
  SourceFiles sources;
  Diagnostics diags;
  std::string out = format_source(sources, sources.add("x", std::string(source)), diags);
  if (diags.has_errors()) return "error";
  return out;
}

TEST(Format, Cases) {
  struct Case {
    std::string_view before, after;
  };
  const Case cases[] = {
      {"", ""},
      {"a=1", "a = 1"},
      {"a=1\nlong =2 # c\nb= 3 # d\n", "a    = 1\nlong = 2 # c\nb    = 3 # d\n"},
      {"a=1\n\nlong=2\n# x\nb=3\n", "a = 1\n\nlong = 2\n# x\nb = 3\n"},
      {"a = [\n1,\n   2 ]\nbbb=3\n", "a = [\n  1,\n2]\nbbb = 3\n"},
      {"x   y \"z\" /* c */ w {\na=1\n  }\n", "x \"y\" \"z\" \"w\" {\n  a = 1\n}\n"},
      {"x /* c */ {}\ny{a=1}\n", "x /* c */ {}\ny { a = 1 }\n"},
      {"a = f( [ 1,-x, ! y ] , {a=1} , { } , z... )\n", "a = f([1, -x, !y], { a = 1 }, {}, z...)\n"},
      {"a = b [0] . c-1 - -2\n", "a = b[0].c-1 - -2\n"},
      {"a = [for x in [1] : x]\n", "a = [for x in [1] : x]\n"},
      {"a = m({\na=1\n},{\nb=2\n})\n", "a = m({\n  a = 1\n  }, {\n  b = 2\n})\n"},
      {"a = \"${b}\"\n", "a = b\n"},
      {"a = \"${b}${c}\"\nd=\"${ e }x\"\n", "a = \"${b}${c}\"\nd = \"${e}x\"\n"},
      {"a = \"${\nb ?\nc : d\n}\"\n", "a = (b ?\nc : d)\n"},
      {"a = \"${b\n}\"\n", "a = b\n"},
      {"a = <<E\n  keep   ${ x }\nE\nbbb=1\n", "a   = <<E\n  keep   ${x}\nE\nbbb = 1\n"},
      {"a = <<-E\n      x\n    E\n", "a = <<-E\n      x\n    E\n"},
      {"variable \"x\" { type=\"string\" }\n", "variable \"x\" { type = string }\n"},
      {"variable \"x\" {\ntype=\"list\"\n}\n", "variable \"x\" {\n  type = list(string)\n}\n"},
      {"variable \"x\" {\ntype=map\n}\n", "variable \"x\" {\n  type = map(any)\n}\n"},
      {"variable \"x\" {\ntype=set\n}\n", "variable \"x\" {\n  type = set(any)\n}\n"},
      {"y {\nvariable \"x\" {\ntype=set\n}\n}\n", "y {\n  variable \"x\" {\n    type = set\n  }\n}\n"},
      {"a=1\r\nbb=2\r\n", "a  = 1\r\nbb = 2\r\n"},
      {"\xEF\xBB\xBF" "a=1\n", "a = 1\n"},
      {"a = p :: f (1)\n", "a = p::f(1)\n"},
      {"a = \u00e9\nb\u65e5 = 1\n", "a  = \u00e9\nb\u65e5 = 1\n"},
      {"  // only", "// only"},
      {"a {\n\n\n}\n\n\n", "a {\n\n\n}\n\n\n"},
  };
  for (const Case& item : cases) {
    EXPECT_EQ(reformat(item.before), item.after) << item.before;
    EXPECT_EQ(reformat(item.after), item.after) << item.before;
  }
}

TEST(Format, BrokenFilesAreLeftAlone) {
  SourceFiles sources;
  Diagnostics diags;
  EXPECT_EQ(format_source(sources, sources.add("x", "a   = ["), diags), "a   = [");
  EXPECT_TRUE(diags.has_errors());
}

}  // namespace
}  // namespace terrace::hcl
