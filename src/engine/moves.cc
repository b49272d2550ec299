// SPDX-License-Identifier: Apache-2.0
#include "engine/moves.h"

#include "base/format.h"
#include "base/strings.h"

namespace terrace::engine {
namespace {

using addrs::InstanceKey;

/// One end of a `moved` block, relative to the module it stands in.
struct Endpoint {
  struct Call { Symbol name; std::optional<InstanceKey> key; };
  std::vector<Call> calls;
  std::optional<addrs::Resource> resource;  ///< none: a module
  std::optional<InstanceKey> key;
  bool has_instance_key() const { return resource ? key.has_value() : !calls.empty() && calls.back().key.has_value(); }
  std::string text() const {
    std::vector<std::string> parts;
    for (const Call& call : calls) parts.push_back("module." + std::string(call.name.text()) + (call.key ? call.key->suffix() : ""));
    if (resource) parts.push_back(resource->text() + (key ? key->suffix() : ""));
    return base::join(parts, ".");
  }
};

struct Statement {
  const StaticModule* module = nullptr;
  Endpoint from, to;
  SourceRange range;
  bool single = false;  ///< one of the ends names an instance: a missing key then means "no key"
};

std::optional<Endpoint> parse_endpoint(const hcl::TraversalExpr& traversal) {
  Endpoint end;
  std::size_t at = 0;
  Symbol name = traversal.root;
  static const Symbol kModule("module"), kData("data"), kResource("resource");
  auto next_name = [&]() -> std::optional<Symbol> {
    if (at >= traversal.steps.size() || traversal.steps[at].kind != hcl::TraversalStep::Kind::attribute) return {};
    return traversal.steps[at++].name;
  };
  auto next_key = [&]() -> std::optional<InstanceKey> {
    if (at >= traversal.steps.size() || traversal.steps[at].kind == hcl::TraversalStep::Kind::attribute) return {};
    const hcl::TraversalStep& step = traversal.steps[at];
    if (step.kind == hcl::TraversalStep::Kind::string_key) {
      ++at;
      return InstanceKey(Symbol(step.key));
    }
    std::optional<Number> number = Number::parse(step.key);
    std::optional<std::int64_t> index = number ? number->to_int64() : std::nullopt;
    if (!index || *index < 0) return {};
    ++at;
    return InstanceKey(*index);
  };
  while (name == kModule) {
    std::optional<Symbol> call = next_name();
    if (!call) return {};
    end.calls.push_back({*call, next_key()});
    if (at == traversal.steps.size()) return end;
    std::optional<Symbol> following = next_name();
    if (!following) return {};
    name = *following;
  }
  if (name == kData) return {};
  if (name == kResource) {
    std::optional<Symbol> type = next_name();
    if (!type) return {};
    name = *type;
  }
  std::optional<Symbol> resource = next_name();
  if (!resource) return {};
  end.resource = addrs::Resource{addrs::Mode::managed, name, *resource};
  end.key = next_key();
  if (at != traversal.steps.size()) return {};
  return end;
}

std::vector<addrs::ModuleInstance> steps_of(addrs::ModuleInstance address) {
  std::vector<addrs::ModuleInstance> steps;
  for (; !address.is_root(); address = address.parent()) steps.push_back(address);
  std::reverse(steps.begin(), steps.end());
  return steps;
}

/// How far `module` matches the statement's module and the calls of `from`; on success the part after them.
struct Match {
  addrs::ModuleInstance base;                  ///< instance of the statement's module
  std::vector<addrs::ModuleInstance> calls;    ///< steps that matched from.calls
  std::vector<addrs::ModuleInstance> rest;
};
std::optional<Match> match_module(const Statement& statement, addrs::ModuleInstance module) {
  std::vector<addrs::ModuleInstance> steps = steps_of(module), outer = steps_of(statement.module->address);
  const Endpoint& from = statement.from;
  if (steps.size() < outer.size() + from.calls.size()) return {};
  Match match;
  for (std::size_t i = 0; i < outer.size(); ++i)
    if (steps[i].call() != outer[i].call()) return {};
  if (!outer.empty()) match.base = steps[outer.size() - 1];
  for (std::size_t i = 0; i < from.calls.size(); ++i) {
    const addrs::ModuleInstance& step = steps[outer.size() + i];
    const Endpoint::Call& call = from.calls[i];
    if (step.call() != call.name) return {};
    bool last = i + 1 == from.calls.size() && !from.resource;
    InstanceKey wanted = call.key.value_or(InstanceKey());
    if (!(last && !statement.single) && !(step.key() == wanted)) return {};
    match.calls.push_back(step);
  }
  match.rest.assign(steps.begin() + static_cast<std::ptrdiff_t>(outer.size() + from.calls.size()), steps.end());
  return match;
}

addrs::ModuleInstance moved_module(const Statement& statement, const Match& match) {
  addrs::ModuleInstance module = match.base;
  const Endpoint& to = statement.to;
  for (std::size_t i = 0; i < to.calls.size(); ++i) {
    bool last = i + 1 == to.calls.size() && !to.resource;
    InstanceKey key = to.calls[i].key.value_or(InstanceKey());
    if (last && !statement.single && !match.calls.empty()) key = match.calls.back().key();
    module = module.child(to.calls[i].name, key);
  }
  for (const addrs::ModuleInstance& step : match.rest) module = module.child(step.call(), step.key());
  return module;
}

class Mover {
 public:
  Mover(const Blueprint& blueprint, const State& state, Moved& moved) : blueprint_(blueprint), state_(state), moved_(moved) {}

  void apply(const Statement& statement) {
    std::vector<std::shared_ptr<const state::ResourceState>> all;
    for (const auto& [address, resource] : state_.resources()) all.push_back(resource);
    for (const auto& resource : all) {
      std::optional<Match> match = match_module(statement, resource->address.module);
      if (!match) continue;
      addrs::AbsResource to{moved_module(statement, *match), resource->address.resource};
      if (!statement.from.resource) {
        move_all(*resource, to);
        continue;
      }
      if (!match->rest.empty() || !(resource->address.resource == *statement.from.resource)) continue;
      to.resource = *statement.to.resource;
      if (!statement.single) {
        move_all(*resource, to);
        continue;
      }
      move_one(*resource, statement.from.key.value_or(InstanceKey()), to, statement.to.key.value_or(InstanceKey()));
    }
  }

  /// `x` ↔ `x[0]` when count came or went (E8).
  void imply() {
    std::vector<std::shared_ptr<const state::ResourceState>> all;
    for (const auto& [address, resource] : state_.resources()) all.push_back(resource);
    const InstanceKey none, zero(0);
    for (const auto& resource : all) {
      addrs::AbsResource at = resource->address;
      if (!at.module.is_root() && imply_module(*resource, at)) {
        move_all(*resource, at);
        continue;
      }
      if (at.resource.mode != addrs::Mode::managed) continue;
      std::optional<NodeId> node = blueprint_.find_resource(at);
      if (!node) continue;
      const config::Resource& config = blueprint_.node(*node).module->resource(blueprint_.node(*node).index);
      bool has_none = resource->find(none) != nullptr, has_zero = resource->find(zero) != nullptr;
      if (config.count != nullptr && has_none && !has_zero) move_one(*resource, none, at, zero);
      if (config.count == nullptr && config.for_each == nullptr && has_zero && !has_none) move_one(*resource, zero, at, none);
    }
  }

  State take() { return std::move(state_); }

 private:
  bool imply_module(const state::ResourceState&, addrs::AbsResource& address) {
    std::vector<addrs::ModuleInstance> steps = steps_of(address.module);
    addrs::ModuleInstance made;
    bool changed = false;
    const StaticModule* module = &blueprint_.root();
    for (const addrs::ModuleInstance& step : steps) {
      InstanceKey key = step.key();
      const StaticModule* child = nullptr;
      if (module != nullptr) {
        auto it = module->call_index_of.find(step.call());
        child = it == module->call_index_of.end() ? nullptr : module->calls[it->second].get();
      }
      if (child != nullptr) {
        bool count = child->call->count != nullptr, single = !count && child->call->for_each == nullptr;
        if (count && key == InstanceKey() && !occupied(made.child(step.call(), InstanceKey(0)))) key = InstanceKey(0), changed = true;
        if (single && key == InstanceKey(0) && !occupied(made.child(step.call(), InstanceKey()))) key = InstanceKey(), changed = true;
      }
      made = made.child(step.call(), key);
      module = child;
    }
    address.module = made;
    return changed;
  }
  /// Whether the state as it was at first holds anything in a module instance.
  bool occupied(addrs::ModuleInstance module) {
    if (!modules_known_) {
      modules_known_ = true;
      for (const auto& [address, resource] : state_.resources())
        for (addrs::ModuleInstance at = address.module; !at.is_root(); at = at.parent()) modules_.insert(at.text());
    }
    return modules_.contains(module.text());
  }

  void move_all(const state::ResourceState& from, const addrs::AbsResource& to) {
    if (from.address == to) return;
    if (state_.find(to) == nullptr) {
      auto made = std::make_shared<state::ResourceState>(from);
      made->address = to;
      for (const state::InstanceState& one : from.instances)
        record({from.address.module, from.address.resource, one.key}, {to.module, to.resource, one.key});
      state_.remove_resource(from.address);
      state_.set_resource(std::move(made));
      return;
    }
    std::vector<InstanceKey> keys;
    for (const state::InstanceState& one : from.instances) keys.push_back(one.key);
    for (const InstanceKey& key : keys)
      if (const state::ResourceState* current = state_.find(from.address)) {
        state::ResourceState copy = *current;
        move_one(copy, key, to, key);
      }
  }

  void move_one(const state::ResourceState& from, InstanceKey from_key, const addrs::AbsResource& to, InstanceKey to_key) {
    const state::ResourceState* source = state_.find(from.address);
    if (source == nullptr) return;
    const state::InstanceState* instance = source->find(from_key);
    if (instance == nullptr || (from.address == to && from_key == to_key)) return;
    addrs::Instance before{from.address.module, from.address.resource, from_key}, after{to.module, to.resource, to_key};
    const state::ResourceState* target = state_.find(to);
    if (target != nullptr && target->find(to_key) != nullptr) {
      moved_.blocked.emplace_back(before, after);
      return;
    }
    state::InstanceState taken = *instance;
    taken.key = to_key;
    addrs::ProviderConfig provider = source->provider;
    auto rest = std::make_shared<state::ResourceState>(*source);
    rest->instances.erase(from_key);
    state_.set_resource(rest);
    auto made = std::make_shared<state::ResourceState>();
    if (const state::ResourceState* existing = state_.find(to)) {
      *made = *existing;
    } else {
      made->address = to;
      made->provider = provider;
    }
    made->instances.push_back(std::move(taken));
    state_.set_resource(std::move(made));
    record(before, after);
  }

  void record(const addrs::Instance& before, const addrs::Instance& after) {
    auto it = moved_.previous.find(before);
    addrs::Instance origin = it == moved_.previous.end() ? before : it->second;
    if (it != moved_.previous.end()) moved_.previous.erase(it);
    if (!(origin == after)) moved_.previous.insert_or_assign(after, origin);
  }

  const Blueprint& blueprint_;
  State state_;
  Moved& moved_;
  bool modules_known_ = false;
  std::set<std::string> modules_;
};

std::string absolute(const Statement& statement, const Endpoint& end) { return statement.module->prefix() + end.text(); }

/// True if the source of a statement is still declared, so that moving away from it makes no sense.
bool still_declared(const Statement& statement) {
  const StaticModule* module = statement.module;
  const Endpoint& from = statement.from;
  for (std::size_t i = 0; i < from.calls.size(); ++i) {
    auto it = module->call_index_of.find(from.calls[i].name);
    if (it == module->call_index_of.end() || module->calls[it->second] == nullptr) return false;
    module = module->calls[it->second].get();
    if (i + 1 == from.calls.size() && !from.resource) {
      if (!statement.single) return true;
      bool repeats = module->call->count != nullptr || module->call->for_each != nullptr;
      return !from.calls[i].key && !repeats;
    }
  }
  auto it = module->config->resource_index.find(*from.resource);
  if (it == module->config->resource_index.end()) return false;
  if (!statement.single) return true;
  const config::Resource& resource = module->resource(static_cast<std::uint32_t>(it->second));
  return !from.key && resource.count == nullptr && resource.for_each == nullptr;
}

std::vector<Statement> collect(const Blueprint& blueprint, Diagnostics& diags) {
  std::vector<Statement> statements;
  std::map<std::string, SourceRange> sources, targets;
  for (const StaticModule* module : blueprint.modules())
    for (const config::Moved& moved : module->config->moved) {
      if (moved.from == nullptr || moved.to == nullptr) continue;
      std::optional<Endpoint> from = parse_endpoint(*moved.from), to = parse_endpoint(*moved.to);
      auto refuse = [&](std::string detail) { diags.error(DiagCode::invalid_move, std::move(detail), moved.range); };
      if (!from || !to) {
        refuse("Both ends must be addresses of managed resources or of modules, with constant keys.");
        continue;
      }
      if (from->resource.has_value() != to->resource.has_value()) {
        refuse(format("{} and {} are objects of different kinds: both ends must be resources, or both modules.", from->text(), to->text()));
        continue;
      }
      Statement statement{module, *from, *to, moved.range, from->has_instance_key() || to->has_instance_key()};
      std::string source = absolute(statement, *from), target = absolute(statement, *to);
      if (source == target) {
        refuse(format("{} cannot be moved to itself.", source));
        continue;
      }
      if (still_declared(statement)) {
        refuse(format("{} is declared as moved to {}, but it is still in the configuration. Rename or remove its block.", source, target));
        continue;
      }
      if (auto [it, fresh] = sources.try_emplace(source, moved.range); !fresh) {
        refuse(format("{} is moved by more than one statement; it can go to one place only.", source));
        continue;
      }
      if (auto [it, fresh] = targets.try_emplace(target, moved.range); !fresh) {
        refuse(format("More than one statement moves something to {}.", target));
        continue;
      }
      statements.push_back(std::move(statement));
    }
  return statements;
}

/// Chains first to last: a → b before b → c.
std::vector<Statement> ordered(std::vector<Statement> statements, Diagnostics& diags) {
  std::map<std::string, std::size_t> by_source;
  for (std::size_t i = 0; i < statements.size(); ++i) by_source[absolute(statements[i], statements[i].from)] = i;
  graph::Graph graph;
  for (std::size_t i = 0; i < statements.size(); ++i) graph.add_node();
  for (std::uint32_t i = 0; i < statements.size(); ++i) {
    auto it = by_source.find(absolute(statements[i], statements[i].to));
    if (it != by_source.end()) graph.add_edge(NodeId{i}, NodeId{static_cast<std::uint32_t>(it->second)});
  }
  std::vector<Statement> result;
  for (NodeId node : graph.topological_order()) result.push_back(statements[node.index]);
  if (result.size() != statements.size())
    for (const auto& cycle : graph.cycles())
      diags.error(DiagCode::invalid_move, "These moves form a circle, so there is no first one.", statements[cycle[0].index].range);
  return result;
}

}  // namespace

State apply_moves(const Config&, const Blueprint& blueprint, const State& state, Moved& moved, Diagnostics& diags) {
  std::vector<Statement> statements = ordered(collect(blueprint, diags), diags);
  if (state.resources().empty()) return state;
  Mover mover(blueprint, state, moved);
  for (const Statement& statement : statements) mover.apply(statement);
  mover.imply();
  if (!moved.blocked.empty()) {
    std::string pairs;
    for (const auto& [from, to] : moved.blocked) pairs += format("\n  - {} could not move to {}", from.text(), to.text());
    diags.warning(DiagCode::blocked_move, "Some objects could not be moved, because there is already one at their new address:" + pairs +
                                              "\nTerrace plans to destroy what is at the old addresses. Move or remove one of each pair by hand to keep it.");
  }
  return mover.take();
}

}  // namespace terrace::engine
