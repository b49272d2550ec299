// SPDX-License-Identifier: Apache-2.0
// A state as text. Resources are appended by hand: the attributes of untouched objects are copied as they are.
#include <unordered_map>

#include "base/strings.h"
#include "state/file.h"
#include "state/json_text.h"
#include "value/json.h"

namespace terrace::state {
namespace {

std::string_view status_text(CheckResult::Status status) {
  switch (status) {
    case CheckResult::Status::unknown: return "unknown";
    case CheckResult::Status::pass: return "pass";
    case CheckResult::Status::fail: return "fail";
    case CheckResult::Status::error: return "error";
  }
  return "unknown";
}
std::string_view kind_text(CheckResult::ObjectKind kind) {
  switch (kind) {
    case CheckResult::ObjectKind::resource: return "resource";
    case CheckResult::ObjectKind::output: return "output";
    case CheckResult::ObjectKind::check: return "check";
    case CheckResult::ObjectKind::variable: return "var";
  }
  return "resource";
}

class Writer {
 public:
  Writer(const State& state, StateFormat format) : state_(state), format_(format) {}

  std::string write_one(const Object& object) {
    bool first = true;
    this->object({}, {}, object, first);
    return std::move(out_);
  }
  std::string write() {
    reserve();
    out_.push_back('{');
    line(1);
    key("version");
    out_ += "4,";
    line(1);
    text_member("terraform_version", state_.terraform_version);
    comma(1);
    key("serial");
    out_ += std::to_string(state_.serial);
    comma(1);
    text_member("lineage", state_.lineage);
    comma(1);
    key("outputs");
    outputs();
    comma(1);
    key("resources");
    resources();
    comma(1);
    key("check_results");
    checks();
    line(0);
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  void line(std::size_t depth) { append_line(out_, format_, depth); }
  void comma(std::size_t depth) {
    out_.push_back(',');
    line(depth);
  }
  void key(std::string_view name) { append_key(out_, format_, name); }
  void text_member(std::string_view name, std::string_view text) {
    key(name);
    base::append_json_string(out_, text);
  }

  void reserve() {
    std::size_t bytes = 1024;
    for (const auto& [address, resource] : state_.resources()) {
      bytes += 256;
      for (const auto& instance : resource->instances) {
        if (instance.current) bytes += 256 + instance.current->attributes.size() + instance.current->private_bytes.size() * 2;
      }
    }
    out_.reserve(bytes + bytes / 8);
  }

  void outputs() {
    if (state_.outputs.empty()) {
      out_ += "{}";
      return;
    }
    out_.push_back('{');
    bool first = true;
    for (const auto& [name, output] : state_.outputs) {
      if (!first) out_.push_back(',');
      first = false;
      line(2);
      base::append_json_string(out_, name);
      out_ += format_ == StateFormat::compact ? ":{" : ": {";
      line(3);
      key("value");
      std::string json;
      JsonWriter writer(json);
      auto written = value::write_json(writer, output.value, output.type);
      CHECK(written.has_value(), "an infinite number reached an output of the state");
      append_json(out_, json, format_, 3);
      comma(3);
      key("type");
      append_json(out_, value::type_json(output.type), format_, 3);
      if (output.sensitive) {
        comma(3);
        key("sensitive");
        out_ += "true";
      }
      line(2);
      out_.push_back('}');
    }
    line(1);
    out_.push_back('}');
  }

  void resources() {
    if (state_.resources().empty()) {
      out_ += "[]";
      return;
    }
    out_.push_back('[');
    bool first = true;
    for (const auto& [address, resource] : state_.resources()) {
      if (!first) out_.push_back(',');
      first = false;
      line(2);
      this->resource(*resource);
    }
    line(1);
    out_.push_back(']');
  }

  void resource(const ResourceState& resource) {
    out_.push_back('{');
    line(3);
    if (!resource.address.module.is_root()) {
      text_member("module", resource.address.module.text());
      comma(3);
    }
    text_member("mode", resource.address.resource.mode == addrs::Mode::data ? "data" : "managed");
    comma(3);
    text_member("type", resource.address.resource.type.text());
    comma(3);
    text_member("name", resource.address.resource.name.text());
    comma(3);
    key("provider");
    if (provider_json_.empty() || !(resource.provider == provider_)) {
      provider_ = resource.provider;
      provider_json_.clear();
      base::append_json_string(provider_json_, provider_.text());
    }
    out_ += provider_json_;
    comma(3);
    key("instances");
    if (resource.instances.empty()) {
      out_ += "[]";
    } else {
      out_.push_back('[');
      bool first = true;
      for (const auto& instance : resource.instances) {
        if (instance.current) object(instance.key, {}, *instance.current, first);
        for (const auto& deposed : instance.deposed) object(instance.key, deposed.key, *deposed.object, first);
      }
      line(3);
      out_.push_back(']');
    }
    line(2);
    out_.push_back('}');
  }

  void object(const addrs::InstanceKey& instance_key, std::string_view deposed, const Object& object, bool& first) {
    if (!first) out_.push_back(',');
    first = false;
    line(4);
    out_.push_back('{');
    line(5);
    if (instance_key.kind() == addrs::InstanceKey::Kind::number) {
      key("index_key");
      out_ += std::to_string(instance_key.number());
      comma(5);
    } else if (instance_key.kind() == addrs::InstanceKey::Kind::string) {
      text_member("index_key", instance_key.text());
      comma(5);
    }
    if (object.status == ObjectStatus::tainted) {
      text_member("status", "tainted");
      comma(5);
    }
    if (!deposed.empty()) {
      text_member("deposed", deposed);
      comma(5);
    }
    key("schema_version");
    out_ += std::to_string(object.schema_version);
    comma(5);
    key("attributes");
    append_json(out_, object.attributes, format_, 5);
    comma(5);
    key("sensitive_attributes");
    if (object.sensitive.empty()) {
      out_ += "[]";
    } else {
      scratch_.clear();
      JsonWriter writer(scratch_);
      writer.begin_array();
      for (const auto& path : object.sensitive) value::write_path_state_json(writer, path);
      writer.end_array();
      append_json(out_, scratch_, format_, 5);
    }
    if (!object.unknown_members.empty()) unknown_members(object.unknown_members);
    if (!object.private_bytes.empty()) {
      comma(5);
      key("private");
      out_.push_back('"');
      out_ += base::base64_encode(object.private_bytes);
      out_.push_back('"');
    }
    if (!object.dependencies.empty()) {
      comma(5);
      key("dependencies");
      out_.push_back('[');
      for (std::size_t i = 0; i < object.dependencies.size(); ++i) {
        if (i != 0) out_.push_back(',');
        line(6);
        out_ += dependency(object.dependencies[i]);
      }
      line(5);
      out_.push_back(']');
    }
    if (object.create_before_destroy) {
      comma(5);
      key("create_before_destroy");
      out_ += "true";
    }
    line(4);
    out_.push_back('}');
  }

  /// `"k":v,"l":w` on lines of their own.
  void unknown_members(std::string_view members) {
    out_.push_back(',');
    scratch_.assign(1, '{');
    scratch_.append(members);
    scratch_.push_back('}');
    std::string laid;
    append_json(laid, scratch_, format_, 4);
    // Without the braces; the indented form has a line break and the indent of depth 4 before the last one.
    std::size_t tail = format_ == StateFormat::compact ? 1 : 1 + 1 + 8;
    out_.append(laid, 1, laid.size() - 1 - tail);
  }

  const std::string& dependency(const addrs::AbsResource& resource) {
    auto [it, added] = dependencies_.try_emplace(resource);
    if (added) {
      const std::string& module = resource.module.static_text();
      base::append_json_string(it->second, module.empty() ? resource.resource.text() : module + "." + resource.resource.text());
    }
    return it->second;
  }

  void checks() {
    if (state_.check_results.empty()) {
      out_ += "null";
      return;
    }
    std::string json;
    JsonWriter writer(json);
    writer.begin_array();
    for (const auto& check : state_.check_results) {
      writer.begin_object();
      writer.member("object_kind", kind_text(check.kind));
      writer.member("config_addr", check.config_address);
      writer.member("status", status_text(check.status));
      writer.key("objects");
      if (check.instances.empty()) {
        writer.null();
      } else {
        writer.begin_array();
        for (const auto& instance : check.instances) {
          writer.begin_object();
          writer.member("object_addr", instance.address);
          writer.member("status", status_text(instance.status));
          if (!instance.failures.empty()) {
            writer.key("failure_messages").begin_array();
            for (const auto& message : instance.failures) writer.string(message);
            writer.end_array();
          }
          writer.end_object();
        }
        writer.end_array();
      }
      writer.end_object();
    }
    writer.end_array();
    append_json(out_, json, format_, 1);
  }

  const State& state_;
  StateFormat format_;
  std::string out_, scratch_;
  addrs::ProviderConfig provider_;
  std::string provider_json_;
  std::unordered_map<addrs::AbsResource, std::string> dependencies_;
};

}  // namespace

std::string write_object(const Object& object) { return Writer(State{}, StateFormat::compact).write_one(object); }

std::string write_state(const State& state, StateFormat format) { return Writer(state, format).write(); }

}  // namespace terrace::state
