// SPDX-License-Identifier: Apache-2.0
// Typed 32-bit numbers: a NodeId cannot be passed where a FileId is meant.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace terrace {
template <class Tag>
struct Id {
  std::uint32_t index = 0;
  auto operator<=>(const Id&) const = default;
};
}  // namespace terrace

template <class Tag>
struct std::hash<terrace::Id<Tag>> {
  std::size_t operator()(terrace::Id<Tag> id) const noexcept { return id.index; }
};
