// SPDX-License-Identifier: Apache-2.0
// Builds the blueprint in named steps: modules and their nodes, providers, reference edges, order and cycles,
// create_before_destroy (checklist E1, E2).
#include "base/format.h"
#include "base/strings.h"
#include "engine/blueprint.h"

namespace terrace::engine {

class BlueprintBuilder {
 public:
  BlueprintBuilder(Blueprint& blueprint, Diagnostics& diags) : b_(blueprint), diags_(diags) {
    for (Symbol name : config::resource_meta_arguments()) meta_arguments_.insert(name.index());
    for (Symbol name : config::resource_meta_blocks()) meta_blocks_.insert(name.index());
  }

  void run(const Config& config) {
    b_.root_ = add_module(config.root.get(), nullptr, nullptr, 0);
    for (StaticModule* module : modules_in_order()) add_providers(*module);
    b_.resource_provider_.resize(b_.nodes_.size(), 0);
    for (StaticModule* module : modules_in_order()) assign_providers(*module);
    b_.resource_provider_.resize(b_.nodes_.size(), 0);
    for (StaticModule* module : modules_in_order()) connect(*module);
    for (std::uint32_t index = 0; index < b_.providers_.size(); ++index) connect_provider(b_.providers_[index]);
    finish_edges();
    order();
    if (b_.ok_) propagate_create_before_destroy();
  }

 private:
  const std::vector<StaticModule*>& modules_in_order() const { return b_.modules_; }

  std::unique_ptr<StaticModule> add_module(const config::Module* config, const config::ModuleCall* call,
                                           StaticModule* parent, std::uint32_t call_index) {
    auto module = std::make_unique<StaticModule>();
    module->config = config;
    module->call = call;
    module->parent = parent;
    module->call_index = call_index;
    module->id = static_cast<std::uint32_t>(b_.modules_.size());
    b_.modules_.push_back(module.get());
    StaticModule* self = module.get();
    if (parent != nullptr) {
      module->address = parent->address.child(call->name, {});
      module->expand_node = b_.add_node({NodeKind::expand, self, 0});
      module->close_node = b_.add_node({NodeKind::close, self, 0});
    }
    for (const auto& [name, variable] : config->variables) {
      auto index = static_cast<std::uint32_t>(module->variables.size());
      module->variable_index[name] = index;
      module->variables.push_back(&variable);
      module->variable_nodes.push_back(b_.add_node({NodeKind::variable, self, index}));
    }
    for (const auto& [name, local] : config->locals) {
      auto index = static_cast<std::uint32_t>(module->locals.size());
      module->local_index[name] = index;
      module->locals.push_back(&local);
      module->local_nodes.push_back(b_.add_node({NodeKind::local, self, index}));
    }
    for (std::uint32_t index = 0; index < config->resources.size(); ++index)
      module->resource_nodes.push_back(b_.add_node({NodeKind::resource, self, index}));
    for (const auto& [name, output] : config->outputs) {
      auto index = static_cast<std::uint32_t>(module->outputs.size());
      module->output_index[name] = index;
      module->outputs.push_back(&output);
      module->output_nodes.push_back(b_.add_node({NodeKind::output, self, index}));
    }
    for (const auto& [name, child] : config->calls) {
      auto index = static_cast<std::uint32_t>(module->calls.size());
      module->call_index_of[name] = index;
      module->calls.emplace_back();
      if (child.module != nullptr) module->calls.back() = add_module(child.module.get(), &child, self, index);
    }
    return module;
  }

  // --- providers (E2 "provider assignment", D4) ---
  void add_providers(StaticModule& module) {
    for (const auto& [key, block] : module.config->providers) {
      addrs::ProviderConfig address{module.address, module.config->provider_for(key.first), key.second};
      if (b_.provider_index_.contains(address)) continue;
      auto index = static_cast<std::uint32_t>(b_.providers_.size());
      NodeId node = b_.add_node({NodeKind::provider, &module, index});
      b_.providers_.push_back({address, &module, &block, node});
      b_.provider_index_[address] = index;
    }
  }
  void assign_providers(StaticModule& module) {
    for (std::uint32_t index = 0; index < module.config->resources.size(); ++index) {
      const config::Resource& resource = module.resource(index);
      Symbol local = resource.provider_ref ? resource.provider_ref->local_name : Symbol();
      b_.resource_provider_[module.resource_nodes[index].index] =
          resolve_provider(module, local, resource.provider, resource.provider_alias);
    }
  }
  /// Walks up: a `providers` entry is followed, a block here is taken, an unaliased one is inherited.
  std::uint32_t resolve_provider(StaticModule& start, Symbol local, addrs::Provider provider, Symbol alias) {
    StaticModule* module = &start;
    while (module->parent != nullptr) {
      const std::pair<config::ProviderRef, config::ProviderRef>* passed = nullptr;
      for (const auto& entry : module->call->providers) {
        bool same_name = !local.empty() ? entry.first.local_name == local
                                        : module->config->provider_for(entry.first.local_name) == provider;
        if (same_name && entry.first.alias == alias) passed = &entry;
      }
      if (passed == nullptr) {
        if (b_.provider_index_.contains({module->address, provider, alias})) break;
        local = {};
      } else {
        local = passed->second.local_name;
        alias = passed->second.alias;
      }
      module = module->parent;
    }
    addrs::ProviderConfig address{module->address, provider, alias};
    if (const std::uint32_t* found = b_.find_provider(address)) return *found;
    auto index = static_cast<std::uint32_t>(b_.providers_.size());
    NodeId node = b_.add_node({NodeKind::provider, module, index});
    b_.providers_.push_back({address, module, nullptr, node});
    b_.provider_index_[address] = index;
    return index;
  }

  // --- reference edges ---
  enum class Use { value, order };

  void edge(NodeId before, NodeId after) { b_.predecessors_[after.index].push_back(before); }

  void refer(StaticModule& module, const hcl::TraversalExpr& traversal, NodeId user, Use use = Use::value) {
    auto [entry, fresh] = module.bindings.try_emplace(&traversal);
    if (fresh) entry->second = Blueprint::bind(module, traversal);
    const Binding& binding = entry->second;
    switch (binding.kind) {
      case Binding::Kind::variable: return edge(module.variable_nodes[binding.index], user);
      case Binding::Kind::local: return edge(module.local_nodes[binding.index], user);
      case Binding::Kind::resource: {
        NodeId target = module.resource_nodes[binding.index];
        if (target == user && b_.nodes_[user.index].kind == NodeKind::resource) {
          diags_.error(DiagCode::self_reference,
                       format("Configuration for {} may not refer to itself.", module.resource(binding.index).address.text()),
                       traversal.range);
          return;
        }
        return edge(target, user);
      }
      case Binding::Kind::call: {
        StaticModule* child = module.calls[binding.index].get();
        if (child == nullptr) return;
        edge(child->expand_node, user);
        if (use == Use::order) return edge(child->close_node, user);
        if (!binding.attribute.empty()) {
          auto it = child->output_index.find(binding.attribute);
          if (it != child->output_index.end()) edge(child->output_nodes[it->second], user);
          return;
        }
        for (NodeId output : child->output_nodes) edge(output, user);
        return;
      }
      case Binding::Kind::none: case Binding::Kind::count: case Binding::Kind::each: case Binding::Kind::path:
      case Binding::Kind::terraform: case Binding::Kind::self: return;
    }
  }
  void refer(StaticModule& module, const hcl::Expr* expr, NodeId user) {
    if (expr == nullptr) return;
    for (const hcl::TraversalExpr* traversal : lang::references(*expr)) refer(module, *traversal, user);
  }
  void refer(StaticModule& module, const std::vector<config::Condition>& conditions, NodeId user) {
    for (const config::Condition& condition : conditions) {
      refer(module, condition.condition, user);
      refer(module, condition.message, user);
    }
  }
  void depend(StaticModule& module, const std::vector<const hcl::TraversalExpr*>& targets, NodeId user) {
    for (const hcl::TraversalExpr* target : targets) {
      std::size_t before = b_.predecessors_[user.index].size();
      refer(module, *target, user, Use::order);
      auto& added = b_.predecessors_[user.index];
      auto& list = b_.explicit_dependencies_[user.index];
      list.insert(list.end(), added.begin() + static_cast<std::ptrdiff_t>(before), added.end());
    }
  }
  /// A resource's arguments without its meta-arguments.
  void refer_body(StaticModule& module, const hcl::Body* body, NodeId user, bool resource) {
    if (body == nullptr) return;
    for (const hcl::Attribute& attribute : body->attributes)
      if (!resource || !meta_arguments_.contains(attribute.name.index())) refer(module, attribute.value, user);
    for (const hcl::Block& block : body->blocks) {
      if (resource && meta_blocks_.contains(block.type.index())) continue;
      for (const hcl::TraversalExpr* traversal : lang::references(*block.body)) refer(module, *traversal, user);
    }
  }

  void connect(StaticModule& module) {
    if (module.parent != nullptr) connect_call(module);
    for (std::uint32_t i = 0; i < module.variables.size(); ++i) connect_variable(module, i);
    for (std::uint32_t i = 0; i < module.locals.size(); ++i) {
      within(module, module.local_nodes[i]);
      refer(module, module.locals[i]->value, module.local_nodes[i]);
    }
    for (std::uint32_t i = 0; i < module.outputs.size(); ++i) {
      NodeId node = module.output_nodes[i];
      within(module, node);
      refer(module, module.outputs[i]->value, node);
      refer(module, module.outputs[i]->preconditions, node);
      depend(module, module.outputs[i]->depends_on, node);
      if (module.parent != nullptr) edge(node, module.close_node);
    }
    for (std::uint32_t i = 0; i < module.config->resources.size(); ++i) connect_resource(module, i);
    for (std::uint32_t i = 0; i < module.config->checks.size(); ++i) {
      NodeId node = b_.add_node({NodeKind::check, &module, i});
      within(module, node);
      const config::Check& check = module.config->checks[i];
      refer(module, check.assertions, node);
      if (check.data) edge(module.resource_nodes[*check.data], node);
    }
  }
  void within(StaticModule& module, NodeId node) {
    if (module.parent != nullptr) edge(module.expand_node, node);
  }
  void connect_call(StaticModule& module) {
    StaticModule& parent = *module.parent;
    within(parent, module.expand_node);
    refer(parent, module.call->count, module.expand_node);
    refer(parent, module.call->for_each, module.expand_node);
    depend(parent, module.call->depends_on, module.expand_node);
    edge(module.expand_node, module.close_node);
    if (parent.parent != nullptr) edge(module.close_node, parent.close_node);
  }
  void connect_variable(StaticModule& module, std::uint32_t index) {
    const config::Variable& variable = *module.variables[index];
    NodeId node = module.variable_nodes[index];
    within(module, node);
    if (module.parent != nullptr) {
      auto input = module.call->inputs.find(variable.name);
      if (input != module.call->inputs.end()) refer(*module.parent, input->second->value, node);
    }
    if (variable.validations.empty()) return;
    NodeId check = b_.add_node({NodeKind::variable_check, &module, index});
    edge(node, check);
    refer(module, variable.validations, check);
    validated_[node.index] = check;
  }
  void connect_resource(StaticModule& module, std::uint32_t index) {
    const config::Resource& resource = module.resource(index);
    NodeId node = module.resource_nodes[index];
    within(module, node);
    if (module.parent != nullptr) edge(node, module.close_node);
    edge(b_.providers_[b_.provider_of(node)].node, node);
    refer(module, resource.count, node);
    refer(module, resource.for_each, node);
    refer_body(module, resource.body, node, true);
    refer(module, resource.lifecycle.preconditions, node);
    refer(module, resource.lifecycle.postconditions, node);
    for (const hcl::Expr* trigger : resource.lifecycle.replace_triggered_by) refer(module, trigger, node);
    depend(module, resource.depends_on, node);
  }
  void connect_provider(const StaticProvider& provider) {
    if (provider.module->parent != nullptr) edge(provider.module->expand_node, provider.node);
    if (provider.block != nullptr) refer_body(*provider.module, provider.block->body, provider.node, false);
  }

  /// Users of a validated variable wait for its validation, unless the validation itself needs them.
  void finish_edges() {
    for (auto& list : b_.predecessors_) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    if (!validated_.empty()) wait_for_validations();
    for (std::uint32_t node = 0; node < b_.predecessors_.size(); ++node)
      for (NodeId before : b_.predecessors_[node]) b_.graph_.add_edge(before, NodeId{node});
  }
  void wait_for_validations() {
    // What validations (transitively) read must not wait for any validation.
    std::vector<bool> upstream(b_.nodes_.size(), false);
    std::vector<std::uint32_t> todo;
    for (const auto& [variable, check] : validated_) todo.push_back(check.index);
    for (const auto& [variable, check] : validated_) upstream[check.index] = true;
    while (!todo.empty()) {
      std::uint32_t at = todo.back();
      todo.pop_back();
      for (NodeId before : b_.predecessors_[at]) {
        if (upstream[before.index]) continue;
        upstream[before.index] = true;
        todo.push_back(before.index);
      }
    }
    for (std::uint32_t node = 0; node < b_.predecessors_.size(); ++node) {
      if (upstream[node]) continue;
      auto& list = b_.predecessors_[node];
      std::size_t count = list.size();
      for (std::size_t i = 0; i < count; ++i) {
        auto it = validated_.find(list[i].index);
        if (it != validated_.end()) list.push_back(it->second);
      }
    }
  }

  void order() {
    b_.order_ = b_.graph_.topological_order();
    b_.ok_ = !b_.order_.empty() || b_.nodes_.empty();
    b_.resource_provider_.resize(b_.nodes_.size(), 0);
    b_.create_before_destroy_.resize(b_.nodes_.size(), false);
    if (b_.ok_) return;
    for (const std::vector<NodeId>& cycle : b_.graph_.cycles()) {
      std::vector<std::string> names;
      for (NodeId node : cycle) names.push_back(b_.name(node));
      std::sort(names.begin(), names.end());
      diags_.error(DiagCode::dependency_cycle, "These objects depend on each other in a circle: " + base::join(names, ", ") + ".");
    }
  }

  void propagate_create_before_destroy() {
    std::vector<bool> wanted(b_.nodes_.size(), false);
    for (auto it = b_.order_.rbegin(); it != b_.order_.rend(); ++it) {
      const Node& node = b_.nodes_[it->index];
      bool self = wanted[it->index];
      if (node.kind == NodeKind::resource) {
        const config::Resource& resource = node.module->resource(node.index);
        if (resource.address.mode == addrs::Mode::managed) {
          self = self || resource.lifecycle.create_before_destroy;
          b_.create_before_destroy_[it->index] = self;
        }
      }
      if (!self) continue;
      for (NodeId before : b_.predecessors_[it->index]) wanted[before.index] = true;
    }
  }

  Blueprint& b_;
  Diagnostics& diags_;
  std::set<std::uint32_t> meta_arguments_, meta_blocks_;
  std::unordered_map<std::uint32_t, NodeId> validated_;
};

void Blueprint::build(const Config& config, Diagnostics& diags) { BlueprintBuilder(*this, diags).run(config); }

}  // namespace terrace::engine
