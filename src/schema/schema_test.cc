// SPDX-License-Identifier: Apache-2.0
#include "schema/schema.h"

#include "base/json.h"
#include "hcl/parser.h"
#include "schema/body.h"

namespace terrace::schema {
namespace {

Result<ResourceSchema> parse(std::string_view text) {
  auto document = JsonDocument::parse(std::string(text));
  CHECK(document, "test schema is no JSON");
  return parse_schema_json(document->root());
}

TEST(Schema, ImpliedTypesAndFlags) {
  auto schema = parse(R"({"version":3,"block":{
    "attributes":{"b":{"type":"string","required":true},"a":{"type":["list","number"],"optional":true,"computed":true},
      "n":{"nested_type":{"nesting_mode":"map","attributes":{"y":{"type":"string","optional":true,"sensitive":true}}},"optional":true}},
    "block_types":{"l":{"nesting_mode":"list","max_items":2,"block":{"attributes":{"x":{"type":"bool","optional":true}}}},
      "d":{"nesting_mode":"list","block":{"attributes":{"any":{"type":"dynamic","optional":true}}}},
      "g":{"nesting_mode":"group","block":{"attributes":{"w":{"type":"string","optional":true,"write_only":true}}}}}}})");
  ASSERT_TRUE(schema) << schema.error().message;
  const Block& block = *schema->block;
  EXPECT_EQ(schema->version, 3);
  EXPECT_EQ(value::type_text(block.implied_type),
            "object({a=list(number),b=string,d=any,g=object({w=string}),l=list(object({x=bool})),n=map(object({y=string}))})");
  EXPECT_TRUE(block.has_sensitive);
  EXPECT_TRUE(block.has_write_only);
  EXPECT_TRUE(block.attribute(Symbol("b"))->required);
  EXPECT_EQ(block.attribute(Symbol("l")), nullptr);
  EXPECT_EQ(block.block(Symbol("l"))->max_items, 2u);
  const Value empty = empty_value(block);
  EXPECT_TRUE(empty.attribute("l")->type() == block.implied_type.attributes()[4].type);
  EXPECT_EQ(empty.attribute("d")->kind(), Kind::tuple);
  EXPECT_TRUE(empty.attribute("g")->attribute("w")->is_null());

  std::string text;
  JsonWriter writer(text);
  write_schema_json(writer, *schema);
  auto again = parse(text);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->block->implied_type == block.implied_type);
  std::string second;
  JsonWriter second_writer(second);
  write_schema_json(second_writer, *again);
  EXPECT_EQ(text, second);
}

TEST(Schema, SensitivePaths) {
  auto schema = parse(R"({"block":{"attributes":{"p":{"type":"string","optional":true,"sensitive":true},
      "n":{"nested_type":{"nesting_mode":"map","attributes":{"y":{"type":"string","optional":true,"sensitive":true}}},"optional":true}},
    "block_types":{"l":{"nesting_mode":"list","block":{"attributes":{"x":{"type":"string","optional":true,"sensitive":true}}}}}}})");
  ASSERT_TRUE(schema);
  const Type item = Type::object({{Symbol("x"), Type::string()}});
  const Type nested = Type::object({{Symbol("y"), Type::string()}});
  const Value value = Value::object({{Symbol("p"), Value::string("s")},
                                     {Symbol("n"), Value::map(nested, {{"k", Value::object({{Symbol("y"), Value::string("s")}})}})},
                                     {Symbol("l"), Value::list(item, {Value::object({{Symbol("x"), Value::string("s")}})})}});
  std::vector<std::string> found;
  for (const auto& path : sensitive_paths(*schema->block, value)) found.push_back(value::path_text(path));
  EXPECT_THAT(found, testing::UnorderedElementsAre(".p", ".n[\"k\"].y", ".l[0].x"));
}

TEST(Schema, SanityRules) {
  for (std::string_view text : {
           R"({"block":{"attributes":{"a":{"type":"string"}}}})",
           R"({"block":{"attributes":{"a":{"type":"string","required":true,"optional":true}}}})",
           R"({"block":{"attributes":{"a":{"type":"string","required":true,"computed":true}}}})",
           R"({"block":{"attributes":{"a":{"type":"nope","required":true}}}})",
           R"({"block":{"attributes":{"a":{"type":"string","required":true}},"block_types":{"a":{"nesting_mode":"list","block":{}}}}})",
           R"({"block":{"block_types":{"a":{"nesting_mode":"tuple","block":{}}}}})",
           R"({"block":{"block_types":{"a":{"nesting_mode":"list","min_items":3,"max_items":2,"block":{}}}}})",
           R"({"block":{"block_types":{"a":{"nesting_mode":"set","block":{"attributes":{"x":{"type":"dynamic","optional":true}}}}}}})"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(DecodeBody, ReportsWhatIsWrong) {
  SourceFiles sources;
  Diagnostics diags;
  auto file = hcl::parse_file(sources, sources.add("t", "name = 1\nsiz = 2\nblk = 3\nblk {}\none \"a\" {}\none \"b\" {}\none {}\nname2 {}\nname {}\n"), diags);
  ASSERT_FALSE(diags.has_errors());
  const ArgumentRule arguments[] = {{"name", true}, {"size"}, {"must", true}};
  const BlockRule blocks[] = {{"blk"}, {"one", 1, true}};
  auto content = decode_body(*file.body, {arguments, blocks, false}, diags);
  EXPECT_NE(content.arguments[0], nullptr);
  EXPECT_EQ(content.arguments[1], nullptr);
  EXPECT_EQ(content.blocks.size(), 2u);
  std::vector<std::string> found;
  for (const auto& diagnostic : diags.sorted(sources)) found.emplace_back(diag::code_id(diagnostic.code));
  EXPECT_THAT(found, testing::ElementsAre("HCL012", "HCL012", "HCL021", "HCL017", "HCL013", "HCL013", "HCL014"));

  Diagnostics none;
  auto open = decode_body(*file.body, {{}, {}, true}, none);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(open.rest_arguments.size(), 3u);
  EXPECT_EQ(open.rest_blocks.size(), 6u);
}

}  // namespace
}  // namespace terrace::schema
