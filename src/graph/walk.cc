// SPDX-License-Identifier: Apache-2.0
// The walk: one scheduling thread keeps ready counts; nodes that may block go to workers, cheap ones run at once.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "graph/graph.h"

namespace terrace::graph {
namespace {

/// Threads that are started only when there is more to do than idle ones can take.
class Workers {
 public:
  Workers(int limit, const std::function<Outcome(NodeId)>& visit) : limit_(limit), visit_(visit) {}
  ~Workers() {
    {
      std::lock_guard guard(mutex_);
      closing_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void submit(NodeId node) {
    std::lock_guard guard(mutex_);
    todo_.push_back(node);
    if (idle_ < todo_.size() && threads_.size() < static_cast<std::size_t>(limit_))
      threads_.emplace_back([this] { run(); });
    work_.notify_one();
  }
  /// Takes what has finished; waits for at least one when `wait`.
  std::vector<std::pair<NodeId, Outcome>> collect(bool wait) {
    std::unique_lock guard(mutex_);
    if (wait) finished_.wait(guard, [this] { return !results_.empty(); });
    return std::exchange(results_, {});
  }
  /// Takes back what no worker has begun.
  std::deque<NodeId> withdraw() {
    std::lock_guard guard(mutex_);
    return std::exchange(todo_, {});
  }

 private:
  void run() {
    std::unique_lock guard(mutex_);
    while (true) {
      ++idle_;
      work_.wait(guard, [this] { return closing_ || !todo_.empty(); });
      --idle_;
      if (todo_.empty()) return;
      NodeId node = todo_.front();
      todo_.pop_front();
      guard.unlock();
      Outcome outcome = visit_(node);
      guard.lock();
      results_.emplace_back(node, outcome);
      finished_.notify_one();
    }
  }

  const int limit_;
  const std::function<Outcome(NodeId)>& visit_;
  std::mutex mutex_;
  std::condition_variable work_, finished_;
  std::deque<NodeId> todo_;
  std::vector<std::pair<NodeId, Outcome>> results_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

class Walker {
 public:
  Walker(const Graph& graph, const WalkOptions& options, const std::function<Outcome(NodeId)>& visit,
         const std::function<bool(NodeId)>& cheap)
      : graph_(graph), options_(options), visit_(visit), cheap_(cheap),
        workers_(std::max(1, options.parallelism), visit), waiting_(graph.size(), 0) {
    result_.done.assign(graph.size(), false);
    for (std::uint32_t node = 0; node < graph.size(); ++node)
      for (NodeId to : graph.successors(NodeId{node})) ++waiting_[to.index];
  }

  WalkResult run() {
    for (std::uint32_t node = 0; node < graph_.size(); ++node)
      if (waiting_[node] == 0) start(NodeId{node});
    while (!cheap_ready_.empty() || in_work_ > 0) {
      if (!result_.stopped && options_.stopped && options_.stopped()) stop();
      if (!cheap_ready_.empty()) {
        NodeId node = cheap_ready_.front();
        cheap_ready_.pop_front();
        finish(node, visit_(node));
      }
      if (in_work_ == 0) continue;
      for (auto [node, outcome] : workers_.collect(cheap_ready_.empty())) {
        --in_work_;
        finish(node, outcome);
      }
    }
    return std::move(result_);
  }

 private:
  void start(NodeId node) {
    if (result_.stopped) return;
    if (!cheap_ || cheap_(node)) {
      // Without a rule everything is cheap only when one thread is asked for.
      if (cheap_ || options_.parallelism <= 1) {
        cheap_ready_.push_back(node);
        return;
      }
    }
    ++in_work_;
    workers_.submit(node);
  }
  void finish(NodeId node, Outcome outcome) {
    if (outcome == Outcome::failed) return;
    result_.done[node.index] = true;
    for (NodeId to : graph_.successors(node))
      if (--waiting_[to.index] == 0) start(to);
  }
  void stop() {
    result_.stopped = true;
    cheap_ready_.clear();
    in_work_ -= workers_.withdraw().size();
  }

  const Graph& graph_;
  const WalkOptions& options_;
  const std::function<Outcome(NodeId)>& visit_;
  const std::function<bool(NodeId)>& cheap_;
  Workers workers_;
  std::vector<std::uint32_t> waiting_;
  std::deque<NodeId> cheap_ready_;
  std::size_t in_work_ = 0;
  WalkResult result_;
};

}  // namespace

WalkResult walk(const Graph& graph, const WalkOptions& options, const std::function<Outcome(NodeId)>& visit,
                const std::function<bool(NodeId)>& cheap) {
  return Walker(graph, options, visit, cheap).run();
}

void parallel_for(int parallelism, std::size_t count, const std::function<void(std::size_t)>& f) {
  std::size_t threads = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, parallelism)), count);
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) f(i);
    return;
  }
  // Small chunks keep the threads even when calls take different times; large counts need fewer atomics.
  const std::size_t chunk = std::clamp<std::size_t>(count / (threads * 64), 1, 64);
  std::atomic<std::size_t> next{0};
  auto work = [&] {
    while (true) {
      std::size_t begin = next.fetch_add(chunk);
      if (begin >= count) return;
      for (std::size_t i = begin; i < std::min(begin + chunk, count); ++i) f(i);
    }
  };
  std::vector<std::thread> extra;
  for (std::size_t i = 1; i < threads; ++i) extra.emplace_back(work);
  work();
  for (std::thread& thread : extra) thread.join();
}

}  // namespace terrace::graph
