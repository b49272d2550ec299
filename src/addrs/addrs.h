// SPDX-License-Identifier: Apache-2.0
// Typed immutable addresses: modules, resources, instances, providers; their printing and order.
// Module instances are hash-consed, so an address is small, copying is free and equality is cheap.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/symbol.h"

namespace terrace::addrs {

/// No key, a number (count) or a string (for_each).
class InstanceKey {
 public:
  enum class Kind : std::uint8_t { none, number, string };
  InstanceKey() = default;
  explicit InstanceKey(std::int64_t n) : kind_(Kind::number), number_(n) {}
  explicit InstanceKey(Symbol s) : kind_(Kind::string), text_(s) {}
  Kind kind() const { return kind_; }
  std::int64_t number() const { return number_; }
  std::string_view text() const { return text_.text(); }
  std::string suffix() const;  ///< "", `[0]`, `["a"]` with escapes
  bool operator==(const InstanceKey&) const = default;
  /// none, then numbers ascending, then strings bytewise (G1).
  std::strong_ordering operator<=>(const InstanceKey& other) const;
  std::size_t hash() const;

 private:
  Kind kind_ = Kind::none;
  Symbol text_;
  std::int64_t number_ = 0;
};

/// Path of module calls with instance keys; the root is the empty path. Hash-consed and immortal.
class ModuleInstance {
 public:
  struct Node;
  ModuleInstance();  ///< root
  ModuleInstance child(Symbol call, InstanceKey key) const;
  bool is_root() const;
  ModuleInstance parent() const;      ///< of root: root
  Symbol call() const;                ///< last call's name
  InstanceKey key() const;            ///< last call's key
  std::size_t depth() const;
  const std::string& text() const;    ///< `module.a["k"].module.b`, "" for root; computed once
  /// Without keys: `module.a.module.b`.
  const std::string& static_text() const;
  /// True if this is `other` or inside it.
  bool is_within(ModuleInstance other) const;
  bool operator==(const ModuleInstance& o) const { return node_ == o.node_; }
  std::strong_ordering operator<=>(const ModuleInstance& other) const;
  const Node* node() const { return node_; }

 private:
  explicit ModuleInstance(const Node* node) : node_(node) {}
  const Node* node_;
};

enum class Mode : std::uint8_t { data, managed };

/// A resource within one module: `aws_vpc.main`, `data.aws_ami.x`.
struct Resource {
  Mode mode = Mode::managed;
  Symbol type;
  Symbol name;
  std::string text() const;
  bool operator==(const Resource&) const = default;
  std::strong_ordering operator<=>(const Resource& other) const;  ///< mode (data first), type, name
};
/// A resource in a module instance.
struct AbsResource {
  ModuleInstance module;
  Resource resource;
  std::string text() const;
  bool operator==(const AbsResource&) const = default;
  std::strong_ordering operator<=>(const AbsResource& other) const;
};
struct Instance {
  ModuleInstance module;
  Resource resource;
  InstanceKey key;
  AbsResource abs_resource() const { return {module, resource}; }
  std::string text() const;
  bool operator==(const Instance&) const = default;
  std::strong_ordering operator<=>(const Instance& other) const;
};

/// `registry.terraform.io/hashicorp/aws`.
struct Provider {
  Symbol host, ns, type;
  static Provider builtin();                       ///< terraform.io/builtin/terraform
  static Provider implied(Symbol type);            ///< default host and namespace; "terraform" is the built-in
  std::string text() const;
  std::string display() const;                     ///< "hashicorp/aws" on the default host, else text()
  bool operator==(const Provider&) const = default;
  auto operator<=>(const Provider&) const = default;
};
inline constexpr std::string_view kDefaultRegistry = "registry.terraform.io";
/// Parses `[host/]namespace/type` or `type` (D3). Error: what is wrong with it.
Result<Provider> parse_provider(std::string_view source);

/// A provider configuration in a module: `provider["registry…/aws"].west`.
struct ProviderConfig {
  ModuleInstance module;
  Provider provider;
  Symbol alias;
  std::string text() const;  ///< state form (G1)
  bool operator==(const ProviderConfig&) const = default;
  auto operator<=>(const ProviderConfig&) const = default;
};
Result<ProviderConfig> parse_provider_config(std::string_view text);

/// `module.a["k"].aws_vpc.x[0]`. Errors say what is wrong and where.
Result<Instance> parse_instance(std::string_view text);
Result<AbsResource> parse_resource(std::string_view text);
Result<ModuleInstance> parse_module(std::string_view text);
/// -target, state mv/rm/list: module, module instance, resource or instance. In a Target, an absent key on a
/// resource or module means "every instance".
struct Target {
  std::variant<ModuleInstance, AbsResource, Instance> address;
  bool module_any_key = false;  ///< last module step was written without a key
  bool covers(const Instance& instance) const;
  std::string text() const;
};
Result<Target> parse_target(std::string_view text);

}  // namespace terrace::addrs

template <>
struct std::hash<terrace::addrs::InstanceKey> {
  std::size_t operator()(const terrace::addrs::InstanceKey& k) const noexcept { return k.hash(); }
};
template <>
struct std::hash<terrace::addrs::ModuleInstance> {
  std::size_t operator()(const terrace::addrs::ModuleInstance& m) const noexcept {
    return reinterpret_cast<std::uintptr_t>(m.node()) >> 4;
  }
};
template <>
struct std::hash<terrace::addrs::Resource> {
  std::size_t operator()(const terrace::addrs::Resource& r) const noexcept {
    return (std::hash<terrace::Symbol>{}(r.type) * 31 + std::hash<terrace::Symbol>{}(r.name)) * 2 +
           static_cast<std::size_t>(r.mode);
  }
};
template <>
struct std::hash<terrace::addrs::AbsResource> {
  std::size_t operator()(const terrace::addrs::AbsResource& r) const noexcept {
    return std::hash<terrace::addrs::ModuleInstance>{}(r.module) * 131 + std::hash<terrace::addrs::Resource>{}(r.resource);
  }
};
template <>
struct std::hash<terrace::addrs::Instance> {
  std::size_t operator()(const terrace::addrs::Instance& i) const noexcept {
    return std::hash<terrace::addrs::AbsResource>{}(i.abs_resource()) * 131 + i.key.hash();
  }
};
template <>
struct std::hash<terrace::addrs::Provider> {
  std::size_t operator()(const terrace::addrs::Provider& p) const noexcept {
    return std::hash<terrace::Symbol>{}(p.type) * 31 + std::hash<terrace::Symbol>{}(p.ns) * 7 + std::hash<terrace::Symbol>{}(p.host);
  }
};
template <>
struct std::hash<terrace::addrs::ProviderConfig> {
  std::size_t operator()(const terrace::addrs::ProviderConfig& p) const noexcept {
    return std::hash<terrace::addrs::Provider>{}(p.provider) * 131 + std::hash<terrace::addrs::ModuleInstance>{}(p.module) + std::hash<terrace::Symbol>{}(p.alias);
  }
};
