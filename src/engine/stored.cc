// SPDX-License-Identifier: Apache-2.0
#include "engine/stored.h"

#include "base/format.h"
#include "state/file.h"
#include "value/convert.h"

namespace terrace::engine {

Value unmark(const Value& value, std::vector<PathMarks>& paths) {
  if (!value.contains_marks()) return value;
  auto [plain, found] = value::unmark_paths(value);
  paths.insert(paths.end(), found.begin(), found.end());
  return plain;
}

Value mark_by_schema(const schema::Block& block, Value value) {
  if (!block.has_sensitive || value.is_null() || value.is_unknown()) return value;
  std::vector<PathMarks> marks;
  Value plain = unmark(value, marks);
  for (Path& path : schema::sensitive_paths(block, plain)) marks.push_back({std::move(path), Marks(MarkKind::sensitive)});
  return value::mark_paths(plain, marks);
}

std::vector<Path> marked_paths(const Value& value, MarkKind kind) {
  std::vector<Path> paths;
  if (!value.contains_marks()) return paths;
  for (PathMarks& one : value::unmark_paths(value).second)
    if (one.marks.has(kind)) paths.push_back(std::move(one.path));
  std::sort(paths.begin(), paths.end(), [](const Path& a, const Path& b) { return value::path_less(a, b); });
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

Observer::Id shown_id(const Value& value) {
  static const std::array<Symbol, 2> kNames{Symbol("id"), Symbol("name")};
  if (value.kind() != Kind::object) return {};
  for (Symbol name : kNames) {
    const Value* found = value.attribute(name);
    if (found == nullptr || found->contains_marks() || found->kind() != Kind::string) continue;
    if (!found->as_string().empty()) return {std::string(name.text()), std::string(found->as_string())};
  }
  return {};
}

namespace {
Value with_stored_marks(const schema::ResourceSchema& schema, const state::Object& object, Value value) {
  if (!object.sensitive.empty()) {
    std::vector<PathMarks> marks;
    for (const Path& path : object.sensitive) marks.push_back({path, Marks(MarkKind::sensitive)});
    value = value::mark_paths(value, marks);
  }
  return mark_by_schema(*schema.block, std::move(value));
}
}  // namespace

std::optional<Stored> read_stored(ProviderInUse& use, const schema::ResourceSchema& schema, const addrs::Instance& address,
                                  const state::ObjectRef& object, Diagnostics& diags) {
  if (object == nullptr) return Stored{Value::null(schema.block->implied_type), nullptr};
  if (object->schema_version > schema.version) {
    diags.error(DiagCode::newer_schema,
                format("The current state of {} was written by a newer version of its provider (schema {}, this one knows {}). Use that version or a newer one.",
                       address.text(), object->schema_version, schema.version));
    return {};
  }
  Value value;
  if (object->value && object->schema_version == schema.version) {
    value = *object->value;
  } else {
    provider::UpgradeResponse upgraded = use.provider->upgrade_state(address.resource.type, object->schema_version, object->attributes);
    report_provider_diagnostics(upgraded.diagnostics, address, nullptr, {}, diags);
    if (provider::has_errors(upgraded.diagnostics)) return {};
    value = std::move(upgraded.state);
  }
  if (value.is_null() || !value.is_wholly_known() || !value::conforms(value.type(), schema.block->implied_type)) {
    diags.error(DiagCode::stored_object_unreadable,
                format("The provider's upgrade of the stored object of {} does not fit its schema. This is a bug in the provider.", address.text()));
    return {};
  }
  return Stored{with_stored_marks(schema, *object, std::move(value)), object};
}

std::optional<Stored> read_stored_data(const schema::ResourceSchema& schema, const state::ObjectRef& object) {
  if (object == nullptr) return {};
  if (object->value) return Stored{with_stored_marks(schema, *object, *object->value), object};
  auto value = state::decode_object(*object, schema.block->implied_type);
  if (!value) return {};
  return Stored{with_stored_marks(schema, *object, std::move(value).value()), object};
}

Result<state::ObjectRef> store(const Value& value, const schema::ResourceSchema& schema, state::Object rest) {
  rest.schema_version = schema.version;
  rest.sensitive = marked_paths(value, MarkKind::sensitive);
  return state::make_object(value.unmarked_deep(), schema.block->implied_type, std::move(rest));
}

}  // namespace terrace::engine
