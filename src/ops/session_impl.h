// SPDX-License-Identifier: Apache-2.0
// The Session's insides, shared by session.cc (opening), run.cc (plan, apply) and saved.cc (saved plans).
#pragma once
#include "base/digest.h"
#include "ops/ops.h"
#include "world/overlay_files.h"

namespace terrace::ops {

/// A state as read under (or without) the lock, with what storing it again needs.
struct LoadedState {
  State state;
  backend::Stored stored;
  std::unique_ptr<journal::Journal> journal;   ///< open when there is one, or when `for_writing`
  std::vector<journal::Doubt> doubts;
  bool recovered = false;                      ///< differs from what the backend holds
};

class SessionImpl : public Session {
 public:
  SessionImpl(World& world, SourceFiles& sources, Workspace workspace)
      : world_(world), sources_(sources), workspace_(std::move(workspace)) {}
  bool load(Diagnostics& diags);

  const Config& config() const override { return config_; }
  provider::ProviderSource& providers() override { return *providers_; }
  backend::Backend& backend() override;
  sandbox::Sandbox* sandbox() override { return sandbox_; }
  State read_state(Diagnostics& diags) override;
  plan::SchemaLookup schemas() override;
  void validate(Diagnostics& diags) override;
  engine::PlanResult plan(const PlanRequest& request, engine::Observer& observer, Diagnostics& diags) override;
  std::optional<engine::ApplyResult> apply(const PlanRequest& request, const Decide& decide, engine::Observer& observer,
                                           Diagnostics& diags) override;
  plan::SavedPlan save(const engine::PlanResult& result, const PlanRequest& request) override;
  std::optional<engine::ApplyResult> apply_saved(const plan::SavedPlan& saved, const PlanRequest& request,
                                                 const Decide& derived, engine::Observer& observer,
                                                 Diagnostics& diags) override;
  bool modify_state(std::string_view operation, const LockOptions& lock, const Change& change, Diagnostics& diags) override;
  std::vector<journal::Doubt> doubts(Diagnostics& diags) override;
  bool settle_doubt(const journal::Doubt& doubt, state::ObjectRef object, Diagnostics& diags) override;
  engine::Context context(engine::Observer& observer) override;
  engine::Options options(Diagnostics& diags) override;
  plan::IdentityContext identity_context(const State& state) override;
  std::string identity(const Plan& plan) override;

  /// For a session on a saved plan: owns the plan's files and the world that shows them.
  std::unique_ptr<plan::SavedPlan> saved_files_;
  std::unique_ptr<world::OverlayFileSystem> overlay_;
  std::unique_ptr<World> overlay_world_;

 private:
  bool open_backend(Diagnostics& diags);
  std::optional<LoadedState> load_state(bool for_writing, Diagnostics& diags);
  std::unique_ptr<backend::StateLock> lock(const LockOptions& options, std::string_view operation, Diagnostics& diags);
  bool engine_options(const PlanRequest& request, engine::Options& options, Diagnostics& diags);
  engine::PlanResult make_plan(const PlanRequest& request, LoadedState& loaded, engine::Observer& observer, Diagnostics& diags);
  std::optional<engine::ApplyResult> execute(const Plan& plan, LoadedState& loaded, const engine::Options& options,
                                             engine::Observer& observer, Diagnostics& diags);
  bool store(State& state, LoadedState& loaded, Diagnostics& diags);
  void check_configuration(Diagnostics& diags);
  void settle_by_refresh(LoadedState& loaded, const Plan& plan, Diagnostics& diags);

  World& world_;
  SourceFiles& sources_;
  Workspace workspace_;
  Config config_;
  std::unique_ptr<provider::ProviderSource> providers_;
  sandbox::Sandbox* sandbox_ = nullptr;
  std::unique_ptr<backend::Backend> backend_;
  bool checked_ = false;
  std::optional<std::map<std::string, config::VariableOrigin>> given_;
  std::string read_text_;                      ///< state text the last plan was made from, for save()
  engine::Observer silent_;
};

}  // namespace terrace::ops
