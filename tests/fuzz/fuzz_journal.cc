// SPDX-License-Identifier: Apache-2.0
// Any bytes as the journal that a crash left beside a state: opened or refused, and recovery of an empty state ends.
#include <cstddef>
#include <cstdint>
#include <string>

#include "journal/journal.h"
#include "journal/recover.h"
#include "world/fake_world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  world::FakeWorld fake;
  fake.put_file("/stack/terraform.tfstate.journal", std::string(reinterpret_cast<const char*>(data), size));
  auto journal = journal::Journal::open(fake.world(), "/stack/terraform.tfstate.journal");
  if (!journal) return 0;
  State state;
  (void)journal::recover(state, (*journal)->contents());
  return 0;
}
