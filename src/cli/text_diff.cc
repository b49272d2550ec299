// SPDX-License-Identifier: Apache-2.0
// Myers' O(ND) difference with the trace kept, so that files that differ little cost little.
#include "cli/text_diff.h"

#include "base/format.h"
#include "base/strings.h"

namespace terrace::cli {

namespace {
struct Line {
  char kind;  // ' ', '-', '+'
  std::string_view text;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  auto lines = base::split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<Line> compare(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const auto n = static_cast<int>(a.size()), m = static_cast<int>(b.size()), limit = n + m;
  std::vector<std::vector<int>> trace;
  std::vector<int> reach(static_cast<std::size_t>(2 * limit + 3), 0);
  auto at = [&](std::vector<int>& v, int k) -> int& { return v[static_cast<std::size_t>(k + limit + 1)]; };
  int found = -1;
  // Very different texts: everything old goes, everything new comes, rather than quadratic time.
  constexpr int kMost = 4000;
  for (int d = 0; d <= limit && d <= kMost && found < 0; ++d) {
    trace.push_back(reach);
    for (int k = -d; k <= d; k += 2) {
      int x = k == -d || (k != d && at(reach, k - 1) < at(reach, k + 1)) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      int y = x - k;
      while (x < n && y < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) ++x, ++y;
      at(reach, k) = x;
      if (x >= n && y >= m) {
        found = d;
        break;
      }
    }
  }
  std::vector<Line> lines;
  if (found < 0) {
    for (auto line : a) lines.push_back({'-', line});
    for (auto line : b) lines.push_back({'+', line});
    return lines;
  }
  int x = n, y = m;
  for (int d = found; d >= 0; --d) {
    auto& v = trace[static_cast<std::size_t>(d)];
    int k = x - y;
    int before = k == -d || (k != d && at(v, k - 1) < at(v, k + 1)) ? k + 1 : k - 1;
    int from_x = d == 0 ? 0 : at(v, before), from_y = d == 0 ? 0 : from_x - before;
    while (x > from_x && y > from_y) lines.push_back({' ', a[static_cast<std::size_t>(--x)]}), --y;
    if (d == 0) break;
    if (x == from_x) lines.push_back({'+', b[static_cast<std::size_t>(--y)]});
    else lines.push_back({'-', a[static_cast<std::size_t>(--x)]});
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}
}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name, std::string_view after_name) {
  auto lines = compare(lines_of(before), lines_of(after));
  std::string text = format("--- {}\n+++ {}\n", before_name, after_name);
  constexpr std::size_t kContext = 3;
  std::size_t old_line = 1, new_line = 1;
  for (std::size_t i = 0; i < lines.size();) {
    if (lines[i].kind == ' ') {
      ++old_line, ++new_line, ++i;
      continue;
    }
    std::size_t begin = i - std::min(i, kContext), end = i, quiet = 0;
    while (begin < i && lines[begin].kind != ' ') ++begin;
    for (std::size_t j = i; j < lines.size() && quiet <= 2 * kContext; ++j) {
      quiet = lines[j].kind == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = j + 1;
    }
    end = std::min(lines.size(), end + kContext);
    std::size_t lead = i - begin, old_count = 0, new_count = 0;
    std::string body;
    for (std::size_t j = begin; j < end; ++j) {
      old_count += lines[j].kind != '+', new_count += lines[j].kind != '-';
      body += lines[j].kind;
      body += std::string(lines[j].text) + "\n";
    }
    text += format("@@ -{},{} +{},{} @@\n{}", old_line - lead, old_count, new_line - lead, new_count, body);
    for (; i < end; ++i) old_line += lines[i].kind != '+', new_line += lines[i].kind != '-';
  }
  return text;
}

}  // namespace terrace::cli
