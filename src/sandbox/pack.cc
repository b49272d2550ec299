// SPDX-License-Identifier: Apache-2.0
#include "sandbox/pack.h"

#include "base/format.h"

namespace terrace::sandbox {

Result<std::shared_ptr<Pack>> Pack::embedded(std::string_view source) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Pack>> packs;
  std::lock_guard guard(mutex);
  std::shared_ptr<Pack>& pack = packs[std::string(source)];
  if (pack != nullptr) return pack;
  const EmbeddedPack* found = find_embedded(source);
  if (found == nullptr) return std::shared_ptr<Pack>();
  std::shared_ptr<Pack> made(new Pack);
  made->source_ = source;
  made->version_ = found->version;
  made->embedded_ = found;
  const JsonDocument document = TRY(JsonDocument::parse(unpack(found->provider)));
  TRY(made->open_provider(document.root()["schema"], document.root()["rules"]));
  pack = std::move(made);
  return pack;
}

Result<std::shared_ptr<Pack>> Pack::from_directory(World& world, std::string_view directory, std::string_view source) {
  const std::string folder = world::join_path(directory, source);
  auto files = world.files.list(folder);
  if (!files) return std::shared_ptr<Pack>();
  std::shared_ptr<Pack> made(new Pack);
  made->source_ = source;
  std::string newest;
  for (const auto& file : *files) {
    if (file.name.ends_with(".json") && file.name != "overlay.json") newest = file.name;
  }
  if (newest.empty()) return std::shared_ptr<Pack>();
  made->version_ = newest.substr(0, newest.size() - 5);
  const auto parse = [&](const std::string& name) -> Result<JsonDocument> {
    std::string text = TRY(world.files.read(world::join_path(folder, name), std::uint64_t{256} << 20));
    auto document = JsonDocument::parse(std::move(text));
    if (!document) return std::move(document).error().during(format("reading the schema pack {}/{}", folder, name));
    return document;
  };
  made->dump_ = TRY(parse(newest));
  if (world.files.stat(world::join_path(folder, "overlay.json")).kind == world::FileKind::regular)
    made->overlay_ = TRY(parse("overlay.json"));
  const JsonValue providers = made->dump_->root()["provider_schemas"];
  for (std::size_t i = 0; i < providers.size(); ++i) {
    if (providers.key(i).ends_with(source)) made->dump_provider_ = providers.member(i);
  }
  if (!made->dump_provider_)
    return Error{ErrorKind::invalid, format("{}/{} holds no schemas of {}", folder, newest, source), 0};
  TRY(made->open_provider(made->dump_provider_["provider"], made->overlay_ ? made->overlay_->root()["provider"] : JsonValue()));
  return made;
}

Result<void> Pack::open_provider(JsonValue schema, JsonValue rules) {
  legacy_ = rules["legacy"].boolean();
  if (schema) {
    schema_.provider = TRY(schema::parse_schema_json(schema)).block;
  } else {
    schema_.provider = TRY(schema::make_block({}));
  }
  // The pack holds its schema and the schema points back: without ownership, or neither would ever die.
  schema_.loader = std::shared_ptr<schema::TypeLoader>(std::shared_ptr<void>(), this);
  return {};
}

const PackType* Pack::find(Types& types, Symbol type, Table table) {
  std::lock_guard guard(mutex_);
  if (const auto it = types.find(type); it != types.end()) return it->second.get();
  return types.emplace(type, decode(type, table)).first->second.get();
}

std::unique_ptr<PackType> Pack::decode(Symbol type, Table table) const {
  std::optional<JsonDocument> document;
  JsonValue schema, rules;
  if (embedded_ != nullptr) {
    const auto& entries = table == Table::resource ? embedded_->resources : embedded_->data_sources;
    const auto it = entries.find(type);
    if (it == entries.end()) return nullptr;
    auto parsed = JsonDocument::parse(unpack(it->second));
    CHECK(parsed.has_value(), "an embedded schema is valid JSON");
    document = std::move(parsed).value();
    schema = document->root()["schema"];
    rules = document->root()["rules"];
  } else {
    const bool resource = table == Table::resource;
    schema = dump_provider_[resource ? "resource_schemas" : "data_source_schemas"][type.text()];
    if (!schema) return nullptr;
    if (overlay_) rules = overlay_->root()[resource ? "resources" : "data_sources"][type.text()];
  }
  auto made = std::make_unique<PackType>();
  made->name = type;
  auto parsed = schema::parse_schema_json(schema);
  if (!parsed) {
    CHECK(embedded_ == nullptr, parsed.error().message);
    return nullptr;  // a user's dump: such a type is answered as unknown
  }
  made->schema = std::move(parsed).value();
  auto read = read_rules(*made->schema.block, rules);
  if (!read) {
    CHECK(embedded_ == nullptr, format("{}: {}", type.text(), read.error().message));
    read = read_rules(*made->schema.block, JsonValue());
  }
  made->rules = std::move(read).value();
  return made;
}

const schema::ResourceSchema* Pack::resource(Symbol type) {
  const PackType* found = resource_type(type);
  return found == nullptr ? nullptr : &found->schema;
}
const schema::ResourceSchema* Pack::data_source(Symbol type) {
  const PackType* found = data_type(type);
  return found == nullptr ? nullptr : &found->schema;
}

std::vector<Symbol> Pack::resource_names() {
  std::vector<Symbol> names;
  if (embedded_ != nullptr) {
    for (const auto& [name, entry] : embedded_->resources) names.push_back(name);
  } else {
    const JsonValue types = dump_provider_["resource_schemas"];
    for (std::size_t i = 0; i < types.size(); ++i) names.emplace_back(types.key(i));
  }
  return names;
}
std::vector<Symbol> Pack::data_source_names() {
  std::vector<Symbol> names;
  if (embedded_ != nullptr) {
    for (const auto& [name, entry] : embedded_->data_sources) names.push_back(name);
  } else {
    const JsonValue types = dump_provider_["data_source_schemas"];
    for (std::size_t i = 0; i < types.size(); ++i) names.emplace_back(types.key(i));
  }
  return names;
}

}  // namespace terrace::sandbox
