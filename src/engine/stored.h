// SPDX-License-Identifier: Apache-2.0
// Objects as state keeps them, read into values and written back (checklist E9).
#pragma once
#include "engine/walk.h"

namespace terrace::engine {

/// A stored object as today's schema sees it. `value` carries sensitive marks from state and schema.
struct Stored {
  Value value;  ///< null: no object
  state::ObjectRef object;
  bool exists() const { return object != nullptr; }
  bool tainted() const { return object != nullptr && object->status == state::ObjectStatus::tainted; }
};

/// Upgrades and decodes. Errors: ENG023, ENG024, provider's. Nothing: an error was reported.
std::optional<Stored> read_stored(ProviderInUse& use, const schema::ResourceSchema& schema, const addrs::Instance& address,
                                  const state::ObjectRef& object, Diagnostics& diags);
/// Data: decoded without a provider.
std::optional<Stored> read_stored_data(const schema::ResourceSchema& schema, const state::ObjectRef& object);

/// `value` (with marks) as an object to be stored; everything but attributes and sensitive paths comes from `rest`.
Result<state::ObjectRef> store(const Value& value, const schema::ResourceSchema& schema, state::Object rest);

/// Adds the marks of sensitive attributes by schema.
Value mark_by_schema(const schema::Block& block, Value value);
/// Paths carrying `kind`, sorted.
std::vector<Path> marked_paths(const Value& value, MarkKind kind);
/// `value` without marks; `paths` gets where they were.
Value unmark(const Value& value, std::vector<PathMarks>& paths);
/// The id people see: attribute `id` or `name`, if a known string.
Observer::Id shown_id(const Value& value);

}  // namespace terrace::engine
