// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "base/symbol.h"

namespace terrace::base {
namespace {

std::string problem(std::string text, JsonLimits limits = {}) {
  auto document = JsonDocument::parse(std::move(text), limits);
  return document ? "" : document.error().message;
}

TEST(Json, ReadsEveryKindWithItsRawText) {
  auto document = JsonDocument::parse(R"( {"a": [1, -2.50e3 , "x\ny"], "b": {"c": null, "d": true} , "e":"" } )");
  ASSERT_TRUE(document) << document.error().message;
  auto root = document->root();
  EXPECT_EQ(root.size(), 3u);
  EXPECT_EQ(root["a"].at(1).number(), "-2.50e3");
  EXPECT_EQ(root["a"].at(2).string(), "x\ny");
  EXPECT_EQ(root["a"].raw(), R"([1, -2.50e3 , "x\ny"])");
  EXPECT_EQ(root["b"].raw(), R"({"c": null, "d": true})");
  EXPECT_TRUE(root["b"]["d"].boolean());
  EXPECT_FALSE(root["nope"].exists());
  EXPECT_TRUE(root["b"]["c"].exists());
  EXPECT_EQ(root["e"].string(), "");
}
TEST(Json, ReadsScalarsAtTheRoot) {
  EXPECT_EQ(JsonDocument::parse("12")->root().number(), "12");
  EXPECT_EQ(JsonDocument::parse(" \"x\" ")->root().string(), "x");
  EXPECT_EQ(JsonDocument::parse("true")->root().boolean(), true);
  EXPECT_TRUE(JsonDocument::parse("null")->root().is_null());
  EXPECT_NE(problem("12 3"), "");
}
TEST(Json, RefusesWithPosition) {
  EXPECT_EQ(problem("{\"a\":1,\n\"a\":2}").substr(0, 6), "line 1");
  EXPECT_NE(problem("{\"A\":1,\"a\":2}", {200, DuplicateKeys::refuse, true}), "");
  EXPECT_EQ(problem("{\"A\":1,\"a\":2}"), "");
  EXPECT_NE(problem(""), "");
  EXPECT_NE(problem("{\"a\":}"), "");
  EXPECT_NE(problem("[1,]"), "");
  EXPECT_NE(problem("[01]"), "");
  EXPECT_NE(problem("[1] x"), "");
  EXPECT_NE(problem("[\"\xff\"]"), "");
  EXPECT_NE(problem(std::string(300, '[') + std::string(300, ']')), "");
  EXPECT_EQ(problem(std::string(199, '[') + std::string(199, ']')), "");
}
TEST(Json, FindsMembersOfBigObjects) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  auto document = JsonDocument::parse(text + "}");
  EXPECT_EQ(document->root()["k777"].integer(), 777);
  EXPECT_FALSE(document->root()["k1000"].exists());
}
TEST(Json, WritesLikeGo) {
  std::string out;
  append_json_string(out, "<a&b>\"\\\n\x01\xe2\x80\xa8é");
  EXPECT_EQ(out, "\"\\u003ca\\u0026b\\u003e\\\"\\\\\\n\\u0001\\u2028é\"");
}
TEST(Json, IndentsAndSplices) {
  std::string out;
  JsonWriter(out, 2).begin_object().member("a", std::int64_t{1}).key("b").raw(R"({"x":[1,{"y":"{,"}],"e":{},"f":[ ]})").end_object();
  EXPECT_EQ(out, "{\n  \"a\": 1,\n  \"b\": {\n    \"x\": [\n      1,\n      {\n        \"y\": \"{,\"\n      }\n    ],\n    \"e\": {},\n    \"f\": []\n  }\n}");
}
TEST(Json, CanonicalForm) {
  EXPECT_EQ(*canonical_json(R"({"b":1.50e2,"a":[ -0, 0.001e1, 12345678901234567890.10 ],"é":"\u0001<"})"),
            "{\"a\":[0,0.01,12345678901234567890.1],\"b\":150,\"é\":\"\\u0001<\"}");
}
TEST(Strings, Base64) {
  for (std::string text : {"", "f", "fo", "foo", "foob"}) EXPECT_EQ(base64_decode(base64_encode(text)), text);
  EXPECT_FALSE(base64_decode("Zg"));
  EXPECT_FALSE(base64_decode("Zh=="));
  EXPECT_FALSE(base64_decode("Z=g="));
}
TEST(Strings, Graphemes) {
  EXPECT_EQ(grapheme_count("a\xcc\x81" "b"), 2u);
  EXPECT_EQ(grapheme_count("👨‍👩‍👧"), 1u);
  EXPECT_TRUE(is_identifier("a-b_1"));
  EXPECT_FALSE(is_identifier("-a"));
  EXPECT_EQ(printable("a\x1b[31m\xe2\x80\xae"), "a\\u{1b}[31m\\u{202e}");
}
TEST(Symbol, IsOneNumberPerText) {
  EXPECT_EQ(Symbol("alpha"), Symbol(std::string("al") + "pha"));
  EXPECT_EQ(Symbol("alpha").text(), "alpha");
  EXPECT_LT(Symbol("a"), Symbol("b"));
  EXPECT_TRUE(Symbol("").empty());
}

}  // namespace
}  // namespace terrace::base
