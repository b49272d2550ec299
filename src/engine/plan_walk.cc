// SPDX-License-Identifier: Apache-2.0
// Which nodes the plan walk visits, and how a resource's instances are gathered, planned and put together.
#include "engine/plan_walk.h"

#include "base/format.h"

namespace terrace::engine {
namespace {
/// Instances planned before their results are put together; bounds memory of results in flight.
constexpr std::size_t kChunk = 1024;
}  // namespace

PlanWalk::PlanWalk(const Context& context, const Options& options, const Blueprint& blueprint, const State& previous, const Moved& moved,
                   Diagnostics& diags)
    : Walk(context, options, blueprint, Phase::plan, diags), previous_(previous), moved_(moved), active_(blueprint.size(), true),
      stored_(blueprint.size()), pending_(blueprint.size()), upstream_pending_(blueprint.size()) {
  checks_.declare(blueprint);
  std::unordered_map<addrs::AbsResource, NodeId> orphans;
  for (const Orphan& orphan : blueprint.orphans()) orphans[orphan.address] = orphan.node;
  for (const auto& [address, resource] : previous.resources()) {
    if (std::optional<NodeId> node = blueprint.find_resource(address)) {
      stored_[node->index].push_back(resource.get());
    } else if (auto it = orphans.find(address); it != orphans.end()) {
      stored_[it->second.index].push_back(resource.get());
    } else if (address.resource.mode == addrs::Mode::data) {
      forgotten_data_.push_back(address);
    }
  }
  for (const addrs::Instance& address : options.replace) replace_[address] = 0;
  for (const StaticModule* module : blueprint.modules())
    for (const config::Resource& resource : module->config->resources)
      triggers_used_ = triggers_used_ || !resource.lifecycle.replace_triggered_by.empty();
}

void PlanWalk::prune() {
  bool destroying = options().mode == plan::Mode::destroy;
  if (!destroying && options().targets.empty()) return;
  std::vector<bool> keep(blueprint().size(), false);
  std::vector<std::uint32_t> todo;
  auto want = [&](NodeId node) {
    if (keep[node.index]) return;
    keep[node.index] = true;
    todo.push_back(node.index);
  };
  // Which resources are asked for: static comparison, instances are filtered when they are known.
  auto covered = [&](NodeId node, addrs::ModuleInstance module, const addrs::Resource& resource) {
    for (const addrs::Target& target : options().targets) {
      for (const state::ResourceState* stored : stored_[node.index])
        for (const state::InstanceState& instance : stored->instances)
          if (target.covers({stored->address.module, stored->address.resource, instance.key})) return true;
      if (std::holds_alternative<addrs::ModuleInstance>(target.address)) {
        const auto& wanted = std::get<addrs::ModuleInstance>(target.address);
        std::string text = wanted.static_text(), inside = module.static_text();
        if (inside == text || inside.rfind(text + ".", 0) == 0) return true;
        continue;
      }
      const bool whole = std::holds_alternative<addrs::AbsResource>(target.address);
      const addrs::ModuleInstance& at = whole ? std::get<addrs::AbsResource>(target.address).module : std::get<addrs::Instance>(target.address).module;
      const addrs::Resource& named = whole ? std::get<addrs::AbsResource>(target.address).resource : std::get<addrs::Instance>(target.address).resource;
      if (named == resource && at.static_text() == module.static_text()) return true;
    }
    return false;
  };
  std::vector<bool> chosen(blueprint().size(), false);
  for (std::uint32_t index = 0; index < blueprint().size(); ++index) {
    NodeId id{index};
    const Node& node = blueprint().node(id);
    if (node.kind != NodeKind::resource && node.kind != NodeKind::orphan) continue;
    addrs::AbsResource address = node.kind == NodeKind::orphan
                                     ? blueprint().orphans()[node.index].address
                                     : addrs::AbsResource{node.module->address, node.module->resource(node.index).address};
    if (destroying && (stored_[index].empty() || address.resource.mode == addrs::Mode::data)) continue;
    chosen[index] = options().targets.empty() || covered(id, address.module, address.resource);
  }
  if (!options().targets.empty()) direct_ = chosen;
  if (destroying && !options().targets.empty()) {
    // What depends on a target goes with it, by configuration and by what state remembers.
    for (NodeId id : blueprint().order()) {
      if (blueprint().node(id).kind == NodeKind::provider) continue;
      for (NodeId before : blueprint().predecessors(id)) {
        bool passes = blueprint().node(before).kind != NodeKind::provider && chosen[before.index];
        if (passes) chosen[id.index] = true;
      }
    }
    std::set<addrs::AbsResource> gone;
    for (std::uint32_t index = 0; index < chosen.size(); ++index)
      if (chosen[index])
        for (const state::ResourceState* stored : stored_[index]) {
          addrs::AbsResource plain = stored->address;
          if (StaticModule* module = blueprint().find_module(plain.module)) plain.module = module->address;
          gone.insert(plain);
        }
    for (std::uint32_t index = 0; index < chosen.size(); ++index)
      for (const state::ResourceState* stored : stored_[index])
        for (const state::InstanceState& instance : stored->instances)
          if (instance.current != nullptr)
            for (const addrs::AbsResource& dependency : instance.current->dependencies)
              if (gone.contains(dependency)) chosen[index] = true;
  }
  for (std::uint32_t index = 0; index < chosen.size(); ++index) {
    if (!chosen[index]) continue;
    const Node& node = blueprint().node(NodeId{index});
    if (node.kind != NodeKind::resource && node.kind != NodeKind::orphan) continue;
    keep[index] = true;
    if (!destroying) {
      todo.push_back(index);
      continue;
    }
    // Destroying needs the provider, and what that is configured from; not the object's own arguments.
    want(blueprint().providers()[blueprint().provider_of(NodeId{index})].node);
    if (node.kind == NodeKind::resource && node.module->parent != nullptr) want(node.module->expand_node);
  }
  while (!todo.empty()) {
    std::uint32_t at = todo.back();
    todo.pop_back();
    for (NodeId before : blueprint().predecessors(NodeId{at})) want(before);
  }
  if (!destroying) {
    // Outputs and checks stay where everything they read stays.
    for (NodeId id : blueprint().order()) {
      const Node& node = blueprint().node(id);
      if (node.kind != NodeKind::output && node.kind != NodeKind::variable_check) continue;
      const auto& before = blueprint().predecessors(id);
      bool complete = !before.empty() && std::all_of(before.begin(), before.end(), [&](NodeId one) { return keep[one.index]; });
      if (complete) keep[id.index] = true;
    }
  }
  active_ = std::move(keep);
}

bool PlanWalk::targeted(NodeId node, const addrs::Instance& address) const {
  if (direct_.empty() || !direct_[node.index]) return true;
  for (const addrs::Target& target : options().targets)
    if (target.covers(address)) return true;
  return false;
}

bool PlanWalk::cheap(NodeId id) {
  if (!active_[id.index]) return true;
  const Node& node = blueprint().node(id);
  auto is_local = [&](std::uint32_t provider) { return blueprint().providers()[provider].address.provider == addrs::Provider::builtin(); };
  switch (node.kind) {
    case NodeKind::provider: return is_local(node.index);
    case NodeKind::resource: case NodeKind::orphan: return is_local(blueprint().provider_of(id));
    case NodeKind::variable: case NodeKind::variable_check: case NodeKind::local: case NodeKind::output: case NodeKind::expand:
    case NodeKind::close: case NodeKind::check: return true;
  }
  return true;
}

void PlanWalk::run(Plan& plan) {
  prune();
  graph::WalkOptions walk_options;
  walk_options.parallelism = options().parallelism;
  if (context().interrupts) walk_options.stopped = [this] { return context().interrupts() > 0; };
  graph::WalkResult result = graph::walk(blueprint().graph(), walk_options, [this](NodeId id) { return visit(id); },
                                         [this](NodeId id) { return cheap(id); });
  plan.complete = !diags().has_errors() && !result.stopped;
  std::sort(changes_.begin(), changes_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t total = 0;
  for (const auto& [address, list] : changes_) total += list.size();
  plan.changes.reserve(total);
  for (auto& [address, list] : changes_)
    for (plan::ResourceChange& change : list) plan.changes.push_back(std::move(change));
  changes_.clear();
  std::sort(drift_.begin(), drift_.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  plan.drift = std::move(drift_);
  auto refreshed = std::make_shared<State>(previous_);
  for (auto& resource : refreshed_) refreshed->set_resource(std::move(resource));
  for (const addrs::AbsResource& address : forgotten_data_) refreshed->remove_resource(address);
  plan_outputs(plan);
  plan.checks = checks_.results();
  plan.prior_state = refreshed;
  auto planned = std::make_shared<State>(*refreshed);
  planned->check_results = plan.checks;
  if (options().mode == plan::Mode::refresh_only) {
    planned->outputs.clear();
    for (const plan::OutputChange& output : plan.outputs) {
      if (output.action == plan::Action::remove || !output.after.is_wholly_known()) continue;
      Value value = output.after.unmarked_deep();
      planned->outputs[output.name] = {value, value.type(), output.sensitive};
    }
  }
  plan.planned_state = std::move(planned);
}

Outcome PlanWalk::visit(NodeId id) {
  if (!active_[id.index]) return Outcome::done;
  const Node& node = blueprint().node(id);
  Outcome outcome = Outcome::done;
  switch (node.kind) {
    case NodeKind::resource: outcome = visit_resource(id); break;
    case NodeKind::orphan: outcome = visit_orphan(id); break;
    case NodeKind::check: outcome = visit_check(node); break;
    case NodeKind::provider:
      // A provider that nothing uses is not started.
      if (blueprint().graph().successors(id).empty()) break;
      outcome = visit_value(node);
      break;
    case NodeKind::variable: case NodeKind::variable_check: case NodeKind::local: case NodeKind::output: case NodeKind::expand:
    case NodeKind::close: outcome = visit_value(node); break;
  }
  for (NodeId before : blueprint().predecessors(id))
    if (pending_[before.index] != 0 || upstream_pending_[before.index] != 0) {
      upstream_pending_[id.index] = 1;
      break;
    }
  return outcome;
}

plan::Reason PlanWalk::orphan_reason(const ResourceContext& resource, const addrs::Instance& address) const {
  if (resource.config == nullptr)
    return moved_.previous.contains(address) ? plan::Reason::delete_because_no_move_target : plan::Reason::delete_because_no_resource_config;
  if (resource.module == nullptr) return plan::Reason::delete_because_no_module;
  bool count = resource.config->count != nullptr, for_each = resource.config->for_each != nullptr;
  switch (address.key.kind()) {
    case addrs::InstanceKey::Kind::none: return plan::Reason::delete_because_wrong_repetition;
    case addrs::InstanceKey::Kind::number: return count ? plan::Reason::delete_because_count_index : plan::Reason::delete_because_wrong_repetition;
    case addrs::InstanceKey::Kind::string: return for_each ? plan::Reason::delete_because_each_key : plan::Reason::delete_because_wrong_repetition;
  }
  return plan::Reason::none;
}

Outcome PlanWalk::visit_resource(NodeId id) {
  const Node& node = blueprint().node(id);
  const StaticModule& module = *node.module;
  const config::Resource& config = module.resource(node.index);
  bool destroying = options().mode == plan::Mode::destroy;
  if (instances(module).empty() && stored_[id.index].empty()) return Outcome::done;
  Diagnostics found;
  ResourceContext resource;
  resource.node = id;
  resource.config = &config;
  std::uint32_t provider_index = blueprint().provider_of(id);
  resource.provider_address = &blueprint().providers()[provider_index].address;
  resource.schema = schema_of(provider_index, config.address, config.range, found);
  resource.provider = provider(provider_index, found);
  if (resource.provider == nullptr) resource.schema = nullptr;
  resource.create_before_destroy = blueprint().create_before_destroy(id);
  Outcome outcome = resource.schema != nullptr ? Outcome::done : Outcome::failed;
  std::vector<const state::ResourceState*> stored = stored_[id.index];
  for (std::size_t i = 0; i < instances(module).size() && resource.schema != nullptr; ++i) {
    ModuleData& instance = *instances(module)[i];
    resource.module = &instance;
    resource.address = {instance.address, config.address};
    auto at = std::find_if(stored.begin(), stored.end(), [&](const state::ResourceState* one) { return one != nullptr && one->address.module == instance.address; });
    const state::ResourceState* prior = at != stored.end() ? std::exchange(*at, nullptr) : nullptr;
    ResourceData& data = instance.resources[node.index];
    if (destroying) {
      // The stored instances are all there is; references see them as they are.
      data.expansion = {};
      data.expansion.keys.clear();
      if (config.count != nullptr) data.expansion.kind = Expansion::Kind::count;
      if (config.for_each != nullptr) data.expansion.kind = Expansion::Kind::for_each;
      if (prior != nullptr)
        for (const state::InstanceState& one : prior->instances) {
          while (data.expansion.kind == Expansion::Kind::count && static_cast<std::int64_t>(data.expansion.keys.size()) < one.key.number())
            data.expansion.keys.emplace_back(static_cast<std::int64_t>(data.expansion.keys.size()));
          data.expansion.keys.push_back(one.key);
        }
      if (data.expansion.kind == Expansion::Kind::for_each) data.expansion.each.assign(data.expansion.keys.size(), Value());
    } else {
      ModuleScope scope(*this, instance);
      Diagnostics problems;
      data.expansion = expand(config.count, config.for_each, scope, problems);
      bool failed = problems.has_errors();
      for (Diagnostic& one : problems.take()) {
        if (one.address.empty()) one.address = resource.address.text();
        found.add(std::move(one));
      }
      if (failed) {
        outcome = Outcome::failed;
        continue;
      }
    }
    // Both lists are sorted by key.
    std::vector<InstanceTask> tasks;
    tasks.reserve(data.expansion.keys.size());
    static const state::InstanceList kNone;
    const state::InstanceList& list = prior != nullptr ? prior->instances : kNone;
    auto next = list.begin();
    auto orphan = [&](const state::InstanceState& one) {
      InstanceTask task{{instance.address, config.address, one.key}, &one, {}, plan::Reason::none, true};
      task.orphan_reason = orphan_reason(resource, task.address);
      task.targeted = targeted(resource.node, task.address);
      tasks.push_back(task);
    };
    for (std::uint32_t slot = 0; slot < data.expansion.keys.size(); ++slot) {
      const addrs::InstanceKey& key = data.expansion.keys[slot];
      for (; next != list.end() && next->key < key; ++next) orphan(*next);
      InstanceTask task{{instance.address, config.address, key}, nullptr, slot, plan::Reason::none, true};
      if (next != list.end() && next->key == key) task.stored = &*next++;
      task.targeted = targeted(resource.node, task.address);
      tasks.push_back(task);
    }
    for (; next != list.end(); ++next) orphan(*next);
    if (plan_instances(resource, tasks, &data, found) == Outcome::failed) outcome = Outcome::failed;
  }
  resource.module = nullptr;
  for (const state::ResourceState* prior : stored) {
    if (prior == nullptr || resource.schema == nullptr) continue;
    if (config.address.mode == addrs::Mode::data) {
      std::lock_guard guard(mutex_);
      forgotten_data_.push_back(prior->address);
      continue;
    }
    resource.address = prior->address;
    std::vector<InstanceTask> tasks;
    for (const state::InstanceState& one : prior->instances) {
      InstanceTask task{{prior->address.module, prior->address.resource, one.key}, &one, {}, plan::Reason::none, true};
      task.orphan_reason = orphan_reason(resource, task.address);
      task.targeted = targeted(resource.node, task.address);
      tasks.push_back(task);
    }
    if (plan_instances(resource, tasks, nullptr, found) == Outcome::failed) outcome = Outcome::failed;
  }
  if (!found.empty()) diags().append(std::move(found));
  return outcome;
}

Outcome PlanWalk::visit_orphan(NodeId id) {
  const Orphan& orphan = blueprint().orphans()[blueprint().node(id).index];
  Diagnostics found;
  ResourceContext resource;
  resource.node = id;
  resource.provider_address = &blueprint().providers()[orphan.provider].address;
  resource.schema = schema_of(orphan.provider, orphan.address.resource, {}, found);
  resource.provider = provider(orphan.provider, found);
  if (resource.provider == nullptr) resource.schema = nullptr;
  Outcome outcome = resource.schema != nullptr ? Outcome::done : Outcome::failed;
  for (const state::ResourceState* prior : stored_[id.index]) {
    if (resource.schema == nullptr) break;
    resource.address = prior->address;
    std::vector<InstanceTask> tasks;
    for (const state::InstanceState& one : prior->instances) {
      InstanceTask task{{prior->address.module, prior->address.resource, one.key}, &one, {}, plan::Reason::none, true};
      task.orphan_reason = orphan_reason(resource, task.address);
      task.targeted = targeted(resource.node, task.address);
      tasks.push_back(task);
    }
    if (plan_instances(resource, tasks, nullptr, found) == Outcome::failed) outcome = Outcome::failed;
  }
  if (!found.empty()) diags().append(std::move(found));
  return outcome;
}

void PlanWalk::plan_task(const ResourceContext& resource, const InstanceTask& task, const Expansion* expansion, InstanceResult& result, Diagnostics& all) {
  Diagnostics found;
  if (task.stored != nullptr) result.refreshed = *task.stored;
  result.refreshed.key = task.address.key;
  Repetition repetition;
  if (task.slot && expansion != nullptr && options().mode != plan::Mode::destroy) repetition = repetition_of(*expansion, *task.slot);
  if (task.address.resource.mode == addrs::Mode::data) {
    result.refreshed.current = nullptr;
    result.refreshed_differs = true;
    if (task.slot && task.targeted && resource.module != nullptr) plan_data(resource, task, repetition, result, found);
  } else {
    plan_managed(resource, task, repetition, result, found);
    if (task.stored != nullptr && !task.stored->deposed.empty()) plan_deposed(resource, task, result, found);
  }
  for (Diagnostic& one : found.take()) {
    if (one.address.empty()) one.address = task.address.text();
    all.add(std::move(one));
  }
}

Outcome PlanWalk::plan_instances(const ResourceContext& resource, std::vector<InstanceTask>& tasks, ResourceData* data, Diagnostics& diags) {
  bool failed = false, differs = false;
  std::vector<plan::ResourceChange> changes, drift;
  changes.reserve(tasks.size());
  auto refreshed = std::make_shared<state::ResourceState>();
  refreshed->address = resource.address;
  refreshed->provider = *resource.provider_address;
  if (data != nullptr) data->values.assign(data->expansion.keys.size(), Value::unknown(Type::dynamic()));
  const Expansion* expansion = data != nullptr ? &data->expansion : nullptr;
  bool pending = false;
  auto absorb = [&](const InstanceTask& task, InstanceResult& result) {
    failed = failed || result.failed;
    pending = pending || result.pending;
    differs = differs || result.refreshed_differs;
    if (task.slot && data != nullptr) data->values[*task.slot] = std::move(result.value);
    if (result.drift) drift.push_back(std::move(*result.drift));
    for (plan::ResourceChange& change : result.changes) changes.push_back(std::move(change));
    if (result.refreshed.current != nullptr || !result.refreshed.deposed.empty()) refreshed->instances.push_back(std::move(result.refreshed));
  };
  int parallelism = resource.provider->capabilities.local ? 1 : options().parallelism;
  auto stopped = [this] { return context().interrupts && context().interrupts() > 0; };
  for (std::size_t begin = 0; begin < tasks.size(); begin += kChunk) {
    std::size_t count = std::min(kChunk, tasks.size() - begin);
    if (parallelism <= 1 || count == 1) {
      for (std::size_t i = begin; i < begin + count && !(i % 64 == 0 && stopped()); ++i) {
        InstanceResult result;
        plan_task(resource, tasks[i], expansion, result, diags);
        absorb(tasks[i], result);
      }
    } else {
      std::vector<InstanceResult> results(count);
      graph::parallel_for(parallelism, count, [&](std::size_t i) {
        if (!stopped()) plan_task(resource, tasks[begin + i], expansion, results[i], diags);
      });
      for (std::size_t i = 0; i < count; ++i) absorb(tasks[begin + i], results[i]);
    }
    if (stopped()) {
      failed = true;
      differs = false;  // what was not reached keeps its stored objects
      break;
    }
  }
  if (data != nullptr) data->expanded = true;
  if (pending) pending_[resource.node.index] = 1;
  std::lock_guard guard(mutex_);
  if (triggers_used_)
    for (const plan::ResourceChange& change : changes) {
      if (!change.deposed.empty()) continue;
      actions_[change.address] = change.action;
      before_after_[change.address] = {change.before, change.after};
    }
  if (!changes.empty()) changes_.emplace_back(resource.address, std::move(changes));
  for (plan::ResourceChange& change : drift) drift_.push_back(std::move(change));
  if (differs) refreshed_.push_back(std::move(refreshed));
  return failed ? Outcome::failed : Outcome::done;
}

}  // namespace terrace::engine
