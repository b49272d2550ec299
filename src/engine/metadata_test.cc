// SPDX-License-Identifier: Apache-2.0
// Release metadata in plans (contract 5).
#include "base/format.h"
#include "engine/testing/bench.h"

namespace terrace::engine {
namespace {

Value metadata(std::string_view text, std::string_view name) {
  Marks marks;
  marks.add({MarkKind::metadata, std::string(name)});
  return Value::string(text).with_marks(marks);
}

struct MetadataTest : testing::Test {
  MetadataTest() { bench.options().metadata.fold = true; }
  void given(std::string_view prefix, std::string_view build) {
    bench.given_config(format("variable \"build\" {{}}\nlocals {{ label = \"{}-${{var.build}}\" }}\n"
                              "resource \"fake_disk\" \"a\" {{ name = local.label }}\noutput \"o\" {{ value = local.label }}\n", prefix));
    bench.given_variable("build", metadata(build, "build"));
  }
  Bench bench;
};

TEST_F(MetadataTest, FoldsUpdatesThatDifferByMetadataAlone) {
  given("app", "7");
  bench.apply();
  given("app", "8");
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a update"});
  EXPECT_TRUE(bench.last_plan().changes[0].metadata_only);
  EXPECT_TRUE(bench.last_plan().outputs[0].metadata_only);
  EXPECT_EQ(bench.apply(), Lines{"update app-8"});  // applied all the same
}

TEST_F(MetadataTest, SeesConfigurationInTheSameString) {
  given("app", "7");
  bench.apply();
  given("web", "8");
  bench.plan();
  EXPECT_FALSE(bench.last_plan().changes[0].metadata_only);
  EXPECT_FALSE(bench.last_plan().outputs[0].metadata_only);
}

TEST_F(MetadataTest, MarksCarryTheTextAroundTheMetadata) {
  auto shape = [&](std::string_view prefix, std::string_view build) {
    given(prefix, build);
    bench.plan();
    return bench.last_plan().changes[0].after.attribute("name")->marks().items().at(0).detail;
  };
  std::string first = shape("app", "7");
  EXPECT_EQ(first, shape("app", "8"));
  EXPECT_NE(first, shape("web", "7"));
}

TEST_F(MetadataTest, KnowsDeploymentTimesInFormattedText) {
  auto at = [&](const char* config, const char* time) {
    bench.given_config(config);
    bench.options().functions.timestamp = world::parse_rfc3339(time);
  };
  constexpr const char* kApp = R"(resource "fake_disk" "a" { name = "app ${formatdate("YYYY-MM-DD", timestamp())}." })";
  constexpr const char* kWeb = R"(resource "fake_disk" "a" { name = "web ${formatdate("YYYY-MM-DD", timestamp())}." })";
  at(kApp, "2026-01-02T03:04:05Z");
  EXPECT_EQ(bench.apply(), Lines{"create app 2026-01-02."});
  at(kApp, "2026-05-06T00:00:00Z");
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a update"});
  EXPECT_TRUE(bench.last_plan().changes[0].metadata_only);
  at(kWeb, "2026-05-06T00:00:00Z");
  bench.plan();
  EXPECT_FALSE(bench.last_plan().changes[0].metadata_only);
}

}  // namespace
}  // namespace terrace::engine
