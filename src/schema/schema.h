// SPDX-License-Identifier: Apache-2.0
// Block schemas as providers declare them (checklist F4, D21): attributes, nested blocks, implied types.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "value/path.h"
#include "value/value.h"

namespace terrace::schema {

enum class Nesting : std::uint8_t { single, group, list, set, map };
struct Object;

struct Attribute {
  Symbol name;
  Type type;                                ///< when nested is null; else nested's implied type
  std::shared_ptr<const Object> nested;     ///< protocol 6 nested attribute type
  bool required = false, optional = false, computed = false;
  bool sensitive = false, deprecated = false, write_only = false;
  std::string deprecation;                  ///< message, may be empty
  std::string description;
};
struct Object {
  Nesting nesting = Nesting::single;        ///< not group
  std::vector<Attribute> attributes;        ///< sorted by name
};
struct Block;
struct NestedBlock {
  Symbol name;
  Nesting nesting = Nesting::list;
  std::shared_ptr<const Block> block;
  std::uint32_t min_items = 0, max_items = 0;  ///< 0 max = unbounded
};
/// Immutable once built with make_block(); implied_type and lookup are computed once.
struct Block {
  std::vector<Attribute> attributes;        ///< sorted by name
  std::vector<NestedBlock> blocks;          ///< sorted by name
  bool deprecated = false;
  std::string deprecation;
  std::string description;
  Type implied_type;                        ///< object of attributes and blocks
  bool has_sensitive = false;               ///< any sensitive attribute at any depth
  bool has_write_only = false;
  const Attribute* attribute(Symbol name) const;
  const NestedBlock* block(Symbol name) const;
};
/// Sorts, computes the implied type and checks D21's sanity rules (a violation is a provider bug: Error).
Result<std::shared_ptr<const Block>> make_block(Block block);

struct ResourceSchema {
  std::int64_t version = 0;
  std::shared_ptr<const Block> block;       ///< never null
};
struct FunctionParameter { std::string name; Type type; bool allow_null = false, allow_unknown = false; };
/// Decodes types when they are first asked for (schema packs hold over a thousand, a run uses a few dozen).
/// Thread-safe; what it returns lives as long as the loader.
class TypeLoader {
 public:
  virtual ~TypeLoader() = default;
  virtual const ResourceSchema* resource(Symbol type) = 0;
  virtual const ResourceSchema* data_source(Symbol type) = 0;
  virtual std::vector<Symbol> resource_names() = 0;
  virtual std::vector<Symbol> data_source_names() = 0;
};
/// Look types up with resource() and data_source(): the maps are empty where there is a loader.
struct ProviderSchema {
  std::shared_ptr<const Block> provider;    ///< never null; empty block if the provider takes no configuration
  std::unordered_map<Symbol, ResourceSchema> resources;
  std::unordered_map<Symbol, ResourceSchema> data_sources;
  std::shared_ptr<TypeLoader> loader;       ///< null: the maps hold everything

  /// Null if there is no such type.
  const ResourceSchema* resource(Symbol type) const {
    if (auto it = resources.find(type); it != resources.end()) return &it->second;
    return loader ? loader->resource(type) : nullptr;
  }
  const ResourceSchema* data_source(Symbol type) const {
    if (auto it = data_sources.find(type); it != data_sources.end()) return &it->second;
    return loader ? loader->data_source(type) : nullptr;
  }
  /// In no particular order.
  std::vector<Symbol> resource_names() const { return names_of(resources, loader ? loader->resource_names() : std::vector<Symbol>()); }
  std::vector<Symbol> data_source_names() const { return names_of(data_sources, loader ? loader->data_source_names() : std::vector<Symbol>()); }

 private:
  static std::vector<Symbol> names_of(const std::unordered_map<Symbol, ResourceSchema>& map, std::vector<Symbol> names) {
    for (const auto& [name, schema] : map) names.push_back(name);
    return names;
  }
};

/// Paths of sensitive attributes that exist in `value` (an object of block.implied_type).
std::vector<value::Path> sensitive_paths(const Block& block, const Value& value);
/// A value of the block's type with everything null/empty, as an absent configuration gives (blocks: empty).
Value empty_value(const Block& block);

/// `providers schema -json` (G8): one resource/provider schema object {"version":…,"block":{…}}.
Result<ResourceSchema> parse_schema_json(JsonValue json);
void write_schema_json(JsonWriter& out, const ResourceSchema& schema);

}  // namespace terrace::schema
