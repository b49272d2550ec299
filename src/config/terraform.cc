// SPDX-License-Identifier: Apache-2.0
// `terraform` and `provider` blocks (checklist D2-D4).
#include "base/format.h"
#include "base/strings.h"
#include "base/version.h"
#include "config/decode.h"
#include "config/keywords.h"
#include "config/version.h"
#include "diag/suggest.h"

namespace terrace::config {

namespace {

void report_constraint(const Error& error, SourceRange range, Diagnostics& diags) {
  diags.error(DiagCode::invalid_version_constraint,
              format("This is not a version constraint: {}. Write terms such as \"1.2.3\", \">= 1.2\" or \"~> 1.2\", separated by commas.",
                     error.message),
              range);
}

bool check_required_version(const hcl::Attribute& attribute, std::string_view module_name, Diagnostics& diags) {
  const auto* text = hcl::as<hcl::StringExpr>(attribute.value);
  if (text == nullptr) {
    if (attribute.value->kind == hcl::ExprKind::invalid) return true;
    diags.error(DiagCode::literal_required, "\"required_version\" must be a quoted text without references.", attribute.value->range);
    return true;
  }
  const auto constraint = parse_version_constraint(text->text);
  if (!constraint) {
    report_constraint(constraint.error(), attribute.value->range, diags);
    return true;
  }
  const auto ours = parse_version(base::kLanguageVersion);
  if (satisfies(*ours, *constraint)) return true;
  diags.error(DiagCode::version_not_met,
              format("{} requires language version \"{}\"; this program follows version {}. Change the constraint, or use a program of "
                     "that version.",
                     module_name, text->text, base::kLanguageVersion),
              attribute.value->range);
  return false;
}

}  // namespace

bool check_required_versions(const std::vector<const hcl::Body*>& files, std::string_view module_name, Diagnostics& diags) {
  bool met = true;
  for (const hcl::Body* body : files) {
    for (const hcl::Block& block : body->blocks) {
      if (block.type != keywords().terraform) continue;
      const hcl::Attribute* attribute = block.body->find(keywords().required_version);
      if (attribute != nullptr && !check_required_version(*attribute, module_name, diags)) met = false;
    }
  }
  return met;
}

void ModuleDecoder::decode_terraform(const hcl::Block& block) {
  static constexpr schema::ArgumentRule kArguments[] = {{"required_version"}, {"experiments"}, {"language"}};
  static constexpr schema::BlockRule kBlocks[] = {{"backend", 1}, {"required_providers"}, {"cloud"},
                                                  {"encryption"}, {"provider_meta", 1},  {"state_store", 1}};
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, kBlocks, false}, diags_);
  if (content.arguments[1] != nullptr) decode_experiments(*content.arguments[1]);
  if (content.arguments[2] != nullptr && hcl::as_keyword(*content.arguments[2]->value).text() != "TF2021") {
    diags_.error(DiagCode::literal_required, "The only edition of the language is TF2021, written without quotes.",
                 content.arguments[2]->value->range);
  }
  for (const hcl::Block* inner : content.blocks) {
    if (inner->type == keywords().backend) {
      decode_backend(*inner);
    } else if (inner->type == keywords().required_providers) {
      decode_required_providers(*inner);
    } else {
      report_unsupported_terraform_block(*inner, diags_);
    }
  }
}

void ModuleDecoder::decode_experiments(const hcl::Attribute& attribute) {
  for (const hcl::Expr* element : list_of(attribute, DiagCode::unknown_experiment, "keywords")) {
    const Symbol name = hcl::as_keyword(*element);
    diags_.error(DiagCode::unknown_experiment,
                 name.empty() ? std::string("Experiments are named by keywords without quotes. There is none in this version.")
                              : format("There is no experiment \"{}\" in this version.", name.text()),
                 element->range);
  }
}

void ModuleDecoder::decode_backend(const hcl::Block& block) {
  if (module_.backend) {
    diags_.error(DiagCode::duplicate_declaration,
                 format("A module has at most one backend; there is one already at {}.", sources_.describe(module_.backend->range)), block.header);
    return;
  }
  if (!module_.path.empty()) {
    diags_.warning(DiagCode::block_ignored,
                   format("The backend of the root module serves the whole configuration; this one in {} has no effect. Remove it if the "
                          "module is never used as a root module.",
                          module_text(module_)),
                   block.header);
    return;
  }
  module_.backend = BackendBlock{std::string(block.labels[0].text.text()), block.body, block.header};
}

void ModuleDecoder::decode_required_providers(const hcl::Block& block) {
  if (required_providers_) {
    diags_.error(DiagCode::duplicate_declaration,
                 format("A module has at most one \"required_providers\" block; there is one already at {}.",
                        sources_.describe(*required_providers_)),
                 block.header);
    return;
  }
  required_providers_ = block.header;
  for (const hcl::Block& inner : block.body->blocks) {
    diags_.error(DiagCode::unsupported_block,
                 "A \"required_providers\" block holds no blocks, only arguments such as aws = { source = \"hashicorp/aws\" }.", inner.type_range);
  }
  for (const hcl::Attribute& attribute : block.body->attributes) decode_requirement(attribute);
}

void ModuleDecoder::decode_requirement(const hcl::Attribute& attribute) {
  const Symbol name = attribute.name;
  ProviderRequirement out;
  out.provider = addrs::Provider::implied(name);
  out.range = attribute.range;
  std::string lower(name.text());
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower != name.text()) {
    diags_.error(DiagCode::invalid_name, format("Local names of providers are lower case: write \"{}\".", lower), attribute.name_range);
    return;
  }
  auto constraint_of = [this, &out](const hcl::Expr& expr) {
    const auto* text = hcl::as<hcl::StringExpr>(&expr);
    if (text == nullptr) {
      diags_.error(DiagCode::invalid_provider_requirement, "A provider's version is a quoted version constraint, as in \"~> 5.0\".", expr.range);
      return;
    }
    out.constraint = std::string(text->text);
    if (auto parsed = parse_version_constraint(text->text); !parsed) report_constraint(parsed.error(), expr.range, diags_);
  };
  if (const auto* object = hcl::as<hcl::ObjectExpr>(attribute.value)) {
    for (const hcl::ObjectItem& item : object->items) {
      const auto* key = hcl::as<hcl::StringExpr>(item.key);
      const std::string_view word = key == nullptr ? std::string_view() : key->text;
      if (word == "version") {
        constraint_of(*item.value);
      } else if (word == "source") {
        const auto* text = hcl::as<hcl::StringExpr>(item.value);
        if (text == nullptr) {
          diags_.error(DiagCode::invalid_provider_requirement, "A provider's source is a quoted address, as in \"hashicorp/aws\".", item.value->range);
          continue;
        }
        auto provider = addrs::parse_provider(text->text);
        if (provider) {
          out.provider = *provider;
        } else {
          diags_.error(DiagCode::invalid_provider_requirement, format("\"{}\" is not the address of a provider: {}.", text->text, provider.error().message),
                       item.value->range);
        }
      } else if (word == "configuration_aliases") {
        out.configuration_aliases = configuration_aliases(name, *item.value);
      } else {
        static constexpr std::string_view kWords[] = {"source", "version", "configuration_aliases"};
        diags_.error(DiagCode::invalid_provider_requirement,
                     format("A required provider has \"source\", \"version\" and \"configuration_aliases\" only.{} Settings of the provider "
                            "itself belong in a \"provider\" block.",
                            diag::did_you_mean(word, kWords)),
                     item.key->range);
      }
    }
  } else if (attribute.value->kind == hcl::ExprKind::string) {
    constraint_of(*attribute.value);
  } else if (attribute.value->kind != hcl::ExprKind::invalid) {
    diags_.error(DiagCode::invalid_provider_requirement,
                 "A required provider is an object, as in { source = \"hashicorp/aws\", version = \"~> 5.0\" }.", attribute.value->range);
  }
  for (const auto& [other_name, other] : module_.requirements) {
    if (other.provider != out.provider) continue;
    diags_.error(DiagCode::duplicate_declaration,
                 format("The provider {} is required a second time: it already has the local name \"{}\" at {}.", out.provider.display(),
                        other_name.text(), sources_.describe(other.range)),
                 attribute.range);
    return;
  }
  module_.requirements.emplace(name, std::move(out));
}

std::vector<Symbol> ModuleDecoder::configuration_aliases(Symbol local_name, const hcl::Expr& expr) {
  std::vector<Symbol> out;
  const auto* list = hcl::as<hcl::TupleExpr>(&expr);
  if (list == nullptr) {
    diags_.error(DiagCode::invalid_provider_requirement, format("\"configuration_aliases\" is a list, as in [{}.west].", local_name.text()), expr.range);
    return out;
  }
  for (const hcl::Expr* element : list->elements) {
    const auto* traversal = hcl::as_traversal(*element);
    const bool fits = traversal != nullptr && traversal->root == local_name && traversal->steps.size() == 1 &&
                      traversal->steps[0].kind == hcl::TraversalStep::Kind::attribute;
    if (!fits) {
      diags_.error(DiagCode::invalid_provider_requirement,
                   format("A configuration alias is the provider's local name, a dot and the alias, as in {}.west.", local_name.text()), element->range);
      continue;
    }
    out.push_back(traversal->steps[0].name);
  }
  return out;
}

void ModuleDecoder::decode_provider(const hcl::Block& block) {
  const Keywords& words = keywords();
  const Symbol name = block.labels[0].text;
  if (!valid_name(name, block.labels[0].range, "a provider")) return;
  ProviderBlock out{name, Symbol(), block.body, block.header};
  for (const hcl::Attribute& attribute : block.body->attributes) {
    if (attribute.name == words.alias) {
      const auto alias = literal_string(attribute);
      if (!alias) return;
      if (!base::is_identifier(*alias)) {
        diags_.error(DiagCode::invalid_name, format("\"{}\" is not a valid alias: letters, digits, underscores and dashes only.", *alias),
                     attribute.value->range);
        return;
      }
      out.alias = Symbol(*alias);
    } else if (attribute.name == words.version) {
      diags_.warning(DiagCode::deprecated_syntax, "Version constraints of providers belong in \"required_providers\".", attribute.name_range);
      const auto text = literal_string(attribute);
      if (!text) continue;
      if (auto parsed = parse_version_constraint(*text); !parsed) report_constraint(parsed.error(), attribute.value->range, diags_);
    } else if (attribute.name == words.for_each) {
      report_unsupported_argument(attribute, "Provider blocks with \"for_each\" are", diags_);
    } else if (attribute.name == words.count || attribute.name == words.depends_on || attribute.name == words.source) {
      diags_.error(DiagCode::reserved_name,
                   format("\"{}\" is reserved in provider blocks and has no meaning yet.", attribute.name.text()), attribute.name_range);
    }
  }
  for (const hcl::Block& inner : block.body->blocks) {
    if (inner.type == words.lifecycle || inner.type == words.locals) {
      diags_.error(DiagCode::reserved_name, format("Blocks of type \"{}\" are reserved in provider blocks and have no meaning yet.", inner.type.text()),
                   inner.type_range);
    } else if (inner.type == words.escape) {
      report_unsupported_resource_block(inner, diags_);
    }
  }
  const auto [found, fresh] = module_.providers.emplace(std::pair(name, out.alias), out);
  if (!fresh) {
    const std::string what = out.alias.empty() ? format("The default configuration of provider \"{}\"", name.text())
                                               : format("The provider configuration {}.{}", name.text(), out.alias.text());
    diags_.error(DiagCode::duplicate_declaration,
                 format("{} was already declared at {}. Give further configurations an \"alias\".", what, sources_.describe(found->second.range)),
                 block.header);
  }
}

}  // namespace terrace::config
