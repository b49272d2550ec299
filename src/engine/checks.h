// SPDX-License-Identifier: Apache-2.0
// Results of conditions, gathered per configuration object and instance (checklist E15, D14).
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "engine/blueprint.h"
#include "state/state.h"

namespace terrace::engine {

/// Thread-safe. Status precedence: error, fail, unknown, pass.
class CheckResults {
 public:
  using Status = state::CheckResult::Status;
  using Kind = state::CheckResult::ObjectKind;
  /// Everything that has conditions is reported, even without instances.
  void declare(const Blueprint& blueprint);
  void record(Kind kind, const std::string& config_address, const std::string& address, Status status, const std::string& failure);
  /// Sorted by kind and address.
  std::vector<state::CheckResult> results() const;

 private:
  struct Instance { Status status = Status::unknown; bool seen = false; std::vector<std::string> failures; };
  mutable std::mutex mutex_;
  std::map<std::pair<Kind, std::string>, std::map<std::string, Instance>> objects_;
};

}  // namespace terrace::engine
