// SPDX-License-Identifier: Apache-2.0
// Values between configuration, prior object and plan (checklist E6, E7). All values here are unmarked.
#pragma once
#include <string>
#include <vector>

#include "config/model.h"
#include "schema/schema.h"
#include "value/path.h"

namespace terrace::engine {

/// E6: configuration with what the provider computed before filled in. `prior` null: create.
Value proposed_new(const schema::Block& block, const Value& prior, const Value& config);
/// What a data source will look like when it is read later: computed parts unknown.
Value planned_data(const schema::Block& block, const Value& config);
/// Configuration with ignored places set back to what they were (D11).
Value ignore_changes(const config::IgnoreChanges& ignored, const schema::Block& block, const Value& prior, const Value& config,
                     const SourceFiles& sources);

struct Problem {
  Path path;
  std::string what;
};
/// E7: rules a planned object must keep with regard to configuration and prior object.
std::vector<Problem> check_planned(const schema::Block& block, const Value& prior, const Value& config, const Value& planned);
/// E7: what came out must be what was planned, where that was known.
std::vector<Problem> check_compatible(const schema::Block& block, const Value& planned, const Value& actual);
/// "- .path: what" lines.
std::string problem_list(const std::vector<Problem>& problems);

/// True if the two are equal as the language sees it and nothing in them is unknown.
bool equal_known(const Value& a, const Value& b);
/// Nulls in places of dynamic type lose their type, as they do on the way through a provider.
Value plain_nulls(const Value& value, Type type);

}  // namespace terrace::engine
