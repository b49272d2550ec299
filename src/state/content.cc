// SPDX-License-Identifier: Apache-2.0
// Comparing states by content, and decoding one object's attributes.
#include <algorithm>

#include "base/format.h"
#include "state/file.h"
#include "state/json_text.h"
#include "value/json.h"

namespace terrace::state {
namespace {

bool same_attributes(const Object& a, const Object& b) {
  if (a.attributes == b.attributes) return true;
  std::string left, right;
  append_json(left, a.attributes, StateFormat::compact, 0);
  append_json(right, b.attributes, StateFormat::compact, 0);
  if (left == right) return true;
  // Another writer may have ordered the members or spelled the numbers differently.
  auto canonical_left = base::canonical_json(left);
  auto canonical_right = base::canonical_json(right);
  return canonical_left && canonical_right && *canonical_left == *canonical_right;
}

bool same_dependencies(const Object& a, const Object& b) {
  if (a.dependencies == b.dependencies) return true;
  if (a.dependencies.size() != b.dependencies.size()) return false;
  // Stored ones have no instance keys in their module path.
  for (std::size_t i = 0; i < a.dependencies.size(); ++i) {
    if (!(a.dependencies[i].resource == b.dependencies[i].resource) ||
        a.dependencies[i].module.static_text() != b.dependencies[i].module.static_text()) {
      return false;
    }
  }
  return true;
}

bool same_sensitive(const Object& a, const Object& b) {
  if (a.sensitive == b.sensitive) return true;
  if (a.sensitive.size() != b.sensitive.size()) return false;
  auto left = a.sensitive, right = b.sensitive;  // Terraform writes them in no particular order
  std::sort(left.begin(), left.end(), value::path_less);
  std::sort(right.begin(), right.end(), value::path_less);
  return left == right;
}

bool same_check(const CheckResult& a, const CheckResult& b) {
  auto less = [](const CheckResult::Instance& x, const CheckResult::Instance& y) { return x.address < y.address; };
  if (a.kind != b.kind || a.config_address != b.config_address || a.status != b.status || a.instances.size() != b.instances.size()) {
    return false;
  }
  auto left = a.instances, right = b.instances;
  std::sort(left.begin(), left.end(), less);
  std::sort(right.begin(), right.end(), less);
  return std::equal(left.begin(), left.end(), right.begin(), [](const CheckResult::Instance& x, const CheckResult::Instance& y) {
    return x.address == y.address && x.status == y.status && x.failures == y.failures;
  });
}

bool same_checks(std::vector<CheckResult> a, std::vector<CheckResult> b) {
  if (a.size() != b.size()) return false;
  auto less = [](const CheckResult& x, const CheckResult& y) {
    return std::pair(x.kind, std::string_view(x.config_address)) < std::pair(y.kind, std::string_view(y.config_address));
  };
  std::sort(a.begin(), a.end(), less);
  std::sort(b.begin(), b.end(), less);
  return std::equal(a.begin(), a.end(), b.begin(), same_check);
}

bool same_resource(const ResourceState& a, const ResourceState& b) {
  if (!(a.provider == b.provider) || a.instances.size() != b.instances.size()) return false;
  return std::equal(a.instances.begin(), a.instances.end(), b.instances.begin(), [](const InstanceState& x, const InstanceState& y) {
    if (!(x.key == y.key) || x.deposed.size() != y.deposed.size() || !same_object(x.current, y.current)) return false;
    return std::equal(x.deposed.begin(), x.deposed.end(), y.deposed.begin(), [](const DeposedObject& d, const DeposedObject& e) {
      return d.key == e.key && same_object(d.object, e.object);
    });
  });
}

}  // namespace

bool same_object(const ObjectRef& a, const ObjectRef& b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return a->status == b->status && a->schema_version == b->schema_version &&
         a->create_before_destroy == b->create_before_destroy && a->private_bytes == b->private_bytes &&
         a->unknown_members == b->unknown_members && same_dependencies(*a, *b) && same_sensitive(*a, *b) && same_attributes(*a, *b);
}

bool same_content(const State& a, const State& b) {
  if (a.resources().size() != b.resources().size() || a.outputs.size() != b.outputs.size()) return false;
  bool outputs = std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.sensitive == y.second.sensitive && x.second.type == y.second.type &&
           x.second.value.same(y.second.value);
  });
  if (!outputs || !same_checks(a.check_results, b.check_results)) return false;
  return std::equal(a.resources().begin(), a.resources().end(), b.resources().begin(), [](const auto& x, const auto& y) {
    return x.first == y.first && (x.second == y.second || same_resource(*x.second, *y.second));
  });
}

Result<Value> decode_object(const Object& object, Type type) {
  auto document = TRY(JsonDocument::parse(std::string(object.attributes)));
  JsonValue root = document.root();
  if (type.kind() != TypeKind::object) return value::parse_json(root, type);
  auto attributes = type.attributes();
  std::vector<Value> values;
  values.reserve(attributes.size());
  for (const auto& attribute : attributes) {
    JsonValue member = root[attribute.name.text()];
    if (!member.exists()) {
      values.push_back(Value::null(attribute.type));
      continue;
    }
    auto parsed = value::parse_json(member, attribute.type);
    if (!parsed) return std::move(parsed.error()).during(format("attribute {}", attribute.name.text()));
    values.push_back(std::move(*parsed));
  }
  return Value::object(type, std::move(values));
}

}  // namespace terrace::state
