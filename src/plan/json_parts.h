// SPDX-License-Identifier: Apache-2.0
// Pieces of `show -json` shared by plans and states. Private to this folder.
#pragma once
#include <map>
#include <vector>

#include "base/json.h"
#include "plan/plan.h"

namespace terrace::plan {

/// `true` where a mark "sensitive" sits; false for other scalars, null and dynamic unknowns; containers mirror theirs,
/// objects and maps without the members that are false.
void write_sensitive_shape(JsonWriter& out, const Value& value);
/// `true` where a value is unknown, in the same manner. `value` is unmarked.
void write_unknown_shape(JsonWriter& out, const Value& value);
/// `"checks": […]`, sorted by displayed address.
void write_checks(JsonWriter& out, const std::vector<state::CheckResult>& checks);
/// `"name": 0` or `"name": "k"`; nothing without a key.
void write_index(JsonWriter& out, std::string_view name, const addrs::InstanceKey& key);

/// Resources under their modules, in the order they were added; modules by their text.
template <class T>
class ModuleTree {
 public:
  void add(const addrs::ModuleInstance& module, T resource) { node(module).resources.push_back(std::move(resource)); }
  /// `f(out, resource)` writes the objects of one resource into an open array.
  template <class F>
  Result<void> write(JsonWriter& out, F&& f) const {
    return write_node(out, addrs::ModuleInstance(), f);
  }

 private:
  struct Node {
    std::vector<T> resources;
    std::map<std::string, addrs::ModuleInstance> children;
  };
  Node& node(const addrs::ModuleInstance& module) {
    auto [it, added] = nodes_.try_emplace(module.node());
    Node& here = it->second;  // stays where it is: std::map
    if (added && !module.is_root()) node(module.parent()).children.emplace(module.text(), module);
    return here;
  }
  template <class F>
  Result<void> write_node(JsonWriter& out, const addrs::ModuleInstance& module, F& f) const {
    out.begin_object();
    auto it = nodes_.find(module.node());
    if (it != nodes_.end()) {
      const Node& here = it->second;
      if (!here.resources.empty()) {
        out.key("resources").begin_array();
        for (const auto& resource : here.resources) TRY(f(out, resource));
        out.end_array();
      }
      if (!module.is_root()) out.member("address", std::string_view(module.text()));
      if (!here.children.empty()) {
        out.key("child_modules").begin_array();
        for (const auto& [text, child] : here.children) TRY(write_node(out, child, f));
        out.end_array();
      }
    }
    out.end_object();
    return {};
  }
  std::map<const addrs::ModuleInstance::Node*, Node> nodes_;
};

}  // namespace terrace::plan
