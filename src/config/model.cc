// SPDX-License-Identifier: Apache-2.0
#include "config/model.h"

#include <array>

#include "config/keywords.h"

namespace terrace::config {

std::span<const Symbol> resource_meta_arguments() {
  static const std::array names = {keywords().count, keywords().for_each, keywords().depends_on, keywords().provider};
  return names;
}

std::span<const Symbol> resource_meta_blocks() {
  static const std::array names = {keywords().lifecycle, keywords().connection, keywords().provisioner, keywords().escape};
  return names;
}

const Resource* Module::find(const addrs::Resource& address) const {
  auto found = resource_index.find(address);
  return found == resource_index.end() ? nullptr : &resources[found->second];
}

addrs::Provider Module::provider_for(Symbol local_name) const {
  auto found = requirements.find(local_name);
  return found == requirements.end() ? addrs::Provider::implied(local_name) : found->second.provider;
}

}  // namespace terrace::config
