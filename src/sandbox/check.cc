// SPDX-License-Identifier: Apache-2.0
// Configuration checks that a schema cannot express: values, ranges, and which arguments go together.
#include <re2/re2.h>

#include <cmath>
#include <mutex>

#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "sandbox/planner.h"

namespace terrace::sandbox {
namespace {

using provider::ProviderDiagnostic;
using provider::ProviderDiagnostics;
using value::Path;
using value::PathStep;

ProviderDiagnostic error(std::string summary, std::string detail, Path path) {
  return {ProviderDiagnostic::Severity::error, std::move(summary), std::move(detail), std::move(path)};
}

/// Patterns come from packs and are compiled once; RE2 runs in linear time whatever they say.
bool matches(const std::string& pattern, std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<re2::RE2>> compiled;
  const re2::RE2* regex = nullptr;
  {
    std::lock_guard guard(mutex);
    auto& slot = compiled[pattern];
    if (slot == nullptr) slot = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
    regex = slot.get();
  }
  return !regex->ok() || re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
}

std::string quoted_list(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? " or " : ", ";
    out += format("\"{}\"", items[i]);
  }
  return out;
}

std::string number_text(double n) { return n == std::floor(n) ? format("{}", static_cast<long long>(n)) : format("{}", n); }

bool is_cidr(std::string_view text, int low, int high, std::string& why) {
  unsigned a = 256, b = 256, c = 256, d = 256;
  int bits = -1, end = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%3u.%3u.%3u.%3u/%2d%n", &a, &b, &c, &d, &bits, &end) != 5 || static_cast<std::size_t>(end) != copy.size() ||
      (a | b | c | d) > 255 || bits < 0 || bits > 32) {
    why = "it is not an IPv4 network like \"10.0.0.0/16\"";
    return false;
  }
  if (bits < low || bits > high) {
    why = format("its prefix must be from /{} to /{}", low, high);
    return false;
  }
  const std::uint32_t address = a << 24 | b << 16 | c << 8 | d;
  if (bits < 32 && (address & (bits == 0 ? ~std::uint32_t{0} : (std::uint32_t{1} << (32 - bits)) - 1)) != 0) {
    why = "its address has bits beyond the prefix";
    return false;
  }
  return true;
}

void check_value(const Checks& checks, const Value& value, const Path& path, bool sensitive, ProviderDiagnostics& out) {
  const std::string name = value::path_text(path).substr(1);
  const bool is_text = value.kind() == Kind::string;
  std::string text = is_text ? std::string(value.as_string()) : value.kind() == Kind::number ? value.as_number().text() : std::string();
  const std::string shown = sensitive ? "the value given" : format("\"{}\"", text);
  if (!checks.one_of.empty() && std::find(checks.one_of.begin(), checks.one_of.end(), text) == checks.one_of.end()) {
    std::vector<std::string_view> words(checks.one_of.begin(), checks.one_of.end());
    std::string hint = diag::did_you_mean(text, words);
    if (hint.empty()) {
      // A long form of an allowed word, like STANDARD_INFREQUENT_ACCESS: the one with the longest common start.
      std::size_t best = 3;
      for (std::string_view word : words) {
        const std::size_t common = static_cast<std::size_t>(std::mismatch(word.begin(), word.end(), text.begin(), text.end()).first - word.begin());
        if (common > best) {
          best = common;
          hint = format(" Did you mean \"{}\"?", word);
        }
      }
    }
    out.push_back(error("Invalid attribute value", format("{} is {}, but must be {}.{}", name, shown, quoted_list(checks.one_of), hint), path));
  }
  if (value.kind() == Kind::number) {
    const double n = value.as_number().to_double();
    if (checks.range && (n < checks.range->first || n > checks.range->second))
      out.push_back(error("Attribute value out of range", format("{} is {}, but must be from {} to {}.", name, text, number_text(checks.range->first), number_text(checks.range->second)), path));
    if (checks.zero_or_range && n != 0 && (n < checks.zero_or_range->first || n > checks.zero_or_range->second))
      out.push_back(error("Attribute value out of range", format("{} is {}, but must be 0 or from {} to {}.", name, text, number_text(checks.zero_or_range->first), number_text(checks.zero_or_range->second)), path));
  }
  if (!is_text) return;
  if (checks.length) {
    const auto size = static_cast<double>(base::grapheme_count(text));
    if (size < checks.length->first || size > checks.length->second)
      out.push_back(error("Attribute value has a wrong length", format("{} has {}, but must have from {} to {}.", name, base::count_of(static_cast<std::uint64_t>(size), "character"), number_text(checks.length->first), number_text(checks.length->second)), path));
  }
  if (!checks.pattern.empty() && !matches(checks.pattern, text))
    out.push_back(error("Invalid attribute value", format("{} is {}, which does not match the pattern {}.", name, shown, checks.pattern), path));
  if (std::string why; checks.cidr && !is_cidr(text, checks.cidr->first, checks.cidr->second, why))
    out.push_back(error("Invalid network", format("{} is {}, but {}.", name, shown, why), path));
  if (checks.json) {
    auto document = JsonDocument::parse(text);
    if (!document) out.push_back(error("Invalid JSON", format("{} must be JSON text: {}.", name, document.error().message), path));
  }
}

void check_block(const schema::Block& block, const BlockRules& rules, const Value& config, Path& path, ProviderDiagnostics& out) {
  if (rules.attributes.empty() || config.is_null() || config.is_unknown()) return;
  const auto names = block.implied_type.attributes();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Value& value = config.elements()[i];
    if (value.is_null() || value.is_unknown()) continue;
    const AttributeRule& rule = rules.attributes[i];
    const BlockRules* below = rules.block(i);
    if (rule.checks == nullptr && below == nullptr) continue;
    path.push_back(PathStep::attribute(names[i].name));
    if (rule.checks != nullptr) {
      const schema::Attribute* attribute = block.attribute(names[i].name);
      check_value(*rule.checks, value, path, attribute != nullptr && attribute->sensitive, out);
    }
    if (below != nullptr) {
      const schema::NestedBlock* nested = block.block(names[i].name);
      if (nested != nullptr && value.kind() == Kind::object) {
        check_block(*nested->block, *below, value, path, out);
      } else if (nested != nullptr) {
        for (std::size_t e = 0; e < value.elements().size(); ++e) {
          const Value& element = value.elements()[e];
          path.push_back(PathStep::index(value.kind() == Kind::set ? element : Value::number(static_cast<std::int64_t>(e))));
          check_block(*nested->block, *below, element, path, out);
          path.pop_back();
        }
      }
    }
    path.pop_back();
  }
}

enum class Given { no, maybe, yes };

Given given(const Value& value, std::span<const Symbol> names) {
  if (value.is_unknown()) return Given::maybe;
  if (value.is_null()) return Given::no;
  if (names.empty()) {
    // A block that is not written is an empty collection.
    const bool collection = value.kind() == Kind::list || value.kind() == Kind::set;
    return collection && value.length() == 0 ? Given::no : Given::yes;
  }
  if (value.kind() == Kind::object) {
    const Value* next = value.attribute(names.front());
    return next == nullptr ? Given::no : given(*next, names.subspan(1));
  }
  Given answer = Given::no;
  for (const Value& element : value.elements()) answer = std::max(answer, given(element, names));
  return answer;
}

std::string dotted(const Names& names) {
  std::string out;
  for (Symbol name : names) out += (out.empty() ? "" : ".") + std::string(name.text());
  return out;
}
Path path_of(const Names& names) {
  return {PathStep::attribute(names.front())};
}

struct Tally {
  std::vector<std::string> all, set;
  const Names* first_set = nullptr;
  std::size_t maybe = 0;
};
Tally tally(const Value& config, const std::vector<Names>& group) {
  Tally t;
  for (const Names& names : group) {
    t.all.push_back(dotted(names));
    const Given answer = given(config, names);
    if (answer == Given::maybe) ++t.maybe;
    if (answer != Given::yes) continue;
    t.set.push_back(dotted(names));
    if (t.first_set == nullptr) t.first_set = &names;
  }
  return t;
}

void check_groups(const TypeRules& rules, const Value& config, ProviderDiagnostics& out) {
  constexpr const char* kSummary = "Invalid combination of arguments";
  for (const auto& group : rules.exactly_one) {
    const Tally t = tally(config, group);
    if (t.set.size() > 1) out.push_back(error(kSummary, format("Only one of {} can be given, but {} are.", quoted_list(t.all), quoted_list(t.set)), path_of(*t.first_set)));
    else if (t.set.empty() && t.maybe == 0) out.push_back(error(kSummary, format("One of {} must be given.", quoted_list(t.all)), {}));
  }
  for (const auto& group : rules.conflicts) {
    const Tally t = tally(config, group);
    if (t.set.size() > 1) out.push_back(error(kSummary, format("{} exclude each other: give only one.", quoted_list(t.set)), path_of(*t.first_set)));
  }
  for (const auto& group : rules.at_least_one) {
    const Tally t = tally(config, group);
    if (t.set.empty() && t.maybe == 0) out.push_back(error(kSummary, format("At least one of {} must be given.", quoted_list(t.all)), {}));
  }
}

/// Calls `visit(element, path)` for every object of the block at `names`.
void for_each_block(const Value& value, std::span<const Symbol> names, Path& path, const std::function<void(const Value&, const Path&)>& visit) {
  if (value.is_null() || value.is_unknown()) return;
  if (value.kind() == Kind::object) {
    if (names.empty()) return visit(value, path);
    const Value* next = value.attribute(names.front());
    if (next == nullptr) return;
    path.push_back(PathStep::attribute(names.front()));
    for_each_block(*next, names.subspan(1), path, visit);
    path.pop_back();
    return;
  }
  for (std::size_t i = 0; i < value.elements().size(); ++i) {
    const Value& element = value.elements()[i];
    path.push_back(PathStep::index(value.kind() == Kind::set ? element : Value::number(static_cast<std::int64_t>(i))));
    for_each_block(element, names, path, visit);
    path.pop_back();
  }
}

void check_in_blocks(const TypeRules& rules, const Value& config, ProviderDiagnostics& out) {
  std::vector<BlockGroup> groups = rules.exactly_one_in;
  for (const auto& group : rules.exactly_one_if_set) {
    BlockGroup made{Names(group.front().begin(), group.front().end() - 1), {}};
    for (const Names& names : group) made.of.push_back(names.back());
    groups.push_back(std::move(made));
  }
  const auto count = [](const Value& element, const BlockGroup& group, std::size_t& maybe) {
    std::size_t set = 0;
    for (const Symbol& name : group.of) {
      const Given answer = given(element, std::span(&name, 1));
      set += answer == Given::yes;
      maybe += answer == Given::maybe;
    }
    return set;
  };
  const auto list_of = [](const BlockGroup& group) {
    std::vector<std::string> names;
    for (Symbol name : group.of) names.emplace_back(name.text());
    return quoted_list(names);
  };
  Path path;
  for (const BlockGroup& group : groups) {
    for_each_block(config, group.block, path, [&](const Value& element, const Path& at) {
      std::size_t maybe = 0;
      const std::size_t set = count(element, group, maybe);
      if (set > 1 || (set == 0 && maybe == 0))
        out.push_back(error("Invalid combination of arguments", format("Exactly one of {} must be given in {}.", list_of(group), dotted(group.block)), at));
    });
  }
  for (const BlockGroup& group : rules.warn_none_of) {
    for_each_block(config, group.block, path, [&](const Value& element, const Path& at) {
      std::size_t maybe = 0;
      if (count(element, group, maybe) == 0 && maybe == 0)
        out.push_back({ProviderDiagnostic::Severity::warning, "Invalid combination of arguments",
                       format("One of {} should be given in {}; later versions of the provider make it an error. An empty block, like \"{} {{}}\", says that the {} holds for everything.", list_of(group), dotted(group.block), group.of.front().text(), dotted(group.block)), at});
    });
  }
}

}  // namespace

ProviderDiagnostics check_config(const PackType& type, const Value& config) {
  ProviderDiagnostics out;
  if (config.is_null() || config.is_unknown()) return out;
  Path path;
  check_block(*type.schema.block, type.rules->root, config, path, out);
  check_groups(*type.rules, config, out);
  check_in_blocks(*type.rules, config, out);
  return out;
}

namespace {

/// Nearly every tag: short and plain ASCII, so neither graphemes nor the pattern need to be looked at.
bool is_plain_tag(std::string_view text, std::size_t max) {
  if (text.size() > max) return false;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
    if (!plain) return false;
  }
  return true;
}
bool is_tag_text(std::string_view text, std::size_t max) {
  static const std::string kAllowed = "^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$";
  return is_plain_tag(text, max) || (base::grapheme_count(text) <= max && matches(kAllowed, text));
}

}  // namespace

void check_tags(const Value& tags, std::size_t max, const Path& path, ProviderDiagnostics& out) {
  if (tags.is_null() || tags.is_unknown()) return;
  if (tags.length() > max)
    out.push_back(error("Too many tags", format("{}, with the provider's default tags, but at most {} are possible here.", base::count_of(tags.length(), "tag is given", "tags are given"), max), path));
  for (std::size_t i = 0; i < tags.length(); ++i) {
    const std::string& key = tags.keys()[i];
    const Value& value = tags.elements()[i];
    Path at = path;
    at.push_back(PathStep::index(Value::string(key)));
    if (key.empty() || !is_tag_text(key, 128))
      out.push_back(error("Invalid tag", format("The tag key \"{}\" must have 1 to 128 characters: letters, digits, spaces and _.:/=+-@.", key), at));
    else if (key.size() >= 4 && std::equal(key.begin(), key.begin() + 4, "aws:", [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
      out.push_back(error("Invalid tag", format("The tag key \"{}\" starts with \"aws:\", which AWS keeps for itself.", key), at));
    if (value.is_null() || value.is_unknown()) continue;
    if (!is_tag_text(value.as_string(), 256))
      out.push_back(error("Invalid tag", format("The value of tag \"{}\" may have at most 256 characters: letters, digits, spaces and _.:/=+-@. The function replace() can take out others.", key), at));
  }
}

}  // namespace terrace::sandbox
