// SPDX-License-Identifier: Apache-2.0
// From a wish to a plan: the release, the gates before a plan may be applied, and what it needs.
#include "envs/deploy.h"

#include "base/digest.h"
#include "base/format.h"
#include "envs/deploy_internal.h"
#include "hcl/format.h"
#include "plan/identity.h"
#include "plan/render.h"
#include "value/json.h"

namespace terrace::envs {

Result<Book*> Deployer::book() {
  Diagnostics ignored;
  auto* ledger = project_.ledger(ignored);
  if (ledger == nullptr) return Error{ErrorKind::io, ignored.sorted(project_.sources()).front().detail};
  book_.add(TRY(ledger->entries(book_.seq())));
  return &book_;
}

bool Deployer::record(Deployment& deployment, EventKind kind, Deployment facts, Diagnostics& diags, Decision decision) {
  auto* ledger = project_.ledger(diags);
  if (ledger == nullptr) return false;
  std::string refusal;
  Event event{kind, std::move(facts), std::move(decision), world::rfc3339(project_.world().clock.now())};
  auto done = ledger->transact(book_.seq(), [&](const std::vector<ledger::Entry>& news) -> Result<std::vector<ledger::Entry>> {
    book_.add(news);
    Deployment before;
    if (kind == EventKind::started) {
      event.facts.number = book_.next_number();
    } else if (const Deployment* found = book_.find(deployment.number)) {
      before = *found;
    }
    Step after = step(before, event);
    if (auto* refused = std::get_if<Refusal>(&after)) {
      refusal = refused->reason;
      return Error{ErrorKind::conflict, refusal};
    }
    deployment = std::get<Deployment>(after);
    return std::vector<ledger::Entry>{to_entry(before, event, actor_.name, actor_.identity)};
  });
  if (!done) {
    if (!refusal.empty()) diags.error(DiagCode::approval_invalid, refusal + ".");
    else ops::report(diags, DiagCode::ledger_failed, done.error(), "Writing the ledger", "What was being done has been stopped before its next effect.");
    return false;
  }
  book_.add(*done);
  return true;
}

bool Deployer::accept_protection(Diagnostics& diags) {
  auto* ledger = project_.ledger(diags);
  if (ledger == nullptr) return false;
  std::string wanted = project_.settings().protection_json();
  std::vector<std::string> looser;
  auto done = ledger->transact(book_.seq(), [&](const std::vector<ledger::Entry>& news) -> Result<std::vector<ledger::Entry>> {
    book_.add(news);
    if (book_.protection() == wanted) return std::vector<ledger::Entry>{};
    if (!book_.protection().empty()) looser = loosened(book_.protection(), wanted);
    if (!looser.empty()) return std::vector<ledger::Entry>{};
    ledger::Entry entry;
    entry.kind = "protection";
    entry.actor = actor_.name;
    entry.identity = actor_.identity;
    entry.simulated = project_.sandbox();
    entry.body = wanted;
    return std::vector<ledger::Entry>{entry};
  });
  if (!done) {
    ops::report(diags, DiagCode::ledger_failed, done.error(), "Reading the ledger");
    return false;
  }
  book_.add(*done);
  if (!looser.empty()) {
    std::string list;
    for (const auto& one : looser) list += "\n  - " + one;
    diags.warning(DiagCode::protection_changed,
                  format("The project's settings protect less than what was last accepted:{}\nThe accepted protection stays in force. Its own approvers can accept the change: "
                         "`terrace deploy -accept-protection`, then `terrace approve N`.", list));
  }
  return true;
}

std::map<std::string, std::string> Deployer::metadata_for(std::uint64_t number, const release::Source& source, std::string_view promotion_source) const {
  World& world = project_.world();
  auto first = [&](std::initializer_list<const char*> names, std::string fallback) {
    for (const char* name : names) {
      std::string value = world.variable(name);
      if (!value.empty()) return value;
    }
    return fallback;
  };
  std::map<std::string, std::string> metadata;
  metadata["deployment_id"] = first({"DEPLOYMENT_ID"}, format("deploy-{}", number));
  metadata["build_number"] = first({"GITHUB_RUN_NUMBER", "CI_PIPELINE_IID", "BUILD_NUMBER"}, std::to_string(number));
  metadata["git_commit_sha"] = source.revision.empty() ? first({"GITHUB_SHA", "CI_COMMIT_SHA"}, "unknown") : source.revision;
  metadata["git_branch"] = source.branch.empty() ? first({"GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"}, "unknown") : source.branch;
  metadata["deployed_by"] = first({"GITHUB_ACTOR", "GITLAB_USER_LOGIN"}, actor_.name);
  metadata["promotion_source"] = promotion_source;
  return metadata;
}

std::unique_ptr<Deployer::Run> Deployer::open_run(const Deployment& deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags) {
  auto run = std::make_unique<Run>();
  auto files = project_.releases().load(deployment.content);
  if (!files) {
    ops::report(diags, DiagCode::world_failed, files.error(), format("Reading release r-{} from the store", deployment.content.substr(0, 12)));
    return nullptr;
  }
  std::vector<std::string> roots = {project_.root()};
  for (auto& [relative, bytes] : *files) {
    std::string path = world::clean_path(world::join_path(project_.root(), relative));
    if (!path.starts_with(project_.root() + "/")) roots.push_back(world::dir_name(path));
    run->files.emplace(std::move(path), std::move(bytes));
  }
  World& real = project_.world();
  // Everything of the project is shown as the release has it, but Terrace's own home and git.
  std::string base_home = world::join_path(project_.root(), project_.settings().home.empty() ? ".terrace" : project_.settings().home);
  run->overlay = std::make_unique<world::OverlayFileSystem>(real.files, run->files, roots, world::OverlayFileSystem::Others::absent,
                                                            std::vector<std::string>{base_home, world::join_path(project_.root(), ".git")});
  run->world = std::make_unique<World>(World{*run->overlay, real.processes, real.http, real.clock, real.random, real.terminal, real.interrupts, real.env, real.user, real.hostname});
  std::map<std::string, Value> injected;
  for (const auto& [name, text] : deployment.metadata) {
    Marks marks;
    marks.add({MarkKind::metadata, name});
    injected.emplace(name, Value::string(text).with_marks(marks));
  }
  for (const auto& [name, text] : request.variables) injected.insert_or_assign(name, Value::string(text));
  ops::Workspace workspace = project_.workspace(environment, injected);
  workspace.provider_world = &real;
  workspace.deployment_start = world::parse_rfc3339(deployment.started_at);
  workspace.allowed_roots = roots;
  workspace.variables.read_auto_files = true;
  run->session = ops::Session::open(*run->world, project_.sources(), workspace, diags);
  if (!run->session) return nullptr;
  run->plan_request.mode = deployment.verb == Verb::destroy ? plan::Mode::destroy : plan::Mode::normal;
  run->plan_request.lock.timeout = request.lock_timeout;
  run->plan_request.metadata.fold = true;
  if (const Deployment* last = book_.current(environment.name); last != nullptr && !last->provider_leaves.empty()) {
    if (auto document = base::JsonDocument::parse(last->provider_leaves)) {
      JsonValue root = document->root();
      for (std::size_t i = 0; i < root.size(); ++i) run->plan_request.metadata.previous_provider_leaves.emplace(root.key(i), value::parse_simple_json(root.member(i)));
    }
  }
  return run;
}

Needs Deployer::needs_for(const Environment& environment, const Deployment& deployment) {
  Needs needs;
  auto rule = accepted_rule(book_.protection(), environment.name);
  if (!rule || !deployment.break_glass.empty()) return needs;
  if (deployment.verb == Verb::rollback && rule->covers_rollback) return needs;
  needs.require = rule->require;
  needs.reviewers = rule->reviewers;
  needs.required = rule->required;
  needs.prevent_self_review = rule->prevent_self_review;
  auto now = project_.world().clock.now();
  if (rule->wait_timer.count() > 0) needs.not_before = world::rfc3339(now + rule->wait_timer);
  if (needs.any()) needs.expires_at = world::rfc3339(now + rule->expires + rule->wait_timer);
  return needs;
}

std::vector<Check> Deployer::gates(const Deployment& deployment, const Environment& environment, Run& run, Diagnostics& diags) {
  std::vector<Check> result;
  std::string now = world::rfc3339(project_.world().clock.now());
  auto gate = [&](std::string name, CheckStatus status, std::string evidence) { result.push_back({std::move(name), status, std::move(evidence), now, now}); };
  if (deployment.verb == Verb::promote) {
    const Deployment* source = book_.find(deployment.source_deployment);
    bool good = source != nullptr && source->status == Status::verified && source->content == deployment.content;
    gate("source_verified", good ? CheckStatus::passed : CheckStatus::failed,
         good ? format("release r-{} was verified in {} by deployment {}", deployment.content.substr(0, 12), source->environment, source->number)
              : format("release r-{} is not verified in {}", deployment.content.substr(0, 12), deployment.source_environment));
  }
  if (environment.is_protected() && deployment.verb != Verb::rollback) {
    gate("clean_release", deployment.dirty ? CheckStatus::failed : CheckStatus::passed,
         deployment.dirty ? "files of the release differ from the commit; commit them and deploy again" : deployment.revision.empty() ? "content only, no git" : "every file is as in " + deployment.revision.substr(0, 12));
  }
  if (!environment.branch.empty() && !deployment.revision.empty() && deployment.verb != Verb::rollback) {
    bool contained = branch_contains(project_.world(), project_.root(), environment.branch, deployment.revision);
    // A branch rule binds protected environments; elsewhere it tells.
    CheckStatus status = contained ? CheckStatus::passed : environment.is_protected() ? CheckStatus::failed : CheckStatus::warning;
    gate("branch", status, format("{} {} {}", environment.branch, contained ? "contains" : "does not contain", deployment.revision.substr(0, 12)));
  }
  std::size_t unformatted = 0, seen = 0;
  for (const auto& [path, bytes] : run.files) {
    if (!path.ends_with(".tf") && !path.ends_with(".tfvars")) continue;
    SourceFiles sources;
    Diagnostics ignored;
    FileId id = sources.add(path, bytes);
    ++seen;
    if (hcl::format_source(sources, id, ignored) != bytes) ++unformatted;
  }
  gate("format", unformatted == 0 ? CheckStatus::passed : CheckStatus::warning,
       unformatted == 0 ? format("{} files are in canonical style", seen) : format("{} of {} files are not in canonical style (`terrace fmt -recursive`)", unformatted, seen));
  Diagnostics found;
  run.session->validate(found);
  bool valid = !found.has_errors();
  gate("validate", valid ? CheckStatus::passed : CheckStatus::failed, valid ? "the configuration is valid" : "the configuration is not valid");
  diags.append(std::move(found));
  for (const auto& test : environment.tests) {
    if (test.phase != TestCommand::Phase::before_plan) continue;
    CheckContext context{project_.world(), project_.sources(), environment, {}, {}, project_.settings().name, project_.root(), {}, {}};
    result.push_back(run_test(test, context));
    if (result.back().status == CheckStatus::not_run) result.back().status = CheckStatus::failed;
  }
  return result;
}

Ending Deployer::deploy(const DeployRequest& request, Diagnostics& diags) {
  const Environment* environment = project_.environment(request.environment, diags);
  if (environment == nullptr) return Ending::bad_request;
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  if (!accept_protection(diags)) return Ending::failed;
  if (!environment->promotes_from.empty() && request.break_glass.empty() && !request.plan_only) {
    const Deployment* source = book_.last_verified(environment->promotes_from);
    diags.error(DiagCode::environment_protected,
                format("\"{}\" takes only releases that were verified in \"{}\": {}. To change it all the same, give -break-glass=REASON, which is recorded.", environment->name,
                       environment->promotes_from,
                       source == nullptr ? format("deploy there first (`terrace deploy {}`)", environment->promotes_from)
                                         : format("run `terrace promote {} {}`", environment->promotes_from, environment->name)));
    return Ending::refused;
  }
  Deployment facts;
  facts.environment = environment->name;
  facts.verb = request.destroy ? Verb::destroy : Verb::deploy;
  facts.break_glass = request.break_glass;
  if (request.release.empty()) {
    auto captured = project_.capture(diags);
    if (!captured || diags.has_errors()) {
      if (!captured) ops::report(diags, DiagCode::world_failed, captured.error(), "Reading the files of the release");
      return Ending::bad_request;
    }
    if (auto saved = project_.releases().save(*captured); !saved) {
      ops::report(diags, DiagCode::world_failed, saved.error(), "Keeping the release");
      return Ending::failed;
    }
    facts.content = captured->content;
    facts.revision = captured->source.revision;
    facts.branch = captured->source.branch;
    facts.dirty = captured->source.dirty;
    facts.author = captured->source.author;
  } else {
    auto found = project_.releases().find(request.release);
    if (found.size() != 1) {
      diags.error(DiagCode::not_verified, found.empty() ? format("There is no release {} in the store. `terrace history` lists those deployed.", request.release)
                                                        : format("{} could be any of {} releases; give more digits.", request.release, found.size()));
      return Ending::bad_request;
    }
    facts.content = found.front();
    for (const auto& [number, d] : book_.deployments()) {
      if (d.content == facts.content) facts.revision = d.revision, facts.branch = d.branch, facts.dirty = d.dirty, facts.author = d.author;
    }
  }
  auto started = start(std::move(facts), diags);
  return started ? plan_and_go(std::move(*started), *environment, request, diags) : Ending::failed;
}

std::optional<Deployment> Deployer::start(Deployment facts, Diagnostics& diags) {
  facts.stack = project_.stack().name;
  facts.simulated = project_.sandbox();
  facts.actor = actor_.name;
  release::Source source;
  source.revision = facts.revision;
  source.branch = facts.branch;
  facts.metadata = metadata_for(book_.next_number(), source, facts.source_environment);
  Deployment deployment;
  if (!record(deployment, EventKind::started, std::move(facts), diags)) return std::nullopt;
  return deployment;
}

Ending Deployer::plan_and_go(Deployment deployment, const Environment& environment, const DeployRequest& request, Diagnostics& diags) {
  std::string dirty = deployment.dirty ? " (dirty)" : "";
  std::string revision = deployment.revision.empty() ? "" : " at " + deployment.revision.substr(0, 12) + dirty;
  reporter_.line(format("Deployment {}: {} of release r-{}{} to {}{}", deployment.number, verb_text(deployment.verb), deployment.content.substr(0, 12), revision, environment.name,
                        project_.sandbox() ? " (sandbox)" : ""));
  auto fail = [&](std::string message, Ending ending) {
    Deployment facts;
    facts.message = std::move(message);
    Diagnostics quiet;
    record(deployment, EventKind::apply_failed, std::move(facts), quiet);
    return ending;
  };
  auto run = open_run(deployment, environment, request, diags);
  if (!run) return fail("the release cannot be loaded", Ending::failed);
  Diagnostics found;
  Deployment gated;
  gated.gates = gates(deployment, environment, *run, found);
  if (!record(deployment, EventKind::gates, gated, diags)) return Ending::failed;
  for (const auto& gate : gated.gates) {
    reporter_.line(format("  gate {}: {} ({})", gate.name, check_status_text(gate.status), gate.evidence));
  }
  found.append(std::move(diags));
  diags = std::move(found);
  if (deployment.status == Status::failed) {
    diags.error(DiagCode::gate_failed, format("Deployment {} stopped before anything was changed: {}.", deployment.number, deployment.message));
    return diags.has_errors() && deployment.message.starts_with("gate validate") ? Ending::failed : Ending::refused;
  }
  engine::PlanResult planned = run->session->plan(run->plan_request, reporter_.observer(), diags);
  if (diags.has_errors() || !planned.plan.complete) return fail("planning failed", Ending::failed);
  reporter_.plan(planned.plan);
  {
    plan::PlanStyle style;
    style.automation = style.fold_metadata = true;
    std::string directory = project_.run_directory(deployment.number);
    auto kept = project_.world().files.make_directories(directory, world::Mode600::secret);
    if (kept) kept = project_.world().files.write_atomic(world::join_path(directory, "plan.txt"), plan::render_plan(planned.plan, style), world::Mode600::secret);
    if (!kept) diags.warning(DiagCode::world_failed, format("The plan of deployment {} could not be kept: {}.", deployment.number, kept.error().message));
  }
  State prior = planned.plan.prior_state ? *planned.plan.prior_state : State{};
  Deployment facts;
  plan::IdentityContext context = run->session->identity_context(prior);
  if (auto* ledger = project_.ledger(diags)) context.secret_key = ledger->project_key();
  facts.plan_identity = plan::identity(planned.plan, context);
  facts.lineage = prior.lineage;
  facts.nonce = project_.world().random.uuid();
  facts.policy = policy_digest(book_.protection());
  auto counts = planned.plan.counts();
  facts.counts = {{"add", counts.add}, {"change", counts.change}, {"destroy", counts.destroy}, {"metadata", counts.metadata}};
  facts.has_changes = planned.plan.has_changes();
  facts.metadata_only = counts.add + counts.change + counts.destroy + counts.import + counts.forget == 0;
  // Nothing but metadata changes: nobody is asked (contract 5).
  if (!facts.metadata_only) facts.needs = needs_for(environment, deployment);
  if (deployment.verb == Verb::rollback) {
    for (const auto& change : planned.plan.changes) {
      if (change.action == plan::Action::no_op || change.metadata_only) continue;
      reporter_.line(format("  {}: {}", change.address.text(), reversibility_text(reversibility(change))));
    }
  }
  if (request.plan_only) {
    Deployment quiet_facts;
    Diagnostics quiet;
    Decision by;
    by.who = actor_.name;
    record(deployment, EventKind::cancellation, quiet_facts, quiet, by);
    return Ending::done;
  }
  if (!record(deployment, EventKind::planned, facts, diags)) return Ending::failed;
  if (deployment.status == Status::waiting) {
    std::string needs;
    for (const auto& one : missing(deployment, world::rfc3339(project_.world().clock.now()))) needs += (needs.empty() ? "" : ", ") + one;
    reporter_.line(format("Deployment {} waits: {}.", deployment.number, needs));
    reporter_.line(format("Plan identity {}. `terrace approve {}` approves exactly this plan; `terrace history {} -plan` shows it.", deployment.plan_identity, deployment.number, deployment.number));
    return Ending::waiting;
  }
  return execute(std::move(deployment), environment, request, diags);
}

Ending Deployer::promote(std::string_view from, std::string_view to, bool dry_run, const DeployRequest& options, Diagnostics& diags) {
  const Environment* source = project_.environment(from, diags);
  const Environment* target = project_.environment(to, diags);
  if (source == nullptr || target == nullptr) return Ending::bad_request;
  if (target->promotes_from != source->name) {
    diags.error(DiagCode::wrong_order, target->promotes_from.empty() ? format("\"{}\" promotes from no environment; use `terrace deploy {}`.", target->name, target->name)
                                                                     : format("\"{}\" promotes from \"{}\", not from \"{}\".", target->name, target->promotes_from, source->name));
    return Ending::bad_request;
  }
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  if (!accept_protection(diags)) return Ending::failed;
  if (!project_.world().variable("CI").empty() && project_.settings().ledger.empty() && book_.deployments().empty()) {
    diags.error(DiagCode::ledger_failed, "This is a CI job and its ledger is new and empty: what was verified elsewhere is not known here. Keep the ledger between jobs: set `ledger` in "
                                         "the project block to a path that lasts, or run promotions where the ledger is.");
    return Ending::refused;
  }
  const Deployment* current = book_.current(source->name);
  if (current == nullptr || current->status != Status::verified || current->verb == Verb::destroy) {
    diags.error(DiagCode::not_verified, current == nullptr ? format("Nothing has been deployed to \"{}\" yet.", source->name)
                                                           : format("What is deployed in \"{}\" (deployment {}) is {}, not verified{}.", source->name, current->number,
                                                                    status_text(current->status), current->message.empty() ? "" : ": " + current->message));
    return Ending::refused;
  }
  if (current->dirty) {
    diags.error(DiagCode::release_dirty, format("Release r-{} was made from files that differ from their commit. Commit them and deploy \"{}\" again.", current->content.substr(0, 12), source->name));
    return Ending::refused;
  }
  Deployment facts;
  facts.environment = target->name;
  facts.verb = Verb::promote;
  facts.content = current->content;
  facts.revision = current->revision;
  facts.branch = current->branch;
  facts.author = current->author;
  facts.source_environment = source->name;
  facts.source_deployment = current->number;
  facts.break_glass = options.break_glass;
  auto started = start(std::move(facts), diags);
  if (!started) return Ending::failed;
  DeployRequest request = options;
  request.environment = target->name;
  request.plan_only = dry_run;
  return plan_and_go(std::move(*started), *target, request, diags);
}

Ending Deployer::rollback(std::string_view name, std::uint64_t to, Diagnostics& diags) {
  const Environment* environment = project_.environment(name, diags);
  if (environment == nullptr) return Ending::bad_request;
  if (auto folded = book(); !folded) {
    ops::report(diags, DiagCode::ledger_failed, folded.error(), "Reading the ledger");
    return Ending::failed;
  }
  if (!accept_protection(diags)) return Ending::failed;
  const Deployment* current = book_.current(environment->name);
  const Deployment* target = to != 0 ? book_.find(to) : nullptr;
  if (to == 0) {
    for (auto it = book_.deployments().rbegin(); it != book_.deployments().rend(); ++it) {
      const Deployment& d = it->second;
      bool other = current == nullptr || d.content != current->content || current->status != Status::verified;
      if (d.environment == environment->name && d.status == Status::verified && d.verb != Verb::destroy && other && (current == nullptr || d.number != current->number)) {
        target = &d;
        break;
      }
    }
  }
  if (target == nullptr || target->environment != environment->name || target->content.empty()) {
    diags.error(DiagCode::rollback_impossible, to != 0 ? format("Deployment {} is no deployment of \"{}\".", to, environment->name)
                                                       : format("There is no earlier verified release of \"{}\" to go back to.", environment->name));
    return Ending::bad_request;
  }
  Deployment facts;
  facts.environment = environment->name;
  facts.verb = Verb::rollback;
  facts.content = target->content;
  facts.revision = target->revision;
  facts.branch = target->branch;
  facts.author = target->author;
  facts.rolls_back = current == nullptr ? 0 : current->number;
  auto started = start(std::move(facts), diags);
  if (!started) return Ending::failed;
  reporter_.line(format("Rolling back {} to release r-{} of deployment {}.", environment->name, target->content.substr(0, 12), target->number));
  DeployRequest request;
  request.environment = environment->name;
  return plan_and_go(std::move(*started), *environment, request, diags);
}

}  // namespace terrace::envs
