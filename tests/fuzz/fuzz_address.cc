// SPDX-License-Identifier: Apache-2.0
// Any text as an address of each kind: what parses prints as something that parses to the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "addrs/addrs.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (auto instance = addrs::parse_instance(text)) {
    auto again = addrs::parse_instance(instance->text());
    CHECK(again && *again == *instance, "an instance address survives printing");
  }
  if (auto module = addrs::parse_module(text)) {
    auto again = addrs::parse_module(module->text());
    CHECK(module->is_root() || (again && *again == *module), "a module address survives printing");
  }
  if (auto config = addrs::parse_provider_config(text)) {
    auto again = addrs::parse_provider_config(config->text());
    CHECK(again && *again == *config, "a provider configuration's address survives printing");
  }
  if (auto provider = addrs::parse_provider(text)) (void)provider->display();
  if (auto target = addrs::parse_target(text)) (void)target->text();
  return 0;
}
