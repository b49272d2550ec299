// SPDX-License-Identifier: Apache-2.0
// Moves of stored objects to new addresses before planning (checklist E8): `moved` blocks, then implied moves.
#pragma once
#include <unordered_map>

#include "engine/blueprint.h"
#include "engine/engine.h"

namespace terrace::engine {

struct Moved {
  std::unordered_map<addrs::Instance, addrs::Instance> previous;  ///< new address → where it was before
  /// Moves that found their destination occupied: (from, to).
  std::vector<std::pair<addrs::Instance, addrs::Instance>> blocked;
};
/// The state with all moves done. Errors: ENG033 for statements that contradict each other.
State apply_moves(const Config& config, const Blueprint& blueprint, const State& state, Moved& moved, Diagnostics& diags);

}  // namespace terrace::engine
