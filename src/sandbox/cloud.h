// SPDX-License-Identifier: Apache-2.0
// The simulated cloud: one append-only log of effects, shared by all processes, that outlives them all.
//
// `effects.log` is both the store and the oracle for lost and duplicate effects: a line per create, update, delete
// and drift, each with its checksum, written by one append under a lock. A line torn by a crash is skipped.
// `objects.snapshot` only saves reading an old log from its start. Nothing here knows state, journal or addresses.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "world/world.h"

namespace terrace::sandbox {

struct CloudKey {
  std::string type;
  std::string scope;   ///< region, or "global": ids and names are unique within it
  std::string id;
  std::string unique;  ///< a name that no other object of type and scope may have; empty: none
};
struct CloudObject {
  std::string id, scope, unique, environment;
  std::string json;   ///< all attributes, as in state
};

/// Thread-safe and safe between processes. Errors of changes: exists, not_found, else the world's.
class Cloud {
 public:
  static Result<std::shared_ptr<Cloud>> open(World& world, std::string directory);
  ~Cloud();

  enum class IfExists { refuse, replace };
  Result<void> create(const CloudKey& key, std::string_view environment, std::string_view json, IfExists if_exists = IfExists::refuse);
  /// `now` differs from `before` where an id or a name was changed in place.
  Result<void> update(const CloudKey& before, const CloudKey& now, std::string_view environment, std::string_view json);
  /// Not there is fine: the effect is what was asked for.
  Result<void> remove(const CloudKey& key, std::string_view environment);
  /// Someone else changed it: logged as "drift".
  Result<void> drift(const CloudKey& key, std::string_view json);

  /// Errors only when the log cannot be read.
  Result<std::optional<CloudObject>> read(const CloudKey& key);
  /// By the unique name, else by id; in any scope if `scope` is empty.
  Result<std::optional<CloudObject>> find(std::string_view type, std::string_view scope, std::string_view unique);
  /// All of a type, sorted by id.
  Result<std::vector<CloudObject>> list(std::string_view type);
  /// Every object, for matching faults: (type, object).
  Result<std::vector<std::pair<std::string, CloudObject>>> all();

  const std::string& directory() const { return directory_; }

 private:
  struct Table {
    std::unordered_map<std::string, CloudObject> objects;      ///< by scope, id and unique name
    std::unordered_map<std::string, std::string> by_unique;    ///< scope and unique name → key in objects
    std::unordered_map<std::string, std::string> by_id;        ///< scope and id → key in objects
  };
  Cloud(World& world, std::string directory) : world_(world), directory_(std::move(directory)) {}
  Result<void> load();
  Result<void> catch_up();
  void absorb(std::string_view text);
  void take(std::string_view line);
  Result<std::unique_ptr<world::FileLock>> lock();
  Result<void> append(std::string_view action, const CloudKey& key, std::string_view environment, std::string_view json);
  Result<void> save_snapshot();
  CloudObject* find_object(const CloudKey& key);

  World& world_;
  std::string directory_, log_path_, snapshot_path_, lock_path_;
  std::mutex mutex_;
  std::unique_ptr<world::AppendFile> log_;
  std::unordered_map<std::string, Table> tables_;
  std::uint64_t seen_ = 0;         ///< bytes of the log taken in
  bool torn_ = false;              ///< the log ends inside a line
};

}  // namespace terrace::sandbox
