// SPDX-License-Identifier: Apache-2.0
// evaluate_offline(): effective values of one environment without any provider call for objects (contract 2, `env check`).
#include "engine/static_walk.h"

namespace terrace::engine {
namespace {

/// "var.x" → where its value came from; arguments → where they are written.
void note_origins(const Context& context, const Options& options, const StaticWalk& walk, const Blueprint& blueprint, Evaluated& result) {
  for (const auto& [name, range] : options.variable_ranges) result.origins["var." + name] = context.sources.describe(range);
  for (const auto& [name, variable] : context.config.root->variables) {
    std::string key = "var." + std::string(name.text());
    if (!result.origins.contains(key) && variable.default_value) result.origins[key] = context.sources.describe(variable.range);
  }
  for (const StaticModule* module : blueprint.modules()) {
    for (const config::Local* local : module->locals)
      result.origins[module->prefix() + "local." + std::string(local->name.text())] = context.sources.describe(local->range);
    for (const config::Output* output : module->outputs)
      result.origins[module->prefix() + "output." + std::string(output->name.text())] = context.sources.describe(output->range);
    for (std::size_t i = 0; i < module->config->resources.size(); ++i) {
      const config::Resource& resource = module->config->resources[i];
      for (const ModuleData* instance : walk.instances(*module))
        for (const addrs::InstanceKey& key : instance->resources[i].expansion.keys) {
          std::string address = addrs::Instance{instance->address, resource.address, key}.text();
          result.origins[address] = context.sources.describe(resource.range);
          if (resource.body == nullptr) continue;
          for (const hcl::Attribute& attribute : resource.body->attributes)
            result.origins[address + "." + std::string(attribute.name.text())] = context.sources.describe(attribute.range);
          for (const hcl::Block& block : resource.body->blocks)
            result.origins.try_emplace(address + "." + std::string(block.type.text()), context.sources.describe(block.header));
        }
    }
  }
}

}  // namespace

Evaluated evaluate_offline(const Context& context, const Options& options, Diagnostics& diags) {
  Evaluated result;
  Blueprint blueprint;
  blueprint.build(context.config, diags);
  if (!blueprint.ok()) return result;
  StaticWalk walk(context, options, blueprint, Phase::offline, nullptr, diags);
  walk.run();
  for (const StaticModule* module : blueprint.modules())
    for (const ModuleData* instance : walk.instances(*module)) {
      std::string prefix = instance->address.is_root() ? std::string() : instance->address.text() + ".";
      for (std::size_t i = 0; i < instance->variables.size(); ++i)
        if (instance->variables[i]) result.variables[prefix + std::string(module->variables[i]->name.text())] = *instance->variables[i];
      for (std::size_t i = 0; i < instance->locals.size(); ++i)
        if (instance->locals[i]) result.locals[prefix + std::string(module->locals[i]->name.text())] = *instance->locals[i];
      if (!instance->address.is_root()) continue;
      for (std::size_t i = 0; i < instance->outputs.size(); ++i) {
        if (!instance->outputs[i]) continue;
        std::string name(module->outputs[i]->name.text());
        result.outputs[name] = *instance->outputs[i];
        if (!instance->outputs[i]->is_wholly_known()) result.undetermined.push_back("output." + name);
      }
    }
  result.resources = std::move(walk.configurations);
  result.undetermined.insert(result.undetermined.end(), walk.undetermined.begin(), walk.undetermined.end());
  std::sort(result.undetermined.begin(), result.undetermined.end());
  result.undetermined.erase(std::unique(result.undetermined.begin(), result.undetermined.end()), result.undetermined.end());
  note_origins(context, options, walk, blueprint, result);
  return result;
}

}  // namespace terrace::engine
