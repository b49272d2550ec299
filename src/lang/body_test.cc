// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"
#include "lang/test_scope.h"
#include "value/json.h"

namespace terrace::lang::testing {
namespace {

using ::testing::ElementsAre;

std::shared_ptr<const schema::Block> block() {
  auto document = JsonDocument::parse(R"({"block":{
    "attributes":{"name":{"type":"string","required":true},"size":{"type":"number","optional":true},"id":{"type":"string","computed":true},
      "rules":{"type":["list",["object",{"from":"number","to":"number"}]],"optional":true,"computed":true},
      "old":{"type":"string","optional":true,"deprecated":true}},
    "block_types":{
      "disk":{"nesting_mode":"list","max_items":3,"block":{"attributes":{"gb":{"type":"number","required":true}}}},
      "tag":{"nesting_mode":"set","block":{"attributes":{"k":{"type":"string","optional":true}}}},
      "one":{"nesting_mode":"single","block":{"attributes":{"x":{"type":"string","optional":true}}}},
      "grp":{"nesting_mode":"group","block":{"attributes":{"y":{"type":"string","optional":true}}}},
      "map":{"nesting_mode":"map","block":{"attributes":{"z":{"type":"string","optional":true}}}},
      "any":{"nesting_mode":"list","block":{"attributes":{"v":{"type":"dynamic","optional":true}}}}}}})");
  auto parsed = schema::parse_schema_json(document->root());
  CHECK(parsed, "schema of the test");
  return parsed->block;
}

struct Decoded {
  Value value;
  std::vector<std::string> codes;
};
Decoded decode(std::string_view text, std::shared_ptr<const schema::Block> schema = block()) {
  TestScope scope;
  scope.set("ul", Value::unknown(Type::list(Type::number())));
  scope.set("sec", Value::list(Type::number(), {Value::number(1)}).mark(MarkKind::sensitive));
  Diagnostics diags;
  const auto file = hcl::parse_file(scope.sources_, scope.sources_.add("t", std::string(text)), diags);
  const Symbol skip[] = {Symbol("count")};
  const Symbol skip_blocks[] = {Symbol("lifecycle")};
  Decoded out{evaluate_body(*file.body, *schema, scope, diags, skip, skip_blocks), {}};
  for (const Diagnostic& diagnostic : diags.sorted(scope.sources_)) out.codes.emplace_back(diag::code_id(diagnostic.code));
  return out;
}
std::string attribute(const Decoded& decoded, std::string_view name) { return value::simple_json(decoded.value.attribute(name)->unmarked_deep()); }

TEST(Body, ArgumentsAndBlocks) {
  const auto all = decode("name = 5\ncount = 1\nlifecycle {}\nsize = \"7\"\ndisk {\n gb = 1\n}\ndynamic \"disk\" {\n for_each = {a = 2, b = 3}\n content {\n gb = disk.value\n }\n}\n"
                          "tag {\n k = \"b\"\n}\ntag {\n k = \"a\"\n}\ntag {\n k = \"a\"\n}\nmap \"q\" {\n z = \"1\"\n}\none {}\nany {\n v = 1\n}\nany {\n v = [\"x\"]\n}\n");
  EXPECT_THAT(all.codes, ElementsAre());
  EXPECT_EQ(attribute(all, "name"), "\"5\"");
  EXPECT_EQ(attribute(all, "size"), "7");
  EXPECT_EQ(attribute(all, "id"), "null");
  EXPECT_EQ(attribute(all, "disk"), R"([{"gb":1},{"gb":2},{"gb":3}])");
  EXPECT_EQ(all.value.attribute("tag")->length(), 2u);
  EXPECT_EQ(attribute(all, "one"), R"({"x":null})");
  EXPECT_EQ(attribute(all, "grp"), R"({"y":null})");
  EXPECT_EQ(attribute(all, "map"), R"({"q":{"z":"1"}})");
  EXPECT_EQ(all.value.attribute("any")->kind(), Kind::tuple);
  EXPECT_EQ(attribute(all, "any"), R"([{"v":1},{"v":["x"]}])");

  const auto plain = decode("name = \"a\"\n");
  EXPECT_TRUE(plain.value.attribute("one")->is_null());
  EXPECT_TRUE(plain.value.attribute("rules")->is_null());
  EXPECT_EQ(attribute(plain, "disk"), "[]");
}

TEST(Body, ArgumentsWrittenAsBlocks) {
  const auto blocks = decode("name = \"a\"\nrules {\n from = 1\n}\ndynamic \"rules\" {\n for_each = [7]\n iterator = it\n content {\n to = it.value + it.key\n }\n}\n");
  EXPECT_THAT(blocks.codes, ElementsAre());
  EXPECT_EQ(attribute(blocks, "rules"), R"([{"from":1,"to":null},{"from":null,"to":7}])");
  const auto none = decode("name = \"a\"\nrules = []\n");
  EXPECT_EQ(attribute(none, "rules"), "[]");
}

TEST(Body, DynamicUnknownAndMarks) {
  const auto unknown = decode("name = \"a\"\ndisk {\n gb = 1\n}\ndynamic \"disk\" {\n for_each = var.ul\n content {\n gb = disk.value\n }\n}\n");
  EXPECT_THAT(unknown.codes, ElementsAre());
  EXPECT_TRUE(unknown.value.attribute("disk")->is_unknown());
  const auto marked = decode("name = \"a\"\ndynamic \"disk\" {\n for_each = var.sec\n content {\n gb = disk.value\n }\n}\n");
  EXPECT_TRUE(marked.value.attribute("disk")->elements()[0].attribute("gb")->has_marks());
  const auto nested = decode("name = \"a\"\ndynamic \"map\" {\n for_each = [\"k\"]\n labels = [map.value]\n content {\n z = map.key\n }\n}\n");
  EXPECT_EQ(attribute(nested, "map"), R"({"k":{"z":"0"}})");
}

TEST(Body, Mistakes) {
  const std::pair<std::string_view, std::vector<std::string>> rows[] = {
      {"", {"HCL014"}},
      {"name = []\n", {"LNG026"}},
      {"name = \"a\"\nsiz = 1\n", {"HCL012"}},
      {"name = \"a\"\nid = \"x\"\n", {"LNG027"}},
      {"name = \"a\"\nold = \"x\"\n", {"LNG028"}},
      {"name = \"a\"\ndisk = []\n", {"HCL012"}},
      {"name = \"a\"\nnome {}\n", {"HCL013"}},
      {"name = \"a\"\nsize {}\n", {"HCL013"}},
      {"name = \"a\"\none {}\none {}\n", {"HCL016"}},
      {"name = \"a\"\ndynamic \"disk\" {\n for_each = [1, 2, 3, 4]\n content {\n gb = 1\n }\n}\n", {"HCL016"}},
      {"name = \"a\"\ndisk {}\n", {"HCL014"}},
      {"name = \"a\"\ndisk \"x\" {\n gb = 1\n}\n", {"HCL017"}},
      {"name = \"a\"\nmap {}\n", {"HCL017"}},
      {"name = \"a\"\nmap \"x\" {}\nmap \"x\" {}\n", {"HCL021"}},
      {"name = \"a\"\ndynamic \"disk\" {\n for_each = null\n content {\n gb = 1\n }\n}\n", {"LNG029"}},
      {"name = \"a\"\ndynamic \"disk\" {\n for_each = 3\n content {\n gb = 1\n }\n}\n", {"LNG029"}},
      {"name = \"a\"\ndynamic \"disk\" {\n for_each = []\n}\n", {"HCL015"}},
      {"name = \"a\"\ndynamic \"lifecycle\" {\n for_each = []\n content {}\n}\n", {"HCL013"}}};
  for (const auto& [text, codes] : rows) EXPECT_EQ(decode(text).codes, codes) << text;
}

}  // namespace
}  // namespace terrace::lang::testing
