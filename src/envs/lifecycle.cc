// SPDX-License-Identifier: Apache-2.0
#include "envs/lifecycle.h"

#include <set>

#include "base/format.h"
#include "base/json.h"

namespace terrace::envs {

namespace {
constexpr std::string_view kStatus[] = {"planning", "planned", "waiting", "approved", "applying", "verifying", "verified",
                                        "failed", "in_doubt", "rejected", "cancelled", "superseded", "rolled_back"};
constexpr std::string_view kEvents[] = {"started", "gates", "planned", "approval", "rejection", "cancellation", "applying",
                                        "applied", "apply_failed", "in_doubt", "settled", "checked", "superseded", "rolled_back"};
constexpr std::string_view kVerbs[] = {"deploy", "promote", "rollback", "destroy", "adopt", "protection"};
constexpr std::string_view kChecks[] = {"passed", "failed", "warning", "not_run"};

Refusal refuse(const Deployment& d, std::string_view what) {
  return {format("deployment {} is {}: {}", d.number, status_text(d.status), what)};
}
}  // namespace

std::string_view status_text(Status status) { return kStatus[static_cast<std::size_t>(status)]; }
std::optional<Status> parse_status(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kStatus); ++i) {
    if (kStatus[i] == text) return static_cast<Status>(i);
  }
  return std::nullopt;
}
std::string_view event_text(EventKind kind) { return kEvents[static_cast<std::size_t>(kind)]; }
std::optional<EventKind> parse_event(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kEvents); ++i) {
    if (kEvents[i] == text) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}
std::string_view verb_text(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }
std::string_view check_status_text(CheckStatus status) { return kChecks[static_cast<std::size_t>(status)]; }

bool is_final(Status status) {
  switch (status) {
    case Status::verified:
    case Status::failed:
    case Status::rejected:
    case Status::cancelled:
    case Status::superseded:
    case Status::rolled_back: return true;
    case Status::planning:
    case Status::planned:
    case Status::waiting:
    case Status::approved:
    case Status::applying:
    case Status::verifying:
    case Status::in_doubt: return false;
  }
  return false;
}

bool verifies(const std::vector<Check>& checks) {
  bool passed = false;
  for (const auto& check : checks) {
    if (check.status == CheckStatus::failed || check.status == CheckStatus::not_run) return false;
    passed = passed || check.status == CheckStatus::passed;
  }
  return passed;
}

bool expired(const Deployment& deployment, std::string_view now) {
  return !deployment.needs.expires_at.empty() && deployment.needs.expires_at < now;
}

std::vector<std::string> missing(const Deployment& deployment, std::string_view now) {
  std::vector<std::string> result;
  for (const auto& requirement : deployment.needs.require) {
    std::set<std::string> people;
    for (const auto& approval : deployment.approvals) {
      for (const auto& team : approval.teams) {
        if (team == requirement.team) people.insert(approval.who);
      }
    }
    int left = requirement.count - static_cast<int>(people.size());
    if (left > 0) result.push_back(format("{} of {}", left, requirement.team));
  }
  if (deployment.needs.required > 0) {
    std::set<std::string> people;
    for (const auto& approval : deployment.approvals) people.insert(approval.who);
    int left = deployment.needs.required - static_cast<int>(people.size());
    if (left > 0) result.push_back(format("{} of the reviewers", left));
  }
  if (!deployment.needs.not_before.empty() && now < deployment.needs.not_before) result.push_back("until " + deployment.needs.not_before);
  return result;
}

Step step(const Deployment& before, const Event& event) {
  Deployment next = before;
  const Deployment& facts = event.facts;
  switch (event.kind) {
    case EventKind::started:
      if (before.number != 0) return refuse(before, "it was started already");
      next = facts;
      next.status = Status::planning;
      next.started_at = event.at;
      return next;
    case EventKind::gates:
      if (before.status != Status::planning) return refuse(before, "gates are computed while it is planned");
      next.gates = facts.gates;
      for (const auto& gate : facts.gates) {
        if (gate.status != CheckStatus::failed) continue;
        next.status = Status::failed;
        next.message = format("gate {} failed: {}", gate.name, gate.evidence);
        next.finished_at = event.at;
      }
      return next;
    case EventKind::planned:
      if (before.status != Status::planning) return refuse(before, "it was planned already");
      next.plan_identity = facts.plan_identity;
      next.lineage = facts.lineage;
      next.nonce = facts.nonce;
      next.policy = facts.policy;
      next.needs = facts.needs;
      next.counts = facts.counts;
      next.has_changes = facts.has_changes;
      next.metadata_only = facts.metadata_only;
      next.status = facts.needs.any() ? Status::waiting : Status::planned;
      return next;
    case EventKind::approval: {
      if (before.status != Status::waiting) return refuse(before, "there is nothing to approve");
      if (event.decision.plan_identity != before.plan_identity) return refuse(before, "the approval is for another plan");
      if (expired(before, event.at)) return refuse(before, "the time for approving it is over");
      for (const auto& given : before.approvals) {
        if (given.who == event.decision.who) return refuse(before, event.decision.who + " has approved it already");
      }
      if (before.needs.prevent_self_review && (event.decision.who == before.actor || event.decision.who == before.author)) {
        return refuse(before, event.decision.who + " made this deployment and may not approve it");
      }
      bool reviewer = std::find(before.needs.reviewers.begin(), before.needs.reviewers.end(), event.decision.who) != before.needs.reviewers.end();
      if (event.decision.teams.empty() && !reviewer) return refuse(before, event.decision.who + " is in none of the teams that approve it");
      next.approvals.push_back(event.decision);
      if (missing(next, event.at).empty()) next.status = Status::approved;
      return next;
    }
    case EventKind::rejection:
      if (before.status != Status::waiting && before.status != Status::approved && before.status != Status::planned) return refuse(before, "there is nothing to reject");
      next.status = Status::rejected;
      next.message = event.decision.comment.empty() ? "rejected by " + event.decision.who : format("rejected by {}: {}", event.decision.who, event.decision.comment);
      next.finished_at = event.at;
      return next;
    case EventKind::cancellation:
      if (before.status == Status::applying || before.status == Status::verifying || before.status == Status::in_doubt || is_final(before.status)) {
        return refuse(before, "it can no longer be cancelled");
      }
      next.status = Status::cancelled;
      next.message = "cancelled by " + event.decision.who;
      next.finished_at = event.at;
      return next;
    case EventKind::applying:
      // From in_doubt and applying: the same plan goes on after an interruption (`resume`); the approval was consumed by it.
      if (before.status == Status::waiting) {
        auto open = missing(before, event.at);
        if (!open.empty()) return refuse(before, "it still needs " + open.front());
      } else if (before.status != Status::planned && before.status != Status::approved && before.status != Status::applying && before.status != Status::in_doubt) {
        return refuse(before, "it cannot be applied");
      }
      if (before.status != Status::applying && before.status != Status::in_doubt) {
        if (expired(before, event.at) && before.needs.any()) return refuse(before, "its approval has expired");
        if (facts.plan_identity != before.plan_identity) return refuse(before, "what would be applied is not the plan that was approved");
      }
      next.status = Status::applying;
      return next;
    case EventKind::applied:
      if (before.status != Status::applying) return refuse(before, "it was not being applied");
      next.status = Status::verifying;
      next.serial = facts.serial;
      next.lineage = facts.lineage;
      next.state_hash = facts.state_hash;
      next.provider_leaves = facts.provider_leaves;
      return next;
    case EventKind::apply_failed:
      if (before.status != Status::applying && before.status != Status::planning && before.status != Status::planned && before.status != Status::approved) return refuse(before, "it was not being applied");
      next.status = Status::failed;
      next.message = facts.message;
      next.serial = facts.serial;
      next.finished_at = event.at;
      return next;
    case EventKind::doubt:
      if (before.status != Status::applying) return refuse(before, "it was not being applied");
      next.status = Status::in_doubt;
      next.message = facts.message;
      return next;
    case EventKind::settled:
      if (before.status != Status::in_doubt) return refuse(before, "nothing of it is in doubt");
      next.status = Status::applying;
      return next;
    case EventKind::checked:
      if (before.status != Status::verifying && before.status != Status::planning) return refuse(before, "it has not been applied");
      if (before.status == Status::planning && before.verb != Verb::adopt) return refuse(before, "it has not been applied");
      next.checks = facts.checks;
      next.lineage = facts.lineage.empty() ? before.lineage : facts.lineage;
      if (before.verb == Verb::adopt) next.serial = facts.serial, next.state_hash = facts.state_hash;
      next.status = verifies(facts.checks) ? Status::verified : Status::failed;
      if (next.status == Status::failed) {
        for (const auto& check : facts.checks) {
          if (check.status == CheckStatus::failed || check.status == CheckStatus::not_run) {
            next.message = format("check {} {}: {}", check.name, check_status_text(check.status), check.evidence);
            break;
          }
        }
      }
      next.finished_at = event.at;
      return next;
    case EventKind::superseded:
      if (before.status == Status::applying || before.status == Status::verifying || is_final(before.status)) return refuse(before, "it cannot be superseded");
      next.status = Status::superseded;
      next.by = facts.by;
      next.message = facts.message;
      next.finished_at = event.at;
      return next;
    case EventKind::rolled_back:
      if (before.status != Status::failed && before.status != Status::verified) return refuse(before, "only what was deployed can be rolled back");
      next.status = Status::rolled_back;
      next.by = facts.by;
      next.finished_at = event.at;
      return next;
  }
  return refuse(before, "unknown event");
}

void Book::add(const std::vector<ledger::Entry>& entries) {
  for (const auto& entry : entries) {
    seq_ = entry.seq;
    head_ = entry.hash;
    if (entry.kind == "protection") {
      protection_ = entry.body;
      continue;
    }
    auto event = from_entry(entry);
    if (!event || entry.deployment == 0) continue;
    auto found = deployments_.find(entry.deployment);
    Deployment before = found == deployments_.end() ? Deployment{} : found->second;
    Step after = step(before, *event);
    // An entry that could not have been written (a hand-edited ledger) changes nothing; `ledger verify` names it.
    if (auto* next = std::get_if<Deployment>(&after)) deployments_[entry.deployment] = std::move(*next);
  }
}
const Deployment* Book::find(std::uint64_t number) const {
  auto it = deployments_.find(number);
  return it == deployments_.end() ? nullptr : &it->second;
}
const Deployment* Book::current(std::string_view environment) const {
  for (auto it = deployments_.rbegin(); it != deployments_.rend(); ++it) {
    const Deployment& d = it->second;
    if (d.environment != environment || d.verb == Verb::protection) continue;
    bool applied = d.status == Status::verified || d.status == Status::verifying || d.status == Status::in_doubt || d.status == Status::rolled_back ||
                   (d.status == Status::failed && d.serial != 0);
    if (applied) return &d;
  }
  return nullptr;
}
const Deployment* Book::last_verified(std::string_view environment, std::uint64_t except) const {
  for (auto it = deployments_.rbegin(); it != deployments_.rend(); ++it) {
    const Deployment& d = it->second;
    if (d.environment == environment && d.status == Status::verified && d.number != except && d.verb != Verb::protection && d.verb != Verb::destroy) return &d;
  }
  return nullptr;
}
const Deployment* Book::open(std::string_view environment) const {
  for (auto it = deployments_.rbegin(); it != deployments_.rend(); ++it) {
    const Deployment& d = it->second;
    if (d.environment == environment && !is_final(d.status) && d.verb != Verb::protection) return &d;
  }
  return nullptr;
}

}  // namespace terrace::envs
