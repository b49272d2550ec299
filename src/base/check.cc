// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

#include "base/version.h"

namespace terrace::base {
void check_failed(const char* condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr,
               "\nThis is a bug in terrace %.*s, not in your configuration.\n  %s:%d: expected %s\n  %.*s\n"
               "State and journal are intact. Please report it with what you ran.\n",
               static_cast<int>(kProductVersion.size()), kProductVersion.data(), file, line, condition,
               static_cast<int>(message.size()), message.data());
  std::abort();
}
}  // namespace terrace::base
