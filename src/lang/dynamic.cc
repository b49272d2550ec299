// SPDX-License-Identifier: Apache-2.0
// Expansion of `dynamic` blocks (A9).
#include "base/format.h"
#include "hcl/parser.h"
#include "lang/body.h"
#include "lang/evaluator.h"
#include "schema/body.h"
#include "value/convert.h"

namespace terrace::lang {

bool is_dynamic_block(const hcl::Block& block) {
  static const Symbol kDynamic("dynamic");
  return block.type == kDynamic && block.labels.size() == 1;
}

const Scope& Blocks::scope_with(Symbol iterator, Value key, Value value) {
  static const Symbol kKey("key"), kValue("value");
  Value both = Value::object({{kKey, std::move(key)}, {kValue, std::move(value)}});
  return scopes_.emplace_back(scope_, std::vector<std::pair<Symbol, Value>>{{iterator, std::move(both)}});
}

bool Blocks::take_label(const hcl::Block& block, Labels labels, BlockItem& item) {
  const std::size_t wanted = labels == Labels::one ? 1 : 0;
  if (block.labels.size() != wanted) {
    diags_.error(DiagCode::wrong_labels,
                 wanted == 0 ? format("A \"{}\" block takes no labels.", block.type.text())
                             : format("A \"{}\" block takes exactly one label, the key of this element.", block.type.text()),
                 block.labels.size() > wanted ? block.labels[wanted].range : block.type_range).context = block.header;
    return false;
  }
  if (wanted == 1) {
    item.label = std::string(block.labels[0].text.text());
    item.label_range = block.labels[0].range;
  }
  return true;
}

std::vector<BlockItem> Blocks::of_type(Symbol type, Labels labels) {
  std::vector<BlockItem> out;
  for (const hcl::Block& block : body_.blocks) {
    if (block.type == type) {
      BlockItem item;
      item.body = block.body;
      item.range = block.header;
      item.scope = &scope_;
      if (take_label(block, labels, item)) out.push_back(std::move(item));
    } else if (is_dynamic_block(block) && block.labels[0].text == type) {
      expand(block, labels, out);
    }
  }
  return out;
}

void Blocks::expand(const hcl::Block& dynamic, Labels labels, std::vector<BlockItem>& out) {
  constexpr schema::ArgumentRule kArguments[] = {{"for_each", true}, {"iterator"}, {"labels"}};
  constexpr schema::BlockRule kBlocks[] = {{"content", 0, true}};
  const schema::BodyContent content = schema::decode_body(*dynamic.body, {kArguments, kBlocks, false}, diags_);
  if (content.blocks.empty()) {
    diags_.error(DiagCode::missing_block, "A \"dynamic\" block needs a nested \"content\" block that tells what each generated block holds.", dynamic.body->end);
  }
  if (content.blocks.empty() || content.arguments[0] == nullptr) return;
  Symbol iterator = dynamic.labels[0].text;
  if (content.arguments[1] != nullptr) {
    const Symbol named = hcl::as_keyword(*content.arguments[1]->value);
    if (named.empty()) {
      diags_.error(DiagCode::invalid_reference, "The iterator is a plain name, without quotes.", content.arguments[1]->value->range);
      return;
    }
    iterator = named;
  }
  const hcl::Expr* label = nullptr;
  if (content.arguments[2] != nullptr) {
    const auto* list = hcl::as<hcl::TupleExpr>(content.arguments[2]->value);
    if (list == nullptr || list->elements.size() != (labels == Labels::one ? 1u : 0u)) {
      diags_.error(DiagCode::invalid_dynamic_label,
                   labels == Labels::one ? "Exactly one label is needed, in brackets: labels = [ … ]." : "Blocks of this type take no labels.",
                   content.arguments[2]->value->range);
      return;
    }
    if (!list->elements.empty()) label = list->elements[0];
  } else if (labels == Labels::one) {
    diags_.error(DiagCode::invalid_dynamic_label, "Blocks of this type take one label: add labels = [ … ] with its value.", dynamic.header);
    return;
  }

  BlockItem item;
  item.body = content.blocks[0]->body;
  item.range = dynamic.header;
  const hcl::Expr& for_each = *content.arguments[0]->value;
  const Value given = evaluate(for_each, scope_, diags_);
  item.marks = given.marks();
  const auto unknown = [&] {
    item.unknown = true;
    item.scope = &scope_with(iterator, unknown_dynamic(), unknown_dynamic());
    out.push_back(item);
  };
  const auto wrong = [&](std::string detail) { diags_.error(DiagCode::invalid_dynamic_for_each, std::move(detail), for_each.range); };
  if (given.is_null()) return wrong("The for_each of a dynamic block is null. For no blocks at all give an empty list: [].");
  switch (given.type().kind()) {
    case TypeKind::dynamic: return unknown();
    case TypeKind::list:
    case TypeKind::set:
    case TypeKind::tuple:
    case TypeKind::map:
    case TypeKind::object: break;
    case TypeKind::boolean:
    case TypeKind::number:
    case TypeKind::string:
    case TypeKind::capsule:
      return wrong(format("The for_each of a dynamic block must be a list, set, map, tuple or object, not {}.", value::friendly_name(given.type())));
  }
  if (given.is_unknown()) return unknown();
  const auto elements = given.elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    item.scope = &scope_with(iterator, element_key(given, i), elements[i]);
    if (label != nullptr) {
      const Value text = evaluate_as(*label, Type::string(), *item.scope, diags_, "labels");
      if (text.is_null() || text.is_unknown() || text.has_marks()) {
        diags_.error(DiagCode::invalid_dynamic_label, "The label of a generated block must be a text that is known, not null and not sensitive.", label->range);
        return;
      }
      item.label = std::string(text.as_string());
      item.label_range = label->range;
    }
    out.push_back(item);
  }
}

}  // namespace terrace::lang
