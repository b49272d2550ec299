// SPDX-License-Identifier: Apache-2.0
// From an approved plan to a verified deployment: apply under the lock exactly what was approved, check, write it down.
#include "base/digest.h"
#include "base/format.h"
#include "envs/deploy_internal.h"
#include "envs/manifest.h"
#include "plan/identity.h"
#include "state/file.h"
#include "value/json.h"

namespace terrace::envs {

namespace {
std::string leaves_json(const std::map<std::string, Value>& leaves) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (const auto& [name, value] : leaves) {
    if (!value.is_wholly_known()) continue;
    json.key(name);
    if (!value::write_simple_json(json, value)) json.null();
  }
  json.end_object();
  return text;
}
}  // namespace

Ending Deployer::execute(Deployment deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags) {
  auto run = open_run(deployment, environment, request, diags);
  if (!run) return Ending::failed;
  for (const auto& test : environment.tests) {
    if (test.phase != TestCommand::Phase::before_apply) continue;
    CheckContext context{project_.world(), project_.sources(), environment, {}, {}, project_.settings().name, project_.root(), {}, {}};
    Check check = run_test(test, context);
    reporter_.line(format("  gate {}: {} ({})", check.name, check_status_text(check.status), check.evidence));
    if (check.status == CheckStatus::passed) continue;
    Deployment facts;
    facts.message = format("gate {} {}: {}", check.name, check_status_text(check.status), check.evidence);
    record(deployment, EventKind::apply_failed, facts, diags);
    diags.error(DiagCode::gate_failed, format("Deployment {} stopped before anything was changed: {}.", deployment.number, facts.message));
    return Ending::refused;
  }
  bool moved = false, written = true;
  std::string leaves;
  auto decide = [&](const engine::PlanResult& planned) {
    if (!planned.plan.complete) return false;
    State prior = planned.plan.prior_state ? *planned.plan.prior_state : State{};
    plan::IdentityContext context = run->session->identity_context(prior);
    if (auto* ledger = project_.ledger(diags)) context.secret_key = ledger->project_key();
    std::string fresh = plan::identity(planned.plan, context);
    bool resumed = deployment.status == Status::applying || deployment.status == Status::in_doubt;
    if (fresh != deployment.plan_identity && !resumed) {
      moved = true;
      reporter_.plan(planned.plan);
      return false;
    }
    Deployment facts;
    facts.plan_identity = resumed ? deployment.plan_identity : fresh;
    // The approval is consumed in the ledger before the first effect (contract 6).
    written = record(deployment, EventKind::applying, facts, diags);
    leaves = leaves_json(planned.provider_metadata_leaves);
    return written;
  };
  auto applied = run->session->apply(run->plan_request, decide, reporter_.observer(), diags);
  if (moved) {
    DeployRequest again = request;
    Deployment facts;
    facts.message = "what is there has changed since the plan was made";
    Deployment next = deployment;
    next.number = 0;
    next.approvals.clear();
    next.gates.clear();
    auto started = start(next, diags);
    if (!started) return Ending::failed;
    facts.by = started->number;
    record(deployment, EventKind::superseded, facts, diags);
    reporter_.line(format("What is there has changed since deployment {} was planned, so its plan is void; deployment {} has the new plan.", deployment.number, started->number));
    return plan_and_go(std::move(*started), environment, again, diags);
  }
  if (!written) return Ending::failed;
  if (!applied) {
    if (deployment.status == Status::applying || !is_final(deployment.status)) {
      Deployment facts;
      facts.message = diags.has_errors() ? "planning again failed" : "it was not applied";
      Diagnostics quiet;
      record(deployment, EventKind::apply_failed, facts, quiet);
    }
    return Ending::failed;
  }
  Deployment facts;
  facts.serial = applied->state.serial;
  facts.lineage = applied->state.lineage;
  facts.provider_leaves = leaves;
  if (!applied->in_doubt.empty()) {
    facts.message = format("{} effects without an answer; `terrace doubt list` names them", applied->in_doubt.size());
    record(deployment, EventKind::doubt, facts, diags);
    return Ending::failed;
  }
  if (diags.has_errors()) {
    facts.message = "apply failed after " + std::to_string(applied->added + applied->changed + applied->destroyed) + " changes";
    record(deployment, EventKind::apply_failed, facts, diags);
    return after_failure(deployment, environment, diags);
  }
  facts.state_hash = base::sha256_hex(state::write_state(applied->state, state::StateFormat::compact));
  if (!record(deployment, EventKind::applied, facts, diags)) return Ending::failed;
  reporter_.line(format("Applied: {} added, {} changed, {} destroyed.", applied->added, applied->changed, applied->destroyed));
  return verify(std::move(deployment), environment, *run, diags);
}

Ending Deployer::verify(Deployment deployment, const Environment& environment, Run& run, Diagnostics& diags) {
  Deployment facts;
  if (deployment.verb != Verb::destroy) {
    Check converged;
    converged.name = "converged";
    converged.started_at = world::rfc3339(project_.world().clock.now());
    Diagnostics found;
    engine::Observer silent;
    engine::PlanResult again = run.session->plan(run.plan_request, silent, found);
    converged.finished_at = world::rfc3339(project_.world().clock.now());
    bool failed = found.has_errors() || !again.plan.complete;
    int left = 0;
    for (const auto& change : again.plan.changes) left += change.action != plan::Action::no_op && !change.metadata_only ? 1 : 0;
    converged.status = failed || left > 0 ? CheckStatus::failed : CheckStatus::passed;
    converged.evidence = failed ? "planning again failed" : left > 0 ? format("planning again finds {} changes", left) : "planning again finds nothing to change";
    facts.checks.push_back(std::move(converged));
    CheckContext context{project_.world(), project_.sources(), environment, {}, {{"id", "r-" + deployment.content.substr(0, 12)}, {"revision", deployment.revision}, {"branch", deployment.branch}},
                         project_.settings().name, project_.root(), {}, {}};
    State state = run.session->read_state(found);
    for (const auto& [name, output] : state.outputs) context.outputs.emplace(name, output.sensitive ? output.value.mark(MarkKind::sensitive) : output.value);
    if (auto* sandbox = run.session->sandbox()) {
      if (auto serving = sandbox->serve_load_balancers()) context.resolve = std::move(*serving);
    }
    for (const auto& check : environment.health) facts.checks.push_back(run_health(check, context));
    for (const auto& test : environment.tests) {
      if (test.phase == TestCommand::Phase::after_apply) facts.checks.push_back(run_test(test, context));
    }
  } else {
    std::string now = world::rfc3339(project_.world().clock.now());
    facts.checks.push_back({"destroyed", CheckStatus::passed, "everything in the state was destroyed", now, now});
  }
  facts.lineage = deployment.lineage;
  for (const auto& check : facts.checks) reporter_.line(format("  check {}: {} ({})", check.name, check_status_text(check.status), check.evidence));
  if (!record(deployment, EventKind::checked, facts, diags)) return Ending::failed;
  write_manifest(deployment, &run, diags);
  if (deployment.status == Status::verified) {
    reporter_.line(format("Deployment {} of {} is verified.", deployment.number, environment.name));
    if (deployment.verb == Verb::rollback && deployment.rolls_back != 0) {
      if (const Deployment* undone = book_.find(deployment.rolls_back); undone != nullptr) {
        Deployment target = *undone;
        Deployment by;
        by.by = deployment.number;
        Diagnostics quiet;
        if (target.status == Status::failed || target.status == Status::verified) record(target, EventKind::rolled_back, by, quiet);
      }
    }
    return Ending::done;
  }
  diags.error(DiagCode::check_failed, format("Deployment {} of {} is not verified: {}.", deployment.number, environment.name, deployment.message));
  return after_failure(deployment, environment, diags);
}

Ending Deployer::after_failure(const Deployment& deployment, const Environment& environment, Diagnostics& diags) {
  if (environment.on_failed_verify != Environment::OnFailure::rollback || deployment.verb == Verb::rollback || deployment.verb == Verb::destroy) return Ending::failed;
  const Deployment* earlier = book_.last_verified(environment.name, deployment.number);
  if (earlier == nullptr) {
    diags.warning(DiagCode::rollback_impossible, format("There is no earlier verified release of \"{}\" to go back to; what was applied stays.", environment.name));
    return Ending::failed;
  }
  std::uint64_t target = earlier->number;
  // What went wrong before is told, but must not look like a failure of the way back.
  Diagnostics back;
  Ending ending = rollback(environment.name, target, back);
  diags.append(std::move(back));
  return ending == Ending::done ? Ending::rolled_back : ending;
}

void Deployer::write_manifest(const Deployment& deployment, Run* run, Diagnostics& diags) {
  std::string head;
  if (auto* ledger = project_.ledger(diags)) head = ledger->head();
  Value environment_config = Value::null(Type::dynamic());
  if (run != nullptr) {
    Diagnostics quiet;
    State state = run->session->read_state(quiet);
    auto found = state.outputs.find("environment_config");
    if (found != state.outputs.end() && !found->second.sensitive) environment_config = found->second.value;
  }
  std::string text = manifest_json(deployment, environment_config, head);
  std::string directory = project_.run_directory(deployment.number);
  auto made = project_.world().files.make_directories(directory, world::Mode600::secret);
  if (made) made = project_.world().files.write_atomic(world::join_path(directory, "manifest.json"), text + "\n", world::Mode600::secret);
  if (!made) {
    diags.warning(DiagCode::world_failed, format("The manifest of deployment {} could not be written: {}. `terrace history {} -manifest` makes it from the ledger.", deployment.number,
                                                 made.error().message, deployment.number));
  }
}

}  // namespace terrace::envs
