// SPDX-License-Identifier: Apache-2.0
// The apply walk (checklist E3, E11): the graph of planned changes laid over the blueprint, and how each is executed.
#pragma once
#include <atomic>

#include "engine/checks.h"
#include "engine/plan_walk.h"

namespace terrace::engine {

/// What one node of the apply graph does.
struct ApplyNode {
  enum class Kind : std::uint8_t {
    config,    ///< a value node of the blueprint, or the expansion of a resource
    finish,    ///< all of a resource has been applied
    change,    ///< create or update, or the create half of a replacement
    destroy,   ///< delete, or the delete half of a replacement; deposed objects
    read,      ///< deferred data source
    gate       ///< groups edges
  };
  Kind kind = Kind::gate;
  NodeId config;                                  ///< config, finish, change, read: node of the blueprint
  const plan::ResourceChange* change = nullptr;
};

/// The apply graph: linear in changes and references, because edges between resources go through gates.
class ApplyGraph {
 public:
  /// `active`: nodes of the blueprint to visit.
  ApplyGraph(const Blueprint& blueprint, const Plan& plan, const std::vector<bool>& active);
  const graph::Graph& graph() const { return graph_; }
  const ApplyNode& node(NodeId id) const { return nodes_[id.index]; }
  std::string name(NodeId id) const;
  /// Cycle members, sorted by name; empty if all is well.
  std::vector<std::string> cycle() const;

 private:
  struct Group;
  void build(const Plan& plan, const std::vector<bool>& active, bool cross_provider_edges);
  NodeId add(ApplyNode node);
  const Blueprint& blueprint_;
  graph::Graph graph_;
  std::vector<ApplyNode> nodes_;
};

class ApplyWalk : public Walk {
 public:
  ApplyWalk(const Context& context, const Options& options, const Blueprint& blueprint, const Plan& plan, journal::Sink& sink,
            StateKeeper& keeper, Diagnostics& diags);
  ApplyResult run();

 private:
  std::vector<bool> active_nodes() const;
  Outcome visit(const ApplyGraph& graph, NodeId id);
  bool cheap(const ApplyGraph& graph, NodeId id) const;
  Outcome expand_resource(NodeId id);
  Value settled_value(const addrs::Instance& address, const plan::ResourceChange* change, const schema::ResourceSchema& schema);
  void keep_up_to_date(const addrs::Instance& address, NodeId node, const plan::ResourceChange& change);
  Outcome apply_read(const ApplyNode& node, Diagnostics& diags);
  Outcome apply_change(const ApplyNode& node, Diagnostics& diags);
  Outcome apply_destroy(const ApplyNode& node, Diagnostics& diags);
  Outcome visit_check(const Node& node);
  bool conditions(const config::Resource& config, NodeId node, const addrs::Instance& address, const std::vector<config::Condition>& list,
                  DiagCode code, const lang::Scope& scope, Diagnostics& diags);

  /// Everything one provider call needs, and what came of it.
  struct Effect {
    const plan::ResourceChange* change = nullptr;
    const config::Resource* config = nullptr;
    ProviderInUse* provider = nullptr;
    plan::Action action = plan::Action::create;    ///< create, update or remove
    std::string deposed, deposes;
    Value prior, planned, configured;              ///< unmarked
    std::vector<PathMarks> marks;                  ///< of the planned value
    std::string planned_private;
    std::vector<addrs::AbsResource> dependencies;
    state::ObjectRef before;                       ///< the object that is changed or removed
  };
  /// Intent, call, checks of the answer, state, outcome. Done: the new object (null when gone) is in `value`.
  Outcome execute(Effect effect, Value& value, Diagnostics& diags);
  journal::Intent intent_for(const Effect& effect) const;
  std::optional<SourceRange> range_of(const Effect& effect) const;
  template <class F> void change_state(F&& f);
  state::ObjectRef stored_object(const addrs::Instance& address, const std::string& deposed);
  std::uint32_t provider_index(const plan::ResourceChange& change) const;

  Outcome visit_root_output(const config::Output& output, const Value& value) override;
  void record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                    state::CheckResult::Status status, const std::string& failure) override;

  const Plan& plan_;
  journal::Sink& sink_;
  StateKeeper& keeper_;
  std::string run_;
  std::unordered_map<addrs::Instance, const plan::ResourceChange*> changes_;  ///< current objects
  std::vector<bool> acting_;                  ///< by blueprint node: resources with something to do
  std::mutex mutex_;                          ///< guards the result
  ApplyResult result_;
  std::unordered_map<addrs::Instance, std::string> deposed_keys_;             ///< made in this run
  CheckResults checks_;
  std::set<std::string> unread_checks_;       ///< checks whose data could not be read
  std::atomic<bool> journal_failed_{false}, stop_told_{false};
};

}  // namespace terrace::engine
