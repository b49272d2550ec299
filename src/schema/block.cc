// SPDX-License-Identifier: Apache-2.0
// Building block schemas: sorting, implied types, the sanity rules of D21.
#include "base/format.h"
#include "schema/schema.h"

namespace terrace::schema {

namespace {

Error wrong(std::string what) { return {base::ErrorKind::invalid, std::move(what)}; }

template <class T>
bool by_name(const T& a, const T& b) {
  return a.name < b.name;
}
template <class T>
const T* find(const std::vector<T>& sorted, Symbol name) {
  auto at = std::lower_bound(sorted.begin(), sorted.end(), name, [](const T& item, Symbol wanted) { return item.name < wanted; });
  return at != sorted.end() && at->name == name ? &*at : nullptr;
}

/// The type of a collection of `element`; where a list or map could hold different types it is left open.
Type nested_type(Nesting nesting, Type element) {
  switch (nesting) {
    case Nesting::single:
    case Nesting::group: return element;
    case Nesting::list: return Type::list(element);
    case Nesting::set: return Type::set(element);
    case Nesting::map: return Type::map(element);
  }
  __builtin_unreachable();
}

Result<void> prepare_attributes(std::vector<Attribute>& attributes, std::string_view where);

Result<void> prepare(Attribute& attribute, std::string_view where) {
  const std::string name = format("{}{}", where, attribute.name.text());
  if (!attribute.required && !attribute.optional && !attribute.computed) {
    return wrong(format("attribute {} is neither required, optional nor computed", name));
  }
  if (attribute.required && (attribute.optional || attribute.computed)) {
    return wrong(format("attribute {} is required and at the same time {}", name, attribute.optional ? "optional" : "computed"));
  }
  if (attribute.nested == nullptr) return {};
  if (attribute.nested->nesting == Nesting::group) return wrong(format("attribute {} has nesting mode \"group\", which only blocks have", name));
  auto object = std::make_shared<Object>(*attribute.nested);
  TRY(prepare_attributes(object->attributes, name + "."));
  std::vector<Type::Attribute> types;
  for (const Attribute& inner : object->attributes) types.push_back({inner.name, inner.type});
  const Type element = Type::object(std::move(types));
  if (object->nesting == Nesting::set && element.has_dynamic()) {
    return wrong(format("attribute {} is a set of objects with an attribute of any type, which sets cannot hold", name));
  }
  attribute.type = nested_type(object->nesting, element);
  attribute.nested = std::move(object);
  return {};
}

Result<void> prepare_attributes(std::vector<Attribute>& attributes, std::string_view where) {
  std::sort(attributes.begin(), attributes.end(), by_name<Attribute>);
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name.empty()) return wrong(format("an attribute in {} has no name", where.empty() ? "the schema" : where));
    if (i > 0 && attributes[i].name == attributes[i - 1].name) {
      return wrong(format("attribute {}{} is declared twice", where, attributes[i].name.text()));
    }
    TRY(prepare(attributes[i], where));
  }
  return {};
}

struct Flags {
  bool sensitive = false, write_only = false;
  void scan(const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) {
      sensitive = sensitive || attribute.sensitive;
      write_only = write_only || attribute.write_only;
      if (attribute.nested != nullptr) scan(attribute.nested->attributes);
    }
  }
};

Result<void> check(const NestedBlock& nested) {
  const std::string_view name = nested.name.text();
  if (nested.block == nullptr) return wrong(format("block {} has no content", name));
  switch (nested.nesting) {
    case Nesting::single:
      if (nested.min_items > 1 || nested.max_items > 1) return wrong(format("block {} is single but allows more than one item", name));
      break;
    case Nesting::group:
    case Nesting::map:
      if (nested.min_items != 0 || nested.max_items != 0) {
        return wrong(format("block {} limits its items, which \"group\" and \"map\" nesting do not allow", name));
      }
      break;
    case Nesting::list:
    case Nesting::set:
      if (nested.max_items != 0 && nested.min_items > nested.max_items) {
        return wrong(format("block {} needs at least {} items but allows at most {}", name, nested.min_items, nested.max_items));
      }
      if (nested.nesting == Nesting::set && nested.block->implied_type.has_dynamic()) {
        return wrong(format("block {} is a set with an attribute of any type, which sets cannot hold", name));
      }
      break;
  }
  return {};
}

}  // namespace

const Attribute* Block::attribute(Symbol name) const { return find(attributes, name); }
const NestedBlock* Block::block(Symbol name) const { return find(blocks, name); }

Result<std::shared_ptr<const Block>> make_block(Block block) {
  TRY(prepare_attributes(block.attributes, ""));
  std::sort(block.blocks.begin(), block.blocks.end(), by_name<NestedBlock>);
  Flags flags;
  flags.scan(block.attributes);
  std::vector<Type::Attribute> types;
  types.reserve(block.attributes.size() + block.blocks.size());
  for (const Attribute& attribute : block.attributes) types.push_back({attribute.name, attribute.type});
  for (std::size_t i = 0; i < block.blocks.size(); ++i) {
    const NestedBlock& nested = block.blocks[i];
    if (find(block.attributes, nested.name) != nullptr || (i > 0 && nested.name == block.blocks[i - 1].name)) {
      return wrong(format("the name {} is declared twice", nested.name.text()));
    }
    TRY(check(nested));
    flags.sensitive = flags.sensitive || nested.block->has_sensitive;
    flags.write_only = flags.write_only || nested.block->has_write_only;
    Type element = nested.block->implied_type;
    const bool open = element.has_dynamic() && (nested.nesting == Nesting::list || nested.nesting == Nesting::map);
    types.push_back({nested.name, open ? Type::dynamic() : nested_type(nested.nesting, element)});
  }
  block.implied_type = Type::object(std::move(types));
  block.has_sensitive = flags.sensitive;
  block.has_write_only = flags.write_only;
  return std::shared_ptr<const Block>(std::make_shared<Block>(std::move(block)));
}

Value empty_value(const Block& block) {
  std::vector<std::pair<Symbol, Value>> out;
  out.reserve(block.attributes.size() + block.blocks.size());
  for (const Attribute& attribute : block.attributes) out.emplace_back(attribute.name, Value::null(attribute.type));
  bool exact = true;  // no part is typed more narrowly than the implied type says
  for (const NestedBlock& nested : block.blocks) {
    const Type element = nested.block->implied_type;
    const bool open = element.has_dynamic();
    Value value;
    switch (nested.nesting) {
      case Nesting::single: value = Value::null(element); break;
      case Nesting::group: value = empty_value(*nested.block); break;
      case Nesting::list: value = open ? Value::tuple({}) : Value::list(element, {}); break;
      case Nesting::set: value = Value::set(element, {}); break;
      case Nesting::map: value = open ? Value::object({}) : Value::map(element, {}); break;
    }
    exact = exact && !open;
    out.emplace_back(nested.name, std::move(value));
  }
  if (!exact) return Value::object(std::move(out));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Value> values;
  values.reserve(out.size());
  for (auto& [name, value] : out) values.push_back(std::move(value));
  return Value::object(block.implied_type, std::move(values));
}

}  // namespace terrace::schema
