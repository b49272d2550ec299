// SPDX-License-Identifier: Apache-2.0
// Events of deployments as ledger entries and back. Fields are only ever added.
#include "base/json.h"
#include "envs/lifecycle.h"

namespace terrace::envs {

namespace {
void write_checks(JsonWriter& json, std::string_view name, const std::vector<Check>& checks) {
  json.key(name).begin_array();
  for (const auto& check : checks) {
    json.begin_object().member("check", check.name).member("status", check_status_text(check.status)).member("evidence", check.evidence);
    json.member("started_at", check.started_at).member("finished_at", check.finished_at).end_object();
  }
  json.end_array();
}
std::vector<Check> read_checks(JsonValue list) {
  std::vector<Check> checks;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonValue one = list.at(i);
    Check check;
    check.name = one["check"].string();
    std::string_view status = one["status"].string();
    for (auto candidate : {CheckStatus::passed, CheckStatus::failed, CheckStatus::warning, CheckStatus::not_run}) {
      if (check_status_text(candidate) == status) check.status = candidate;
    }
    check.evidence = one["evidence"].string();
    check.started_at = one["started_at"].string();
    check.finished_at = one["finished_at"].string();
    checks.push_back(std::move(check));
  }
  return checks;
}
void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const auto& text : texts) json.string(text);
  json.end_array();
}
std::vector<std::string> read_texts(JsonValue list) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) texts.emplace_back(list.at(i).string());
  return texts;
}
std::int64_t number(JsonValue value) { return value.integer().value_or(0); }
}  // namespace

ledger::Entry to_entry(const Deployment& before, const Event& event, const std::string& actor, const std::string& identity) {
  const Deployment& facts = event.facts;
  const Deployment& about = event.kind == EventKind::started ? facts : before;
  ledger::Entry entry;
  entry.at = event.at;
  entry.actor = actor;
  entry.identity = identity;
  entry.kind = event_text(event.kind);
  entry.environment = about.environment;
  entry.stack = about.stack;
  entry.deployment = about.number;
  entry.simulated = about.simulated;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  switch (event.kind) {
    case EventKind::started:
      json.member("verb", verb_text(facts.verb)).member("content", facts.content).member("revision", facts.revision).member("branch", facts.branch);
      json.member("dirty", facts.dirty).member("source_environment", facts.source_environment);
      json.member("source_deployment", static_cast<std::int64_t>(facts.source_deployment)).member("rolls_back", static_cast<std::int64_t>(facts.rolls_back));
      json.member("actor", facts.actor).member("author", facts.author).member("break_glass", facts.break_glass).key("metadata").begin_object();
      for (const auto& [name, value] : facts.metadata) json.member(name, value);
      json.end_object();
      break;
    case EventKind::gates: write_checks(json, "gates", facts.gates); break;
    case EventKind::planned:
      json.member("plan_identity", facts.plan_identity).member("lineage", facts.lineage).member("nonce", facts.nonce).member("policy", facts.policy);
      json.member("has_changes", facts.has_changes).member("metadata_only", facts.metadata_only).key("counts").begin_object();
      for (const auto& [name, n] : facts.counts) json.member(name, n);
      json.end_object().key("needs").begin_object().key("require").begin_object();
      for (const auto& requirement : facts.needs.require) json.member(requirement.team, std::int64_t{requirement.count});
      json.end_object();
      write_texts(json, "reviewers", facts.needs.reviewers);
      json.member("required", std::int64_t{facts.needs.required}).member("not_before", facts.needs.not_before);
      json.member("expires_at", facts.needs.expires_at).member("prevent_self_review", facts.needs.prevent_self_review).end_object();
      break;
    case EventKind::approval:
    case EventKind::rejection:
    case EventKind::cancellation:
      json.member("who", event.decision.who).member("identity", event.decision.identity).member("comment", event.decision.comment);
      json.member("plan_identity", event.decision.plan_identity).member("release", before.content).member("lineage", before.lineage);
      json.member("policy", before.policy).member("nonce", before.nonce).member("expires_at", before.needs.expires_at);
      write_texts(json, "teams", event.decision.teams);
      break;
    case EventKind::applying: json.member("plan_identity", facts.plan_identity); break;
    case EventKind::applied:
      json.member("serial", static_cast<std::int64_t>(facts.serial)).member("lineage", facts.lineage).member("state_hash", facts.state_hash);
      json.member("provider_leaves", facts.provider_leaves);
      break;
    case EventKind::apply_failed: json.member("message", facts.message).member("serial", static_cast<std::int64_t>(facts.serial)); break;
    case EventKind::doubt: json.member("message", facts.message); break;
    case EventKind::settled: break;
    case EventKind::checked:
      write_checks(json, "checks", facts.checks);
      json.member("lineage", facts.lineage).member("serial", static_cast<std::int64_t>(facts.serial)).member("state_hash", facts.state_hash);
      break;
    case EventKind::superseded: json.member("by", static_cast<std::int64_t>(facts.by)).member("message", facts.message); break;
    case EventKind::rolled_back: json.member("by", static_cast<std::int64_t>(facts.by)); break;
  }
  json.end_object();
  entry.body = std::move(body);
  return entry;
}

std::optional<Event> from_entry(const ledger::Entry& entry) {
  auto kind = parse_event(entry.kind);
  auto document = base::JsonDocument::parse(entry.body);
  if (!kind || !document) return std::nullopt;
  JsonValue body = document->root();
  Event event{*kind, {}, {}, entry.at};
  Deployment& facts = event.facts;
  switch (*kind) {
    case EventKind::started: {
      facts.number = entry.deployment;
      facts.environment = entry.environment;
      facts.stack = entry.stack;
      facts.simulated = entry.simulated;
      for (auto verb : {Verb::deploy, Verb::promote, Verb::rollback, Verb::destroy, Verb::adopt, Verb::protection}) {
        if (verb_text(verb) == body["verb"].string()) facts.verb = verb;
      }
      facts.content = body["content"].string();
      facts.revision = body["revision"].string();
      facts.branch = body["branch"].string();
      facts.dirty = body["dirty"].boolean();
      facts.source_environment = body["source_environment"].string();
      facts.source_deployment = static_cast<std::uint64_t>(number(body["source_deployment"]));
      facts.rolls_back = static_cast<std::uint64_t>(number(body["rolls_back"]));
      facts.actor = body["actor"].string();
      facts.author = body["author"].string();
      facts.break_glass = body["break_glass"].string();
      JsonValue metadata = body["metadata"];
      for (std::size_t i = 0; i < metadata.size(); ++i) facts.metadata.emplace(metadata.key(i), metadata.member(i).string());
      break;
    }
    case EventKind::gates: facts.gates = read_checks(body["gates"]); break;
    case EventKind::planned: {
      facts.plan_identity = body["plan_identity"].string();
      facts.lineage = body["lineage"].string();
      facts.nonce = body["nonce"].string();
      facts.policy = body["policy"].string();
      facts.has_changes = body["has_changes"].boolean();
      facts.metadata_only = body["metadata_only"].boolean();
      JsonValue counts = body["counts"];
      for (std::size_t i = 0; i < counts.size(); ++i) facts.counts.emplace(counts.key(i), number(counts.member(i)));
      JsonValue needs = body["needs"];
      JsonValue require = needs["require"];
      for (std::size_t i = 0; i < require.size(); ++i) facts.needs.require.push_back({std::string(require.key(i)), static_cast<int>(number(require.member(i)))});
      facts.needs.reviewers = read_texts(needs["reviewers"]);
      facts.needs.required = static_cast<int>(number(needs["required"]));
      facts.needs.not_before = needs["not_before"].string();
      facts.needs.expires_at = needs["expires_at"].string();
      facts.needs.prevent_self_review = needs["prevent_self_review"].boolean();
      break;
    }
    case EventKind::approval:
    case EventKind::rejection:
    case EventKind::cancellation:
      event.decision.who = body["who"].string();
      event.decision.identity = body["identity"].string();
      event.decision.comment = body["comment"].string();
      event.decision.plan_identity = body["plan_identity"].string();
      event.decision.teams = read_texts(body["teams"]);
      event.decision.at = entry.at;
      break;
    case EventKind::applying: facts.plan_identity = body["plan_identity"].string(); break;
    case EventKind::applied:
      facts.serial = static_cast<std::uint64_t>(number(body["serial"]));
      facts.lineage = body["lineage"].string();
      facts.state_hash = body["state_hash"].string();
      facts.provider_leaves = body["provider_leaves"].string();
      break;
    case EventKind::apply_failed:
      facts.message = body["message"].string();
      facts.serial = static_cast<std::uint64_t>(number(body["serial"]));
      break;
    case EventKind::doubt: facts.message = body["message"].string(); break;
    case EventKind::settled: break;
    case EventKind::checked:
      facts.checks = read_checks(body["checks"]);
      facts.lineage = body["lineage"].string();
      facts.serial = static_cast<std::uint64_t>(number(body["serial"]));
      facts.state_hash = body["state_hash"].string();
      break;
    case EventKind::superseded:
      facts.by = static_cast<std::uint64_t>(number(body["by"]));
      facts.message = body["message"].string();
      break;
    case EventKind::rolled_back: facts.by = static_cast<std::uint64_t>(number(body["by"])); break;
  }
  return event;
}

}  // namespace terrace::envs
