// SPDX-License-Identifier: Apache-2.0
// Planning a simulated instance (aws.md 1.3) and filling in what the plan left unknown. Pure: values in, values out.
#pragma once
#include <vector>

#include "provider/provider.h"
#include "sandbox/pack.h"

namespace terrace::sandbox {

/// The provider configuration's default_tags: known, unknown, or none.
struct DefaultTags {
  bool unknown = false;
  std::vector<std::pair<std::string, Value>> tags;  ///< sorted by key
};

struct Planned {
  Value value;
  std::vector<value::Path> requires_replace;
  provider::ProviderDiagnostics diagnostics;
};
/// `prior` null: create. Never called for a delete.
Planned plan_instance(const PackType& type, const Value& prior, const Value& config, const DefaultTags& defaults);

/// tags_all as it follows from `planned` tags and the defaults; nothing if the type has none.
std::optional<Value> tags_all_of(const PackType& type, const Value& planned, const DefaultTags& defaults);

/// `planned` with every unknown made: by its template, else the zero value. `prior` null: create.
/// `top` are values that are already decided, by slot of the implied type (empty optional: not).
Value finish_instance(const PackType& type, const Value& prior, const Value& planned, const Value& config,
                      const SynthContext& base, const std::vector<std::optional<Value>>& top);

/// True if two known values mean the same under `how`.
bool means_same(const Value& a, const Value& b, Equal how);

/// Checks of an instance's or data source's configuration (enum, range, exactly one of…). Unknowns pass.
provider::ProviderDiagnostics check_config(const PackType& type, const Value& config);
/// AWS's limits on tags: count, length, characters. Unknowns pass.
void check_tags(const Value& tags, std::size_t max, const value::Path& path, provider::ProviderDiagnostics& out);

}  // namespace terrace::sandbox
