// SPDX-License-Identifier: Apache-2.0
// The life of a deployment as one pure function: production and the tests that enumerate it call the same step().
// Every event is a ledger entry; a deployment is the fold of its entries, nothing else is stored.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "envs/settings.h"
#include "ledger/ledger.h"

namespace terrace::envs {

enum class Status : std::uint8_t {
  planning, planned, waiting, approved, applying, verifying, verified, failed, in_doubt, rejected, cancelled, superseded, rolled_back
};
std::string_view status_text(Status status);
std::optional<Status> parse_status(std::string_view text);
/// Nothing more can happen to it by itself.
bool is_final(Status status);

/// passed failed warning not_run, nothing else (contract 2).
enum class CheckStatus : std::uint8_t { passed, failed, warning, not_run };
std::string_view check_status_text(CheckStatus status);
struct Check {
  std::string name;
  CheckStatus status = CheckStatus::not_run;
  std::string evidence, started_at, finished_at;
};
/// At least one passed, none failed, none not_run.
bool verifies(const std::vector<Check>& checks);

struct Decision {
  std::string who, identity, comment, at;
  std::vector<std::string> teams;       ///< of the rule, that this person belongs to
  std::string plan_identity;
};
/// What an approval must satisfy, fixed when the plan was made (contract 5): part of what approvers sign.
struct Needs {
  std::vector<Requirement> require;
  std::vector<std::string> reviewers;
  int required = 0;
  std::string not_before;               ///< wait timer's end, RFC 3339, empty: none
  std::string expires_at;
  bool prevent_self_review = false;
  bool any() const { return !require.empty() || required > 0 || !not_before.empty(); }
};

enum class Verb : std::uint8_t { deploy, promote, rollback, destroy, adopt, protection };
std::string_view verb_text(Verb verb);

struct Deployment {
  std::uint64_t number = 0;
  std::string environment, stack;
  Verb verb = Verb::deploy;
  Status status = Status::planning;
  bool simulated = false;
  std::string content, revision, branch;      ///< release
  bool dirty = false;
  std::string source_environment;             ///< of a promotion
  std::uint64_t source_deployment = 0;
  std::uint64_t rolls_back = 0;               ///< the deployment that this one undoes
  std::string actor, author, started_at, finished_at;
  std::map<std::string, std::string> metadata;   ///< injected release metadata
  std::string plan_identity, lineage, nonce, policy;
  bool has_changes = false, metadata_only = false;
  std::map<std::string, std::int64_t> counts;  ///< add change destroy metadata
  Needs needs;
  std::vector<Decision> approvals;
  std::vector<Check> gates, checks;
  std::uint64_t serial = 0;
  std::string state_hash;
  std::string provider_leaves;                ///< JSON: metadata leaves of provider configurations (contract 5)
  std::string message;                        ///< why it failed, was rejected, superseded
  std::uint64_t by = 0;                       ///< the deployment that superseded or rolled this one back
  std::string break_glass;
};

enum class EventKind : std::uint8_t {
  started, gates, planned, approval, rejection, cancellation, applying, applied, apply_failed, doubt, settled, checked, superseded, rolled_back
};
std::string_view event_text(EventKind kind);
std::optional<EventKind> parse_event(std::string_view text);
struct Event {
  EventKind kind;
  Deployment facts;          ///< the fields this kind of event sets
  Decision decision;         ///< approval, rejection
  std::string at;
};
/// Why an event cannot happen now: one sentence.
struct Refusal { std::string reason; };
using Step = std::variant<Deployment, Refusal>;
/// The deployment after `event`, or why not. Pure.
Step step(const Deployment& before, const Event& event);

/// What is still missing, as `status` shows it: "1 of security-team", "until 2026-01-02T03:04:05Z". Empty: complete.
std::vector<std::string> missing(const Deployment& deployment, std::string_view now);
bool expired(const Deployment& deployment, std::string_view now);

// --- to and from ledger entries ---
ledger::Entry to_entry(const Deployment& before, const Event& event, const std::string& actor, const std::string& identity);
std::optional<Event> from_entry(const ledger::Entry& entry);

/// All deployments and the accepted protection, folded from entries in order.
class Book {
 public:
  void add(const std::vector<ledger::Entry>& entries);
  const std::map<std::uint64_t, Deployment>& deployments() const { return deployments_; }
  const Deployment* find(std::uint64_t number) const;
  std::uint64_t next_number() const { return deployments_.empty() ? 1 : deployments_.rbegin()->first + 1; }
  /// The last deployment of an environment that reached the cloud (applied or later), or null.
  const Deployment* current(std::string_view environment) const;
  /// The last verified one, not counting `except`.
  const Deployment* last_verified(std::string_view environment, std::uint64_t except = 0) const;
  /// One that is not final, newest first, or null.
  const Deployment* open(std::string_view environment) const;
  /// Accepted copy of the protection as canonical JSON, empty if none yet (contract 4).
  const std::string& protection() const { return protection_; }
  std::uint64_t seq() const { return seq_; }
  const std::string& head() const { return head_; }

 private:
  std::map<std::uint64_t, Deployment> deployments_;
  std::string protection_, head_;
  std::uint64_t seq_ = 0;
};

}  // namespace terrace::envs
