// SPDX-License-Identifier: Apache-2.0
// Types that are no objects of a cloud: random values, times, files, keys. Their results are real; they are made
// once, at create, and live in the state alone.
#pragma once
#include <utility>
#include <vector>

#include "sandbox/pack.h"
#include "sandbox/synth.h"

namespace terrace::sandbox {

using Made = std::vector<std::pair<Symbol, Value>>;  ///< computed attributes by name
struct LogicalContext {
  World& world;
  Dice& dice;
};

/// Values of a new instance; `planned` holds everything the configuration and defaults say.
Result<Made> make_logical(Symbol type, const Value& planned, const LogicalContext& context);
/// What changes of the computed values when arguments changed in place.
Result<Made> change_logical(Symbol type, const Value& prior, const Value& planned, const LogicalContext& context);
/// False: it is gone (a file was deleted, a rotation is due).
bool logical_exists(Symbol type, const Value& state, const LogicalContext& context);
Result<void> remove_logical(Symbol type, const Value& state, const LogicalContext& context);
/// Computed attributes of a data source of these providers; nothing if there is no such one.
std::optional<Result<Made>> read_logical(Symbol type, const Value& config, const LogicalContext& context);
/// What `import` of such a type gives: attributes that the id tells. Error: it cannot be imported.
Result<Made> import_logical(Symbol type, const std::string& id);

// One family each.
Result<Made> make_random(std::string_view type, const Value& planned, const LogicalContext& context);
Result<Made> make_time(std::string_view type, const Value& planned, const LogicalContext& context);
Result<Made> make_file(const Value& planned, bool secret, const LogicalContext& context);
Result<Made> make_key(const Value& planned);
Result<Made> read_key(const Value& config);
std::string content_digests(Made& out, std::string_view content);  ///< returns the SHA-1 in hex

}  // namespace terrace::sandbox
