// SPDX-License-Identifier: Apache-2.0
// status, history, health: what is, what was, checks now (contract 2).
#include <charconv>

#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "cli/environment_commands.h"
#include "envs/manifest.h"
#include "state/file.h"

namespace terrace::cli {

namespace {
using envs::Deployment;

class Silent : public envs::Reporter {
 public:
  void line(std::string_view) override {}
  void plan(const Plan&) override {}
  engine::Observer& observer() override { return observer_; }

 private:
  engine::Observer observer_;
};

void write_release(JsonWriter& json, const Deployment& d) {
  json.key("release").begin_object().member("id", "r-" + d.content.substr(0, 12)).member("content", "sha256:" + d.content).member("revision", d.revision).member("dirty", d.dirty).end_object();
}
void write_checks(JsonWriter& json, const std::vector<envs::Check>& checks) {
  json.key("checks").begin_array();
  for (const auto& check : checks) json.begin_object().member("name", check.name).member("status", envs::check_status_text(check.status)).member("evidence", check.evidence).end_object();
  json.end_array();
}
/// Managed instances: data sources are read, not owned.
std::size_t managed_count(const State& state) {
  std::size_t count = 0;
  for (const auto& [address, resource] : state.resources()) {
    if (address.resource.mode == addrs::Mode::managed) count += resource->instances.size();
  }
  return count;
}
std::string health_of(const std::vector<envs::Check>& checks) {
  std::string status = checks.empty() ? "not_run" : "passed";
  for (const auto& check : checks) {
    if (check.status == envs::CheckStatus::failed) return "failed";
    if (check.status == envs::CheckStatus::not_run) status = "not_run";
    if (check.status == envs::CheckStatus::warning && status == "passed") status = "warning";
  }
  return status;
}

/// Lineage, serial and content against what the ledger last recorded (contract 1).
std::string outside_change(const State& state, const Deployment& d) {
  if (d.lineage.empty() || state.lineage.empty()) return {};
  if (state.lineage != d.lineage) return "another state (lineage) lies there";
  if (state.serial != d.serial) return format("serial {} recorded, {} found", d.serial, state.serial);
  if (!d.state_hash.empty() && base::sha256_hex(state::write_state(state, state::StateFormat::compact)) != d.state_hash) return "its content differs from what was recorded";
  return {};
}
}  // namespace

int run_status(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 1);
  if (!command) return kBadRequest;
  envs::Project& project = *command->project;
  Silent silent;
  envs::Deployer deployer(project, silent, {});
  auto folded = deployer.book();
  if (!folded) {
    ops::report(command->diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return command->finish(envs::Ending::failed);
  }
  const envs::Book& book = **folded;
  std::string text, human;
  JsonWriter json(text, 2);
  std::string now = world::rfc3339(invocation.world.clock.now());
  json.begin_object().member("format_version", "1.0").member("project", project.settings().name).key("environments").begin_array();
  for (const auto& environment : project.settings().environments) {
    if (!command->arguments.positional().empty()) {
      const auto* wanted = project.environment(command->arguments.positional()[0], command->diags);
      if (wanted == nullptr) return command->finish(envs::Ending::bad_request);
      if (wanted->name != environment.name) continue;
    }
    const Deployment* current = book.current(environment.name);
    State state;
    std::string state_path = world::join_path(project.data_directory(environment), "terraform.tfstate");
    if (invocation.world.files.stat(state_path).kind == world::FileKind::regular) {
      auto bytes = invocation.world.files.read(state_path);
      auto parsed = bytes ? state::parse_state(std::move(*bytes)) : Result<State>(bytes.error());
      if (parsed) state = std::move(*parsed);
      else command->diags.warning(DiagCode::state_unreadable, format("The state of {} cannot be read: {}.", environment.name, parsed.error().message));
    }
    json.begin_object().member("name", environment.name).member("stack", project.stack().name).key("promotes_from");
    if (environment.promotes_from.empty()) json.null();
    else json.string(environment.promotes_from);
    json.member("simulated", project.sandbox());
    std::string line = format("{:<10} ", environment.name);
    std::string changed;
    if (current != nullptr) {
      write_release(json, *current);
      json.key("deployment").begin_object().member("number", static_cast<std::int64_t>(current->number)).member("status", envs::status_text(current->status));
      json.member("plan_identity", current->plan_identity).member("finished_at", current->finished_at).end_object();
      std::string health = health_of(current->checks);
      json.key("health").begin_object().member("status", health);
      write_checks(json, current->checks);
      json.end_object();
      changed = outside_change(state, *current);
      std::string approved;
      for (const auto& approval : current->approvals) approved += (approved.empty() ? "  approved by " : ", ") + approval.who;
      line += format("r-{}  {}  {}{}", current->content.substr(0, 12), envs::status_text(current->status), base::count_of(managed_count(state), "resource"), approved);
    } else {
      json.key("release").null().key("deployment").null().key("health").begin_object().member("status", "not_run").key("checks").begin_array().end_array().end_object();
      line += "nothing deployed";
    }
    json.key("drift").null().key("waiting").begin_array();
    for (const auto& [number, d] : book.deployments()) {
      if (d.environment != environment.name || d.status != envs::Status::waiting) continue;
      json.begin_object().member("number", static_cast<std::int64_t>(number)).member("plan_identity", d.plan_identity).key("needs").begin_array();
      std::string needs;
      for (const auto& one : envs::missing(d, now)) {
        json.string(one);
        needs += (needs.empty() ? "" : ", ") + one;
      }
      json.end_array().member("since", d.started_at).end_object();
      line += format("\n           deployment {} waits: {}", number, needs);
    }
    json.end_array().member("resources", static_cast<std::int64_t>(managed_count(state))).key("locked_by").null().key("changed_outside");
    if (changed.empty()) json.null();
    else json.string(changed);
    json.end_object();
    if (!changed.empty()) line += format("\n           changed outside Terrace: {}", changed);
    human += line + "\n";
  }
  json.end_array().end_object();
  out(invocation.world, command->view.json ? text + "\n" : human);
  command->view.json = false;
  return command->finish(envs::Ending::done);
}

int run_history(Invocation& invocation, const std::vector<std::string>& words) {
  static constexpr Flag kFlags[] = {{"env", FlagKind::value, "ENV", "Only this environment."}, {"manifest", FlagKind::boolean, "", "The manifest of deployment N."},
                                    {"plan", FlagKind::boolean, "", "What deployment N planned."}, {"log", FlagKind::boolean, "", "Every ledger entry of deployment N."}};
  auto command = open_project(invocation, kFlags, words, 0, 1);
  if (!command) return kBadRequest;
  Silent silent;
  envs::Deployer deployer(*command->project, silent, {});
  auto folded = deployer.book();
  if (!folded) {
    ops::report(command->diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return command->finish(envs::Ending::failed);
  }
  const envs::Book& book = **folded;
  World& world = invocation.world;
  if (!command->arguments.positional().empty()) {
    std::uint64_t number = 0;
    const std::string& given = command->arguments.positional()[0];
    std::from_chars(given.data(), given.data() + given.size(), number);
    const Deployment* d = book.find(number);
    if (d == nullptr) {
      command->diags.error(DiagCode::deployment_unknown, format("There is no deployment {}.", given));
      return command->finish(envs::Ending::bad_request);
    }
    if (command->arguments.flag("manifest")) {
      auto written = world.files.read(world::join_path(command->project->run_directory(number), "manifest.json"));
      out(world, written ? *written : envs::manifest_json(*d, Value::null(Type::dynamic()), book.head()) + "\n");
      return command->finish(envs::Ending::done);
    }
    if (command->arguments.flag("plan")) {
      auto written = world.files.read(world::join_path(command->project->run_directory(number), "plan.txt"));
      if (written) out(world, *written);
      else command->diags.warning(DiagCode::deployment_unknown, format("Deployment {} has no plan on this machine.", number));
      return command->finish(envs::Ending::done);
    }
    if (command->arguments.flag("log")) {
      auto* ledger = command->project->ledger(command->diags);
      auto entries = ledger != nullptr ? ledger->entries() : Result<std::vector<ledger::Entry>>(Error{});
      if (entries) {
        for (const auto& entry : *entries) {
          if (entry.deployment == number) out(world, format("{}  {}  {} by {}\n", entry.seq, entry.at, entry.kind, entry.actor));
        }
      }
      return command->finish(envs::Ending::done);
    }
    if (command->view.json) {
      out(world, envs::manifest_json(*d, Value::null(Type::dynamic()), book.head()) + "\n");
      return kDone;
    }
    std::string text = format("Deployment {}: {} of r-{} to {}, {}\n", number, envs::verb_text(d->verb), d->content.substr(0, 12), d->environment, envs::status_text(d->status));
    if (!d->revision.empty()) text += format("  revision       {}{}\n", d->revision, d->dirty ? " (dirty)" : "");
    if (!d->source_environment.empty()) text += format("  promoted from  {} (deployment {})\n", d->source_environment, d->source_deployment);
    text += format("  by             {} at {}\n", d->actor, d->started_at);
    if (!d->plan_identity.empty()) text += format("  plan identity  {}\n", d->plan_identity);
    if (!d->counts.empty()) {
      auto count = [&](const char* name) { auto it = d->counts.find(name); return it == d->counts.end() ? 0 : it->second; };
      text += format("  plan           {} to add, {} to change, {} to destroy, {} metadata updates\n", count("add"), count("change"), count("destroy"), count("metadata"));
    }
    for (const auto& approval : d->approvals) text += format("  approved by    {} at {} ({}){}\n", approval.who, approval.at, approval.identity, approval.comment.empty() ? "" : ": " + approval.comment);
    for (const auto& check : d->gates) text += format("  gate           {} {}: {}\n", check.name, envs::check_status_text(check.status), check.evidence);
    for (const auto& check : d->checks) text += format("  check          {} {}: {}\n", check.name, envs::check_status_text(check.status), check.evidence);
    if (!d->message.empty()) text += format("  note           {}\n", d->message);
    if (d->by != 0) text += format("  followed by    deployment {}\n", d->by);
    out(world, text);
    return command->finish(envs::Ending::done);
  }
  std::string text, human;
  JsonWriter json(text, 2);
  json.begin_object().key("deployments").begin_array();
  auto only = command->arguments.value("env");
  for (auto it = book.deployments().rbegin(); it != book.deployments().rend(); ++it) {
    const Deployment& d = it->second;
    if (only && d.environment != *only) continue;
    json.begin_object().member("number", static_cast<std::int64_t>(d.number)).member("environment", d.environment).member("stack", d.stack).member("verb", envs::verb_text(d.verb));
    write_release(json, d);
    json.member("status", envs::status_text(d.status)).member("plan_identity", d.plan_identity).member("actor", d.actor).member("started_at", d.started_at).member("finished_at", d.finished_at);
    json.member("simulated", d.simulated).end_object();
    human += format("{:>4}  {:<10} {:<9} r-{}  {:<12} {}  {}{}\n", d.number, d.environment, envs::verb_text(d.verb), d.content.substr(0, 12), envs::status_text(d.status), d.started_at, d.actor,
                    d.message.empty() ? "" : "  (" + d.message + ")");
  }
  json.end_array().end_object();
  out(world, command->view.json ? text + "\n" : human.empty() ? "Nothing has been deployed yet.\n" : human);
  return command->finish(envs::Ending::done);
}

int run_health(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 1);
  if (!command) return kBadRequest;
  Silent silent;
  envs::Deployer deployer(*command->project, silent, {});
  bool failed = false;
  std::string text;
  JsonWriter json(text, 2);
  json.begin_object().key("environments").begin_array();
  for (const auto& environment : command->project->settings().environments) {
    if (!command->arguments.positional().empty()) {
      const auto* wanted = command->project->environment(command->arguments.positional()[0], command->diags);
      if (wanted == nullptr) return command->finish(envs::Ending::bad_request);
      if (wanted->name != environment.name) continue;
    }
    auto checks = deployer.check_now(environment, command->diags);
    json.begin_object().member("name", environment.name).member("status", health_of(checks));
    write_checks(json, checks);
    json.end_object();
    if (!command->view.json && checks.empty()) out(invocation.world, format("{:<10} no health checks\n", environment.name));
    for (const auto& check : checks) {
      failed = failed || check.status == envs::CheckStatus::failed || check.status == envs::CheckStatus::not_run;
      if (!command->view.json) out(invocation.world, format("{:<10} {} {}: {}\n", environment.name, check.name, envs::check_status_text(check.status), check.evidence));
    }
  }
  json.end_array().end_object();
  if (command->view.json) out(invocation.world, text + "\n");
  return command->finish(failed ? envs::Ending::failed : envs::Ending::done);
}

}  // namespace terrace::cli
