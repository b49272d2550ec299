// SPDX-License-Identifier: Apache-2.0
#include "value/value.h"

#include <utf8proc.h>

#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "base/strings.h"
#include "value/node.h"

namespace terrace::value {

/// Byte 0 is the tag, byte 1 flags (nodes) or length (small strings), bytes 8..15 the payload; small strings use 2..15.
struct ValueAccess {
  static Tag tag(const Value& v) { return static_cast<Tag>(v.bytes_[0]); }
  static std::uint8_t aux(const Value& v) { return v.bytes_[1]; }
  template <class T>
  static T payload(const Value& v) {
    T p;
    std::memcpy(&p, v.bytes_ + 8, sizeof p);
    return p;
  }
  static const char* small(const Value& v) { return reinterpret_cast<const char*>(v.bytes_ + 2); }
  template <class T>
  static void set(Value& v, Tag tag, std::uint8_t aux, T payload) {
    static_assert(sizeof(T) == 8);
    std::memset(v.bytes_, 0, 8);
    v.bytes_[0] = static_cast<unsigned char>(tag);
    v.bytes_[1] = aux;
    std::memcpy(v.bytes_ + 8, &payload, 8);
  }
  static void set_small(Value& v, std::string_view text) {
    std::memset(v.bytes_, 0, 16);
    v.bytes_[0] = static_cast<unsigned char>(Tag::small_string);
    v.bytes_[1] = static_cast<unsigned char>(text.size());
    std::memcpy(v.bytes_ + 2, text.data(), text.size());
  }
  static Value::Node* node(const Value& v) { return payload<Value::Node*>(v); }
  struct Raw {};
  static Value make(Value::Node* node, std::uint8_t flags) {
    Value v = Value::boolean(false);
    set(v, node->tag, flags, node);
    return v;
  }
};

namespace {
using Access = ValueAccess;
using Node = Value::Node;

std::uint8_t flags_of(const Value& v) {
  Tag tag = Access::tag(v);
  if (tag == Tag::unknown) return kNotWhollyKnown;
  return has_node(tag) ? Access::aux(v) : 0;
}
std::uint8_t flags_of(const std::vector<Value>& items) {
  std::uint8_t flags = 0;
  for (const auto& item : items) flags |= flags_of(item);
  return flags;
}
const SequenceNode* sequence(const Value& v) { return static_cast<const SequenceNode*>(Access::node(v)); }
const MarkedNode* marked(const Value& v) { return static_cast<const MarkedNode*>(Access::node(v)); }
bool is_marked(const Value& v) { return Access::tag(v) == Tag::marked; }
const Value& inner(const Value& v) { return is_marked(v) ? marked(v)->inner : v; }

/// Frees `node` and whatever only it held, without recursion: children are taken out first.
void destroy(Node* first) {
  // A plain pointer, because static values are freed after a thread's own objects.
  thread_local std::vector<Node*>* pending = nullptr;
  if (pending != nullptr) {
    pending->push_back(first);
    return;
  }
  std::vector<Node*> queue;
  pending = &queue;
  for (Node* node = first; node != nullptr;) {
    switch (node->tag) {
      case Tag::string: delete static_cast<StringNode*>(node); break;
      case Tag::map: delete static_cast<MapNode*>(node); break;
      case Tag::list: case Tag::set: case Tag::object: case Tag::tuple: delete static_cast<SequenceNode*>(node); break;
      case Tag::refined: delete static_cast<RefinedNode*>(node); break;
      case Tag::marked: delete static_cast<MarkedNode*>(node); break;
      case Tag::null: case Tag::unknown: case Tag::boolean: case Tag::integer: case Tag::big_number: case Tag::small_string: break;
    }
    node = queue.empty() ? nullptr : queue.back();
    if (node != nullptr) queue.pop_back();
  }
  pending = nullptr;
}
}  // namespace

Value::Value(const Value& other) noexcept {
  std::memcpy(bytes_, other.bytes_, 16);
  Tag tag = Access::tag(*this);
  if (has_node(tag)) Access::node(*this)->references.fetch_add(1, std::memory_order_relaxed);
  else if (tag == Tag::big_number) Number::retain(Access::payload<const Number::Big*>(*this));
}
Value::Value(Value&& other) noexcept {
  std::memcpy(bytes_, other.bytes_, 16);
  other.bytes_[0] = static_cast<unsigned char>(Tag::boolean);
}
Value& Value::operator=(const Value& other) noexcept {
  if (this != &other) {
    Value copy(other);
    *this = std::move(copy);
  }
  return *this;
}
Value& Value::operator=(Value&& other) noexcept {
  unsigned char mine[16];
  std::memcpy(mine, bytes_, 16);
  std::memcpy(bytes_, other.bytes_, 16);
  std::memcpy(other.bytes_, mine, 16);
  return *this;
}
Value::~Value() {
  Tag tag = Access::tag(*this);
  if (has_node(tag)) {
    Node* node = Access::node(*this);
    if (node->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(node);
  } else if (tag == Tag::big_number) {
    Number::release(Access::payload<const Number::Big*>(*this));
  }
}

std::uint64_t Value::expanded_size() const {
  const Value& plain = inner(*this);
  switch (Access::tag(plain)) {
    case Tag::list: case Tag::set: case Tag::object: case Tag::tuple: case Tag::map: return Access::node(plain)->expanded;
    case Tag::null: case Tag::unknown: case Tag::boolean: case Tag::integer: case Tag::big_number: case Tag::small_string:
    case Tag::string: case Tag::refined: case Tag::marked: break;
  }
  return 1;
}

Value Value::boolean(bool b) {
  struct Blank { alignas(8) unsigned char bytes[16] = {static_cast<unsigned char>(Tag::boolean)}; } blank;
  blank.bytes[8] = b ? 1 : 0;
  Value v(std::move(reinterpret_cast<Value&>(blank)));
  return v;
}
Value Value::null(Type type) {
  Value v = boolean(false);
  Access::set(v, Tag::null, 0, type.node());
  return v;
}
Value Value::unknown(Type type) {
  Value v = boolean(false);
  Access::set(v, Tag::unknown, 0, type.node());
  return v;
}
bool Refinement::is_trivial() const {
  return nullness == Nullness::maybe && prefix.empty() && !lower && !upper && !min_length && !max_length;
}
Value Value::unknown(Type type, Refinement refinement) {
  if (type.is_dynamic() && refinement.nullness == Refinement::Nullness::maybe) return unknown(type);
  if (type.is_dynamic()) refinement = Refinement{Refinement::Nullness::not_null, {}, {}, {}, {}, {}};
  if (refinement.is_trivial()) return unknown(type);
  bool not_null = refinement.nullness == Refinement::Nullness::not_null;
  if (not_null && refinement.lower && refinement.upper && refinement.lower->inclusive && refinement.upper->inclusive && refinement.lower->at == refinement.upper->at) {
    return number(refinement.lower->at);
  }
  if (not_null && refinement.max_length && refinement.min_length.value_or(0) == *refinement.max_length && type.is_collection()) {
    std::uint64_t n = *refinement.max_length;
    if (n == 0) {
      if (type.kind() == TypeKind::list) return list(type.element(), {});
      if (type.kind() == TypeKind::set) return set(type.element(), {});
      return map(type.element(), {});
    }
    if (type.kind() == TypeKind::list && n <= 1024) return list(type.element(), std::vector<Value>(n, unknown(type.element())));
    if (type.kind() == TypeKind::set && n == 1) return set(type.element(), {unknown(type.element())});
  }
  return Access::make(new RefinedNode(type, std::move(refinement)), kNotWhollyKnown);
}
Value Value::number(Number n) {
  Value v = boolean(false);
  if (n.big() == nullptr) {
    Access::set(v, Tag::integer, 0, n.small());
  } else {
    Number::retain(n.big());
    Access::set(v, Tag::big_number, 0, n.big());
  }
  return v;
}

Value Value::string(std::string_view utf8) {
  bool ascii = true;
  for (unsigned char c : utf8) ascii = ascii && c < 0x80;
  std::string normal;
  if (!ascii) {
    std::string clean;
    if (!base::is_valid_utf8(utf8)) {
      for (std::size_t i = 0; i < utf8.size();) {
        utf8proc_int32_t code = 0;
        auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data() + i), static_cast<utf8proc_ssize_t>(utf8.size() - i), &code);
        if (n > 0) clean.append(utf8, i, static_cast<std::size_t>(n)), i += static_cast<std::size_t>(n);
        else clean += "\xEF\xBF\xBD", ++i;
      }
      utf8 = clean;
    }
    utf8proc_uint8_t* composed = nullptr;
    auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()), static_cast<utf8proc_ssize_t>(utf8.size()), &composed,
                             static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (size >= 0) normal.assign(reinterpret_cast<char*>(composed), static_cast<std::size_t>(size));
    else normal = utf8;
    std::free(composed);
    utf8 = normal;
  }
  if (utf8.size() <= 14) {
    Value v = boolean(false);
    Access::set_small(v, utf8);
    return v;
  }
  return Access::make(new StringNode(normal.empty() ? std::string(utf8) : std::move(normal)), 0);
}

Value Value::list(Type element, std::vector<Value> elements) {
  std::uint8_t flags = flags_of(elements);
  return Access::make(new SequenceNode(Tag::list, Type::list(element), std::move(elements)), flags);
}
Value Value::set(Type element, std::vector<Value> elements) {
  Marks marks;
  for (auto& item : elements) {
    if (!item.contains_marks()) continue;
    marks.merge(item.all_marks());
    item = item.unmarked_deep();
  }
  order_set(elements);
  std::uint8_t flags = flags_of(elements);
  Value v = Access::make(new SequenceNode(Tag::set, Type::set(element), std::move(elements)), flags);
  return marks.empty() ? v : v.with_marks(marks);
}
Value Value::map(Type element, std::vector<std::pair<std::string, Value>> entries) {
  for (auto& [key, item] : entries) {
    bool ascii = true;
    for (unsigned char c : key) ascii = ascii && c < 0x80;
    if (!ascii) key = std::string(string(key).as_string());
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> keys;
  std::vector<Value> items;
  keys.reserve(entries.size());
  items.reserve(entries.size());
  for (auto& [key, item] : entries) {
    if (!keys.empty() && keys.back() == key) {
      items.back() = std::move(item);
      continue;
    }
    keys.push_back(std::move(key));
    items.push_back(std::move(item));
  }
  std::uint8_t flags = flags_of(items);
  return Access::make(new MapNode(Type::map(element), std::move(items), std::move(keys)), flags);
}
Value Value::tuple(std::vector<Value> elements) {
  std::vector<Type> types;
  types.reserve(elements.size());
  for (const auto& item : elements) types.push_back(item.type());
  std::uint8_t flags = flags_of(elements);
  return Access::make(new SequenceNode(Tag::tuple, Type::tuple(std::move(types)), std::move(elements)), flags);
}
Value Value::object(std::vector<std::pair<Symbol, Value>> attributes) {
  std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.first.text() < b.first.text(); });
  std::vector<Type::Attribute> types;
  std::vector<Value> items;
  types.reserve(attributes.size());
  items.reserve(attributes.size());
  for (auto& [name, item] : attributes) {
    types.push_back({name, item.type(), false});
    items.push_back(std::move(item));
  }
  return object(Type::object(std::move(types)), std::move(items));
}
Value Value::object(Type type, std::vector<Value> attributes) {
  CHECK(type.kind() == TypeKind::object && type.attributes().size() == attributes.size(), "one value for each attribute");
  if (type.has_optional() || type.has_dynamic()) {
    // Concrete values have concrete types: what the constraint leaves open is what the values are.
    std::vector<Type::Attribute> types;
    types.reserve(attributes.size());
    for (std::size_t i = 0; i < attributes.size(); ++i) types.push_back({type.attributes()[i].name, attributes[i].type(), false});
    type = Type::object(std::move(types));
  }
  std::uint8_t flags = flags_of(attributes);
  return Access::make(new SequenceNode(Tag::object, type, std::move(attributes)), flags);
}

Value Value::with_marks(const Marks& marks) const {
  if (marks.empty()) return *this;
  Marks all = marks;
  if (is_marked(*this)) all.merge(marked(*this)->marks);
  const Value& plain = inner(*this);
  return Access::make(new MarkedNode(plain, std::move(all)), static_cast<std::uint8_t>(flags_of(plain) | kContainsMarks));
}

Kind Value::kind() const {
  switch (Access::tag(*this)) {
    case Tag::null: return Kind::null;
    case Tag::unknown: case Tag::refined: return Kind::unknown;
    case Tag::boolean: return Kind::boolean;
    case Tag::integer: case Tag::big_number: return Kind::number;
    case Tag::small_string: case Tag::string: return Kind::string;
    case Tag::list: return Kind::list;
    case Tag::set: return Kind::set;
    case Tag::map: return Kind::map;
    case Tag::object: return Kind::object;
    case Tag::tuple: return Kind::tuple;
    case Tag::marked: return marked(*this)->inner.kind();
  }
  return Kind::null;
}
Type Value::type() const {
  switch (Access::tag(*this)) {
    case Tag::null: case Tag::unknown: return Type(Access::payload<const Type::Node*>(*this));
    case Tag::boolean: return Type::boolean();
    case Tag::integer: case Tag::big_number: return Type::number();
    case Tag::small_string: case Tag::string: return Type::string();
    case Tag::list: case Tag::set: case Tag::map: case Tag::object: case Tag::tuple: return sequence(*this)->type;
    case Tag::refined: return static_cast<const RefinedNode*>(Access::node(*this))->type;
    case Tag::marked: return marked(*this)->inner.type();
  }
  return Type::dynamic();
}
bool Value::is_wholly_known() const { return (flags_of(*this) & kNotWhollyKnown) == 0; }
bool Value::has_marks() const { return is_marked(*this); }
bool Value::contains_marks() const { return (flags_of(*this) & kContainsMarks) != 0; }
Marks Value::marks() const { return is_marked(*this) ? marked(*this)->marks : Marks(); }
Marks Value::all_marks() const {
  if (!contains_marks()) return {};
  Marks all = marks();
  const Value& plain = inner(*this);
  if (plain.contains_marks()) {
    for (const auto& item : plain.elements()) all.merge(item.all_marks());
  }
  return all;
}
Value Value::unmarked() const { return inner(*this); }
Value Value::unmarked_deep() const {
  if (!contains_marks()) return *this;
  const Value& plain = inner(*this);
  if (!plain.contains_marks()) return plain;
  const SequenceNode* node = sequence(plain);
  std::vector<Value> items;
  items.reserve(node->items.size());
  for (const auto& item : node->items) items.push_back(item.unmarked_deep());
  std::uint8_t flags = flags_of(items);
  if (node->tag == Tag::map) return Access::make(new MapNode(node->type, std::move(items), static_cast<const MapNode*>(node)->keys), flags);
  return Access::make(new SequenceNode(node->tag, node->type, std::move(items)), flags);
}
const Refinement* Value::refinement() const {
  const Value& plain = inner(*this);
  return Access::tag(plain) == Tag::refined ? &static_cast<const RefinedNode*>(Access::node(plain))->refinement : nullptr;
}
bool Value::definitely_not_null() const {
  if (is_unknown()) return refinement() != nullptr && refinement()->nullness == Refinement::Nullness::not_null;
  return !is_null();
}

bool Value::as_bool() const {
  const Value& v = inner(*this);
  CHECK(Access::tag(v) == Tag::boolean, "not a bool");
  return v.bytes_[8] != 0;
}
Number Value::as_number() const {
  const Value& v = inner(*this);
  if (Access::tag(v) == Tag::integer) return Number(Access::payload<std::int64_t>(v));
  CHECK(Access::tag(v) == Tag::big_number, "not a number");
  const auto* big = Access::payload<const Number::Big*>(v);
  Number::retain(big);
  return Number::adopt(big);
}
std::optional<std::int64_t> Value::as_int64() const {
  const Value& v = inner(*this);
  if (Access::tag(v) == Tag::integer) return Access::payload<std::int64_t>(v);
  return as_number().to_int64();
}
std::string_view Value::as_string() const {
  const Value& v = inner(*this);
  if (Access::tag(v) == Tag::small_string) return {Access::small(v), Access::aux(v)};
  CHECK(Access::tag(v) == Tag::string, "not a string");
  return static_cast<const StringNode*>(Access::node(v))->text;
}
std::span<const Value> Value::elements() const {
  const Value& v = inner(*this);
  Tag tag = Access::tag(v);
  CHECK(tag >= Tag::list && tag <= Tag::tuple, "not a collection");
  return sequence(v)->items;
}
std::span<const std::string> Value::keys() const {
  const Value& v = inner(*this);
  CHECK(Access::tag(v) == Tag::map, "not a map");
  return static_cast<const MapNode*>(Access::node(v))->keys;
}
const Value* Value::find(std::string_view key) const {
  auto all = keys();
  auto place = std::lower_bound(all.begin(), all.end(), key);
  if (place == all.end() || *place != key) return nullptr;
  return &elements()[static_cast<std::size_t>(place - all.begin())];
}
const Value* Value::attribute(Symbol name) const {
  const Value& v = inner(*this);
  if (Access::tag(v) != Tag::object) return nullptr;
  int index = sequence(v)->type.attribute_index(name);
  return index < 0 ? nullptr : &sequence(v)->items[static_cast<std::size_t>(index)];
}

bool Value::same(const Value& other) const {
  if (std::memcmp(bytes_, other.bytes_, 16) == 0) return true;
  if (is_marked(*this) != is_marked(other)) return false;
  if (is_marked(*this)) return marked(*this)->marks == marked(other)->marks && marked(*this)->inner.same(marked(other)->inner);
  Tag a = Access::tag(*this), b = Access::tag(other);
  if (a == Tag::integer || a == Tag::big_number) return (b == Tag::integer || b == Tag::big_number) && as_number() == other.as_number();
  if (a != b || flags_of(*this) != flags_of(other)) return false;
  switch (a) {
    case Tag::null: case Tag::unknown: return type() == other.type();
    case Tag::boolean: return as_bool() == other.as_bool();
    case Tag::integer: case Tag::big_number: case Tag::marked: return false;
    case Tag::small_string: case Tag::string: return as_string() == other.as_string();
    case Tag::refined: {
      const Refinement &x = *refinement(), &y = *other.refinement();
      auto bound = [](const std::optional<Refinement::Bound>& p, const std::optional<Refinement::Bound>& q) {
        return p.has_value() == q.has_value() && (!p || (p->inclusive == q->inclusive && p->at == q->at));
      };
      return type() == other.type() && x.nullness == y.nullness && x.prefix == y.prefix && bound(x.lower, y.lower) && bound(x.upper, y.upper) &&
             x.min_length == y.min_length && x.max_length == y.max_length;
    }
    case Tag::list: case Tag::set: case Tag::map: case Tag::object: case Tag::tuple: {
      if (!(type() == other.type())) return false;
      auto x = elements(), y = other.elements();
      if (x.size() != y.size()) return false;
      if (a == Tag::map && !std::equal(keys().begin(), keys().end(), other.keys().begin())) return false;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (!x[i].same(y[i])) return false;
      }
      return true;
    }
  }
  return false;
}

std::size_t Value::hash() const {
  auto mix = [](std::size_t h, std::size_t v) { return (h ^ v) * 0x9E3779B97F4A7C15ULL + (h >> 29); };
  switch (Access::tag(*this)) {
    case Tag::null: return mix(1, type().hash());
    case Tag::unknown: case Tag::refined: return mix(2, type().hash());
    case Tag::boolean: return as_bool() ? 31 : 37;
    case Tag::integer: case Tag::big_number: return mix(3, as_number().hash());
    case Tag::small_string: case Tag::string: return mix(4, std::hash<std::string_view>{}(as_string()));
    case Tag::marked: return marked(*this)->inner.hash();
    case Tag::list: case Tag::set: case Tag::map: case Tag::object: case Tag::tuple: {
      std::size_t h = mix(5, type().hash());
      for (const auto& item : elements()) h = mix(h, item.hash());
      if (kind() == Kind::map) {
        for (const auto& key : keys()) h = mix(h, std::hash<std::string>{}(key));
      }
      return h;
    }
  }
  return 0;
}

}  // namespace terrace::value
