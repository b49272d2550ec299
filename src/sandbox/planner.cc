// SPDX-License-Identifier: Apache-2.0
#include "sandbox/planner.h"

#include "base/format.h"
#include "base/json.h"

namespace terrace::sandbox {
namespace {

using schema::Attribute;
using schema::Block;
using schema::NestedBlock;
using schema::Nesting;

enum class Fresh { yes, no };  ///< yes: nothing is known yet of what the provider computes

/// Attributes and blocks of a schema in the order of its object type.
class Slots {
 public:
  explicit Slots(const Block& block) : block_(block), names_(block.implied_type.attributes()) {}
  std::size_t size() const { return names_.size(); }
  /// Call with 0, 1, 2…: both lists are sorted alike, so one pass finds each partner.
  void at(std::size_t slot, const Attribute*& attribute, const NestedBlock*& nested) {
    const Symbol name = names_[slot].name;
    attribute = nullptr;
    nested = nullptr;
    if (a_ < block_.attributes.size() && block_.attributes[a_].name == name) attribute = &block_.attributes[a_++];
    else if (b_ < block_.blocks.size() && block_.blocks[b_].name == name) nested = &block_.blocks[b_++];
  }
  Type type(std::size_t slot) const { return names_[slot].type; }

 private:
  const Block& block_;
  std::span<const Type::Attribute> names_;
  std::size_t a_ = 0, b_ = 0;
};

Value plan_object(const Block& block, const BlockRules* rules, const Value& config, const Value* prior, Fresh fresh);

Value plan_attribute(const Attribute& attribute, const AttributeRule* rule, const Value& config, const Value* prior, Fresh fresh) {
  if (attribute.write_only) return Value::null(config.type());
  if (!config.is_null()) {
    if (prior != nullptr && rule != nullptr && rule->equal != Equal::exact && means_same(*prior, config, rule->equal)) return *prior;
    return config;
  }
  if (rule != nullptr && rule->fallback) return *rule->fallback;
  if (!attribute.computed) return config;
  if (fresh == Fresh::yes) return Value::unknown(attribute.type);
  return prior == nullptr ? config : *prior;
}

/// True if `prior` could be what became of `config`: equal wherever the configuration decides.
bool may_be(const Block& block, const BlockRules* rules, const Value& config, const Value& prior) {
  if (config.is_null() || prior.is_null() || config.is_unknown()) return config.same(prior);
  Slots slots(block);
  const auto have = config.elements(), had = prior.elements();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Attribute* attribute;
    const NestedBlock* nested;
    slots.at(i, attribute, nested);
    if (attribute != nullptr) {
      const AttributeRule* rule = rules == nullptr ? nullptr : rules->attribute(i);
      const Value want = plan_attribute(*attribute, rule, have[i], &had[i], Fresh::no);
      if (!want.same(had[i])) return false;
    } else if (nested != nullptr) {
      const BlockRules* below = rules == nullptr ? nullptr : rules->block(i);
      if (nested->nesting == Nesting::list || nested->nesting == Nesting::set) {
        if (have[i].is_unknown() || had[i].is_unknown() || have[i].is_null() || had[i].is_null()) {
          if (!have[i].same(had[i])) return false;
          continue;
        }
        if (have[i].length() != had[i].length()) return false;
        for (std::size_t e = 0; e < have[i].length(); ++e)
          if (!may_be(*nested->block, below, have[i].elements()[e], had[i].elements()[e])) return false;
      } else if (!have[i].same(had[i])) {
        return false;
      }
    }
  }
  return true;
}

Value rebuilt(const Value& like, std::vector<Value> elements) {
  const Type type = like.type();
  switch (type.kind()) {
    case TypeKind::list: return Value::list(type.element(), std::move(elements));
    case TypeKind::set: return Value::set(type.element(), std::move(elements));
    case TypeKind::tuple: return Value::tuple(std::move(elements));
    case TypeKind::map: {
      std::vector<std::pair<std::string, Value>> entries;
      for (std::size_t i = 0; i < elements.size(); ++i) entries.emplace_back(like.keys()[i], std::move(elements[i]));
      return Value::map(type.element(), std::move(entries));
    }
    case TypeKind::dynamic:
    case TypeKind::boolean:
    case TypeKind::number:
    case TypeKind::string:
    case TypeKind::object:
    case TypeKind::capsule: break;
  }
  return like;
}

Value plan_block(const NestedBlock& nested, const BlockRules* rules, const Value& config, const Value* prior, Fresh fresh) {
  if (config.is_null() || config.is_unknown()) return config;
  const bool had = prior != nullptr && !prior->is_null() && prior->is_known();
  if (nested.nesting == Nesting::single || nested.nesting == Nesting::group)
    return plan_object(*nested.block, rules, config, had ? prior : nullptr, had ? fresh : Fresh::yes);
  const auto elements = config.elements();
  if (elements.empty()) return config;
  const std::span<const Value> before = had ? prior->elements() : std::span<const Value>();
  std::vector<Value> planned;
  planned.reserve(elements.size());
  std::vector<bool> used(before.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Value* partner = nullptr;
    if (nested.nesting == Nesting::set) {
      // An element has no name of its own: the first unused old one that it may have become.
      for (std::size_t b = 0; b < before.size() && partner == nullptr; ++b) {
        if (!used[b] && may_be(*nested.block, rules, elements[i], before[b])) {
          used[b] = true;
          partner = &before[b];
        }
      }
    } else if (nested.nesting == Nesting::map) {
      partner = had ? prior->find(config.keys()[i]) : nullptr;
    } else if (i < before.size()) {
      partner = &before[i];
    }
    planned.push_back(plan_object(*nested.block, rules, elements[i], partner, partner == nullptr ? Fresh::yes : fresh));
  }
  return rebuilt(config, std::move(planned));
}

Value plan_object(const Block& block, const BlockRules* rules, const Value& config, const Value* prior, Fresh fresh) {
  if (config.is_null() || config.is_unknown()) return config;
  Slots slots(block);
  const auto have = config.elements();
  const std::span<const Value> had = prior == nullptr ? std::span<const Value>() : prior->elements();
  std::vector<Value> planned;
  planned.reserve(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Attribute* attribute;
    const NestedBlock* nested;
    slots.at(i, attribute, nested);
    const Value* before = had.empty() ? nullptr : &had[i];
    if (attribute != nullptr) planned.push_back(plan_attribute(*attribute, rules == nullptr ? nullptr : rules->attribute(i), have[i], before, fresh));
    else if (nested != nullptr) planned.push_back(plan_block(*nested, rules == nullptr ? nullptr : rules->block(i), have[i], before, fresh));
    else planned.push_back(have[i]);
  }
  return Value::object(config.type(), std::move(planned));
}

/// Paths whose change asks for a new object.
void find_replacements(const Block& block, const BlockRules& rules, const Value& prior, const Value& planned, const Value& config,
                       value::Path& path, std::vector<value::Path>& out) {
  if (!rules.any_replaces || prior.is_null() || planned.is_null() || prior.is_unknown() || planned.is_unknown()) return;
  Slots slots(block);
  const auto had = prior.elements(), have = planned.elements();
  const bool configured = !config.is_null() && config.is_known();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Attribute* attribute;
    const NestedBlock* nested;
    slots.at(i, attribute, nested);
    const AttributeRule* rule = rules.attribute(i);
    if (rule != nullptr && rule->replaces && !had[i].same(have[i])) {
      // A computed value that only became unknown is no reason: the user did not ask for another.
      const bool asked = attribute == nullptr || have[i].is_known() || !attribute->computed ||
                         (configured && !config.elements()[i].is_null());
      if (asked) {
        path.push_back(value::PathStep::attribute(block.implied_type.attributes()[i].name));
        out.push_back(path);
        path.pop_back();
        continue;
      }
    }
    const BlockRules* below = rules.block(i);
    if (nested == nullptr || below == nullptr || !below->any_replaces || had[i].same(have[i])) continue;
    path.push_back(value::PathStep::attribute(nested->name));
    if (nested->nesting == Nesting::single || nested->nesting == Nesting::group) {
      find_replacements(*nested->block, *below, had[i], have[i], have[i], path, out);
    } else if (nested->nesting == Nesting::list && had[i].is_known() && have[i].is_known() && !had[i].is_null() && !have[i].is_null()) {
      const std::size_t both = std::min(had[i].length(), have[i].length());
      for (std::size_t e = 0; e < both; ++e) {
        path.push_back(value::PathStep::index(Value::number(static_cast<std::int64_t>(e))));
        find_replacements(*nested->block, *below, had[i].elements()[e], have[i].elements()[e], have[i].elements()[e], path, out);
        path.pop_back();
      }
      if (had[i].length() != have[i].length()) out.push_back(path);
    } else {
      out.push_back(path);
    }
    path.pop_back();
  }
}

void replace_slot(const PackType& type, int slot, std::vector<value::Path>& out) {
  const Symbol name = type.schema.block->implied_type.attributes()[static_cast<std::size_t>(slot)].name;
  value::Path path{value::PathStep::attribute(name)};
  for (const value::Path& have : out)
    if (have == path) return;
  out.push_back(std::move(path));
}

std::string plain_text(const Value& value) {
  if (value.is_null() || value.is_unknown()) return {};
  if (value.kind() == Kind::string) return std::string(value.as_string());
  if (value.kind() == Kind::boolean) return value.as_bool() ? "true" : "false";
  if (value.kind() == Kind::number) return value.as_number().text();
  return {};
}

void conditional_replacements(const PackType& type, std::span<const Value> had, std::span<const Value> have, std::vector<value::Path>& out) {
  const auto at = [](std::span<const Value> values, int slot) -> const Value& { return values[static_cast<std::size_t>(slot)]; };
  for (const ReplaceIf& rule : type.rules->replace_if) {
    if (rule.when >= 0 && plain_text(at(have, rule.when)) != rule.when_value) continue;
    const Value &before = at(had, rule.slot), &after = at(have, rule.slot);
    if (before.is_null() || before.is_unknown() || after.is_unknown()) continue;
    if (!rule.removed) {
      if (plain_text(before) == rule.from && plain_text(after) == rule.to) replace_slot(type, rule.slot, out);
      continue;
    }
    for (const Value& element : before.elements()) {
      bool kept = false;
      if (!after.is_null())
        for (const Value& other : after.elements()) kept = kept || other.same(element);
      if (!kept) {
        replace_slot(type, rule.slot, out);
        break;
      }
    }
  }
  for (const std::vector<int>& kinds : type.rules->replace_kind) {
    // Which of these is set says what the object is; another one makes another object.
    for (int slot : kinds) {
      if (at(had, slot).is_null() != at(have, slot).is_null()) replace_slot(type, slot, out);
    }
  }
}

Value merged_tags(const Value& tags, const Value* override_tags, const DefaultTags& defaults) {
  const Type type = Type::map(Type::string());
  if (tags.is_unknown() || !tags.is_wholly_known()) return Value::unknown(type);
  if (override_tags == nullptr && defaults.unknown) return Value::unknown(type);
  if (override_tags != nullptr && !override_tags->is_wholly_known()) return Value::unknown(type);
  std::vector<std::pair<std::string, Value>> merged;
  const auto add = [&](const Value& map) {
    if (map.is_null()) return;
    for (std::size_t i = 0; i < map.length(); ++i)
      if (!map.elements()[i].is_null()) merged.emplace_back(map.keys()[i], map.elements()[i]);
  };
  if (override_tags != nullptr) add(*override_tags);
  else merged = defaults.tags;
  add(tags);
  return Value::map(Type::string(), std::move(merged));  // the last of equal keys wins
}

/// `override_provider { default_tags { tags = … } }` of S3 objects.
const Value* overridden_tags(const TypeRules& rules, std::span<const Value> have) {
  if (rules.override_slot < 0) return nullptr;
  const Value& block = have[static_cast<std::size_t>(rules.override_slot)];
  if (block.is_unknown() || block.is_null() || block.length() == 0) return nullptr;
  const Value* defaults = block.elements()[0].is_known() ? block.elements()[0].attribute("default_tags") : nullptr;
  if (defaults == nullptr || defaults->is_null() || defaults->is_unknown() || defaults->length() == 0) return nullptr;
  return defaults->elements()[0].is_known() ? defaults->elements()[0].attribute("tags") : nullptr;
}

std::vector<bool> changed_slots(std::span<const Value> had, std::span<const Value> have) {
  std::vector<bool> changed(have.size());
  for (std::size_t i = 0; i < have.size(); ++i) changed[i] = !had[i].same(have[i]);
  return changed;
}

bool is_due(const Recompute& rule, const std::vector<bool>& changed, std::span<const Value> have) {
  if (rule.only_if >= 0 && plain_text(have[static_cast<std::size_t>(rule.only_if)]) != "true") return false;
  if (!rule.on_any)
    return std::any_of(rule.on.begin(), rule.on.end(), [&](int slot) { return changed[static_cast<std::size_t>(slot)]; });
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (changed[i] && std::find(rule.except.begin(), rule.except.end(), static_cast<int>(i)) == rule.except.end()) return true;
  }
  return false;
}

}  // namespace

bool means_same(const Value& a, const Value& b, Equal how) {
  if (a.is_null() || b.is_null() || a.is_unknown() || b.is_unknown()) return false;
  if (a.same(b)) return true;
  if (a.kind() != Kind::string || b.kind() != Kind::string) return false;
  switch (how) {
    case Equal::exact: return false;
    case Equal::json: {
      auto x = base::canonical_json(a.as_string()), y = base::canonical_json(b.as_string());
      return x && y && *x == *y;
    }
    case Equal::number: {
      auto x = Number::parse(a.as_string()), y = Number::parse(b.as_string());
      return x && y && *x == *y;
    }
    case Equal::ignore_case:
      return std::equal(a.as_string().begin(), a.as_string().end(), b.as_string().begin(), b.as_string().end(),
                        [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
  }
  return false;
}

std::optional<Value> tags_all_of(const PackType& type, const Value& planned, const DefaultTags& defaults) {
  const TypeRules& rules = *type.rules;
  if (rules.tags_all_slot < 0 || rules.tags_slot < 0) return {};
  const auto have = planned.elements();
  return merged_tags(have[static_cast<std::size_t>(rules.tags_slot)], overridden_tags(rules, have), defaults);
}

Planned plan_instance(const PackType& type, const Value& prior, const Value& config, const DefaultTags& defaults) {
  Planned out;
  const TypeRules& rules = *type.rules;
  const Block& block = *type.schema.block;
  const bool create = prior.is_null();
  Value planned = plan_object(block, &rules.root, config, create ? nullptr : &prior, create ? Fresh::yes : Fresh::no);
  std::vector<Value> have(planned.elements().begin(), planned.elements().end());
  const auto asked = config.elements();

  if (auto tags = tags_all_of(type, planned, defaults)) {
    const auto all = static_cast<std::size_t>(rules.tags_all_slot);
    have[all] = std::move(*tags);
    check_tags(have[all], rules.max_tags, {value::PathStep::attribute(Symbol("tags"))}, out.diagnostics);
  }
  if (!create) {
    const auto had = prior.elements();
    const std::vector<bool> changed = changed_slots(had, have);
    if (std::find(changed.begin(), changed.end(), true) != changed.end()) {
      for (const Recompute& rule : rules.recompute) {
        const auto slot = static_cast<std::size_t>(rule.slot);
        if (asked[slot].is_null() && is_due(rule, changed, have)) have[slot] = Value::unknown(have[slot].type());
      }
    }
    value::Path path;
    out.value = Value::object(planned.type(), have);
    find_replacements(block, rules.root, prior, out.value, config, path, out.requires_replace);
    conditional_replacements(type, had, have, out.requires_replace);
    return out;
  }
  out.value = Value::object(planned.type(), std::move(have));
  return out;
}

namespace {

/// Fills unknowns from the top down; a value that another's template asks for is made first.
class Finisher {
 public:
  Finisher(const PackType& type, const Value& prior, const Value& planned, const Value& config, const SynthContext& base,
           const std::vector<std::optional<Value>>& top)
      : type_(type), base_(base), values_(planned.elements().begin(), planned.elements().end()),
        state_(values_.size(), State::open) {
    const auto asked = config.is_null() ? std::span<const Value>() : config.elements();
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (i < top.size() && top[i]) {
        values_[i] = *top[i];
        state_[i] = State::done;
      } else if (values_[i].is_wholly_known()) {
        state_[i] = State::done;
      } else if (!asked.empty() && !asked[i].is_null() && asked[i].is_wholly_known() && values_[i].is_unknown()) {
        values_[i] = asked[i];
        state_[i] = State::done;
      }
    }
    if (!prior.is_null()) {
      for (int slot : type.rules->bump) {
        const auto at = static_cast<std::size_t>(slot);
        const Value& before = prior.elements()[at];
        if (state_[at] == State::done || before.is_null()) continue;
        values_[at] = Value::number(before.as_int64().value_or(0) + 1);
        state_[at] = State::done;
      }
    }
    context_.emplace(SynthContext{base.place, base.dice, base.now, base.nonce, [this](Symbol name) { return value_of(name); }, base.other});
  }

  Value finish() {
    for (std::size_t i = 0; i < values_.size(); ++i) decide(i);
    for (const Copy& rule : type_.rules->copy) {
      if (plain_text(values_[static_cast<std::size_t>(rule.only_if)]) == "true")
        values_[static_cast<std::size_t>(rule.slot)] = values_[static_cast<std::size_t>(rule.from)];
    }
    return Value::object(type_.schema.block->implied_type, std::move(values_));
  }

 private:
  enum class State : std::uint8_t { open, working, done };

  void decide(std::size_t slot) {
    if (state_[slot] != State::open) return;
    state_[slot] = State::working;
    const Symbol name = type_.schema.block->implied_type.attributes()[slot].name;
    const NestedBlock* nested = type_.schema.block->block(name);
    if (nested != nullptr) values_[slot] = fill_block(*nested, type_.rules->root.block(slot), values_[slot]);
    else values_[slot] = fill_leaf(values_[slot], template_of(slot), name, *context_);
    // An id that refers to what the sandbox never made still has to be one.
    if (static_cast<int>(slot) == type_.rules->id_slot && values_[slot].same(Value::string("")))
      values_[slot] = Value::string(base_.dice.text(kHex, 17));
    state_[slot] = State::done;
  }
  const Template* template_of(std::size_t slot) const {
    if (static_cast<int>(slot) == type_.rules->id_slot && type_.rules->id) return type_.rules->id.get();
    const AttributeRule* rule = type_.rules->root.attribute(slot);
    return rule == nullptr ? nullptr : rule->synth.get();
  }
  Value value_of(Symbol name) {
    const int slot = type_.schema.block->implied_type.attribute_index(name);
    if (slot < 0) return Value::null(Type::string());
    decide(static_cast<std::size_t>(slot));  // a circle finds the value still unknown and reads it as empty
    return values_[static_cast<std::size_t>(slot)];
  }
  Value guess(Symbol name, Type type) const {
    if (type_.rules->known || type.kind() != TypeKind::string) return zero_value(type);
    if (name.text() == "id") return Value::string(base_.dice.text(kHex, 20));
    if (name.text() == "arn")
      return Value::string(format("arn:{}:sandbox:{}:{}:{}/{}", base_.place.partition, base_.place.region, base_.place.account, type_.name.text(), base_.dice.text(kHex, 12)));
    return Value::string(format("{}-{}", name.text(), base_.dice.text(kHex, 8)));
  }
  Value fill_leaf(const Value& value, const Template* text, Symbol name, const SynthContext& context) const {
    if (value.is_wholly_known()) return value;
    if (value.is_unknown()) return text != nullptr ? evaluate(*text, context, value.type()) : guess(name, value.type());
    if (value.kind() == Kind::object) {
      std::vector<Value> parts;
      for (std::size_t i = 0; i < value.elements().size(); ++i)
        parts.push_back(fill_leaf(value.elements()[i], nullptr, value.type().attributes()[i].name, context));
      return Value::object(value.type(), std::move(parts));
    }
    std::vector<Value> parts;
    for (const Value& element : value.elements()) parts.push_back(fill_leaf(element, nullptr, name, context));
    return rebuilt(value, std::move(parts));
  }
  Value fill_object(const Block& block, const BlockRules* rules, const Value& value) {
    if (value.is_wholly_known()) return value;
    if (value.is_unknown()) return schema::empty_value(block);
    std::vector<Value> parts(value.elements().begin(), value.elements().end());
    const Type type = value.type();
    // Inside a block a name is first one of the block's own.
    SynthContext context = *context_;
    context.attribute = [&](Symbol name) {
      const int slot = type.attribute_index(name);
      return slot >= 0 && parts[static_cast<std::size_t>(slot)].is_known() ? parts[static_cast<std::size_t>(slot)] : value_of(name);
    };
    Slots slots(block);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Attribute* attribute;
      const NestedBlock* nested;
      slots.at(i, attribute, nested);
      if (parts[i].is_wholly_known()) continue;
      if (nested != nullptr) {
        parts[i] = fill_block(*nested, rules == nullptr ? nullptr : rules->block(i), parts[i]);
      } else if (attribute != nullptr) {
        const AttributeRule* rule = rules == nullptr ? nullptr : rules->attribute(i);
        parts[i] = fill_leaf(parts[i], rule == nullptr ? nullptr : rule->synth.get(), attribute->name, context);
      }
    }
    return Value::object(type, std::move(parts));
  }
  Value fill_block(const NestedBlock& nested, const BlockRules* rules, const Value& value) {
    if (value.is_wholly_known()) return value;
    if (value.is_unknown()) return zero_value(value.type());
    if (nested.nesting == Nesting::single || nested.nesting == Nesting::group) return fill_object(*nested.block, rules, value);
    std::vector<Value> parts;
    for (const Value& element : value.elements()) parts.push_back(fill_object(*nested.block, rules, element));
    return rebuilt(value, std::move(parts));
  }

  const PackType& type_;
  const SynthContext& base_;
  std::vector<Value> values_;
  std::vector<State> state_;
  std::optional<SynthContext> context_;
};

}  // namespace

Value finish_instance(const PackType& type, const Value& prior, const Value& planned, const Value& config, const SynthContext& base,
                      const std::vector<std::optional<Value>>& top) {
  return Finisher(type, prior, planned, config, base, top).finish();
}

}  // namespace terrace::sandbox
