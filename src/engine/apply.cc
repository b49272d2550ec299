// SPDX-License-Identifier: Apache-2.0
// apply(): the steps (checklist E3).
#include "engine/apply_walk.h"
#include "engine/orphans.h"

namespace terrace::engine {

ApplyResult apply(const Context& context, const Plan& plan, const Options& options, journal::Sink& sink, StateKeeper& keeper, Diagnostics& diags) {
  ApplyResult untouched;
  untouched.state = *plan.prior_state;
  Blueprint blueprint;
  blueprint.build(context.config, diags);
  if (blueprint.ok()) add_orphans(blueprint, *plan.prior_state, diags);
  if (!blueprint.ok() || diags.has_errors()) return untouched;
  ApplyWalk walk(context, options, blueprint, plan, sink, keeper, diags);
  ApplyResult result = walk.run();
  if (!plan.targets.empty())
    diags.warning(DiagCode::applied_incomplete,
                  "The plan was made with the -target option, so some changes that the configuration asks for may have been left out. Run \"terrace plan\" "
                  "to see whether there are any.");
  return result;
}

}  // namespace terrace::engine
