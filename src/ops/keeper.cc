// SPDX-License-Identifier: Apache-2.0
#include "ops/keeper.h"

#include "base/version.h"
#include "state/file.h"

namespace terrace::ops {

Keeper::Keeper(World& world, backend::Backend& backend, LoadedState& loaded)
    : world_(world), backend_(backend), loaded_(loaded), last_end_(world.clock.monotonic()),
      serial_(loaded.state.serial), lineage_(loaded.state.lineage) {
  if (lineage_.empty()) lineage_ = world.random.uuid();
}

void Keeper::state_changed(const State& state) {
  const journal::Journal::Mark mark = loaded_.journal ? loaded_.journal->observe(state) : 0;
  std::unique_lock guard(mutex_, std::try_to_lock);
  if (!guard || error_) return;  // another thread is storing a state nearly as new
  auto now = world_.clock.monotonic();
  auto pause = std::max<std::chrono::nanoseconds>(std::chrono::seconds(1), last_cost_ * 3);
  if (now - last_end_ < pause) return;
  State copy = state;
  if (auto stored = store_locked(copy, mark); !stored) error_ = stored.error();
}

Result<void> Keeper::store(State& state) {
  std::lock_guard guard(mutex_);
  return store_locked(state, journal::Journal::kEverything);
}

Result<void> Keeper::store_locked(State& state, journal::Journal::Mark mark) {
  auto began = world_.clock.monotonic();
  state.lineage = lineage_;
  state.serial = serial_ + 1;
  state.terraform_version = base::kLanguageVersion;
  std::string text = state::write_state(state, state::StateFormat::indented);
  if (loaded_.journal) TRY(loaded_.journal->snapshot(text, lineage_, state.serial, mark));
  loaded_.stored.token = TRY(backend_.write(text, loaded_.stored.token));
  serial_ = state.serial;
  if (loaded_.journal) TRY(loaded_.journal->fold(mark));
  last_end_ = world_.clock.monotonic();
  last_cost_ = last_end_ - began;
  return {};
}

}  // namespace terrace::ops
