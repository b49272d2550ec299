// SPDX-License-Identifier: Apache-2.0
// The settings of a project (contract 4): terrace.hcl, or the conventions where there is none, and the seed's
// protection_rules YAML. Only data; loading is settings.cc, conventions.cc, protection_rules.cc.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diag/diagnostic.h"
#include "hcl/parser.h"
#include "value/value.h"
#include "world/world.h"

namespace terrace::envs {

/// Where a setting comes from: "terrace.hcl:12" or "convention: infrastructure/environments/dev/terraform.tfvars".
using Origin = std::string;

struct Team { std::string name; std::vector<std::string> members; };
struct Member { std::string name; std::string ssh_key; };

struct Requirement { std::string team; int count = 1; };
struct ApprovalRule {
  std::vector<Requirement> require;           ///< each named team
  std::vector<std::string> reviewers;         ///< with `required`: N distinct people out of these (teams are expanded)
  int required = 0;
  std::chrono::seconds wait_timer{0};
  bool prevent_self_review = false;
  std::chrono::seconds expires{std::chrono::hours(24 * 7)};
  bool covers_rollback = false;
  Origin origin;
};
struct HealthCheck {
  std::string name;
  const hcl::Expr* url = nullptr;             ///< any one of url, tcp, command, output
  const hcl::Expr* tcp = nullptr;
  const hcl::Expr* command = nullptr;
  const hcl::Expr* output = nullptr;
  std::chrono::milliseconds within{60'000}, every{2'000};
  int expect = 200;
  std::string body;                           ///< must occur in the answer
  std::chrono::milliseconds max_latency{0};   ///< 0 = any
  Origin origin;
};
struct TestCommand {
  std::string name;
  const hcl::Expr* command = nullptr;
  enum class Phase : std::uint8_t { before_plan, before_apply, after_apply } phase = Phase::after_apply;
  std::chrono::milliseconds within{600'000};
  Origin origin;
};
struct SecretSource { std::string name, env, file; const hcl::Expr* command = nullptr; };
struct Environment {
  std::string name;
  std::string promotes_from;                  ///< empty: the first of its chain
  std::string branch;
  bool protected_set = false, is_protected_setting = false;
  std::vector<std::string> var_files;         ///< relative to the project root
  std::map<std::string, Value> variables;
  std::string workspace;
  enum class OnFailure : std::uint8_t { hold, rollback } on_failed_verify = OnFailure::hold;
  std::vector<std::string> allow_difference;
  std::optional<ApprovalRule> approval;
  std::vector<HealthCheck> health;
  std::vector<TestCommand> tests;
  const hcl::Body* backend = nullptr;
  std::string backend_type;
  std::map<std::string, std::string> credentials;
  std::vector<SecretSource> secrets;
  Origin origin;
  /// Contract 1: has promotes_from, an approval, or protected = true.
  bool is_protected() const { return protected_set ? is_protected_setting || !promotes_from.empty() || approval.has_value() : !promotes_from.empty() || approval.has_value(); }
};
struct Stack { std::string name; std::string path; Origin origin; };

struct Settings {
  std::string name;                           ///< project name; the root directory's name when not given
  std::vector<std::string> metadata;          ///< metadata variables besides the built-in ones
  bool sandbox = false;
  std::string ledger, home, state_key;
  bool manifest_upload = false, is_signed = false;
  std::vector<Team> teams;
  std::vector<Member> members;
  std::vector<Stack> stacks;
  std::vector<Environment> environments;      ///< in promotion order, declaration order among equals
  std::string file;                           ///< terrace.hcl's path, empty when by convention
  std::vector<std::shared_ptr<hcl::File>> syntax;   ///< keeps expressions alive
  /// Approval, protection, order and checks of every environment as canonical JSON: what the ledger remembers (contract 4).
  std::string protection_json() const;
  const Environment* find(std::string_view name) const;
};

/// Names of release metadata variables that every project has (contract 4).
std::vector<std::string> metadata_names(const Settings& settings);

/// Settings of the project at `root`. Errors in `diags`; what could be understood is returned.
Settings load_settings(World& world, SourceFiles& sources, const std::string& root, Diagnostics& diags);

}  // namespace terrace::envs
