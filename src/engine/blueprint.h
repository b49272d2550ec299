// SPDX-License-Identifier: Apache-2.0
// The static side of a walk: one node for every configuration object of every module path, edges by references and
// depends_on. Made once per run; knows nothing of instances, state or values. No transitive reduction.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "addrs/reference.h"
#include "config/model.h"
#include "graph/graph.h"

namespace terrace::engine {

using graph::NodeId;

enum class NodeKind : std::uint8_t {
  variable, variable_check, local, output, resource, provider, expand, close, check,
  orphan  ///< resources in state that no configuration describes
};
struct StaticModule;
struct Node {
  NodeKind kind;
  StaticModule* module = nullptr;  ///< expand, close: the called module; orphan: null
  std::uint32_t index = 0;         ///< into the module's list of that kind; orphan, provider: into the blueprint's
};

/// What a traversal in some module refers to, worked out once.
struct Binding {
  enum class Kind : std::uint8_t { none, variable, local, resource, call, count, each, path, terraform, self };
  Kind kind = Kind::none;
  bool has_key = false;
  std::uint32_t index = 0;      ///< into the module's list
  std::uint32_t consumed = 0;   ///< steps of the traversal
  addrs::InstanceKey key;
  Symbol attribute;             ///< count, each, path, terraform: what of it; call: the output, empty for the whole
};

/// One module path of the configuration.
struct StaticModule {
  const config::Module* config = nullptr;
  const config::ModuleCall* call = nullptr;  ///< null: root
  StaticModule* parent = nullptr;
  std::uint32_t id = 0;                      ///< dense over all modules
  std::uint32_t call_index = 0;              ///< in parent->calls
  addrs::ModuleInstance address;             ///< path without keys

  std::vector<const config::Variable*> variables;
  std::vector<const config::Local*> locals;
  std::vector<const config::Output*> outputs;
  std::vector<std::unique_ptr<StaticModule>> calls;
  std::unordered_map<Symbol, std::uint32_t> variable_index, local_index, output_index, call_index_of;

  std::vector<NodeId> variable_nodes, local_nodes, output_nodes, resource_nodes;
  NodeId expand_node, close_node;            ///< not for root
  std::unordered_map<const hcl::TraversalExpr*, Binding> bindings;

  const config::Resource& resource(std::uint32_t index) const { return config->resources[index]; }
  /// "module.a.module.b." or "".
  std::string prefix() const;
};

/// A provider configuration: a block in some module, or an implied empty one of the root.
struct StaticProvider {
  addrs::ProviderConfig address;
  StaticModule* module = nullptr;              ///< where the block stands
  const config::ProviderBlock* block = nullptr;  ///< null: implied
  NodeId node;
};
/// The state's resources at one address without keys that no configuration describes.
struct Orphan {
  addrs::AbsResource address;  ///< module without keys
  std::uint32_t provider = 0;
  NodeId node;
};

class Blueprint {
 public:
  Blueprint() = default;
  Blueprint(const Blueprint&) = delete;
  /// Reports cycles and references of a block to itself. Without a usable graph `ok()` is false.
  void build(const Config& config, Diagnostics& diags);
  bool ok() const { return ok_; }

  StaticModule& root() const { return *root_; }
  const std::vector<StaticModule*>& modules() const { return modules_; }
  const graph::Graph& graph() const { return graph_; }
  const Node& node(NodeId id) const { return nodes_[id.index]; }
  std::size_t size() const { return nodes_.size(); }
  const std::vector<NodeId>& predecessors(NodeId node) const { return predecessors_[node.index]; }
  const std::vector<NodeId>& order() const { return order_; }
  /// "module.a.local.x (expand)"-like name for people.
  std::string name(NodeId node) const;

  const std::vector<StaticProvider>& providers() const { return providers_; }
  /// Which configuration a resource uses; adds an implied one to the root when nobody declares it.
  std::uint32_t provider_of(NodeId resource_node) const { return resource_provider_[resource_node.index]; }
  const std::uint32_t* find_provider(const addrs::ProviderConfig& address) const;
  /// The static module of a module instance's path, or null.
  StaticModule* find_module(const addrs::ModuleInstance& address) const;
  /// The node of a configured resource at a static module, or nothing.
  std::optional<NodeId> find_resource(const addrs::AbsResource& address) const;

  /// Forced or configured create_before_destroy (E3).
  bool create_before_destroy(NodeId resource_node) const { return create_before_destroy_[resource_node.index]; }
  /// Nodes that `depends_on` of a resource, or of a module around it, names.
  const std::vector<NodeId>& explicit_dependencies(NodeId node) const;
  /// All resources a node reaches, without keys, sorted by text (what state stores as `dependencies`). Memoised.
  using Closure = std::shared_ptr<const std::vector<addrs::AbsResource>>;
  Closure dependencies(NodeId node) const;

  /// Adds nodes for state resources that no configuration describes; call between build() and the walk.
  void add_orphan(addrs::AbsResource address, std::uint32_t provider);
  std::uint32_t add_implied_provider(const addrs::ProviderConfig& address);
  const std::vector<Orphan>& orphans() const { return orphans_; }

  /// Works out what a traversal refers to in `module`; kind none when it is nothing declared.
  static Binding bind(const StaticModule& module, const hcl::TraversalExpr& traversal);

 private:
  friend class BlueprintBuilder;
  NodeId add_node(Node node);
  std::unique_ptr<StaticModule> root_;
  std::vector<StaticModule*> modules_;
  graph::Graph graph_;
  std::vector<Node> nodes_;
  std::vector<std::vector<NodeId>> predecessors_;
  std::vector<NodeId> order_;
  std::vector<StaticProvider> providers_;
  std::unordered_map<addrs::ProviderConfig, std::uint32_t> provider_index_;
  std::vector<std::uint32_t> resource_provider_;
  std::vector<bool> create_before_destroy_;
  std::unordered_map<std::uint32_t, std::vector<NodeId>> explicit_dependencies_;
  std::vector<Orphan> orphans_;
  bool ok_ = false;

  void rank_resources() const;
  mutable std::vector<std::shared_ptr<const std::vector<std::uint32_t>>> reach_;
  mutable std::unordered_map<const void*, Closure> closures_;
  mutable std::vector<std::uint32_t> rank_;               ///< by node: place of a resource in text order
  mutable std::vector<addrs::AbsResource> by_rank_;
  mutable std::mutex closure_mutex_;
};

}  // namespace terrace::engine
