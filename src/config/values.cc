// SPDX-License-Identifier: Apache-2.0
// `variable`, `locals`, `output` and `check` blocks (checklist D5, D7, D14).
#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/strings.h"
#include "config/decode.h"
#include "config/keywords.h"
#include "value/convert.h"

namespace terrace::config {

namespace {

/// A caller could not set a variable of such a name: it means something else in a module block.
bool is_reserved_variable(Symbol name) {
  static constexpr std::array<std::string_view, 10> kReserved = {"source",     "version",   "providers", "count",    "for_each",
                                                                 "depends_on", "lifecycle", "locals",    "provider", "_"};
  return std::find(kReserved.begin(), kReserved.end(), name.text()) != kReserved.end();
}

const hcl::Expr* find_dynamic_part(const hcl::Expr& expr) {
  const hcl::Expr* found = nullptr;
  visit_expressions(expr, [&found](const hcl::Expr& part) {
    if (found == nullptr && (part.kind == hcl::ExprKind::call || part.kind == hcl::ExprKind::traversal)) found = &part;
  });
  return found;
}

bool mentions_variable(const hcl::Expr& expr, Symbol name) {
  static const Symbol kVar("var");
  for (const hcl::TraversalExpr* traversal : lang::references(expr)) {
    if (traversal->root == kVar && !traversal->steps.empty() && traversal->steps[0].name == name) return true;
  }
  return false;
}

}  // namespace

void ModuleDecoder::decode_variable(const hcl::Block& block) {
  enum { type, default_value, description, sensitive, nullable, ephemeral, deprecated, constant };
  static constexpr schema::ArgumentRule kArguments[] = {{"type"},     {"default"},   {"description"}, {"sensitive"},
                                                        {"nullable"}, {"ephemeral"}, {"deprecated"},  {"const"}};
  static constexpr schema::BlockRule kBlocks[] = {{"validation"}};
  const Symbol name = block.labels[0].text;
  if (!valid_name(name, block.labels[0].range, "a variable")) return;
  if (is_reserved_variable(name)) {
    diags_.error(DiagCode::reserved_name,
                 format("A variable cannot have the name \"{}\": in a module block it means something else, so that no caller could set it.",
                        name.text()),
                 block.labels[0].range);
    return;
  }
  Variable out;
  out.name = name;
  out.range = block.header;
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, kBlocks, false}, diags_);
  const auto& arguments = content.arguments;
  if (arguments[type] != nullptr) {
    out.type = lang::parse_type_constraint(*arguments[type]->value, sources_, diags_);
    out.type_declared = true;
  }
  if (arguments[description] != nullptr) out.description = literal_string(*arguments[description]).value_or("");
  if (arguments[sensitive] != nullptr) out.sensitive = literal_bool(*arguments[sensitive]).value_or(false);
  if (arguments[nullable] != nullptr) out.nullable = literal_bool(*arguments[nullable]).value_or(true);
  if (arguments[ephemeral] != nullptr) out.ephemeral = literal_bool(*arguments[ephemeral]).value_or(false);
  if (arguments[deprecated] != nullptr) {
    if (const auto text = literal_string(*arguments[deprecated])) {
      out.deprecated = *text;
      if (base::trim(*text).empty()) {
        diags_.error(DiagCode::invalid_variable, "\"deprecated\" must say what to use instead; it is empty.", arguments[deprecated]->value->range);
      }
    }
  }
  if (arguments[constant] != nullptr) report_unsupported_argument(*arguments[constant], "Variables with \"const\" are", diags_);
  if (arguments[default_value] != nullptr) decode_default(out, *arguments[default_value]);
  for (const hcl::Block* inner : content.blocks) decode_validation(out, *inner);
  const auto [found, fresh] = module_.variables.emplace(name, std::move(out));
  if (!fresh) report_duplicate(format("The variable \"{}\"", name.text()), block.header, found->second.range);
}

void ModuleDecoder::decode_default(Variable& variable, const hcl::Attribute& attribute) {
  const hcl::Expr& expr = *attribute.value;
  if (const hcl::Expr* part = find_dynamic_part(expr)) {
    diags_.error(DiagCode::literal_required,
                 format("The default of a variable cannot contain {}, only a fixed value. Compute it in a local value instead.",
                        part->kind == hcl::ExprKind::call ? "function calls" : "references"),
                 part->range);
    return;
  }
  if (expr.kind == hcl::ExprKind::invalid) return;
  Value value = literal_value(expr, Type::dynamic(), "default");
  if (!value.is_wholly_known()) return;
  if (value.is_null()) {
    if (!variable.nullable) {
      diags_.error(DiagCode::invalid_default,
                   format("The default of the variable \"{}\" is null, but \"nullable\" is false.", variable.name.text()), expr.range);
      return;
    }
    variable.default_value = Value::null(variable.type.type.without_optional());
    return;
  }
  value = variable.type.defaults.apply(value);
  value::Conversion converted = value::convert(value, variable.type.type);
  if (converted) {
    variable.default_value = std::move(converted.value);
  } else {
    diags_.error(DiagCode::invalid_default,
                 format("The default of the variable \"{}\" does not fit its type: {}.", variable.name.text(), converted.mismatch->text()), expr.range);
  }
}

void ModuleDecoder::decode_validation(Variable& variable, const hcl::Block& block) {
  const auto condition = decode_condition(block);
  if (!condition) return;
  variable.validations.push_back(*condition);
  if (condition->condition->kind == hcl::ExprKind::invalid) return;
  if (!mentions_variable(*condition->condition, variable.name)) {
    diags_.error(DiagCode::invalid_validation,
                 format("The condition must refer to var.{}, or else it would not check anything of it.", variable.name.text()),
                 condition->condition->range);
  }
}

void ModuleDecoder::decode_locals(const hcl::Block& block) {
  for (const hcl::Block& inner : block.body->blocks) {
    diags_.error(DiagCode::unsupported_block,
                 format("A \"locals\" block holds no blocks, only values: {} = …", inner.type.text()), inner.type_range);
  }
  for (const hcl::Attribute& attribute : block.body->attributes) {
    const auto [found, fresh] = module_.locals.emplace(attribute.name, Local{attribute.name, attribute.value, attribute.name_range});
    if (!fresh) report_duplicate(format("The local value \"{}\"", attribute.name.text()), attribute.name_range, found->second.range);
  }
}

void ModuleDecoder::decode_output(const hcl::Block& block) {
  enum { value, description, sensitive, ephemeral, deprecated, depends_on };
  static constexpr schema::ArgumentRule kArguments[] = {{"value", true}, {"description"}, {"sensitive"},
                                                        {"ephemeral"},   {"deprecated"},  {"depends_on"}};
  static constexpr schema::BlockRule kBlocks[] = {{"precondition"}, {"postcondition"}};
  const Symbol name = block.labels[0].text;
  if (!valid_name(name, block.labels[0].range, "an output")) return;
  Output out;
  out.name = name;
  out.range = block.header;
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, kBlocks, false}, diags_);
  const auto& arguments = content.arguments;
  if (arguments[value] != nullptr) out.value = arguments[value]->value;
  if (arguments[description] != nullptr) out.description = literal_string(*arguments[description]).value_or("");
  if (arguments[sensitive] != nullptr) out.sensitive = literal_bool(*arguments[sensitive]).value_or(false);
  if (arguments[ephemeral] != nullptr) out.ephemeral = literal_bool(*arguments[ephemeral]).value_or(false);
  if (arguments[deprecated] != nullptr) out.deprecated = literal_string(*arguments[deprecated]).value_or("");
  if (arguments[depends_on] != nullptr) out.depends_on = decode_depends_on(*arguments[depends_on]);
  if (out.ephemeral && module_.path.empty()) {
    diags_.error(DiagCode::invalid_output, format("The output \"{}\" of the root module cannot be ephemeral: its value is stored.", name.text()), block.header);
  }
  for (const hcl::Block* inner : content.blocks) {
    if (inner->type == keywords().postcondition) {
      diags_.error(DiagCode::invalid_output, "Outputs have preconditions only. Write this as a \"precondition\".", inner->header);
    } else if (auto condition = decode_condition(*inner)) {
      out.preconditions.push_back(*condition);
    }
  }
  const auto [found, fresh] = module_.outputs.emplace(name, std::move(out));
  if (!fresh) report_duplicate(format("The output \"{}\"", name.text()), block.header, found->second.range);
}

void ModuleDecoder::decode_check(const hcl::Block& block) {
  const Keywords& words = keywords();
  const Symbol name = block.labels[0].text;
  if (!valid_name(name, block.labels[0].range, "a check")) return;
  const auto [found, fresh] = check_ranges_.emplace(name, block.header);
  if (!fresh) report_duplicate(format("The check \"{}\"", name.text()), block.header, found->second);
  static constexpr schema::BlockRule kBlocks[] = {{"data", 2}, {"assert"}};
  const schema::BodyContent content = schema::decode_body(*block.body, {{}, kBlocks, false}, diags_);
  Check out;
  out.name = name;
  out.range = block.header;
  const hcl::Block* data = nullptr;
  bool any_assertion = false;
  for (const hcl::Block* inner : content.blocks) {
    if (inner->type == words.assertion) {
      any_assertion = true;
      if (auto condition = decode_condition(*inner)) out.assertions.push_back(*condition);
      continue;
    }
    if (data != nullptr) {
      diags_.error(DiagCode::invalid_check_block,
                   format("A check has at most one data source; there is one already at {}.", sources_.describe(data->header)), inner->header);
      continue;
    }
    data = inner;
    const std::size_t before = module_.resources.size();
    decode_resource(*inner, addrs::Mode::data, name);
    if (module_.resources.size() > before) out.data = before;
  }
  if (!any_assertion) {
    diags_.error(DiagCode::invalid_check_block, format("The check \"{}\" needs at least one \"assert\" block.", name.text()), block.header);
  }
  if (fresh) module_.checks.push_back(std::move(out));
}

}  // namespace terrace::config
