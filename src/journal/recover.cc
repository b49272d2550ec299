// SPDX-License-Identifier: Apache-2.0
#include "journal/recover.h"

#include <algorithm>

#include "state/file.h"

namespace terrace::journal {
namespace {

state::ObjectRef object_at(const State& state, const Intent& intent) {
  if (intent.deposed.empty()) return state.object(intent.address);
  const auto* resource = state.find(intent.address.abs_resource());
  const auto* instance = resource == nullptr ? nullptr : resource->find(intent.address.key);
  if (instance == nullptr) return nullptr;
  for (const auto& deposed : instance->deposed) {
    if (deposed.key == intent.deposed) return deposed.object;
  }
  return nullptr;
}

bool has_deposed(const State& state, const addrs::Instance& address, const std::string& key) {
  Intent probe;
  probe.address = address;
  probe.deposed = key;
  return object_at(state, probe) != nullptr;
}

void lay(State& state, const Intent& intent, const state::ObjectRef& object) {
  if (!intent.deposed.empty()) {
    state.set_deposed(intent.address, intent.provider, intent.deposed, object);
    return;
  }
  if (object && !intent.deposes.empty() && !has_deposed(state, intent.address, intent.deposes)) {
    state.depose(intent.address, intent.deposes);
  }
  state.set_object(intent.address, intent.provider, object);
}

/// True if the snapshot reached the state file and only the fold is missing.
bool is_snapshot(const State& state, const Journal::Contents& contents) {
  if (!contents.snapshot || contents.held.empty() || state.lineage != contents.snapshot_lineage ||
      state.serial != contents.snapshot_serial) {
    return false;
  }
  auto snapshot = state::parse_state(*contents.snapshot);
  return snapshot && state::same_content(*snapshot, state);
}

}  // namespace

Recovery recover(State& state, const Journal::Contents& contents) {
  Recovery recovery;
  recovery.doubts = contents.doubts;
  // A state of another lineage was put there by hand: the effects are real, but whose they are now is not for us to say.
  const bool foreign = !contents.snapshot_lineage.empty() && !state.lineage.empty() && contents.snapshot_lineage != state.lineage;
  const bool stored = !foreign && is_snapshot(state, contents);
  for (const auto& [intent, outcome] : contents.unfolded) {
    if (outcome.kind == Outcome::Kind::failed_without_effect) continue;
    if (foreign) {
      recovery.doubts.push_back({intent});
      continue;
    }
    if (stored && std::binary_search(contents.held.begin(), contents.held.end(), intent.sequence)) continue;
    if (state::same_object(object_at(state, intent), outcome.object)) continue;
    lay(state, intent, outcome.object);
    recovery.changed = true;
  }
  std::sort(recovery.doubts.begin(), recovery.doubts.end(),
            [](const Doubt& a, const Doubt& b) { return a.intent.sequence < b.intent.sequence; });
  return recovery;
}

}  // namespace terrace::journal
