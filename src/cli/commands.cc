// SPDX-License-Identifier: Apache-2.0
// The visible list of all commands, and the way from the command line to one of them (checklist H1).
#include "base/format.h"
#include "base/strings.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/environment_commands.h"
#include "diag/suggest.h"

namespace terrace::cli {

namespace {
constexpr Command kCommands[] = {
    {"init", Group::main, "[options]", "Prepare a working directory for other commands", run_init, nullptr},
    {"validate", Group::main, "[options]", "Check whether the configuration is valid", run_validate, nullptr},
    {"plan", Group::main, "[options]", "Show changes required by the current configuration", run_plan, nullptr},
    {"apply", Group::main, "[options] [PLAN]", "Create or update infrastructure", run_apply, nullptr},
    {"destroy", Group::main, "[options]", "Destroy previously-created infrastructure", run_destroy, nullptr},
    {"deploy", Group::environment, "ENV [options]", "Deploy a release to an environment: plan, gates, approval, apply, checks", run_deploy, nullptr},
    {"promote", Group::environment, "FROM TO [-dry-run]", "Deploy what was verified in FROM to TO", run_promote, nullptr},
    {"approve", Group::environment, "N [-as=WHO] [-comment=TEXT]", "Approve the plan of deployment N", run_approve, nullptr},
    {"reject", Group::environment, "N [-as=WHO] [-comment=TEXT]", "Reject deployment N", run_reject, nullptr},
    {"cancel", Group::environment, "N", "Cancel deployment N before it changes anything", run_cancel, nullptr},
    {"rollback", Group::environment, "ENV [-to=N]", "Go back to the last verified release", run_rollback, nullptr},
    {"resume", Group::environment, "N [-wait]", "Go on with deployment N after an interruption or a wait", run_resume, nullptr},
    {"status", Group::environment, "[ENV]", "What is deployed where", run_status, nullptr},
    {"history", Group::environment, "[N] [-env=ENV] [-manifest] [-plan]", "What was deployed", run_history, nullptr},
    {"health", Group::environment, "[ENV]", "Run the checks now", run_health, nullptr},
    {"env list", Group::environment, "", "Environments, their order and where they come from", run_env_list, nullptr},
    {"env check", Group::environment, "[ENV…]", "Check every environment offline", run_env_check, nullptr},
    {"env diff", Group::environment, "A B", "Differences of two environments", run_env_diff, nullptr},
    {"env adopt", Group::environment, "ENV [-revision=SHA] -reason=TEXT", "Take an existing state into the ledger", run_env_adopt, nullptr},
    {"doubt list", Group::environment, "[-env=ENV]", "Effects whose outcome is not known", run_doubt_list, nullptr},
    {"doubt adopt", Group::environment, "ADDR ID [-env=ENV]", "The effect happened: take the object with this id", run_doubt_adopt, nullptr},
    {"doubt absent", Group::environment, "ADDR [-env=ENV]", "The effect did not happen", run_doubt_absent, nullptr},
    {"ledger verify", Group::environment, "[FILE] [-head=HASH]", "Check the chain of the ledger", run_ledger_verify, nullptr},
    {"ledger export", Group::environment, "", "Print the ledger, one entry a line", run_ledger_export, nullptr},
    {"doctor", Group::environment, "[ENV]", "Settings, tools and problems", run_doctor, nullptr},
    {"sandbox fault", Group::environment, "SET", "Inject a fault into the simulated cloud", run_sandbox, nullptr},
    {"console", Group::other, "[options]", "Try expressions at an interactive prompt", run_console, nullptr},
    {"fmt", Group::other, "[options] [TARGET…]", "Reformat configuration in the standard style", run_fmt, nullptr},
    {"output", Group::other, "[options] [NAME]", "Show output values of the root module", run_output, nullptr},
    {"refresh", Group::other, "[options]", "Update the state to match remote systems", run_refresh, nullptr},
    {"show", Group::other, "[options] [FILE]", "Show the current state or a saved plan", run_show, nullptr},
    {"state list", Group::other, "[options] [ADDRESS…]", "List resources in the state", run_state_list, nullptr},
    {"state show", Group::other, "[options] ADDRESS", "Show a resource in the state", run_state_show, nullptr},
    {"state mv", Group::other, "[options] SOURCE DESTINATION", "Move an item in the state", run_state_mv, nullptr},
    {"state rm", Group::other, "[options] ADDRESS…", "Remove items from the state", run_state_rm, nullptr},
    {"state pull", Group::other, "[options]", "Print the current state", run_state_pull, nullptr},
    {"version", Group::other, "[-json]", "Show the current version", run_version, nullptr},
};

std::string help(bool as_terraform) {
  std::string name = as_terraform ? "terraform" : "terrace";
  std::string text = format("Usage: {} [global options] <subcommand> [args]\n", name);
  auto list = [&](std::string_view title, Group group) {
    text += format("\n{}:\n", title);
    for (const auto& command : kCommands) {
      if (command.group == group) text += format("  {:<15}{}\n", command.name, command.summary);
    }
  };
  list("Main commands", Group::main);
  if (!as_terraform) list("Environments", Group::environment);
  list("All other commands", Group::other);
  text += "\nGlobal options (use these before the subcommand, if any):\n  -chdir=DIR    Switch to a different working directory before executing the given subcommand.\n"
          "  -help         Show this help output, or the help for a specified subcommand.\n  -version      An alias for the \"version\" subcommand.\n";
  return text;
}

/// Splits TF_CLI_ARGS like a shell would: quotes and backslashes, no expansion.
std::vector<std::string> shell_split(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < text.size()) word += text[++i];
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}
}  // namespace

std::span<const Command> commands() { return kCommands; }

int run(World& world, const std::vector<std::string>& words, std::string_view program_name) {
  SourceFiles sources;
  std::string base_name = world::base_name(program_name);
  Invocation invocation{world, sources, world.files.cwd(), base_name == "terraform" || base_name == "tofu"};
  std::size_t at = 0;
  bool want_help = false;
  for (; at < words.size() && words[at].size() > 1 && words[at][0] == '-'; ++at) {
    std::string_view word = std::string_view(words[at]).substr(words[at][1] == '-' ? 2 : 1);
    if (word.starts_with("chdir=")) {
      auto changed = world.files.change_directory(word.substr(6));
      if (!changed) {
        err(world, format("Error: cannot change to directory {}: {}.\n", word.substr(6), changed.error().message));
        return kFailed;
      }
    } else if (word == "version" || word == "v") {
      return run_version(invocation, {});
    } else if (word == "help" || word == "h") {
      want_help = true;
    } else {
      err(world, format("Error: there is no global option {}. Flags of a command follow its name.\n", words[at]));
      return kFailed;
    }
  }
  if (at == words.size()) {
    out(world, help(invocation.as_terraform));
    return want_help ? kDone : 127;
  }
  // Commands of two words first.
  const Command* found = nullptr;
  std::size_t used = 0;
  for (const auto& command : kCommands) {
    if (invocation.as_terraform && command.group == Group::environment) continue;
    auto parts = base::split(command.name, ' ');
    bool matches = at + parts.size() <= words.size();
    for (std::size_t i = 0; matches && i < parts.size(); ++i) matches = words[at + i] == parts[i];
    if (matches && parts.size() > used) found = &command, used = parts.size();
  }
  if (found == nullptr) {
    std::vector<std::string_view> names;
    std::string wanted = words[at];
    bool group = false;
    for (const auto& command : kCommands) {
      names.push_back(command.name);
      group = group || command.name.starts_with(wanted + " ");
    }
    if (group) {
      std::string listed;
      for (const auto& command : kCommands) {
        if (command.name.starts_with(wanted + " ")) listed += format("  {:<15}{}\n", command.name, command.summary);
      }
      out(world, format("Usage: terrace {} <subcommand> [options]\n\nSubcommands:\n{}", wanted, listed));
      return want_help ? kDone : kFailed;
    }
    err(world, format("{} has no command named \"{}\".{}\n\nTo see all of its commands, run it with -help.\n", invocation.as_terraform ? "Terraform" : "Terrace", wanted,
                      diag::did_you_mean(wanted, names)));
    return kFailed;
  }
  std::vector<std::string> rest;
  std::string specific(found->name);
  for (auto& c : specific) c = c == ' ' || c == '-' ? '_' : c;
  for (const std::string& variable : {std::string("TF_CLI_ARGS"), "TF_CLI_ARGS_" + specific}) {
    for (auto& word : shell_split(world.variable(variable))) rest.push_back(std::move(word));
  }
  rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(at + used), words.end());
  bool help_asked = want_help;
  for (const auto& word : rest) help_asked = help_asked || word == "-help" || word == "--help" || word == "-h";
  if (help_asked) {
    out(world, format("Usage: {} {} {}\n\n  {}.\n", invocation.as_terraform ? "terraform" : "terrace", found->name, found->usage, found->summary));
    return kDone;
  }
  int exit = found->run(invocation, rest);
  world.terminal.flush();
  return exit;
}

}  // namespace terrace::cli
