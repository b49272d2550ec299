// SPDX-License-Identifier: Apache-2.0
// What holds where terrace.hcl says nothing: stacks, environments from variable files, their order, the seed's
// protection_rules YAML as a source of approvals (contract 1, 4; product.md "Conventions").
#pragma once
#include "envs/settings.h"

namespace terrace::envs {

/// Fills in what `settings` leaves open and checks the order of environments. Errors: unknown promotes_from, cycles.
void apply_conventions(World& world, SourceFiles& sources, const std::string& root, Settings& settings, Diagnostics& diags);
/// Reads `protection_rules` out of one YAML text laid out as the seed's, into the environments that have no approval.
void apply_protection_rules(std::string_view yaml, const std::string& origin, Settings& settings, Diagnostics& diags);
/// "30s", "5m", "1h30m", "500ms"; nothing when malformed.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The usual name of an environment: development → dev, production → prod, stage → staging.
std::string usual_name(std::string_view name);

}  // namespace terrace::envs
