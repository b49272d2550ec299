// SPDX-License-Identifier: Apache-2.0
// Any bytes as a state: parsing ends with a state or an error, and what was parsed is stable under write and parse.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "state/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace::state;
  auto state = parse_state(std::string(reinterpret_cast<const char*>(data), size));
  if (!state) return 0;
  for (auto format : {StateFormat::indented, StateFormat::compact}) {
    std::string text = write_state(*state, format);
    auto again = parse_state(text);
    if (!again || !same_content(*state, *again) || write_state(*again, format) != text) std::abort();
  }
  return 0;
}
