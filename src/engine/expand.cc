// SPDX-License-Identifier: Apache-2.0
// count and for_each (checklist D10).
#include "base/format.h"
#include "engine/walk.h"
#include "value/convert.h"

namespace terrace::engine {
namespace {

/// Instances of one object; more would only exhaust memory.
constexpr std::int64_t kMaxInstances = 10'000'000;

/// Stand-in for an unknown number of instances: one with nothing known of its key.
Expansion unknown_expansion(Expansion::Kind kind) {
  Expansion expansion;
  expansion.kind = kind;
  expansion.unknown = true;
  expansion.each.assign(1, Value::unknown(Type::dynamic()));
  return expansion;
}
Expansion no_instances(Expansion::Kind kind) {
  Expansion expansion;
  expansion.kind = kind;
  expansion.keys.clear();
  return expansion;
}

constexpr std::string_view kUnknownHint =
    " It must be known at plan: choose a value that does not depend on what apply decides, or use -target first to apply"
    " only what it depends on.";

Expansion expand_count(const hcl::Expr& expr, const lang::Scope& scope, bool tolerate_unknown, Diagnostics& diags) {
  constexpr auto kKind = Expansion::Kind::count;
  Diagnostics found;
  Value value = lang::evaluate(expr, scope, found);
  bool failed = found.has_errors();
  diags.append(std::move(found));
  if (failed) return no_instances(kKind);
  auto refuse = [&](std::string detail) {
    diags.error(DiagCode::invalid_count, std::move(detail), expr.range);
    return no_instances(kKind);
  };
  if (value.all_marks().has(MarkKind::ephemeral)) return refuse("The \"count\" value is ephemeral, so it cannot decide which instances exist.");
  value = value.unmarked_deep();
  if (value.is_null()) return refuse("The \"count\" value is null. A whole number is required.");
  if (value.is_unknown()) {
    if (tolerate_unknown) return unknown_expansion(kKind);
    return refuse("The \"count\" value depends on something that is known only after apply." + std::string(kUnknownHint));
  }
  value::Conversion number = value::convert(value, Type::number());
  if (!number) return refuse("The \"count\" value is unsuitable: " + number.mismatch->text() + ".");
  std::optional<std::int64_t> count = number.value.as_int64();
  if (!count) return refuse("The \"count\" value must be a whole number.");
  if (*count < 0) return refuse("The \"count\" value must not be negative.");
  if (*count > kMaxInstances) return refuse(format("The \"count\" value is too large: at most {} instances are possible.", kMaxInstances));
  Expansion expansion = no_instances(kKind);
  expansion.keys.reserve(static_cast<std::size_t>(*count));
  for (std::int64_t i = 0; i < *count; ++i) expansion.keys.emplace_back(i);
  return expansion;
}

Expansion expand_for_each(const hcl::Expr& expr, const lang::Scope& scope, bool tolerate_unknown, Diagnostics& diags) {
  constexpr auto kKind = Expansion::Kind::for_each;
  Diagnostics found;
  Value value = lang::evaluate(expr, scope, found);
  bool failed = found.has_errors();
  diags.append(std::move(found));
  if (failed) return no_instances(kKind);
  auto refuse = [&](std::string detail) {
    diags.error(DiagCode::invalid_for_each, std::move(detail), expr.range);
    return no_instances(kKind);
  };
  if (value.marks().has(MarkKind::sensitive))
    return refuse("Sensitive values cannot be used as for_each arguments: the keys would be disclosed in addresses.");
  if (value.marks().has(MarkKind::ephemeral))
    return refuse("Ephemeral values cannot be used as for_each arguments: they may differ between plan and apply.");
  value = value.unmarked();
  if (value.is_null()) return refuse("The \"for_each\" value is null. A map, an object or a set of strings is required.");
  if (value.is_unknown()) {
    if (tolerate_unknown) return unknown_expansion(kKind);
    return refuse("The \"for_each\" value depends on something that is known only after apply." + std::string(kUnknownHint));
  }
  Expansion expansion = no_instances(kKind);
  auto add = [&](std::string_view key, const Value& each) {
    expansion.keys.emplace_back(Symbol(key));
    expansion.each.push_back(each);
  };
  if (value.kind() == Kind::map) {
    for (std::size_t i = 0; i < value.length(); ++i) add(value.keys()[i], value.elements()[i]);
    return expansion;
  }
  if (value.kind() == Kind::object) {
    auto attributes = value.type().attributes();
    for (std::size_t i = 0; i < value.length(); ++i) add(attributes[i].name.text(), value.elements()[i]);
    return expansion;
  }
  if (value.kind() != Kind::set)
    return refuse("The \"for_each\" value must be a map, an object or a set of strings, and this is " + value::friendly_name(value.type()) +
                  ". For a list, toset(...) may be what you want.");
  std::vector<std::pair<std::string, Value>> keys;
  for (const Value& element : value.elements()) {
    if (element.all_marks().has(MarkKind::sensitive)) return refuse("The \"for_each\" set holds sensitive values.");
    Value plain = element.unmarked_deep();
    if (plain.is_unknown()) {
      if (tolerate_unknown) return unknown_expansion(kKind);
      return refuse("The \"for_each\" set holds values that are known only after apply." + std::string(kUnknownHint));
    }
    if (plain.is_null()) return refuse("The \"for_each\" set holds a null value.");
    if (plain.kind() != Kind::string) return refuse("The \"for_each\" set must hold strings only.");
    keys.emplace_back(std::string(plain.as_string()), plain);
  }
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, each] : keys) add(key, each);
  return expansion;
}

}  // namespace

Expansion Walk::expand(const hcl::Expr* count, const hcl::Expr* for_each, const lang::Scope& scope, Diagnostics& diags) const {
  bool tolerate_unknown = phase_ != Phase::plan && phase_ != Phase::apply;
  if (count == nullptr && for_each == nullptr) return {};
  Diagnostics found;
  Expansion expansion = count != nullptr ? expand_count(*count, scope, tolerate_unknown, found) : expand_for_each(*for_each, scope, tolerate_unknown, found);
  bool failed = found.has_errors();
  if (!found.empty()) diags.append(std::move(found));
  // Validation looks at what is repeated even if there would be none of it.
  if (phase_ == Phase::validate && !failed) return unknown_expansion(expansion.kind);
  return expansion;
}

}  // namespace terrace::engine
