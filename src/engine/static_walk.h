// SPDX-License-Identifier: Apache-2.0
// Walks that call no provider for objects: validate, offline evaluation, console.
#pragma once
#include "engine/stored.h"
#include "engine/walk.h"

namespace terrace::engine {

class StaticWalk : public Walk {
 public:
  /// `state`: console only; objects are read from it.
  StaticWalk(const Context& context, const Options& options, const Blueprint& blueprint, Phase phase, const State* state, Diagnostics& diags)
      : Walk(context, options, blueprint, phase, diags), state_(state) {}
  void run();
  /// Configuration objects by address; offline only.
  std::map<std::string, Value> configurations;
  std::vector<std::string> undetermined;

 private:
  Outcome visit(NodeId id);
  Outcome visit_resource(NodeId id);
  Outcome visit_check(const Node& node);
  void evaluate_conditions(const ModuleData& instance, const std::vector<config::Condition>& list, const Repetition& repetition, const Value* self,
                           DiagCode code, const std::string& config_address, const std::string& address, Diagnostics& diags);
  Value stored_value(const addrs::Instance& address, const schema::ResourceSchema& schema) const;
  void expand_from_state(const ModuleData& instance, const config::Resource& config, ResourceData& data) const;
  void record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                    state::CheckResult::Status status, const std::string& failure) override;
  const State* state_;
};

}  // namespace terrace::engine
