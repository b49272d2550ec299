// SPDX-License-Identifier: Apache-2.0
// A DAG of numbered nodes: cycles with their path, and a walk by ready counts over worker threads.
// No transitive reduction; knows nothing of resources.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/id.h"

namespace terrace::graph {

using NodeId = Id<struct NodeTag>;

class Graph {
 public:
  NodeId add_node();
  /// `after` runs only when `before` has finished. Duplicates are harmless.
  void add_edge(NodeId before, NodeId after);
  std::size_t size() const { return successors_.size(); }
  const std::vector<NodeId>& successors(NodeId node) const { return successors_[node.index]; }
  /// Strongly connected components of more than one node, or with a self edge; nodes ascending. Iterative.
  std::vector<std::vector<NodeId>> cycles() const;
  /// One order that respects the edges; empty if there is a cycle.
  std::vector<NodeId> topological_order() const;

 private:
  std::vector<std::vector<NodeId>> successors_;
};

enum class Outcome : std::uint8_t { done, failed };
struct WalkOptions {
  int parallelism = 10;                        ///< nodes in work at once; ≥ 1
  std::function<bool()> stopped;               ///< true: start nothing new
};
/// Runs `visit` for every node whose predecessors are done; dependents of failed nodes are skipped. `visit` is
/// called from several threads. Returns which nodes were visited and done.
/// `cheap(node)`: true runs the node on the scheduling thread, without handing it to a worker.
struct WalkResult { std::vector<bool> done; bool stopped = false; };
WalkResult walk(const Graph& graph, const WalkOptions& options, const std::function<Outcome(NodeId)>& visit,
                const std::function<bool(NodeId)>& cheap = {});
/// Runs f(0..count-1) on up to `parallelism` threads, in chunks when `count` is large.
void parallel_for(int parallelism, std::size_t count, const std::function<void(std::size_t)>& f);

}  // namespace terrace::graph
