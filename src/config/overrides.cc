// SPDX-License-Identifier: Apache-2.0
// Override files (checklist D17): merged as syntax, so that what results is decoded and checked once, and each
// argument keeps the place it was written at.
#include <algorithm>
#include <unordered_map>

#include "base/format.h"
#include "config/decode.h"
#include "config/keywords.h"

namespace terrace::config {

namespace {

/// The block type that a block stands for: `dynamic "x"` is an x.
Symbol nested_type(const hcl::Block& block) {
  return block.type == keywords().dynamic && block.labels.size() == 1 ? block.labels[0].text : block.type;
}

class Merger {
 public:
  Merger(std::vector<hcl::Block>& blocks, Arena& arena, Diagnostics& diags) : blocks_(blocks), arena_(arena), diags_(diags) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) index_.emplace(key_of(blocks_[i]), i);
  }

  void merge(const hcl::Block& block) {
    const Keywords& words = keywords();
    if (block.type == words.locals) return merge_locals(block);
    if (block.type == words.terraform) return merge_terraform(block);
    if (block.type == words.moved || block.type == words.import || block.type == words.removed || block.type == words.check) {
      diags_.error(DiagCode::not_overridable, format("Blocks of type \"{}\" belong in ordinary files, not in override files.", block.type.text()), block.header);
      return;
    }
    const bool overridable = block.type == words.resource || block.type == words.data || block.type == words.module || block.type == words.variable ||
                             block.type == words.output || block.type == words.provider;
    if (!overridable) {
      blocks_.push_back(block);  // the decoder says what is wrong with it
      return;
    }
    const auto base = index_.find(key_of(block));
    if (base == index_.end()) {
      std::string name;
      for (const hcl::Label& label : block.labels) name.append(" \"").append(label.text.text()).append("\"");
      diags_.error(DiagCode::nothing_to_override,
                   format("There is no {}{} in the ordinary files. An override file can only change what is declared in another file.", block.type.text(), name),
                   block.header);
      return;
    }
    hcl::Block& target = blocks_[base->second];
    target.body = merge_bodies(*target.body, *block.body, block.type);
  }

 private:
  static std::string key_of(const hcl::Block& block) {
    std::string key(block.type.text());
    for (const hcl::Label& label : block.labels) key.append("\n").append(label.text.text());
    if (block.type == keywords().provider) {
      const hcl::Attribute* alias = block.body->find(keywords().alias);
      if (alias != nullptr) {
        if (const auto* text = hcl::as<hcl::StringExpr>(alias->value)) key.append("\n").append(text->text);
      }
    }
    return key;
  }

  const hcl::Body* make_body(const hcl::Body& base, const std::vector<hcl::Attribute>& attributes, const std::vector<hcl::Block>& blocks) {
    auto* out = arena_.make<hcl::Body>();
    out->range = base.range;
    out->end = base.end;
    out->attributes = arena_.copy(attributes);
    out->blocks = arena_.copy(blocks);
    return out;
  }

  std::vector<hcl::Attribute> merge_attributes(const hcl::Body& base, const hcl::Body& over, bool refuse_depends_on) {
    std::vector<hcl::Attribute> out(base.attributes.begin(), base.attributes.end());
    std::unordered_map<Symbol, std::size_t> places;
    for (std::size_t i = 0; i < out.size(); ++i) places.emplace(out[i].name, i);
    const Keywords& words = keywords();
    for (const hcl::Attribute& attribute : over.attributes) {
      if (refuse_depends_on && attribute.name == words.depends_on) {
        const auto* list = hcl::as<hcl::TupleExpr>(attribute.value);
        const bool empty = list != nullptr && list->elements.empty();
        if (!empty) diags_.error(DiagCode::not_overridable, "\"depends_on\" cannot be overridden.", attribute.name_range);
        continue;
      }
      const auto [place, fresh] = places.emplace(attribute.name, out.size());
      if (fresh) {
        out.push_back(attribute);
      } else {
        out[place->second] = attribute;
      }
    }
    return out;
  }

  const hcl::Body* merge_bodies(const hcl::Body& base, const hcl::Body& over, Symbol type) {
    const Keywords& words = keywords();
    const bool repeatable = type == words.resource || type == words.data || type == words.module;
    const bool conditions_only = type == words.variable || type == words.output;
    const std::vector<hcl::Attribute> attributes = merge_attributes(base, over, repeatable || type == words.output);
    std::vector<hcl::Block> blocks;
    const hcl::Block* lifecycle = nullptr;
    std::vector<hcl::Block> added;
    for (const hcl::Block& block : over.blocks) {
      if (conditions_only) {
        diags_.error(DiagCode::not_overridable, format("Blocks of type \"{}\" cannot be overridden.", block.type.text()), block.header);
      } else if (repeatable && block.type == words.lifecycle) {
        lifecycle = &block;
      } else {
        added.push_back(block);
      }
    }
    bool lifecycle_merged = lifecycle == nullptr;
    for (const hcl::Block& block : base.blocks) {
      if (lifecycle != nullptr && block.type == words.lifecycle) {
        hcl::Block merged = block;
        merged.body = merge_lifecycle(*block.body, *lifecycle->body);
        blocks.push_back(merged);
        lifecycle_merged = true;
        continue;
      }
      const bool replaced = std::any_of(added.begin(), added.end(), [&](const hcl::Block& other) { return nested_type(other) == nested_type(block); });
      if (!replaced) blocks.push_back(block);
    }
    if (!lifecycle_merged) {
      hcl::Block merged = *lifecycle;
      merged.body = merge_lifecycle(hcl::Body{lifecycle->body->range, {}, {}, lifecycle->body->end, {}}, *lifecycle->body);
      blocks.push_back(merged);
    }
    blocks.insert(blocks.end(), added.begin(), added.end());
    return make_body(base, attributes, blocks);
  }

  const hcl::Body* merge_lifecycle(const hcl::Body& base, const hcl::Body& over) {
    for (const hcl::Block& block : over.blocks) {
      diags_.error(DiagCode::not_overridable, format("Blocks of type \"{}\" cannot be overridden.", block.type.text()), block.header);
    }
    return make_body(base, merge_attributes(base, over, false), std::vector<hcl::Block>(base.blocks.begin(), base.blocks.end()));
  }

  void merge_locals(const hcl::Block& over) {
    for (const hcl::Attribute& attribute : over.body->attributes) {
      bool found = false;
      for (hcl::Block& block : blocks_) {
        if (block.type != keywords().locals || block.body->find(attribute.name) == nullptr) continue;
        std::vector<hcl::Attribute> attributes(block.body->attributes.begin(), block.body->attributes.end());
        for (hcl::Attribute& one : attributes) {
          if (one.name == attribute.name) one = attribute;
        }
        block.body = make_body(*block.body, attributes, std::vector<hcl::Block>(block.body->blocks.begin(), block.body->blocks.end()));
        found = true;
        break;
      }
      if (found) continue;
      diags_.error(DiagCode::nothing_to_override,
                   format("There is no local value \"{}\" in the ordinary files. An override file can only change what is declared in another file.",
                          attribute.name.text()),
                   attribute.name_range);
    }
  }

  /// Backend, cloud and each required provider replace what there was; the rest is added.
  void merge_terraform(const hcl::Block& over) {
    const Keywords& words = keywords();
    for (const hcl::Block& block : over.body->blocks) {
      const bool storage = block.type == words.backend || block.type == words.cloud;
      for (hcl::Block& base : blocks_) {
        if (base.type != words.terraform) continue;
        std::vector<hcl::Block> kept;
        for (const hcl::Block& inner : base.body->blocks) {
          if (storage && (inner.type == words.backend || inner.type == words.cloud)) continue;
          if (block.type == words.required_providers && inner.type == words.required_providers) {
            hcl::Block reduced = inner;
            std::vector<hcl::Attribute> attributes;
            for (const hcl::Attribute& attribute : inner.body->attributes) {
              if (block.body->find(attribute.name) == nullptr) attributes.push_back(attribute);
            }
            attributes.insert(attributes.end(), block.body->attributes.begin(), block.body->attributes.end());
            reduced.body = make_body(*inner.body, attributes, {});
            kept.push_back(reduced);
            providers_merged_ = true;
            continue;
          }
          kept.push_back(inner);
        }
        base.body = make_body(*base.body, std::vector<hcl::Attribute>(base.body->attributes.begin(), base.body->attributes.end()), kept);
      }
    }
    hcl::Block rest = over;
    std::vector<hcl::Block> kept;
    for (const hcl::Block& block : over.body->blocks) {
      if (!(providers_merged_ && block.type == words.required_providers)) kept.push_back(block);
    }
    rest.body = make_body(*over.body, std::vector<hcl::Attribute>(over.body->attributes.begin(), over.body->attributes.end()), kept);
    blocks_.push_back(rest);
    providers_merged_ = false;
  }

  std::vector<hcl::Block>& blocks_;
  Arena& arena_;
  Diagnostics& diags_;
  std::unordered_map<std::string, std::size_t> index_;
  bool providers_merged_ = false;
};

}  // namespace

std::vector<hcl::Block> merge_overrides(const std::vector<const hcl::Body*>& primary, const std::vector<const hcl::Body*>& overrides, Arena& arena,
                                        Diagnostics& diags) {
  std::vector<hcl::Block> blocks;
  std::size_t count = 0;
  for (const hcl::Body* body : primary) count += body->blocks.size();
  blocks.reserve(count);
  for (const hcl::Body* body : primary) blocks.insert(blocks.end(), body->blocks.begin(), body->blocks.end());
  if (overrides.empty()) return blocks;
  Merger merger(blocks, arena, diags);
  for (const hcl::Body* body : overrides) {
    for (const hcl::Block& block : body->blocks) merger.merge(block);
  }
  return blocks;
}

}  // namespace terrace::config
