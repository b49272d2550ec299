// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the only suggestion function of the product.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::diag {
/// Up to three of `candidates` within edit distance 3 and a third of the length of `name`, nearest first,
/// ties by order given.
std::vector<std::string_view> suggestions(std::string_view name, std::span<const std::string_view> candidates);
/// ` Did you mean "x"?` with a leading space, or empty.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);
}  // namespace terrace::diag
