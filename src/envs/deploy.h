// SPDX-License-Identifier: Apache-2.0
// deploy, promote, approve, reject, cancel, rollback, resume: release → plan → gates → approval → apply → checks →
// manifest, every step in the ledger before the next begins (contract 2, 5, 6).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "envs/lifecycle.h"
#include "envs/project.h"

namespace terrace::envs {

/// How a run ended; the exit codes of contract 1.
enum class Ending : std::uint8_t { done = 0, failed = 1, bad_request = 2, waiting = 3, refused = 4, rolled_back = 5 };

/// What people are told while a run goes on. Lines are plain text; the caller decides about colour.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void line(std::string_view text) = 0;         ///< a step: "Release r-3f9c0d12ab34 …"
  virtual void plan(const Plan& plan) = 0;              ///< rendered by the caller, metadata folded
  virtual engine::Observer& observer() = 0;
};

struct DeployRequest {
  std::string environment;
  std::string release;                 ///< id or digest from the store; empty: the tree as it is
  bool plan_only = false, destroy = false;
  std::string break_glass;             ///< reason
  std::map<std::string, std::string> variables;   ///< -var
  std::chrono::milliseconds lock_timeout{0};
  std::string comment;
};

/// Who acts: `-as`, else the user; how that is known.
struct Actor {
  std::string name;
  std::string identity = "asserted";
};

class Deployer {
 public:
  Deployer(Project& project, Reporter& reporter, Actor actor) : project_(project), reporter_(reporter), actor_(std::move(actor)) {}

  Ending deploy(const DeployRequest& request, Diagnostics& diags);
  /// Of the release deployed and verified in `from`. Wrong order: bad_request; unverified, dirty, moved: refused.
  Ending promote(std::string_view from, std::string_view to, bool dry_run, const DeployRequest& options, Diagnostics& diags);
  /// The decision that completes the quorum continues the deployment.
  Ending approve(std::uint64_t number, const std::string& comment, Diagnostics& diags);
  Ending reject(std::uint64_t number, const std::string& comment, Diagnostics& diags);
  Ending cancel(std::uint64_t number, Diagnostics& diags);
  /// To the last verified release before the current one, or that of deployment `to`.
  Ending rollback(std::string_view environment, std::uint64_t to, Diagnostics& diags);
  enum class Wait : std::uint8_t { no, yes };
  Ending resume(std::uint64_t number, Wait wait, Diagnostics& diags);
  /// Asks the accepted approvers to accept looser protection as the tree now has it (contract 4).
  Ending propose_protection(Diagnostics& diags);
  Ending adopt(std::string_view environment, const std::string& revision, const std::string& reason, Diagnostics& diags);
  /// The checks of an environment now (`health`).
  std::vector<Check> check_now(const Environment& environment, Diagnostics& diags);

  /// The folded ledger, up to date.
  Result<Book*> book();

 private:
  struct Run;
  Result<Deployment> append(const Deployment& before, Event event, std::string* refusal);
  bool record(Deployment& deployment, EventKind kind, Deployment facts, Diagnostics& diags, Decision decision = {});
  bool accept_protection(Diagnostics& diags);
  std::optional<Deployment> start(Deployment facts, Diagnostics& diags);
  std::map<std::string, std::string> metadata_for(std::uint64_t number, const release::Source& source, std::string_view promotion_source) const;
  Ending plan_and_go(Deployment deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags);
  Ending execute(Deployment deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags);
  Ending verify(Deployment deployment, const Environment& environment, Run& run, Diagnostics& diags);
  Ending after_failure(const Deployment& deployment, const Environment& environment, Diagnostics& diags);
  std::unique_ptr<Run> open_run(const Deployment& deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags);
  std::vector<Check> gates(const Deployment& deployment, const Environment& environment, Run& run, Diagnostics& diags);
  void write_manifest(const Deployment& deployment, Run* run, Diagnostics& diags);
  Needs needs_for(const Environment& environment, const Deployment& deployment);

  Project& project_;
  Reporter& reporter_;
  Actor actor_;
  Book book_;
};

}  // namespace terrace::envs
