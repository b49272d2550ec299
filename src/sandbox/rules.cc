// SPDX-License-Identifier: Apache-2.0
#include "sandbox/rules.h"

#include "base/format.h"
#include "base/strings.h"
#include "value/json.h"

namespace terrace::sandbox {
namespace {

Error misfit(std::string_view path) {
  return {ErrorKind::invalid, format("the overlay names \"{}\", which the schema lacks", path), 0};
}

/// The rules of a block, sized on first use.
class Builder {
 public:
  Builder(const schema::Block& block, TypeRules& rules) : block_(block), rules_(rules) {}

  int top_slot(std::string_view name) const { return block_.implied_type.attribute_index(Symbol(name)); }

  /// The rule of the attribute or block at a dotted path; null if the schema lacks it.
  AttributeRule* at(std::string_view path, bool marks_replace = false) {
    const schema::Block* block = &block_;
    BlockRules* rules = &rules_.root;
    while (true) {
      if (marks_replace) rules->any_replaces = true;
      const std::size_t dot = path.find('.');
      const Symbol name(path.substr(0, dot));
      const int slot = block->implied_type.attribute_index(name);
      if (slot < 0) return nullptr;
      const std::size_t count = block->implied_type.attributes().size();
      if (rules->attributes.empty()) {
        rules->attributes.resize(count);
        rules->blocks.resize(count);
      }
      if (dot == std::string_view::npos) return &rules->attributes[static_cast<std::size_t>(slot)];
      const schema::NestedBlock* nested = block->block(name);
      if (nested == nullptr) return nullptr;
      auto& child = rules->blocks[static_cast<std::size_t>(slot)];
      if (child == nullptr) child = std::make_unique<BlockRules>();
      block = nested->block.get();
      rules = child.get();
      path.remove_prefix(dot + 1);
    }
  }
  Type type_at(std::string_view path) const {
    const schema::Block* block = &block_;
    while (true) {
      const std::size_t dot = path.find('.');
      const Symbol name(path.substr(0, dot));
      if (dot == std::string_view::npos) {
        const schema::Attribute* attribute = block->attribute(name);
        return attribute == nullptr ? Type::dynamic() : attribute->type;
      }
      block = block->block(name)->block.get();
      path.remove_prefix(dot + 1);
    }
  }
  Result<Checks*> checks(std::string_view path) {
    AttributeRule* rule = at(path);
    if (rule == nullptr) return misfit(path);
    if (rule->checks == nullptr) rule->checks = std::make_unique<Checks>();
    return rule->checks.get();
  }
  Result<int> slot(std::string_view name) const {
    const int at = top_slot(name);
    if (at < 0) return misfit(name);
    return at;
  }

 private:
  const schema::Block& block_;
  TypeRules& rules_;
};

Names names_of(std::string_view path) {
  Names names;
  for (std::string_view part : base::split(path, '.')) names.emplace_back(part);
  return names;
}

double number_of(JsonValue json) {
  double n = 0;
  const std::string text(json.number());
  n = std::strtod(text.c_str(), nullptr);
  return n;
}

std::vector<std::vector<Names>> groups_of(JsonValue json) {
  std::vector<std::vector<Names>> groups;
  for (std::size_t i = 0; i < json.size(); ++i) {
    std::vector<Names> group;
    for (std::size_t j = 0; j < json.at(i).size(); ++j) group.push_back(names_of(json.at(i).at(j).string()));
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<BlockGroup> block_groups_of(JsonValue json) {
  std::vector<BlockGroup> groups;
  for (std::size_t i = 0; i < json.size(); ++i) {
    BlockGroup group{names_of(json.at(i)["block"].string()), {}};
    const JsonValue of = json.at(i)["of"];
    for (std::size_t j = 0; j < of.size(); ++j) group.of.emplace_back(of.at(j).string());
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<void> read_checks(Builder& builder, JsonValue rules) {
  const JsonValue one_of = rules["enum"];
  for (std::size_t i = 0; i < one_of.size(); ++i) {
    Checks* checks = TRY(builder.checks(one_of.key(i)));
    for (std::size_t j = 0; j < one_of.member(i).size(); ++j) checks->one_of.emplace_back(one_of.member(i).at(j).string());
  }
  const JsonValue range = rules["range"], length = rules["len"], pattern = rules["pattern"], cidr = rules["cidr"];
  for (std::size_t i = 0; i < range.size(); ++i)
    TRY(builder.checks(range.key(i)))->range = {number_of(range.member(i).at(0)), number_of(range.member(i).at(1))};
  for (std::size_t i = 0; i < length.size(); ++i)
    TRY(builder.checks(length.key(i)))->length = {number_of(length.member(i).at(0)), number_of(length.member(i).at(1))};
  for (std::size_t i = 0; i < pattern.size(); ++i) TRY(builder.checks(pattern.key(i)))->pattern = pattern.member(i).string();
  for (std::size_t i = 0; i < cidr.size(); ++i)
    TRY(builder.checks(cidr.key(i)))->cidr = {static_cast<int>(number_of(cidr.member(i).at(0))), static_cast<int>(number_of(cidr.member(i).at(1)))};
  const JsonValue zero = rules["enum_or_range"], json = rules["json"];
  for (std::size_t i = 0; i < zero.size(); ++i)
    TRY(builder.checks(zero.key(i)))->zero_or_range = {number_of(zero.member(i).at(1)), number_of(zero.member(i).at(2))};
  for (std::size_t i = 0; i < json.size(); ++i) TRY(builder.checks(json.at(i).string()))->json = true;
  return {};
}

Result<void> read_attributes(Builder& builder, JsonValue rules) {
  const JsonValue replace = rules["replace"], defaults = rules["defaults"], synth = rules["synth"], equal = rules["equal"];
  for (std::size_t i = 0; i < replace.size(); ++i) {
    AttributeRule* rule = builder.at(replace.at(i).string(), true);
    if (rule == nullptr) return misfit(replace.at(i).string());
    rule->replaces = true;
  }
  for (std::size_t i = 0; i < defaults.size(); ++i) {
    AttributeRule* rule = builder.at(defaults.key(i));
    if (rule == nullptr) return misfit(defaults.key(i));
    rule->fallback = TRY(value::parse_json(defaults.member(i), builder.type_at(defaults.key(i))));
  }
  for (std::size_t i = 0; i < synth.size(); ++i) {
    AttributeRule* rule = builder.at(synth.key(i));
    if (rule == nullptr) return misfit(synth.key(i));
    rule->synth = Template::parse(synth.member(i).string());
  }
  for (std::size_t i = 0; i < equal.size(); ++i) {
    AttributeRule* rule = builder.at(equal.key(i));
    if (rule == nullptr) return misfit(equal.key(i));
    const std::string_view how = equal.member(i).string();
    rule->equal = how == "json" ? Equal::json : how == "number" ? Equal::number : how == "case" ? Equal::ignore_case : Equal::exact;
  }
  return {};
}

Result<void> read_changes(const Builder& builder, JsonValue rules, TypeRules& out) {
  const JsonValue recompute = rules["recompute"];
  for (std::size_t i = 0; i < recompute.size(); ++i) {
    Recompute rule;
    rule.slot = TRY(builder.slot(recompute.key(i)));
    const JsonValue on = recompute.member(i)["on"], except = recompute.member(i)["except"];
    for (std::size_t j = 0; j < on.size(); ++j) {
      if (on.at(j).string() == "*") rule.on_any = true;
      else rule.on.push_back(TRY(builder.slot(on.at(j).string())));
    }
    for (std::size_t j = 0; j < except.size(); ++j) rule.except.push_back(TRY(builder.slot(except.at(j).string())));
    if (recompute.member(i)["if"]) rule.only_if = TRY(builder.slot(recompute.member(i)["if"].string()));
    out.recompute.push_back(std::move(rule));
  }
  const JsonValue replace_if = rules["replace_if"];
  for (std::size_t i = 0; i < replace_if.size(); ++i) {
    const JsonValue json = replace_if.at(i);
    ReplaceIf rule;
    rule.slot = TRY(builder.slot(json["attribute"].string()));
    rule.removed = json["removed"].boolean();
    rule.from = json["from"].string();
    rule.to = json["to"].string();
    if (json["when"].size() > 0) {
      rule.when = TRY(builder.slot(json["when"].key(0)));
      rule.when_value = json["when"].member(0).string();
    }
    out.replace_if.push_back(std::move(rule));
  }
  const JsonValue kinds = rules["replace_kind"];
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    std::vector<int> slots;
    for (std::size_t j = 0; j < kinds.at(i).size(); ++j) slots.push_back(TRY(builder.slot(kinds.at(i).at(j).string())));
    out.replace_kind.push_back(std::move(slots));
  }
  const JsonValue copy = rules["copy"];
  for (std::size_t i = 0; i < copy.size(); ++i) {
    const JsonValue json = copy.member(i);
    out.copy.push_back({TRY(builder.slot(copy.key(i))), TRY(builder.slot(json["from"].string())), TRY(builder.slot(json["if"].string()))});
  }
  for (std::size_t i = 0; i < rules["bump"].size(); ++i) out.bump.push_back(TRY(builder.slot(rules["bump"].at(i).string())));
  for (std::size_t i = 0; i < rules["unique"].size(); ++i) out.unique.push_back(TRY(builder.slot(rules["unique"].at(i).string())));
  return {};
}

}  // namespace

Result<std::shared_ptr<const TypeRules>> read_rules(const schema::Block& block, JsonValue rules) {
  auto out = std::make_shared<TypeRules>();
  Builder builder(block, *out);
  out->known = rules.exists() && rules.size() > 0;
  if (out->known) {
    TRY(read_attributes(builder, rules));
    TRY(read_checks(builder, rules));
    TRY(read_changes(builder, rules, *out));
    out->exactly_one = groups_of(rules["exactly_one"]);
    out->conflicts = groups_of(rules["conflicts"]);
    out->at_least_one = groups_of(rules["at_least_one"]);
    out->exactly_one_if_set = groups_of(rules["exactly_one_if_set"]);
    out->exactly_one_in = block_groups_of(rules["exactly_one_in"]);
    out->warn_none_of = block_groups_of(rules["warn_none_of"]);
    if (rules["id"]) out->id = Template::parse(rules["id"].string());
    if (rules["import_id"]) out->import_id = Template::parse(rules["import_id"].string());
    out->singleton = rules["singleton"].boolean();
    out->adopt = rules["adopt"].boolean();
    out->forget = rules["forget"].boolean();
    out->taggable = rules["taggable"].boolean();
    out->logical = rules["logical"].boolean();
    out->global = rules["global"].boolean();
    if (auto n = rules["max_tags"].integer()) out->max_tags = static_cast<std::size_t>(*n);
  }
  out->id_slot = builder.top_slot("id");
  if (out->taggable) {
    out->tags_slot = builder.top_slot("tags");
    out->tags_all_slot = builder.top_slot("tags_all");
    out->override_slot = builder.top_slot("override_provider");
  }
  return std::shared_ptr<const TypeRules>(std::move(out));
}

}  // namespace terrace::sandbox
