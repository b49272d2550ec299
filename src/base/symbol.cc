// SPDX-License-Identifier: Apache-2.0
// Interning in 64 shards, each with its own lock; text() reads a stable chunked table without any lock.
#include "base/symbol.h"

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/arena.h"
#include "base/check.h"

namespace terrace::base {

namespace {
constexpr std::uint32_t kChunkBits = 13;
constexpr std::uint32_t kChunk = 1U << kChunkBits;
constexpr std::uint32_t kChunks = 1U << 17;  // 2^30 names

struct Table {
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string_view, std::uint32_t> names;
    Arena texts;
  };
  std::array<Shard, 64> shards;
  std::atomic<std::uint32_t> next{1};
  std::unique_ptr<std::atomic<std::string_view*>[]> chunks{new std::atomic<std::string_view*>[kChunks]()};
  std::mutex grow;

  std::string_view* slot(std::uint32_t index) {
    auto& chunk = chunks[index >> kChunkBits];
    std::string_view* items = chunk.load(std::memory_order_acquire);
    if (items == nullptr) {
      std::lock_guard guard(grow);
      items = chunk.load(std::memory_order_acquire);
      if (items == nullptr) {
        items = new std::string_view[kChunk];
        chunk.store(items, std::memory_order_release);
      }
    }
    return items + (index & (kChunk - 1));
  }
};

Table& table() {
  static Table* instance = new Table;  // never destroyed: names outlive everything
  return *instance;
}
}  // namespace

Symbol::Symbol(std::string_view text) {
  if (text.empty()) return;
  Table& names = table();
  auto& shard = names.shards[std::hash<std::string_view>{}(text) % names.shards.size()];
  std::lock_guard guard(shard.mutex);
  auto found = shard.names.find(text);
  if (found != shard.names.end()) {
    index_ = found->second;
    return;
  }
  std::string_view kept = shard.texts.copy(text);
  index_ = names.next.fetch_add(1);
  CHECK(index_ < kChunk * kChunks, "too many distinct names");
  *names.slot(index_) = kept;
  shard.names.emplace(kept, index_);
}

std::string_view Symbol::text() const {
  if (index_ == 0) return {};
  return table().chunks[index_ >> kChunkBits].load(std::memory_order_acquire)[index_ & (kChunk - 1)];
}

}  // namespace terrace::base
