// SPDX-License-Identifier: Apache-2.0
// `module`, `moved`, `removed` and `import` blocks (checklist D8, D13).
#include "base/format.h"
#include "config/decode.h"
#include "config/keywords.h"

namespace terrace::config {

void ModuleDecoder::decode_module(const hcl::Block& block) {
  const Keywords& words = keywords();
  const Symbol name = block.labels[0].text;
  if (!valid_name(name, block.labels[0].range, "a module call")) return;
  ModuleCall out;
  out.name = name;
  out.range = block.header;
  const hcl::Attribute* source = nullptr;
  const hcl::Attribute* version = nullptr;
  const hcl::Attribute* repeat = nullptr;
  for (const hcl::Attribute& attribute : block.body->attributes) {
    if (attribute.name == words.source) {
      source = &attribute;
    } else if (attribute.name == words.version) {
      version = &attribute;
    } else if (attribute.name == words.count || attribute.name == words.for_each) {
      (attribute.name == words.count ? out.count : out.for_each) = attribute.value;
      if (repeat != nullptr) {
        diags_.error(DiagCode::invalid_repetition, "\"count\" and \"for_each\" exclude each other. Keep the one that says how many there are.",
                     attribute.name_range);
      }
      repeat = &attribute;
    } else if (attribute.name == words.depends_on) {
      out.depends_on = decode_depends_on(attribute);
    } else if (attribute.name == words.providers) {
      decode_providers_map(out, attribute);
    } else {
      out.inputs.emplace(attribute.name, &attribute);
    }
  }
  for (const hcl::Block& inner : block.body->blocks) {
    if (inner.type == words.lifecycle) {
      diags_.error(DiagCode::not_supported_yet, "A \"lifecycle\" block in a module call is not supported yet.", inner.header);
    } else if (inner.type == words.locals || inner.type == words.provider) {
      diags_.error(DiagCode::reserved_name, format("Blocks of type \"{}\" are reserved in module calls and have no meaning yet.", inner.type.text()),
                   inner.type_range);
    } else if (inner.type == words.escape) {
      report_unsupported_resource_block(inner, diags_);
    } else {
      diags_.error(DiagCode::unsupported_block,
                   format("Blocks of type \"{}\" are not expected in a module call. An input of the module is an argument: {} = …", inner.type.text(),
                          inner.type.text()),
                   inner.type_range);
    }
  }
  if (source == nullptr) {
    diags_.error(DiagCode::missing_argument, "The argument \"source\" is required, but no definition was found.", block.body->end);
  } else if (const auto* text = hcl::as<hcl::StringExpr>(source->value)) {
    out.source = std::string(text->text);
    const bool local = out.source.starts_with("./") || out.source.starts_with("../") || out.source == "." || out.source == "..";
    if (out.source.empty()) {
      diags_.error(DiagCode::invalid_module_source, format("The source of the module \"{}\" is empty.", name.text()), source->value->range);
    } else if (out.source == "." || out.source == "..") {
      diags_.error(DiagCode::invalid_module_source, format("A local directory is written with a slash: \"{}/\".", out.source), source->value->range);
    } else if (!local) {
      report_unsupported_source(name.text(), out.source, source->value->range, diags_);
    } else if (version != nullptr) {
      diags_.error(DiagCode::invalid_module_source, "Only modules from a registry have a \"version\". Remove it.", version->range);
    }
    if (!local || out.source.size() < 3) out.source = local ? std::string() : out.source;
  } else if (source->value->kind != hcl::ExprKind::invalid) {
    diags_.error(DiagCode::not_supported_yet, format("The source of the module \"{}\" is computed, which is not supported yet. Write it as a plain text.", name.text()),
                 source->value->range);
  }
  const auto [found, fresh] = module_.calls.emplace(name, std::move(out));
  if (!fresh) report_duplicate(format("The module call \"{}\"", name.text()), block.header, found->second.range);
}

void ModuleDecoder::decode_providers_map(ModuleCall& call, const hcl::Attribute& attribute) {
  const auto* object = hcl::as<hcl::ObjectExpr>(attribute.value);
  if (object == nullptr) {
    if (attribute.value->kind == hcl::ExprKind::invalid) return;
    diags_.error(DiagCode::invalid_provider_reference, "\"providers\" is a map from the module's names to names here, as in { aws = aws.west }.",
                 attribute.value->range);
    return;
  }
  for (const hcl::ObjectItem& item : object->items) {
    std::optional<ProviderRef> child;
    if (item.bare) {
      child = ProviderRef{Symbol(hcl::to<hcl::StringExpr>(*item.key).text), Symbol(), item.key->range};
    } else {
      child = provider_reference(*item.key);
    }
    const auto parent = provider_reference(*item.value);
    if (!child || !parent) continue;
    bool duplicate = false;
    for (const auto& [other, unused] : call.providers) {
      if (other.local_name != child->local_name || other.alias != child->alias) continue;
      diags_.error(DiagCode::duplicate_declaration, format("This provider of the module was already given at {}.", sources_.describe(other.range)), child->range);
      duplicate = true;
      break;
    }
    if (!duplicate) call.providers.emplace_back(*child, *parent);
  }
}

void ModuleDecoder::decode_moved(const hcl::Block& block) {
  static constexpr schema::ArgumentRule kArguments[] = {{"from", true}, {"to", true}};
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, {}, false}, diags_);
  if (content.arguments[0] == nullptr || content.arguments[1] == nullptr) return;
  Moved out;
  out.range = block.header;
  out.from = reference(*content.arguments[0]->value, DiagCode::invalid_move, "\"from\"");
  out.to = reference(*content.arguments[1]->value, DiagCode::invalid_move, "\"to\"");
  if (out.from == nullptr || out.to == nullptr) return;
  // Modules are module.NAME with nothing but further calls behind it; everything else is a resource.
  auto is_module = [](const hcl::TraversalExpr& traversal) {
    if (traversal.root != keywords().module) return false;
    bool in_call = true;
    std::size_t i = 0;
    while (in_call && i < traversal.steps.size()) {
      ++i;  // the call's name
      if (i < traversal.steps.size() && traversal.steps[i].kind != hcl::TraversalStep::Kind::attribute) ++i;
      in_call = i < traversal.steps.size() && traversal.steps[i].name == keywords().module;
      if (in_call) ++i;
    }
    return i >= traversal.steps.size();
  };
  if (is_module(*out.from) != is_module(*out.to)) {
    diags_.error(DiagCode::invalid_move, "\"from\" and \"to\" must both name resources or both name module calls.", block.header);
    return;
  }
  module_.moved.push_back(out);
}

void ModuleDecoder::decode_removed(const hcl::Block& block) {
  static constexpr schema::ArgumentRule kArguments[] = {{"from", true}};
  static constexpr schema::BlockRule kBlocks[] = {{"lifecycle", 0, true}, {"provisioner", 1}, {"connection"}};
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, kBlocks, false}, diags_);
  Removed out;
  out.range = block.header;
  if (content.arguments[0] != nullptr) {
    out.from = reference(*content.arguments[0]->value, DiagCode::invalid_removed, "\"from\"");
    for (std::size_t i = 0; out.from != nullptr && i < out.from->steps.size(); ++i) {
      if (out.from->steps[i].kind == hcl::TraversalStep::Kind::attribute) continue;
      diags_.error(DiagCode::invalid_removed, "Single instances cannot be removed, only a resource or a module call with all of its instances. Remove the key.",
                   out.from->steps[i].range);
      break;
    }
  }
  for (const hcl::Block* inner : content.blocks) {
    if (inner->type != keywords().lifecycle) continue;
    static constexpr schema::ArgumentRule kLifecycle[] = {{"destroy", true}};
    const schema::BodyContent lifecycle = schema::decode_body(*inner->body, {kLifecycle, {}, false}, diags_);
    if (lifecycle.arguments[0] != nullptr) out.destroy = literal_bool(*lifecycle.arguments[0]).value_or(false);
  }
  if (out.from != nullptr) module_.removed.push_back(out);
}

void ModuleDecoder::decode_import(const hcl::Block& block) {
  static constexpr schema::ArgumentRule kArguments[] = {{"to", true}, {"id"}, {"provider"}, {"for_each"}, {"identity"}};
  const schema::BodyContent content = schema::decode_body(*block.body, {kArguments, {}, false}, diags_);
  if (!module_.path.empty()) {
    diags_.error(DiagCode::invalid_import, format("Import blocks belong in the root module; this one is in {}.", module_text(module_)), block.header);
    return;
  }
  Import out;
  out.range = block.header;
  if (content.arguments[0] != nullptr) out.to = hcl::as_traversal(*content.arguments[0]->value);
  if (content.arguments[1] != nullptr) out.id = content.arguments[1]->value;
  if (content.arguments[0] != nullptr) module_.imports.push_back(out);
}

}  // namespace terrace::config
