// SPDX-License-Identifier: Apache-2.0
// What applies do, in which order, and what is left when something fails (checklist E3, E11, contract 6).
#include "base/format.h"
#include "engine/testing/bench.h"

namespace terrace::engine {
namespace {

state::ObjectRef stored(Bench& bench, const std::string& address) { return bench.state().object(*addrs::parse_instance(address)); }

TEST(ApplyTest, RecordsIntentBeforeAndOutcomeAfterEachCall) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" { name = \"a\" }\nresource \"fake_disk\" \"b\" { name = fake_disk.a.id }\n");
  bench.apply();
  EXPECT_EQ(bench.journal(), (Lines{"intend create fake_disk.a", "create a", "stored fake_disk.a", "intend create fake_disk.b", "create disk1", "stored fake_disk.b"}));
  EXPECT_EQ(bench.last_apply().added, 2);
  ASSERT_EQ(stored(bench, "fake_disk.b")->dependencies.size(), 1u);
  EXPECT_EQ(stored(bench, "fake_disk.b")->dependencies[0].text(), "fake_disk.a");
}

TEST(ApplyTest, DestroysInReverseOrderFromStateAlone) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "a" { name = "a" }
resource "fake_disk" "b" { name = "b${fake_disk.a.id}" }
resource "fake_disk" "c" { name = "c${fake_disk.b.id}" }
)");
  bench.apply();
  bench.given_config("");
  EXPECT_EQ(bench.apply(), (Lines{"delete cdisk2", "delete bdisk1", "delete a"}));
  EXPECT_TRUE(bench.state().empty());
}

TEST(ApplyTest, ReplacesTheUsedBeforeItsUser) {
  Bench bench;
  auto config = [](int size) {
    return format("resource \"fake_disk\" \"a\" {{\n  name = \"a\"\n  size = {}\n}}\nresource \"fake_disk\" \"b\" {{ name = \"b${{fake_disk.a.id}}\" }}\n", size);
  };
  bench.given_config(config(1));
  bench.apply();
  bench.given_config(config(2));
  EXPECT_EQ(bench.apply(), (Lines{"delete a", "create a", "update bdisk3"}));
  EXPECT_EQ(bench.last_apply().added, 1);
  EXPECT_EQ(bench.last_apply().changed, 1);
  EXPECT_EQ(bench.last_apply().destroyed, 1);
}

TEST(ApplyTest, SkipsDependentsOfWhatFailed) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "a" { name = "a" }
resource "fake_disk" "b" { name = fake_disk.a.id }
resource "fake_disk" "c" { name = "c" }
)");
  bench.cloud().fail_create = {"a"};
  Lines calls = bench.apply();
  std::sort(calls.begin(), calls.end());
  EXPECT_EQ(calls, (Lines{"create a", "create c"}));
  EXPECT_EQ(bench.messages(), Lines{"GEN004 main.tf:2"});
  EXPECT_EQ(bench.state().instance_count(), 1u);
}

TEST(ApplyTest, TaintsWhatWasHalfMadeAndReplacesIt) {
  Bench bench;
  bench.given_config(R"(resource "fake_disk" "a" { name = "a" })");
  bench.cloud().fail_create_partly = {"a"};
  bench.apply();
  EXPECT_EQ(stored(bench, "fake_disk.a")->status, state::ObjectStatus::tainted);
  bench.cloud().fail_create_partly.clear();
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a delete,create replace_because_tainted"});
  EXPECT_EQ(bench.apply(), (Lines{"delete a", "create a"}));
  EXPECT_EQ(stored(bench, "fake_disk.a")->status, state::ObjectStatus::ready);
}

TEST(ApplyTest, RestoresTheOldObjectWhenItsReplacementIsNotMade) {
  Bench bench;
  auto config = [](int size, const char* name) {
    return format("resource \"fake_disk\" \"a\" {{\n  name = \"{}\"\n  size = {}\n  lifecycle {{ create_before_destroy = true }}\n}}\n", name, size);
  };
  bench.given_config(config(1, "old"));
  bench.apply();
  bench.given_config(config(2, "new"));
  bench.cloud().fail_create = {"new"};
  EXPECT_EQ(bench.apply(), Lines{"create new"});
  EXPECT_EQ(bench.object("fake_disk.a").attribute("name")->as_string(), "old");
  EXPECT_EQ(bench.state().resources().begin()->second->instances.front().deposed.size(), 0u);
}

TEST(ApplyTest, RemovesALeftDeposedObjectNextTime) {
  Bench bench;
  auto config = [](int size) {
    return format("resource \"fake_disk\" \"a\" {{\n  name = \"a{0}\"\n  size = {0}\n  lifecycle {{ create_before_destroy = true }}\n}}\n", size);
  };
  bench.given_config(config(1));
  bench.apply();
  bench.given_config(config(2));
  bench.cloud().fail_delete = {"a1"};
  EXPECT_EQ(bench.apply(), (Lines{"create a2", "delete a1"}));
  bench.cloud().fail_delete.clear();
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a deposed delete"});
  EXPECT_EQ(bench.apply(), Lines{"delete a1"});
  EXPECT_EQ(bench.plan(), Lines{});
}

TEST(ApplyTest, CallWithoutAnswerStaysInDoubt) {
  Bench bench;
  bench.given_config(R"(resource "fake_disk" "a" { name = "a" })");
  bench.cloud().unanswered = {"a"};
  bench.apply();
  EXPECT_EQ(bench.journal(), Lines{"intend create fake_disk.a"});  // no outcome
  ASSERT_EQ(bench.last_apply().in_doubt.size(), 1u);
  EXPECT_EQ(bench.last_apply().in_doubt[0].planned_identity, R"({"name":"a"})");
  EXPECT_EQ(bench.messages(), Lines{"ENG031 main.tf:1"});
}

TEST(ApplyTest, ReportsResultsThatWereNotPlannedAndKeepsTheObject) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" {\n  name = \"a\"\n  size = 1\n}\n");
  bench.cloud().wrong_result = {"a"};
  bench.apply();
  EXPECT_EQ(bench.messages(), Lines{"ENG019 main.tf:1"});
  EXPECT_NE(stored(bench, "fake_disk.a"), nullptr);
}

TEST(ApplyTest, StopsAfterAnInterruptAndKeepsWhatIsDone) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" { name = \"a\" }\nresource \"fake_disk\" \"b\" { name = fake_disk.a.id }\n");
  bench.interrupt_after_calls = 1;
  EXPECT_EQ(bench.apply(), Lines{"create a"});
  EXPECT_TRUE(bench.last_apply().stopped);
  EXPECT_EQ(bench.state().instance_count(), 1u);
}

TEST(ApplyTest, CarriesSecretsThroughWithoutShowingThemToProviders) {
  Bench bench;
  bench.given_config(R"(
variable "password" {
  default   = "hunter2"
  sensitive = true
}
resource "fake_disk" "a" {
  name   = var.password
  secret = "s"
}
output "o" {
  value     = fake_disk.a.name
  sensitive = true
}
)");
  bench.apply();
  EXPECT_EQ(bench.messages(), Lines{});
  state::ObjectRef object = stored(bench, "fake_disk.a");
  ASSERT_EQ(object->sensitive.size(), 2u);
  EXPECT_EQ(value::path_text(object->sensitive[0]), ".name");
  EXPECT_EQ(value::path_text(object->sensitive[1]), ".secret");
  EXPECT_TRUE(bench.state().outputs.at("o").sensitive);
  EXPECT_EQ(bench.plan(), Lines{});
}

TEST(ApplyTest, DestroyModeEmptiesTheState) {
  Bench bench;
  bench.given_config(R"(
data "fake_zone" "z" { name = "z" }
resource "fake_disk" "a" {
  count = 2
  name  = data.fake_zone.z.letter
}
output "o" { value = fake_disk.a[0].id }
)");
  bench.apply();
  bench.options().mode = plan::Mode::destroy;
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.a[0] delete", "fake_disk.a[1] delete"}));
  EXPECT_EQ(bench.apply().size(), 2u);
  EXPECT_TRUE(bench.state().empty());
}

TEST(ApplyTest, PostconditionsFailAfterTheObjectIsStored) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "a" {
  name = "a"
  lifecycle {
    postcondition {
      condition     = self.id == "other"
      error_message = "Unexpected id."
    }
  }
}
resource "fake_disk" "b" { name = fake_disk.a.id }
)");
  EXPECT_EQ(bench.apply(), Lines{"create a"});
  EXPECT_EQ(bench.messages(), Lines{"ENG009 main.tf:6"});
  EXPECT_EQ(bench.state().instance_count(), 1u);
}

TEST(ApplyTest, ConfigurationOfModulesIsFollowedAcrossInstances) {
  Bench bench;
  bench.given_file("/m/main.tf", R"(
variable "name" {}
resource "fake_disk" "base" { name = var.name }
resource "fake_disk" "top" { name = fake_disk.base.id }
)");
  bench.given_config("module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"x\", \"y\"])\n  name = each.key\n}\n");
  bench.apply();
  bench.given_config("module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"x\"])\n  name = each.key\n}\n");
  EXPECT_EQ(bench.plan(), (Lines{"module.m[\"y\"].fake_disk.base delete delete_because_no_module", "module.m[\"y\"].fake_disk.top delete delete_because_no_module"}));
  Lines calls = bench.apply();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[1], "delete y");  // base goes last
}

}  // namespace
}  // namespace terrace::engine
