// SPDX-License-Identifier: Apache-2.0
// What every walk shares: values of modules, providers, evaluation of the nodes that are only values. The plan, apply,
// validate and offline walks are built on it.
#pragma once
#include <condition_variable>

#include "engine/blueprint.h"
#include "engine/engine.h"
#include "engine/module_data.h"

namespace terrace::engine {

using graph::Outcome;

enum class Phase : std::uint8_t { validate, plan, apply, offline, console };

/// At most `limit` holders at once: the `-parallelism` of calls that may block.
class Slots {
 public:
  explicit Slots(int limit) : free_(std::max(1, limit)) {}
  class Hold {
   public:
    explicit Hold(Slots* slots) : slots_(slots) { if (slots_ != nullptr) slots_->take(); }
    ~Hold() { if (slots_ != nullptr) slots_->give(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Slots* slots_;
  };

 private:
  void take() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return free_ > 0; });
    --free_;
  }
  void give() {
    {
      std::lock_guard guard(mutex_);
      ++free_;
    }
    changed_.notify_one();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
};

class ModuleScope;

/// A provider in use by a walk: schema always, the configured process when something acts on it.
struct ProviderInUse {
  const schema::ProviderSchema* schema = nullptr;
  std::unique_ptr<provider::Provider> provider;
  provider::Capabilities capabilities;
  bool configured = false;
  Value config;  ///< as evaluated, with marks
};

class Walk {
 public:
  Walk(const Context& context, const Options& options, const Blueprint& blueprint, Phase phase, Diagnostics& diags);
  Walk(const Walk&) = delete;
  virtual ~Walk();

  const Context& context() const { return context_; }
  const Options& options() const { return options_; }
  const Blueprint& blueprint() const { return blueprint_; }
  Diagnostics& diags() const { return diags_; }
  Phase phase() const { return phase_; }
  const lang::FunctionContext& functions() const { return functions_; }
  lang::FunctionContext& mutable_functions() { return functions_; }
  ModuleData& root() { return *instances_[0][0]; }
  const ModuleData& root() const { return *instances_[0][0]; }
  /// The instances of a static module that exist so far.
  const std::vector<ModuleData*>& instances(const StaticModule& module) const { return instances_[module.id]; }
  ModuleData* find_instance(const addrs::ModuleInstance& address) const;

  /// Variables, locals, outputs, module expansion. Failed when an error was reported.
  Outcome visit_value(const Node& node);
  Outcome visit_provider(std::uint32_t index);

  /// The provider a resource uses; null (reported) when it is not there.
  ProviderInUse* provider(std::uint32_t index, Diagnostics& diags);
  const schema::ResourceSchema* schema_of(std::uint32_t provider, const addrs::Resource& resource,
                                          std::optional<SourceRange> range, Diagnostics& diags);
  /// The configuration of a provider as evaluated in this walk, with marks; null if it was not reached.
  const Value& provider_config(std::uint32_t index) const { return providers_[index].config; }
  Slots* slots_for(const ProviderInUse& provider) { return provider.capabilities.local ? nullptr : &slots_; }

  /// How a resource repeats in a module instance. Errors: ENG003, ENG004.
  Expansion expand(const hcl::Expr* count, const hcl::Expr* for_each, const lang::Scope& scope, Diagnostics& diags) const;

 protected:
  virtual Outcome visit_root_output(const config::Output& output, const Value& value);
  /// Records results of conditions; the base ignores them.
  virtual void record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                            state::CheckResult::Status status, const std::string& failure);
  /// Preconditions, postconditions, validations: reports failures as errors (or as `downgraded` warnings), tells
  /// record_check. Returns false when one failed.
  struct Conditions {
    const std::vector<config::Condition>& list;
    DiagCode code;
    state::CheckResult::ObjectKind kind;
    std::string config_address, address;
    bool warn = false;
  };
  bool check_conditions(const Conditions& conditions, const lang::Scope& scope, Diagnostics& diags);

 private:
  Outcome visit_variable(const StaticModule& module, std::uint32_t index);
  Outcome visit_validation(const StaticModule& module, std::uint32_t index);
  Outcome visit_local(const StaticModule& module, std::uint32_t index);
  Outcome visit_output(const StaticModule& module, std::uint32_t index);
  Outcome visit_expand(const StaticModule& module);
  void add_instance(const StaticModule& module, ModuleData& parent, std::uint32_t at, bool unknown);

  const Context& context_;
  const Options& options_;
  const Blueprint& blueprint_;
  Diagnostics& diags_;
  Phase phase_;
  lang::FunctionContext functions_;
  std::unique_ptr<ModuleData> root_;
  std::vector<std::vector<ModuleData*>> instances_;  ///< by static module id
  std::vector<ProviderInUse> providers_;
  std::mutex providers_mutex_;
  provider::Host host_;
  Slots slots_;
};

/// Names as one module instance sees them.
class ModuleScope final : public lang::Scope {
 public:
  ModuleScope(const Walk& walk, const ModuleData& module, const Repetition* repetition = nullptr, const Value* self = nullptr)
      : walk_(walk), module_(module), repetition_(repetition), self_(self) {}
  std::optional<lang::Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const override;
  std::optional<Value> resolve_indexed(const hcl::TraversalExpr& traversal, const Value& key) const override;
  const lang::FunctionContext& functions() const override { return walk_.functions(); }
  const SourceFiles& sources() const override { return walk_.context().sources; }

  const ModuleData& module() const { return module_; }
  /// The binding of a traversal in this module.
  Binding binding(const hcl::TraversalExpr& traversal) const;

 private:
  std::optional<lang::Resolved> resolve_resource(const Binding& binding, const hcl::TraversalExpr& traversal, Diagnostics& diags) const;
  std::optional<lang::Resolved> resolve_call(const Binding& binding, const hcl::TraversalExpr& traversal, Diagnostics& diags) const;

  const Walk& walk_;
  const ModuleData& module_;
  const Repetition* repetition_;
  const Value* self_;
};

/// The value of a whole resource: object, tuple or object of instances. Built once.
Value whole_resource(const ResourceData& data);
/// Errors and warnings of a provider call, placed at the arguments they name.
void report_provider_diagnostics(const provider::ProviderDiagnostics& found, const addrs::Instance& address,
                                 const hcl::Body* body, std::optional<SourceRange> range, Diagnostics& diags);

}  // namespace terrace::engine
