// SPDX-License-Identifier: Apache-2.0
#include "config/version.h"

#include <charconv>

#include "base/format.h"
#include "base/strings.h"

namespace terrace::config {

namespace {

Error wrong(std::string message) { return {base::ErrorKind::invalid, std::move(message)}; }

bool is_prerelease_text(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    if (!fine) return false;
  }
  return true;
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Semantic versioning's order of the parts behind the dash.
int compare_prerelease(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty()) return 1;
  if (b.empty()) return -1;
  const auto left = base::split(a, '.');
  const auto right = base::split(b, '.');
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i] == right[i]) continue;
    const bool left_number = is_number(left[i]), right_number = is_number(right[i]);
    if (left_number != right_number) return left_number ? -1 : 1;
    if (left_number && left[i].size() != right[i].size()) return left[i].size() < right[i].size() ? -1 : 1;
    return left[i] < right[i] ? -1 : 1;
  }
  return left.size() < right.size() ? -1 : 1;
}

int compare(const Version& a, const Version& b) {
  if (a.numbers != b.numbers) return a.numbers < b.numbers ? -1 : 1;
  return compare_prerelease(a.prerelease, b.prerelease);
}

Result<VersionTerm> parse_term(std::string_view text) {
  struct Spelling {
    std::string_view text;
    VersionOperator op;
  };
  static constexpr Spelling kSpellings[] = {
      {"!=", VersionOperator::not_equal}, {">=", VersionOperator::greater_equal}, {"<=", VersionOperator::less_equal},
      {"~>", VersionOperator::pessimistic}, {"=", VersionOperator::equal}, {">", VersionOperator::greater},
      {"<", VersionOperator::less}};
  VersionTerm term;
  std::string_view rest = base::trim(text);
  if (rest.empty()) return wrong("a term is empty");
  for (const Spelling& spelling : kSpellings) {
    if (!rest.starts_with(spelling.text)) continue;
    term.op = spelling.op;
    rest = base::trim(rest.substr(spelling.text.size()));
    break;
  }
  term.version = TRY(parse_version(rest));
  return term;
}

bool holds(const Version& version, const VersionTerm& term) {
  const Version& wanted = term.version;
  const int order = compare(version, wanted);
  // A pre-release is never chosen by a range: only its exact number selects it, or a bound with the same numbers.
  const bool prerelease_matches = version.prerelease.empty() || (!wanted.prerelease.empty() && version.numbers == wanted.numbers);
  switch (term.op) {
    case VersionOperator::equal: return order == 0;
    case VersionOperator::not_equal: return order != 0;
    case VersionOperator::greater: return prerelease_matches && order > 0;
    case VersionOperator::greater_equal: return prerelease_matches && order >= 0;
    case VersionOperator::less: return prerelease_matches && order < 0;
    case VersionOperator::less_equal: return prerelease_matches && order <= 0;
    case VersionOperator::pessimistic: {
      if (!prerelease_matches || order < 0) return false;
      for (int i = 0; i + 1 < wanted.segments; ++i) {
        if (version.numbers[static_cast<std::size_t>(i)] != wanted.numbers[static_cast<std::size_t>(i)]) return false;
      }
      // "~> 1" leaves the only number free.
      return true;
    }
  }
  __builtin_unreachable();
}

}  // namespace

Result<Version> parse_version(std::string_view text) {
  Version out;
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  if (const auto build = rest.find('+'); build != std::string_view::npos) {
    if (!is_prerelease_text(rest.substr(build + 1))) return wrong(format("\"{}\" is not a version number", text));
    rest = rest.substr(0, build);
  }
  if (const auto dash = rest.find('-'); dash != std::string_view::npos) {
    out.prerelease = std::string(rest.substr(dash + 1));
    if (!is_prerelease_text(out.prerelease)) return wrong(format("\"{}\" is not a version number", text));
    rest = rest.substr(0, dash);
  }
  const auto parts = base::split(rest, '.');
  if (parts.size() > out.numbers.size()) return wrong(format("\"{}\" has more than three numbers", text));
  out.segments = static_cast<int>(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, out.numbers[i]);
    if (parts[i].empty() || error != std::errc() || stop != end) return wrong(format("\"{}\" is not a version number", text));
  }
  return out;
}

Result<std::vector<VersionTerm>> parse_version_constraint(std::string_view text) {
  std::vector<VersionTerm> out;
  for (std::string_view term : base::split(text, ',')) out.push_back(TRY(parse_term(term)));
  return out;
}

bool satisfies(const Version& version, const std::vector<VersionTerm>& constraint) {
  for (const VersionTerm& term : constraint) {
    if (!holds(version, term)) return false;
  }
  return true;
}

}  // namespace terrace::config
