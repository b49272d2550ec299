// SPDX-License-Identifier: Apache-2.0
#include "envs/project.h"

#include <set>

#include "base/format.h"
#include "diag/suggest.h"
#include "envs/conventions.h"
#include "lang/evaluate.h"

namespace terrace::envs {

namespace {
std::string git_top(World& world) {
  std::string directory = world.files.absolute(".");
  while (true) {
    if (world.files.stat(world::join_path(directory, ".git")).kind != world::FileKind::none) return directory;
    std::string parent = world::dir_name(directory);
    if (parent == directory) return {};
    directory = parent;
  }
}
std::string nearest_settings(World& world) {
  std::string directory = world.files.absolute(".");
  while (true) {
    if (world.files.stat(world::join_path(directory, "terrace.hcl")).kind == world::FileKind::regular) return directory;
    std::string parent = world::dir_name(directory);
    if (parent == directory) return {};
    directory = parent;
  }
}
}  // namespace

bool is_project_root(World& world, const std::string& directory) {
  return world.files.stat(world::join_path(directory, "terrace.hcl")).kind == world::FileKind::regular;
}

std::unique_ptr<Project> Project::find(World& world, SourceFiles& sources, bool force_sandbox, Diagnostics& diags) {
  std::unique_ptr<Project> project(new Project(world, sources));
  project->root_ = nearest_settings(world);
  if (project->root_.empty()) project->root_ = git_top(world);
  if (project->root_.empty()) project->root_ = world.files.absolute(".");
  project->settings_ = load_settings(world, sources, project->root_, diags);
  std::string wanted = world.variable("TERRACE_SANDBOX");
  project->sandbox_ = force_sandbox || project->settings_.sandbox || (!wanted.empty() && wanted != "0" && wanted != "false");
  if (diags.has_errors()) return nullptr;
  project->check_states(diags);
  if (diags.has_errors()) return nullptr;
  return project;
}

std::string Project::home() const {
  std::string base = world::join_path(root_, settings_.home.empty() ? ".terrace" : settings_.home);
  return sandbox_ ? world::join_path(base, "sandbox") : base;
}

std::string Project::stack_directory() const { return world::clean_path(world::join_path(root_, stack().path)); }

const Environment* Project::environment(std::string_view name, Diagnostics& diags) const {
  if (const auto* found = settings_.find(name)) return found;
  for (const auto& environment : settings_.environments) {
    if (usual_name(environment.name) == usual_name(name)) return &environment;
  }
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& environment : settings_.environments) {
    names.push_back(environment.name);
    list += (list.empty() ? "" : ", ") + environment.name;
  }
  diags.error(DiagCode::environment_unknown,
              names.empty() ? format("There is no environment \"{}\": the project has none. Declare it in terrace.hcl, or add environments/{}/terraform.tfvars to the stack.", name, name)
                            : format("There is no environment \"{}\". The project has {}.{}", name, list, diag::did_you_mean(name, names)));
  return nullptr;
}

std::string Project::data_directory(const Environment& environment) const {
  return world::join_path(home(), format("env/{}/{}", environment.name, stack().name));
}
std::string Project::run_directory(std::uint64_t number) const { return world::join_path(home(), format("runs/{}", number)); }
release::Store Project::releases() const { return release::Store(world_, world::join_path(home(), "releases")); }

ops::Workspace Project::workspace(const Environment& environment, const std::map<std::string, Value>& metadata) const {
  ops::Workspace workspace;
  // The engine names files relative to where the user is, as Terraform's verbs do.
  workspace.directory = world::relative_path(world_.files.absolute("."), stack_directory());
  workspace.data_directory = data_directory(environment);
  workspace.environment = environment.name;
  workspace.stack = stack().name;
  workspace.workspace_name = environment.workspace.empty() ? "default" : environment.workspace;
  workspace.sandbox = sandbox_;
  workspace.sandbox_root = home();
  workspace.state_path = world::join_path(data_directory(environment), "terraform.tfstate");
  for (const auto& file : environment.var_files) workspace.variables.files_first.push_back(world::join_path(root_, file));
  for (const auto& [name, value] : environment.variables) workspace.variables.injected.emplace(name, value);
  for (const auto& [name, value] : metadata) workspace.variables.injected.insert_or_assign(name, value);
  return workspace;
}

ledger::Ledger* Project::ledger(Diagnostics& diags) {
  if (ledger_) return ledger_.get();
  std::string path = settings_.ledger.empty() ? world::join_path(home(), "ledger.db") : world::join_path(root_, settings_.ledger);
  std::string ignore = world::join_path(home(), ".gitignore");
  auto made = world_.files.make_directories(home(), world::Mode600::secret);
  if (made && world_.files.stat(ignore).kind == world::FileKind::none) made = world_.files.write_atomic(ignore, "*\n", world::Mode600::shared);
  if (!made) {
    ops::report(diags, DiagCode::ledger_failed, made.error(), format("Making {}", home()));
    return nullptr;
  }
  auto opened = ledger::Ledger::open(world_, path);
  if (!opened) {
    ops::report(diags, DiagCode::ledger_failed, opened.error(), format("Opening the ledger {}", path), "Nothing was changed.");
    return nullptr;
  }
  ledger_ = std::move(*opened);
  return ledger_.get();
}

Result<release::Release> Project::capture(Diagnostics& diags) {
  // The stack's directory, the directories of its modules outside it, and every environment's variable files.
  std::vector<std::string> directories = {stack().path};
  config::LoadOptions options;
  options.directory = stack_directory();
  options.require_installed = false;
  Config config = config::load(world_, sources_, options, diags);
  std::set<std::string> seen = {stack_directory()};
  for (const auto& [path, bytes] : config.snapshot) {
    std::string directory = world::dir_name(path);
    bool inside = std::any_of(seen.begin(), seen.end(), [&](const auto& s) { return directory == s || directory.starts_with(s + "/"); });
    if (inside) continue;
    seen.insert(directory);
    directories.push_back(world::relative_path(root_, directory));
  }
  std::vector<std::string> files;
  for (const auto& environment : settings_.environments) files.insert(files.end(), environment.var_files.begin(), environment.var_files.end());
  if (!settings_.file.empty()) files.push_back("terrace.hcl");
  return release::capture(world_, root_, directories, files);
}

void Project::check_states(Diagnostics& diags) const {
  // Each environment's state lies in its own directory unless the same backend settings are given twice.
  std::map<std::string, const Environment*> by_state;
  for (const auto& environment : settings_.environments) {
    if (environment.backend == nullptr) continue;
    std::string key = environment.backend_type;
    std::map<std::string, std::string> sorted;
    for (const auto& attribute : environment.backend->attributes) {
      lang::FunctionContext functions;
      lang::EmptyScope scope(sources_, functions);
      Value value = lang::evaluate_as(*attribute.value, Type::string(), scope, diags, attribute.name.text());
      if (value.kind() == Kind::string) sorted.emplace(attribute.name.text(), value.as_string());
    }
    for (const auto& [name, value] : sorted) key += "\n" + name + "=" + value;
    key += "\n" + environment.workspace;
    auto [it, added] = by_state.emplace(key, &environment);
    if (!added) {
      diags.error(DiagCode::state_shared, format("Environments \"{}\" ({}) and \"{}\" ({}) would keep their state in the same place, so each would destroy the other's "
                                                 "resources. Give one of them another key.", it->second->name, it->second->origin, environment.name, environment.origin));
    }
  }
}

}  // namespace terrace::envs
