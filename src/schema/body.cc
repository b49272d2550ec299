// SPDX-License-Identifier: Apache-2.0
// Bodies against rules known in advance: which arguments and blocks are there, which are missing or out of place.
#include "schema/body.h"

#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"

namespace terrace::schema {

namespace {

std::string suggestion(std::string_view name, const BodyRules& rules) {
  std::vector<std::string_view> candidates;
  for (const ArgumentRule& rule : rules.arguments) candidates.push_back(rule.name);
  for (const BlockRule& rule : rules.blocks) candidates.push_back(rule.type);
  return diag::did_you_mean(name, candidates);
}

const BlockRule* block_rule(const BodyRules& rules, std::string_view type) {
  for (const BlockRule& rule : rules.blocks) {
    if (rule.type == type) return &rule;
  }
  return nullptr;
}

void check_labels(const hcl::Block& block, const BlockRule& rule, Diagnostics& diags) {
  if (block.labels.size() > rule.labels) {
    const std::string allowed = rule.labels == 0 ? std::string("no labels") : base::count_of(rule.labels, "label");
    diags.error(DiagCode::wrong_labels, format("A \"{}\" block takes {}; this one is extra.", rule.type, allowed),
                block.labels[rule.labels].range).context = block.header;
  } else {
    diags.error(DiagCode::wrong_labels,
                format("A \"{}\" block takes {}, but {} given.", rule.type, base::count_of(rule.labels, "label"),
                       block.labels.empty() ? "none is" : base::count_of(block.labels.size(), "label") + (block.labels.size() == 1 ? " is" : " are")),
                block.header);
  }
}

}  // namespace

BodyContent decode_body(const hcl::Body& body, const BodyRules& rules, Diagnostics& diags) {
  BodyContent out;
  out.arguments.resize(rules.arguments.size(), nullptr);
  for (const hcl::Attribute& attribute : body.attributes) {
    const std::string_view name = attribute.name.text();
    auto rule = std::find_if(rules.arguments.begin(), rules.arguments.end(), [name](const ArgumentRule& r) { return r.name == name; });
    if (rule != rules.arguments.end()) {
      out.arguments[static_cast<std::size_t>(rule - rules.arguments.begin())] = &attribute;
    } else if (block_rule(rules, name) != nullptr) {
      diags.error(DiagCode::unsupported_argument,
                  format("\"{}\" is a block here, not an argument: write it without the equals sign, as in {} {{ … }}.", name, name),
                  attribute.name_range).context = attribute.range;
    } else if (rules.open) {
      out.rest_arguments.push_back(&attribute);
    } else {
      diags.error(DiagCode::unsupported_argument,
                  format("An argument named \"{}\" is not expected here.{}", name, suggestion(name, rules)), attribute.name_range)
          .context = attribute.range;
    }
  }
  for (std::size_t i = 0; i < rules.arguments.size(); ++i) {
    if (!rules.arguments[i].required || out.arguments[i] != nullptr) continue;
    diags.error(DiagCode::missing_argument,
                format("The argument \"{}\" is required, but no definition was found.", rules.arguments[i].name), body.end);
  }
  std::vector<const hcl::Block*> first(rules.blocks.size(), nullptr);
  for (const hcl::Block& block : body.blocks) {
    const std::string_view type = block.type.text();
    const BlockRule* rule = block_rule(rules, type);
    if (rule == nullptr) {
      const bool argument = std::any_of(rules.arguments.begin(), rules.arguments.end(), [type](const ArgumentRule& r) { return r.name == type; });
      if (argument) {
        diags.error(DiagCode::unsupported_block,
                    format("\"{}\" is an argument here, not a block: give it a value with an equals sign, as in {} = …", type, type), block.type_range);
      } else if (rules.open) {
        out.rest_blocks.push_back(&block);
      } else {
        diags.error(DiagCode::unsupported_block,
                    format("Blocks of type \"{}\" are not expected here.{}", type, suggestion(type, rules)), block.type_range);
      }
      continue;
    }
    if (block.labels.size() != rule->labels) {
      check_labels(block, *rule, diags);
      continue;
    }
    const hcl::Block*& earlier = first[static_cast<std::size_t>(rule - rules.blocks.data())];
    if (rule->single && earlier != nullptr) {
      diags.error(DiagCode::duplicate_block,
                  format("Only one \"{}\" block is allowed here, and there is one before this one. Merge the two.", type), block.header);
      continue;
    }
    earlier = &block;
    out.blocks.push_back(&block);
  }
  return out;
}

}  // namespace terrace::schema
