// SPDX-License-Identifier: Apache-2.0
// Order of changes (checklist E3): references as in the plan, destruction from stored dependencies, rules (a)-(c),
// create_before_destroy turned round.
#include "base/strings.h"
#include "engine/apply_walk.h"

namespace terrace::engine {

/// Changes of one resource in one module instance. Gates are made when first needed.
struct ApplyGraph::Group {
  addrs::AbsResource address;
  addrs::AbsResource plain;                      ///< module without keys
  addrs::Provider provider;
  struct Side { std::vector<NodeId> members; std::optional<NodeId> before, after; };
  Side applied;                                  ///< creates and updates
  Side destroyed;                                ///< destroys in the default order
  Side destroyed_late;                           ///< create-before-destroy ones
  std::vector<std::uint32_t> applied_needs, destroyed_needs;  ///< stored dependencies as numbers of plain addresses
};

namespace {

addrs::ModuleInstance without_keys(addrs::ModuleInstance module) {
  if (module.is_root()) return module;
  return without_keys(module.parent()).child(module.call(), {});
}
addrs::AbsResource without_keys(const addrs::AbsResource& address) { return {without_keys(address.module), address.resource}; }

/// Ancestors of a module instance, itself first, the root last.
std::vector<addrs::ModuleInstance> ancestors(addrs::ModuleInstance module) {
  std::vector<addrs::ModuleInstance> all{module};
  while (!module.is_root()) {
    module = module.parent();
    all.push_back(module);
  }
  return all;
}

}  // namespace

NodeId ApplyGraph::add(ApplyNode node) {
  nodes_.push_back(node);
  return graph_.add_node();
}

ApplyGraph::ApplyGraph(const Blueprint& blueprint, const Plan& plan, const std::vector<bool>& active) : blueprint_(blueprint) {
  build(plan, active, true);
  if (plan.mode == plan::Mode::destroy || graph_.topological_order().size() == graph_.size()) return;
  // A provider may be configured from resources of another one; then its objects cannot all go first.
  graph_ = {};
  nodes_.clear();
  build(plan, active, false);
}

void ApplyGraph::build(const Plan& plan, const std::vector<bool>& active, bool cross_provider_edges) {
  constexpr std::uint32_t kNone = ~0u;
  std::vector<std::uint32_t> start(blueprint_.size(), kNone), finish(blueprint_.size(), kNone);
  for (std::uint32_t index = 0; index < blueprint_.size(); ++index) {
    if (!active[index]) continue;
    NodeId id{index};
    start[index] = finish[index] = add({ApplyNode::Kind::config, id, nullptr}).index;
    if (blueprint_.node(id).kind == NodeKind::resource) finish[index] = add({ApplyNode::Kind::finish, id, nullptr}).index;
  }
  auto connect = [&](std::uint32_t before, std::uint32_t after) {
    if (before != kNone && after != kNone) graph_.add_edge(NodeId{before}, NodeId{after});
  };
  for (std::uint32_t index = 0; index < blueprint_.size(); ++index) {
    if (!active[index]) continue;
    if (start[index] != finish[index]) connect(start[index], finish[index]);
    for (NodeId before : blueprint_.predecessors(NodeId{index})) connect(finish[before.index], start[index]);
  }

  std::vector<Group> groups;
  std::unordered_map<addrs::AbsResource, std::size_t> group_of;
  // Plain addresses that take part at all; dependencies on others order nothing.
  std::vector<addrs::AbsResource> plain;
  std::unordered_map<addrs::AbsResource, std::uint32_t> number_of;
  for (const plan::ResourceChange& change : plan.changes) {
    if (change.action == plan::Action::no_op || change.action == plan::Action::read) continue;
    if (number_of.try_emplace(without_keys(change.address.abs_resource()), static_cast<std::uint32_t>(plain.size())).second)
      plain.push_back(without_keys(change.address.abs_resource()));
  }
  auto note = [&](std::vector<std::uint32_t>& needs, const plan::ResourceChange& change) {
    for (const addrs::AbsResource& need : change.dependencies) {
      auto it = number_of.find(without_keys(need));
      if (it != number_of.end()) needs.push_back(it->second);
    }
  };
  auto group = [&](const plan::ResourceChange& change) -> Group& {
    addrs::AbsResource address = change.address.abs_resource();
    auto [it, fresh] = group_of.try_emplace(address, groups.size());
    if (fresh) {
      groups.emplace_back();
      groups.back().address = address;
      groups.back().plain = without_keys(address);
      groups.back().provider = change.provider.provider;
    }
    return groups[it->second];
  };
  for (const plan::ResourceChange& change : plan.changes) {
    bool replaces = plan::is_replace(change.action);
    bool applies = replaces || change.action == plan::Action::create || change.action == plan::Action::update;
    bool destroys = replaces || change.action == plan::Action::remove || change.action == plan::Action::forget;
    std::optional<NodeId> config = blueprint_.find_resource(change.address.abs_resource());
    if (change.action == plan::Action::read && config && start[config->index] != kNone) {
      NodeId node = add({ApplyNode::Kind::read, *config, &change});
      connect(start[config->index], node.index);
      connect(node.index, finish[config->index]);
      continue;
    }
    if (!applies && !destroys) continue;
    Group& mine = group(change);
    bool late = change.action == plan::Action::create_then_delete || (change.action == plan::Action::remove && change.create_before_destroy);
    std::optional<NodeId> create, destroy;
    if (applies && config && start[config->index] != kNone) {
      create = add({ApplyNode::Kind::change, *config, &change});
      connect(start[config->index], create->index);
      connect(create->index, finish[config->index]);
      mine.applied.members.push_back(*create);
      note(mine.applied_needs, change);
    }
    if (destroys) {
      destroy = add({ApplyNode::Kind::destroy, config.value_or(NodeId{}), &change});
      (late ? mine.destroyed_late : mine.destroyed).members.push_back(*destroy);
      note(mine.destroyed_needs, change);
      if (const std::uint32_t* provider = blueprint_.find_provider(change.provider)) {
        NodeId node = blueprint_.providers()[*provider].node;
        connect(finish[node.index], destroy->index);
      }
    }
    if (create && destroy) {  // rule (a)
      if (late) graph_.add_edge(*create, *destroy);
      else graph_.add_edge(*destroy, *create);
    }
  }

  auto unique = [](std::vector<std::uint32_t>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  for (Group& one : groups) {
    unique(one.applied_needs);
    unique(one.destroyed_needs);
  }

  // Which groups a dependency means: those that do not lie in another instance of a module both are in.
  std::vector<std::unordered_map<addrs::ModuleInstance, std::vector<std::size_t>>> members(plain.size());
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (const addrs::ModuleInstance& ancestor : ancestors(groups[i].address.module)) members[number_of.at(groups[i].plain)][ancestor].push_back(i);
  auto partners = [&](const Group& from, std::uint32_t need) -> const std::vector<std::size_t>& {
    static const std::vector<std::size_t> kNobody;
    for (addrs::ModuleInstance ancestor = from.address.module;; ancestor = ancestor.parent()) {
      if (plain[need].module.is_within(without_keys(ancestor))) {
        auto it = members[need].find(ancestor);
        return it == members[need].end() ? kNobody : it->second;
      }
      if (ancestor.is_root()) return kNobody;
    }
  };
  // Stored dependencies are transitive. What another dependency of the same module instance waits for anyway needs no
  // edge of its own; otherwise a chain of n objects would have n² of them.
  std::vector<std::uint32_t> covered(plain.size(), 0);
  std::uint32_t stamp = 0;
  auto essential = [&](const Group& from) {
    if (!from.destroyed_late.members.empty()) return from.destroyed_needs;
    std::vector<std::pair<std::size_t, std::uint32_t>> by_size;
    auto same_place = [&](std::uint32_t need) -> const Group* {
      auto it = group_of.find({from.address.module, plain[need].resource});
      if (it == group_of.end()) return nullptr;
      const Group& other = groups[it->second];
      bool covers = number_of.at(other.plain) == need && !other.destroyed.members.empty() && other.destroyed_late.members.empty() &&
                    (cross_provider_edges || other.provider == from.provider);
      return covers ? &other : nullptr;
    };
    for (std::uint32_t need : from.destroyed_needs) {
      const Group* other = same_place(need);
      by_size.emplace_back(other != nullptr ? other->destroyed_needs.size() + 1 : 0, need);
    }
    std::sort(by_size.rbegin(), by_size.rend());
    ++stamp;
    std::vector<std::uint32_t> kept;
    for (const auto& [size, need] : by_size) {
      if (covered[need] == stamp) continue;
      kept.push_back(need);
      if (size == 0) continue;
      for (std::uint32_t further : same_place(need)->destroyed_needs) covered[further] = stamp;
    }
    return kept;
  };
  auto before = [&](Group::Side& side) {
    if (!side.before) {
      side.before = add({});
      for (NodeId member : side.members) graph_.add_edge(*side.before, member);
    }
    return *side.before;
  };
  auto after = [&](Group::Side& side) {
    if (!side.after) {
      side.after = add({});
      for (NodeId member : side.members) graph_.add_edge(member, *side.after);
    }
    return *side.after;
  };
  auto order = [&](Group::Side& first, Group::Side& second) {
    if (!first.members.empty() && !second.members.empty()) graph_.add_edge(after(first), before(second));
  };
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::uint32_t need : groups[i].applied_needs)
      for (std::size_t j : partners(groups[i], need)) {
        if (i == j) continue;
        order(groups[j].destroyed, groups[i].applied);       // rule (b)
        order(groups[i].applied, groups[j].destroyed_late);  // turned round
      }
    for (std::uint32_t need : essential(groups[i]))
      for (std::size_t j : partners(groups[i], need)) {
        if (i == j || (!cross_provider_edges && !(groups[i].provider == groups[j].provider))) continue;
        for (Group::Side* mine : {&groups[i].destroyed, &groups[i].destroyed_late})  // rule (c)
          for (Group::Side* theirs : {&groups[j].destroyed, &groups[j].destroyed_late}) order(*mine, *theirs);
        order(groups[i].destroyed, groups[j].applied);
        order(groups[j].applied, groups[i].destroyed_late);  // turned round
      }
  }
}

std::string ApplyGraph::name(NodeId id) const {
  const ApplyNode& node = nodes_[id.index];
  switch (node.kind) {
    case ApplyNode::Kind::config: return blueprint_.name(node.config);
    case ApplyNode::Kind::finish: return blueprint_.name(node.config) + " (close)";
    case ApplyNode::Kind::change: case ApplyNode::Kind::read: return node.change->address.text();
    case ApplyNode::Kind::destroy:
      return node.change->address.text() + (node.change->deposed.empty() ? " (destroy)" : " (destroy deposed " + node.change->deposed + ")");
    case ApplyNode::Kind::gate: return {};
  }
  return {};
}

std::vector<std::string> ApplyGraph::cycle() const {
  std::vector<std::string> names;
  for (const std::vector<NodeId>& members : graph_.cycles()) {
    for (NodeId member : members)
      if (std::string text = name(member); !text.empty()) names.push_back(std::move(text));
    break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace terrace::engine
