// SPDX-License-Identifier: Apache-2.0
// Resources, instances, providers and targets: printing, order, coverage.
#include "addrs/addrs.h"

namespace terrace::addrs {

namespace {
std::string in_module(ModuleInstance module, std::string rest) {
  return module.is_root() ? rest : module.text() + "." + rest;
}
}  // namespace

std::string Resource::text() const {
  std::string out;
  if (mode == Mode::data) out += "data.";
  out.append(type.text()).append(".").append(name.text());
  return out;
}
std::strong_ordering Resource::operator<=>(const Resource& other) const {
  if (mode != other.mode) return mode <=> other.mode;
  if (type != other.type) return type <=> other.type;
  return name <=> other.name;
}

std::string AbsResource::text() const { return in_module(module, resource.text()); }
std::strong_ordering AbsResource::operator<=>(const AbsResource& other) const {
  if (auto order = module <=> other.module; order != 0) return order;
  return resource <=> other.resource;
}

std::string Instance::text() const { return in_module(module, resource.text()) + key.suffix(); }
std::strong_ordering Instance::operator<=>(const Instance& other) const {
  if (auto order = module <=> other.module; order != 0) return order;
  if (auto order = resource <=> other.resource; order != 0) return order;
  return key <=> other.key;
}

Provider Provider::builtin() { return {Symbol("terraform.io"), Symbol("builtin"), Symbol("terraform")}; }
Provider Provider::implied(Symbol type) {
  if (type.text() == "terraform") return builtin();
  return {Symbol(kDefaultRegistry), Symbol("hashicorp"), type};
}
std::string Provider::text() const {
  std::string out(host.text());
  return out.append("/").append(ns.text()).append("/").append(type.text());
}
std::string Provider::display() const {
  if (host.text() != kDefaultRegistry) return text();
  return std::string(ns.text()).append("/").append(type.text());
}

std::string ProviderConfig::text() const {
  std::string out = in_module(module, "provider[\"" + provider.text() + "\"]");
  if (!alias.empty()) out.append(".").append(alias.text());
  return out;
}

bool Target::covers(const Instance& instance) const {
  if (const auto* exact = std::get_if<Instance>(&address)) return *exact == instance;
  if (const auto* resource = std::get_if<AbsResource>(&address)) return *resource == instance.abs_resource();
  const ModuleInstance wanted = std::get<ModuleInstance>(address);
  if (!module_any_key || wanted.is_root()) return instance.module.is_within(wanted);
  ModuleInstance at = instance.module;
  while (at.depth() > wanted.depth()) at = at.parent();
  return at.depth() == wanted.depth() && at.parent() == wanted.parent() && at.call() == wanted.call();
}

std::string Target::text() const {
  return std::visit([](const auto& subject) { return std::string(subject.text()); }, address);
}

}  // namespace terrace::addrs
