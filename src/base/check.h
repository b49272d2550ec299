// SPDX-License-Identifier: Apache-2.0
// CHECK: our own mistakes. Always on; prints what was expected and how to report it, then aborts.
#pragma once
#include <string_view>

namespace terrace::base {
/// Prints "This is a bug in terrace" with `condition`, `message`, place and version to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, std::string_view message, const char* file, int line);
}  // namespace terrace::base

#define CHECK(condition, message)                                                   \
  do {                                                                              \
    if (!(condition)) [[unlikely]]                                                  \
      ::terrace::base::check_failed(#condition, (message), __FILE__, __LINE__);     \
  } while (false)
