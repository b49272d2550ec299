// SPDX-License-Identifier: Apache-2.0
// env list, env check, env diff, doctor (contract 2): offline; what only a provider or data source can tell is undetermined.
#include "base/format.h"
#include "base/strings.h"
#include "cli/environment_commands.h"
#include "state/file.h"
#include "value/print.h"

namespace terrace::cli {

int run_env_list(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 0);
  if (!command) return kBadRequest;
  std::string text, human;
  JsonWriter json(text, 2);
  json.begin_object().key("environments").begin_array();
  for (const auto& environment : command->project->settings().environments) {
    json.begin_object().member("name", environment.name).key("promotes_from");
    if (environment.promotes_from.empty()) json.null();
    else json.string(environment.promotes_from);
    json.member("protected", environment.is_protected()).member("branch", environment.branch).member("origin", environment.origin).key("var_files").begin_array();
    for (const auto& file : environment.var_files) json.string(file);
    json.end_array().end_object();
    human += format("{:<12}{:<16}{:<11} {}\n", environment.name, environment.promotes_from.empty() ? "" : "from " + environment.promotes_from, environment.is_protected() ? "protected" : "",
                    environment.origin);
  }
  json.end_array().end_object();
  out(invocation.world, command->view.json ? text + "\n" : human.empty() ? "The project has no environments.\n" : human);
  return command->finish(envs::Ending::done);
}

namespace {
/// Evaluates one environment without a provider call; diagnostics are its own.
std::optional<engine::Evaluated> evaluate(EnvironmentInvocation& command, const envs::Environment& environment, Diagnostics& diags) {
  // Metadata that a deployment would inject stands in, so that its absence is no mistake.
  std::map<std::string, Value> metadata;
  for (const auto& name : envs::metadata_names(command.project->settings())) {
    Marks marks;
    marks.add({MarkKind::metadata, name});
    metadata.emplace(name, Value::string("metadata").with_marks(marks));
  }
  ops::Workspace workspace = command.project->workspace(environment, metadata);
  workspace.needs = ops::Workspace::Needs::configuration;
  auto session = ops::Session::open(command.invocation.world, command.invocation.sources, workspace, diags);
  if (!session) return std::nullopt;
  config::check(session->config(), session->providers(), command.invocation.sources, diags);
  engine::Options options = session->options(diags);
  if (diags.has_errors()) return std::nullopt;
  engine::Observer silent;
  return engine::evaluate_offline(session->context(silent), options, diags);
}
}  // namespace

int run_env_check(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 1000);
  if (!command) return kBadRequest;
  std::vector<const envs::Environment*> wanted;
  for (const auto& name : command->arguments.positional()) {
    const auto* environment = command->project->environment(name, command->diags);
    if (environment == nullptr) return command->finish(envs::Ending::bad_request);
    wanted.push_back(environment);
  }
  if (wanted.empty()) {
    for (const auto& environment : command->project->settings().environments) wanted.push_back(&environment);
  }
  if (wanted.empty()) {
    command->diags.error(DiagCode::environment_unknown, "The project has no environments to check.");
    return command->finish(envs::Ending::bad_request);
  }
  bool failed = false;
  std::string text;
  JsonWriter json(text, 2);
  json.begin_object().key("environments").begin_array();
  // The same mistake in every environment is told once; the line of an environment counts its own.
  std::map<std::string, std::vector<std::string>> where;
  Diagnostics all;
  for (const auto* environment : wanted) {
    Diagnostics found;
    auto evaluated = evaluate(*command, *environment, found);
    auto sorted = found.sorted(invocation.sources);
    std::int64_t errors = 0, warnings = 0;
    for (const auto& diagnostic : sorted) (diagnostic.severity == Severity::error ? errors : warnings)++;
    failed = failed || errors > 0;
    json.begin_object().member("name", environment->name).member("status", errors > 0 ? "failed" : evaluated && !evaluated->undetermined.empty() ? "undetermined" : "passed");
    json.member("errors", errors).member("warnings", warnings).key("undetermined").begin_array();
    if (evaluated) {
      for (const auto& one : evaluated->undetermined) json.string(one);
    }
    json.end_array().key("diagnostics").begin_array();
    for (const auto& diagnostic : sorted) diag::write_json(json, diagnostic, invocation.sources);
    json.end_array().end_object();
    if (!command->view.json) {
      std::size_t undetermined = evaluated ? evaluated->undetermined.size() : 0;
      out(invocation.world, format("{:<12}{}{}{}\n", environment->name, errors > 0 ? base::count_of(static_cast<std::uint64_t>(errors), "error") : "no errors",
                                   warnings > 0 ? ", " + base::count_of(static_cast<std::uint64_t>(warnings), "warning") : "",
                                   undetermined > 0 ? format(", {} values undetermined until a provider or data source tells", undetermined) : ""));
      for (auto diagnostic : sorted) {
        diagnostic.detail = format("[{}] {}", environment->name, diagnostic.detail);
        all.add(std::move(diagnostic));
      }
    }
  }
  json.end_array().end_object();
  if (command->view.json) {
    out(invocation.world, text + "\n");
    return failed ? kFailed : kDone;
  }
  command->diags.append(std::move(all));
  return command->finish(failed ? envs::Ending::failed : envs::Ending::done);
}

int run_env_diff(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 2, 2);
  if (!command) return kBadRequest;
  const auto* a = command->project->environment(command->arguments.positional()[0], command->diags);
  const auto* b = command->project->environment(command->arguments.positional()[1], command->diags);
  if (a == nullptr || b == nullptr) return command->finish(envs::Ending::bad_request);
  auto left = evaluate(*command, *a, command->diags), right = evaluate(*command, *b, command->diags);
  if (!left || !right || command->diags.has_errors()) return command->finish(envs::Ending::failed);
  struct Difference { std::string kind, name, before, after, origin_a, origin_b; bool declared; };
  std::vector<Difference> differences;
  std::size_t folded = 0;
  auto declared = [&](const std::string& name) {
    for (const auto* environment : {a, b}) {
      for (const auto& pattern : environment->allow_difference) {
        if (pattern == name || (pattern.ends_with('*') && name.starts_with(pattern.substr(0, pattern.size() - 1)))) return true;
      }
    }
    return false;
  };
  auto compare = [&](std::string_view kind, const std::map<std::string, Value>& x, const std::map<std::string, Value>& y) {
    auto add = [&](const std::string& name, const Value* before, const Value* after) {
      std::string full = kind == "variable" ? "var." + name : kind == "local" ? "local." + name : kind == "output" ? "output." + name : name;
      auto origin = [&](const engine::Evaluated& from) {
        auto found = from.origins.find(full);
        return found == from.origins.end() ? std::string() : found->second;
      };
      if (declared(full)) {
        ++folded;
        return;
      }
      differences.push_back({std::string(kind), full, before == nullptr ? "" : value::print(*before), after == nullptr ? "" : value::print(*after), origin(*left), origin(*right), false});
    };
    for (const auto& [name, value] : x) {
      auto other = y.find(name);
      if (other == y.end()) add(name, &value, nullptr);
      else if (!value.same(other->second)) add(name, &value, &other->second);
    }
    for (const auto& [name, value] : y) {
      if (x.count(name) == 0) add(name, nullptr, &value);
    }
  };
  compare("variable", left->variables, right->variables);
  compare("local", left->locals, right->locals);
  compare("resource", left->resources, right->resources);
  compare("output", left->outputs, right->outputs);
  std::string text;
  JsonWriter json(text, 2);
  json.begin_object().member("from", a->name).member("to", b->name).key("differences").begin_array();
  for (const auto& one : differences) {
    json.begin_object().member("kind", one.kind).member("name", one.name).member("from", one.before).member("to", one.after).member("from_origin", one.origin_a).member("to_origin", one.origin_b).end_object();
  }
  json.end_array().member("declared", static_cast<std::int64_t>(folded)).end_object();
  if (command->view.json) {
    out(invocation.world, text + "\n");
  } else {
    for (const auto& one : differences) {
      auto short_form = [](const std::string& value) { return value.empty() ? std::string("(absent)") : value.find('\n') != std::string::npos ? std::string("{…}") : value; };
      out(invocation.world, format("{:<10}{}: {} -> {}{}\n", one.kind, one.name, short_form(one.before), short_form(one.after),
                                   one.origin_a.empty() && one.origin_b.empty() ? "" : format("   ({} | {})", one.origin_a, one.origin_b)));
    }
    out(invocation.world, differences.empty() ? format("{} and {} do not differ.\n", a->name, b->name) : format("{} differences between {} and {}{}.\n", differences.size(), a->name, b->name,
                                                                                                               folded > 0 ? format(", {} more are declared", folded) : ""));
  }
  command->view.json = false;
  int exit = command->finish(envs::Ending::done);
  return exit == kDone && !differences.empty() ? 2 : exit;
}

int run_doctor(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 1);
  if (!command) return kBadRequest;
  envs::Project& project = *command->project;
  World& world = invocation.world;
  int problems = 0;
  auto say = [&](std::string_view name, std::string_view value) { out(world, format("{:<22}{}\n", name, value)); };
  auto problem = [&](std::string text) {
    ++problems;
    out(world, format("problem: {}\n", text));
  };
  say("project", project.settings().name);
  say("root", project.root());
  say("settings", project.settings().file.empty() ? "by convention (no terrace.hcl)" : project.settings().file);
  say("stack", project.stack().path + " (" + project.stack().origin + ")");
  say("sandbox", project.sandbox() ? "yes: every provider with a schema pack is simulated" : "no");
  say("home", project.home());
  auto* ledger = project.ledger(command->diags);
  if (ledger != nullptr) {
    auto entries = ledger->entries();
    if (entries) {
      auto found = ledger::verify(*entries);
      say("ledger", found.sound() ? format("{} entries, head {}", found.entries, found.head.substr(0, 16)) : "broken");
      if (!found.sound()) problem("the ledger: " + found.problem);
    }
  }
  say("decisions", project.settings().is_signed ? "signed" : "asserted (no signatures)");
  for (const auto& environment : project.settings().environments) {
    say("environment " + environment.name, format("{}{}{}", environment.is_protected() ? "protected" : "open", environment.promotes_from.empty() ? "" : ", from " + environment.promotes_from,
                                                  environment.var_files.empty() ? "" : ", " + environment.var_files.front()));
    if (environment.var_files.empty() && environment.variables.empty()) problem(format("environment {} has no variable file", environment.name));
    for (const auto& file : environment.var_files) {
      if (world.files.stat(world::join_path(project.root(), file)).kind != world::FileKind::regular) problem(format("{} of environment {} does not exist", file, environment.name));
    }
  }
  for (const char* tool : {"git", "ssh-keygen"}) {
    world::ProcessSpec spec;
    spec.argv = {"/bin/sh", "-c", std::string("command -v ") + tool};
    spec.env = world.env;
    auto found = world.processes.run(spec);
    bool present = found && found->exit_code == 0;
    say(tool, present ? base::trim(found->out) : std::string_view("not installed"));
    if (!present && std::string_view(tool) == "git") problem("git is not installed: releases carry no revision");
  }
  say("isolation", "none: providers run in this process (built-in and sandbox)");
  bool in_git = world.files.stat(world::join_path(project.root(), ".git")).kind != world::FileKind::none;
  if (in_git && project.settings().home.empty() && !project.sandbox()) problem("state and ledger lie inside the work tree (.terrace): `git clean -xfd` would delete them; set `home` in the project block");
  if (problems == 0) out(world, "no problems found\n");
  return command->finish(envs::Ending::done);
}

}  // namespace terrace::cli
