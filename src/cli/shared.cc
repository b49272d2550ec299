// SPDX-License-Identifier: Apache-2.0
// What several commands need: checked arguments, the workspace of Terraform's verbs, plan options.
#include "base/format.h"
#include "base/strings.h"
#include "cli/command.h"
#include "envs/project.h"

namespace terrace::cli {

std::optional<Arguments> parse_arguments(Invocation& invocation, std::span<const Flag> flags, const std::vector<std::string>& words, std::size_t max_positional) {
  Arguments arguments(flags, words);
  Diagnostics diags;
  for (const auto& problem : arguments.errors()) diags.error(DiagCode::bad_usage, problem + " Run the command with -help for its flags.");
  if (arguments.positional().size() > max_positional) {
    diags.error(DiagCode::bad_usage, max_positional == 0 ? format("This command takes no arguments besides flags; \"{}\" is one too many.", arguments.positional()[0])
                                                         : format("Too many arguments: \"{}\" is one too many. Run the command with -help.", arguments.positional()[max_positional]));
  }
  if (print_diagnostics(invocation.world, invocation.sources, diags, view_options(invocation.world, arguments))) return std::nullopt;
  return arguments;
}

std::string data_directory(const World& world) {
  std::string set = world.variable("TF_DATA_DIR");
  return set.empty() ? ".terraform" : set;
}

std::string workspace_name(World& world, const std::string& data_directory) {
  std::string set = world.variable("TF_WORKSPACE");
  if (!set.empty()) return set;
  auto recorded = world.files.read(world::join_path(data_directory, "environment"), 4096);
  std::string name = recorded ? std::string(base::trim(*recorded)) : "";
  return name.empty() ? "default" : name;
}

std::optional<ops::Workspace> workspace_for(Invocation& invocation, const Arguments& arguments, bool mutating, Diagnostics& diags, int& exit) {
  World& world = invocation.world;
  exit = kFailed;
  ops::Workspace workspace;
  std::string wanted = world.variable("TERRACE_SANDBOX");
  bool sandbox = arguments.flag("sandbox", !wanted.empty() && wanted != "0" && wanted != "false");
  auto environment_name = arguments.value("env");
  std::unique_ptr<envs::Project> project;
  bool at_root = !invocation.as_terraform && envs::is_project_root(world, ".");
  if (environment_name || at_root) {
    project = envs::Project::find(world, invocation.sources, sandbox, diags);
    if (!project) {
      exit = kBadRequest;
      return std::nullopt;
    }
  }
  if (environment_name) {
    const envs::Environment* environment = project->environment(*environment_name, diags);
    if (environment == nullptr) {
      exit = kBadRequest;
      return std::nullopt;
    }
    if (mutating && environment->is_protected()) {
      auto reason = arguments.value("break-glass");
      if (!reason || reason->empty()) {
        diags.error(DiagCode::environment_protected,
                    format("\"{}\" is protected: it is changed by `terrace promote` and `terrace rollback`, which check and record. To change it all the same, give -break-glass=REASON; "
                           "the reason is recorded.", environment->name));
        exit = kRefused;
        return std::nullopt;
      }
      if (auto* ledger = project->ledger(diags)) {
        auto recorded = ledger->transact(UINT64_MAX >> 1, [&](const std::vector<ledger::Entry>&) -> Result<std::vector<ledger::Entry>> {
          ledger::Entry entry;
          entry.kind = "break_glass";
          entry.actor = world.user;
          entry.identity = "asserted";
          entry.environment = environment->name;
          entry.stack = project->stack().name;
          entry.simulated = project->sandbox();
          entry.body.clear();
          JsonWriter(entry.body).begin_object().member("reason", *reason).end_object();
          return std::vector<ledger::Entry>{entry};
        });
        if (!recorded) ops::report(diags, DiagCode::ledger_failed, recorded.error(), "Recording the reason");
      }
      if (diags.has_errors()) return std::nullopt;
    }
    workspace = project->workspace(*environment);
  } else if (project) {
    workspace.directory = world::relative_path(world.files.absolute("."), project->stack_directory());
    workspace.data_directory = data_directory(world);
    workspace.sandbox = project->sandbox();
    workspace.sandbox_root = project->home();
  } else {
    workspace.data_directory = data_directory(world);
    workspace.sandbox = sandbox;
    workspace.sandbox_root = ".terrace/sandbox";
  }
  if (!environment_name) workspace.workspace_name = workspace_name(world, workspace.data_directory);
  workspace.original_directory = invocation.original_directory;
  workspace.local.path = arguments.value("state").value_or("");
  workspace.local.out_path = arguments.value("state-out").value_or("");
  workspace.local.backup_path = arguments.value("backup").value_or("");
  for (const auto& [name, value] : arguments.in_order()) {
    if (name == "var") workspace.variables.given.push_back({config::VariableOptions::Given::Kind::var, value});
    if (name == "var-file") workspace.variables.given.push_back({config::VariableOptions::Given::Kind::file, value});
  }
  std::string input = world.variable("TF_INPUT");
  workspace.variables.prompt = arguments.flag("input", input != "0" && input != "false") && world.terminal.can_prompt();
  return workspace;
}

ops::PlanRequest plan_request(const Arguments& arguments, Diagnostics& diags) {
  ops::PlanRequest request;
  bool destroy = arguments.flag("destroy"), refresh_only = arguments.flag("refresh-only");
  request.refresh = arguments.flag("refresh", true);
  if (destroy && refresh_only) diags.error(DiagCode::bad_usage, "-destroy and -refresh-only cannot be used together: one removes objects, the other only looks at them.");
  if (refresh_only && !request.refresh) diags.error(DiagCode::bad_usage, "-refresh-only and -refresh=false cannot be used together: nothing would be done.");
  request.targets = arguments.list("target");
  request.replace = arguments.list("replace");
  if (!request.replace.empty() && (destroy || refresh_only)) diags.error(DiagCode::bad_usage, "-replace cannot be used with -destroy or -refresh-only.");
  request.mode = destroy ? plan::Mode::destroy : refresh_only ? plan::Mode::refresh_only : plan::Mode::normal;
  if (auto text = arguments.value("parallelism")) {
    char* end = nullptr;
    long n = std::strtol(text->c_str(), &end, 10);
    if (end == text->c_str() || *end != '\0' || n < 0 || n > 10000) diags.error(DiagCode::bad_usage, format("-parallelism={} is not a number of operations.", *text));
    else request.parallelism = static_cast<int>(std::max(1L, n));
  }
  request.lock.lock = arguments.flag("lock", true);
  if (auto text = arguments.value("lock-timeout")) {
    auto ms = parse_duration_ms(*text);
    if (!ms) diags.error(DiagCode::bad_usage, format("-lock-timeout={} is no duration; write for example 30s or 5m.", *text));
    else request.lock.timeout = std::chrono::milliseconds(*ms);
  }
  return request;
}

}  // namespace terrace::cli
