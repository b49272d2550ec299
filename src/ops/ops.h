// SPDX-License-Identifier: Apache-2.0
// One call each for plan, apply, destroy, refresh: locks state, recovers the journal, runs the engine, stores the
// result. The one place that does; cli/ and envs/ are its two doors.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "config/load.h"
#include "engine/engine.h"
#include "plan/file.h"
#include "plan/identity.h"
#include "plan/render.h"
#include "sandbox/sandbox.h"

namespace terrace::ops {

/// One root module with everything needed to run it: where it lives, whose variables, which state.
struct Workspace {
  std::string directory = ".";                 ///< root module
  std::string data_directory = ".terraform";
  std::string environment;                     ///< -env or empty
  std::string stack;
  std::string workspace_name = "default";
  bool sandbox = false;
  std::string sandbox_root;                    ///< `.terrace/sandbox`, when sandbox
  backend::LocalOptions local;                 ///< default state path; settings of the backend block are laid over it
  std::string backend_override_path;           ///< when set: state is kept there whatever the backend block says
  config::VariableOptions variables;
  std::optional<world::TimePoint> deployment_start;   ///< known timestamp() under the environment verbs
  std::vector<std::string> allowed_roots;
  std::map<std::string, std::string> provider_environment;
};

struct LockOptions { bool lock = true; std::chrono::milliseconds timeout{0}; };

struct PlanRequest {
  plan::Mode mode = plan::Mode::normal;
  bool refresh = true;
  int parallelism = 10;
  std::vector<std::string> targets, replace;
  LockOptions lock;
  engine::MetadataPolicy metadata;
  std::string operation = "OperationTypePlan";
};

/// A loaded workspace: configuration, providers, backend. Kept for the length of one command.
class Session {
 public:
  /// Loads configuration and opens providers and backend. With errors in `diags` the session may be null.
  static std::unique_ptr<Session> open(World& world, SourceFiles& sources, const Workspace& workspace, Diagnostics& diags);
  virtual ~Session() = default;
  virtual const Config& config() const = 0;
  virtual provider::ProviderSource& providers() = 0;
  virtual backend::Backend& backend() = 0;
  virtual sandbox::Sandbox* sandbox() = 0;     ///< null without sandbox

  /// Folds the journal and parses the state; no lock. Doubts are warnings here.
  virtual State read_state(Diagnostics& diags) = 0;
  /// Provider schema lookup for rendering.
  virtual plan::SchemaLookup schemas() = 0;
  virtual void validate(Diagnostics& diags) = 0;

  /// Locks, refreshes, plans, unlocks.
  virtual engine::PlanResult plan(const PlanRequest& request, engine::Observer& observer, Diagnostics& diags) = 0;
  /// As plan(), but keeps the lock and calls `decide` with the plan; true goes on to apply under the same lock.
  /// Returns nothing when decide said no or planning failed.
  using Decide = std::function<bool(const engine::PlanResult&)>;
  virtual std::optional<engine::ApplyResult> apply(const PlanRequest& request, const Decide& decide,
                                                   engine::Observer& observer, Diagnostics& diags) = 0;
  /// The saved form of a plan just made (E17, contract 5).
  virtual plan::SavedPlan save(const engine::PlanResult& result, const PlanRequest& request) = 0;
  /// Applies a saved plan: lineage and serial must match, the plan is derived again and must have the same identity.
  virtual std::optional<engine::ApplyResult> apply_saved(const plan::SavedPlan& saved, const PlanRequest& request,
                                                         engine::Observer& observer, Diagnostics& diags) = 0;
  /// Changes the stored state under the lock (state mv, rm, import, doubt): `change` returns false to leave it alone.
  virtual bool modify_state(std::string_view operation, const LockOptions& lock,
                            const std::function<bool(State&, Diagnostics&)>& change, Diagnostics& diags) = 0;
  virtual engine::Context context(engine::Observer& observer) = 0;
  /// Root variable values, converted and marked, for console and offline evaluation.
  virtual engine::Options options(Diagnostics& diags) = 0;
  virtual plan::IdentityContext identity_context(const State& state) = 0;
};

}  // namespace terrace::ops
