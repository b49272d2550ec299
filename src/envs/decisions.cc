// SPDX-License-Identifier: Apache-2.0
// People's decisions: approve, reject, cancel, resume, adopt.
#include "base/digest.h"
#include "base/format.h"
#include "envs/deploy_internal.h"
#include "state/file.h"

namespace terrace::envs {

Ending Deployer::approve(std::uint64_t number, const std::string& comment, Diagnostics& diags) {
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  const Deployment* found = book_.find(number);
  if (found == nullptr) {
    diags.error(DiagCode::deployment_unknown, format("There is no deployment {}. `terrace history` lists them.", number));
    return Ending::bad_request;
  }
  Deployment deployment = *found;
  if (project_.settings().is_signed && actor_.identity == "asserted") {
    diags.error(DiagCode::approval_invalid, "The project takes signed decisions only (signed = true), and signatures are not built yet; nothing was approved.");
    return Ending::refused;
  }
  if (deployment.policy != policy_digest(book_.protection()) && deployment.status == Status::waiting) {
    diags.error(DiagCode::approval_invalid, format("The rules of protection have changed since deployment {} was planned; it can no longer be approved. Deploy again.", number));
    return Ending::refused;
  }
  Decision decision;
  decision.who = actor_.name;
  decision.identity = actor_.identity;
  decision.comment = comment;
  decision.plan_identity = deployment.plan_identity;
  auto teams = accepted_teams(book_.protection(), actor_.name);
  for (const auto& requirement : deployment.needs.require) {
    if (std::find(teams.begin(), teams.end(), requirement.team) != teams.end() || requirement.team == actor_.name) decision.teams.push_back(requirement.team);
  }
  // Reviewers may be teams: then their members review.
  for (const auto& reviewer : deployment.needs.reviewers) {
    if (std::find(teams.begin(), teams.end(), reviewer) != teams.end()) decision.teams.push_back(reviewer);
  }
  if (!record(deployment, EventKind::approval, {}, diags, decision)) return Ending::refused;
  reporter_.line(format("{} approved deployment {} ({}).", actor_.name, number, actor_.identity));
  if (deployment.status != Status::approved) {
    std::string needs;
    for (const auto& one : missing(deployment, world::rfc3339(project_.world().clock.now()))) needs += (needs.empty() ? "" : ", ") + one;
    reporter_.line(format("Deployment {} waits: {}.", number, needs));
    return Ending::waiting;
  }
  return resume(number, Wait::no, diags);
}

Ending Deployer::reject(std::uint64_t number, const std::string& comment, Diagnostics& diags) {
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  const Deployment* found = book_.find(number);
  if (found == nullptr) {
    diags.error(DiagCode::deployment_unknown, format("There is no deployment {}. `terrace history` lists them.", number));
    return Ending::bad_request;
  }
  Deployment deployment = *found;
  Decision decision;
  decision.who = actor_.name;
  decision.identity = actor_.identity;
  decision.comment = comment;
  decision.plan_identity = deployment.plan_identity;
  if (!record(deployment, EventKind::rejection, {}, diags, decision)) return Ending::bad_request;
  reporter_.line(format("Deployment {} is rejected; nothing was changed.", number));
  return Ending::done;
}

Ending Deployer::cancel(std::uint64_t number, Diagnostics& diags) {
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  const Deployment* found = book_.find(number);
  if (found == nullptr) {
    diags.error(DiagCode::deployment_unknown, format("There is no deployment {}. `terrace history` lists them.", number));
    return Ending::bad_request;
  }
  Deployment deployment = *found;
  Decision decision;
  decision.who = actor_.name;
  if (!record(deployment, EventKind::cancellation, {}, diags, decision)) return Ending::bad_request;
  reporter_.line(format("Deployment {} is cancelled.", number));
  return Ending::done;
}

Ending Deployer::resume(std::uint64_t number, Wait wait, Diagnostics& diags) {
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  const Deployment* found = book_.find(number);
  if (found == nullptr) {
    diags.error(DiagCode::deployment_unknown, format("There is no deployment {}. `terrace history` lists them.", number));
    return Ending::bad_request;
  }
  Deployment deployment = *found;
  World& world = project_.world();
  if (deployment.verb == Verb::protection) {
    if (deployment.status != Status::approved) return Ending::waiting;
    auto* ledger = project_.ledger(diags);
    auto changed = ledger->transact(book_.seq(), [&](const std::vector<ledger::Entry>& news) -> Result<std::vector<ledger::Entry>> {
      book_.add(news);
      ledger::Entry entry;
      entry.kind = "protection";
      entry.actor = actor_.name;
      entry.identity = actor_.identity;
      entry.deployment = number;
      entry.simulated = project_.sandbox();
      entry.body = project_.settings().protection_json();
      if (policy_digest(entry.body) != deployment.content) return Error{ErrorKind::conflict, "the settings have changed since they were proposed"};
      return std::vector<ledger::Entry>{entry};
    });
    if (!changed) {
      ops::report(diags, DiagCode::protection_changed, changed.error(), "Accepting the protection");
      return Ending::refused;
    }
    reporter_.line("The new protection is in force.");
    return Ending::done;
  }
  const Environment* environment = project_.environment(deployment.environment, diags);
  if (environment == nullptr) return Ending::bad_request;
  DeployRequest request;
  request.environment = environment->name;
  if (deployment.status == Status::planning) {
    reporter_.line(format("Deployment {} was interrupted while it was planned; it begins again.", number));
    return plan_and_go(std::move(deployment), *environment, request, diags);
  }
  if (is_final(deployment.status)) {
    reporter_.line(format("Deployment {} is {}; there is nothing to go on with.", number, status_text(deployment.status)));
    return deployment.status == Status::rejected ? Ending::refused : Ending::done;
  }
  if (deployment.status == Status::waiting || deployment.status == Status::approved) {
    while (true) {
      std::string now = world::rfc3339(world.clock.now());
      auto open = missing(deployment, now);
      bool only_timer = open.size() == 1 && open.front().starts_with("until ");
      if (open.empty()) break;
      if (wait == Wait::no || !only_timer || world.interrupts.count() > 0) {
        std::string needs;
        for (const auto& one : open) needs += (needs.empty() ? "" : ", ") + one;
        reporter_.line(format("Deployment {} waits: {}.", number, needs));
        return Ending::waiting;
      }
      world.clock.sleep(std::chrono::seconds(1));
    }
  }
  if (deployment.status == Status::in_doubt && !record(deployment, EventKind::settled, {}, diags)) return Ending::failed;
  if (deployment.status == Status::verifying) {
    auto run = open_run(deployment, *environment, request, diags);
    return run ? verify(std::move(deployment), *environment, *run, diags) : Ending::failed;
  }
  return execute(std::move(deployment), *environment, request, diags);
}

Ending Deployer::propose_protection(Diagnostics& diags) {
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  std::string wanted = project_.settings().protection_json();
  auto looser = book_.protection().empty() ? std::vector<std::string>{} : loosened(book_.protection(), wanted);
  if (looser.empty()) {
    if (!accept_protection(diags)) return Ending::failed;
    reporter_.line("The protection of the settings is in force; nobody needs to accept it.");
    return Ending::done;
  }
  // Whoever approves the most protected environment accepts the change: the rule of the last environment that has one.
  Deployment facts;
  facts.verb = Verb::protection;
  facts.content = policy_digest(wanted);
  for (const auto& environment : project_.settings().environments) {
    if (accepted_rule(book_.protection(), environment.name)) facts.environment = environment.name;
  }
  auto rule = accepted_rule(book_.protection(), facts.environment);
  auto started = start(std::move(facts), diags);
  if (!started) return Ending::failed;
  Deployment planned;
  planned.plan_identity = "protection:" + started->content;
  planned.policy = policy_digest(book_.protection());
  planned.nonce = project_.world().random.uuid();
  planned.has_changes = true;
  if (rule) planned.needs = Needs{rule->require, rule->reviewers, rule->required, {}, {}, rule->prevent_self_review};
  if (!planned.needs.any()) planned.needs.required = 1, planned.needs.reviewers = {actor_.name};
  if (!record(*started, EventKind::planned, planned, diags)) return Ending::failed;
  for (const auto& one : looser) reporter_.line("  - " + one);
  reporter_.line(format("Change of protection {} waits for the approvers in force.", started->number));
  return Ending::waiting;
}

Ending Deployer::adopt(std::string_view name, const std::string& revision, const std::string& reason, Diagnostics& diags) {
  const Environment* environment = project_.environment(name, diags);
  if (environment == nullptr) return Ending::bad_request;
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  if (!accept_protection(diags)) return Ending::failed;
  if (book_.current(environment->name) != nullptr) {
    diags.error(DiagCode::deployment_unknown, format("\"{}\" has deployments in the ledger already; adopting is for states that came before it.", environment->name));
    return Ending::bad_request;
  }
  auto captured = project_.capture(diags);
  if (!captured || diags.has_errors()) {
    if (!captured) ops::report(diags, DiagCode::world_failed, captured.error(), "Reading the files of the release");
    return Ending::failed;
  }
  if (auto saved = project_.releases().save(*captured); !saved) {
    ops::report(diags, DiagCode::world_failed, saved.error(), "Keeping the release");
    return Ending::failed;
  }
  Deployment facts;
  facts.environment = environment->name;
  facts.verb = Verb::adopt;
  facts.content = captured->content;
  facts.revision = revision.empty() ? captured->source.revision : revision;
  facts.branch = captured->source.branch;
  facts.dirty = captured->source.dirty;
  facts.author = captured->source.author;
  facts.break_glass = reason;
  auto started = start(std::move(facts), diags);
  if (!started) return Ending::failed;
  DeployRequest request;
  auto run = open_run(*started, *environment, request, diags);
  if (!run) return Ending::failed;
  State state = run->session->read_state(diags);
  Deployment checked;
  if (state.empty() || state.lineage.empty()) {
    diags.error(DiagCode::not_verified, format("There is no state of \"{}\" to adopt; deploy to it instead.", environment->name));
    Deployment failed;
    failed.message = "no state";
    record(*started, EventKind::apply_failed, failed, diags);
    return Ending::bad_request;
  }
  engine::PlanResult planned = run->session->plan(run->plan_request, reporter_.observer(), diags);
  std::string now = world::rfc3339(project_.world().clock.now());
  auto counts = planned.plan.counts();
  bool empty = !diags.has_errors() && planned.plan.complete && counts.add + counts.change + counts.destroy == 0;
  if (!empty && planned.plan.complete) reporter_.plan(planned.plan);
  checked.checks.push_back({"converged", empty ? CheckStatus::passed : CheckStatus::failed,
                            empty ? "the configuration plans no change of the adopted state" : "the configuration would change the adopted state", now, now});
  checked.lineage = state.lineage;
  checked.serial = state.serial;
  checked.state_hash = base::sha256_hex(state::write_state(state, state::StateFormat::compact));
  if (!record(*started, EventKind::checked, checked, diags)) return Ending::failed;
  write_manifest(*started, run.get(), diags);
  reporter_.line(format("Deployment {}: the state of {} is adopted and {}.", started->number, environment->name, status_text(started->status)));
  return started->status == Status::verified ? Ending::done : Ending::failed;
}

std::vector<Check> Deployer::check_now(const Environment& environment, Diagnostics& diags) {
  std::vector<Check> checks;
  ops::Workspace workspace = project_.workspace(environment);
  auto session = ops::Session::open(project_.world(), project_.sources(), workspace, diags);
  if (!session) return checks;
  CheckContext context{project_.world(), project_.sources(), environment, {}, {}, project_.settings().name, project_.root(), {}, {}};
  State state = session->read_state(diags);
  for (const auto& [name, output] : state.outputs) context.outputs.emplace(name, output.sensitive ? output.value.mark(MarkKind::sensitive) : output.value);
  if (auto folded = book()) {
    if (const Deployment* current = (*folded)->current(environment.name)) {
      context.release = {{"id", "r-" + current->content.substr(0, 12)}, {"revision", current->revision}, {"branch", current->branch}};
    }
  }
  if (auto* sandbox = session->sandbox()) {
    if (auto serving = sandbox->serve_load_balancers()) context.resolve = std::move(*serving);
  }
  for (const auto& check : environment.health) checks.push_back(run_health(check, context));
  return checks;
}

}  // namespace terrace::envs
