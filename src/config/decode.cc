// SPDX-License-Identifier: Apache-2.0
// Dispatch over top-level blocks, and what several kinds of blocks share.
#include "config/decode.h"

#include "base/format.h"
#include "base/strings.h"
#include "config/keywords.h"
#include "diag/suggest.h"

namespace terrace::config {

std::string module_text(const Module& module) {
  if (module.path.empty()) return "the root module";
  std::string out;
  for (Symbol call : module.path) out.append(out.empty() ? "module." : ".module.").append(call.text());
  return out;
}

void ModuleDecoder::decode(const std::vector<hcl::Block>& blocks) {
  for (const hcl::Block& block : blocks) decode_block(block);
  resolve_providers();
}

void ModuleDecoder::decode_block(const hcl::Block& block) {
  const Keywords& words = keywords();
  if (block.type == words.resource) {
    if (has_labels(block, 2, "its type and its name")) decode_resource(block, addrs::Mode::managed, Symbol());
  } else if (block.type == words.data) {
    if (has_labels(block, 2, "its type and its name")) decode_resource(block, addrs::Mode::data, Symbol());
  } else if (block.type == words.variable) {
    if (has_labels(block, 1, "its name")) decode_variable(block);
  } else if (block.type == words.output) {
    if (has_labels(block, 1, "its name")) decode_output(block);
  } else if (block.type == words.locals) {
    if (has_labels(block, 0, "")) decode_locals(block);
  } else if (block.type == words.module) {
    if (has_labels(block, 1, "its name")) decode_module(block);
  } else if (block.type == words.provider) {
    if (has_labels(block, 1, "the provider's name")) decode_provider(block);
  } else if (block.type == words.terraform) {
    if (has_labels(block, 0, "")) decode_terraform(block);
  } else if (block.type == words.check) {
    if (has_labels(block, 1, "its name")) decode_check(block);
  } else if (block.type == words.moved) {
    if (has_labels(block, 0, "")) decode_moved(block);
  } else if (block.type == words.removed) {
    if (has_labels(block, 0, "")) decode_removed(block);
  } else if (block.type == words.import) {
    if (has_labels(block, 0, "")) decode_import(block);
  } else if (!report_unsupported_block(block, diags_)) {
    static constexpr std::string_view kTypes[] = {"terraform", "provider", "variable", "locals",  "output", "module",
                                                  "resource",  "data",     "moved",    "removed", "import", "check"};
    diags_.error(DiagCode::unsupported_block,
                 format("Blocks of type \"{}\" are not expected here.{}", block.type.text(), diag::did_you_mean(block.type.text(), kTypes)),
                 block.type_range);
  }
}

bool ModuleDecoder::has_labels(const hcl::Block& block, std::size_t count, std::string_view names) {
  if (block.labels.size() == count) return true;
  if (block.labels.size() > count) {
    diags_.error(DiagCode::wrong_labels,
                 count == 0 ? format("A \"{}\" block has no labels.", block.type.text())
                            : format("A \"{}\" block has {} only: {}.", block.type.text(), base::count_of(count, "label"), names),
                 block.labels[count].range)
        .context = block.header;
  } else {
    diags_.error(DiagCode::wrong_labels, format("A \"{}\" block needs {}: {}.", block.type.text(), base::count_of(count, "label"), names),
                 block.header);
  }
  return false;
}

bool ModuleDecoder::valid_name(Symbol name, SourceRange range, std::string_view what) {
  if (base::is_identifier(name.text())) return true;
  diags_.error(DiagCode::invalid_name,
               format("\"{}\" is not a valid name for {}. A name begins with a letter or an underscore and goes on with letters, "
                      "digits, underscores and dashes.",
                      name.text(), what),
               range);
  return false;
}

void ModuleDecoder::report_duplicate(std::string_view what, SourceRange range, SourceRange first) {
  diags_.error(DiagCode::duplicate_declaration,
               format("{} was already declared at {}. Names must be unique within a module.", what, sources_.describe(first)), range);
}

std::optional<Condition> ModuleDecoder::decode_condition(const hcl::Block& block) {
  static constexpr schema::ArgumentRule kArguments[] = {{"condition", true}, {"error_message", true}};
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, {}, false}, diags_);
  if (content.arguments[0] == nullptr || content.arguments[1] == nullptr) return std::nullopt;
  return Condition{content.arguments[0]->value, content.arguments[1]->value, block.header};
}

std::span<const hcl::Expr* const> ModuleDecoder::list_of(const hcl::Attribute& attribute, DiagCode code, std::string_view of) {
  if (const auto* tuple = hcl::as<hcl::TupleExpr>(attribute.value)) return tuple->elements;
  if (attribute.value->kind != hcl::ExprKind::invalid) {
    diags_.error(code, format("\"{}\" needs a list in brackets of {}.", attribute.name.text(), of), attribute.value->range);
  }
  return {};
}

std::vector<const hcl::TraversalExpr*> ModuleDecoder::decode_depends_on(const hcl::Attribute& attribute) {
  std::vector<const hcl::TraversalExpr*> out;
  for (const hcl::Expr* element : list_of(attribute, DiagCode::invalid_depends_on, "references to resources and modules")) {
    if (const auto* traversal = reference(*element, DiagCode::invalid_depends_on, "\"depends_on\"")) out.push_back(traversal);
  }
  return out;
}

const hcl::TraversalExpr* ModuleDecoder::reference(const hcl::Expr& expr, DiagCode code, std::string_view what) {
  if (const auto* traversal = hcl::as_traversal(expr)) return traversal;
  if (const auto* text = hcl::as<hcl::StringExpr>(&expr)) {
    const hcl::TraversalExpr* traversal = unquoted(*text);
    if (traversal != nullptr) {
      diags_.warning(DiagCode::deprecated_syntax, "References are written without quotes. The quotes are ignored; remove them.", expr.range);
      return traversal;
    }
  }
  if (expr.kind != hcl::ExprKind::invalid) {
    diags_.error(code, format("Only a reference is allowed in {}, with names and constant keys, without quotes: no other expression.", what),
                 expr.range);
  }
  return nullptr;
}

const hcl::TraversalExpr* ModuleDecoder::unquoted(const hcl::StringExpr& expr) {
  std::vector<hcl::TraversalStep> steps;
  Symbol root;
  for (std::string_view part : base::split(expr.text, '.')) {
    const bool digits = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && !root.empty()) {
      steps.push_back({hcl::TraversalStep::Kind::number_key, expr.range, Symbol(), arena_.copy(part)});
      continue;
    }
    if (!base::is_identifier(part)) return nullptr;
    if (root.empty()) {
      root = Symbol(part);
    } else {
      steps.push_back({hcl::TraversalStep::Kind::attribute, expr.range, Symbol(part), {}});
    }
  }
  if (root.empty()) return nullptr;
  auto* out = arena_.make<hcl::TraversalExpr>();
  out->kind = hcl::ExprKind::traversal;
  out->range = out->root_range = expr.range;
  out->root = root;
  out->steps = arena_.copy(steps);
  return out;
}

std::optional<ProviderRef> ModuleDecoder::provider_reference(const hcl::Expr& expr) {
  const hcl::TraversalExpr* traversal = reference(expr, DiagCode::invalid_provider_reference, "a provider reference, as in \"aws\" or \"aws.west\"");
  if (traversal == nullptr) return std::nullopt;
  ProviderRef out{traversal->root, Symbol(), expr.range};
  if (!traversal->steps.empty()) {
    const hcl::TraversalStep& step = traversal->steps[0];
    if (traversal->steps.size() > 1 || step.kind != hcl::TraversalStep::Kind::attribute) {
      const bool key = traversal->steps.back().kind != hcl::TraversalStep::Kind::attribute;
      diags_.error(key ? DiagCode::not_supported_yet : DiagCode::invalid_provider_reference,
                   key ? "Instances of provider configurations (provider blocks with \"for_each\") are not supported yet."
                       : "A provider is named by its local name and, after a dot, an alias: \"aws\" or \"aws.west\".",
                   expr.range);
      return std::nullopt;
    }
    out.alias = step.name;
  }
  return out;
}

Value ModuleDecoder::literal_value(const hcl::Expr& expr, Type type, std::string_view what) {
  const lang::FunctionContext functions;
  const lang::EmptyScope scope(sources_, functions);
  return lang::evaluate_as(expr, type, scope, diags_, what);
}

std::optional<bool> ModuleDecoder::literal_bool(const hcl::Attribute& attribute) {
  if (const auto* literal = hcl::as<hcl::BoolExpr>(attribute.value)) return literal->value;
  const Value value = literal_value(*attribute.value, Type::boolean(), attribute.name.text()).unmarked();
  if (value.kind() == Kind::boolean) return value.as_bool();
  if (value.is_null()) {
    diags_.error(DiagCode::literal_required, format("\"{}\" must be true or false, not null.", attribute.name.text()), attribute.value->range);
  }
  return std::nullopt;
}

std::optional<std::string> ModuleDecoder::literal_string(const hcl::Attribute& attribute) {
  if (const auto* literal = hcl::as<hcl::StringExpr>(attribute.value)) return std::string(literal->text);
  const Value value = literal_value(*attribute.value, Type::string(), attribute.name.text()).unmarked();
  if (value.kind() == Kind::string) return std::string(value.as_string());
  return std::nullopt;
}

}  // namespace terrace::config
