// SPDX-License-Identifier: Apache-2.0
// Checks with evidence: HTTP, TCP, command and output health checks with deadline and retry, test commands, and the
// built-in `converged`. A check that did not run is not_run, never passed.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "envs/lifecycle.h"
#include "envs/settings.h"
#include "ops/ops.h"

namespace terrace::envs {

/// What the expressions of terrace.hcl may refer to: env.NAME, output.NAME, release.*, project.*.
struct CheckContext {
  World& world;
  SourceFiles& sources;
  const Environment& environment;
  std::map<std::string, Value> outputs;
  std::map<std::string, std::string> release;     ///< id, revision, branch
  std::string project_name;
  std::string directory;                          ///< working directory of commands
  std::vector<std::string> resolve;               ///< sandbox load balancers
  std::map<std::string, std::string> command_environment;
};
Check run_health(const HealthCheck& check, const CheckContext& context);
Check run_test(const TestCommand& test, const CheckContext& context);

}  // namespace terrace::envs
