// SPDX-License-Identifier: Apache-2.0
// What a plan holds (checklist E16, E17, G8): changes with marks, drift, outputs, checks and all that `apply`,
// `show -json`, the renderer and plan identity need. A value type without behaviour; engine/ makes it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "addrs/addrs.h"
#include "schema/schema.h"
#include "state/state.h"
#include "value/path.h"
#include "value/value.h"

namespace terrace::plan {

enum class Mode : std::uint8_t { normal, destroy, refresh_only };
enum class Action : std::uint8_t { no_op, create, read, update, remove, delete_then_create, create_then_delete, forget };
bool is_replace(Action action);

enum class Reason : std::uint8_t {
  none, replace_because_tainted, replace_because_cannot_update, replace_by_request, replace_by_triggers,
  delete_because_no_resource_config, delete_because_wrong_repetition, delete_because_count_index,
  delete_because_each_key, delete_because_no_module, delete_because_no_move_target,
  read_because_config_unknown, read_because_dependency_pending, read_because_check_nested
};
/// G8's strings; empty for none.
std::string_view reason_text(Reason reason);

/// One planned change of a resource instance or deposed object.
struct ResourceChange {
  addrs::Instance address;
  addrs::Instance previous_address;            ///< equal to address unless moved
  std::string deposed;                         ///< deposed key or empty
  addrs::ProviderConfig provider;
  Action action = Action::no_op;
  Reason reason = Reason::none;
  Value before, after;                         ///< with marks; null of the type where absent; after may hold unknowns
  std::vector<value::Path> replace_paths;
  std::string planned_private;
  std::int64_t schema_version = 0;
  std::shared_ptr<const schema::Block> schema;  ///< for rendering and JSON; set when loaded too
  std::vector<addrs::AbsResource> dependencies;  ///< configured + stored
  bool create_before_destroy = false;
  bool metadata_only = false;                  ///< contract 5: differs by release metadata alone
  bool moved() const { return !(address == previous_address); }
};
struct OutputChange {
  std::string name;
  Action action = Action::no_op;               ///< no_op, create, update, remove
  Value before, after;                         ///< with marks
  bool sensitive = false;
  bool metadata_only = false;
};
/// Names an attribute that contributed to a change (E16).
struct RelevantAttribute {
  addrs::Instance resource;
  value::Path attribute;
};
struct VariableValue {
  Value value;          ///< as given, before conversion; unmarked
  bool ephemeral = false;
};

struct Plan {
  Mode mode = Mode::normal;
  bool complete = true;                        ///< false: the walk failed ("errored")
  std::string timestamp;                       ///< RFC 3339; plantimestamp()
  std::map<std::string, VariableValue> variables;   ///< root variables incl. defaults
  std::vector<ResourceChange> changes;         ///< sorted by address, deposed after
  std::vector<ResourceChange> drift;
  std::vector<OutputChange> outputs;           ///< sorted by name, root only
  std::vector<RelevantAttribute> relevant;
  std::vector<state::CheckResult> checks;
  std::vector<std::string> targets, replace_requests;
  std::shared_ptr<const State> prior_state;    ///< refreshed
  std::shared_ptr<const State> previous_state; ///< as read and upgraded, before refresh and moves
  std::shared_ptr<const State> planned_state;  ///< refresh-only and data: what apply would store without changes

  struct Counts { int add = 0, change = 0, destroy = 0, import = 0, forget = 0, metadata = 0; };
  Counts counts() const;                       ///< of managed changes; metadata_only ones counted apart
  bool has_changes() const;                    ///< resource or output changes, or a refresh-only difference
};

}  // namespace terrace::plan

namespace terrace {
using plan::Plan;
}
