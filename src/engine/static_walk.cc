// SPDX-License-Identifier: Apache-2.0
#include "engine/static_walk.h"

#include "base/format.h"
#include "engine/proposed.h"

namespace terrace::engine {

void StaticWalk::run() {
  graph::WalkOptions walk_options;
  walk_options.parallelism = 1;
  graph::walk(blueprint().graph(), walk_options, [this](NodeId id) { return visit(id); }, [](NodeId) { return true; });
}

Outcome StaticWalk::visit(NodeId id) {
  const Node& node = blueprint().node(id);
  switch (node.kind) {
    case NodeKind::resource: return visit_resource(id);
    case NodeKind::check: return visit_check(node);
    case NodeKind::orphan: return Outcome::done;
    case NodeKind::provider:
      // An implied configuration that nothing uses says nothing; the console needs none at all.
      if (phase() == Phase::console) return Outcome::done;
      if (blueprint().providers()[node.index].block == nullptr && blueprint().graph().successors(id).empty()) return Outcome::done;
      return visit_value(node);
    case NodeKind::variable: case NodeKind::variable_check: case NodeKind::local: case NodeKind::output: case NodeKind::expand: case NodeKind::close: {
      Outcome outcome = visit_value(node);
      // The console answers as far as it can: what failed is unknown.
      return phase() == Phase::console ? Outcome::done : outcome;
    }
  }
  return Outcome::done;
}

Value StaticWalk::stored_value(const addrs::Instance& address, const schema::ResourceSchema& schema) const {
  if (state_ != nullptr)
    if (std::optional<Stored> stored = read_stored_data(schema, state_->object(address))) return stored->value;
  return Value::unknown(schema.block->implied_type);
}

void StaticWalk::expand_from_state(const ModuleData& instance, const config::Resource& config, ResourceData& data) const {
  data.expansion = {};
  data.expansion.keys.clear();
  if (config.count != nullptr) data.expansion.kind = Expansion::Kind::count;
  if (config.for_each != nullptr) data.expansion.kind = Expansion::Kind::for_each;
  if (data.expansion.kind == Expansion::Kind::none) {
    data.expansion.keys.emplace_back();
    return;
  }
  const state::ResourceState* stored = state_ != nullptr ? state_->find({instance.address, config.address}) : nullptr;
  if (stored == nullptr) return;
  auto kind = data.expansion.kind == Expansion::Kind::count ? addrs::InstanceKey::Kind::number : addrs::InstanceKey::Kind::string;
  for (const state::InstanceState& one : stored->instances)
    if (one.key.kind() == kind) data.expansion.keys.push_back(one.key);
  data.expansion.each.assign(data.expansion.keys.size(), Value());
}

void StaticWalk::evaluate_conditions(const ModuleData& instance, const std::vector<config::Condition>& list, const Repetition& repetition,
                                     const Value* self, DiagCode code, const std::string& config_address, const std::string& address, Diagnostics& diags) {
  if (list.empty() || phase() == Phase::console) return;
  ModuleScope scope(*this, instance, &repetition, self);
  check_conditions({list, code, state::CheckResult::ObjectKind::resource, config_address, address}, scope, diags);
}

void StaticWalk::record_check(state::CheckResult::ObjectKind, const std::string&, const std::string& address, state::CheckResult::Status status, const std::string&) {
  if (status == state::CheckResult::Status::unknown && phase() == Phase::offline) undetermined.push_back(address + ": a condition");
}

Outcome StaticWalk::visit_resource(NodeId id) {
  const Node& node = blueprint().node(id);
  const config::Resource& config = node.module->resource(node.index);
  Diagnostics found;
  std::uint32_t provider_at = blueprint().provider_of(id);
  const schema::ResourceSchema* schema = schema_of(provider_at, config.address, config.range, found);
  if (schema == nullptr) {
    diags().append(std::move(found));
    return phase() == Phase::console ? Outcome::done : Outcome::failed;
  }
  ProviderInUse* use = phase() == Phase::console ? nullptr : provider(provider_at, found);
  const schema::Block& block = *schema->block;
  std::string config_address = node.module->prefix() + config.address.text();
  for (ModuleData* instance : instances(*node.module)) {
    ResourceData& data = instance->resources[node.index];
    if (phase() == Phase::console) {
      expand_from_state(*instance, config, data);
      for (const addrs::InstanceKey& key : data.expansion.keys) data.values.push_back(stored_value({instance->address, config.address, key}, *schema));
      data.expanded = true;
      continue;
    }
    ModuleScope outer(*this, *instance);
    data.expansion = expand(config.count, config.for_each, outer, found);
    for (std::uint32_t at = 0; at < data.expansion.keys.size(); ++at) {
      Repetition repetition = repetition_of(data.expansion, at);
      ModuleScope scope(*this, *instance, &repetition);
      addrs::Instance address{instance->address, config.address, data.expansion.keys[at]};
      std::string text = address.text();
      evaluate_conditions(*instance, config.lifecycle.preconditions, repetition, nullptr, DiagCode::precondition_failed, config_address, text, found);
      Diagnostics problems;
      Value configured = lang::evaluate_body(*config.body, block, scope, problems, config::resource_meta_arguments(), config::resource_meta_blocks());
      bool failed = problems.has_errors();
      for (Diagnostic& one : problems.take()) {
        if (one.address.empty()) one.address = text;
        found.add(std::move(one));
      }
      Value value = Value::unknown(block.implied_type);
      if (!failed) {
        std::vector<PathMarks> marks;
        Value plain = unmark(configured, marks);
        if (use != nullptr) {
          bool managed = config.address.mode == addrs::Mode::managed;
          provider::ProviderDiagnostics answer = managed ? use->provider->validate_resource(config.address.type, plain) : use->provider->validate_data_source(config.address.type, plain);
          report_provider_diagnostics(answer, address, config.body, config.range, found);
        }
        if (phase() == Phase::offline) {
          configurations[text] = configured;
          value = planned_data(block, plain);
          if (!marks.empty()) value = value::mark_paths(value, marks);
          value = mark_by_schema(block, std::move(value));
          if (!configured.is_wholly_known()) undetermined.push_back(text);
          if (data.expansion.unknown) undetermined.push_back(text + ": the number of instances");
        }
      }
      data.values.push_back(value);
      evaluate_conditions(*instance, config.lifecycle.postconditions, repetition, &value, DiagCode::postcondition_failed, config_address, text, found);
    }
    data.expanded = true;
  }
  bool failed = found.has_errors();
  if (!found.empty()) diags().append(std::move(found));
  return failed && phase() == Phase::offline ? Outcome::failed : Outcome::done;
}

Outcome StaticWalk::visit_check(const Node& node) {
  if (phase() == Phase::console) return Outcome::done;
  const config::Check& check = node.module->config->checks[node.index];
  Diagnostics found;
  std::string name = "check." + std::string(check.name.text());
  for (const ModuleData* instance : instances(*node.module)) {
    ModuleScope scope(*this, *instance);
    std::string address = instance->address.is_root() ? name : instance->address.text() + "." + name;
    check_conditions({check.assertions, DiagCode::check_assertion_failed, state::CheckResult::ObjectKind::check, node.module->prefix() + name, address,
                      phase() != Phase::validate}, scope, found);
  }
  diags().append(std::move(found));
  return Outcome::done;
}

}  // namespace terrace::engine
