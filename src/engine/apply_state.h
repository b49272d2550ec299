// SPDX-License-Identifier: Apache-2.0
// Changing the growing state of an apply: under its lock, and the keeper is told.
#pragma once
#include "engine/apply_walk.h"

namespace terrace::engine {

template <class F>
void ApplyWalk::change_state(F&& f) {
  std::lock_guard guard(mutex_);
  f(result_.state);
  keeper_.state_changed(result_.state);
}

}  // namespace terrace::engine
