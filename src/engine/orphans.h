// SPDX-License-Identifier: Apache-2.0
// Resources in state that no configuration describes (checklist E2).
#pragma once
#include "engine/blueprint.h"
#include "state/state.h"

namespace terrace::engine {
/// Adds a node for each; each needs its provider configuration. Errors: ENG021.
void add_orphans(Blueprint& blueprint, const State& state, Diagnostics& diags);
}  // namespace terrace::engine
