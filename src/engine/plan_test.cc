// SPDX-License-Identifier: Apache-2.0
// What plans say (checklist E5, E6, E8, E10, E13).
#include "base/format.h"
#include "engine/testing/bench.h"
#include "value/json.h"

namespace terrace::engine {
namespace {

TEST(PlanTest, ChoosesActionsFromConfigurationStateAndCloud) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "same" { name = "same" }
resource "fake_disk" "renamed" { name = "old" }
resource "fake_disk" "grown" {
  name = "grown"
  size = 1
}
resource "fake_disk" "gone" { name = "gone" }
)");
  bench.apply();
  bench.given_config(R"(
resource "fake_disk" "same" { name = "same" }
resource "fake_disk" "renamed" { name = "new" }
resource "fake_disk" "grown" {
  name = "grown"
  size = 2
}
resource "fake_disk" "fresh" { name = "fresh" }
)");
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.fresh create", "fake_disk.gone delete delete_because_no_resource_config",
                                 "fake_disk.grown delete,create replace_because_cannot_update", "fake_disk.renamed update"}));
}

TEST(PlanTest, TellsWhyInstancesGo) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "c" {
  count = 2
  name  = "c${count.index}"
}
resource "fake_disk" "e" {
  for_each = { x = 1, y = 2 }
  name     = each.key
}
resource "fake_disk" "k" {
  for_each = { x = 1 }
  name     = each.key
}
)");
  bench.apply();
  bench.given_config(R"(
resource "fake_disk" "c" {
  count = 1
  name  = "c${count.index}"
}
resource "fake_disk" "e" {
  for_each = { x = 1 }
  name     = each.key
}
resource "fake_disk" "k" { name = "k" }
)");
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.c[1] delete delete_because_count_index", "fake_disk.e[\"y\"] delete delete_because_each_key",
                                 "fake_disk.k create", "fake_disk.k[\"x\"] delete delete_because_wrong_repetition"}));
}

TEST(PlanTest, ShowsWhatVanishedAsDriftAndPlansItAnew) {
  Bench bench;
  bench.given_config(R"(resource "fake_disk" "a" { name = "a" })");
  bench.apply();
  bench.cloud().disks.clear();
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a create"});
  ASSERT_EQ(bench.last_plan().drift.size(), 1u);
  EXPECT_EQ(bench.last_plan().drift[0].action, plan::Action::remove);
  bench.options().refresh = false;
  EXPECT_EQ(bench.plan(), Lines{});
}

TEST(PlanTest, MovesInsteadOfReplacing) {
  Bench bench;
  bench.given_config(R"(resource "fake_disk" "a" { name = "a" })");
  bench.apply();
  bench.given_file("/m/main.tf", R"(
resource "fake_disk" "b" {
  count = 1
  name  = "a"
}
)");
  bench.given_config(R"(
module "m" { source = "./m" }
moved {
  from = fake_disk.a
  to   = module.m.fake_disk.b
}
)");
  // The statement moves it, and the new `count` moves it on to [0].
  EXPECT_EQ(bench.plan(), Lines{"module.m.fake_disk.b[0] no-op from fake_disk.a"});
}

TEST(PlanTest, KeepsWhatIsAtTheDestinationOfAMove) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" { name = \"a\" }\nresource \"fake_disk\" \"b\" { name = \"b\" }\n");
  bench.apply();
  bench.given_config("resource \"fake_disk\" \"b\" { name = \"b\" }\nmoved {\n  from = fake_disk.a\n  to = fake_disk.b\n}\n");
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a delete delete_because_no_resource_config"});
  EXPECT_EQ(bench.messages(), Lines{"ENG029"});
}

TEST(PlanTest, RefusesMovesThatContradict) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" { name = \"a\" }\nmoved {\n  from = fake_disk.a\n  to = fake_disk.b\n}\n");
  bench.plan();
  EXPECT_EQ(bench.messages(), Lines{"ENG033 main.tf:2"});
}

TEST(PlanTest, ReadsDataAtOnceUnlessItMustWait) {
  Bench bench;
  bench.given_config(R"(
data "fake_zone" "now" { name = "north" }
data "fake_zone" "unknown" { name = fake_disk.a.id }
data "fake_zone" "waits" {
  name       = "west"
  depends_on = [fake_disk.a]
}
resource "fake_disk" "a" { name = data.fake_zone.now.letter }
output "letter" { value = data.fake_zone.waits.letter }
)");
  EXPECT_EQ(bench.plan(), (Lines{"data.fake_zone.unknown read read_because_config_unknown",
                                 "data.fake_zone.waits read read_because_dependency_pending", "fake_disk.a create"}));
  EXPECT_EQ(bench.apply(), (Lines{"create n", "read disk1", "read west"}));
  EXPECT_EQ(bench.state().outputs.at("letter").value.as_string(), "w");
  EXPECT_EQ(bench.plan(), Lines{});
}

TEST(PlanTest, IgnoresChangesAndFollowsTriggers) {
  Bench bench;
  auto config = [](int size, const char* name) {
    return format(R"(
resource "fake_disk" "a" {{ name = "{}" }}
resource "fake_disk" "ignoring" {{
  name = "i{}"
  lifecycle {{ ignore_changes = [name] }}
}}
resource "fake_disk" "follower" {{
  name = "f"
  lifecycle {{ replace_triggered_by = [fake_disk.a.name] }}
}}
)", name, size);
  };
  bench.given_config(config(1, "x"));
  bench.apply();
  bench.given_config(config(2, "y"));
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.a update", "fake_disk.follower delete,create replace_by_triggers"}));
}

TEST(PlanTest, PropagatesCreateBeforeDestroy) {
  Bench bench;
  auto config = [](int size) {
    return format(R"(
resource "fake_disk" "base" {{
  name = "base"
  size = {0}
}}
resource "fake_disk" "top" {{
  name = "top ${{fake_disk.base.id}}"
  size = {0}
  lifecycle {{ create_before_destroy = true }}
}}
)", size);
  };
  bench.given_config(config(1));
  bench.apply();
  bench.given_config(config(2));
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.base create,delete replace_because_cannot_update", "fake_disk.top create,delete replace_because_cannot_update"}));
  EXPECT_EQ(bench.apply(), (Lines{"create base", "create top disk3", "delete top disk1", "delete base"}));
  EXPECT_TRUE(bench.state().object(*addrs::parse_instance("fake_disk.base"))->create_before_destroy);
}

TEST(PlanTest, ProtectsWhatMustNotBeDestroyed) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" {\n  name = \"a\"\n  size = 1\n  lifecycle { prevent_destroy = true }\n}\n");
  bench.apply();
  bench.given_config("resource \"fake_disk\" \"a\" {\n  name = \"a\"\n  size = 2\n  lifecycle { prevent_destroy = true }\n}\n");
  EXPECT_EQ(bench.plan(), Lines{"fake_disk.a delete,create replace_because_cannot_update"});  // shown all the same
  EXPECT_EQ(bench.messages(), Lines{"ENG015 main.tf:1"});
  EXPECT_FALSE(bench.last_plan().complete);
}

TEST(PlanTest, KeepsTargetsAndWhatTheyNeed) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "a" { name = "a" }
resource "fake_disk" "b" {
  count = 2
  name  = fake_disk.a.id
}
resource "fake_disk" "c" { name = "c" }
)");
  bench.options().targets = {*addrs::parse_target("fake_disk.b[1]")};
  EXPECT_EQ(bench.plan(), (Lines{"fake_disk.a create", "fake_disk.b[1] create"}));
  EXPECT_EQ(bench.messages(), Lines{"ENG027"});
}

TEST(PlanTest, ReportsConditionsWhereTheyFail) {
  Bench bench;
  bench.given_config(R"(
variable "size" {
  default = 3
  validation {
    condition     = var.size < 3
    error_message = "Too large."
  }
}
resource "fake_disk" "a" {
  name = "a"
  lifecycle {
    precondition {
      condition     = path.root == ""
      error_message = "Nowhere."
    }
  }
}
resource "fake_disk" "b" { name = fake_disk.a.id }
check "later" {
  assert {
    condition     = path.root == ""
    error_message = "Only a warning."
  }
}
)");
  EXPECT_EQ(bench.plan(), Lines{});
  EXPECT_EQ(bench.messages(), (Lines{"ENG011 main.tf:21", "ENG005 main.tf:5", "ENG008 main.tf:13"}));
}

TEST(PlanTest, NamesCyclesAndSelfReferences) {
  Bench bench;
  bench.given_config("locals {\n  a = local.b\n  b = local.a\n}\nresource \"fake_disk\" \"x\" { name = fake_disk.x.id }\n");
  EXPECT_EQ(bench.plan(), Lines{});
  EXPECT_EQ(bench.messages(), (Lines{"ENG002", "ENG001 main.tf:5"}));
  EXPECT_THAT(bench.details(), testing::HasSubstr("local.a, local.b"));
}

TEST(PlanTest, ExpandsModulesLazily) {
  Bench bench;
  bench.given_file("/m/main.tf", R"(
variable "name" {}
resource "fake_disk" "d" {
  count = 2
  name  = "${var.name}${count.index}"
}
output "names" { value = fake_disk.d[*].name }
output "second" { value = fake_disk.d[1].name }
)");
  bench.given_config(R"(
module "m" {
  source   = "./m"
  for_each = toset(["x", "y"])
  name     = each.key
}
output "all" { value = [for m in module.m : m.second] }
output "y" { value = module.m["y"].names[0] }
)");
  EXPECT_EQ(bench.plan(), (Lines{"module.m[\"x\"].fake_disk.d[0] create", "module.m[\"x\"].fake_disk.d[1] create",
                                 "module.m[\"y\"].fake_disk.d[0] create", "module.m[\"y\"].fake_disk.d[1] create"}));
  ASSERT_EQ(bench.last_plan().outputs.size(), 2u);
  EXPECT_EQ(value::simple_json(bench.last_plan().outputs[0].after), R"(["x1","y1"])");
  EXPECT_EQ(bench.last_plan().outputs[1].after.as_string(), "y0");
}

TEST(PlanTest, RefusesUnknownCountsAndUndeclaredSecrets) {
  Bench bench;
  bench.given_config(R"(
resource "fake_disk" "a" { name = "a" }
resource "fake_disk" "b" {
  count = length(fake_disk.a.id)
  name  = "b"
}
output "o" { value = sensitive("x") }
)");
  bench.plan();
  EXPECT_EQ(bench.messages(), (Lines{"ENG003 main.tf:4", "ENG013 main.tf:7"}));
}

TEST(PlanTest, RefreshOnlyTakesOverWhatChanged) {
  Bench bench;
  bench.given_config(R"(resource "fake_disk" "a" { name = "a" })");
  bench.apply();
  Value& disk = bench.cloud().disks.begin()->second;
  disk = Value::object({{Symbol("id"), Value::string("disk1")}, {Symbol("name"), Value::string("changed")},
                        {Symbol("secret"), Value::null(Type::string())}, {Symbol("size"), Value::null(Type::number())}});
  bench.options().mode = plan::Mode::refresh_only;
  EXPECT_EQ(bench.apply(), Lines{});
  EXPECT_EQ(bench.object("fake_disk.a").attribute("name")->as_string(), "changed");
}

TEST(OfflineTest, EvaluatesWithoutCallingForObjects) {
  Bench bench;
  bench.given_config(R"(
variable "name" { default = "v" }
resource "fake_disk" "a" {
  count = 2
  name  = "${var.name}${count.index}"
}
resource "fake_disk" "b" { name = fake_disk.a[0].id }
output "n" { value = fake_disk.a[1].name }
)");
  Evaluated result = bench.evaluate();
  EXPECT_EQ(bench.messages(), Lines{});
  EXPECT_EQ(result.resources.at("fake_disk.a[1]").attribute("name")->as_string(), "v1");
  EXPECT_EQ(result.outputs.at("n").as_string(), "v1");
  EXPECT_EQ(result.undetermined, Lines{"fake_disk.b"});
  EXPECT_EQ(result.origins.at("fake_disk.a[0].name"), "main.tf:5");
  EXPECT_TRUE(bench.cloud().calls.empty());
}

TEST(ValidateTest, LooksAtBodiesThatWouldNotBeExpanded) {
  Bench bench;
  bench.given_config("resource \"fake_disk\" \"a\" {\n  count = 0\n  name = [1]\n}\n");
  bench.validate();
  EXPECT_EQ(bench.messages().size(), 1u);
  bench.given_config("variable \"n\" {}\nresource \"fake_disk\" \"a\" {\n  count = var.n\n  name = \"x${count.index}\"\n}\n");
  bench.given_variable("n", Value::number(std::int64_t{1}));
  bench.validate();
  EXPECT_EQ(bench.messages(), Lines{});
}

}  // namespace
}  // namespace terrace::engine
