// SPDX-License-Identifier: Apache-2.0
// Go-style flags as Terraform's users type them (checklist H1): one or two dashes, -name=value or -name value,
// booleans -x or -x=false, flags before, between and after positional arguments, `--` ends them.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::cli {

enum class FlagKind : std::uint8_t { boolean, value, list };
struct Flag {
  std::string_view name;
  FlagKind kind;
  std::string_view argument;  ///< "FILE", shown in help; empty for booleans
  std::string_view help;
};

class Arguments {
 public:
  /// Parses against the flags allowed; every mistake is in `errors()`.
  Arguments(std::span<const Flag> flags, const std::vector<std::string>& words);
  bool flag(std::string_view name, bool fallback = false) const;
  std::optional<std::string> value(std::string_view name) const;     ///< the last one given
  std::vector<std::string> list(std::string_view name) const;
  bool given(std::string_view name) const;
  const std::vector<std::string>& positional() const { return positional_; }
  /// Every flag as given, in order: -var and -var-file take effect in order.
  const std::vector<std::pair<std::string, std::string>>& in_order() const { return given_; }
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<std::string> positional_;
  std::vector<std::string> errors_;
};

// Flag groups (checklist H2).
std::span<const Flag> view_flags();
std::span<const Flag> variable_flags();
std::span<const Flag> state_flags();
std::span<const Flag> operation_flags();
std::span<const Flag> environment_flags();  ///< -env, -break-glass, -sandbox
std::vector<Flag> flags(std::initializer_list<std::span<const Flag>> groups, std::initializer_list<Flag> own = {});
/// "500ms", "10s", "5m", "1h30m" as Go's durations; nothing when malformed.
std::optional<long long> parse_duration_ms(std::string_view text);

}  // namespace terrace::cli
