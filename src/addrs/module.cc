// SPDX-License-Identifier: Apache-2.0
// Module instances: one immortal node per distinct path, found through a sharded table.
#include <mutex>
#include <unordered_map>

#include "addrs/addrs.h"

namespace terrace::addrs {

struct ModuleInstance::Node {
  const Node* parent = nullptr;  // null: the root
  Symbol call;
  InstanceKey key;
  std::size_t depth = 0;
  std::string text;
  std::string static_text;
};

namespace {

struct Step {
  const ModuleInstance::Node* parent;
  Symbol call;
  InstanceKey key;
  bool operator==(const Step&) const = default;
};
struct StepHash {
  std::size_t operator()(const Step& step) const noexcept {
    const std::size_t parent = reinterpret_cast<std::uintptr_t>(step.parent) >> 4;
    return (parent * 31 + step.call.index()) * 0x9E3779B97F4A7C15ull + step.key.hash();
  }
};
struct Shard {
  std::mutex mutex;
  std::unordered_map<Step, const ModuleInstance::Node*, StepHash> nodes;
};
constexpr std::size_t kShards = 16;

// Leaked on purpose: addresses must outlive every static destructor.
Shard& shard_for(std::size_t hash) {
  static auto* shards = new Shard[kShards];
  return shards[(hash >> 32) % kShards];
}

const ModuleInstance::Node* root_node() {
  static const auto* root = new ModuleInstance::Node();
  return root;
}

}  // namespace

ModuleInstance::ModuleInstance() : node_(root_node()) {}

ModuleInstance ModuleInstance::child(Symbol call, InstanceKey key) const {
  const Step step{node_, call, key};
  Shard& shard = shard_for(StepHash{}(step));
  std::lock_guard guard(shard.mutex);
  const Node*& slot = shard.nodes[step];
  if (slot == nullptr) {
    auto* made = new Node{node_, call, key, node_->depth + 1, node_->text, node_->static_text};
    if (!is_root()) {
      made->text += '.';
      made->static_text += '.';
    }
    made->text.append("module.").append(call.text()).append(key.suffix());
    made->static_text.append("module.").append(call.text());
    slot = made;
  }
  return ModuleInstance(slot);
}

bool ModuleInstance::is_root() const { return node_->parent == nullptr; }
ModuleInstance ModuleInstance::parent() const { return is_root() ? *this : ModuleInstance(node_->parent); }
Symbol ModuleInstance::call() const { return node_->call; }
InstanceKey ModuleInstance::key() const { return node_->key; }
std::size_t ModuleInstance::depth() const { return node_->depth; }
const std::string& ModuleInstance::text() const { return node_->text; }
const std::string& ModuleInstance::static_text() const { return node_->static_text; }

bool ModuleInstance::is_within(ModuleInstance other) const {
  const Node* at = node_;
  while (at->depth > other.node_->depth) at = at->parent;
  return at == other.node_;
}

std::strong_ordering ModuleInstance::operator<=>(const ModuleInstance& other) const {
  if (node_ == other.node_) return std::strong_ordering::equal;
  if (node_->depth != other.node_->depth) return node_->depth <=> other.node_->depth;
  // The outermost step that differs decides; walking upwards the last difference seen is that one.
  std::strong_ordering order = std::strong_ordering::equal;
  for (const Node *a = node_, *b = other.node_; a != b; a = a->parent, b = b->parent) {
    if (a->call != b->call) {
      order = a->call <=> b->call;
    } else if (a->key != b->key) {
      order = a->key <=> b->key;
    }
  }
  return order;
}

}  // namespace terrace::addrs
