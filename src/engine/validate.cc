// SPDX-License-Identifier: Apache-2.0
// validate(): the plan graph without state and with unknown instances (checklist E2).
#include "engine/moves.h"
#include "engine/static_walk.h"

namespace terrace::engine {

void validate(const Context& context, const Options& options, Diagnostics& diags) {
  Blueprint blueprint;
  blueprint.build(context.config, diags);
  if (!blueprint.ok()) return;
  Moved moved;
  apply_moves(context.config, blueprint, State(), moved, diags);  // checks the statements
  StaticWalk walk(context, options, blueprint, Phase::validate, nullptr, diags);
  walk.run();
}

}  // namespace terrace::engine
