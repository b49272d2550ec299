// SPDX-License-Identifier: Apache-2.0
#include "engine/blueprint.h"

#include "base/format.h"
#include "base/strings.h"

namespace terrace::engine {

std::string StaticModule::prefix() const {
  if (parent == nullptr) return {};
  return address.text() + ".";
}

NodeId Blueprint::add_node(Node node) {
  NodeId id = graph_.add_node();
  nodes_.push_back(node);
  predecessors_.emplace_back();
  return id;
}

const std::uint32_t* Blueprint::find_provider(const addrs::ProviderConfig& address) const {
  auto it = provider_index_.find(address);
  return it == provider_index_.end() ? nullptr : &it->second;
}

std::uint32_t Blueprint::add_implied_provider(const addrs::ProviderConfig& address) {
  if (const std::uint32_t* found = find_provider(address)) return *found;
  auto index = static_cast<std::uint32_t>(providers_.size());
  NodeId node = add_node({NodeKind::provider, root_.get(), index});
  providers_.push_back({address, root_.get(), nullptr, node});
  provider_index_[address] = index;
  order_.insert(order_.begin(), node);
  resource_provider_.resize(nodes_.size(), 0);
  create_before_destroy_.resize(nodes_.size(), false);
  return index;
}

void Blueprint::add_orphan(addrs::AbsResource address, std::uint32_t provider) {
  auto index = static_cast<std::uint32_t>(orphans_.size());
  NodeId node = add_node({NodeKind::orphan, nullptr, index});
  graph_.add_edge(providers_[provider].node, node);
  predecessors_[node.index].push_back(providers_[provider].node);
  orphans_.push_back({address, provider, node});
  order_.push_back(node);
  resource_provider_.resize(nodes_.size(), 0);
  resource_provider_[node.index] = provider;
  create_before_destroy_.resize(nodes_.size(), false);
}

namespace {
std::vector<addrs::ModuleInstance> steps_of(addrs::ModuleInstance address) {
  std::vector<addrs::ModuleInstance> steps;
  for (; !address.is_root(); address = address.parent()) steps.push_back(address);
  std::reverse(steps.begin(), steps.end());
  return steps;
}
}  // namespace

StaticModule* Blueprint::find_module(const addrs::ModuleInstance& address) const {
  StaticModule* at = root_.get();
  for (const addrs::ModuleInstance& step : steps_of(address)) {
    auto it = at->call_index_of.find(step.call());
    if (it == at->call_index_of.end() || at->calls[it->second] == nullptr) return nullptr;
    at = at->calls[it->second].get();
  }
  return at;
}

std::optional<NodeId> Blueprint::find_resource(const addrs::AbsResource& address) const {
  StaticModule* module = find_module(address.module);
  if (module == nullptr) return {};
  auto it = module->config->resource_index.find(address.resource);
  if (it == module->config->resource_index.end()) return {};
  return module->resource_nodes[it->second];
}

const std::vector<NodeId>& Blueprint::explicit_dependencies(NodeId node) const {
  static const std::vector<NodeId> kNone;
  auto it = explicit_dependencies_.find(node.index);
  return it == explicit_dependencies_.end() ? kNone : it->second;
}

std::string Blueprint::name(NodeId id) const {
  const Node& node = nodes_[id.index];
  switch (node.kind) {
    case NodeKind::variable: return node.module->prefix() + "var." + std::string(node.module->variables[node.index]->name.text());
    case NodeKind::variable_check:
      return node.module->prefix() + "var." + std::string(node.module->variables[node.index]->name.text()) + " (validation)";
    case NodeKind::local: return node.module->prefix() + "local." + std::string(node.module->locals[node.index]->name.text());
    case NodeKind::output: return node.module->prefix() + "output." + std::string(node.module->outputs[node.index]->name.text());
    case NodeKind::resource: return node.module->prefix() + node.module->resource(node.index).address.text();
    case NodeKind::provider: return providers_[node.index].address.text();
    case NodeKind::expand: return node.module->address.text() + " (expand)";
    case NodeKind::close: return node.module->address.text() + " (close)";
    case NodeKind::check: return node.module->prefix() + "check." + std::string(node.module->config->checks[node.index].name.text());
    case NodeKind::orphan: return orphans_[node.index].address.text();
  }
  return {};
}

Binding Blueprint::bind(const StaticModule& module, const hcl::TraversalExpr& traversal) {
  Diagnostics unused;
  Binding binding;
  std::optional<addrs::Reference> reference = addrs::parse_reference(traversal, unused);
  if (!reference) return binding;
  binding.consumed = static_cast<std::uint32_t>(reference->consumed);
  auto look_up = [&](const std::unordered_map<Symbol, std::uint32_t>& index, Symbol name, Binding::Kind kind) {
    auto it = index.find(name);
    if (it == index.end()) return;
    binding.kind = kind;
    binding.index = it->second;
  };
  struct Visitor {
    Binding& binding;
    const StaticModule& module;
    decltype(look_up)& find;
    void operator()(const addrs::VariableRef& ref) const { find(module.variable_index, ref.name, Binding::Kind::variable); }
    void operator()(const addrs::LocalRef& ref) const { find(module.local_index, ref.name, Binding::Kind::local); }
    void operator()(const addrs::CountRef& ref) const { name(Binding::Kind::count, ref.attribute); }
    void operator()(const addrs::EachRef& ref) const { name(Binding::Kind::each, ref.attribute); }
    void operator()(const addrs::PathRef& ref) const { name(Binding::Kind::path, ref.attribute); }
    void operator()(const addrs::TerraformRef& ref) const { name(Binding::Kind::terraform, ref.attribute); }
    void operator()(const addrs::SelfRef&) const { binding.kind = Binding::Kind::self; }
    void operator()(const addrs::ModuleCallRef& ref) const {
      find(module.call_index_of, ref.call, Binding::Kind::call);
      keyed(ref.key);
      binding.attribute = ref.output;
    }
    void operator()(const addrs::ResourceRef& ref) const {
      auto it = module.config->resource_index.find(ref.resource);
      if (it == module.config->resource_index.end()) return;
      binding.kind = Binding::Kind::resource;
      binding.index = static_cast<std::uint32_t>(it->second);
      keyed(ref.key);
    }
    void name(Binding::Kind kind, Symbol attribute) const {
      binding.kind = kind;
      binding.attribute = attribute;
    }
    void keyed(const std::optional<addrs::InstanceKey>& key) const {
      if (!key) return;
      binding.has_key = true;
      binding.key = *key;
    }
  };
  std::visit(Visitor{binding, module, look_up}, reference->subject);
  return binding;
}

void Blueprint::rank_resources() const {
  std::vector<std::pair<std::string, std::uint32_t>> named;
  for (const StaticModule* module : modules_)
    for (std::uint32_t i = 0; i < module->resource_nodes.size(); ++i)
      named.emplace_back(module->prefix() + module->resource(i).address.text(), module->resource_nodes[i].index);
  std::sort(named.begin(), named.end());
  rank_.assign(nodes_.size(), 0);
  for (const auto& [text, node] : named) {
    rank_[node] = static_cast<std::uint32_t>(by_rank_.size());
    by_rank_.push_back({nodes_[node].module->address, nodes_[node].module->resource(nodes_[node].index).address});
  }
}

Blueprint::Closure Blueprint::dependencies(NodeId node) const {
  std::lock_guard guard(closure_mutex_);
  if (reach_.empty()) {
    // One pass in dependency order; a node that adds nothing to what one predecessor reaches shares its set.
    reach_.resize(nodes_.size());
    static const auto kEmpty = std::make_shared<const std::vector<std::uint32_t>>();
    rank_resources();
    std::vector<std::uint32_t> seen(nodes_.size(), 0);
    for (NodeId at : order_) {
      std::uint32_t stamp = at.index + 1;
      std::vector<std::uint32_t> all;
      std::shared_ptr<const std::vector<std::uint32_t>> largest = kEmpty;
      for (NodeId before : predecessors_[at.index]) {
        const auto& set = reach_[before.index];
        if (set == nullptr) continue;
        if (set->size() > largest->size()) largest = set;
      }
      auto add = [&](std::uint32_t resource) {
        if (seen[resource] == stamp) return;
        seen[resource] = stamp;
        all.push_back(resource);
      };
      for (std::uint32_t resource : *largest) add(resource);
      for (NodeId before : predecessors_[at.index]) {
        if (nodes_[before.index].kind == NodeKind::resource) add(before.index);
        const auto& set = reach_[before.index];
        if (set == nullptr || set == largest) continue;
        for (std::uint32_t resource : *set) add(resource);
      }
      reach_[at.index] = all.size() == largest->size() ? largest : std::make_shared<const std::vector<std::uint32_t>>(std::move(all));
    }
  }
  const auto& set = reach_[node.index];
  if (set == nullptr || set->empty()) {
    static const Closure kNone = std::make_shared<const std::vector<addrs::AbsResource>>();
    return kNone;
  }
  Closure& closure = closures_[set.get()];
  if (closure == nullptr) {
    // Sorting numbers: state files of deep configurations hold hundreds of thousands of these.
    std::vector<std::uint32_t> ranks;
    ranks.reserve(set->size());
    for (std::uint32_t resource : *set) ranks.push_back(rank_[resource]);
    std::sort(ranks.begin(), ranks.end());
    auto made = std::make_shared<std::vector<addrs::AbsResource>>();
    made->reserve(ranks.size());
    for (std::uint32_t rank : ranks) made->push_back(by_rank_[rank]);
    closure = std::move(made);
  }
  return closure;
}

}  // namespace terrace::engine
