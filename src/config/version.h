// SPDX-License-Identifier: Apache-2.0
// Version numbers and constraints as configurations write them (checklist D2). Private to this folder.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace terrace::config {

struct Version {
  std::array<std::uint64_t, 3> numbers{};
  int segments = 3;          ///< how many were written
  std::string prerelease;    ///< "beta1"
};
/// "1.2", "1.2.3-beta1+build". Error: what is wrong with it.
Result<Version> parse_version(std::string_view text);

enum class VersionOperator : std::uint8_t { equal, not_equal, greater, greater_equal, less, less_equal, pessimistic };
struct VersionTerm {
  VersionOperator op = VersionOperator::equal;
  Version version;
};
/// Comma-separated terms, all of which must hold.
Result<std::vector<VersionTerm>> parse_version_constraint(std::string_view text);
bool satisfies(const Version& version, const std::vector<VersionTerm>& constraint);

}  // namespace terrace::config
