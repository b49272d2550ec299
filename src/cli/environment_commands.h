// SPDX-License-Identifier: Apache-2.0
// The environment verbs (contract 2).
#pragma once
#include "cli/command.h"
#include "envs/deploy.h"

namespace terrace::cli {

/// A project and what every environment verb needs; null after errors, which are printed.
struct EnvironmentInvocation {
  Invocation& invocation;
  Arguments arguments;
  ViewOptions view;
  std::unique_ptr<envs::Project> project;
  Diagnostics diags;
  int finish(envs::Ending ending);  ///< prints diagnostics, yields the exit code
};
std::unique_ptr<EnvironmentInvocation> open_project(Invocation& invocation, std::span<const Flag> own, const std::vector<std::string>& words, std::size_t min_positional,
                                                    std::size_t max_positional);

int run_deploy(Invocation&, const std::vector<std::string>&);
int run_promote(Invocation&, const std::vector<std::string>&);
int run_approve(Invocation&, const std::vector<std::string>&);
int run_reject(Invocation&, const std::vector<std::string>&);
int run_cancel(Invocation&, const std::vector<std::string>&);
int run_rollback(Invocation&, const std::vector<std::string>&);
int run_resume(Invocation&, const std::vector<std::string>&);
int run_status(Invocation&, const std::vector<std::string>&);
int run_history(Invocation&, const std::vector<std::string>&);
int run_health(Invocation&, const std::vector<std::string>&);
int run_env_list(Invocation&, const std::vector<std::string>&);
int run_env_check(Invocation&, const std::vector<std::string>&);
int run_env_diff(Invocation&, const std::vector<std::string>&);
int run_env_adopt(Invocation&, const std::vector<std::string>&);
int run_doubt_list(Invocation&, const std::vector<std::string>&);
int run_doubt_adopt(Invocation&, const std::vector<std::string>&);
int run_doubt_absent(Invocation&, const std::vector<std::string>&);
int run_ledger_verify(Invocation&, const std::vector<std::string>&);
int run_ledger_export(Invocation&, const std::vector<std::string>&);
int run_doctor(Invocation&, const std::vector<std::string>&);

}  // namespace terrace::cli
