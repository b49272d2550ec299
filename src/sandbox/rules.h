// SPDX-License-Identifier: Apache-2.0
// What a schema cannot say of a type: defaults, replacement, checks, how computed values look. Read from the
// overlay's JSON (keys: docs/internals/sandbox.md) and laid out parallel to the schema, so that planning an
// instance looks nothing up by name.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "sandbox/synth.h"
#include "schema/schema.h"

namespace terrace::sandbox {

/// How two spellings of one value are told equal.
enum class Equal : std::uint8_t { exact, json, number, ignore_case };

/// Checks of one argument's known, non-null value.
struct Checks {
  std::vector<std::string> one_of;
  std::optional<std::pair<double, double>> range;
  std::optional<std::pair<double, double>> length;
  std::string pattern;
  std::optional<std::pair<int, int>> cidr;      ///< prefix lengths allowed
  bool json = false;
  std::optional<std::pair<double, double>> zero_or_range;
};

struct AttributeRule {
  std::optional<Value> fallback;                ///< planned where the configuration says nothing
  bool replaces = false;
  Equal equal = Equal::exact;
  std::shared_ptr<const Template> synth;        ///< how the computed value is made
  std::unique_ptr<Checks> checks;
};

/// Rules of one block; both vectors are parallel to implied_type.attributes(). Empty vectors: no rules here.
struct BlockRules {
  std::vector<AttributeRule> attributes;
  std::vector<std::unique_ptr<BlockRules>> blocks;
  bool any_replaces = false;                    ///< here or below
  const AttributeRule* attribute(std::size_t slot) const { return attributes.empty() ? nullptr : &attributes[slot]; }
  const BlockRules* block(std::size_t slot) const { return blocks.empty() ? nullptr : blocks[slot].get(); }
};

using Names = std::vector<Symbol>;              ///< a path of attribute names, without indexes
struct Recompute {
  int slot = 0;
  bool on_any = false;
  std::vector<int> on, except;
  int only_if = -1;                             ///< a bool argument that must be true
};
struct ReplaceIf {
  int slot = 0;
  bool removed = false;                         ///< an element goes away
  std::string from, to;
  int when = -1;
  std::string when_value;
};
struct Copy { int slot = 0, from = 0, only_if = -1; };
struct BlockGroup { Names block; std::vector<Symbol> of; };

struct TypeRules {
  bool known = false;                           ///< false: a pack without overlay, everything is guessed
  BlockRules root;
  std::vector<std::vector<Names>> exactly_one, conflicts, at_least_one, exactly_one_if_set;
  std::vector<std::vector<int>> replace_kind;
  std::vector<BlockGroup> exactly_one_in, warn_none_of;
  std::vector<Recompute> recompute;
  std::vector<ReplaceIf> replace_if;
  std::vector<Copy> copy;
  std::vector<int> bump, unique;
  std::shared_ptr<const Template> id, import_id;
  bool singleton = false, adopt = false, forget = false, taggable = false, logical = false, global = false;
  std::size_t max_tags = 50;
  int id_slot = -1, tags_slot = -1, tags_all_slot = -1, override_slot = -1;
};

/// `rules` may be absent. Errors: a rule that names what the schema lacks.
Result<std::shared_ptr<const TypeRules>> read_rules(const schema::Block& block, JsonValue rules);

}  // namespace terrace::sandbox
