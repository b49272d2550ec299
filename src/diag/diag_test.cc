// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diag/diagnostic.h"
#include "diag/render.h"
#include "diag/suggest.h"

namespace terrace::diag {
namespace {

TEST(SourceFiles, LocatesInGraphemesAndBytes) {
  SourceFiles sources;
  const FileId file = sources.add("main.tf", "a = 1\nb = \"e\u0301\u65e5\" x\n");
  const Position position = sources.locate(file, 17);
  EXPECT_EQ(position.line, 2u);
  EXPECT_EQ(position.column, 8u);  // after b, space, =, space, quote, é, 日
  EXPECT_EQ(position.byte, 17u);
  std::uint32_t begin = 0;
  EXPECT_EQ(sources.line_at(file, 8, &begin), "b = \"e\u0301\u65e5\" x");
  EXPECT_EQ(begin, 6u);
  EXPECT_EQ(sources.locate(file, 9999).line, 3u);
  EXPECT_EQ(sources.describe({file, 7, 8}), "main.tf:2");
}

TEST(SourceFiles, NamesTheBlockAroundAnOffset) {
  SourceFiles sources;
  const std::string text = "a = 1\nresource x  \"y\" {\n  b = 2\n}\n";
  const FileId file = sources.add("main.tf", text);
  sources.set_outline(file, {{6, static_cast<std::uint32_t>(text.size() - 1), 21}});
  EXPECT_EQ(sources.block_at(file, 2), "");
  EXPECT_EQ(sources.block_at(file, 26), "resource \"x\" \"y\"");
}

TEST(Diagnostics, SortsWarningsFirstThenByPlaceAndDropsRepeats) {
  SourceFiles sources;
  const FileId deep = sources.add("a/b.tf", "x\ny\n");
  const FileId top = sources.add("z.tf", "x\ny\n");
  Diagnostics diags;
  diags.error(DiagCode::invalid_expression, "deep", SourceRange{deep, 0, 1});
  diags.error(DiagCode::invalid_expression, "second", SourceRange{top, 2, 3});
  diags.error(DiagCode::invalid_expression, "first", SourceRange{top, 0, 1});
  diags.error(DiagCode::invalid_expression, "first", SourceRange{top, 0, 1});
  diags.error(DiagCode::world_failed, "nowhere");
  diags.warning(DiagCode::invalid_expression, "warning", SourceRange{deep, 2, 3});
  std::vector<std::string> details;
  for (const Diagnostic& item : diags.sorted(sources)) details.push_back(item.detail);
  EXPECT_EQ(details, (std::vector<std::string>{"warning", "nowhere", "first", "second", "deep"}));
  EXPECT_TRUE(diags.has_errors());
  EXPECT_EQ(diags.take().size(), 6u);
  EXPECT_FALSE(diags.has_errors());
}

TEST(Suggest, NearestFirstWithinAThird) {
  const std::vector<std::string_view> names = {"description", "default", "sensitive", "defaults"};
  EXPECT_EQ(did_you_mean("defalt", names), " Did you mean \"default\" or \"defaults\"?");
  EXPECT_EQ(did_you_mean("zzz", names), "");
  EXPECT_EQ(did_you_mean("default", std::vector<std::string_view>{"default"}), "");
}

class Render : public testing::Test {
 protected:
  Render() {
    text_ = "variable \"x\" {\n  defaultt = 1\n}\n";
    file_ = sources_.add("main.tf", text_);
    sources_.set_outline(file_, {{0, 32, 12}});
    diagnostic_.code = DiagCode::unsupported_argument;
    diagnostic_.detail = "An argument named \"defaultt\" is not expected here, as everyone knows.";
    diagnostic_.subject = SourceRange{file_, 17, 25};
  }
  SourceFiles sources_;
  std::string text_;
  FileId file_;
  Diagnostic diagnostic_{};
};

TEST_F(Render, Plain) {
  diagnostic_.address = "aws_vpc.main";
  diagnostic_.values = {{"var.a", "is 3"}};
  diagnostic_.call = "upper(str)";
  EXPECT_EQ(render(diagnostic_, sources_, {false, 60}),
            "\nError: Unsupported argument\n\n  with aws_vpc.main,\n  on main.tf line 2, in variable \"x\":\n"
            "   2:   defaultt = 1\n    ├────────────────\n    │ while calling upper(str)\n    │ var.a is 3\n\n"
            "An argument named \"defaultt\" is not expected here, as\neveryone knows.\n");
}

TEST_F(Render, BoxedInColour) {
  const std::string out = render(diagnostic_, sources_, {true, 78});
  EXPECT_TRUE(out.starts_with("\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1m\x1b[31mError: \x1b[0m")) << out;
  EXPECT_NE(out.find("   2:   \x1b[4mdefaultt\x1b[0m = 1\n"), std::string::npos) << out;
  EXPECT_TRUE(out.ends_with("\x1b[31m╵\x1b[0m\n")) << out;
}

TEST_F(Render, IndentedDetailIsNotWrappedAndNoDetailLeavesNoBlankLine) {
  diagnostic_.subject.reset();
  diagnostic_.detail = "  a long indented line stays as it is\nbut this one wraps";
  EXPECT_EQ(render(diagnostic_, sources_, {false, 12}),
            "\nError: Unsupported argument\n\n  a long indented line stays as it is\nbut this\none wraps\n");
  diagnostic_.detail.clear();
  EXPECT_EQ(render(diagnostic_, sources_, {false, 12}), "\nError: Unsupported argument\n");
}

TEST_F(Render, JsonHasTheFieldsToolsParse) {
  std::string out;
  JsonWriter writer(out);
  write_json(writer, diagnostic_, sources_);
  EXPECT_NE(out.find("\"range\":{\"filename\":\"main.tf\",\"start\":{\"line\":2,\"column\":3,\"byte\":17},"
                     "\"end\":{\"line\":2,\"column\":11,\"byte\":25}}"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("\"snippet\":{\"context\":\"variable \\\"x\\\"\",\"code\":\"  defaultt = 1\",\"start_line\":2,"
                     "\"highlight_start_offset\":2,\"highlight_end_offset\":10,\"values\":[]}"),
            std::string::npos)
      << out;
}

TEST_F(Render, TheHeaderIsNotInsideItsBlock) {
  diagnostic_.subject = SourceRange{file_, 0, 8};
  EXPECT_NE(render(diagnostic_, sources_, {}).find("  on main.tf line 1:\n"), std::string::npos);
}

}  // namespace
}  // namespace terrace::diag
