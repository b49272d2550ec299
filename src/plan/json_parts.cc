// SPDX-License-Identifier: Apache-2.0
#include "plan/json_parts.h"

#include <algorithm>

namespace terrace::plan {
namespace {

/// True if the shape of `value` is the scalar false, which objects leave out.
bool is_plain(const Value& value) {
  if (value.marks().has(MarkKind::sensitive)) return false;
  Type type = value.type();
  return value.is_null() || type.is_primitive() || type.is_dynamic();
}

bool is_array(const Value& value) {
  TypeKind kind = value.type().kind();
  return kind == TypeKind::list || kind == TypeKind::set || kind == TypeKind::tuple;
}

template <class Skip, class Write>
void write_members(JsonWriter& out, const Value& value, Skip&& skip, Write&& write) {
  out.begin_object();
  auto elements = value.elements();
  if (value.kind() == Kind::map) {
    auto keys = value.keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (skip(elements[i])) continue;
      out.key(keys[i]);
      write(out, elements[i]);
    }
  } else {
    auto attributes = value.type().attributes();
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (skip(elements[i])) continue;
      out.key(attributes[i].name.text());
      write(out, elements[i]);
    }
  }
  out.end_object();
}

std::string_view status_text(state::CheckResult::Status status) {
  switch (status) {
    case state::CheckResult::Status::unknown: return "unknown";
    case state::CheckResult::Status::pass: return "pass";
    case state::CheckResult::Status::fail: return "fail";
    case state::CheckResult::Status::error: return "error";
  }
  return "unknown";
}

/// `module.a.output.x` → ("module.a", "x"); ("", "x") in the root.
std::pair<std::string, std::string> split_address(const std::string& text, std::string_view kind) {
  std::string infix = "." + std::string(kind) + ".";
  std::size_t at = text.rfind(infix);
  if (at != std::string::npos) return {text.substr(0, at), text.substr(at + infix.size())};
  std::size_t prefix = kind.size() + 1;
  return {"", text.size() > prefix ? text.substr(prefix) : std::string()};
}

void member_if(JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, std::string_view(text));
}

/// The address of what is checked. Members in the order of their names.
void write_check_address(JsonWriter& out, const state::CheckResult& check) {
  out.begin_object();
  using ObjectKind = state::CheckResult::ObjectKind;
  auto named = [&](std::string_view kind, std::string_view word) {
    auto [module, name] = split_address(check.config_address, word);
    out.member("kind", kind);
    member_if(out, "module", module);
    member_if(out, "name", name);
    out.member("to_display", std::string_view(check.config_address));
  };
  switch (check.kind) {
    case ObjectKind::output: named("output_value", "output"); break;
    case ObjectKind::check: named("check", "check"); break;
    case ObjectKind::variable: named("var", "var"); break;
    case ObjectKind::resource: {
      auto address = addrs::parse_resource(check.config_address);
      out.member("kind", "resource");
      if (address) {
        out.member("mode", address->resource.mode == addrs::Mode::data ? "data" : "managed");
        member_if(out, "module", address->module.static_text());
        out.member("name", address->resource.name.text());
      }
      out.member("to_display", std::string_view(check.config_address));
      if (address) out.member("type", address->resource.type.text());
      break;
    }
  }
  out.end_object();
}

void write_instance_address(JsonWriter& out, const state::CheckResult& check, const std::string& address) {
  out.begin_object();
  using ObjectKind = state::CheckResult::ObjectKind;
  std::string module;
  switch (check.kind) {
    case ObjectKind::output: module = split_address(address, "output").first; break;
    case ObjectKind::check: module = split_address(address, "check").first; break;
    case ObjectKind::variable: module = split_address(address, "var").first; break;
    case ObjectKind::resource:
      if (auto instance = addrs::parse_instance(address)) {
        write_index(out, "instance_key", instance->key);
        module = instance->module.text();
      }
      break;
  }
  member_if(out, "module", module);
  out.member("to_display", std::string_view(address));
  out.end_object();
}

}  // namespace

void write_index(JsonWriter& out, std::string_view name, const addrs::InstanceKey& key) {
  switch (key.kind()) {
    case addrs::InstanceKey::Kind::none: return;
    case addrs::InstanceKey::Kind::number: out.member(name, key.number()); return;
    case addrs::InstanceKey::Kind::string: out.member(name, key.text()); return;
  }
}

void write_sensitive_shape(JsonWriter& out, const Value& value) {
  if (value.marks().has(MarkKind::sensitive)) {
    out.boolean(true);
  } else if (is_plain(value)) {
    out.boolean(false);
  } else if (is_array(value)) {
    out.begin_array();
    if (!value.is_unknown()) {
      for (const auto& element : value.elements()) write_sensitive_shape(out, element);
    }
    out.end_array();
  } else if (value.is_unknown()) {
    out.begin_object().end_object();
  } else {
    write_members(out, value, is_plain, write_sensitive_shape);
  }
}

void write_unknown_shape(JsonWriter& out, const Value& value) {
  if (value.is_unknown()) {
    out.boolean(true);
  } else if (value.is_wholly_known() && (value.is_null() || value.type().is_primitive())) {
    out.boolean(false);
  } else if (is_array(value)) {
    out.begin_array();
    for (const auto& element : value.elements()) write_unknown_shape(out, element);
    out.end_array();
  } else {
    auto skip = [](const Value& v) { return !v.is_unknown() && (v.is_null() || v.type().is_primitive()); };
    write_members(out, value, skip, write_unknown_shape);
  }
}

void write_checks(JsonWriter& out, const std::vector<state::CheckResult>& checks) {
  std::vector<const state::CheckResult*> sorted;
  for (const auto& check : checks) sorted.push_back(&check);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->config_address < b->config_address; });
  out.key("checks").begin_array();
  for (const auto* check : sorted) {
    out.begin_object();
    out.key("address");
    write_check_address(out, *check);
    out.member("status", status_text(check->status));
    if (!check->instances.empty()) {
      std::vector<const state::CheckResult::Instance*> instances;
      for (const auto& instance : check->instances) instances.push_back(&instance);
      std::sort(instances.begin(), instances.end(), [](const auto* a, const auto* b) { return a->address < b->address; });
      out.key("instances").begin_array();
      for (const auto* instance : instances) {
        out.begin_object();
        out.key("address");
        write_instance_address(out, *check, instance->address);
        out.member("status", status_text(instance->status));
        if (!instance->failures.empty()) {
          out.key("problems").begin_array();
          for (const auto& failure : instance->failures) out.begin_object().member("message", std::string_view(failure)).end_object();
          out.end_array();
        }
        out.end_object();
      }
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
}

}  // namespace terrace::plan
