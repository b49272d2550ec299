// SPDX-License-Identifier: Apache-2.0
// One call each for plan, apply, destroy, refresh: locks state, recovers the journal, runs the engine, stores the
// result. The one place that does; cli/ and envs/ are its two doors.
#pragma once
#include <functional>
#include <map>
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
  backend::LocalOptions local;                 ///< -state, -state-out, -backup; empty path: the backend block's or the default
  std::string state_path;                      ///< when set: state is kept there whatever the backend block says
  config::VariableOptions variables;
  std::optional<world::TimePoint> deployment_start;   ///< known timestamp() under the environment verbs
  std::vector<std::string> allowed_roots;      ///< where filesystem functions may read; empty: anywhere
  std::string original_directory;              ///< before -chdir; empty: the current one
  World* provider_world = nullptr;             ///< where providers act; null: the session's own world
  enum class Needs : std::uint8_t { configuration, everything } needs = Needs::everything;
};

struct LockOptions {
  bool lock = true;
  std::chrono::milliseconds timeout{0};
};

struct PlanRequest {
  plan::Mode mode = plan::Mode::normal;
  bool refresh = true;
  int parallelism = 10;
  std::vector<std::string> targets, replace;
  LockOptions lock;
  engine::MetadataPolicy metadata;
  std::string operation = "OperationTypePlan";
};

/// A loaded workspace: configuration, providers, backend. Kept for the length of one command. Not thread-safe.
class Session {
 public:
  /// Loads configuration and opens providers and, if needed, the backend. Null after an error that leaves nothing to
  /// work with; otherwise errors in `diags` may still forbid going on.
  static std::unique_ptr<Session> open(World& world, SourceFiles& sources, const Workspace& workspace, Diagnostics& diags);
  virtual ~Session() = default;
  virtual const Config& config() const = 0;
  virtual provider::ProviderSource& providers() = 0;
  virtual backend::Backend& backend() = 0;     ///< CHECKs that the workspace needed everything
  virtual sandbox::Sandbox* sandbox() = 0;     ///< null without sandbox

  /// Folds the journal into the parsed state; no lock, nothing written. Doubts are warnings here.
  virtual State read_state(Diagnostics& diags) = 0;
  virtual plan::SchemaLookup schemas() = 0;
  /// Static checks and the engine's validate walk.
  virtual void validate(Diagnostics& diags) = 0;

  /// Locks, refreshes, plans, unlocks.
  virtual engine::PlanResult plan(const PlanRequest& request, engine::Observer& observer, Diagnostics& diags) = 0;
  /// As plan(), but keeps the lock and calls `decide` with the plan; true goes on to apply under the same lock.
  /// Nothing when decide said no or planning failed. `decide` is called for empty plans too.
  using Decide = std::function<bool(const engine::PlanResult&)>;
  virtual std::optional<engine::ApplyResult> apply(const PlanRequest& request, const Decide& decide,
                                                   engine::Observer& observer, Diagnostics& diags) = 0;
  /// The saved form of the plan just made by plan() (E17, contract 5).
  virtual plan::SavedPlan save(const engine::PlanResult& result, const PlanRequest& request) = 0;
  /// Applies a saved plan: lineage and serial must match, the plan is derived again and must have the same identity.
  /// The session must have been opened on the saved configuration (see saved_session()).
  virtual std::optional<engine::ApplyResult> apply_saved(const plan::SavedPlan& saved, const PlanRequest& request,
                                                         const Decide& derived, engine::Observer& observer,
                                                         Diagnostics& diags) = 0;
  /// Changes the stored state under the lock (state mv, rm, import, doubt): `change` returns false to leave it alone.
  /// True if the state was stored or nothing was to be changed.
  using Change = std::function<bool(State&, Diagnostics&)>;
  virtual bool modify_state(std::string_view operation, const LockOptions& lock, const Change& change, Diagnostics& diags) = 0;
  /// Open intents of the journal, after folding what is settled.
  virtual std::vector<journal::Doubt> doubts(Diagnostics& diags) = 0;
  /// Settles one doubt: `object` null says that the effect never happened (or the object is gone).
  virtual bool settle_doubt(const journal::Doubt& doubt, state::ObjectRef object, Diagnostics& diags) = 0;
  virtual engine::Context context(engine::Observer& observer) = 0;
  /// Root variable values, converted and marked, for console and offline evaluation.
  virtual engine::Options options(Diagnostics& diags) = 0;
  virtual plan::IdentityContext identity_context(const State& state) = 0;
  /// Identity of a plan made by this session.
  virtual std::string identity(const Plan& plan) = 0;
};

/// A session over the configuration snapshot inside a saved plan. The returned session keeps what it needs alive.
std::unique_ptr<Session> saved_session(World& world, SourceFiles& sources, const Workspace& workspace,
                                       const plan::SavedPlan& saved, Diagnostics& diags);

/// Records in the data directory that a plan file with these bytes was made here.
Result<void> remember_plan(World& world, const std::string& data_directory, std::string_view bytes);
/// True if the plan file was made here, or if no plan ever was (another machine's data directory): then only deriving
/// it again protects it. False: the file is not one of those made here, so it was edited or replaced.
bool plan_is_known(World& world, const std::string& data_directory, std::string_view bytes);

/// The world's failure as a diagnostic that says what we were doing.
void report(Diagnostics& diags, DiagCode code, const Error& error, std::string_view doing, std::string_view advice = {});

}  // namespace terrace::ops
