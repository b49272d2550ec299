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
  std::unique_lock guard(mutex_, std::try_to_lock);
  if (!guard || error_) return;  // another thread is storing a state nearly as new
  auto now = world_.clock.monotonic();
  auto pause = std::max<std::chrono::nanoseconds>(std::chrono::seconds(1), last_cost_ * 3);
  if (now - last_end_ < pause) return;
  State copy = state;
  guard.unlock();
  if (auto stored = store(copy); !stored) {
    std::lock_guard again(mutex_);
    if (!error_) error_ = stored.error();
  }
}

Result<void> Keeper::store(State& state) {
  std::lock_guard guard(mutex_);
  auto began = world_.clock.monotonic();
  state.lineage = lineage_;
  state.serial = serial_ + 1;
  state.terraform_version = base::kLanguageVersion;
  std::string text = state::write_state(state, state::StateFormat::indented);
  if (loaded_.journal) TRY(loaded_.journal->snapshot(text));
  loaded_.stored.token = TRY(backend_.write(text, loaded_.stored.token));
  serial_ = state.serial;
  if (loaded_.journal) TRY(loaded_.journal->fold(lineage_, serial_));
  last_end_ = world_.clock.monotonic();
  last_cost_ = last_end_ - began;
  return {};
}

}  // namespace terrace::ops
