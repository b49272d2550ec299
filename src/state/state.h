// SPDX-License-Identifier: Apache-2.0
// A state snapshot (checklist G1) in memory. Attributes of untouched objects stay raw JSON views into the file's
// text; they are decoded only when an object is needed. Copying a State copies pointers, never attributes.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "addrs/addrs.h"
#include "base/ref.h"
#include "state/instances.h"
#include "value/path.h"
#include "value/value.h"

namespace terrace::state {

enum class ObjectStatus : std::uint8_t { ready, tainted };

/// One remote object as stored. Immutable; shared between snapshots.
struct Object {
  std::int64_t schema_version = 0;
  /// Raw JSON of the attributes (a view into `text`, or owned by it). Always set.
  std::string_view attributes;
  std::shared_ptr<const void> text;                 ///< keeps `attributes` alive
  std::optional<Value> value;                       ///< decoded, unmarked, when the object was made in this run
  std::vector<value::Path> sensitive;               ///< sensitive_attributes
  std::string private_bytes;                        ///< decoded from base64
  std::vector<addrs::AbsResource> dependencies;     ///< sorted; printed without instance keys
  ObjectStatus status = ObjectStatus::ready;
  bool create_before_destroy = false;
  std::string unknown_members;                      ///< members we do not know, raw JSON `"k":v,…`, kept byte-exact
};
/// Makes an object from a wholly known, unmarked value (writes its attributes JSON). Sorts the dependencies.
/// Errors: infinity in a number.
Result<ObjectRef> make_object(const Value& value, Type type, Object rest);

struct ResourceState {
  addrs::AbsResource address;
  addrs::ProviderConfig provider;
  InstanceList instances;                           ///< sorted by key
  const InstanceState* find(addrs::InstanceKey key) const { return instances.find(key); }
};
struct OutputState { Value value; Type type; bool sensitive = false; };

struct CheckResult {
  enum class Status : std::uint8_t { unknown, pass, fail, error };
  enum class ObjectKind : std::uint8_t { resource, output, check, variable };
  ObjectKind kind;
  std::string config_address;
  Status status = Status::unknown;
  struct Instance { std::string address; Status status; std::vector<std::string> failures; };
  std::vector<Instance> instances;
};

/// G1's order of resources: module text bytewise, mode (data first), type, name.
struct FileOrder {
  bool operator()(const addrs::AbsResource& a, const addrs::AbsResource& b) const;
};
using ResourceMap = std::map<addrs::AbsResource, std::shared_ptr<const ResourceState>, FileOrder>;

/// A snapshot, a value type: copying copies one pointer a resource. Not thread-safe by itself. Resources are reached by address in O(log n) or better and iterate in file order (G1).
class State {
 public:
  std::string lineage;                              ///< empty: not yet given
  std::uint64_t serial = 0;
  std::string terraform_version;
  std::map<std::string, OutputState> outputs;       ///< root outputs
  std::vector<CheckResult> check_results;

  const ResourceState* find(const addrs::AbsResource& address) const;
  ObjectRef object(const addrs::Instance& address) const;  ///< current object or null
  /// Sets or (null object) removes the current object; empty instances and resources go away.
  void set_object(const addrs::Instance& address, const addrs::ProviderConfig& provider, ObjectRef object);
  void set_deposed(const addrs::Instance& address, const addrs::ProviderConfig& provider, const std::string& key, ObjectRef object);
  /// Moves the current object to a deposed slot.
  void depose(const addrs::Instance& address, const std::string& key);
  void restore_deposed(const addrs::Instance& address, const std::string& key);
  void remove_resource(const addrs::AbsResource& address);
  /// Puts a whole resource in the place of what was stored at its address; one without instances is removed.
  /// Make it with make_shared<ResourceState>, and do not write to it afterwards.
  void set_resource(std::shared_ptr<const ResourceState> resource);
  /// Sets the provider configuration of a resource that exists (state replace-provider).
  void set_provider(const addrs::AbsResource& address, const addrs::ProviderConfig& provider);
  /// In file order: module text, mode, type, name.
  const ResourceMap& resources() const { return resources_; }
  bool empty() const { return resources_.empty() && outputs.empty(); }
  std::size_t instance_count() const;                ///< current objects

 private:
  ResourceState& edit(const addrs::AbsResource& address, const addrs::ProviderConfig* provider);
  void drop_empty(const addrs::AbsResource& address, addrs::InstanceKey key);
  ResourceMap resources_;                            ///< values are made non-const and changed only while unshared
};

}  // namespace terrace::state

namespace terrace {
using state::State;
}
