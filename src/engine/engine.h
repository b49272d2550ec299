// SPDX-License-Identifier: Apache-2.0
// Plan, apply and refresh over a configuration and a state (checklist E). Never prints, opens files or knows a
// backend: what happens is told to an Observer, what must be durable goes through a journal::Sink and a StateKeeper.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "journal/journal.h"
#include "lang/scope.h"
#include "plan/plan.h"
#include "provider/provider.h"
#include "state/state.h"

namespace terrace::engine {

/// Told what happens, from several threads, in the order of events per address (H4 hooks, E20).
class Observer {
 public:
  virtual ~Observer() = default;
  struct Id { std::string key, value; };  ///< shown id: attribute `id` or `name`, empty if none
  virtual void refresh_started(const addrs::Instance&, const Id&) {}
  virtual void refresh_finished(const addrs::Instance&, const Id&) {}
  virtual void read_started(const addrs::Instance&) {}
  virtual void read_finished(const addrs::Instance&, const Id&, std::chrono::nanoseconds) {}
  virtual void apply_started(const addrs::Instance&, std::string_view, plan::Action, const Id&) {}
  virtual void apply_finished(const addrs::Instance&, std::string_view, plan::Action, const Id&, std::chrono::nanoseconds) {}
  virtual void apply_failed(const addrs::Instance&, std::string_view, plan::Action, std::chrono::nanoseconds) {}
};

/// Keeps the growing state during an apply: called after every object change, coalesces writes (contract 6: the
/// state file lags by at most 1 s or 100 objects). Thread-safe.
class StateKeeper {
 public:
  virtual ~StateKeeper() = default;
  virtual void state_changed(const State& state) = 0;
};

/// Which planned leaves are release metadata (contract 5): values the provider configuration and variables carried
/// under MarkKind::metadata, and what they were in the last deployment.
struct MetadataPolicy {
  bool fold = false;                                   ///< environment verbs only
  /// For every metadata leaf in provider configuration: map key → the value it had in the last deployment.
  std::map<std::string, Value> previous_provider_leaves;
};

struct Options {
  plan::Mode mode = plan::Mode::normal;
  bool refresh = true;
  int parallelism = 10;
  std::vector<addrs::Target> targets;
  std::vector<addrs::Instance> replace;
  std::map<std::string, Value> variables;              ///< final values of root variables (converted, marked)
  std::map<std::string, SourceRange> variable_ranges;  ///< where the value came from, for validation errors
  std::string workspace = "default";
  std::string root_directory = ".";                    ///< path.root
  std::string working_directory;                       ///< path.cwd
  std::string original_directory;
  world::TimePoint now{};                              ///< plan timestamp
  lang::FunctionContext functions;                     ///< base; the engine sets impure/plan_timestamp per walk
  MetadataPolicy metadata;
};

struct Context {
  const Config& config;
  const SourceFiles& sources;
  provider::ProviderSource& providers;
  Observer& observer;
  world::Clock& clock;
  world::Random& random;
  std::function<int()> interrupts;                     ///< 0, 1 = finish what runs, 2 = stop now
  /// For terraform_remote_state (provider::Host); empty: reading other states is an error.
  std::function<Result<Value>(std::string_view backend, const Value& config, std::string_view workspace)> remote_state = {};
};

/// `validate`: everything that can be checked without state and with unknown instances (E2 last bullet).
void validate(const Context& context, const Options& options, Diagnostics& diags);

struct PlanResult {
  Plan plan;
  /// Metadata leaves of provider configurations as evaluated now, to be remembered with the deployment.
  std::map<std::string, Value> provider_metadata_leaves;
};
/// Refresh and plan. With errors the plan is partial (`complete` false) and holds what succeeded.
PlanResult make_plan(const Context& context, const State& prior, const Options& options, Diagnostics& diags);

struct ApplyResult {
  State state;
  int added = 0, changed = 0, destroyed = 0;
  bool stopped = false;                                ///< interrupted
  std::vector<journal::Intent> in_doubt;               ///< calls whose answer never came
};
/// Executes `plan` exactly (E3, E11): before each provider call the intent is durable in `sink`, after it the outcome.
/// The result's state is right whatever failed.
ApplyResult apply(const Context& context, const Plan& plan, const Options& options, journal::Sink& sink,
                  StateKeeper& keeper, Diagnostics& diags);

/// Evaluates expressions against configuration and state, for `console`. The scope lives in `holder`.
struct ConsoleScope {
  std::shared_ptr<void> holder;
  const lang::Scope* scope = nullptr;
};
ConsoleScope console_scope(const Context& context, const State& state, const Options& options, Diagnostics& diags);

/// Effective values of one environment without any provider call (`env check`, `env diff`): variables, locals and
/// resource configurations as far as known; data sources and computed attributes unknown. Preconditions, variable
/// validations and provider schema checks are run; what stays unknown is reported as undetermined.
struct Evaluated {
  std::map<std::string, Value> variables;
  std::map<std::string, Value> locals;                 ///< root: name; child: "module.a.name"
  std::map<std::string, Value> outputs;
  std::map<std::string, Value> resources;              ///< instance address → configuration object
  std::map<std::string, std::string> origins;          ///< "var.x" / address + path → file:line, where known
  std::vector<std::string> undetermined;
};
Evaluated evaluate_offline(const Context& context, const Options& options, Diagnostics& diags);

}  // namespace terrace::engine
