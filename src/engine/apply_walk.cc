// SPDX-License-Identifier: Apache-2.0
// The apply walk: which nodes take part, values of what does not change, outputs and checks at the end.
#include "engine/apply_walk.h"

#include "base/format.h"
#include "base/strings.h"
#include "engine/apply_state.h"
#include "engine/data_source.h"

namespace terrace::engine {

ApplyWalk::ApplyWalk(const Context& context, const Options& options, const Blueprint& blueprint, const Plan& plan, journal::Sink& sink,
                     StateKeeper& keeper, Diagnostics& diags)
    : Walk(context, options, blueprint, Phase::apply, diags), plan_(plan), sink_(sink), keeper_(keeper), run_(context.random.uuid()),
      acting_(blueprint.size(), false) {
  if (!mutable_functions().plan_timestamp) mutable_functions().plan_timestamp = world::parse_rfc3339(plan.timestamp);
  mutable_functions().now = context.clock.now();
  result_.state = *plan.prior_state;
  checks_.declare(blueprint);
  changes_.reserve(plan.changes.size());
  for (const plan::ResourceChange& change : plan.changes) {
    if (!change.deposed.empty()) continue;
    changes_[change.address] = &change;
    if (change.action == plan::Action::no_op || change.action == plan::Action::remove || change.action == plan::Action::forget) continue;
    if (std::optional<NodeId> node = blueprint.find_resource(change.address.abs_resource())) acting_[node->index] = true;
  }
}

std::uint32_t ApplyWalk::provider_index(const plan::ResourceChange& change) const {
  const std::uint32_t* found = blueprint().find_provider(change.provider);
  CHECK(found != nullptr, "every planned change has its provider in the blueprint");
  return *found;
}

std::vector<bool> ApplyWalk::active_nodes() const {
  std::vector<bool> active(blueprint().size(), false);
  std::vector<std::uint32_t> todo;
  auto want = [&](NodeId node) {
    if (active[node.index]) return;
    active[node.index] = true;
    todo.push_back(node.index);
  };
  bool destroying = plan_.mode == plan::Mode::destroy, whole = plan_.targets.empty();
  for (const plan::ResourceChange& change : plan_.changes) {
    if (change.action == plan::Action::no_op) continue;
    if (const std::uint32_t* provider = blueprint().find_provider(change.provider)) want(blueprint().providers()[*provider].node);
  }
  for (std::uint32_t index = 0; index < blueprint().size(); ++index) {
    const Node& node = blueprint().node(NodeId{index});
    switch (node.kind) {
      case NodeKind::resource:
        if (acting_[index] || (!destroying && whole)) want(NodeId{index});
        break;
      case NodeKind::check: case NodeKind::variable_check:
        if (!destroying && whole) want(NodeId{index});
        break;
      case NodeKind::output: {
        if (destroying || node.module->parent != nullptr) break;
        std::string name(node.module->outputs[node.index]->name.text());
        bool planned = whole || std::any_of(plan_.outputs.begin(), plan_.outputs.end(), [&](const plan::OutputChange& one) { return one.name == name; });
        if (planned) want(NodeId{index});
        break;
      }
      case NodeKind::variable: case NodeKind::local: case NodeKind::provider: case NodeKind::expand: case NodeKind::close: case NodeKind::orphan:
        break;
    }
  }
  while (!todo.empty()) {
    NodeId at{todo.back()};
    todo.pop_back();
    bool idle = blueprint().node(at).kind == NodeKind::resource && !acting_[at.index];
    for (NodeId before : blueprint().predecessors(at)) {
      // What does not change needs no running provider.
      if (idle && blueprint().node(before).kind == NodeKind::provider) continue;
      want(before);
    }
  }
  return active;
}

bool ApplyWalk::cheap(const ApplyGraph& graph, NodeId id) const {
  const ApplyNode& node = graph.node(id);
  auto is_local = [](const addrs::ProviderConfig& provider) { return provider.provider == addrs::Provider::builtin(); };
  switch (node.kind) {
    case ApplyNode::Kind::gate: case ApplyNode::Kind::finish: return true;
    case ApplyNode::Kind::config: {
      const Node& at = blueprint().node(node.config);
      return at.kind != NodeKind::provider || is_local(blueprint().providers()[at.index].address);
    }
    // The journal's fsync blocks; workers share it (group commit).
    case ApplyNode::Kind::change: case ApplyNode::Kind::destroy: case ApplyNode::Kind::read: return false;
  }
  return true;
}

ApplyResult ApplyWalk::run() {
  ApplyGraph graph(blueprint(), plan_, active_nodes());
  if (std::vector<std::string> cycle = graph.cycle(); !cycle.empty()) {
    diags().error(DiagCode::dependency_cycle, "The planned changes wait for each other in a circle: " + base::join(cycle, ", ") + ".");
    return std::move(result_);
  }
  graph::WalkOptions walk_options;
  walk_options.parallelism = options().parallelism;
  walk_options.stopped = [this] { return journal_failed_ || (context().interrupts && context().interrupts() > 0); };
  graph::WalkResult walked = graph::walk(graph.graph(), walk_options, [&](NodeId id) { return visit(graph, id); },
                                         [&](NodeId id) { return cheap(graph, id); });
  result_.stopped = walked.stopped && !journal_failed_;
  bool whole = plan_.targets.empty();
  if (plan_.mode == plan::Mode::destroy) {
    if (whole) {
      result_.state.outputs.clear();
      std::vector<addrs::AbsResource> data;
      for (const auto& [address, resource] : result_.state.resources())
        if (address.resource.mode == addrs::Mode::data) data.push_back(address);
      for (const addrs::AbsResource& address : data) result_.state.remove_resource(address);
      result_.state.check_results.clear();
    }
  } else {
    for (const plan::OutputChange& output : plan_.outputs)
      if (output.action == plan::Action::remove) result_.state.outputs.erase(output.name);
    if (whole) result_.state.check_results = checks_.results();
  }
  return std::move(result_);
}

Outcome ApplyWalk::visit(const ApplyGraph& graph, NodeId id) {
  const ApplyNode& node = graph.node(id);
  Diagnostics found;
  Outcome outcome = Outcome::done;
  switch (node.kind) {
    case ApplyNode::Kind::gate: case ApplyNode::Kind::finish: return Outcome::done;
    case ApplyNode::Kind::config: {
      const Node& at = blueprint().node(node.config);
      if (at.kind == NodeKind::resource) return expand_resource(node.config);
      if (at.kind == NodeKind::check) return visit_check(at);
      return visit_value(at);
    }
    case ApplyNode::Kind::read: outcome = apply_read(node, found); break;
    case ApplyNode::Kind::change: outcome = apply_change(node, found); break;
    case ApplyNode::Kind::destroy: outcome = apply_destroy(node, found); break;
  }
  for (Diagnostic& one : found.take()) {
    if (one.address.empty()) one.address = node.change->address.text();
    diags().add(std::move(one));
  }
  return outcome;
}

/// The value references see before (or without) any change of this run.
Value ApplyWalk::settled_value(const addrs::Instance& address, const plan::ResourceChange* change, const schema::ResourceSchema& schema) {
  if (change != nullptr && change->action == plan::Action::no_op) return change->after;
  if (std::optional<Stored> stored = read_stored_data(schema, plan_.prior_state->object(address))) return stored->value;
  return Value::unknown(schema.block->implied_type);
}

/// An unchanged object still gets today's dependencies and order of replacement (E5, E11).
void ApplyWalk::keep_up_to_date(const addrs::Instance& address, NodeId node, const plan::ResourceChange& change) {
  state::ObjectRef object = stored_object(address, {});
  if (object == nullptr) return;
  Blueprint::Closure configured = blueprint().dependencies(node);
  if (*configured == object->dependencies && object->create_before_destroy == change.create_before_destroy) return;
  auto updated = std::make_shared<state::Object>(*object);
  updated->dependencies = *configured;
  updated->create_before_destroy = change.create_before_destroy;
  change_state([&](State& state) { state.set_object(address, change.provider, updated); });
}

Outcome ApplyWalk::expand_resource(NodeId id) {
  const Node& node = blueprint().node(id);
  const config::Resource& config = node.module->resource(node.index);
  Diagnostics found;
  std::uint32_t provider_at = blueprint().provider_of(id);
  const schema::ResourceSchema* schema = schema_of(provider_at, config.address, config.range, found);
  if (schema != nullptr)
    for (ModuleData* instance : instances(*node.module)) {
      ResourceData& data = instance->resources[node.index];
      addrs::Instance address{instance->address, config.address, {}};
      if (plan_.mode == plan::Mode::destroy) {
        data.expansion.keys.clear();
        data.expansion.kind = config.count != nullptr ? Expansion::Kind::count : config.for_each != nullptr ? Expansion::Kind::for_each : Expansion::Kind::none;
        if (const state::ResourceState* stored = plan_.prior_state->find({instance->address, config.address}))
          for (const state::InstanceState& one : stored->instances) data.expansion.keys.push_back(one.key);
      } else {
        ModuleScope scope(*this, *instance);
        data.expansion = expand(config.count, config.for_each, scope, found);
      }
      data.values.reserve(data.expansion.keys.size());
      for (const addrs::InstanceKey& key : data.expansion.keys) {
        address.key = key;
        auto it = changes_.find(address);
        const plan::ResourceChange* change = it != changes_.end() ? it->second : nullptr;
        data.values.push_back(settled_value(address, change, *schema));
        if (change != nullptr && change->action == plan::Action::no_op) keep_up_to_date(address, id, *change);
      }
      data.expanded = true;
    }
  bool failed = found.has_errors();
  if (!found.empty()) diags().append(std::move(found));
  return failed ? Outcome::failed : Outcome::done;
}

Outcome ApplyWalk::apply_read(const ApplyNode& apply_node, Diagnostics& all) {
  const plan::ResourceChange& change = *apply_node.change;
  const Node& node = blueprint().node(apply_node.config);
  const config::Resource& config = node.module->resource(node.index);
  bool nested = !config.check.empty();
  Diagnostics diags;
  auto finish = [&](Outcome outcome) {
    std::vector<Diagnostic> found = diags.take();
    if (nested && outcome == Outcome::failed) {
      // A check whose data cannot be read has failed, whatever its assertions would say.
      std::string check = "check." + std::string(config.check.text());
      std::string address = change.address.module.is_root() ? check : change.address.module.text() + "." + check;
      for (const Diagnostic& one : found)
        checks_.record(state::CheckResult::ObjectKind::check, node.module->prefix() + check, address, state::CheckResult::Status::fail,
                       (one.summary.empty() ? std::string(diag::code_summary(one.code)) : one.summary) + ": " + one.detail);
      std::lock_guard guard(mutex_);
      unread_checks_.insert(address);
    }
    for (Diagnostic& one : found) {
      if (nested) one.severity = Severity::warning;
      all.add(std::move(one));
    }
    return nested ? Outcome::done : outcome;
  };
  ModuleData* module = find_instance(change.address.module);
  if (module == nullptr) return Outcome::failed;
  ResourceData& data = module->resources[node.index];
  std::optional<std::uint32_t> slot = data.expansion.find(change.address.key);
  std::uint32_t provider_at = blueprint().provider_of(apply_node.config);
  ProviderInUse* use = provider(provider_at, diags);
  const schema::ResourceSchema* schema = schema_of(provider_at, config.address, config.range, diags);
  if (!slot || use == nullptr || schema == nullptr) return finish(Outcome::failed);
  Repetition repetition = repetition_of(data.expansion, *slot);
  ModuleScope scope(*this, *module, &repetition);
  if (!conditions(config, apply_node.config, change.address, config.lifecycle.preconditions, DiagCode::precondition_failed, scope, diags)) return finish(Outcome::failed);
  Value configured = lang::evaluate_body(*config.body, *schema->block, scope, diags, config::resource_meta_arguments(), config::resource_meta_blocks());
  if (diags.has_errors()) return finish(Outcome::failed);
  std::optional<Value> value = read_data({&config, use, schema, change.address}, *this, configured, diags);
  if (!value) return finish(Outcome::failed);
  data.values[*slot] = *value;
  auto object = store(*value, *schema, {});
  if (!object) {
    diags.error(DiagCode::value_not_storable, format("What {} answered cannot be stored: {}.", change.address.text(), object.error().message), config.range);
    return finish(Outcome::failed);
  }
  change_state([&](State& state) { state.set_object(change.address, change.provider, *object); });
  ModuleScope with_self(*this, *module, &repetition, &data.values[*slot]);
  bool passed = conditions(config, apply_node.config, change.address, config.lifecycle.postconditions, DiagCode::postcondition_failed, with_self, diags);
  return finish(passed ? Outcome::done : Outcome::failed);
}

bool ApplyWalk::conditions(const config::Resource& config, NodeId node, const addrs::Instance& address, const std::vector<config::Condition>& list,
                           DiagCode code, const lang::Scope& scope, Diagnostics& diags) {
  if (list.empty()) return true;
  return check_conditions({list, code, state::CheckResult::ObjectKind::resource, blueprint().node(node).module->prefix() + config.address.text(), address.text()},
                          scope, diags);
}

Outcome ApplyWalk::visit_check(const Node& node) {
  const config::Check& check = node.module->config->checks[node.index];
  Diagnostics found;
  std::string name = "check." + std::string(check.name.text());
  for (const ModuleData* instance : instances(*node.module)) {
    ModuleScope scope(*this, *instance);
    std::string address = instance->address.is_root() ? name : instance->address.text() + "." + name;
    {
      std::lock_guard guard(mutex_);
      if (unread_checks_.contains(address)) continue;
    }
    check_conditions({check.assertions, DiagCode::check_assertion_failed, state::CheckResult::ObjectKind::check, node.module->prefix() + name, address, true},
                     scope, found);
  }
  diags().append(std::move(found));
  return Outcome::done;
}

Outcome ApplyWalk::visit_root_output(const config::Output& output, const Value& value) {
  if (output.ephemeral) return Outcome::done;
  Value plain = value.unmarked_deep();
  std::string name(output.name.text());
  std::lock_guard guard(mutex_);
  if (!plain.is_wholly_known()) return Outcome::done;
  if (plain.is_null()) {
    result_.state.outputs.erase(name);
    return Outcome::done;
  }
  bool sensitive = output.sensitive || value.all_marks().has(MarkKind::sensitive);
  result_.state.outputs[name] = {plain, plain.type(), sensitive};
  return Outcome::done;
}

void ApplyWalk::record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                             state::CheckResult::Status status, const std::string& failure) {
  checks_.record(kind, config_address, address, status, failure);
}

}  // namespace terrace::engine
