// SPDX-License-Identifier: Apache-2.0
// `show -json`: member names, order and what is left out are Terraform 1.11's, observed (checklist G8).
#include "plan/json.h"

#include <algorithm>

#include "base/format.h"
#include "base/version.h"
#include "plan/json_parts.h"
#include "state/file.h"
#include "value/json.h"

namespace terrace::plan {
namespace {

std::vector<std::string_view> action_names(Action action) {
  switch (action) {
    case Action::no_op: return {"no-op"};
    case Action::create: return {"create"};
    case Action::read: return {"read"};
    case Action::update: return {"update"};
    case Action::remove: return {"delete"};
    case Action::delete_then_create: return {"delete", "create"};
    case Action::create_then_delete: return {"create", "delete"};
    case Action::forget: return {"forget"};
  }
  return {};
}

void write_actions(JsonWriter& out, Action action) {
  out.key("actions").begin_array();
  for (auto name : action_names(action)) out.string(name);
  out.end_array();
}

/// What every resource object starts with; `module_member` only changes have.
enum class ModuleMember { yes, no };
void write_address(JsonWriter& out, const addrs::Instance& address, const addrs::Instance* previous,
                   const addrs::ProviderConfig& provider, ModuleMember module_member) {
  out.member("address", std::string_view(address.text()));
  if (previous != nullptr) out.member("previous_address", std::string_view(previous->text()));
  if (module_member == ModuleMember::yes && !address.module.is_root()) {
    out.member("module_address", std::string_view(address.module.text()));
  }
  out.member("mode", address.resource.mode == addrs::Mode::data ? "data" : "managed");
  out.member("type", address.resource.type.text());
  out.member("name", address.resource.name.text());
  write_index(out, "index", address.key);
  out.member("provider_name", std::string_view(provider.provider.text()));
}

Result<void> write_change(JsonWriter& out, const ResourceChange& change) {
  out.begin_object();
  write_address(out, change.address, change.moved() ? &change.previous_address : nullptr, change.provider, ModuleMember::yes);
  if (!change.deposed.empty()) out.member("deposed", std::string_view(change.deposed));
  const Value before = change.before.unmarked_deep(), after = change.after.unmarked_deep();
  out.key("change").begin_object();
  write_actions(out, change.action);
  out.key("before");
  TRY(value::write_simple_json(out, before));
  if (!after.is_unknown()) {
    out.key("after");
    TRY(value::write_simple_json(out, after));
  }
  out.key("after_unknown");
  if (after.is_wholly_known()) out.begin_object().end_object();
  else write_unknown_shape(out, after);
  out.key("before_sensitive");
  write_sensitive_shape(out, change.before);
  out.key("after_sensitive");
  write_sensitive_shape(out, change.after);
  if (!change.replace_paths.empty()) {
    out.key("replace_paths").begin_array();
    for (const auto& path : change.replace_paths) value::write_path_plan_json(out, path);
    out.end_array();
  }
  out.end_object();
  if (change.reason != Reason::none) out.member("action_reason", reason_text(change.reason));
  out.end_object();
  return {};
}

Result<void> write_changes(JsonWriter& out, std::string_view name, const std::vector<ResourceChange>& changes) {
  if (changes.empty()) return {};
  out.key(name).begin_array();
  for (const auto& change : changes) TRY(write_change(out, change));
  out.end_array();
  return {};
}

Result<void> write_output_changes(JsonWriter& out, const std::vector<OutputChange>& outputs) {
  if (outputs.empty()) return {};
  out.key("output_changes").begin_object();
  for (const auto& change : outputs) {
    out.key(change.name).begin_object();
    write_actions(out, change.action);
    const Value before = change.before.unmarked_deep(), after = change.after.unmarked_deep();
    out.key("before");
    TRY(value::write_simple_json(out, before));
    if (!after.is_unknown()) {
      out.key("after");
      TRY(value::write_simple_json(out, after));
    }
    out.key("after_unknown");
    if (after.is_wholly_known()) out.boolean(false);
    else write_unknown_shape(out, after);
    out.member("before_sensitive", change.sensitive);
    out.member("after_sensitive", change.sensitive);
    out.end_object();
  }
  out.end_object();
  return {};
}

Result<void> write_planned_resource(JsonWriter& out, const ResourceChange& change) {
  out.begin_object();
  write_address(out, change.address, nullptr, change.provider, ModuleMember::no);
  out.member("schema_version", change.schema_version);
  out.key("values");
  TRY(value::write_simple_json(out, change.after.unmarked_deep()));
  out.key("sensitive_values");
  write_sensitive_shape(out, change.after);
  out.end_object();
  return {};
}

Result<void> write_planned_values(JsonWriter& out, const Plan& plan) {
  out.key("planned_values").begin_object();
  bool any = false;
  for (const auto& change : plan.outputs) {
    if (change.action == Action::remove) continue;
    if (!any) out.key("outputs").begin_object();
    any = true;
    out.key(change.name).begin_object();
    out.member("sensitive", change.sensitive);
    const Value after = change.after.unmarked_deep();
    if (after.is_wholly_known()) {
      out.key("type").raw(value::type_json(after.type()));
      out.key("value");
      TRY(value::write_simple_json(out, after));
    }
    out.end_object();
  }
  if (any) out.end_object();
  ModuleTree<const ResourceChange*> tree;
  for (const auto& change : plan.changes) {
    if (!change.deposed.empty() || change.action == Action::remove || change.action == Action::forget) continue;
    if (change.after.is_null()) continue;
    tree.add(change.address.module, &change);
  }
  out.key("root_module");
  TRY(tree.write(out, [](JsonWriter& writer, const ResourceChange* change) { return write_planned_resource(writer, *change); }));
  out.end_object();
  return {};
}

Result<void> write_object(JsonWriter& out, const addrs::Instance& address, const addrs::ProviderConfig& provider,
                          const state::Object& object, std::string_view deposed, const schema::Block& schema) {
  auto decoded = object.value && object.value->type() == schema.implied_type ? Result<Value>(*object.value)
                                                                             : state::decode_object(object, schema.implied_type);
  if (!decoded) return std::move(decoded).error().during(address.text());
  std::vector<value::PathMarks> marks;
  marks.reserve(object.sensitive.size());
  for (const auto& path : object.sensitive) marks.push_back({path, Marks(MarkKind::sensitive)});
  if (schema.has_sensitive) {
    for (auto& path : schema::sensitive_paths(schema, *decoded)) marks.push_back({std::move(path), Marks(MarkKind::sensitive)});
  }
  out.begin_object();
  write_address(out, address, nullptr, provider, ModuleMember::no);
  out.member("schema_version", object.schema_version);
  out.key("values");
  TRY(value::write_simple_json(out, *decoded));
  out.key("sensitive_values");
  write_sensitive_shape(out, marks.empty() ? *decoded : value::mark_paths(*decoded, marks));
  if (!object.dependencies.empty()) {
    out.key("depends_on").begin_array();
    for (const auto& dependency : object.dependencies) {
      const std::string& module = dependency.module.static_text();
      out.string(module.empty() ? dependency.resource.text() : module + "." + dependency.resource.text());
    }
    out.end_array();
  }
  if (object.status == state::ObjectStatus::tainted) out.member("tainted", true);
  if (!deposed.empty()) out.member("deposed_key", deposed);
  out.end_object();
  return {};
}

Result<void> write_resource(JsonWriter& out, const state::ResourceState& resource, const SchemaLookup& schemas) {
  auto schema = schemas(resource.provider, resource.address.resource);
  if (schema == nullptr) {
    return Error{ErrorKind::not_found,
                 format("there is no schema for {} from {}, so its attributes cannot be read; run init, or check that the provider "
                        "still has this type",
                        resource.address.resource.text(), resource.provider.provider.text()),
                 0};
  }
  for (const auto& instance : resource.instances) {
    addrs::Instance address{resource.address.module, resource.address.resource, instance.key};
    if (instance.current) TRY(write_object(out, address, resource.provider, *instance.current, {}, *schema));
    for (const auto& deposed : instance.deposed) {
      TRY(write_object(out, address, resource.provider, *deposed.object, deposed.key, *schema));
    }
  }
  return {};
}

/// format_version, terraform_version and values; nothing else.
Result<void> write_state_members(JsonWriter& out, const State& state, const SchemaLookup& schemas) {
  out.member("format_version", "1.0");
  if (state.empty()) return {};
  out.member("terraform_version",
             state.terraform_version.empty() ? base::kLanguageVersion : std::string_view(state.terraform_version));
  out.key("values").begin_object();
  if (!state.outputs.empty()) {
    out.key("outputs").begin_object();
    for (const auto& [name, output] : state.outputs) {
      out.key(name).begin_object();
      out.member("sensitive", output.sensitive);
      out.key("value");
      TRY(value::write_simple_json(out, output.value.unmarked_deep()));
      out.key("type").raw(value::type_json(output.type));
      out.end_object();
    }
    out.end_object();
  }
  ModuleTree<const state::ResourceState*> tree;
  for (const auto& [address, resource] : state.resources()) tree.add(address.module, resource.get());
  out.key("root_module");
  TRY(tree.write(out, [&](JsonWriter& writer, const state::ResourceState* resource) { return write_resource(writer, *resource, schemas); }));
  out.end_object();
  return {};
}

}  // namespace

Result<std::string> state_json(const State& state, const SchemaLookup& schemas) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  TRY(write_state_members(out, state, schemas));
  if (!state.empty() && !state.check_results.empty()) write_checks(out, state.check_results);
  out.end_object();
  return json;
}

Result<std::string> plan_json(const Plan& plan, const SchemaLookup& schemas, std::string_view configuration_json) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.member("format_version", "1.2");
  out.member("terraform_version", base::kLanguageVersion);
  bool any = false;
  for (const auto& [name, variable] : plan.variables) {
    if (variable.ephemeral) continue;
    if (!any) out.key("variables").begin_object();
    any = true;
    out.key(name).begin_object().key("value");
    TRY(value::write_simple_json(out, variable.value.unmarked_deep()));
    out.end_object();
  }
  if (any) out.end_object();
  TRY(write_planned_values(out, plan));
  TRY(write_changes(out, "resource_drift", plan.drift));
  TRY(write_changes(out, "resource_changes", plan.changes));
  TRY(write_output_changes(out, plan.outputs));
  if (plan.prior_state && !plan.prior_state->empty()) {
    out.key("prior_state").begin_object();
    TRY(write_state_members(out, *plan.prior_state, schemas));
    out.end_object();
  }
  if (!configuration_json.empty()) out.key("configuration").raw(configuration_json);
  if (!plan.relevant.empty()) {
    out.key("relevant_attributes").begin_array();
    for (const auto& relevant : plan.relevant) {
      out.begin_object();
      out.member("resource", std::string_view(relevant.resource.text()));
      out.key("attribute");
      value::write_path_plan_json(out, relevant.attribute);
      out.end_object();
    }
    out.end_array();
  }
  if (!plan.checks.empty()) write_checks(out, plan.checks);
  if (!plan.timestamp.empty()) out.member("timestamp", std::string_view(plan.timestamp));
  out.member("applyable", plan.complete && plan.has_changes());
  out.member("complete", plan.complete && plan.targets.empty());
  out.member("errored", !plan.complete);
  out.end_object();
  return json;
}

std::string outputs_json(const std::map<std::string, state::OutputState>& outputs) {
  std::string json;
  JsonWriter out(json, 2);
  out.begin_object();
  for (const auto& [name, output] : outputs) {
    out.key(name).begin_object();
    out.member("sensitive", output.sensitive);
    out.key("type").raw(value::type_json(output.type));
    out.key("value").raw(value::simple_json(output.value.unmarked_deep()));
    out.end_object();
  }
  out.end_object();
  return json;
}

}  // namespace terrace::plan
