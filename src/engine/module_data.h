// SPDX-License-Identifier: Apache-2.0
// The dynamic side of a walk: values per module instance, slots per resource instance. `a[i].id` touches one slot;
// whole-resource values are built once and kept.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/blueprint.h"
#include "value/value.h"

namespace terrace::engine {

/// How an object repeats, evaluated.
struct Expansion {
  enum class Kind : std::uint8_t { none, count, for_each };
  Kind kind = Kind::none;
  std::vector<addrs::InstanceKey> keys{addrs::InstanceKey()};
  std::vector<Value> each;  ///< for_each: values parallel to keys
  bool unknown = false;     ///< validate and offline only: how many there are is not known

  std::optional<std::uint32_t> find(const addrs::InstanceKey& key) const;
};

/// What `count`, `each` and `self` mean where an expression is evaluated.
struct Repetition {
  Expansion::Kind kind = Expansion::Kind::none;
  Value key;    ///< count.index or each.key
  Value value;  ///< each.value
};
Repetition repetition_of(const Expansion& expansion, std::uint32_t index);

struct ResourceData {
  Expansion expansion;
  std::vector<Value> values;  ///< parallel to expansion.keys
  bool expanded = false;
  mutable std::mutex mutex;               ///< guards `whole`
  mutable std::optional<Value> whole;
};

struct ModuleData;
struct CallData {
  Expansion expansion;
  std::vector<std::unique_ptr<ModuleData>> instances;  ///< parallel to expansion.keys
  bool expanded = false;
};

struct ModuleData {
  const StaticModule* module = nullptr;
  const ModuleData* parent = nullptr;
  addrs::ModuleInstance address;
  Repetition repetition;  ///< of the call, for its input expressions
  bool unknown = false;   ///< validate: stands for an unknown number of instances
  std::vector<std::optional<Value>> variables, locals, outputs;
  std::vector<ResourceData> resources;
  std::vector<CallData> calls;

  explicit ModuleData(const StaticModule& module);
};

}  // namespace terrace::engine
