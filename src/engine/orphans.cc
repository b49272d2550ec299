// SPDX-License-Identifier: Apache-2.0
#include "engine/orphans.h"

#include "base/format.h"

namespace terrace::engine {

void add_orphans(Blueprint& blueprint, const State& state, Diagnostics& diags) {
  for (const auto& [address, resource] : state.resources()) {
    if (address.resource.mode != addrs::Mode::managed || blueprint.find_resource(address)) continue;
    const std::uint32_t* provider = blueprint.find_provider(resource->provider);
    if (provider == nullptr) {
      const addrs::ProviderConfig& wanted = resource->provider;
      if (!wanted.module.is_root() || !wanted.alias.empty()) {
        diags.error(DiagCode::provider_missing,
                    format("To work with {} its original provider configuration at {} is required, but it has been removed. Put it back, "
                           "destroy the object, and remove the configuration after that.", address.text(), wanted.text())).address = address.text();
        continue;
      }
      blueprint.add_orphan(address, blueprint.add_implied_provider(wanted));
      continue;
    }
    blueprint.add_orphan(address, *provider);
  }
}

}  // namespace terrace::engine
