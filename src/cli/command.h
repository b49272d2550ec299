// SPDX-License-Identifier: Apache-2.0
// What a command is and what it gets: one file a command (arguments, operation, view); the list is commands.cc.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/view.h"
#include "ops/ops.h"

namespace terrace::cli {

/// The exit codes of contract 1.
enum Exit : int { kDone = 0, kFailed = 1, kBadRequest = 2, kWaiting = 3, kRefused = 4, kRolledBack = 5 };

struct Invocation {
  World& world;
  SourceFiles& sources;
  std::string original_directory;     ///< before -chdir
  bool as_terraform = false;          ///< called through a link named terraform or tofu
};

enum class Group : std::uint8_t { main, environment, other, hidden };
struct Command {
  std::string_view name;              ///< "plan", "state list"
  Group group;
  std::string_view usage;             ///< "[options] [PLAN]"
  std::string_view summary;           ///< one line
  int (*run)(Invocation&, const std::vector<std::string>& words);
  std::vector<Flag> (*flags)();       ///< for -help; null: none
};
/// Every command, in the order of the help.
std::span<const Command> commands();

/// Parses -chdir, -version, -help, TF_CLI_ARGS and runs the command. Returns the exit code.
int run(World& world, const std::vector<std::string>& words, std::string_view program_name);

// --- shared by commands ---
/// Arguments checked; prints what is wrong and yields nothing, after which the command returns kFailed.
std::optional<Arguments> parse_arguments(Invocation& invocation, std::span<const Flag> flags, const std::vector<std::string>& words,
                                         std::size_t max_positional);
/// The root module that Terraform's verbs act on: the current directory, or with -env (or in a project with one stack,
/// at its root) what contract 1 says. Nothing after an error, which is in `diags`; `exit` is then set.
std::optional<ops::Workspace> workspace_for(Invocation& invocation, const Arguments& arguments, bool mutating, Diagnostics& diags, int& exit);
ops::PlanRequest plan_request(const Arguments& arguments, Diagnostics& diags);
std::string data_directory(const World& world);
/// TF_WORKSPACE, else <data>/environment, else "default".
std::string workspace_name(World& world, const std::string& data_directory);

// --- the commands ---
int run_init(Invocation&, const std::vector<std::string>&);
int run_validate(Invocation&, const std::vector<std::string>&);
int run_fmt(Invocation&, const std::vector<std::string>&);
int run_plan(Invocation&, const std::vector<std::string>&);
int run_apply(Invocation&, const std::vector<std::string>&);
int run_destroy(Invocation&, const std::vector<std::string>&);
int run_refresh(Invocation&, const std::vector<std::string>&);
int run_show(Invocation&, const std::vector<std::string>&);
int run_output(Invocation&, const std::vector<std::string>&);
int run_console(Invocation&, const std::vector<std::string>&);
int run_version(Invocation&, const std::vector<std::string>&);
int run_state_list(Invocation&, const std::vector<std::string>&);
int run_state_show(Invocation&, const std::vector<std::string>&);
int run_state_mv(Invocation&, const std::vector<std::string>&);
int run_state_rm(Invocation&, const std::vector<std::string>&);
int run_state_pull(Invocation&, const std::vector<std::string>&);
int run_sandbox(Invocation&, const std::vector<std::string>&);

}  // namespace terrace::cli
