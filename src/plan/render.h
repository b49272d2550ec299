// SPDX-License-Identifier: Apache-2.0
// Plans for people: byte-compatible layout of Terraform's `plan`/`show` (checklist H5, observed "Change rendering").
#pragma once
#include <functional>
#include <map>
#include <string>

#include "plan/plan.h"

namespace terrace::plan {

struct PlanStyle {
  bool color = false;
  int width = 78;
  bool automation = false;       ///< TF_IN_AUTOMATION: no "next step" hints
  bool fold_metadata = false;    ///< contract 5: metadata-only updates on one line, `(2 metadata updates)`
  bool show_sensitive = false;
};
/// Drift section, legend, changes, `Plan: …` line, output changes; what `plan` prints to stdout between refresh
/// lines and the closing notes.
std::string render_plan(const Plan& plan, const PlanStyle& style);
/// `Plan: 1 to add, 0 to change, 0 to destroy.` with `(2 metadata updates)` when folding.
std::string summary_line(const Plan::Counts& counts, bool fold_metadata);
/// `show` of a state (G9), `state show ADDR` when `only` is set. `schemas` finds the schema of a resource type.
using SchemaLookup = std::function<std::shared_ptr<const schema::Block>(const addrs::ProviderConfig&, const addrs::Resource&)>;
std::string render_state(const State& state, const SchemaLookup& schemas, const addrs::Instance* only, const PlanStyle& style);
/// The `Outputs:` block after apply and `output` without a name (H6).
std::string render_outputs(const std::map<std::string, state::OutputState>& outputs, bool show_sensitive);

}  // namespace terrace::plan
