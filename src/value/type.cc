// SPDX-License-Identifier: Apache-2.0
// Hash-consing of types in striped tables; nodes are never freed.
#include "value/type.h"

#include <array>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "base/format.h"
#include "base/strings.h"

namespace terrace::value {

struct Type::Node {
  TypeKind kind = TypeKind::dynamic;
  bool has_dynamic = false, has_optional = false;
  std::uint32_t depth = 0;
  Type element{nullptr};
  std::vector<Attribute> attributes;
  std::vector<Type> elements;
  std::unordered_map<std::uint32_t, int> positions;  // attributes by name, for wide objects
  std::size_t hash = 0;
};

namespace {
using Node = Type::Node;

struct ContentHash {
  std::size_t operator()(const Node* node) const { return node->hash; }
};
struct ContentEqual {
  bool operator()(const Node* a, const Node* b) const {
    if (a->kind != b->kind || !(a->element == b->element) || a->elements.size() != b->elements.size() || a->attributes.size() != b->attributes.size()) return false;
    for (std::size_t i = 0; i < a->elements.size(); ++i) {
      if (!(a->elements[i] == b->elements[i])) return false;
    }
    for (std::size_t i = 0; i < a->attributes.size(); ++i) {
      const auto &x = a->attributes[i], &y = b->attributes[i];
      if (!(x.name == y.name) || !(x.type == y.type) || x.optional != y.optional) return false;
    }
    return true;
  }
};
struct Table {
  struct Shard {
    std::mutex mutex;
    std::unordered_set<Node*, ContentHash, ContentEqual> nodes;
  };
  std::array<Shard, 32> shards;
};

std::size_t mix(std::size_t h, std::size_t v) { return (h ^ (v + 0x9E3779B97F4A7C15ULL + (h << 6) + (h >> 2))) * 0xFF51AFD7ED558CCDULL; }

Type intern(Node&& draft) {
  std::size_t h = static_cast<std::size_t>(draft.kind) + 1;
  draft.has_dynamic = draft.kind == TypeKind::dynamic;
  if (draft.element.node() != nullptr) {
    h = mix(h, draft.element.hash());
    draft.has_dynamic = draft.has_dynamic || draft.element.has_dynamic();
    draft.depth = std::max(draft.depth, draft.element.depth() + 1);
    draft.has_optional = draft.element.has_optional();
  }
  for (Type type : draft.elements) {
    h = mix(h, type.hash());
    draft.has_dynamic = draft.has_dynamic || type.has_dynamic();
    draft.depth = std::max(draft.depth, type.depth() + 1);
    draft.has_optional = draft.has_optional || type.has_optional();
  }
  for (const auto& attribute : draft.attributes) {
    h = mix(mix(h, attribute.name.index()), attribute.type.hash() * 2 + (attribute.optional ? 1 : 0));
    draft.has_dynamic = draft.has_dynamic || attribute.type.has_dynamic();
    draft.depth = std::max(draft.depth, attribute.type.depth() + 1);
    draft.has_optional = draft.has_optional || attribute.optional || attribute.type.has_optional();
  }
  draft.hash = h;
  static Table* table = new Table;
  auto& shard = table->shards[(h >> 7) % table->shards.size()];
  std::lock_guard guard(shard.mutex);
  auto found = shard.nodes.find(&draft);
  if (found != shard.nodes.end()) return Type(*found);
  Node* node = new Node(std::move(draft));
  if (node->attributes.size() > 8) {
    for (std::size_t i = 0; i < node->attributes.size(); ++i) node->positions.emplace(node->attributes[i].name.index(), static_cast<int>(i));
  }
  shard.nodes.insert(node);
  return Type(node);
}

Type primitive(TypeKind kind) {
  Node node;
  node.kind = kind;
  return intern(std::move(node));
}
Type collection(TypeKind kind, Type element) {
  Node node;
  node.kind = kind;
  node.element = element;
  return intern(std::move(node));
}
}  // namespace

Type Type::dynamic() { static const Type type = primitive(TypeKind::dynamic); return type; }
Type Type::boolean() { static const Type type = primitive(TypeKind::boolean); return type; }
Type Type::number() { static const Type type = primitive(TypeKind::number); return type; }
Type Type::string() { static const Type type = primitive(TypeKind::string); return type; }
Type Type::list(Type element) { return collection(TypeKind::list, element); }
Type Type::set(Type element) { return collection(TypeKind::set, element); }
Type Type::map(Type element) { return collection(TypeKind::map, element); }
Type Type::object(std::vector<Attribute> attributes) {
  std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); });
  for (std::size_t i = 1; i < attributes.size(); ++i) CHECK(!(attributes[i - 1].name == attributes[i].name), "attribute names are unique");
  Node node;
  node.kind = TypeKind::object;
  node.attributes = std::move(attributes);
  return intern(std::move(node));
}
Type Type::tuple(std::vector<Type> elements) {
  Node node;
  node.kind = TypeKind::tuple;
  node.elements = std::move(elements);
  return intern(std::move(node));
}

TypeKind Type::kind() const { return node_->kind; }
bool Type::is_primitive() const { return kind() == TypeKind::boolean || kind() == TypeKind::number || kind() == TypeKind::string; }
bool Type::is_collection() const { return kind() == TypeKind::list || kind() == TypeKind::set || kind() == TypeKind::map; }
Type Type::element() const { return node_->element; }
std::span<const Type::Attribute> Type::attributes() const { return node_->attributes; }
std::span<const Type> Type::elements() const { return node_->elements; }
int Type::attribute_index(Symbol name) const {
  if (node_->attributes.size() > 8) {
    auto it = node_->positions.find(name.index());
    return it == node_->positions.end() ? -1 : it->second;
  }
  for (std::size_t i = 0; i < node_->attributes.size(); ++i) {
    if (node_->attributes[i].name == name) return static_cast<int>(i);
  }
  return -1;
}
std::uint32_t Type::depth() const { return node_->depth; }
bool Type::has_dynamic() const { return node_->has_dynamic; }
bool Type::has_optional() const { return node_->has_optional; }

Type Type::without_optional() const {
  if (!has_optional()) return *this;
  if (is_collection()) return collection(kind(), element().without_optional());
  if (kind() == TypeKind::tuple) {
    std::vector<Type> types;
    for (Type type : elements()) types.push_back(type.without_optional());
    return tuple(std::move(types));
  }
  std::vector<Attribute> plain;
  for (const auto& attribute : attributes()) plain.push_back({attribute.name, attribute.type.without_optional(), false});
  return object(std::move(plain));
}

std::string friendly_name(Type type) {
  switch (type.kind()) {
    case TypeKind::dynamic: return "dynamic";
    case TypeKind::boolean: return "bool";
    case TypeKind::number: return "number";
    case TypeKind::string: return "string";
    case TypeKind::list: return "list of " + (type.element().is_dynamic() ? std::string("any single type") : friendly_name(type.element()));
    case TypeKind::set: return "set of " + (type.element().is_dynamic() ? std::string("any single type") : friendly_name(type.element()));
    case TypeKind::map: return "map of " + (type.element().is_dynamic() ? std::string("any single type") : friendly_name(type.element()));
    case TypeKind::object: return "object";
    case TypeKind::tuple: return "tuple";
    case TypeKind::capsule: return "capsule";
  }
  return "dynamic";
}

std::string type_text(Type type) {
  switch (type.kind()) {
    case TypeKind::dynamic: return "any";
    case TypeKind::boolean: return "bool";
    case TypeKind::number: return "number";
    case TypeKind::string: return "string";
    case TypeKind::list: return "list(" + type_text(type.element()) + ")";
    case TypeKind::set: return "set(" + type_text(type.element()) + ")";
    case TypeKind::map: return "map(" + type_text(type.element()) + ")";
    case TypeKind::object: {
      std::string text = "object({";
      for (const auto& attribute : type.attributes()) {
        if (text.back() != '{') text += ",";
        std::string_view name = attribute.name.text();
        if (base::is_identifier(name)) text += name;
        else base::append_json_string(text, name);
        text += "=" + (attribute.optional ? "optional(" + type_text(attribute.type) + ")" : type_text(attribute.type));
      }
      return text + "})";
    }
    case TypeKind::tuple: {
      std::string text = "tuple([";
      for (Type element : type.elements()) {
        if (text.back() != '[') text += ",";
        text += type_text(element);
      }
      return text + "])";
    }
    case TypeKind::capsule: return "capsule";
  }
  return "any";
}

void write_type_json(JsonWriter& out, Type type) {
  switch (type.kind()) {
    case TypeKind::dynamic: case TypeKind::capsule: out.string("dynamic"); return;
    case TypeKind::boolean: out.string("bool"); return;
    case TypeKind::number: out.string("number"); return;
    case TypeKind::string: out.string("string"); return;
    case TypeKind::list: case TypeKind::set: case TypeKind::map:
      out.begin_array().string(type.kind() == TypeKind::list ? "list" : type.kind() == TypeKind::set ? "set" : "map");
      write_type_json(out, type.element());
      out.end_array();
      return;
    case TypeKind::object: {
      out.begin_array().string("object").begin_object();
      bool optional = false;
      for (const auto& attribute : type.attributes()) {
        out.key(attribute.name.text());
        write_type_json(out, attribute.type);
        optional = optional || attribute.optional;
      }
      out.end_object();
      if (optional) {
        out.begin_array();
        for (const auto& attribute : type.attributes()) {
          if (attribute.optional) out.string(attribute.name.text());
        }
        out.end_array();
      }
      out.end_array();
      return;
    }
    case TypeKind::tuple:
      out.begin_array().string("tuple").begin_array();
      for (Type element : type.elements()) write_type_json(out, element);
      out.end_array().end_array();
      return;
  }
}
std::string type_json(Type type) {
  std::string text;
  JsonWriter writer(text);
  write_type_json(writer, type);
  return text;
}

Result<Type> parse_type_json(JsonValue json) {
  if (json.kind() == JsonKind::string) {
    std::string_view name = json.string();
    if (name == "string") return Type::string();
    if (name == "number") return Type::number();
    if (name == "bool") return Type::boolean();
    if (name == "dynamic") return Type::dynamic();
    return Error{ErrorKind::invalid, format("unknown type \"{}\"", base::printable(name))};
  }
  if (json.kind() != JsonKind::array || json.size() < 2) return Error{ErrorKind::invalid, "a type is a name or an array of its kind and content"};
  std::string_view kind = json.at(0).string();
  if (kind == "list" || kind == "set" || kind == "map") {
    Type element = TRY(parse_type_json(json.at(1)));
    return kind == "list" ? Type::list(element) : kind == "set" ? Type::set(element) : Type::map(element);
  }
  if (kind == "tuple") {
    std::vector<Type> elements;
    for (std::size_t i = 0; i < json.at(1).size(); ++i) elements.push_back(TRY(parse_type_json(json.at(1).at(i))));
    return Type::tuple(std::move(elements));
  }
  if (kind == "object") {
    std::unordered_set<std::string_view> optional;
    for (std::size_t i = 0; i < json.at(2).size(); ++i) optional.insert(json.at(2).at(i).string());
    std::vector<Type::Attribute> attributes;
    std::unordered_set<std::string_view> seen;
    JsonValue listed = json.at(1);
    for (std::size_t i = 0; i < listed.size(); ++i) {
      if (!seen.insert(listed.key(i)).second) return Error{ErrorKind::invalid, format("attribute \"{}\" stands twice", base::printable(listed.key(i)))};
      Type type = TRY(parse_type_json(listed.member(i)));
      attributes.push_back({Symbol(listed.key(i)), type, optional.count(listed.key(i)) != 0});
    }
    return Type::object(std::move(attributes));
  }
  return Error{ErrorKind::invalid, format("unknown kind of type \"{}\"", base::printable(kind))};
}

}  // namespace terrace::value
