// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <charconv>

#include "base/format.h"
#include "diag/suggest.h"

namespace terrace::cli {

namespace {
constexpr Flag kView[] = {
    {"no-color", FlagKind::boolean, "", "Plain output without colours."},
    {"compact-warnings", FlagKind::boolean, "", "Warnings as one line each, unless there are errors."},
    {"consolidate-warnings", FlagKind::boolean, "", "Group similar warnings."},
    {"consolidate-errors", FlagKind::boolean, "", "Group similar errors."},
    {"concise", FlagKind::boolean, "", "No progress lines."},
    {"json", FlagKind::boolean, "", "Machine-readable output."},
    {"show-sensitive", FlagKind::boolean, "", "Print sensitive values."},
    {"input", FlagKind::boolean, "", "Ask for missing values (default true)."},
};
constexpr Flag kVariables[] = {
    {"var", FlagKind::list, "'NAME=VALUE'", "Sets one input variable; may be repeated."},
    {"var-file", FlagKind::list, "FILE", "Reads input variables from a file; may be repeated."},
};
constexpr Flag kState[] = {
    {"lock", FlagKind::boolean, "", "Lock the state (default true)."},
    {"lock-timeout", FlagKind::value, "DURATION", "How long to wait for the lock (default 0s)."},
    {"state", FlagKind::value, "PATH", "Local state file to read."},
    {"state-out", FlagKind::value, "PATH", "Local state file to write."},
    {"backup", FlagKind::value, "PATH", "Where to back the old state up; - for nowhere."},
};
constexpr Flag kOperation[] = {
    {"parallelism", FlagKind::value, "N", "Operations at once (default 10)."},
    {"refresh", FlagKind::boolean, "", "Read every object before planning (default true)."},
    {"refresh-only", FlagKind::boolean, "", "Only bring the state up to date with what exists."},
    {"destroy", FlagKind::boolean, "", "Plan to destroy everything in the state."},
    {"target", FlagKind::list, "ADDRESS", "Only this and what it needs; may be repeated."},
    {"replace", FlagKind::list, "ADDRESS", "Replace this instance; may be repeated."},
};
constexpr Flag kEnvironment[] = {
    {"env", FlagKind::value, "NAME", "Act on an environment of the project: its variable files, settings and state."},
    {"break-glass", FlagKind::value, "REASON", "Change a protected environment all the same; the reason is recorded."},
    {"sandbox", FlagKind::boolean, "", "Simulate providers and remote backends."},
};
}  // namespace

std::span<const Flag> view_flags() { return kView; }
std::span<const Flag> variable_flags() { return kVariables; }
std::span<const Flag> state_flags() { return kState; }
std::span<const Flag> operation_flags() { return kOperation; }
std::span<const Flag> environment_flags() { return kEnvironment; }

std::vector<Flag> flags(std::initializer_list<std::span<const Flag>> groups, std::initializer_list<Flag> own) {
  std::vector<Flag> all(own.begin(), own.end());
  for (auto group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

Arguments::Arguments(std::span<const Flag> flags, const std::vector<std::string>& words) {
  bool only_positional = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_positional || word.size() < 2 || word[0] != '-') {
      positional_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_positional = true;
      continue;
    }
    std::string_view body = std::string_view(word).substr(word[1] == '-' ? 2 : 1);
    auto equals = body.find('=');
    std::string name(body.substr(0, equals));
    const Flag* flag = nullptr;
    for (const auto& candidate : flags) {
      if (candidate.name == name) flag = &candidate;
    }
    if (flag == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& candidate : flags) names.push_back(candidate.name);
      errors_.push_back(format("There is no flag -{} here.{}", name, diag::did_you_mean(name, names)));
      continue;
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = std::string(body.substr(equals + 1));
      if (flag->kind == FlagKind::boolean && value != "true" && value != "false" && value != "1" && value != "0") {
        errors_.push_back(format("-{} is true or false, not \"{}\".", name, value));
        continue;
      }
    } else if (flag->kind == FlagKind::boolean) {
      value = "true";
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      errors_.push_back(format("-{} needs a value: -{}={}.", name, name, flag->argument));
      continue;
    }
    given_.emplace_back(std::move(name), std::move(value));
  }
}

std::optional<std::string> Arguments::value(std::string_view name) const {
  for (auto it = given_.rbegin(); it != given_.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return std::nullopt;
}
bool Arguments::flag(std::string_view name, bool fallback) const {
  auto text = value(name);
  return text ? *text == "true" || *text == "1" : fallback;
}
std::vector<std::string> Arguments::list(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [given, text] : given_) {
    if (given == name) found.push_back(text);
  }
  return found;
}
bool Arguments::given(std::string_view name) const { return value(name).has_value(); }

std::optional<long long> parse_duration_ms(std::string_view text) {
  if (text == "0") return 0;
  double total = 0;
  bool any = false;
  while (!text.empty()) {
    double amount = 0;
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (status != std::errc() || amount < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    double unit = 0;
    if (text.starts_with("ms")) unit = 1, text.remove_prefix(2);
    else if (text.starts_with("s")) unit = 1000, text.remove_prefix(1);
    else if (text.starts_with("m")) unit = 60'000, text.remove_prefix(1);
    else if (text.starts_with("h")) unit = 3'600'000, text.remove_prefix(1);
    else return std::nullopt;
    total += amount * unit;
    any = true;
  }
  if (!any || total > 1e15) return std::nullopt;
  return static_cast<long long>(total);
}

}  // namespace terrace::cli
