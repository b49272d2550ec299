// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <algorithm>

#include "state/file.h"

namespace terrace::plan {

bool is_replace(Action action) { return action == Action::delete_then_create || action == Action::create_then_delete; }

std::string_view reason_text(Reason reason) {
  switch (reason) {
    case Reason::none: return "";
    case Reason::replace_because_tainted: return "replace_because_tainted";
    case Reason::replace_because_cannot_update: return "replace_because_cannot_update";
    case Reason::replace_by_request: return "replace_by_request";
    case Reason::replace_by_triggers: return "replace_by_triggers";
    case Reason::delete_because_no_resource_config: return "delete_because_no_resource_config";
    case Reason::delete_because_wrong_repetition: return "delete_because_wrong_repetition";
    case Reason::delete_because_count_index: return "delete_because_count_index";
    case Reason::delete_because_each_key: return "delete_because_each_key";
    case Reason::delete_because_no_module: return "delete_because_no_module";
    case Reason::delete_because_no_move_target: return "delete_because_no_move_target";
    case Reason::read_because_config_unknown: return "read_because_config_unknown";
    case Reason::read_because_dependency_pending: return "read_because_dependency_pending";
    case Reason::read_because_check_nested: return "read_because_check_nested";
  }
  return "";
}

Plan::Counts Plan::counts() const {
  Counts counts;
  for (const auto& change : changes) {
    if (change.address.resource.mode != addrs::Mode::managed) continue;
    if (change.metadata_only) {
      ++counts.metadata;
      continue;
    }
    switch (change.action) {
      case Action::no_op: case Action::read: break;
      case Action::create: ++counts.add; break;
      case Action::update: ++counts.change; break;
      case Action::remove: ++counts.destroy; break;
      case Action::delete_then_create: case Action::create_then_delete:
        ++counts.add;
        ++counts.destroy;
        break;
      case Action::forget: ++counts.forget; break;
    }
  }
  return counts;
}

namespace {
/// Managed resources alike, whatever reading data sources gave.
bool same_managed(const State& a, const State& b) {
  auto managed = [](const State& state) {
    State out;
    for (const auto& [address, resource] : state.resources()) {
      if (address.resource.mode == addrs::Mode::managed) out.set_resource(resource);
    }
    return out;
  };
  return state::same_content(managed(a), managed(b));
}
}  // namespace

bool Plan::has_changes() const {
  auto changed = [](const ResourceChange& change) { return change.action != Action::no_op || change.moved(); };
  if (std::any_of(changes.begin(), changes.end(), changed)) return true;
  auto output_changed = [](const OutputChange& change) { return change.action != Action::no_op; };
  if (std::any_of(outputs.begin(), outputs.end(), output_changed)) return true;
  return mode == Mode::refresh_only && prior_state && previous_state && !same_managed(*previous_state, *prior_state);
}

}  // namespace terrace::plan
