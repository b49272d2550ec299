// SPDX-License-Identifier: Apache-2.0
// Interned names: equality is one comparison, the text lives as long as the process.
// For identifiers, attribute names, labels and addresses; never for user data of unbounded variety.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

namespace terrace::base {

class Symbol {
 public:
  constexpr Symbol() = default;                ///< the empty name
  explicit Symbol(std::string_view text);      ///< interns; thread-safe
  std::string_view text() const;               ///< valid for the life of the process
  std::uint32_t index() const { return index_; }
  bool empty() const { return index_ == 0; }
  bool operator==(const Symbol&) const = default;

 private:
  std::uint32_t index_ = 0;
};
/// Order by text (bytewise), not by age.
inline std::strong_ordering operator<=>(Symbol a, Symbol b) {
  return a == b ? std::strong_ordering::equal : a.text() <=> b.text();
}

}  // namespace terrace::base

namespace terrace {
using base::Symbol;
}
template <>
struct std::hash<terrace::base::Symbol> {
  std::size_t operator()(terrace::base::Symbol s) const noexcept { return s.index() * 0x9E3779B97F4A7C15ull; }
};
