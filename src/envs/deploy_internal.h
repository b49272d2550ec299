// SPDX-License-Identifier: Apache-2.0
// What one run of a deployment keeps in hand; shared by deploy.cc, execute.cc, decisions.cc.
#pragma once
#include "envs/checks.h"
#include "envs/deploy.h"
#include "world/overlay_files.h"

namespace terrace::envs {

struct Deployer::Run {
  std::map<std::string, std::string> files;            ///< of the release, absolute path → bytes
  std::unique_ptr<world::OverlayFileSystem> overlay;
  std::unique_ptr<World> world;                        ///< shows the release at its original paths
  std::unique_ptr<ops::Session> session;
  ops::PlanRequest plan_request;
};

/// Reversibility of a rollback action (product 7): what going back costs.
enum class Reversibility : std::uint8_t { reversible, replacing, data_loss };
Reversibility reversibility(const plan::ResourceChange& change);
std::string_view reversibility_text(Reversibility reversibility);

/// SHA-256 of what the ledger remembers of protection.
std::string policy_digest(const std::string& protection);
/// The rule of an environment out of the ledger's accepted protection (contract 4), nothing if it has none.
std::optional<ApprovalRule> accepted_rule(const std::string& protection, const std::string& environment);
/// Teams of `who` by the accepted protection.
std::vector<std::string> accepted_teams(const std::string& protection, const std::string& who);
/// One sentence for every way in which `next` asks for less than `accepted`.
std::vector<std::string> loosened(const std::string& accepted, const std::string& next);

/// Whether a release's revision is contained in `branch`.
bool branch_contains(World& world, const std::string& root, const std::string& branch, const std::string& revision);

}  // namespace terrace::envs
