// SPDX-License-Identifier: Apache-2.0
#include "sandbox/policy_document.h"

#include <gtest/gtest.h>

#include "value/convert.h"
#include "value/json.h"

namespace terrace::sandbox {
namespace {

/// A configuration object from JSON; lists stand for blocks and sets alike.
Value config(std::string json) {
  auto document = JsonDocument::parse(std::move(json));
  return value::parse_simple_json(document->root());
}
std::string computed(std::string json) {
  auto made = policy_document(config(std::move(json)));
  return made ? made->json : "error: " + made.error().message;
}

TEST(PolicyDocumentTest, OneElementCollapsesAndSetsAreSortedDownwards) {
  EXPECT_EQ(computed(R"({"statement":[{"sid":"Read","actions":["s3:Get","s3:List"],"resources":["arn:aws:s3:::b"]}]})"),
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"Read\",\n      \"Effect\": \"Allow\",\n"
            "      \"Action\": [\n        \"s3:List\",\n        \"s3:Get\"\n      ],\n      \"Resource\": \"arn:aws:s3:::b\"\n    }\n  ]\n}");
}

TEST(PolicyDocumentTest, EveryoneIsAStarAndServicesAreGrouped) {
  EXPECT_NE(computed(R"({"statement":[{"actions":["a:B"],"principals":[{"type":"*","identifiers":["*"]}]}]})").find("\"Principal\": \"*\""), std::string::npos);
  const std::string both = computed(
      R"({"statement":[{"actions":["sts:AssumeRole"],"principals":[{"type":"Service","identifiers":["ec2.amazonaws.com"]},{"type":"AWS","identifiers":["a","b"]}]}]})");
  EXPECT_NE(both.find("\"AWS\": [\n          \"b\",\n          \"a\"\n        ],\n        \"Service\": \"ec2.amazonaws.com\""), std::string::npos) << both;
}

TEST(PolicyDocumentTest, ConditionValuesKeepTheirOrderAndVariablesAreWritten) {
  const std::string text = computed(
      R"({"statement":[{"actions":["s3:List"],"resources":["arn:&{aws:username}/*"],"condition":[{"test":"StringLike","variable":"s3:prefix","values":["home/","","a"]}]}]})");
  EXPECT_NE(text.find("\"s3:prefix\": [\n            \"home/\",\n            \"\",\n            \"a\"\n          ]"), std::string::npos) << text;
  EXPECT_NE(text.find("arn:${aws:username}/*"), std::string::npos);
}

TEST(PolicyDocumentTest, SourcesAreMergedBySid) {
  const std::string text = computed(
      R"({"source_policy_documents":["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Deny\",\"Action\":\"x:Y\",\"Resource\":\"*\"}]}"],)"
      R"("statement":[{"sid":"A","actions":["x:Z"],"resources":["*"]},{"actions":["q:R"],"resources":["*"]}]})");
  EXPECT_EQ(text.find("Deny"), std::string::npos);
  EXPECT_LT(text.find("x:Z"), text.find("q:R"));
}

TEST(PolicyDocumentTest, RefusesASidGivenTwiceAndBrokenSources) {
  EXPECT_NE(computed(R"({"statement":[{"sid":"A","actions":["x:Y"]},{"sid":"A","actions":["x:Z"]}]})").find("sid \"A\""), std::string::npos);
  EXPECT_EQ(computed(R"({"source_policy_documents":["{"]})").find("error: source_policy_documents[0] is not a policy"), 0u);
}

TEST(PolicyDocumentTest, MinifiedIsTheSameWithoutBlanks) {
  auto made = policy_document(config(R"({"statement":[{"actions":["a:B"],"resources":["*"]}]})"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->minified_json, R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:B","Resource":"*"}]})");
}

}  // namespace
}  // namespace terrace::sandbox
