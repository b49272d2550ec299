// SPDX-License-Identifier: Apache-2.0
#include "engine/proposed.h"

#include "value/operations.h"

namespace terrace::engine {
namespace {

using schema::Attribute;
using schema::Block;
using schema::NestedBlock;
using schema::Nesting;

/// A block or a nested attribute type, seen alike.
struct Shape {
  std::span<const Attribute> attributes;
  std::span<const NestedBlock> blocks;
  explicit Shape(const Block& block) : attributes(block.attributes), blocks(block.blocks) {}
  explicit Shape(const schema::Object& object) : attributes(object.attributes) {}
};

enum class Prior { given, unknown };  ///< unknown: stands for an object of which nothing is known (deferred data)

Value proposed_object(const Shape& shape, const Value& prior, const Value& config, Prior mode);

const Value& member(const Value& object, Symbol name) {
  static const Value kNull;
  if (object.is_null() || object.is_unknown() || object.kind() != Kind::object) return kNull;
  const Value* found = object.attribute(name);
  return found != nullptr ? *found : kNull;
}

/// Whether an optional nested attribute's prior value holds something only configuration can have given.
bool was_configured(const schema::Object& object, const Value& prior) {
  if (prior.is_null() || prior.is_unknown()) return false;
  if (object.nesting != Nesting::single) {
    for (const Value& element : prior.elements()) {
      schema::Object single = object;
      single.nesting = Nesting::single;
      if (was_configured(single, element)) return true;
    }
    return false;
  }
  for (const Attribute& attribute : object.attributes) {
    const Value& value = member(prior, attribute.name);
    if (!attribute.computed && !value.is_null()) return true;
    if (attribute.nested != nullptr && was_configured(*attribute.nested, value)) return true;
  }
  return false;
}

/// Whether `config`, an element of a set, may be what `prior` was made from.
bool may_come_from(const Shape& shape, const Value& prior, const Value& config);

bool elements_may_come_from(const Shape& shape, Nesting nesting, const Value& prior, const Value& config) {
  if (prior.same(config)) return true;
  if (prior.is_null() || config.is_null() || config.is_unknown() || prior.is_unknown()) return false;
  if (nesting == Nesting::set) return false;
  if (nesting == Nesting::single || nesting == Nesting::group) return may_come_from(shape, prior, config);
  if (prior.length() != config.length()) return false;
  if (nesting == Nesting::map && config.kind() == Kind::map && prior.kind() == Kind::map &&
      !std::equal(prior.keys().begin(), prior.keys().end(), config.keys().begin(), config.keys().end()))
    return false;
  for (std::size_t i = 0; i < prior.length(); ++i)
    if (!may_come_from(shape, prior.elements()[i], config.elements()[i])) return false;
  return true;
}

bool may_come_from(const Shape& shape, const Value& prior, const Value& config) {
  if (prior.same(config)) return true;
  if (prior.is_null() || config.is_null() || prior.is_unknown() || config.is_unknown()) return false;
  for (const Attribute& attribute : shape.attributes) {
    const Value& before = member(prior, attribute.name);
    const Value& after = member(config, attribute.name);
    if (before.same(after)) continue;
    if (attribute.computed && after.is_null()) continue;
    if (attribute.nested == nullptr || !elements_may_come_from(Shape(*attribute.nested), attribute.nested->nesting, before, after)) return false;
  }
  for (const NestedBlock& block : shape.blocks)
    if (!elements_may_come_from(Shape(*block.block), block.nesting, member(prior, block.name), member(config, block.name))) return false;
  return true;
}

/// Rebuilds a collection of nested objects, each from its config element and the prior one that belongs to it.
Value proposed_elements(const Shape& shape, Nesting nesting, const Value& prior, const Value& config, Prior mode) {
  if (config.is_null() || config.is_unknown()) return config;
  Value none = Value::null(Type::dynamic());
  bool has_prior = !prior.is_null() && !prior.is_unknown();
  std::vector<Value> elements;
  elements.reserve(config.length());
  auto rebuild = [&](const Value& before, const Value& element) { elements.push_back(proposed_object(shape, before, element, mode)); };
  switch (nesting) {
    case Nesting::single: case Nesting::group: return proposed_object(shape, prior, config, mode);
    case Nesting::list:
      for (std::size_t i = 0; i < config.length(); ++i)
        rebuild(has_prior && i < prior.length() ? prior.elements()[i] : none, config.elements()[i]);
      if (config.kind() == Kind::tuple) return Value::tuple(std::move(elements));
      return Value::list(config.type().element(), std::move(elements));
    case Nesting::map: {
      if (config.kind() == Kind::object) {
        auto names = config.type().attributes();
        std::vector<std::pair<Symbol, Value>> made;
        for (std::size_t i = 0; i < config.length(); ++i)
          made.emplace_back(names[i].name, proposed_object(shape, member(prior, names[i].name), config.elements()[i], mode));
        return Value::object(std::move(made));
      }
      std::vector<std::pair<std::string, Value>> made;
      for (std::size_t i = 0; i < config.length(); ++i) {
        const Value* before = has_prior && prior.kind() == Kind::map ? prior.find(config.keys()[i]) : nullptr;
        made.emplace_back(config.keys()[i], proposed_object(shape, before != nullptr ? *before : none, config.elements()[i], mode));
      }
      return Value::map(config.type().element(), std::move(made));
    }
    case Nesting::set: {
      std::vector<bool> used(has_prior ? prior.length() : 0, false);
      // Equal elements first, by hash: sets of thousands must not be compared pair by pair.
      std::unordered_multimap<std::size_t, std::size_t> by_hash;
      for (std::size_t i = 0; i < used.size(); ++i) by_hash.emplace(prior.elements()[i].hash(), i);
      for (const Value& element : config.elements()) {
        const Value* before = nullptr;
        auto [begin, end] = by_hash.equal_range(element.hash());
        for (auto it = begin; it != end && before == nullptr; ++it)
          if (!used[it->second] && prior.elements()[it->second].same(element)) {
            used[it->second] = true;
            before = &prior.elements()[it->second];
          }
        for (std::size_t i = 0; i < used.size() && before == nullptr; ++i) {
          if (used[i] || !may_come_from(shape, prior.elements()[i], element)) continue;
          used[i] = true;
          before = &prior.elements()[i];
        }
        rebuild(before != nullptr ? *before : none, element);
      }
      return Value::set(config.type().element(), std::move(elements));
    }
  }
  return config;
}

Value proposed_attribute(const Attribute& attribute, const Value& prior, const Value& config, Prior mode) {
  if (attribute.computed && config.is_null()) {
    if (mode == Prior::unknown) return Value::unknown(attribute.type);
    if (attribute.optional && attribute.nested != nullptr && was_configured(*attribute.nested, prior)) return config;
    if (prior.is_null()) return config;
    return prior;
  }
  if (attribute.nested != nullptr) return proposed_elements(Shape(*attribute.nested), attribute.nested->nesting, prior, config, mode);
  return config;
}

Value proposed_object(const Shape& shape, const Value& prior, const Value& config, Prior mode) {
  if (config.is_null() || config.is_unknown()) return config;
  Type type = config.type();
  std::vector<Value> values(config.elements().begin(), config.elements().end());
  for (const Attribute& attribute : shape.attributes) {
    int at = type.attribute_index(attribute.name);
    if (at < 0) continue;
    Value& value = values[static_cast<std::size_t>(at)];
    value = proposed_attribute(attribute, member(prior, attribute.name), value, mode);
  }
  for (const NestedBlock& block : shape.blocks) {
    int at = type.attribute_index(block.name);
    if (at < 0) continue;
    Value& value = values[static_cast<std::size_t>(at)];
    value = proposed_elements(Shape(*block.block), block.nesting, member(prior, block.name), value, mode);
  }
  if (!type.has_dynamic()) {
    bool exact = true;
    auto attributes = type.attributes();
    for (std::size_t i = 0; i < values.size() && exact; ++i) exact = values[i].type() == attributes[i].type;
    if (exact) return Value::object(type, std::move(values));
  }
  std::vector<std::pair<Symbol, Value>> named;
  auto attributes = type.attributes();
  for (std::size_t i = 0; i < values.size(); ++i) named.emplace_back(attributes[i].name, std::move(values[i]));
  return Value::object(std::move(named));
}

}  // namespace

Value proposed_new(const Block& block, const Value& prior, const Value& config) {
  if (prior.is_null()) return config;
  return proposed_object(Shape(block), prior, config, Prior::given);
}

Value planned_data(const Block& block, const Value& config) {
  return proposed_object(Shape(block), Value::null(block.implied_type), config, Prior::unknown);
}

bool equal_known(const Value& a, const Value& b) {
  if (a.same(b)) return a.is_wholly_known();
  if (!a.is_wholly_known() || !b.is_wholly_known()) return false;
  Value equal = value::equals(a, b);
  return equal.is_known() && equal.as_bool();
}

namespace {

/// The value in `config` at the rest of an ignored path, taken from `prior`. Unknown parents stay as they are.
Value ignore_at(std::span<const hcl::TraversalStep> steps, const Value& prior, const Value& config) {
  if (steps.empty()) return prior;
  if (config.is_unknown() || prior.is_unknown()) return config;
  const hcl::TraversalStep& step = steps[0];
  bool last = steps.size() == 1;
  std::string_view key = step.kind == hcl::TraversalStep::Kind::attribute ? step.name.text() : step.key;
  if (config.kind() == Kind::map || (config.is_null() && prior.kind() == Kind::map)) {
    // Single keys of maps may come and go.
    std::map<std::string, Value> entries;
    if (config.kind() == Kind::map)
      for (std::size_t i = 0; i < config.length(); ++i) entries.emplace(config.keys()[i], config.elements()[i]);
    const Value* before = prior.kind() == Kind::map ? prior.find(key) : nullptr;
    auto now = entries.find(std::string(key));
    if (!last) {
      if (before == nullptr || now == entries.end()) return config;
      now->second = ignore_at(steps.subspan(1), *before, now->second);
    } else if (before != nullptr) {
      entries.insert_or_assign(std::string(key), *before);
    } else if (now != entries.end()) {
      entries.erase(now);
    }
    if (entries.empty() && config.is_null()) return config;
    Type element = config.kind() == Kind::map ? config.type().element() : prior.type().element();
    std::vector<std::pair<std::string, Value>> made;
    for (auto& [name, value] : entries) made.emplace_back(name, value);
    return Value::map(element, std::move(made));
  }
  if (config.is_null() || prior.is_null()) return config;
  if (config.kind() == Kind::object && prior.kind() == Kind::object) {
    std::vector<std::pair<Symbol, Value>> made;
    auto attributes = config.type().attributes();
    bool found = false;
    for (std::size_t i = 0; i < config.length(); ++i) {
      Value value = config.elements()[i];
      if (attributes[i].name.text() == key) {
        found = true;
        const Value* before = prior.attribute(attributes[i].name);
        if (before == nullptr) {
          if (last) continue;
        } else {
          value = ignore_at(steps.subspan(1), *before, value);
        }
      }
      made.emplace_back(attributes[i].name, std::move(value));
    }
    if (!found && last)
      if (const Value* before = prior.attribute(key)) made.emplace_back(Symbol(key), *before);
    return Value::object(std::move(made));
  }
  if ((config.kind() == Kind::list || config.kind() == Kind::tuple) && (prior.kind() == Kind::list || prior.kind() == Kind::tuple)) {
    std::optional<Number> number = Number::parse(key);
    std::optional<std::int64_t> at = number ? number->to_int64() : std::nullopt;
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= config.length() || static_cast<std::size_t>(*at) >= prior.length()) return config;
    std::vector<Value> elements(config.elements().begin(), config.elements().end());
    auto index = static_cast<std::size_t>(*at);
    elements[index] = ignore_at(steps.subspan(1), prior.elements()[index], elements[index]);
    if (config.kind() == Kind::tuple) return Value::tuple(std::move(elements));
    return Value::list(config.type().element(), std::move(elements));
  }
  return config;
}

/// Prior as if it were configuration: what only the provider decides is left out.
Value without_computed(const Shape& shape, const Value& value) {
  if (value.is_null() || value.is_unknown() || value.kind() != Kind::object) return value;
  Type type = value.type();
  std::vector<std::pair<Symbol, Value>> made;
  auto attributes = type.attributes();
  for (std::size_t i = 0; i < value.length(); ++i) {
    Value kept = value.elements()[i];
    for (const Attribute& attribute : shape.attributes)
      if (attribute.name == attributes[i].name && attribute.computed && !attribute.optional) kept = Value::null(attribute.type);
    made.emplace_back(attributes[i].name, std::move(kept));
  }
  return Value::object(std::move(made));
}

}  // namespace

Value ignore_changes(const config::IgnoreChanges& ignored, const Block& block, const Value& prior, const Value& config, const SourceFiles&) {
  if (prior.is_null() || config.is_null() || config.is_unknown()) return config;
  if (ignored.all) return without_computed(Shape(block), prior);
  Value result = config;
  for (const hcl::TraversalExpr* path : ignored.paths) {
    // The root name is the first attribute.
    std::vector<hcl::TraversalStep> steps;
    steps.push_back({hcl::TraversalStep::Kind::attribute, path->root_range, path->root, {}});
    steps.insert(steps.end(), path->steps.begin(), path->steps.end());
    result = ignore_at(steps, prior, result);
  }
  return result;
}

Value plain_nulls(const Value& value, Type type) {
  if (type.is_dynamic()) {
    if (value.is_null() && !value.has_marks()) return Value::null(Type::dynamic());
    return value;
  }
  if (!type.has_dynamic() || type.kind() != TypeKind::object || value.kind() != Kind::object) return value;
  bool changed = false;
  std::vector<Value> values(value.elements().begin(), value.elements().end());
  auto attributes = type.attributes();
  for (std::size_t i = 0; i < values.size() && i < attributes.size(); ++i) {
    if (!attributes[i].type.is_dynamic() || !values[i].is_null() || values[i].type().is_dynamic() || values[i].has_marks()) continue;
    values[i] = Value::null(Type::dynamic());
    changed = true;
  }
  return changed ? Value::object(type, std::move(values)) : value;
}

}  // namespace terrace::engine
