// SPDX-License-Identifier: Apache-2.0
// What can be known to be wrong before anything is evaluated: module by module, declaration by declaration.
#include "config/check.h"

#include "base/format.h"
#include "config/decode.h"
#include "config/keywords.h"
#include "diag/suggest.h"

namespace terrace::config {

namespace {

bool declares_providers(const Module& module) {
  for (const auto& [key, block] : module.providers) {
    // An empty block without alias only stands for what the caller passes.
    const bool proxy = key.second.empty() && block.body->attributes.empty() && block.body->blocks.empty();
    if (!proxy) return true;
  }
  for (const auto& [name, call] : module.calls) {
    if (call.module != nullptr && declares_providers(*call.module)) return true;
  }
  return false;
}

std::string provider_text(const ProviderRef& ref) {
  std::string out(ref.local_name.text());
  if (!ref.alias.empty()) out.append(".").append(ref.alias.text());
  return out;
}

}  // namespace

void Checker::check_module(const Module& module) {
  for (const auto& [name, variable] : module.variables) {
    for (const Condition& rule : variable.validations) {
      const Place place{module};
      check_expression(*rule.condition, place);
      check_expression(*rule.message, place);
    }
  }
  for (const auto& [name, local] : module.locals) check_expression(*local.value, Place{module});
  for (const auto& [name, output] : module.outputs) {
    const Place place{module};
    if (output.value != nullptr) check_expression(*output.value, place);
    check_depends_on(output.depends_on, place);
    check_conditions(output.preconditions, place);
  }
  for (const auto& [name, block] : module.providers) check_provider_block(module, block);
  for (const Resource& resource : module.resources) check_resource(module, resource);
  for (const auto& [name, call] : module.calls) check_call(module, call);
  for (const Check& check : module.checks) {
    Place place{module};
    place.check = check.name;
    check_conditions(check.assertions, place);
  }
}

const schema::ProviderSchema* Checker::schema_of(const addrs::Provider& provider, SourceRange user) {
  const auto [found, fresh] = schemas_.emplace(provider, nullptr);
  if (!fresh) return found->second;
  auto schema = providers_.schema(provider);
  if (schema) {
    found->second = *schema;
  } else {
    diags_.error(DiagCode::provider_unavailable, format("The provider {} cannot be used: {}.", provider.display(), schema.error().message), user);
  }
  return found->second;
}

const schema::Block* Checker::block_of(const Resource& resource) {
  const auto [found, fresh] = blocks_.emplace(&resource, nullptr);
  if (!fresh) return found->second;
  const schema::ProviderSchema* schema = schema_of(resource.provider, resource.range);
  if (schema == nullptr) return nullptr;
  const bool managed = resource.address.mode == addrs::Mode::managed;
  const Symbol type = resource.address.type;
  const schema::ResourceSchema* type_schema = managed ? schema->resource(type) : schema->data_source(type);
  if (type_schema != nullptr) {
    found->second = type_schema->block.get();
    return found->second;
  }
  std::string help;
  const bool other_mode = (managed ? schema->data_source(type) : schema->resource(type)) != nullptr;
  if (other_mode) {
    help = managed ? " There is a data source of that type: write a \"data\" block to read it."
                   : " There is a managed resource of that type: write a \"resource\" block to manage it.";
  } else if (suggestions_left_-- > 0) {
    std::vector<Symbol> names = managed ? schema->resource_names() : schema->data_source_names();
    std::sort(names.begin(), names.end());
    std::vector<std::string_view> texts;
    for (Symbol name : names) texts.push_back(name.text());
    help = diag::did_you_mean(type.text(), texts);
  }
  diags_.error(DiagCode::unknown_resource_type,
               format("The provider {} has no {} of type \"{}\".{}", resource.provider.display(), managed ? "resource" : "data source", type.text(), help),
               resource.range);
  return nullptr;
}

void Checker::check_resource(const Module& module, const Resource& resource) {
  Place outside{module};
  outside.resource = &resource;
  outside.check = resource.check;
  if (resource.count != nullptr) check_expression(*resource.count, outside);
  if (resource.for_each != nullptr) check_expression(*resource.for_each, outside);
  Place inside = outside;
  inside.count = resource.count != nullptr;
  inside.each = resource.for_each != nullptr;
  check_depends_on(resource.depends_on, inside);
  if (resource.provider_ref) check_provider_exists(module, *resource.provider_ref);
  const schema::Block* block = block_of(resource);
  check_body(*resource.body, block, inside, Level::top);
  check_conditions(resource.lifecycle.preconditions, inside);
  Place after = inside;
  after.self = true;
  check_conditions(resource.lifecycle.postconditions, after);
  check_ignore_changes(resource, block);
  check_replace_triggered_by(resource, inside);
}

void Checker::check_provider_block(const Module& module, const ProviderBlock& block) {
  const schema::ProviderSchema* schema = schema_of(module.provider_for(block.local_name), block.range);
  Place place{module};
  check_body(*block.body, schema == nullptr ? nullptr : schema->provider.get(), place, Level::top);
}

void Checker::check_provider_exists(const Module& module, const ProviderRef& ref) {
  if (ref.alias.empty() || module.providers.contains({ref.local_name, ref.alias})) return;
  const auto requirement = module.requirements.find(ref.local_name);
  if (requirement != module.requirements.end()) {
    for (Symbol alias : requirement->second.configuration_aliases) {
      if (alias == ref.alias) return;
    }
  }
  std::vector<std::string_view> aliases;
  for (const auto& [key, block] : module.providers) {
    if (key.first == ref.local_name && !key.second.empty()) aliases.push_back(key.second.text());
  }
  diags_.error(DiagCode::undefined_provider_config,
               format("There is no provider configuration {} in {}.{} Declare it: provider \"{}\" {{ alias = \"{}\" … }}", provider_text(ref), module_text(module),
                      diag::did_you_mean(ref.alias.text(), aliases), ref.local_name.text(), ref.alias.text()),
               ref.range);
}

void Checker::check_depends_on(const std::vector<const hcl::TraversalExpr*>& references, const Place& place) {
  for (const hcl::TraversalExpr* traversal : references) {
    Diagnostics own;
    const auto reference = addrs::parse_reference(*traversal, own);
    diags_.append(std::move(own));
    if (!reference) continue;
    const auto* call = std::get_if<addrs::ModuleCallRef>(&reference->subject);
    const auto* resource = std::get_if<addrs::ResourceRef>(&reference->subject);
    if (call != nullptr) {
      if (!place.module.calls.contains(call->call)) check_traversal(*traversal, place);
      continue;
    }
    if (resource == nullptr) {
      // Other names wait for nothing; they are accepted, as long as they exist.
      check_traversal(*traversal, place);
      continue;
    }
    if (place.module.find(resource->resource) == nullptr) {
      check_traversal(*traversal, place);
    } else if (reference->consumed < traversal->steps.size()) {
      diags_.error(DiagCode::invalid_depends_on, format("\"depends_on\" names whole objects. Write {}, without an attribute.", resource->resource.text()),
                   traversal->range);
    }
  }
}

void Checker::check_conditions(const std::vector<Condition>& conditions, const Place& place) {
  for (const Condition& condition : conditions) {
    check_expression(*condition.condition, place);
    check_expression(*condition.message, place);
    if (condition.condition->kind == hcl::ExprKind::invalid || !lang::references(*condition.condition).empty()) continue;
    diags_.error(DiagCode::idle_condition, "The condition refers to nothing in the configuration, so that it would not check anything.",
                 condition.condition->range);
  }
}

void Checker::check_ignore_changes(const Resource& resource, const schema::Block* block) {
  if (block == nullptr) return;
  for (const hcl::TraversalExpr* path : resource.lifecycle.ignore_changes.paths) {
    const schema::Attribute* attribute = block->attribute(path->root);
    if (attribute != nullptr) {
      check_path(attribute->type, path->steps);
      if (attribute->computed && !attribute->optional && path->steps.empty()) {
        diags_.warning(DiagCode::block_ignored,
                       format("\"{}\" is decided by the provider alone, so that ignoring its changes has no effect. Remove it.", path->root.text()), path->range);
      }
      continue;
    }
    if (block->block(path->root) != nullptr) continue;
    std::vector<std::string_view> names;
    for (const schema::Attribute& one : block->attributes) names.push_back(one.name.text());
    for (const schema::NestedBlock& one : block->blocks) names.push_back(one.name.text());
    diags_.error(DiagCode::undeclared_attribute,
                 format("{} has no argument or block \"{}\".{}", resource.address.type.text(), path->root.text(), diag::did_you_mean(path->root.text(), names)),
                 path->range);
  }
}

void Checker::check_replace_triggered_by(const Resource& resource, const Place& place) {
  for (const hcl::Expr* expr : resource.lifecycle.replace_triggered_by) {
    const bool form = expr->kind == hcl::ExprKind::traversal || expr->kind == hcl::ExprKind::index || expr->kind == hcl::ExprKind::relative_traversal;
    int resources = 0;
    for (const hcl::TraversalExpr* traversal : lang::references(*expr)) {
      Diagnostics own;
      const auto reference = addrs::parse_reference(*traversal, own);
      diags_.append(std::move(own));
      if (!reference) {
        ++resources;
        continue;
      }
      const auto* subject = std::get_if<addrs::ResourceRef>(&reference->subject);
      const bool key = std::holds_alternative<addrs::CountRef>(reference->subject) || std::holds_alternative<addrs::EachRef>(reference->subject);
      if (subject != nullptr && subject->resource.mode == addrs::Mode::managed) {
        ++resources;
        // A whole repeated resource is meant where no instance is named.
        const Resource* found = place.module.find(subject->resource);
        if (found == nullptr || reference->consumed < traversal->steps.size()) check_traversal(*traversal, place);
      } else if (key) {
        check_traversal(*traversal, place);
      } else {
        diags_.error(DiagCode::invalid_replace_triggered_by,
                     format("{} cannot trigger a replacement: only managed resources and their attributes can, with count.index and each.key in their keys. "
                            "Wrap other values in a terraform_data resource.",
                            reference->text()),
                     traversal->range);
        ++resources;
      }
    }
    if (!form || resources != 1) {
      diags_.error(DiagCode::invalid_replace_triggered_by, "Each element is exactly one reference to a managed resource or an attribute of it.", expr->range);
    }
  }
}

void Checker::check_call(const Module& module, const ModuleCall& call) {
  const Place outside{module};
  if (call.count != nullptr) check_expression(*call.count, outside);
  if (call.for_each != nullptr) check_expression(*call.for_each, outside);
  Place inside = outside;
  inside.count = call.count != nullptr;
  inside.each = call.for_each != nullptr;
  check_depends_on(call.depends_on, inside);
  for (const auto& [name, attribute] : call.inputs) check_expression(*attribute->value, inside);
  if (call.module == nullptr) return;
  const Module& child = *call.module;
  for (const auto& [name, attribute] : call.inputs) {
    const auto variable = child.variables.find(name);
    if (variable == child.variables.end()) {
      diags_.error(DiagCode::unsupported_argument,
                   format("The module \"{}\" declares no variable \"{}\".{}", call.name.text(), name.text(), suggestion(name, child.variables)),
                   attribute->name_range)
          .context = attribute->range;
    } else if (!variable->second.deprecated.empty()) {
      diags_.warning(DiagCode::argument_deprecated,
                     format("The variable \"{}\" of the module \"{}\" is deprecated: {}", name.text(), call.name.text(), variable->second.deprecated),
                     attribute->name_range);
    }
  }
  for (const auto& [name, variable] : child.variables) {
    if (variable.default_value || call.inputs.contains(name)) continue;
    diags_.error(DiagCode::missing_argument,
                 format("The module \"{}\" needs a value for its variable \"{}\", which has no default. Add {} = …", call.name.text(), name.text(), name.text()),
                 call.range);
  }
  check_call_providers(module, call);
  check_module(child);
}

void Checker::check_call_providers(const Module& module, const ModuleCall& call) {
  const Module& child = *call.module;
  const bool special = call.count != nullptr || call.for_each != nullptr || !call.depends_on.empty();
  if (special && declares_providers(child)) {
    diags_.error(DiagCode::module_incompatible,
                 format("The module \"{}\" has provider configurations of its own, and so it cannot be used with \"count\", \"for_each\" or \"depends_on\". Move the "
                        "\"provider\" blocks to the caller and pass them in \"providers\".",
                        call.name.text()),
                 call.range);
  }
  for (const auto& [inner, outer] : call.providers) {
    check_provider_exists(module, outer);
    const auto requirement = child.requirements.find(inner.local_name);
    if (requirement == child.requirements.end()) {
      diags_.warning(DiagCode::undefined_provider_config,
                     format("The module \"{}\" does not require a provider \"{}\"; {} is assumed. Declare it there in \"required_providers\".", call.name.text(),
                            inner.local_name.text(), child.provider_for(inner.local_name).display()),
                     inner.range);
    }
    const addrs::Provider given = module.provider_for(outer.local_name), wanted = child.provider_for(inner.local_name);
    if (given != wanted) {
      diags_.error(DiagCode::provider_mismatch,
                   format("{} is a configuration of {}, but in the module \"{}\" the name {} means {}.", provider_text(outer), given.display(), call.name.text(),
                          provider_text(inner), wanted.display()),
                   outer.range);
      continue;
    }
    if (inner.alias.empty()) continue;
    bool declared = child.providers.contains({inner.local_name, inner.alias});
    if (requirement != child.requirements.end()) {
      const auto& aliases = requirement->second.configuration_aliases;
      declared = declared || std::find(aliases.begin(), aliases.end(), inner.alias) != aliases.end();
    }
    if (declared) continue;
    diags_.error(DiagCode::undefined_provider_config,
                 format("The module \"{}\" takes no provider configuration {}: its \"configuration_aliases\" do not name it.", call.name.text(), provider_text(inner)),
                 inner.range);
  }
  for (const auto& [name, requirement] : child.requirements) {
    for (Symbol alias : requirement.configuration_aliases) {
      bool passed = false;
      for (const auto& [inner, outer] : call.providers) passed = passed || (inner.local_name == name && inner.alias == alias);
      if (passed) continue;
      diags_.error(DiagCode::undefined_provider_config,
                   format("The module \"{0}\" needs the provider configuration {1}.{2}. Pass one: providers = {{ {1}.{2} = … }}", call.name.text(), name.text(),
                          alias.text()),
                   call.range);
    }
  }
}

void check(const Config& config, provider::ProviderSource& providers, const SourceFiles& sources, Diagnostics& diags) {
  Checker(providers, sources, diags).check_module(*config.root);
}

}  // namespace terrace::config
