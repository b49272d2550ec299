// SPDX-License-Identifier: Apache-2.0
// The shared immutable nodes behind big values. Private to value/: value.cc and set_order.cc.
#pragma once
#include <atomic>

#include "value/value.h"

namespace terrace::value {

enum class Tag : std::uint8_t {
  null, unknown, boolean, integer, big_number, small_string,  // no node
  string, list, set, map, object, tuple, refined, marked      // a node
};
inline bool has_node(Tag tag) { return tag >= Tag::string; }

constexpr std::uint8_t kNotWhollyKnown = 1;
constexpr std::uint8_t kContainsMarks = 2;

struct Value::Node {
  std::atomic<std::uint32_t> references{1};
  Tag tag;
  std::uint32_t expanded : 24;  // Value::expanded_size() of containers, saturating; fills the padding
  explicit Node(Tag t) : tag(t), expanded(1) {}
};
struct StringNode : Value::Node {
  std::string text;
  explicit StringNode(std::string t) : Node(Tag::string), text(std::move(t)) {}
};
/// list, set, tuple, object; map adds keys.
struct SequenceNode : Value::Node {
  Type type;
  std::vector<Value> items;
  SequenceNode(Tag tag, Type t, std::vector<Value> i) : Node(tag), type(t), items(std::move(i)) {
    std::uint64_t sum = 1;
    for (const Value& item : items) sum += item.expanded_size();
    expanded = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, Value::kExpandedSizeLimit)) & 0xFFFFFFu;
  }
};
struct MapNode : SequenceNode {
  std::vector<std::string> keys;
  MapNode(Type t, std::vector<Value> i, std::vector<std::string> k) : SequenceNode(Tag::map, t, std::move(i)), keys(std::move(k)) {}
};
struct RefinedNode : Value::Node {
  Type type;
  Refinement refinement;
  RefinedNode(Type t, Refinement r) : Node(Tag::refined), type(t), refinement(std::move(r)) {}
};
struct MarkedNode : Value::Node {
  Value inner;  // never marked at its top
  Marks marks;
  MarkedNode(Value v, Marks m) : Node(Tag::marked), inner(std::move(v)), marks(std::move(m)) {}
};

/// Sorts and removes duplicates as sets do (B7). Elements are unmarked.
void order_set(std::vector<Value>& elements);

}  // namespace terrace::value
