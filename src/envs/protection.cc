// SPDX-License-Identifier: Apache-2.0
// Protection as the ledger remembers it: reading its rules back, and telling whether a change of it loosens anything.
#include <set>

#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "envs/deploy_internal.h"

namespace terrace::envs {

namespace {
struct Accepted {
  std::optional<base::JsonDocument> document;
  explicit Accepted(const std::string& text) {
    auto parsed = base::JsonDocument::parse(text.empty() ? "{}" : text);
    if (parsed) document.emplace(std::move(*parsed));
  }
  JsonValue root() const { return document ? document->root() : JsonValue(); }
};
std::set<std::string> texts(JsonValue list) {
  std::set<std::string> found;
  for (std::size_t i = 0; i < list.size(); ++i) found.emplace(list.at(i).string());
  return found;
}
}  // namespace

std::string policy_digest(const std::string& protection) { return base::sha256_hex(protection); }

std::optional<ApprovalRule> accepted_rule(const std::string& protection, const std::string& environment) {
  Accepted accepted(protection);
  JsonValue approval = accepted.root()["environments"][environment]["approval"];
  if (!approval.exists()) return std::nullopt;
  ApprovalRule rule;
  JsonValue require = approval["require"];
  for (std::size_t i = 0; i < require.size(); ++i) rule.require.push_back({std::string(require.key(i)), static_cast<int>(require.member(i).integer().value_or(1))});
  JsonValue reviewers = approval["reviewers"];
  for (std::size_t i = 0; i < reviewers.size(); ++i) rule.reviewers.emplace_back(reviewers.at(i).string());
  rule.required = static_cast<int>(approval["required"].integer().value_or(0));
  rule.wait_timer = std::chrono::seconds(approval["wait_timer"].integer().value_or(0));
  rule.expires = std::chrono::seconds(approval["expires"].integer().value_or(0));
  rule.prevent_self_review = approval["prevent_self_review"].boolean();
  rule.covers_rollback = approval["covers_rollback"].boolean();
  return rule;
}

std::vector<std::string> accepted_teams(const std::string& protection, const std::string& who) {
  std::vector<std::string> teams;
  Accepted accepted(protection);
  JsonValue listed = accepted.root()["teams"];
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (texts(listed.member(i)).count(who) != 0) teams.emplace_back(listed.key(i));
  }
  return teams;
}

std::vector<std::string> loosened(const std::string& accepted_text, const std::string& next_text) {
  Accepted accepted(accepted_text), next(next_text);
  std::vector<std::string> found;
  JsonValue old_environments = accepted.root()["environments"], new_environments = next.root()["environments"];
  if (accepted.root()["signed"].boolean() && !next.root()["signed"].boolean()) found.emplace_back("decisions need no signature any more");
  JsonValue old_teams = accepted.root()["teams"], new_teams = next.root()["teams"];
  for (std::size_t i = 0; i < old_teams.size(); ++i) {
    auto before = texts(old_teams.member(i));
    for (const auto& member : texts(new_teams[old_teams.key(i)])) {
      if (before.count(member) == 0) found.push_back(format("{} is added to team {}", member, old_teams.key(i)));
    }
  }
  for (std::size_t i = 0; i < old_environments.size(); ++i) {
    std::string name(old_environments.key(i));
    JsonValue before = old_environments.member(i), after = new_environments[name];
    if (!after.exists()) {
      if (before["protected"].boolean()) found.push_back(format("{} is no environment any more", name));
      continue;
    }
    if (before["protected"].boolean() && !after["protected"].boolean()) found.push_back(format("{} is not protected any more", name));
    if (!before["promotes_from"].string().empty() && before["promotes_from"].string() != after["promotes_from"].string()) {
      found.push_back(format("{} no longer promotes from {}", name, before["promotes_from"].string()));
    }
    if (!before["branch"].string().empty() && before["branch"].string() != after["branch"].string() && before["protected"].boolean()) {
      found.push_back(format("{} is no longer bound to branch {}", name, before["branch"].string()));
    }
    auto checks = texts(after["checks"]);
    for (const auto& check : texts(before["checks"])) {
      if (checks.count(check) == 0 && before["protected"].boolean()) found.push_back(format("{} is no longer checked by {}", name, check));
    }
    JsonValue old_rule = before["approval"], new_rule = after["approval"];
    if (!old_rule.exists()) continue;
    if (!new_rule.exists()) {
      found.push_back(format("{} needs no approval any more", name));
      continue;
    }
    JsonValue require = old_rule["require"];
    for (std::size_t j = 0; j < require.size(); ++j) {
      auto wanted = require.member(j).integer().value_or(0), now = new_rule["require"][require.key(j)].integer().value_or(0);
      if (now < wanted) found.push_back(format("{} needs {} instead of {} of {}", name, now, wanted, require.key(j)));
    }
    auto reviewers = texts(old_rule["reviewers"]);
    for (const auto& reviewer : texts(new_rule["reviewers"])) {
      if (reviewers.count(reviewer) == 0 && !reviewers.empty()) found.push_back(format("{} may review {}", reviewer, name));
    }
    if (new_rule["required"].integer().value_or(0) < old_rule["required"].integer().value_or(0)) found.push_back(format("{} needs fewer reviewers", name));
    if (new_rule["wait_timer"].integer().value_or(0) < old_rule["wait_timer"].integer().value_or(0)) found.push_back(format("{} waits for a shorter time", name));
    if (old_rule["prevent_self_review"].boolean() && !new_rule["prevent_self_review"].boolean()) found.push_back(format("{} allows self review", name));
    if (!old_rule["covers_rollback"].boolean() && new_rule["covers_rollback"].boolean()) found.push_back(format("{} rolls back without approval", name));
    if (new_rule["expires"].integer().value_or(0) > old_rule["expires"].integer().value_or(0)) found.push_back(format("approvals of {} last longer", name));
  }
  return found;
}

bool branch_contains(World& world, const std::string& root, const std::string& branch, const std::string& revision) {
  for (const std::string& name : {branch, "origin/" + branch}) {
    world::ProcessSpec spec;
    spec.argv = {"git", "-C", root, "merge-base", "--is-ancestor", revision, name};
    spec.env = world.env;
    spec.timeout = std::chrono::seconds(30);
    auto done = world.processes.run(spec);
    if (done && done->exit_code == 0) return true;
  }
  return false;
}

Reversibility reversibility(const plan::ResourceChange& change) {
  // Types whose destruction loses what people stored in them.
  static const std::set<std::string_view> kData = {"aws_db_instance", "aws_rds_cluster", "aws_s3_bucket", "aws_s3_object", "aws_dynamodb_table", "aws_efs_file_system", "aws_ebs_volume",
                                                   "aws_secretsmanager_secret", "aws_secretsmanager_secret_version", "aws_kms_key", "aws_cloudwatch_log_group", "aws_sqs_queue", "local_file"};
  bool destroys = change.action == plan::Action::remove || plan::is_replace(change.action);
  if (destroys && kData.count(change.address.resource.type.text()) != 0) return Reversibility::data_loss;
  return destroys ? Reversibility::replacing : Reversibility::reversible;
}
std::string_view reversibility_text(Reversibility value) {
  switch (value) {
    case Reversibility::reversible: return "reversible";
    case Reversibility::replacing: return "replacing";
    case Reversibility::data_loss: return "data loss";
  }
  return "";
}

}  // namespace terrace::envs
