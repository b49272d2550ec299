// SPDX-License-Identifier: Apache-2.0
#include "state/state.h"

#include <algorithm>

#include "value/json.h"

namespace terrace::state {
namespace {

std::vector<DeposedObject>::iterator deposed_position(std::vector<DeposedObject>& deposed, const std::string& key) {
  return std::lower_bound(deposed.begin(), deposed.end(), key, [](const DeposedObject& d, const std::string& k) { return d.key < k; });
}

std::string dependency_text(const addrs::AbsResource& dependency) {
  const std::string& module = dependency.module.static_text();
  return module.empty() ? dependency.resource.text() : module + "." + dependency.resource.text();
}

}  // namespace

Result<ObjectRef> make_object(const Value& value, Type type, Object rest) {
  auto object = std::make_shared<Object>(std::move(rest));
  auto text = std::make_shared<std::string>();
  JsonWriter writer(*text);
  TRY(value::write_json(writer, value, type));
  object->attributes = *text;
  object->text = std::move(text);
  object->value = value;
  auto& dependencies = object->dependencies;
  if (dependencies.size() > 1) {
    std::vector<std::pair<std::string, addrs::AbsResource>> by_text;
    by_text.reserve(dependencies.size());
    for (const auto& d : dependencies) by_text.emplace_back(dependency_text(d), d);
    auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (!std::is_sorted(by_text.begin(), by_text.end(), less)) std::stable_sort(by_text.begin(), by_text.end(), less);
    dependencies.clear();
    for (std::size_t i = 0; i < by_text.size(); ++i) {
      if (i == 0 || by_text[i].first != by_text[i - 1].first) dependencies.push_back(by_text[i].second);
    }
  }
  return ObjectRef(std::move(object));
}

bool FileOrder::operator()(const addrs::AbsResource& a, const addrs::AbsResource& b) const {
  if (!(a.module == b.module)) return a.module.text() < b.module.text();
  if (a.resource.mode != b.resource.mode) return a.resource.mode < b.resource.mode;
  if (a.resource.type != b.resource.type) return a.resource.type.text() < b.resource.type.text();
  return a.resource.name != b.resource.name && a.resource.name.text() < b.resource.name.text();
}

const ResourceState* State::find(const addrs::AbsResource& address) const {
  auto it = resources_.find(address);
  return it == resources_.end() ? nullptr : it->second.get();
}

ObjectRef State::object(const addrs::Instance& address) const {
  const ResourceState* resource = find(address.abs_resource());
  const InstanceState* instance = resource == nullptr ? nullptr : resource->find(address.key);
  return instance == nullptr ? nullptr : instance->current;
}

ResourceState& State::edit(const addrs::AbsResource& address, const addrs::ProviderConfig* provider) {
  auto it = resources_.lower_bound(address);
  if (it == resources_.end() || !(it->first == address)) {
    auto resource = std::make_shared<ResourceState>();
    resource->address = address;
    it = resources_.emplace_hint(it, address, std::move(resource));
  } else if (it->second.use_count() != 1) {
    it->second = std::make_shared<ResourceState>(*it->second);
  }
  // Every value of the map was made as a non-const ResourceState and nobody else holds this one.
  auto& resource = const_cast<ResourceState&>(*it->second);
  if (provider != nullptr) resource.provider = *provider;
  return resource;
}

void State::drop_empty(const addrs::AbsResource& address, addrs::InstanceKey key) {
  const ResourceState* resource = find(address);
  if (resource == nullptr) return;
  const InstanceState* instance = resource->find(key);
  if (instance != nullptr && instance->current == nullptr && instance->deposed.empty()) edit(address, nullptr).instances.erase(key);
  if (find(address)->instances.empty()) resources_.erase(address);
}

void State::set_object(const addrs::Instance& address, const addrs::ProviderConfig& provider, ObjectRef object) {
  const addrs::AbsResource resource = address.abs_resource();
  if (object != nullptr) {
    edit(resource, &provider).instances.edit(address.key).current = std::move(object);
    return;
  }
  const ResourceState* stored = find(resource);
  if (stored == nullptr || stored->find(address.key) == nullptr) return;
  edit(resource, nullptr).instances.edit(address.key).current = nullptr;
  drop_empty(resource, address.key);
}

void State::set_deposed(const addrs::Instance& address, const addrs::ProviderConfig& provider, const std::string& key,
                        ObjectRef object) {
  const addrs::AbsResource resource = address.abs_resource();
  if (object == nullptr) {
    const ResourceState* stored = find(resource);
    if (stored == nullptr || stored->find(address.key) == nullptr) return;
  }
  auto& deposed = edit(resource, object == nullptr ? nullptr : &provider).instances.edit(address.key).deposed;
  auto at = deposed_position(deposed, key);
  bool found = at != deposed.end() && at->key == key;
  if (object == nullptr) {
    if (found) deposed.erase(at);
    drop_empty(resource, address.key);
  } else if (found) {
    at->object = std::move(object);
  } else {
    deposed.insert(at, DeposedObject{key, std::move(object)});
  }
}

void State::depose(const addrs::Instance& address, const std::string& key) {
  const addrs::AbsResource resource = address.abs_resource();
  ObjectRef current = object(address);
  if (current == nullptr) return;
  auto& instance = edit(resource, nullptr).instances.edit(address.key);
  instance.current = nullptr;
  auto at = deposed_position(instance.deposed, key);
  CHECK(at == instance.deposed.end() || at->key != key, "a deposed key is used once");
  instance.deposed.insert(at, DeposedObject{key, std::move(current)});
}

void State::restore_deposed(const addrs::Instance& address, const std::string& key) {
  const addrs::AbsResource resource = address.abs_resource();
  const ResourceState* stored = find(resource);
  const InstanceState* before = stored == nullptr ? nullptr : stored->find(address.key);
  if (before == nullptr || before->current != nullptr) return;
  auto& instance = edit(resource, nullptr).instances.edit(address.key);
  auto at = deposed_position(instance.deposed, key);
  if (at == instance.deposed.end() || at->key != key) return;
  instance.current = std::move(at->object);
  instance.deposed.erase(at);
}

void State::remove_resource(const addrs::AbsResource& address) { resources_.erase(address); }

void State::set_provider(const addrs::AbsResource& address, const addrs::ProviderConfig& provider) {
  if (find(address) != nullptr) edit(address, &provider);
}

void State::set_resource(std::shared_ptr<const ResourceState> resource) {
  const addrs::AbsResource address = resource->address;
  if (resource->instances.empty()) {
    resources_.erase(address);
  } else {
    resources_.insert_or_assign(resources_.end(), address, std::move(resource));
  }
}

std::size_t State::instance_count() const {
  std::size_t count = 0;
  for (const auto& [address, resource] : resources_) {
    for (const auto& instance : resource->instances) count += instance.current != nullptr;
  }
  return count;
}

}  // namespace terrace::state
