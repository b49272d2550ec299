// SPDX-License-Identifier: Apache-2.0
// Values enter the document as tagged arrays, so that no value of the user's can be taken for a placeholder:
// ["number","1.5"], ["list",[…]], ["object",{…}], ["unknown",type], ["sensitive",hmac], ["metadata",[names]]; null,
// strings and bools as they are.
#include "plan/identity.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json.h"
#include "base/strings.h"

namespace terrace::plan {
namespace {

constexpr std::string_view kPrefix = "pi1:";

std::string_view action_name(Action action) {
  switch (action) {
    case Action::no_op: return "no-op";
    case Action::create: return "create";
    case Action::read: return "read";
    case Action::update: return "update";
    case Action::remove: return "delete";
    case Action::delete_then_create: return "delete-then-create";
    case Action::create_then_delete: return "create-then-delete";
    case Action::forget: return "forget";
  }
  return "";
}

class Encoder {
 public:
  explicit Encoder(const std::string& key) : key_(key) {}

  /// `other` is the value on the far side of the change, or null: what is metadata after is a placeholder before too.
  void encode(JsonWriter& out, const Value& value, const Value* after) {
    Marks marks = value.marks();
    Marks after_marks = after == nullptr ? Marks() : after->marks();
    const Marks& metadata = after_marks.has(MarkKind::metadata) ? after_marks : marks;
    if (metadata.has(MarkKind::metadata)) {
      placeholder(out, metadata);
      return;
    }
    if (marks.has(MarkKind::sensitive)) {
      secret(out, value);
      return;
    }
    plain(out, value, after);
  }

  /// The whole value as a secret, whatever its marks.
  void secret(JsonWriter& out, const Value& value) {
    std::string clear;
    JsonWriter writer(clear);
    writer.begin_array();
    writer.raw(value::type_json(value.type()));
    plain(writer, value.unmarked(), nullptr);
    writer.end_array();
    tag(out, "sensitive").string(base::hex(base::hmac_sha256(key_, clear))).end_array();
  }

 private:
  static JsonWriter& tag(JsonWriter& out, std::string_view name) { return out.begin_array().string(name); }

  static void placeholder(JsonWriter& out, const Marks& marks) {
    tag(out, "metadata").begin_array();
    for (const auto& mark : marks.items()) {
      if (mark.kind == MarkKind::metadata) out.string(mark.detail);
    }
    out.end_array().end_array();
  }

  void elements(JsonWriter& out, std::string_view name, const Value& value, const Value* after) {
    auto items = value.elements();
    const bool aligned = after != nullptr && after->is_known() && !after->is_null() && after->kind() == value.kind() &&
                         value.kind() != Kind::set && after->length() == items.size();
    tag(out, name).begin_array();
    for (std::size_t i = 0; i < items.size(); ++i) encode(out, items[i], aligned ? &after->elements()[i] : nullptr);
    out.end_array().end_array();
  }

  void plain(JsonWriter& out, const Value& value, const Value* after) {
    switch (value.kind()) {
      case Kind::null: out.null(); return;
      case Kind::unknown: tag(out, "unknown").raw(value::type_json(value.type())).end_array(); return;
      case Kind::boolean: out.boolean(value.as_bool()); return;
      case Kind::number: {
        Number number = value.as_number();
        tag(out, "number").string(number.is_infinite() ? (number.sign() > 0 ? "+Inf" : "-Inf") : number.text()).end_array();
        return;
      }
      case Kind::string: out.string(value.as_string()); return;
      case Kind::list: elements(out, "list", value, after); return;
      case Kind::set: elements(out, "set", value, nullptr); return;
      case Kind::tuple: elements(out, "tuple", value, after); return;
      case Kind::map: {
        tag(out, "map").begin_object();
        auto keys = value.keys();
        for (std::size_t i = 0; i < keys.size(); ++i) {
          const Value* other = after != nullptr && after->kind() == Kind::map ? after->find(keys[i]) : nullptr;
          out.key(keys[i]);
          encode(out, value.elements()[i], other);
        }
        out.end_object().end_array();
        return;
      }
      case Kind::object: {
        tag(out, "object").begin_object();
        auto attributes = value.type().attributes();
        for (std::size_t i = 0; i < attributes.size(); ++i) {
          const Value* other = after != nullptr && after->kind() == Kind::object ? after->attribute(attributes[i].name) : nullptr;
          out.key(attributes[i].name.text());
          encode(out, value.elements()[i], other);
        }
        out.end_object().end_array();
        return;
      }
    }
  }

  const std::string& key_;
};

/// The attributes of one side; nothing for null.
bool has_attributes(const Value& value) { return value.kind() == Kind::object; }

void write_change(JsonWriter& out, const ResourceChange& change, const IdentityContext& context) {
  Encoder encoder(context.secret_key);
  out.begin_object();
  out.member("address", std::string_view(change.address.text()));
  if (change.moved()) out.member("previous_address", std::string_view(change.previous_address.text()));
  if (!change.deposed.empty()) out.member("deposed", std::string_view(change.deposed));
  out.member("action", action_name(change.action));
  out.member("provider", std::string_view(change.provider.text()));
  out.member("provider_version",
             std::string_view(context.provider_version ? context.provider_version(change.provider.provider) : std::string()));
  out.member("schema_version", change.schema_version);
  std::vector<std::string> paths;
  for (const auto& path : change.replace_paths) {
    std::string text;
    JsonWriter writer(text);
    value::write_path_plan_json(writer, path);
    paths.push_back(std::move(text));
  }
  std::sort(paths.begin(), paths.end());
  out.key("replace_paths").begin_array();
  for (const auto& path : paths) out.raw(path);
  out.end_array();

  // Marks over the whole object are those of each attribute.
  const Value before = change.before.unmarked(), after = change.after.unmarked();
  const Marks before_marks = change.before.marks(), after_marks = change.after.marks();
  std::vector<Symbol> names;
  for (const Value* side : {&before, &after}) {
    if (!has_attributes(*side)) continue;
    for (const auto& attribute : side->type().attributes()) names.push_back(attribute.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  out.key("attributes").begin_object();
  for (Symbol name : names) {
    const Value* old_value = has_attributes(before) ? before.attribute(name) : nullptr;
    const Value* new_value = has_attributes(after) ? after.attribute(name) : nullptr;
    const Value from = (old_value == nullptr ? Value() : *old_value).with_marks(before_marks);
    const Value to = (new_value == nullptr ? Value() : *new_value).with_marks(after_marks);
    std::string from_json, to_json;
    JsonWriter from_writer(from_json), to_writer(to_json);
    encoder.encode(from_writer, from, &to);
    encoder.encode(to_writer, to, nullptr);
    const bool metadata = to.all_marks().has(MarkKind::metadata);
    if (from_json == to_json && !metadata) continue;
    out.key(name.text()).begin_array().raw(from_json).raw(to_json).end_array();
  }
  out.end_object();
  if (change.after.is_unknown()) out.member("unknown", true);
  out.end_object();
}

void write_output(JsonWriter& out, const OutputChange& change, const IdentityContext& context) {
  Encoder encoder(context.secret_key);
  out.begin_object();
  out.member("name", std::string_view(change.name));
  out.member("action", action_name(change.action));
  out.member("sensitive", change.sensitive);
  for (auto [name, value] : {std::pair("before", &change.before), std::pair("after", &change.after)}) {
    out.key(name);
    if (change.sensitive && !value->is_null() && !value->marks().has(MarkKind::metadata)) {
      encoder.secret(out, *value);
    } else {
      encoder.encode(out, *value, value == &change.before ? &change.after : nullptr);
    }
  }
  out.end_object();
}

}  // namespace

std::string identity_document(const Plan& plan, const IdentityContext& context) {
  std::vector<const ResourceChange*> changes;
  for (const auto& change : plan.changes) {
    if (!change.metadata_only && (change.action != Action::no_op || change.moved())) changes.push_back(&change);
  }
  std::sort(changes.begin(), changes.end(), [](const ResourceChange* a, const ResourceChange* b) {
    return a->address == b->address ? a->deposed < b->deposed : a->address < b->address;
  });
  std::vector<const OutputChange*> outputs;
  for (const auto& change : plan.outputs) {
    if (!change.metadata_only && change.action != Action::no_op) outputs.push_back(&change);
  }
  std::sort(outputs.begin(), outputs.end(), [](const OutputChange* a, const OutputChange* b) { return a->name < b->name; });

  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.member("environment", std::string_view(context.environment));
  out.member("stack", std::string_view(context.stack));
  out.member("lineage", std::string_view(context.lineage));
  out.member("simulated", context.simulated);
  out.key("changes").begin_array();
  for (const auto* change : changes) write_change(out, *change, context);
  out.end_array();
  out.key("outputs").begin_array();
  for (const auto* output : outputs) write_output(out, *output, context);
  out.end_array();
  out.end_object();
  // Two levels a value's level, over a few of our own.
  auto canonical = base::canonical_json(json, 1000);
  return canonical ? std::move(*canonical) : json;  // deeper still: as written, which is as deterministic
}

std::string identity(const Plan& plan, const IdentityContext& context) {
  return std::string(kPrefix) + base::sha256_hex(identity_document(plan, context));
}

}  // namespace terrace::plan
