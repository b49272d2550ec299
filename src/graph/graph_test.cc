// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

namespace terrace::graph {
namespace {

Graph chain(std::size_t length) {
  Graph graph;
  for (std::size_t i = 0; i < length; ++i) graph.add_node();
  for (std::uint32_t i = 1; i < length; ++i) graph.add_edge(NodeId{i - 1}, NodeId{i});
  return graph;
}

TEST(GraphTest, OrdersALongChainWithoutRecursion) {
  Graph graph = chain(200000);
  EXPECT_TRUE(graph.cycles().empty());
  std::vector<NodeId> order = graph.topological_order();
  ASSERT_EQ(order.size(), 200000u);
  EXPECT_EQ(order.back().index, 199999u);
}

TEST(GraphTest, ReportsEachCycleWithItsNodes) {
  Graph graph = chain(6);
  graph.add_edge(NodeId{2}, NodeId{1});
  graph.add_edge(NodeId{5}, NodeId{5});
  EXPECT_EQ(graph.cycles(), (std::vector<std::vector<NodeId>>{{NodeId{1}, NodeId{2}}, {NodeId{5}}}));
  EXPECT_TRUE(graph.topological_order().empty());
}

TEST(WalkTest, SkipsDependentsOfFailedNodesAndGoesOnElsewhere) {
  Graph graph = chain(3);
  NodeId apart = graph.add_node();
  for (int parallelism : {1, 4}) {
    WalkResult result = walk(graph, {.parallelism = parallelism}, [](NodeId node) {
      return node.index == 1 ? Outcome::failed : Outcome::done;
    });
    EXPECT_EQ(result.done, (std::vector<bool>{true, false, false, true}));
    EXPECT_TRUE(result.done[apart.index]);
  }
}

TEST(WalkTest, RespectsEdgesOnManyThreads) {
  Graph graph;
  constexpr std::uint32_t kWidth = 50, kLayers = 20;
  for (std::uint32_t i = 0; i < kWidth * kLayers; ++i) graph.add_node();
  for (std::uint32_t layer = 1; layer < kLayers; ++layer)
    for (std::uint32_t i = 0; i < kWidth; ++i)
      for (std::uint32_t j = 0; j < kWidth; ++j)
        graph.add_edge(NodeId{(layer - 1) * kWidth + i}, NodeId{layer * kWidth + j});
  std::array<std::atomic<std::uint32_t>, kLayers> finished{};
  std::atomic<bool> wrong{false};
  WalkResult result = walk(
      graph, {.parallelism = 8},
      [&](NodeId node) {
        std::uint32_t layer = node.index / kWidth;
        if (layer > 0 && finished[layer - 1] != kWidth) wrong = true;
        ++finished[layer];
        return Outcome::done;
      },
      [](NodeId node) { return node.index % 3 == 0; });
  EXPECT_FALSE(wrong);
  EXPECT_EQ(std::count(result.done.begin(), result.done.end(), true), kWidth * kLayers);
}

TEST(WalkTest, StartsNothingNewAfterAStop) {
  Graph graph = chain(5);
  std::atomic<int> visited{0};
  WalkResult result = walk(graph, {.parallelism = 2, .stopped = [&] { return visited >= 2; }}, [&](NodeId) {
    ++visited;
    return Outcome::done;
  });
  EXPECT_TRUE(result.stopped);
  EXPECT_LE(visited, 3);
  EXPECT_FALSE(result.done[4]);
}

TEST(ParallelForTest, VisitsEveryIndexOnce) {
  std::vector<std::atomic<int>> seen(10007);
  parallel_for(8, seen.size(), [&](std::size_t i) { ++seen[i]; });
  for (const auto& count : seen) ASSERT_EQ(count, 1);
}

}  // namespace
}  // namespace terrace::graph
