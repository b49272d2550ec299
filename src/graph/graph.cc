// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <deque>

#include "base/check.h"

namespace terrace::graph {

NodeId Graph::add_node() {
  successors_.emplace_back();
  return NodeId{static_cast<std::uint32_t>(successors_.size() - 1)};
}

void Graph::add_edge(NodeId before, NodeId after) {
  CHECK(before.index < size() && after.index < size(), "edge between nodes of this graph");
  successors_[before.index].push_back(after);
}

namespace {

/// Tarjan's algorithm with its own stack: configurations may chain thousands of nodes.
class ComponentFinder {
 public:
  explicit ComponentFinder(const Graph& graph)
      : graph_(graph), order_(graph.size(), 0), low_(graph.size(), 0), on_stack_(graph.size(), false) {}

  std::vector<std::vector<NodeId>> run() {
    for (std::uint32_t node = 0; node < graph_.size(); ++node)
      if (order_[node] == 0) visit(node);
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  struct Frame {
    std::uint32_t node;
    std::size_t next = 0;
  };

  void open(std::uint32_t node) {
    order_[node] = low_[node] = ++counter_;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back({node});
  }

  void visit(std::uint32_t start) {
    open(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const auto& successors = graph_.successors(NodeId{frame.node});
      if (frame.next < successors.size()) {
        std::uint32_t to = successors[frame.next++].index;
        if (order_[to] == 0) {
          open(to);
        } else if (on_stack_[to]) {
          low_[frame.node] = std::min(low_[frame.node], order_[to]);
        }
        continue;
      }
      std::uint32_t node = frame.node;
      frames_.pop_back();
      if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
      if (low_[node] == order_[node]) close(node);
    }
  }

  void close(std::uint32_t node) {
    std::vector<NodeId> component;
    std::uint32_t member = 0;
    do {
      member = stack_.back();
      stack_.pop_back();
      on_stack_[member] = false;
      component.push_back(NodeId{member});
    } while (member != node);
    const auto& successors = graph_.successors(NodeId{node});
    bool self_edge = std::find(successors.begin(), successors.end(), NodeId{node}) != successors.end();
    if (component.size() < 2 && !self_edge) return;
    std::sort(component.begin(), component.end());
    found_.push_back(std::move(component));
  }

  const Graph& graph_;
  std::vector<std::uint32_t> order_, low_;
  std::vector<bool> on_stack_;
  std::vector<std::uint32_t> stack_;
  std::vector<Frame> frames_;
  std::vector<std::vector<NodeId>> found_;
  std::uint32_t counter_ = 0;
};

std::vector<std::uint32_t> predecessor_counts(const Graph& graph) {
  std::vector<std::uint32_t> counts(graph.size(), 0);
  for (std::uint32_t node = 0; node < graph.size(); ++node)
    for (NodeId to : graph.successors(NodeId{node})) ++counts[to.index];
  return counts;
}

}  // namespace

std::vector<std::vector<NodeId>> Graph::cycles() const { return ComponentFinder(*this).run(); }

std::vector<NodeId> Graph::topological_order() const {
  std::vector<std::uint32_t> waiting = predecessor_counts(*this);
  std::vector<NodeId> order;
  order.reserve(size());
  for (std::uint32_t node = 0; node < size(); ++node)
    if (waiting[node] == 0) order.push_back(NodeId{node});
  for (std::size_t at = 0; at < order.size(); ++at)
    for (NodeId to : successors(order[at]))
      if (--waiting[to.index] == 0) order.push_back(to);
  if (order.size() != size()) order.clear();
  return order;
}

}  // namespace terrace::graph
