// SPDX-License-Identifier: Apache-2.0
// The instances of one resource, sorted by key: a short list of shared chunks. Copying it copies pointers, and a
// change touches one chunk, so that an apply of thousands of instances under one name stays linear.
#pragma once
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "addrs/addrs.h"

namespace terrace::state {

struct Object;
using ObjectRef = std::shared_ptr<const Object>;

struct DeposedObject { std::string key; ObjectRef object; };  ///< 8 hex digits
struct InstanceState {
  addrs::InstanceKey key;
  ObjectRef current;                                ///< null: only deposed objects
  std::vector<DeposedObject> deposed;               ///< sorted by key
};

/// A sorted sequence of InstanceState with value semantics. References are valid until the next change.
class InstanceList {
  using Chunk = std::vector<InstanceState>;

 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = InstanceState;
    using difference_type = std::ptrdiff_t;
    using pointer = const InstanceState*;
    using reference = const InstanceState&;
    Iterator() = default;
    Iterator(const InstanceList* list, std::size_t chunk, std::size_t at) : list_(list), chunk_(chunk), at_(at) {}
    reference operator*() const { return (*list_->chunks_[chunk_])[at_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++at_ == list_->chunks_[chunk_]->size()) {
        ++chunk_;
        at_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& o) const { return chunk_ == o.chunk_ && at_ == o.at_; }

   private:
    const InstanceList* list_ = nullptr;
    std::size_t chunk_ = 0, at_ = 0;
  };
  using iterator = Iterator;
  using const_iterator = Iterator;
  using value_type = InstanceState;

  Iterator begin() const { return {this, 0, 0}; }
  Iterator end() const { return {this, chunks_.size(), 0}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const InstanceState& front() const { return chunks_.front()->front(); }
  const InstanceState& back() const { return chunks_.back()->back(); }
  /// By position; O(chunks).
  const InstanceState& operator[](std::size_t index) const;
  const InstanceState* find(addrs::InstanceKey key) const;
  /// The instance to be changed, made when absent.
  InstanceState& edit(addrs::InstanceKey key);
  /// Puts an instance in the place its key gives it; cheapest in ascending order.
  void push_back(InstanceState instance) {
    InstanceState& place = edit(instance.key);
    place = std::move(instance);
  }
  void erase(addrs::InstanceKey key);

 private:
  static constexpr std::size_t kChunk = 128;
  std::size_t chunk_of(addrs::InstanceKey key) const;   ///< the chunk that holds or should hold the key
  Chunk& own(std::size_t chunk);
  std::vector<std::shared_ptr<Chunk>> chunks_;          ///< none empty
  std::size_t size_ = 0;
};

}  // namespace terrace::state
