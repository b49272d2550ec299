// SPDX-License-Identifier: Apache-2.0
// Regular expressions by RE2, with Go's rules for repeated matches and for `$1` in replacements.
#include <re2/re2.h>

#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

/// RE2 of this age knows named groups only as (?P<name>…).
std::string with_python_names(std::string_view pattern) {
  std::string out;
  bool in_class = false, quoted = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      char next = pattern[++i];
      out += next;
      if (next == 'Q') quoted = true;
      if (next == 'E') quoted = false;
    } else if (quoted) {
      continue;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A ']' right at the start of a class is one of its characters.
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out += pattern[++i];
    } else if (pattern.substr(i, 3) == "(?<") {
      out += "?P<";
      i += 2;
    }
  }
  return out;
}

class Regex {
 public:
  explicit Regex(std::string_view pattern) : re_(with_python_names(pattern), options()) {
    if (!re_.ok()) return;
    groups_.resize(static_cast<std::size_t>(re_.NumberOfCapturingGroups()) + 1);
  }
  /// The pattern is not a regular expression, or mixes named and unnamed groups.
  std::optional<CallError> error(int argument) const {
    if (!re_.ok()) return fail(argument, "the pattern is not a valid regular expression: " + re_.error());
    std::size_t named = re_.NamedCapturingGroups().size();
    if (named != 0 && named + 1 != groups_.size()) {
      return fail(argument, "the groups of the pattern must be all named or all unnamed");
    }
    return std::nullopt;
  }
  const re2::RE2& re() const { return re_; }

  /// Calls `f()` for each match as Go finds them: none that is empty right after another. `f` returns false to stop.
  template <class F>
  void each_match(std::string_view subject, F&& f) {
    re2::StringPiece all(subject.data(), subject.size());
    std::size_t at = 0;
    std::ptrdiff_t previous_end = -1;
    while (at <= subject.size()) {
      if (!re_.Match(all, at, subject.size(), re2::RE2::UNANCHORED, groups_.data(), static_cast<int>(groups_.size()))) return;
      auto begin = groups_[0].data() - subject.data();
      auto end = begin + static_cast<std::ptrdiff_t>(groups_[0].size());
      bool accept = begin != end || begin != previous_end;
      if (begin == end) {
        std::size_t next = static_cast<std::size_t>(end) + 1;
        while (next < subject.size() && (static_cast<unsigned char>(subject[next]) & 0xC0) == 0x80) ++next;
        at = next;
      } else {
        at = static_cast<std::size_t>(end);
      }
      if (accept && !f()) return;
      previous_end = end;
    }
  }
  /// Group 0 is the whole match.
  std::size_t group_count() const { return groups_.size(); }
  bool group_matched(std::size_t group) const { return groups_[group].data() != nullptr; }
  std::string_view group(std::size_t group) const { return {groups_[group].data(), groups_[group].size()}; }

  /// What one match is as a value: text, tuple of groups, or object of named groups.
  Value match_value() const {
    auto value_of = [&](std::size_t i) {
      return group_matched(i) ? text(group(i)) : Value::null(Type::string());
    };
    if (groups_.size() == 1) return text(group(0));
    if (!re_.NamedCapturingGroups().empty()) {
      std::vector<std::pair<Symbol, Value>> attributes;
      for (const auto& [name, index] : re_.NamedCapturingGroups()) {
        attributes.emplace_back(Symbol(name), value_of(static_cast<std::size_t>(index)));
      }
      return Value::object(std::move(attributes));
    }
    std::vector<Value> elements;
    for (std::size_t i = 1; i < groups_.size(); ++i) elements.push_back(value_of(i));
    return Value::tuple(std::move(elements));
  }
  Type match_type() const {
    if (groups_.size() == 1) return Type::string();
    if (!re_.NamedCapturingGroups().empty()) {
      std::vector<Type::Attribute> attributes;
      for (const auto& [name, index] : re_.NamedCapturingGroups()) attributes.push_back({Symbol(name), Type::string()});
      return Type::object(std::move(attributes));
    }
    return Type::tuple(std::vector<Type>(groups_.size() - 1, Type::string()));
  }

 private:
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    return options;
  }
  re2::RE2 re_;
  std::vector<re2::StringPiece> groups_;
};

constexpr Parameter kRegex[] = {{"pattern", type_string}, {"string", type_string}};
std::optional<Type> regex_type(std::span<const Value> arguments) {
  if (arguments[0].is_unknown()) return std::nullopt;
  Regex regex(arguments[0].as_string());
  return regex.error(0) ? std::nullopt : std::optional(regex.match_type());
}
std::optional<Type> regexall_type(std::span<const Value> arguments) {
  auto element = regex_type(arguments);
  return Type::list(element.value_or(Type::dynamic()));
}
CallResult call_regex(const Call& call) {
  Regex regex(call.arguments[0].as_string());
  if (auto error = regex.error(0)) return *error;
  std::optional<Value> found;
  regex.each_match(call.arguments[1].as_string(), [&] {
    found = regex.match_value();
    return false;
  });
  if (!found) return fail("the pattern did not match any part of the string");
  return *found;
}
CallResult call_regexall(const Call& call) {
  Regex regex(call.arguments[0].as_string());
  if (auto error = regex.error(0)) return *error;
  std::vector<Value> matches;
  regex.each_match(call.arguments[1].as_string(), [&] {
    matches.push_back(regex.match_value());
    return matches.size() < kMaxElements;
  });
  return Value::list(regex.match_type(), std::move(matches));
}

/// Go's template: $1, $name (the longest run of letters, digits, '_'), ${name}, $$; unknown groups are empty.
void expand(std::string& out, std::string_view replacement, const Regex& regex) {
  auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '$' || i + 1 == replacement.size()) {
      out += replacement[i];
      continue;
    }
    if (replacement[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    bool braced = replacement[i + 1] == '{';
    std::size_t begin = i + (braced ? 2 : 1), end = begin;
    while (end < replacement.size() && is_word(replacement[end])) ++end;
    if (end == begin || (braced && (end == replacement.size() || replacement[end] != '}'))) {
      out += '$';  // not a reference: stands for itself
      continue;
    }
    std::string name(replacement.substr(begin, end - begin));
    i = braced ? end : end - 1;
    std::size_t group = regex.group_count();
    if (name.find_first_not_of("0123456789") == std::string::npos) {
      if (name.size() < 6) group = static_cast<std::size_t>(std::stoi(name));
    } else if (auto it = regex.re().NamedCapturingGroups().find(name); it != regex.re().NamedCapturingGroups().end()) {
      group = static_cast<std::size_t>(it->second);
    }
    if (group < regex.group_count() && regex.group_matched(group)) out += regex.group(group);
  }
}

constexpr Parameter kReplace[] = {{"str", type_string}, {"substr", type_string}, {"replace", type_string}};
CallResult call_replace(const Call& call) {
  std::string_view subject = call.arguments[0].as_string(), wanted = call.arguments[1].as_string();
  std::string_view replacement = call.arguments[2].as_string();
  bool literal = wanted.size() < 2 || wanted.front() != '/' || wanted.back() != '/';
  std::string out;
  if (literal && !wanted.empty()) {
    for (;;) {
      auto found = subject.find(wanted);
      out += subject.substr(0, found);
      if (found == std::string_view::npos) return text(out);
      out += replacement;
      if (out.size() > kMaxText) return fail("the result is larger than 64 MiB");
      subject.remove_prefix(found + wanted.size());
    }
  }
  // An empty text is found between all characters, as an empty pattern is.
  Regex regex(literal ? std::string_view() : wanted.substr(1, wanted.size() - 2));
  if (!regex.re().ok()) return *regex.error(1);
  std::size_t copied = 0;
  regex.each_match(subject, [&] {
    auto begin = static_cast<std::size_t>(regex.group(0).data() - subject.data());
    out += subject.substr(copied, begin - copied);
    if (literal) {
      out += replacement;
    } else {
      expand(out, replacement, regex);
    }
    copied = begin + regex.group(0).size();
    return out.size() <= kMaxText;
  });
  if (out.size() > kMaxText) return fail("the result is larger than 64 MiB");
  out += subject.substr(copied);
  return text(out);
}

}  // namespace

const Builtin builtin_regex = {.name = "regex", .signature = "regex(pattern, string)",
    .doc = "The first match of a pattern (RE2): text, or its groups as a tuple or object.",
    .parameters = kRegex, .result_type = regex_type, .call = call_regex};
const Builtin builtin_regexall = {.name = "regexall", .signature = "regexall(pattern, string)",
    .doc = "All matches of a pattern (RE2), each as regex() tells it, in a list.",
    .parameters = kRegex, .result_type = regexall_type, .call = call_regexall};
const Builtin builtin_replace = {.name = "replace", .signature = "replace(str, substr, replace)",
    .doc = "The text with every occurrence of substr replaced; /substr/ is a pattern and $1 or ${name} its groups.",
    .parameters = kReplace, .result = type_string, .call = call_replace};

}  // namespace terrace::lang
