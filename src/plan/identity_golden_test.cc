// SPDX-License-Identifier: Apache-2.0
// Golden vectors of plan identity: a stored approval names a plan by it, so it may never change by accident.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "base/json.h"
#include "plan/identity.h"

namespace terrace::plan {
namespace {

namespace fs = std::filesystem;

fs::path golden() {
  for (fs::path at = fs::read_symlink("/proc/self/exe").parent_path(); at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / "tests" / "golden")) return at / "tests" / "golden" / "identity";
  }
  return {};
}

IdentityContext context() {
  IdentityContext out;
  out.environment = "prod";
  out.stack = "infrastructure";
  out.lineage = "0f5d";
  out.secret_key = "project key";
  out.provider_version = [](const addrs::Provider&) { return std::string("5.32.1"); };
  return out;
}

ResourceChange change(std::string_view address, Action action, Value before, Value after) {
  ResourceChange out;
  out.address = out.previous_address = *addrs::parse_instance(address);
  out.provider = {{}, *addrs::parse_provider("hashicorp/aws"), Symbol("west")};
  out.schema_version = 1;
  out.action = action;
  out.before = std::move(before);
  out.after = std::move(after);
  return out;
}
Value null() { return Value::null(Type::dynamic()); }

void expect_golden(const std::string& name, const Plan& plan) {
  const std::string document = identity_document(plan, context());
  const std::string expected_identity = identity(plan, context());
  const fs::path path = golden() / (name + ".json");
  if (std::getenv("TERRACE_ACCEPT") != nullptr) {
    std::string json;
    JsonWriter out(json, 2);
    out.begin_object().member("identity", std::string_view(expected_identity)).key("document").raw(document).end_object();
    std::ofstream(path) << json << "\n";
  }
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  auto vector = JsonDocument::parse(text.str());
  ASSERT_TRUE(vector) << vector.error().message;
  EXPECT_EQ(vector->root()["identity"].string(), expected_identity) << document;
  EXPECT_EQ(*base::canonical_json(vector->root()["document"].raw(), 1000), document);
  EXPECT_EQ("pi1:" + base::sha256_hex(document), expected_identity);
}

TEST(IdentityGolden, no_changes) { expect_golden("no-changes", Plan{}); }

TEST(IdentityGolden, create_with_every_kind_of_value) {
  Plan plan;
  plan.changes = {change("module.net[\"a\"].aws_vpc.main[0]", Action::create, null(),
                         Value::object({{Symbol("big"), Value::number(*Number::parse("123456789012345678901234567890.5"))},
                                        {Symbol("flag"), Value::boolean(true)},
                                        {Symbol("id"), Value::unknown(Type::string())},
                                        {Symbol("list"), Value::list(Type::number(), {Value::number(2), Value::number(1)})},
                                        {Symbol("map"), Value::map(Type::string(), {{"z<", Value::string("\xC3\xA9\n")}, {"a", Value::string("")}})},
                                        {Symbol("nothing"), Value::null(Type::string())},
                                        {Symbol("set"), Value::set(Type::string(), {Value::string("b"), Value::string("a")})},
                                        {Symbol("tuple"), Value::tuple({Value::unknown(Type::dynamic()), Value::tuple({})})}}))};
  expect_golden("create", plan);
}

TEST(IdentityGolden, replace_move_delete_and_outputs) {
  Marks metadata;
  metadata.add({MarkKind::metadata, "deployment_id"});
  auto object = [&](std::string_view ami, std::string_view password, std::string_view deployment) {
    return Value::object({{Symbol("ami"), Value::string(ami)},
                          {Symbol("password"), Value::string(password).mark(MarkKind::sensitive)},
                          {Symbol("tags"), Value::map(Type::string(), {{"Deployment", Value::string(deployment).with_marks(metadata)},
                                                                       {"Name", Value::string("web")}})}});
  };
  Plan plan;
  plan.changes = {change("aws_instance.web", Action::create_then_delete, object("ami-1", "old", "d-1"), object("ami-2", "new", "d-2")),
                  change("aws_instance.gone", Action::remove, object("ami-1", "old", "d-1"), null())};
  plan.changes[0].previous_address = *addrs::parse_instance("aws_instance.server");
  plan.changes[0].replace_paths = {{value::PathStep::attribute(Symbol("ami"))}};
  plan.changes[1].deposed = "0a1b2c3d";
  plan.outputs = {{"url", Action::update, Value::string("a"), Value::string("b"), false, false},
                  {"token", Action::create, null(), Value::string("secret"), true, false},
                  {"same", Action::no_op, Value::string("x"), Value::string("x"), false, false}};
  expect_golden("replace", plan);
}

}  // namespace
}  // namespace terrace::plan
