// SPDX-License-Identifier: Apache-2.0
// `show -json` of states and plans (checklist G8). The `configuration` member is spliced in by the caller.
#pragma once
#include <string>

#include "plan/plan.h"
#include "plan/render.h"

namespace terrace::plan {
/// One line of JSON without newline. `configuration_json` may be empty: the member is left out.
Result<std::string> plan_json(const Plan& plan, const SchemaLookup& schemas, std::string_view configuration_json);
Result<std::string> state_json(const State& state, const SchemaLookup& schemas);
/// `output -json`: object of {sensitive,type,value}, or the bare value of one.
std::string outputs_json(const std::map<std::string, state::OutputState>& outputs);
}  // namespace terrace::plan
