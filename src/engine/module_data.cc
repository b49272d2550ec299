// SPDX-License-Identifier: Apache-2.0
#include "engine/module_data.h"

namespace terrace::engine {

std::optional<std::uint32_t> Expansion::find(const addrs::InstanceKey& key) const {
  switch (kind) {
    case Kind::none:
      if (key.kind() == addrs::InstanceKey::Kind::none && !keys.empty()) return 0;
      return {};
    case Kind::count:
      if (key.kind() != addrs::InstanceKey::Kind::number || key.number() < 0) return {};
      if (static_cast<std::uint64_t>(key.number()) >= keys.size()) return {};
      return static_cast<std::uint32_t>(key.number());
    case Kind::for_each: {
      if (key.kind() != addrs::InstanceKey::Kind::string) return {};
      auto it = std::lower_bound(keys.begin(), keys.end(), key, [](const auto& a, const auto& b) { return a.text() < b.text(); });
      if (it == keys.end() || !(*it == key)) return {};
      return static_cast<std::uint32_t>(it - keys.begin());
    }
  }
  return {};
}

Repetition repetition_of(const Expansion& expansion, std::uint32_t index) {
  Repetition repetition;
  repetition.kind = expansion.kind;
  if (expansion.unknown) {
    repetition.key = Value::unknown(expansion.kind == Expansion::Kind::count ? Type::number() : Type::string());
    repetition.value = Value::unknown(Type::dynamic());
    return repetition;
  }
  switch (expansion.kind) {
    case Expansion::Kind::none: break;
    case Expansion::Kind::count: repetition.key = Value::number(expansion.keys[index].number()); break;
    case Expansion::Kind::for_each:
      repetition.key = Value::string(expansion.keys[index].text());
      repetition.value = expansion.each[index];
      break;
  }
  return repetition;
}

ModuleData::ModuleData(const StaticModule& static_module)
    : module(&static_module), variables(static_module.variables.size()), locals(static_module.locals.size()),
      outputs(static_module.outputs.size()), resources(static_module.config->resources.size()), calls(static_module.calls.size()) {}

}  // namespace terrace::engine
