// SPDX-License-Identifier: Apache-2.0
// `resource` and `data` blocks with their meta-arguments (checklist D10, D11).
#include "base/format.h"
#include "base/strings.h"
#include "config/decode.h"
#include "config/keywords.h"
#include "diag/suggest.h"

namespace terrace::config {

void ModuleDecoder::decode_resource(const hcl::Block& block, addrs::Mode mode, Symbol check) {
  const Keywords& words = keywords();
  const std::string_view kind = mode == addrs::Mode::managed ? "resource" : "data source";
  const bool names_fine = valid_name(block.labels[0].text, block.labels[0].range, format("the type of a {}", kind)) &&
                          valid_name(block.labels[1].text, block.labels[1].range, format("a {}", kind));
  if (!names_fine) return;
  Resource out;
  out.address = {mode, block.labels[0].text, block.labels[1].text};
  out.body = block.body;
  out.range = block.header;
  out.check = check;
  const hcl::Attribute* count = nullptr;
  const hcl::Attribute* for_each = nullptr;
  for (const hcl::Attribute& attribute : block.body->attributes) {
    if (attribute.name == words.count) {
      count = &attribute;
    } else if (attribute.name == words.for_each) {
      for_each = &attribute;
    } else if (attribute.name == words.depends_on) {
      out.depends_on = decode_depends_on(attribute);
    } else if (attribute.name == words.provider) {
      out.provider_ref = provider_reference(*attribute.value);
    }
  }
  if (!check.empty()) {
    for (const hcl::Attribute* attribute : {count, for_each}) {
      if (attribute == nullptr) continue;
      diags_.error(DiagCode::invalid_check_block, format("A data source within a check has no \"{}\".", attribute->name.text()), attribute->name_range);
    }
    count = for_each = nullptr;
  }
  if (count != nullptr && for_each != nullptr) {
    diags_.error(DiagCode::invalid_repetition, "\"count\" and \"for_each\" exclude each other. Keep the one that says how many there are.",
                 for_each->name_range);
  }
  if (count != nullptr) out.count = count->value;
  if (for_each != nullptr) out.for_each = for_each->value;
  const hcl::Block* lifecycle = nullptr;
  for (const hcl::Block& inner : block.body->blocks) {
    if (inner.type == words.lifecycle) {
      if (lifecycle != nullptr) {
        diags_.error(DiagCode::duplicate_block, format("There is a \"lifecycle\" block already at {}. Merge the two.", sources_.describe(lifecycle->header)),
                     inner.header);
        continue;
      }
      lifecycle = &inner;
      if (!check.empty()) {
        diags_.error(DiagCode::invalid_check_block, "A data source within a check has no \"lifecycle\".", inner.header);
      } else {
        decode_lifecycle(out, inner);
      }
    } else if (inner.type == words.locals) {
      diags_.error(DiagCode::reserved_name, format("Blocks of type \"locals\" are reserved in {} blocks and have no meaning yet.", block.type.text()),
                   inner.type_range);
    } else if (inner.type == words.provisioner || inner.type == words.connection) {
      if (mode == addrs::Mode::data) {
        diags_.error(DiagCode::unsupported_block, format("Data sources have no \"{}\" blocks.", inner.type.text()), inner.type_range);
      } else {
        report_unsupported_resource_block(inner, diags_);
      }
    } else if (inner.type == words.escape) {
      report_unsupported_resource_block(inner, diags_);
    }
  }
  const auto [found, fresh] = module_.resource_index.emplace(out.address, module_.resources.size());
  if (!fresh) {
    report_duplicate(format("{} {}", mode == addrs::Mode::managed ? "The resource" : "The data source", out.address.text()), block.header,
                     module_.resources[found->second].range);
    return;
  }
  module_.resources.push_back(std::move(out));
}

void ModuleDecoder::decode_lifecycle(Resource& resource, const hcl::Block& block) {
  const Keywords& words = keywords();
  Lifecycle& out = resource.lifecycle;
  const bool managed = resource.address.mode == addrs::Mode::managed;
  for (const hcl::Attribute& attribute : block.body->attributes) {
    const Symbol name = attribute.name;
    const bool known = name == words.create_before_destroy || name == words.prevent_destroy || name == words.ignore_changes ||
                       name == words.replace_triggered_by;
    if (name == words.enabled) {
      report_unsupported_argument(attribute, "\"enabled\" is", diags_);
    } else if (managed && name.text() == "destroy") {
      report_unsupported_argument(attribute, "\"destroy\" is", diags_);
    } else if (!known) {
      static constexpr std::string_view kNames[] = {"create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by",
                                                    "precondition", "postcondition"};
      diags_.error(DiagCode::unsupported_argument,
                   format("An argument named \"{}\" is not expected in \"lifecycle\".{}", name.text(), diag::did_you_mean(name.text(), kNames)),
                   attribute.name_range);
    } else if (!managed) {
      diags_.error(DiagCode::unsupported_argument,
                   format("\"{}\" is for managed resources (\"resource\" blocks) only, not for data sources.", name.text()), attribute.name_range);
    } else if (name == words.create_before_destroy) {
      const auto value = literal_bool(attribute);
      out.create_before_destroy = value.value_or(false);
      out.create_before_destroy_set = value.has_value();
    } else if (name == words.prevent_destroy) {
      out.prevent_destroy = literal_bool(attribute).value_or(false);
    } else if (name == words.ignore_changes) {
      decode_ignore_changes(out, attribute);
    } else {
      decode_replace_triggered_by(out, attribute);
    }
  }
  for (const hcl::Block& inner : block.body->blocks) {
    if (inner.type == words.precondition || inner.type == words.postcondition) {
      if (!inner.labels.empty()) {
        has_labels(inner, 0, "");
      } else if (auto condition = decode_condition(inner)) {
        (inner.type == words.precondition ? out.preconditions : out.postconditions).push_back(*condition);
      }
    } else {
      static constexpr std::string_view kNames[] = {"precondition", "postcondition"};
      diags_.error(inner.type.text() == "action_trigger" ? DiagCode::not_supported_yet : DiagCode::unsupported_block,
                   inner.type.text() == "action_trigger"
                       ? std::string("Blocks of type \"action_trigger\" are not supported yet.")
                       : format("Blocks of type \"{}\" are not expected here.{}", inner.type.text(), diag::did_you_mean(inner.type.text(), kNames)),
                   inner.type_range);
    }
  }
}

void ModuleDecoder::decode_ignore_changes(Lifecycle& lifecycle, const hcl::Attribute& attribute) {
  Symbol word = hcl::as_keyword(*attribute.value);
  if (const auto* text = hcl::as<hcl::StringExpr>(attribute.value); text != nullptr && text->text == "all") {
    diags_.warning(DiagCode::deprecated_syntax, "Keywords are written without quotes: ignore_changes = all.", attribute.value->range);
    word = keywords().all;
  }
  if (word == keywords().all) {
    lifecycle.ignore_changes.all = true;
    return;
  }
  const auto elements = list_of(attribute, DiagCode::invalid_ignore_changes, "names of arguments, or the keyword \"all\"");
  for (const hcl::Expr* element : elements) {
    const auto* text = hcl::as<hcl::StringExpr>(element);
    if (text != nullptr && text->text == "*") {
      if (elements.size() == 1) {
        diags_.warning(DiagCode::deprecated_syntax, "Write ignore_changes = all, without brackets and quotes.", element->range);
        lifecycle.ignore_changes.all = true;
      } else {
        diags_.error(DiagCode::invalid_ignore_changes, "The wildcard stands for all arguments and cannot be mixed with others. Write ignore_changes = all.",
                     element->range);
      }
      continue;
    }
    if (const auto* path = reference(*element, DiagCode::invalid_ignore_changes, "\"ignore_changes\"")) lifecycle.ignore_changes.paths.push_back(path);
  }
}

void ModuleDecoder::decode_replace_triggered_by(Lifecycle& lifecycle, const hcl::Attribute& attribute) {
  for (const hcl::Expr* element :
       list_of(attribute, DiagCode::invalid_replace_triggered_by, "references to managed resources or their attributes")) {
    if (element->kind != hcl::ExprKind::invalid) lifecycle.replace_triggered_by.push_back(element);
  }
}

void ModuleDecoder::resolve_providers() {
  for (Resource& resource : module_.resources) resolve_provider(resource);
}

void ModuleDecoder::resolve_provider(Resource& resource) {
  if (resource.provider_ref) {
    resource.provider = module_.provider_for(resource.provider_ref->local_name);
    resource.provider_alias = resource.provider_ref->alias;
    return;
  }
  const std::string_view type = resource.address.type.text();
  resource.provider = module_.provider_for(Symbol(type.substr(0, type.find('_'))));
}

}  // namespace terrace::config
