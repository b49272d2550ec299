// SPDX-License-Identifier: Apache-2.0
// Paths into values (checklist B9), their JSON forms, and walking values by path.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "value/value.h"

namespace terrace::value {

/// One step: an attribute, or an index by string or number; in sets the element itself is the key.
struct PathStep {
  enum class Kind : std::uint8_t { attribute, index } kind;
  Symbol name;  ///< attribute
  Value key;    ///< index
  static PathStep attribute(Symbol name) { return {Kind::attribute, name, {}}; }
  static PathStep index(Value key) { return {Kind::index, {}, std::move(key)}; }
  bool operator==(const PathStep& other) const {
    return kind == other.kind && name == other.name && key.same(other.key);
  }
};
using Path = std::vector<PathStep>;

/// `.tags["a"][0]`, as diagnostics print it.
std::string path_text(const Path& path);
/// Total order for sorting paths.
bool path_less(const Path& a, const Path& b);
/// State form: `[{"type":"get_attr","value":"x"},{"type":"index","value":{"value":0,"type":"number"}}]`.
void write_path_state_json(JsonWriter& out, const Path& path);
Result<Path> parse_path_state_json(JsonValue json);
/// Plan form: `["a",0,"b"]`.
void write_path_plan_json(JsonWriter& out, const Path& path);

/// The value at `path`, or nothing where a step does not exist or passes null/unknown. Marks on the way are kept.
std::optional<Value> value_at(const Value& root, const Path& path);
/// `root` with every place rebuilt by `f(path, value)`, parents after children. Sets are rebuilt.
Value transform(const Value& root, const std::function<Value(const Path&, const Value&)>& f);
/// Calls `f(path, value)` for every place, parents first; returns false from f = do not descend.
void walk(const Value& root, const std::function<bool(const Path&, const Value&)>& f);

struct PathMarks {
  Path path;
  Marks marks;
};
/// Takes all marks off, telling where they were; exact inverse of mark_paths (B6).
std::pair<Value, std::vector<PathMarks>> unmark_paths(const Value& value);
/// Puts marks back where the path still exists; elsewhere on the nearest existing parent's position is NOT
/// marked (the path is ignored), as Terraform does.
Value mark_paths(const Value& value, std::span<const PathMarks> marks);

}  // namespace terrace::value

namespace terrace {
using value::Path;
using value::PathMarks;
using value::PathStep;
}  // namespace terrace
