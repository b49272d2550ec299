// SPDX-License-Identifier: Apache-2.0
// A project found on disk: root, settings, ledger, stores, and the ops::Workspace of each environment.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envs/settings.h"
#include "ledger/ledger.h"
#include "ops/ops.h"
#include "release/release.h"

namespace terrace::envs {

class Project {
 public:
  /// Nearest terrace.hcl upwards, else the git top level, else the current directory (contract 1.2). Null after errors
  /// that leave no project (several stacks, broken settings).
  static std::unique_ptr<Project> find(World& world, SourceFiles& sources, bool force_sandbox, Diagnostics& diags);

  World& world() const { return world_; }
  SourceFiles& sources() const { return sources_; }
  const std::string& root() const { return root_; }            ///< absolute
  const Settings& settings() const { return settings_; }
  bool sandbox() const { return sandbox_; }
  /// `.terrace` or its sandbox root: where ledger, releases, runs and environments live.
  std::string home() const;
  const Stack& stack() const { return settings_.stacks.front(); }
  std::string stack_directory() const;                          ///< absolute
  /// The environment called `name`; otherwise an error with did-you-mean and nothing.
  const Environment* environment(std::string_view name, Diagnostics& diags) const;
  /// Its workspace: variable files, backend, data directory and state path of its own. `metadata`: injected values.
  ops::Workspace workspace(const Environment& environment, const std::map<std::string, Value>& metadata = {}) const;
  std::string data_directory(const Environment& environment) const;
  std::string run_directory(std::uint64_t number) const;
  /// Opens (and on first use makes) the ledger, `.terrace` and its .gitignore.
  ledger::Ledger* ledger(Diagnostics& diags);
  release::Store releases() const;
  /// Everything the stacks can read, as it is in the tree now.
  Result<release::Release> capture(Diagnostics& diags);
  /// Refuses two environments that resolve to one state (contract 3).
  void check_states(Diagnostics& diags) const;

 private:
  Project(World& world, SourceFiles& sources) : world_(world), sources_(sources) {}
  World& world_;
  SourceFiles& sources_;
  std::string root_;
  Settings settings_;
  bool sandbox_ = false;
  std::unique_ptr<ledger::Ledger> ledger_;
};

/// True if `directory` lies at the root of a project with exactly one stack, so that Terraform's verbs act on it there.
bool is_project_root(World& world, const std::string& directory);

}  // namespace terrace::envs
