// SPDX-License-Identifier: Apache-2.0
// sandbox fault SET: injects a fault into the simulated cloud of this project.
#include "base/format.h"
#include "cli/environment_commands.h"

namespace terrace::cli {

int run_sandbox(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 1, 1);
  if (!command) return kBadRequest;
  if (!command->project->sandbox()) {
    command->diags.error(DiagCode::bad_usage, "The project does not use the sandbox: give -sandbox, set TERRACE_SANDBOX=1 or `sandbox = true` in its project block.");
    return command->finish(envs::Ending::bad_request);
  }
  auto done = sandbox::set_fault(invocation.world, world::join_path(command->project->home(), "cloud"), command->arguments.positional()[0]);
  if (!done) {
    command->diags.error(DiagCode::bad_usage, format("{}.", done.error().message));
    return command->finish(envs::Ending::bad_request);
  }
  out(invocation.world, *done + "\n");
  return command->finish(envs::Ending::done);
}

}  // namespace terrace::cli
