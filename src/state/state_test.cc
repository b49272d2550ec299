// SPDX-License-Identifier: Apache-2.0
#include "state/state.h"

#include <gtest/gtest.h>

#include "base/format.h"
#include "state/file.h"

namespace terrace::state {
namespace {

addrs::Instance instance(std::string_view text) { return *addrs::parse_instance(text); }
addrs::ProviderConfig builtin() { return {{}, addrs::Provider::builtin(), {}}; }
ObjectRef object(std::string_view id) {
  Value value = Value::object({{Symbol("id"), Value::string(id)}});
  return *make_object(value, value.type(), {});
}

constexpr std::string_view kHead = R"({"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"l","outputs":{},"resources":[)";
constexpr std::string_view kTail = R"(],"check_results":null}
)";
constexpr std::string_view kResource =
    R"({"mode":"managed","type":"t","name":"a","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[)";
std::string state_of(std::string_view instances) { return std::string(kHead) + std::string(kResource) + std::string(instances) + "]}" + std::string(kTail); }
std::string parse_error(std::string text) {
  auto parsed = parse_state(std::move(text));
  return parsed ? "" : parsed.error().message;
}

TEST(State, objects_come_and_go_and_leave_nothing_empty) {
  State state;
  auto first = instance("t.a[0]"), second = instance("t.a[\"x\"]");
  state.set_object(first, builtin(), object("1"));
  state.set_object(second, builtin(), object("2"));
  EXPECT_EQ(state.instance_count(), 2u);
  EXPECT_NE(state.object(first), nullptr);
  state.set_object(first, builtin(), nullptr);
  EXPECT_EQ(state.object(first), nullptr);
  EXPECT_EQ(state.find(first.abs_resource())->instances.size(), 1u);
  state.set_object(second, builtin(), nullptr);
  EXPECT_TRUE(state.empty());
}

TEST(State, deposing_and_restoring_keep_the_object) {
  State state;
  auto address = instance("t.a");
  auto old = object("old");
  state.set_object(address, builtin(), old);
  state.depose(address, "0a1b2c3d");
  EXPECT_EQ(state.object(address), nullptr);
  EXPECT_EQ(state.instance_count(), 0u);
  State without = state;
  state.restore_deposed(address, "0a1b2c3d");
  EXPECT_EQ(state.object(address), old);
  without.set_object(address, builtin(), object("new"));
  without.restore_deposed(address, "0a1b2c3d");  // there is a current object: nothing happens
  EXPECT_NE(without.object(address), old);
  without.set_deposed(address, builtin(), "0a1b2c3d", nullptr);
  EXPECT_TRUE(without.find(address.abs_resource())->instances.front().deposed.empty());
}

TEST(State, a_copy_is_not_touched_by_changes) {
  State state;
  for (int i = 0; i < 1000; ++i) state.set_object(instance(format("t.a[{}]", i)), builtin(), object("x"));
  const State copy = state;
  for (int i = 0; i < 1000; i += 2) state.set_object(instance(format("t.a[{}]", i)), builtin(), nullptr);
  state.set_object(instance("t.a[1]"), builtin(), object("y"));
  EXPECT_EQ(copy.instance_count(), 1000u);
  EXPECT_EQ(state.instance_count(), 500u);
  EXPECT_FALSE(same_object(copy.object(instance("t.a[1]")), state.object(instance("t.a[1]"))));
  EXPECT_EQ(copy.object(instance("t.a[3]")), state.object(instance("t.a[3]")));
}

TEST(State, instances_stay_sorted_whatever_the_order_of_arrival) {
  State state;
  for (int i = 0; i < 1000; ++i) state.set_object(instance(format("t.a[{}]", (i * 7919) % 1000)), builtin(), object("x"));
  state.set_object(instance("t.a[\"k\"]"), builtin(), object("x"));
  state.set_object(instance("t.a"), builtin(), object("x"));
  const auto& instances = state.find(instance("t.a").abs_resource())->instances;
  ASSERT_EQ(instances.size(), 1002u);
  EXPECT_EQ(instances.front().key.kind(), addrs::InstanceKey::Kind::none);
  EXPECT_EQ(instances.back().key.kind(), addrs::InstanceKey::Kind::string);
  addrs::InstanceKey last;
  for (const auto& one : instances) {
    EXPECT_LE(last, one.key);
    last = one.key;
  }
  EXPECT_EQ(instances[500].key.number(), 499);
}

TEST(StateFile, resources_are_written_in_the_order_of_their_module_text) {
  State state;
  for (auto text : {"module.m[2].t.a", "module.m[10].t.a", "t.b", "data.t.z", "t.a[2]", "t.a[10]"}) state.set_object(instance(text), builtin(), object("x"));
  std::vector<std::string> order;
  for (const auto& [address, resource] : state.resources()) order.push_back(address.text());
  EXPECT_EQ(order, (std::vector<std::string>{"data.t.z", "t.a", "t.b", "module.m[10].t.a", "module.m[2].t.a"}));
}

TEST(StateFile, untouched_objects_are_carried_byte_for_byte_in_both_layouts) {
  // Order of members, spelling of numbers and escapes are those of whoever wrote them.
  std::string compact = state_of(R"({"index_key":"k\"","status":"tainted","schema_version":1,"attributes":{"b":1.50,"a":"\u003c","e":{},"f":[[],1e3]},)"
                                 R"("sensitive_attributes":[[{"type":"get_attr","value":"a"}]],"identity_schema_version":0,"identity":{"x":[1]},)"
                                 R"("private":"AAE=","dependencies":["module.m.t.z","t.b"],"create_before_destroy":true})");
  auto state = parse_state(compact);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(write_state(*state, StateFormat::compact), compact);
  std::string indented = write_state(*state, StateFormat::indented);
  EXPECT_NE(indented.find("\n            \"b\": 1.50,\n"), std::string::npos) << indented;
  auto again = parse_state(indented);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(write_state(*again, StateFormat::indented), indented);
  EXPECT_EQ(write_state(*again, StateFormat::compact), compact);
  EXPECT_TRUE(same_content(*state, *again));
  EXPECT_EQ(state->object(instance("t.a[\"k\\\"\"]"))->private_bytes, std::string("\0\1", 2));
}

TEST(StateFile, outputs_and_checks_make_the_round_trip) {
  std::string text = R"({
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 7,
  "lineage": "0b",
  "outputs": {
    "a": {
      "value": {
        "n": -0.5,
        "s": "x\u0026"
      },
      "type": [
        "object",
        {
          "n": "number",
          "s": "string"
        }
      ],
      "sensitive": true
    }
  },
  "resources": [],
  "check_results": [
    {
      "object_kind": "check",
      "config_addr": "check.c",
      "status": "fail",
      "objects": [
        {
          "object_addr": "check.c",
          "status": "fail",
          "failure_messages": [
            "no"
          ]
        }
      ]
    },
    {
      "object_kind": "resource",
      "config_addr": "t.p",
      "status": "pass",
      "objects": null
    }
  ]
}
)";
  auto state = parse_state(text);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->serial, 7u);
  EXPECT_TRUE(state->outputs.at("a").sensitive);
  EXPECT_EQ(write_state(*state, StateFormat::indented), text);
}

TEST(StateFile, an_empty_or_torn_file_is_an_error) {
  EXPECT_NE(parse_error("").find("empty"), std::string::npos);
  EXPECT_NE(parse_error("  \n"), "");
  std::string whole = state_of(R"({"schema_version":0,"attributes":{"a":"x"}})");
  ASSERT_EQ(parse_error(whole), "");
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) EXPECT_NE(parse_error(whole.substr(0, length)), "") << length;
  EXPECT_NE(parse_error(whole + "}"), "");
  EXPECT_NE(parse_error(whole + std::string(10, '\0')), "");
  EXPECT_NE(parse_error(std::string(1, '\0') + whole.substr(1)), "");
}

TEST(StateFile, what_two_readers_could_read_differently_is_refused) {
  EXPECT_NE(parse_error(R"({"version":4,"version":4})").find("twice"), std::string::npos);
  EXPECT_NE(parse_error(R"({"version":4,"resources":[],"RESOURCES":[]})").find("case"), std::string::npos);
  EXPECT_NE(parse_error("{\"version\":4,\"re\u017Fources\":[]}").find("case"), std::string::npos);
  EXPECT_NE(parse_error(R"({"version":4,"resources":[],"re\u0073ources":[]})").find("twice"), std::string::npos);
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"a":1,"a":2}})")).find("a"), std::string::npos);
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"b":{"z":1,"y":0,"z":2}}})")), "");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += format("\"k{}\":{},", 99 - i, i);
  EXPECT_EQ(parse_error(state_of(R"({"schema_version":0,"attributes":)" + many + R"("a":0}})")), "");
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":)" + many + R"("k42":0}})")).find("k42"), std::string::npos);
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"a":1,"\u0061":2}})")), "");
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{}},{"schema_version":0,"attributes":{}})")).find("twice"), std::string::npos);
  EXPECT_EQ(parse_error(state_of(R"({"schema_version":0,"attributes":{"tags":{"Name":"x","name":"y"}}})")), "");
}

TEST(StateFile, errors_name_the_place) {
  EXPECT_EQ(parse_error("{\n  \"version\": 4,\n  \"serial\": \"x\"\n}").substr(0, 6), "line 3");
  EXPECT_NE(parse_error(R"({"version":5})").find("newer"), std::string::npos);
  EXPECT_NE(parse_error(R"({"version":3,"modules":[]})").find("older"), std::string::npos);
  EXPECT_NE(parse_error(R"({"serial":3})").find("version"), std::string::npos);
  EXPECT_NE(parse_error("[]"), "");
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"a":01}})")).find("number"), std::string::npos);
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"a":"\q"}})")), "");
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0,"attributes":{"a":)" + std::string(300, '[') + std::string(300, ']') + "}}")).find("200"),
            std::string::npos);
  EXPECT_NE(parse_error(state_of(R"({"schema_version":0})")).find("attributes"), std::string::npos);
}

TEST(StateFile, content_is_compared_without_serial_layout_and_order) {
  auto a = *parse_state(state_of(R"({"schema_version":0,"attributes":{"a":1,"b":"x"}})"));
  auto b = *parse_state(state_of("{\"schema_version\":0,\n \"attributes\":{\"b\": \"x\", \"a\": 1.0}}"));
  b.serial = 99;
  EXPECT_TRUE(same_content(a, b));
  auto c = *parse_state(state_of(R"({"schema_version":0,"attributes":{"a":2,"b":"x"}})"));
  EXPECT_FALSE(same_content(a, c));
  State d = a;
  d.outputs["o"] = {Value::string("v"), Type::string(), false};
  EXPECT_FALSE(same_content(a, d));
}

TEST(StateFile, decoding_drops_what_the_schema_does_not_know_and_fills_in_null) {
  auto state = *parse_state(state_of(R"({"schema_version":0,"attributes":{"gone":true,"n":"12"}})"));
  Type type = Type::object({{Symbol("n"), Type::number()}, {Symbol("s"), Type::string()}});
  auto value = decode_object(*state.object(instance("t.a")), type);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->attribute("n")->as_int64(), 12);
  EXPECT_TRUE(value->attribute("s")->is_null());
  auto bad = decode_object(*state.object(instance("t.a")), Type::object({{Symbol("gone"), Type::number()}}));
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("gone"), std::string::npos);
}

TEST(StateFile, single_objects_are_encoded_for_journals) {
  Value value = Value::object({{Symbol("id"), Value::string("i-1")}});
  Object rest;
  rest.private_bytes = "p";
  rest.status = ObjectStatus::tainted;
  rest.dependencies = {*addrs::parse_resource("t.z"), *addrs::parse_resource("module.a[0].t.b"), *addrs::parse_resource("module.a[1].t.b")};
  auto made = *make_object(value, value.type(), rest);
  EXPECT_EQ(made->dependencies.size(), 2u);
  auto back = parse_object(write_object(*made));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(same_object(made, *back));
  EXPECT_FALSE(parse_object("{}"));
  EXPECT_FALSE(parse_object(""));
  EXPECT_FALSE(parse_object(R"({"attributes":{}},{"attributes":{}})"));
}

}  // namespace
}  // namespace terrace::state
