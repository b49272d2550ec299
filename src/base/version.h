// SPDX-License-Identifier: Apache-2.0
// The product's own version, and the language version it reports to configurations, state and providers.
#pragma once
#include <string_view>
namespace terrace::base {
inline constexpr std::string_view kProductVersion = "0.1.0";
inline constexpr std::string_view kLanguageVersion = "1.11.4";
}  // namespace terrace::base
