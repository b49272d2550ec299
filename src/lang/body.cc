// SPDX-License-Identifier: Apache-2.0
// Bodies by schema (D21): arguments converted to their types, blocks gathered by nesting mode.
#include "lang/body.h"

#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "lang/evaluator.h"
#include "value/convert.h"

namespace terrace::lang {

namespace {

using schema::Attribute;
using schema::Block;
using schema::NestedBlock;
using schema::Nesting;

/// The type a configuration may give for a nested attribute: what it need not set may be left out.
Type configuration_type(const Attribute& attribute) {
  if (attribute.nested == nullptr) return attribute.type;
  std::vector<Type::Attribute> attributes;
  for (const Attribute& inner : attribute.nested->attributes) {
    attributes.push_back({inner.name, configuration_type(inner), !inner.required});
  }
  const Type element = Type::object(std::move(attributes));
  switch (attribute.nested->nesting) {
    case Nesting::list: return Type::list(element);
    case Nesting::set: return Type::set(element);
    case Nesting::map: return Type::map(element);
    case Nesting::single:
    case Nesting::group: break;
  }
  return element;
}

bool is_list_or_set_of_objects(Type type) {
  return (type.kind() == TypeKind::list || type.kind() == TypeKind::set) && type.element().kind() == TypeKind::object;
}

/// D21: such arguments may also be written as blocks, unless the schema uses types older SDKs could not declare.
bool attributes_as_blocks(const Block& block) {
  return std::none_of(block.attributes.begin(), block.attributes.end(), [](const Attribute& attribute) {
    const Type type = attribute.type;
    return attribute.nested != nullptr || type.kind() == TypeKind::object || type.kind() == TypeKind::tuple ||
           (type.kind() == TypeKind::map && type.element().kind() == TypeKind::object);
  });
}

/// An object type seen as a block in which everything is optional.
std::shared_ptr<const Block> block_of(Type object) {
  Block block;
  for (const auto& inner : object.attributes()) {
    Attribute attribute;
    attribute.name = inner.name;
    attribute.type = inner.type;
    attribute.optional = true;
    block.attributes.push_back(std::move(attribute));
  }
  auto made = schema::make_block(std::move(block));
  CHECK(made, "an object type makes a valid block");
  return *std::move(made);
}

class Decoder {
 public:
  Decoder(const hcl::Body& body, const Block& block, const Scope& scope, Diagnostics& diags, const Marks& marks)
      : body_(body), block_(block), scope_(scope), diags_(diags), marks_(marks), blocks_(body, scope, diags),
        mixes_(attributes_as_blocks(block)) {}

  Value decode(std::span<const Symbol> skip_arguments, std::span<const Symbol> skip_blocks) {
    check_names(skip_arguments, skip_blocks);
    const auto types = block_.implied_type.attributes();
    std::vector<Value> values(types.size());
    for (const Attribute& attribute : block_.attributes) put(values, attribute.name, argument(attribute));
    for (const NestedBlock& nested : block_.blocks) put(values, nested.name, nested_block(nested));
    bool exact = true;
    for (std::size_t i = 0; i < values.size() && exact; ++i) exact = values[i].type() == types[i].type;
    if (exact) return Value::object(block_.implied_type, std::move(values));
    std::vector<std::pair<Symbol, Value>> named;
    named.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) named.emplace_back(types[i].name, std::move(values[i]));
    return Value::object(std::move(named));
  }

 private:
  void put(std::vector<Value>& values, Symbol name, Value value) {
    values[static_cast<std::size_t>(block_.implied_type.attribute_index(name))] = std::move(value);
  }
  bool may_be_blocks(const Attribute& attribute) const {
    return mixes_ && attribute.nested == nullptr && is_list_or_set_of_objects(attribute.type) && body_.find(attribute.name) == nullptr;
  }

  std::string suggestion(std::string_view name) const {
    std::vector<std::string_view> candidates;
    for (const Attribute& attribute : block_.attributes) {
      if (attribute.required || attribute.optional) candidates.push_back(attribute.name.text());
    }
    for (const NestedBlock& nested : block_.blocks) candidates.push_back(nested.name.text());
    return diag::did_you_mean(name, candidates);
  }

  void check_names(std::span<const Symbol> skip_arguments, std::span<const Symbol> skip_blocks) {
    const auto skipped = [](std::span<const Symbol> names, Symbol name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    for (const hcl::Attribute& given : body_.attributes) {
      if (block_.attribute(given.name) != nullptr || skipped(skip_arguments, given.name)) continue;
      const std::string_view name = given.name.text();
      diags_.error(DiagCode::unsupported_argument,
                   block_.block(given.name) != nullptr
                       ? format("\"{}\" is a block here, not an argument: write it without the equals sign, as in {} {{ … }}.", name, name)
                       : format("An argument named \"{}\" is not expected here.{}", name, suggestion(name)), given.name_range).context = given.range;
    }
    for (const hcl::Block& given : body_.blocks) {
      if (skipped(skip_blocks, given.type)) continue;
      const bool generated = is_dynamic_block(given);
      const Symbol type = generated ? given.labels[0].text : given.type;
      const SourceRange range = generated ? given.labels[0].range : given.type_range;
      if (block_.block(type) != nullptr) continue;
      const Attribute* attribute = block_.attribute(type);
      if (attribute != nullptr && may_be_blocks(*attribute)) continue;
      if (attribute != nullptr) {
        diags_.error(DiagCode::unsupported_block,
                     format("\"{}\" is an argument here, not a block: give it a value with an equals sign, as in {} = …", type.text(), type.text()), range);
      } else {
        diags_.error(DiagCode::unsupported_block, format("Blocks of type \"{}\" are not expected here.{}", type.text(), suggestion(type.text())), range);
      }
    }
  }

  Value argument(const Attribute& attribute) {
    const hcl::Attribute* given = body_.find(attribute.name);
    if (given == nullptr) {
      if (may_be_blocks(attribute)) {
        if (auto value = from_blocks(attribute)) return std::move(*value);
      }
      if (attribute.required) {
        diags_.error(DiagCode::missing_argument,
                     format("The argument \"{}\" is required, but no definition was found.", attribute.name.text()), body_.end);
      }
      return Value::null(attribute.type);
    }
    if (attribute.computed && !attribute.optional) {
      diags_.error(DiagCode::unconfigurable_attribute,
                   format("The value of \"{}\" is decided by the provider, so it cannot be set in the configuration.", attribute.name.text()),
                   given->name_range).context = given->range;
      return Value::null(attribute.type);
    }
    if (attribute.deprecated) {
      diags_.warning(DiagCode::argument_deprecated,
                     attribute.deprecation.empty() ? format("\"{}\" is deprecated by its provider.", attribute.name.text()) : attribute.deprecation,
                     given->name_range).context = given->range;
    }
    Evaluator evaluator(scope_, diags_);
    const Value value = evaluator.eval(*given->value);
    const Type wanted = configuration_type(attribute);
    if (wanted.is_dynamic() || value.type() == wanted) return with_marks(value);
    auto converted = value::convert(value, wanted);
    if (converted) return with_marks(std::move(converted.value));
    evaluator.error(DiagCode::incorrect_attribute_value,
                    format("Inappropriate value for attribute \"{}\": {}.", attribute.name.text(), converted.mismatch->text()), given->value->range, given->value);
    return Value::unknown(attribute.type);
  }

  Value with_marks(Value value) const { return marks_.empty() ? value : value.with_marks(marks_); }

  Value decode_item(const BlockItem& item, const Block& block) {
    Marks marks = marks_;
    marks.merge(item.marks);
    return Decoder(*item.body, block, *item.scope, diags_, marks).decode({}, {});
  }

  /// Nothing when there are no such blocks: the argument is then simply not set.
  std::optional<Value> from_blocks(const Attribute& attribute) {
    const auto items = blocks_.of_type(attribute.name, Blocks::Labels::none);
    if (items.empty()) return std::nullopt;
    const Type element = attribute.type.element();
    const auto block = block_of(element);
    std::vector<Value> values;
    bool unknown = false;
    for (const BlockItem& item : items) {
      Value value = decode_item(item, *block);
      unknown = unknown || item.unknown;
      if (auto converted = value::convert(value, element)) values.push_back(std::move(converted.value));
      else values.push_back(Value::unknown(element));
    }
    if (unknown) return Value::unknown(attribute.type);
    return attribute.type.kind() == TypeKind::list ? Value::list(element, std::move(values)) : Value::set(element, std::move(values));
  }

  void check_count(const NestedBlock& nested, const std::vector<BlockItem>& items) {
    const std::string_view name = nested.name.text();
    const std::size_t least = nested.min_items;
    const std::size_t most = nested.nesting == Nesting::single || nested.nesting == Nesting::group ? 1 : nested.max_items;
    if (items.size() < least) {
      diags_.error(DiagCode::missing_block, format("At least {} required here.", base::count_of(least, format("\"{}\" block is", name), format("\"{}\" blocks are", name))), body_.end);
    } else if (most != 0 && items.size() > most) {
      diags_.error(DiagCode::too_many_blocks, format("No more than {} allowed here.", base::count_of(most, format("\"{}\" block is", name), format("\"{}\" blocks are", name))),
                   items[most].range);
    }
  }

  Value nested_block(const NestedBlock& nested) {
    auto items = blocks_.of_type(nested.name, nested.nesting == Nesting::map ? Blocks::Labels::one : Blocks::Labels::none);
    const bool unknown = std::any_of(items.begin(), items.end(), [](const BlockItem& item) { return item.unknown; });
    if (!unknown) check_count(nested, items);
    if (nested.block->deprecated && !items.empty()) {
      diags_.warning(DiagCode::argument_deprecated,
                     nested.block->deprecation.empty() ? format("\"{}\" blocks are deprecated by their provider.", nested.name.text()) : nested.block->deprecation,
                     items[0].range);
    }
    const Type element = nested.block->implied_type;
    const Type whole = block_.implied_type.attributes()[static_cast<std::size_t>(block_.implied_type.attribute_index(nested.name))].type;
    std::vector<Value> values;
    values.reserve(items.size());
    for (const BlockItem& item : items) values.push_back(decode_item(item, *nested.block));
    if (unknown) {
      // How many there will be is open, so nothing is known of the collection.
      Marks marks = marks_;
      for (const BlockItem& item : items) marks.merge(item.marks);
      return unknown_with(whole, marks);
    }
    const bool open = element.has_dynamic();
    switch (nested.nesting) {
      case Nesting::single: return values.empty() ? Value::null(element) : std::move(values.front());
      case Nesting::group: return values.empty() ? schema::empty_value(*nested.block) : std::move(values.front());
      case Nesting::list: return open ? Value::tuple(std::move(values)) : Value::list(element, std::move(values));
      case Nesting::set: return Value::set(element, std::move(values));
      case Nesting::map: break;
    }
    std::map<std::string, Value> by_label;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!by_label.emplace(*items[i].label, values[i]).second) {
        diags_.error(DiagCode::duplicate_block, format("There is another \"{}\" block with the label \"{}\" before this one.", nested.name.text(), *items[i].label),
                     items[i].label_range);
      }
    }
    if (!open) return Value::map(element, {by_label.begin(), by_label.end()});
    std::vector<std::pair<Symbol, Value>> named;
    for (auto& [label, value] : by_label) named.emplace_back(Symbol(label), std::move(value));
    return Value::object(std::move(named));
  }

  const hcl::Body& body_;
  const Block& block_;
  const Scope& scope_;
  Diagnostics& diags_;
  const Marks& marks_;
  Blocks blocks_;
  bool mixes_;
};

}  // namespace

Value evaluate_body(const hcl::Body& body, const schema::Block& block, const Scope& scope, Diagnostics& diags,
                    std::span<const Symbol> skip_arguments, std::span<const Symbol> skip_blocks) {
  const Marks none;
  return Decoder(body, block, scope, diags, none).decode(skip_arguments, skip_blocks);
}

}  // namespace terrace::lang
