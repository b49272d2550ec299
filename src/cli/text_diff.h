// SPDX-License-Identifier: Apache-2.0
// Line differences of two texts in the unified format of `diff -u`.
#pragma once
#include <string>
#include <string_view>

namespace terrace::cli {
std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name, std::string_view after_name);
}  // namespace terrace::cli
