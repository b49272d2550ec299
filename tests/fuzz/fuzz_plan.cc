// SPDX-License-Identifier: Apache-2.0
// Any bytes as a plan file: refused, or read and written to the same content. The first byte picks how the rest is
// used: as it is, or as an edit of a good file, which reaches deeper.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plan/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace::plan;
  static const std::string good = [] {
    SavedPlan plan;
    plan.identity = "pi1:00";
    plan.files = {{"/p/main.tf", "a = 1\n"}};
    plan.prior_state = "{}";
    auto bytes = write_plan_file(plan);
    return bytes ? *bytes : std::string();
  }();
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    std::string edited = good;
    for (std::size_t i = 0; i + 2 < bytes.size() && !edited.empty(); i += 3) {
      std::size_t at = (static_cast<unsigned char>(bytes[i]) << 8 | static_cast<unsigned char>(bytes[i + 1])) % edited.size();
      edited[at] = bytes[i + 2];
    }
    bytes = std::move(edited);
  }
  auto plan = read_plan_file(bytes);
  if (!plan) return 0;
  auto again = write_plan_file(*plan);
  if (!again) std::abort();
  auto back = read_plan_file(*again);
  if (!back || back->files != plan->files || back->identity != plan->identity || back->prior_state != plan->prior_state) std::abort();
  return 0;
}
