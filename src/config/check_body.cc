// SPDX-License-Identifier: Apache-2.0
// Bodies of resources, data sources and providers against their schemas (checklist D21), and the expressions in them.
#include "base/format.h"
#include "base/strings.h"
#include "config/check.h"
#include "config/keywords.h"
#include "diag/suggest.h"

namespace terrace::config {

namespace {

bool is_meta_argument(Symbol name, bool provider) {
  const Keywords& words = keywords();
  if (provider) {
    return name == words.alias || name == words.version || name == words.for_each || name == words.count || name == words.depends_on || name == words.source;
  }
  return name == words.count || name == words.for_each || name == words.depends_on || name == words.provider;
}
bool is_meta_block(Symbol type) {
  const Keywords& words = keywords();
  return type == words.lifecycle || type == words.connection || type == words.provisioner || type == words.locals || type == words.escape;
}

/// Lists and sets of objects may be written as repeated blocks, unless the provider declared them in nested form.
std::optional<Type> block_like(const schema::Attribute& attribute) {
  if (attribute.nested != nullptr) return std::nullopt;
  const bool collection = attribute.type.kind() == TypeKind::list || attribute.type.kind() == TypeKind::set;
  if (!collection || attribute.type.element().kind() != TypeKind::object) return std::nullopt;
  return attribute.type.element();
}

std::string names_help(Symbol name, const schema::Block& block) {
  std::vector<std::string_view> names;
  for (const schema::Attribute& one : block.attributes) {
    if (one.required || one.optional) names.push_back(one.name.text());
  }
  for (const schema::NestedBlock& one : block.blocks) names.push_back(one.name.text());
  return diag::did_you_mean(name.text(), names);
}

}  // namespace

void Checker::check_body(const hcl::Body& body, const schema::Block* block, Place& place, Level level) {
  const bool top = level == Level::top, provider = place.resource == nullptr;
  for (const hcl::Attribute& attribute : body.attributes) {
    if (top && is_meta_argument(attribute.name, provider)) continue;
    if (block != nullptr) check_argument(attribute, *block);
    check_expression(*attribute.value, place);
  }
  for (const hcl::Block& nested : body.blocks) {
    if (top && is_meta_block(nested.type)) continue;
    if (nested.type == keywords().dynamic) {
      check_dynamic(nested, block, place);
    } else {
      check_nested(nested, block, place);
    }
  }
  if (block != nullptr) check_presence(body, *block, level);
}

void Checker::check_argument(const hcl::Attribute& attribute, const schema::Block& block) {
  const schema::Attribute* declared = block.attribute(attribute.name);
  if (declared == nullptr) {
    const bool is_block = block.block(attribute.name) != nullptr;
    diags_.error(DiagCode::unsupported_argument,
                 is_block ? format("\"{0}\" is a block here, not an argument: write it without the equals sign, as in {0} {{ … }}.", attribute.name.text())
                          : format("An argument named \"{}\" is not expected here.{}", attribute.name.text(),
                                   suggestions_left_-- > 0 ? names_help(attribute.name, block) : std::string()),
                 attribute.name_range)
        .context = attribute.range;
    return;
  }
  if (declared->computed && !declared->optional && !declared->required) {
    if (attribute.value->kind == hcl::ExprKind::null) return;
    diags_.error(DiagCode::unconfigurable_attribute,
                 format("\"{}\" is decided by the provider and cannot be set. Remove it.", attribute.name.text()), attribute.name_range)
        .context = attribute.range;
  } else if (declared->deprecated) {
    diags_.warning(DiagCode::argument_deprecated,
                   declared->deprecation.empty() ? format("\"{}\" is deprecated.", attribute.name.text()) : format("\"{}\" is deprecated: {}", attribute.name.text(), declared->deprecation),
                   attribute.name_range);
  }
}

void Checker::check_nested(const hcl::Block& nested, const schema::Block* block, Place& place) {
  const schema::NestedBlock* declared = block == nullptr ? nullptr : block->block(nested.type);
  const std::size_t labels = declared != nullptr && declared->nesting == schema::Nesting::map ? 1 : 0;
  if (declared != nullptr && nested.labels.size() != labels) {
    diags_.error(DiagCode::wrong_labels,
                 format("A \"{}\" block takes {} here.", nested.type.text(), labels == 0 ? std::string("no labels") : base::count_of(labels, "label")),
                 nested.labels.size() > labels ? nested.labels[labels].range : nested.header);
  }
  check_content(nested.type, nested.type_range, *nested.body, block, place);
}

/// A block's content, whether it was written or is made by `dynamic`.
void Checker::check_content(Symbol type, SourceRange type_range, const hcl::Body& body, const schema::Block* block, Place& place) {
  if (block == nullptr) return check_body(body, nullptr, place, Level::nested);
  if (const schema::NestedBlock* declared = block->block(type)) {
    if (declared->block->deprecated) {
      diags_.warning(DiagCode::argument_deprecated,
                     declared->block->deprecation.empty() ? format("Blocks of type \"{}\" are deprecated.", type.text())
                                                          : format("Blocks of type \"{}\" are deprecated: {}", type.text(), declared->block->deprecation),
                     type_range);
    }
    return check_body(body, declared->block.get(), place, Level::nested);
  }
  const schema::Attribute* attribute = block->attribute(type);
  const std::optional<Type> object = attribute == nullptr ? std::nullopt : block_like(*attribute);
  if (object) return check_block_attribute(body, *object, place);
  diags_.error(DiagCode::unsupported_block,
               attribute != nullptr ? format("\"{0}\" is an argument here, not a block: give it a value with an equals sign, as in {0} = …", type.text())
                                    : format("Blocks of type \"{}\" are not expected here.{}", type.text(),
                                             suggestions_left_-- > 0 ? names_help(type, *block) : std::string()),
               type_range);
}

void Checker::check_block_attribute(const hcl::Body& body, Type object, Place& place) {
  for (const hcl::Attribute& attribute : body.attributes) {
    if (object.attribute_index(attribute.name) < 0) {
      std::vector<std::string_view> names;
      for (const Type::Attribute& one : object.attributes()) names.push_back(one.name.text());
      diags_.error(DiagCode::unsupported_argument,
                   format("An argument named \"{}\" is not expected here.{}", attribute.name.text(), diag::did_you_mean(attribute.name.text(), names)),
                   attribute.name_range)
          .context = attribute.range;
    }
    check_expression(*attribute.value, place);
  }
  for (const hcl::Block& nested : body.blocks) {
    Symbol type = nested.type;
    const hcl::Body* content = nested.body;
    if (type == keywords().dynamic && nested.labels.size() == 1) continue;
    const int at = object.attribute_index(type);
    const Type inner = at < 0 ? Type::dynamic() : object.attributes()[static_cast<std::size_t>(at)].type;
    const bool collection = inner.kind() == TypeKind::list || inner.kind() == TypeKind::set;
    if (collection && inner.element().kind() == TypeKind::object) {
      check_block_attribute(*content, inner.element(), place);
    } else {
      diags_.error(DiagCode::unsupported_block, format("Blocks of type \"{}\" are not expected here.", type.text()), nested.type_range);
    }
  }
}

void Checker::check_dynamic(const hcl::Block& dynamic, const schema::Block* block, Place& place) {
  static const Symbol kIterator("iterator"), kLabels("labels");
  const Keywords& words = keywords();
  if (dynamic.labels.size() != 1) {
    diags_.error(DiagCode::wrong_labels, "A \"dynamic\" block has one label: the type of the blocks that it makes.", dynamic.header);
    return;
  }
  const Symbol type = dynamic.labels[0].text;
  Symbol iterator = type;
  bool for_each = false;
  for (const hcl::Attribute& attribute : dynamic.body->attributes) {
    if (attribute.name == words.for_each) {
      for_each = true;
      check_expression(*attribute.value, place);
    } else if (attribute.name == kIterator) {
      const Symbol name = hcl::as_keyword(*attribute.value);
      if (name.empty()) {
        diags_.error(DiagCode::literal_required, "\"iterator\" is a single name without quotes.", attribute.value->range);
      } else {
        iterator = name;
      }
    } else if (attribute.name != kLabels) {
      diags_.error(DiagCode::unsupported_argument,
                   format("An argument named \"{}\" is not expected in a \"dynamic\" block. The arguments of the blocks belong in \"content\".", attribute.name.text()),
                   attribute.name_range);
    }
  }
  if (!for_each) {
    diags_.error(DiagCode::missing_argument, "A \"dynamic\" block needs \"for_each\": what to make a block of each of.", dynamic.body->end);
  }
  place.iterators.push_back(iterator);
  if (const hcl::Attribute* labels = dynamic.body->find(kLabels)) check_expression(*labels->value, place);
  const hcl::Block* content = nullptr;
  for (const hcl::Block& inner : dynamic.body->blocks) {
    if (inner.type != words.content) {
      diags_.error(DiagCode::unsupported_block,
                   format("Blocks of type \"{}\" are not expected in a \"dynamic\" block, only \"content\".", inner.type.text()), inner.type_range);
    } else if (content != nullptr) {
      diags_.error(DiagCode::duplicate_block, "A \"dynamic\" block has one \"content\" block.", inner.header);
    } else {
      content = &inner;
    }
  }
  if (content == nullptr) {
    diags_.error(DiagCode::missing_block, "A \"dynamic\" block needs a \"content\" block.", dynamic.header);
  } else {
    check_content(type, dynamic.labels[0].range, *content->body, block, place);
  }
  place.iterators.pop_back();
}

void Checker::check_presence(const hcl::Body& body, const schema::Block& block, Level level) {
  (void)level;
  for (const schema::Attribute& attribute : block.attributes) {
    if (!attribute.required || body.find(attribute.name) != nullptr) continue;
    bool as_block = false;
    for (const hcl::Block& nested : body.blocks) {
      const bool dynamic = nested.type == keywords().dynamic && nested.labels.size() == 1 && nested.labels[0].text == attribute.name;
      as_block = as_block || dynamic || nested.type == attribute.name;
    }
    if (as_block) continue;
    diags_.error(DiagCode::missing_argument, format("The argument \"{}\" is required, but no definition was found.", attribute.name.text()), body.end);
  }
  if (block.blocks.empty()) return;
  for (const schema::NestedBlock& declared : block.blocks) {
    const bool single = declared.nesting == schema::Nesting::single || declared.nesting == schema::Nesting::group;
    const std::uint32_t most = single ? 1 : declared.max_items;
    if (declared.min_items == 0 && most == 0) continue;
    std::uint32_t count = 0;
    bool dynamic = false;
    const hcl::Block* extra = nullptr;
    for (const hcl::Block& nested : body.blocks) {
      if (nested.type == declared.name) {
        if (++count == most + 1) extra = &nested;
      } else if (nested.type == keywords().dynamic && nested.labels.size() == 1) {
        dynamic = dynamic || nested.labels[0].text == declared.name;
      }
    }
    if (most != 0 && extra != nullptr) {
      diags_.error(DiagCode::too_many_blocks, format("At most {} of type \"{}\" may be written here.", base::count_of(most, "block"), declared.name.text()), extra->header);
    } else if (count < declared.min_items && !dynamic) {
      diags_.error(DiagCode::missing_block, format("At least {} of type \"{}\" must be written here.", base::count_of(declared.min_items, "block"), declared.name.text()),
                   body.end);
    }
  }
}

}  // namespace terrace::config
