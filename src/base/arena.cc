// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace terrace::base {

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  auto padding = [&] { return (alignment - reinterpret_cast<std::uintptr_t>(next_) % alignment) % alignment; };
  std::size_t pad = padding();
  if (next_ == nullptr || pad + bytes > left_) {
    // Blocks grow with the arena: small trees stay small, big ones make few allocations.
    std::size_t size = std::max(bytes + alignment, std::clamp<std::size_t>(total_ / 2, 4096, std::size_t{1} << 20));
    blocks_.emplace_back(new std::byte[size]);
    next_ = blocks_.back().get();
    left_ = size;
    pad = padding();
  }
  std::byte* place = next_ + pad;
  next_ += pad + bytes;
  left_ -= pad + bytes;
  total_ += bytes;
  return place;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* to = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

}  // namespace terrace::base
