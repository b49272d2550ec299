// SPDX-License-Identifier: Apache-2.0
// Stores the growing state during an apply (contract 6): the journal holds every outcome at once, the state file
// follows at most a second behind, and never for more than a quarter of the time.
#pragma once
#include <mutex>

#include "engine/engine.h"
#include "ops/session_impl.h"

namespace terrace::ops {

class Keeper : public engine::StateKeeper {
 public:
  Keeper(World& world, backend::Backend& backend, LoadedState& loaded);
  void state_changed(const State& state) override;
  /// Serial, lineage and version are set on `state`; snapshot, write, fold. The first error sticks.
  Result<void> store(State& state);
  const std::optional<Error>& error() const { return error_; }

 private:
  /// The state holds the journal's outcomes up to `mark`; later ones stay in the journal.
  Result<void> store_locked(State& state, journal::Journal::Mark mark);
  World& world_;
  backend::Backend& backend_;
  LoadedState& loaded_;
  std::mutex mutex_;
  std::chrono::nanoseconds last_end_{0}, last_cost_{0};
  std::uint64_t serial_;
  std::string lineage_;
  std::optional<Error> error_;
};

}  // namespace terrace::ops
