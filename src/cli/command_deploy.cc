// SPDX-License-Identifier: Apache-2.0
// deploy, promote, approve, reject, cancel, rollback, resume, env adopt: arguments in, a Deployer call, exit codes out.
#include <charconv>

#include "base/format.h"
#include "cli/environment_commands.h"
#include "plan/render.h"

namespace terrace::cli {

namespace {

/// Lines for people; with -json one object a line.
class DeployView : public envs::Reporter {
 public:
  DeployView(World& world, ViewOptions view) : world_(world), view_(view), progress_(world, quiet(view)) {}
  void line(std::string_view text) override {
    if (!view_.json) {
      out(world_, std::string(text) + "\n");
      return;
    }
    std::string event;
    JsonWriter(event).begin_object().member("type", "progress").member("@timestamp", world::rfc3339(world_.clock.now())).member("@message", text).end_object();
    out(world_, event + "\n");
  }
  void plan(const Plan& plan) override {
    plan::PlanStyle style;
    style.color = view_.color;
    style.width = view_.width;
    style.automation = true;
    style.fold_metadata = true;
    style.show_sensitive = view_.show_sensitive;
    if (view_.json) line(plan::summary_line(plan.counts(), true));
    else out(world_, plan::render_plan(plan, style));
  }
  engine::Observer& observer() override { return progress_; }

 private:
  static ViewOptions quiet(ViewOptions view) {
    view.concise = view.concise || view.json;
    return view;
  }
  World& world_;
  ViewOptions view_;
  ProgressView progress_;
};

constexpr Flag kDecision[] = {{"as", FlagKind::value, "WHO", "Who decides (default: the user)."}, {"comment", FlagKind::value, "TEXT", "Why."}};
constexpr Flag kDeploy[] = {{"release", FlagKind::value, "ID", "A release of the store instead of the tree."},
                            {"plan-only", FlagKind::boolean, "", "Stop after the plan."},
                            {"dry-run", FlagKind::boolean, "", "Stop after the plan."},
                            {"destroy", FlagKind::boolean, "", "Destroy everything in the environment."},
                            {"accept-protection", FlagKind::boolean, "", "Ask the approvers in force to accept looser protection."},
                            {"var", FlagKind::list, "'NAME=VALUE'", "Sets one input variable."},
                            {"lock-timeout", FlagKind::value, "DURATION", "How long to wait for the lock."},
                            {"break-glass", FlagKind::value, "REASON", "Go round the protection; the reason is recorded."},
                            {"auto-approve", FlagKind::boolean, "", "Nothing is asked here; approvals are given by `approve`."}};

std::optional<std::uint64_t> number_of(EnvironmentInvocation& command, const std::string& text) {
  std::uint64_t number = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc() && end == text.data() + text.size() && number > 0) return number;
  command.diags.error(DiagCode::bad_usage, format("\"{}\" is not the number of a deployment. `terrace history` lists them.", text));
  return std::nullopt;
}

envs::Actor actor_of(const EnvironmentInvocation& command) {
  World& world = command.invocation.world;
  std::string user = world.user.empty() ? "unknown" : world.user;
  return {command.arguments.value("as").value_or(user), "asserted"};
}

envs::DeployRequest request_of(EnvironmentInvocation& command) {
  envs::DeployRequest request;
  request.release = command.arguments.value("release").value_or("");
  request.plan_only = command.arguments.flag("plan-only") || command.arguments.flag("dry-run");
  request.destroy = command.arguments.flag("destroy");
  request.break_glass = command.arguments.value("break-glass").value_or("");
  for (const auto& given : command.arguments.list("var")) {
    auto equals = given.find('=');
    if (equals == std::string::npos) command.diags.error(DiagCode::bad_usage, format("-var={}: write NAME=VALUE.", given));
    else request.variables.insert_or_assign(given.substr(0, equals), given.substr(equals + 1));
  }
  if (auto text = command.arguments.value("lock-timeout")) {
    auto ms = parse_duration_ms(*text);
    if (ms) request.lock_timeout = std::chrono::milliseconds(*ms);
    else command.diags.error(DiagCode::bad_usage, format("-lock-timeout={} is no duration; write for example 30s or 5m.", *text));
  }
  return request;
}

template <class F>
int decide(Invocation& invocation, const std::vector<std::string>& words, std::span<const Flag> own, F&& call) {
  auto command = open_project(invocation, own, words, 1, 1);
  if (!command) return kBadRequest;
  auto number = number_of(*command, command->arguments.positional()[0]);
  if (!number) return command->finish(envs::Ending::bad_request);
  DeployView view(invocation.world, command->view);
  envs::Deployer deployer(*command->project, view, actor_of(*command));
  return command->finish(call(deployer, *number, command->arguments, command->diags));
}

}  // namespace

std::unique_ptr<EnvironmentInvocation> open_project(Invocation& invocation, std::span<const Flag> own, const std::vector<std::string>& words, std::size_t min_positional,
                                                    std::size_t max_positional) {
  static constexpr Flag kSandbox[] = {{"sandbox", FlagKind::boolean, "", "Simulate providers and remote backends."}};
  auto all = flags({own, view_flags(), kSandbox});
  auto arguments = parse_arguments(invocation, all, words, max_positional);
  if (!arguments) return nullptr;
  auto command = std::make_unique<EnvironmentInvocation>(EnvironmentInvocation{invocation, std::move(*arguments), {}, nullptr, {}});
  command->view = view_options(invocation.world, command->arguments);
  if (command->arguments.positional().size() < min_positional) {
    command->diags.error(DiagCode::bad_usage, format("This command needs {} argument{}; -help shows which.", min_positional, min_positional == 1 ? "" : "s"));
  } else {
    command->project = envs::Project::find(invocation.world, invocation.sources, command->arguments.flag("sandbox"), command->diags);
  }
  if (command->project) return command;
  command->finish(envs::Ending::bad_request);
  return nullptr;
}

int EnvironmentInvocation::finish(envs::Ending ending) {
  bool errors = print_diagnostics(invocation.world, invocation.sources, diags, view);
  if (errors && ending == envs::Ending::done) ending = envs::Ending::failed;
  return static_cast<int>(ending);
}

int run_deploy(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, kDeploy, words, 0, 1);
  if (!command) return kBadRequest;
  DeployView view(invocation.world, command->view);
  envs::Deployer deployer(*command->project, view, actor_of(*command));
  if (command->arguments.flag("accept-protection")) return command->finish(deployer.propose_protection(command->diags));
  envs::DeployRequest request = request_of(*command);
  if (command->arguments.positional().empty()) command->diags.error(DiagCode::bad_usage, "Name the environment to deploy to: terrace deploy ENV.");
  if (command->diags.has_errors()) return command->finish(envs::Ending::bad_request);
  request.environment = command->arguments.positional()[0];
  return command->finish(deployer.deploy(request, command->diags));
}

int run_promote(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, kDeploy, words, 2, 2);
  if (!command) return kBadRequest;
  DeployView view(invocation.world, command->view);
  envs::Deployer deployer(*command->project, view, actor_of(*command));
  envs::DeployRequest request = request_of(*command);
  if (command->diags.has_errors()) return command->finish(envs::Ending::bad_request);
  const auto& names = command->arguments.positional();
  return command->finish(deployer.promote(names[0], names[1], request.plan_only, request, command->diags));
}

int run_approve(Invocation& invocation, const std::vector<std::string>& words) {
  return decide(invocation, words, kDecision, [](auto& deployer, auto number, const Arguments& arguments, Diagnostics& diags) {
    return deployer.approve(number, arguments.value("comment").value_or(""), diags);
  });
}
int run_reject(Invocation& invocation, const std::vector<std::string>& words) {
  return decide(invocation, words, kDecision, [](auto& deployer, auto number, const Arguments& arguments, Diagnostics& diags) {
    return deployer.reject(number, arguments.value("comment").value_or(""), diags);
  });
}
int run_cancel(Invocation& invocation, const std::vector<std::string>& words) {
  return decide(invocation, words, kDecision, [](auto& deployer, auto number, const Arguments&, Diagnostics& diags) { return deployer.cancel(number, diags); });
}
int run_resume(Invocation& invocation, const std::vector<std::string>& words) {
  static constexpr Flag kWait[] = {{"wait", FlagKind::boolean, "", "Wait for the timer."}, {"as", FlagKind::value, "WHO", "Who acts."}};
  return decide(invocation, words, kWait, [](auto& deployer, auto number, const Arguments& arguments, Diagnostics& diags) {
    return deployer.resume(number, arguments.flag("wait") ? envs::Deployer::Wait::yes : envs::Deployer::Wait::no, diags);
  });
}

int run_rollback(Invocation& invocation, const std::vector<std::string>& words) {
  static constexpr Flag kTo[] = {{"to", FlagKind::value, "N", "To the release of deployment N."}, {"as", FlagKind::value, "WHO", "Who acts."}};
  auto command = open_project(invocation, kTo, words, 1, 1);
  if (!command) return kBadRequest;
  std::uint64_t to = 0;
  if (auto text = command->arguments.value("to")) {
    auto number = number_of(*command, *text);
    if (!number) return command->finish(envs::Ending::bad_request);
    to = *number;
  }
  DeployView view(invocation.world, command->view);
  envs::Deployer deployer(*command->project, view, actor_of(*command));
  return command->finish(deployer.rollback(command->arguments.positional()[0], to, command->diags));
}

int run_env_adopt(Invocation& invocation, const std::vector<std::string>& words) {
  static constexpr Flag kAdopt[] = {{"revision", FlagKind::value, "SHA", "The commit that the state was applied from."}, {"reason", FlagKind::value, "TEXT", "Why the state is trusted."},
                                    {"as", FlagKind::value, "WHO", "Who acts."}};
  auto command = open_project(invocation, kAdopt, words, 1, 1);
  if (!command) return kBadRequest;
  DeployView view(invocation.world, command->view);
  envs::Deployer deployer(*command->project, view, actor_of(*command));
  return command->finish(deployer.adopt(command->arguments.positional()[0], command->arguments.value("revision").value_or(""), command->arguments.value("reason").value_or(""), command->diags));
}

}  // namespace terrace::cli
