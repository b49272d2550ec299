// SPDX-License-Identifier: Apache-2.0
#include "diag/suggest.h"

#include <algorithm>
#include <numeric>

namespace terrace::diag {

namespace {
constexpr std::size_t kMaxDistance = 3;

/// Levenshtein distance, or more than `limit` as soon as that is certain.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) return limit + 1;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    std::size_t best = row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
  }
  return row[b.size()];
}
}  // namespace

std::vector<std::string_view> suggestions(std::string_view name, std::span<const std::string_view> candidates) {
  // A very short name still gets help with one wrong letter.
  const std::size_t limit = std::clamp<std::size_t>(name.size() / 3, 1, kMaxDistance);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (std::string_view candidate : candidates) {
    const std::size_t apart = distance(name, candidate, limit);
    if (apart <= limit && candidate != name && apart < name.size()) found.emplace_back(apart, candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> out;
  for (const auto& [apart, candidate] : found) {
    if (std::find(out.begin(), out.end(), candidate) == out.end()) out.push_back(candidate);
    if (out.size() == 3) break;
  }
  return out;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const auto found = suggestions(name, candidates);
  if (found.empty()) return {};
  std::string out = " Did you mean ";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) out += i + 1 == found.size() ? " or " : ", ";
    out += '"';
    out += found[i];
    out += '"';
  }
  return out + '?';
}

}  // namespace terrace::diag
