// SPDX-License-Identifier: Apache-2.0
// Schemas as `providers schema -json` writes them.
#include "base/format.h"
#include "base/json.h"
#include "schema/schema.h"

namespace terrace::schema {

namespace {

constexpr std::pair<std::string_view, Nesting> kNestings[] = {
    {"single", Nesting::single}, {"group", Nesting::group}, {"list", Nesting::list}, {"set", Nesting::set}, {"map", Nesting::map}};

Result<Nesting> parse_nesting(JsonValue json) {
  for (const auto& [name, nesting] : kNestings) {
    if (json.string() == name) return nesting;
  }
  return Error{base::ErrorKind::invalid, format("\"{}\" is no nesting mode", json.string())};
}
std::string_view nesting_name(Nesting nesting) {
  for (const auto& [name, value] : kNestings) {
    if (value == nesting) return name;
  }
  __builtin_unreachable();
}

Result<std::vector<Attribute>> parse_attributes(JsonValue json);

Result<Attribute> parse_attribute(std::string_view name, JsonValue json) {
  Attribute out;
  out.name = Symbol(name);
  if (JsonValue nested = json["nested_type"]) {
    auto object = std::make_shared<Object>();
    object->nesting = TRY(parse_nesting(nested["nesting_mode"]));
    object->attributes = TRY(parse_attributes(nested["attributes"]));
    out.nested = std::move(object);
  } else {
    auto type = value::parse_type_json(json["type"]);
    if (!type) return std::move(type).error().during(format("type of attribute {}", name));
    out.type = *type;
  }
  out.required = json["required"].boolean();
  out.optional = json["optional"].boolean();
  out.computed = json["computed"].boolean();
  out.sensitive = json["sensitive"].boolean();
  out.write_only = json["write_only"].boolean();
  out.deprecated = json["deprecated"].boolean();
  out.deprecation = json["deprecation_message"].string();
  out.description = json["description"].string();
  return out;
}

Result<std::vector<Attribute>> parse_attributes(JsonValue json) {
  std::vector<Attribute> out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) out.push_back(TRY(parse_attribute(json.key(i), json.member(i))));
  return out;
}

std::uint32_t count(JsonValue json) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(json.integer().value_or(0), 0, UINT32_MAX));
}

Result<std::shared_ptr<const Block>> parse_block(JsonValue json) {
  Block out;
  out.attributes = TRY(parse_attributes(json["attributes"]));
  const JsonValue types = json["block_types"];
  for (std::size_t i = 0; i < types.size(); ++i) {
    NestedBlock nested;
    nested.name = Symbol(types.key(i));
    nested.nesting = TRY(parse_nesting(types.member(i)["nesting_mode"]));
    auto block = parse_block(types.member(i)["block"]);
    if (!block) return std::move(block).error().during(format("block {}", nested.name.text()));
    nested.block = *std::move(block);
    nested.min_items = count(types.member(i)["min_items"]);
    nested.max_items = count(types.member(i)["max_items"]);
    out.blocks.push_back(std::move(nested));
  }
  out.deprecated = json["deprecated"].boolean();
  out.deprecation = json["deprecation_message"].string();
  out.description = json["description"].string();
  return make_block(std::move(out));
}

void write_description(JsonWriter& out, const std::string& description) {
  if (!description.empty()) out.member("description", description);
  out.member("description_kind", "plain");
}

void write_attributes(JsonWriter& out, const std::vector<Attribute>& attributes);

void write_attribute(JsonWriter& out, const Attribute& attribute) {
  out.key(attribute.name.text()).begin_object();
  if (attribute.nested != nullptr) {
    out.key("nested_type").begin_object();
    if (!attribute.nested->attributes.empty()) write_attributes(out, attribute.nested->attributes);
    out.member("nesting_mode", nesting_name(attribute.nested->nesting)).end_object();
  } else {
    value::write_type_json(out.key("type"), attribute.type);
  }
  write_description(out, attribute.description);
  if (attribute.deprecated) out.member("deprecated", true);
  if (!attribute.deprecation.empty()) out.member("deprecation_message", attribute.deprecation);
  if (attribute.required) out.member("required", true);
  if (attribute.optional) out.member("optional", true);
  if (attribute.computed) out.member("computed", true);
  if (attribute.sensitive) out.member("sensitive", true);
  if (attribute.write_only) out.member("write_only", true);
  out.end_object();
}

void write_attributes(JsonWriter& out, const std::vector<Attribute>& attributes) {
  out.key("attributes").begin_object();
  for (const Attribute& attribute : attributes) write_attribute(out, attribute);
  out.end_object();
}

void write_block(JsonWriter& out, const Block& block) {
  out.begin_object();
  if (!block.attributes.empty()) write_attributes(out, block.attributes);
  if (!block.blocks.empty()) {
    out.key("block_types").begin_object();
    for (const NestedBlock& nested : block.blocks) {
      out.key(nested.name.text()).begin_object();
      out.member("nesting_mode", nesting_name(nested.nesting));
      write_block(out.key("block"), *nested.block);
      if (nested.min_items != 0) out.member("min_items", static_cast<std::int64_t>(nested.min_items));
      if (nested.max_items != 0) out.member("max_items", static_cast<std::int64_t>(nested.max_items));
      out.end_object();
    }
    out.end_object();
  }
  write_description(out, block.description);
  if (block.deprecated) out.member("deprecated", true);
  if (!block.deprecation.empty()) out.member("deprecation_message", block.deprecation);
  out.end_object();
}

}  // namespace

Result<ResourceSchema> parse_schema_json(JsonValue json) {
  ResourceSchema out;
  out.version = json["version"].integer().value_or(0);
  out.block = TRY(parse_block(json["block"]));
  return out;
}

void write_schema_json(JsonWriter& out, const ResourceSchema& schema) {
  out.begin_object().member("version", schema.version);
  write_block(out.key("block"), *schema.block);
  out.end_object();
}

}  // namespace terrace::schema
