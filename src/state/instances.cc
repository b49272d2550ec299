// SPDX-License-Identifier: Apache-2.0
#include "state/instances.h"

#include <algorithm>

#include "base/check.h"

namespace terrace::state {
namespace {
bool key_less(const InstanceState& instance, const addrs::InstanceKey& key) { return instance.key < key; }
}  // namespace

const InstanceState& InstanceList::operator[](std::size_t index) const {
  for (const auto& chunk : chunks_) {
    if (index < chunk->size()) return (*chunk)[index];
    index -= chunk->size();
  }
  CHECK(false, "instance index out of range");
}

std::size_t InstanceList::chunk_of(addrs::InstanceKey key) const {
  // The last chunk whose first key is not greater; keys before all belong to the first.
  auto after = std::upper_bound(chunks_.begin(), chunks_.end(), key,
                                [](const addrs::InstanceKey& k, const std::shared_ptr<Chunk>& c) { return k < c->front().key; });
  return after == chunks_.begin() ? 0 : static_cast<std::size_t>(after - chunks_.begin()) - 1;
}

InstanceList::Chunk& InstanceList::own(std::size_t chunk) {
  auto& shared = chunks_[chunk];
  if (shared.use_count() != 1) {
    auto copy = std::make_shared<Chunk>();
    copy->reserve(kChunk + 1);
    copy->insert(copy->end(), shared->begin(), shared->end());
    shared = std::move(copy);
  }
  return *shared;
}

const InstanceState* InstanceList::find(addrs::InstanceKey key) const {
  if (chunks_.empty()) return nullptr;
  const Chunk& chunk = *chunks_[chunk_of(key)];
  auto at = std::lower_bound(chunk.begin(), chunk.end(), key, key_less);
  return at != chunk.end() && at->key == key ? &*at : nullptr;
}

InstanceState& InstanceList::edit(addrs::InstanceKey key) {
  if (chunks_.empty()) chunks_.push_back(std::make_shared<Chunk>());
  std::size_t index = size_ == 0 || back().key < key ? chunks_.size() - 1 : chunk_of(key);
  Chunk* chunk = &own(index);
  auto at = std::lower_bound(chunk->begin(), chunk->end(), key, key_less);
  if (at != chunk->end() && at->key == key) return *at;
  if (chunk->size() >= kChunk) {
    auto right = std::make_shared<Chunk>();
    right->reserve(kChunk + 1);
    bool append = at == chunk->end() && index + 1 == chunks_.size();  // ascending order fills chunks
    if (!append) {
      auto middle = chunk->begin() + kChunk / 2;
      right->insert(right->end(), std::make_move_iterator(middle), std::make_move_iterator(chunk->end()));
      chunk->erase(middle, chunk->end());
    }
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, right);
    if (append || !(key < right->front().key)) chunk = right.get();
    at = std::lower_bound(chunk->begin(), chunk->end(), key, key_less);
  }
  ++size_;
  return *chunk->insert(at, InstanceState{key, nullptr, {}});
}

void InstanceList::erase(addrs::InstanceKey key) {
  if (find(key) == nullptr) return;
  std::size_t index = chunk_of(key);
  Chunk& chunk = own(index);
  chunk.erase(std::lower_bound(chunk.begin(), chunk.end(), key, key_less));
  if (chunk.empty()) chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(index));
  --size_;
}

}  // namespace terrace::state
