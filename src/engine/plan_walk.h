// SPDX-License-Identifier: Apache-2.0
// The plan walk (checklist E4-E6, E10, E13): refreshes and plans every resource instance, in the modes normal, destroy
// and refresh-only.
#pragma once
#include <atomic>

#include "engine/checks.h"
#include "engine/moves.h"
#include "engine/proposed.h"
#include "engine/stored.h"
#include "engine/walk.h"

namespace terrace::engine {

/// One instance of a resource that exists, will exist, or did.
struct InstanceTask {
  addrs::Instance address;
  const state::InstanceState* stored = nullptr;  ///< null: not in state
  std::optional<std::uint32_t> slot;             ///< position in the expansion; none: no longer wanted
  plan::Reason orphan_reason = plan::Reason::none;
  bool targeted = true;
};
/// What planning one instance found.
struct InstanceResult {
  std::vector<plan::ResourceChange> changes;     ///< current object, then deposed ones
  std::optional<plan::ResourceChange> drift;
  state::InstanceState refreshed;                ///< for the refreshed state
  bool refreshed_differs = false;
  Value value;                                   ///< what references see
  bool pending = false;                          ///< a managed change other than no_op
  bool failed = false;
};

/// A resource block (or its absence) in one module instance, with what its instances share.
struct ResourceContext {
  NodeId node;
  const config::Resource* config = nullptr;      ///< null: orphan
  const ModuleData* module = nullptr;            ///< null: module instance no longer there
  addrs::AbsResource address;
  ProviderInUse* provider = nullptr;
  const addrs::ProviderConfig* provider_address = nullptr;
  const schema::ResourceSchema* schema = nullptr;
  bool create_before_destroy = false;
};

class PlanWalk : public Walk {
 public:
  PlanWalk(const Context& context, const Options& options, const Blueprint& blueprint, const State& previous, const Moved& moved,
           Diagnostics& diags);
  /// Walks and fills the plan's changes, drift, outputs, checks and refreshed state.
  void run(Plan& plan);

 private:
  Outcome visit(NodeId id);
  bool cheap(NodeId id);
  void prune();
  Outcome visit_resource(NodeId id);
  Outcome visit_orphan(NodeId id);
  Outcome plan_instances(const ResourceContext& resource, std::vector<InstanceTask>& tasks, ResourceData* data, Diagnostics& diags);
  void plan_task(const ResourceContext& resource, const InstanceTask& task, const Expansion* expansion, InstanceResult& result, Diagnostics& diags);

  void plan_managed(const ResourceContext& resource, const InstanceTask& task, const Repetition& repetition, InstanceResult& result, Diagnostics& diags);
  void plan_deposed(const ResourceContext& resource, const InstanceTask& task, InstanceResult& result, Diagnostics& diags);
  void plan_data(const ResourceContext& resource, const InstanceTask& task, const Repetition& repetition, InstanceResult& result, Diagnostics& diags);
  void record_unread(const ResourceContext& resource, const InstanceTask& task, const std::vector<Diagnostic>& found);
  /// Steps 3-5 of E5. False: an error was reported.
  bool refresh(const ResourceContext& resource, const InstanceTask& task, Stored& stored, InstanceResult& result, Diagnostics& diags);
  /// E6. Nothing: an error was reported.
  struct Replacement { bool requested = false, triggered = false; };
  std::optional<plan::ResourceChange> plan_change(const ResourceContext& resource, const InstanceTask& task, const ModuleScope& scope,
                                                  const Stored& prior, Replacement replacement, Diagnostics& diags);
  std::optional<plan::ResourceChange> plan_delete(const ResourceContext& resource, const InstanceTask& task, const Stored& prior,
                                                  std::string deposed, Diagnostics& diags);
  bool triggered(const ResourceContext& resource, const ModuleScope& scope, const Repetition& repetition, Diagnostics& diags);
  bool pending_dependencies(const ResourceContext& resource) const;
  bool conditions(const ResourceContext& resource, const addrs::Instance& address, const std::vector<config::Condition>& list,
                  DiagCode code, const lang::Scope& scope, Diagnostics& diags);
  plan::ResourceChange change_for(const ResourceContext& resource, const addrs::Instance& address) const;
  /// Of a resource that is a target itself, only the named instances; of what targets depend on, all.
  bool targeted(NodeId node, const addrs::Instance& address) const;
  plan::Reason orphan_reason(const ResourceContext& resource, const addrs::Instance& address) const;

  Outcome visit_check(const Node& node);
  Outcome visit_root_output(const config::Output& output, const Value& value) override;
  void record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                    state::CheckResult::Status status, const std::string& failure) override;
  void plan_outputs(Plan& plan);

  const State& previous_;
  const Moved& moved_;
  std::vector<bool> active_;                                         ///< nodes to visit
  std::vector<bool> direct_;                                         ///< nodes that a target names; empty without targets
  std::vector<std::vector<const state::ResourceState*>> stored_;     ///< by node
  std::vector<std::atomic<std::uint8_t>> pending_, upstream_pending_;  ///< by node
  std::unordered_map<addrs::Instance, int> replace_;                 ///< -replace requests
  std::unordered_map<addrs::Instance, plan::Action> actions_;        ///< of managed instances that change, for triggers
  std::unordered_map<addrs::Instance, std::pair<Value, Value>> before_after_;

  mutable std::mutex mutex_;                                         ///< guards what follows
  std::vector<std::pair<addrs::AbsResource, std::vector<plan::ResourceChange>>> changes_;
  std::vector<plan::ResourceChange> drift_;
  std::vector<std::shared_ptr<const state::ResourceState>> refreshed_;
  std::vector<addrs::AbsResource> forgotten_data_;
  std::map<std::string, Value> root_outputs_;
  CheckResults checks_;
  std::set<std::string> unread_checks_;                              ///< checks whose data could not be read
  bool triggers_used_ = false;                                       ///< some resource has replace_triggered_by
};

}  // namespace terrace::engine
