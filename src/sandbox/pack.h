// SPDX-License-Identifier: Apache-2.0
// One provider's schema pack, decoded type by type when asked for: the embedded ones, and dumps of
// `providers schema -json` in directories of the user.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "sandbox/embedded.h"
#include "sandbox/rules.h"
#include "world/world.h"

namespace terrace::sandbox {

struct PackType {
  Symbol name;
  schema::ResourceSchema schema;
  std::shared_ptr<const TypeRules> rules;
};

/// Thread-safe. What it hands out lives as long as the pack.
class Pack : public schema::TypeLoader {
 public:
  /// "hashicorp/aws"; null where the program carries none. The same object every time.
  static Result<std::shared_ptr<Pack>> embedded(std::string_view source);
  /// Reads `<directory>/<namespace>/<type>/{VERSION,overlay}.json` if it is there; null if not.
  static Result<std::shared_ptr<Pack>> from_directory(World& world, std::string_view directory, std::string_view source);

  const std::string& source() const { return source_; }
  const std::string& version() const { return version_; }
  /// Plans may differ from the configuration where a default stands (the old SDK's type system).
  bool legacy() const { return legacy_; }
  const schema::ProviderSchema& schema() const { return schema_; }
  const PackType* resource_type(Symbol type) { return find(resources_, type, Table::resource); }
  const PackType* data_type(Symbol type) { return find(data_sources_, type, Table::data); }

  const schema::ResourceSchema* resource(Symbol type) override;
  const schema::ResourceSchema* data_source(Symbol type) override;
  std::vector<Symbol> resource_names() override;
  std::vector<Symbol> data_source_names() override;

 private:
  enum class Table { resource, data };
  using Types = std::unordered_map<Symbol, std::unique_ptr<PackType>>;
  Pack() = default;
  const PackType* find(Types& types, Symbol type, Table table);
  std::unique_ptr<PackType> decode(Symbol type, Table table) const;
  Result<void> open_provider(JsonValue schema, JsonValue rules);

  std::string source_, version_;
  bool legacy_ = false;
  const EmbeddedPack* embedded_ = nullptr;
  std::optional<JsonDocument> dump_, overlay_;   ///< a user's pack
  JsonValue dump_provider_;
  schema::ProviderSchema schema_;
  std::mutex mutex_;
  Types resources_, data_sources_;               ///< a null entry: asked for, not there
};

}  // namespace terrace::sandbox
