// SPDX-License-Identifier: Apache-2.0
// init: backend, modules, providers (checklist H3, H4). At a project's root it prepares every environment (contract 1).
#include <set>

#include "base/format.h"
#include "cli/command.h"
#include "envs/project.h"

namespace terrace::cli {

namespace {
std::set<addrs::Provider> providers_of(const config::Module& module) {
  std::set<addrs::Provider> found;
  for (const auto& [name, requirement] : module.requirements) found.insert(requirement.provider);
  for (const auto& resource : module.resources) found.insert(resource.provider);
  for (const auto& [name, call] : module.calls) {
    if (call.module) found.merge(providers_of(*call.module));
  }
  return found;
}
void list_modules(World& world, const config::Module& module, const std::string& prefix) {
  for (const auto& [name, call] : module.calls) {
    if (!call.module) continue;
    std::string key = prefix.empty() ? std::string(name.text()) : prefix + "." + std::string(name.text());
    out(world, format("- {} in {}\n", key, call.module->directory));
    list_modules(world, *call.module, key);
  }
}
}  // namespace

int run_init(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), variable_flags(), state_flags(), environment_flags()},
                                                {{"backend", FlagKind::boolean, "", "Prepare the backend (default true)."},
                                                 {"backend-config", FlagKind::list, "FILE or KEY=VALUE", "Settings of the backend."},
                                                 {"get", FlagKind::boolean, "", "Install modules (default true)."},
                                                 {"upgrade", FlagKind::boolean, "", "Look for newer modules and providers."},
                                                 {"reconfigure", FlagKind::boolean, "", "Forget the backend recorded before."},
                                                 {"migrate-state", FlagKind::boolean, "", "Copy the state to the new backend."},
                                                 {"force-copy", FlagKind::boolean, "", "Answer yes to copying."},
                                                 {"lockfile", FlagKind::value, "readonly", "Do not change the lock file."},
                                                 {"plugin-dir", FlagKind::list, "DIR", "Where plugins are."}});
  auto arguments = parse_arguments(invocation, kFlags, words, 0);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  int exit = kFailed;
  auto workspace = workspace_for(invocation, *arguments, false, diags, exit);
  if (!workspace) {
    print_diagnostics(world, invocation.sources, diags, view);
    return exit;
  }
  workspace->needs = ops::Workspace::Needs::configuration;
  auto session = ops::Session::open(world, invocation.sources, *workspace, diags);
  if (!session || print_diagnostics(world, invocation.sources, diags, view)) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  const Config& config = session->config();
  if (config.snapshot.empty()) {
    out(world, "Terrace initialized in an empty directory!\n\nThe directory has no configuration files. You may begin working with Terrace\nimmediately by creating configuration files.\n");
    return kDone;
  }
  const auto& backend = config.root->backend;
  if (arguments->flag("backend", true)) {
    out(world, bold("Initializing the backend...", view) + "\n");
    if (backend && backend->type != "local" && !workspace->sandbox) {
      diags.error(DiagCode::backend_unsupported,
                  format("The \"{}\" backend cannot be used by this version of Terrace. The state there has not been read or changed. Use -sandbox to simulate it with local files, or "
                         "-backend=false to initialise everything else.", backend->type), backend->range);
    }
    for (const auto& setting : arguments->list("backend-config")) {
      if (!workspace->sandbox) diags.error(DiagCode::not_supported_yet, format("-backend-config={} is for backends that this version does not have yet.", setting));
    }
  }
  if (arguments->flag("get", true) && !config.root->calls.empty()) {
    out(world, bold("Initializing modules...", view) + "\n");
    list_modules(world, *config.root, "");
    std::vector<std::string> directories = {workspace->data_directory};
    if (!arguments->given("env") && envs::is_project_root(world, ".") && !invocation.as_terraform) {
      if (auto project = envs::Project::find(world, invocation.sources, workspace->sandbox, diags)) {
        for (const auto& environment : project->settings().environments) directories.push_back(project->data_directory(environment));
      }
    }
    for (const auto& directory : directories) {
      auto installed = config::install_modules(world, config, directory);
      if (!installed) ops::report(diags, DiagCode::world_failed, installed.error(), format("Recording the modules in {}", directory));
    }
  }
  out(world, bold("Initializing provider plugins...", view) + "\n");
  for (const auto& provider : providers_of(*config.root)) {
    if (provider == addrs::Provider::builtin()) {
      out(world, "- terraform.io/builtin/terraform is built in to Terrace\n");
      continue;
    }
    auto schema = session->providers().schema(provider);
    if (schema) {
      out(world, format("- {} v{} is simulated by the sandbox\n", provider.display(), session->providers().version(provider)));
    } else {
      diags.error(DiagCode::provider_error, format("{}.", schema.error().message)).summary = "Provider not available";
    }
  }
  if (print_diagnostics(world, invocation.sources, diags, view)) return kFailed;
  out(world, "\n" + green("Terrace has been successfully initialized!", view) + "\n");
  if (!view.automation) {
    out(world, format("\nYou may now begin working with {}. Try running \"{} plan\" to see\nany changes that are required for your infrastructure.\n", invocation.as_terraform ? "Terraform" : "Terrace",
                      invocation.as_terraform ? "terraform" : "terrace"));
  }
  return kDone;
}

}  // namespace terrace::cli
