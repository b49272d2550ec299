// SPDX-License-Identifier: Apache-2.0
// make_plan: the plan as a list of steps (checklist E2, E13).
#include "base/format.h"
#include "engine/metadata.h"
#include "engine/orphans.h"
#include "engine/plan_walk.h"
#include "engine/relevant.h"

namespace terrace::engine {
namespace {

void report_unmatched_replacements(const Plan& plan, const Options& options, Diagnostics& diags) {
  for (const addrs::Instance& wanted : options.replace) {
    std::string others;
    bool matched = false;
    for (const plan::ResourceChange& change : plan.changes) {
      if (!change.deposed.empty() || !(change.address.abs_resource() == wanted.abs_resource())) continue;
      if (change.address == wanted) matched = true;
      others += "\n  -replace=" + change.address.text();
    }
    if (matched || others.empty()) continue;
    diags.warning(DiagCode::replace_not_matched,
                  format("Your request for {} is not a single object: it repeats, and the request names no instance that exists. Instances are:{}", wanted.text(), others));
  }
}

/// A move may not happen half: what moves must be among the targets (E8).
void check_moves_against_targets(const Moved& moved, const Options& options, Diagnostics& diags) {
  if (options.targets.empty()) return;
  std::set<std::string> missing;
  auto covered = [&](const addrs::Instance& address) {
    return std::any_of(options.targets.begin(), options.targets.end(), [&](const addrs::Target& target) { return target.covers(address); });
  };
  for (const auto& [now, before] : moved.previous)
    if (!covered(now) || !covered(before)) {
      if (!covered(now)) missing.insert("\n  -target=" + now.text());
      if (!covered(before)) missing.insert("\n  -target=" + before.text());
    }
  if (missing.empty()) return;
  std::string list;
  for (const std::string& one : missing) list += one;
  diags.error(DiagCode::move_outside_targets, "Resource instances in the state have moved to new addresses, and the targets leave some of them out. Add:" + list);
}

}  // namespace

PlanResult make_plan(const Context& context, const State& prior, const Options& options, Diagnostics& diags) {
  PlanResult result;
  Plan& plan = result.plan;
  plan.mode = options.mode;
  plan.timestamp = world::rfc3339(options.now);
  for (const auto& [name, value] : options.variables) {
    auto declared = context.config.root->variables.find(Symbol(name));
    bool ephemeral = declared != context.config.root->variables.end() && declared->second.ephemeral;
    plan.variables[name] = {value.unmarked_deep(), ephemeral};
  }
  for (const addrs::Target& target : options.targets) plan.targets.push_back(target.text());
  for (const addrs::Instance& address : options.replace) plan.replace_requests.push_back(address.text());
  plan.previous_state = plan.prior_state = plan.planned_state = std::make_shared<State>(prior);

  Blueprint blueprint;
  blueprint.build(context.config, diags);
  Moved moved;
  State working = blueprint.ok() ? apply_moves(context.config, blueprint, prior, moved, diags) : prior;
  if (blueprint.ok()) add_orphans(blueprint, working, diags);
  check_moves_against_targets(moved, options, diags);
  if (diags.has_errors()) {
    plan.complete = false;
    return result;
  }
  if (!options.targets.empty())
    diags.warning(DiagCode::targeting_in_effect,
                  "You are creating a plan with the -target option, so the result may not show all that the configuration asks for. This is meant "
                  "for exceptional situations, such as recovering from errors or mistakes.");
  PlanWalk walk(context, options, blueprint, working, moved, diags);
  walk.run(plan);
  report_unmatched_replacements(plan, options, diags);
  plan.relevant = relevant_attributes(walk, plan);
  fold_metadata(walk, plan);
  result.provider_metadata_leaves = provider_metadata(walk);
  return result;
}

}  // namespace terrace::engine
