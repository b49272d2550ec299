// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <gtest/gtest.h>

#include "plan/archive.h"
#include "plan/file.h"
#include "plan/identity.h"
#include "plan/json.h"

namespace terrace::plan {
namespace {

ResourceChange change(std::string_view address, Action action, Value before, Value after) {
  ResourceChange out;
  out.address = out.previous_address = *addrs::parse_instance(address);
  out.provider = {{}, addrs::Provider::builtin(), {}};
  out.action = action;
  out.before = std::move(before);
  out.after = std::move(after);
  return out;
}
Value object(std::string_view name, Value tag) {
  return Value::object({{Symbol("name"), Value::string(name)}, {Symbol("tag"), std::move(tag)}});
}
Value none() { return Value::null(Type::dynamic()); }
IdentityContext context() {
  IdentityContext out;
  out.environment = "prod";
  out.stack = "infra";
  out.lineage = "l";
  out.secret_key = "k";
  return out;
}
Plan plan_of(std::vector<ResourceChange> changes) {
  Plan plan;
  plan.changes = std::move(changes);
  return plan;
}

TEST(Plan, counts_are_of_managed_changes_without_metadata) {
  auto metadata = change("t.m", Action::update, object("a", none()), object("b", none()));
  metadata.metadata_only = true;
  Plan plan = plan_of({change("t.a", Action::create, none(), object("a", none())),
                       change("t.b", Action::delete_then_create, object("a", none()), object("b", none())),
                       change("t.c", Action::forget, object("a", none()), none()),
                       change("data.t.d", Action::read, none(), object("a", none())), metadata});
  auto counts = plan.counts();
  EXPECT_EQ(counts.add, 2);
  EXPECT_EQ(counts.destroy, 1);
  EXPECT_EQ(counts.change, 0);
  EXPECT_EQ(counts.forget, 1);
  EXPECT_EQ(counts.metadata, 1);
  EXPECT_TRUE(plan.has_changes());
  EXPECT_FALSE(plan_of({change("t.a", Action::no_op, object("a", none()), object("a", none()))}).has_changes());
}

TEST(Identity, is_blind_to_order_and_unchanged_addresses_but_to_nothing_else) {
  auto a = change("t.a", Action::update, object("x", Value::number(1)), object("y", Value::number(1)));
  auto b = change("t.b", Action::create, none(), object("y", Value::unknown(Type::string())));
  auto same = change("t.c", Action::no_op, object("q", none()), object("q", none()));
  const std::string base = identity(plan_of({a, b, same}), context());
  EXPECT_EQ(base.size(), 4u + 64u);
  EXPECT_EQ(base.substr(0, 4), "pi1:");
  EXPECT_EQ(identity(plan_of({b, a}), context()), base);
  auto differs = [&](std::vector<ResourceChange> changes) { EXPECT_NE(identity(plan_of(std::move(changes)), context()), base); };
  differs({a});
  auto other = a;
  other.after = object("z", Value::number(1));
  differs({other, b});
  other = a;
  other.action = Action::delete_then_create;
  differs({other, b});
  other = a;
  other.replace_paths = {{value::PathStep::attribute(Symbol("name"))}};
  differs({other, b});
  other = b;
  other.after = object("y", Value::unknown(Type::number()));
  differs({a, other});
  other = b;
  other.after = object("y", Value::string("[\"unknown\",\"string\"]"));
  differs({a, other});
  auto elsewhere = context();
  elsewhere.environment = "dev";
  EXPECT_NE(identity(plan_of({a, b}), elsewhere), base);
}

TEST(Identity, secrets_count_without_being_told) {
  auto secret = [](std::string_view text) { return change("t.a", Action::create, none(), object("x", Value::string(text).mark(MarkKind::sensitive))); };
  EXPECT_NE(identity(plan_of({secret("hunter2")}), context()), identity(plan_of({secret("hunter3")}), context()));
  EXPECT_EQ(identity_document(plan_of({secret("hunter2")}), context()).find("hunter"), std::string::npos);
  auto other_key = context();
  other_key.secret_key = "other";
  EXPECT_NE(identity(plan_of({secret("hunter2")}), context()), identity(plan_of({secret("hunter2")}), other_key));
}

TEST(Identity, metadata_is_a_placeholder_on_both_sides) {
  Marks metadata;
  metadata.add({MarkKind::metadata, "deployment_id"});
  auto with = [&](std::string_view before, std::string_view after) {
    return change("t.a", Action::update, object("x", Value::string(before)), object("y", Value::string(after).with_marks(metadata)));
  };
  EXPECT_EQ(identity(plan_of({with("d-1", "d-2")}), context()), identity(plan_of({with("d-7", "d-8")}), context()));
  auto only = with("d-1", "d-2");
  only.metadata_only = true;
  EXPECT_EQ(identity(plan_of({only}), context()), identity(plan_of({}), context()));
}

SavedPlan saved() {
  SavedPlan plan;
  plan.identity = "pi1:00";
  plan.files = {{"/p/main.tf", "a = 1\n"}, {"/p/\xff.tf", std::string("\0x", 2)}};
  plan.prior_state = std::string(100'000, 's');
  plan.targets = {"t.a"};
  plan.variables_json = {{"v", R"({"value":1,"type":"number"})"}};
  plan.mode = Mode::destroy;
  plan.refresh = false;
  plan.rendered_text_plain = "Plan: 1 to add";
  return plan;
}

TEST(PlanFile, makes_the_round_trip) {
  auto bytes = write_plan_file(saved());
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_TRUE(looks_like_plan_file(*bytes));
  EXPECT_EQ(*bytes, *write_plan_file(saved()));
  auto read = read_plan_file(*bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->files, saved().files);
  EXPECT_EQ(read->prior_state, saved().prior_state);
  EXPECT_EQ(read->variables_json, saved().variables_json);
  EXPECT_EQ(read->mode, Mode::destroy);
  EXPECT_FALSE(read->refresh);
  EXPECT_EQ(read->targets, saved().targets);
}

TEST(PlanFile, damage_is_refused_or_changes_nothing) {
  const std::string bytes = *write_plan_file(saved());
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 16);
    auto read = read_plan_file(damaged);
    if (!read) continue;  // what zip does not look at (times, attributes) may differ
    EXPECT_EQ(read->files, saved().files) << at;
    EXPECT_EQ(read->prior_state, saved().prior_state) << at;
    EXPECT_EQ(read->identity, saved().identity) << at;
  }
  for (std::size_t length : {std::size_t{0}, std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) EXPECT_FALSE(read_plan_file(bytes.substr(0, length)));
}

TEST(PlanFile, swapped_added_and_missing_entries_are_refused) {
  auto entries = *read_zip(*write_plan_file(saved()));
  auto refused = [](const std::vector<ArchiveEntry>& changed) {
    auto read = read_plan_file(*write_zip(changed));
    return !read && read.error().kind == ErrorKind::invalid;
  };
  ASSERT_FALSE(refused(entries));
  auto swapped = entries;
  std::swap(swapped[2].bytes, swapped[3].bytes);
  EXPECT_TRUE(refused(swapped));
  auto added = entries;
  added.push_back({"files/99", "x"});
  EXPECT_TRUE(refused(added));
  auto twice = entries;
  twice.push_back(twice.back());
  EXPECT_TRUE(refused(twice));
  auto missing = entries;
  missing.pop_back();
  EXPECT_TRUE(refused(missing));
  auto foreign = entries;
  foreign[0].name = "tfplan";
  EXPECT_TRUE(refused(foreign));
}

TEST(PlanFile, bombs_are_stopped) {
  auto bomb = write_zip({{"plan.json", std::string(80 << 20, '0')}});
  ASSERT_TRUE(bomb);
  EXPECT_FALSE(read_zip(*bomb));
  ArchiveLimits limits;
  limits.bytes = 10;
  EXPECT_FALSE(read_zip(*write_zip({{"a", "12345678901"}}), limits));
}

TEST(PlanJson, shapes_and_order_are_the_peers) {
  Value after = Value::object({{Symbol("b"), Value::tuple({Value::unknown(Type::string()), Value::number(1)})},
                               {Symbol("id"), Value::unknown(Type::string())},
                               {Symbol("m"), Value::map(Type::string(), {{"k", Value::string("v")}})},
                               {Symbol("s"), Value::string("x").mark(MarkKind::sensitive)}});
  Plan plan = plan_of({change("module.a.t.x[\"k\"]", Action::create, Value::null(after.type()), after)});
  plan.outputs = {{"o", Action::create, none(), Value::unknown(Type::string()), false, false},
                  {"p", Action::update, Value::tuple({}), Value::tuple({Value::number(3)}), false, false}};
  plan.timestamp = "2026-01-02T03:04:05Z";
  auto schemas = [](const addrs::ProviderConfig&, const addrs::Resource&) { return std::shared_ptr<const schema::Block>(); };
  auto json = plan_json(plan, schemas, "");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(*json,
            R"({"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"outputs":{"o":{"sensitive":false},)"
            R"("p":{"sensitive":false,"type":["tuple",["number"]],"value":[3]}},"root_module":{"child_modules":[{"resources":[)"
            R"({"address":"module.a.t.x[\"k\"]","mode":"managed","type":"t","name":"x","index":"k","provider_name":"terraform.io/builtin/terraform",)"
            R"("schema_version":0,"values":{"b":[null,1],"m":{"k":"v"},"s":"x"},"sensitive_values":{"b":[false,false],"m":{},"s":true}}],)"
            R"("address":"module.a"}]}},"resource_changes":[{"address":"module.a.t.x[\"k\"]","module_address":"module.a","mode":"managed",)"
            R"("type":"t","name":"x","index":"k","provider_name":"terraform.io/builtin/terraform","change":{"actions":["create"],"before":null,)"
            R"("after":{"b":[null,1],"m":{"k":"v"},"s":"x"},"after_unknown":{"b":[true,false],"id":true,"m":{}},"before_sensitive":false,)"
            R"("after_sensitive":{"b":[false,false],"m":{},"s":true}}}],"output_changes":{"o":{"actions":["create"],"before":null,)"
            R"("after_unknown":true,"before_sensitive":false,"after_sensitive":false},"p":{"actions":["update"],"before":[],"after":[3],)"
            R"("after_unknown":false,"before_sensitive":false,"after_sensitive":false}},"timestamp":"2026-01-02T03:04:05Z","applyable":true,)"
            R"("complete":true,"errored":false})");
}

TEST(StateJson, an_empty_state_has_a_version_only_and_a_missing_schema_is_named) {
  auto none_found = [](const addrs::ProviderConfig&, const addrs::Resource&) { return std::shared_ptr<const schema::Block>(); };
  EXPECT_EQ(*state_json(State{}, none_found), R"({"format_version":"1.0"})");
  State state;
  Value value = Value::object({{Symbol("id"), Value::string("i")}});
  state.set_object(*addrs::parse_instance("t.a"), {{}, addrs::Provider::builtin(), {}}, *state::make_object(value, value.type(), {}));
  auto json = state_json(state, none_found);
  ASSERT_FALSE(json);
  EXPECT_NE(json.error().message.find("t.a"), std::string::npos);
}

}  // namespace
}  // namespace terrace::plan
