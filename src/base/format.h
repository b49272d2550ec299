// SPDX-License-Identifier: Apache-2.0
// The one door to libfmt: `format("{} of {}", 1, 2)`.
#pragma once
#include <fmt/core.h>

#include <string>
#include <utility>

namespace terrace {
template <class... Args>
[[nodiscard]] std::string format(fmt::format_string<Args...> text, Args&&... args) {
  return fmt::format(text, std::forward<Args>(args)...);
}
}  // namespace terrace
