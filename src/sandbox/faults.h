// SPDX-License-Identifier: Apache-2.0
// Faults that users inject into the simulated cloud, kept beside it so that they hold for every later command.
#pragma once
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sandbox/cloud.h"

namespace terrace::sandbox {

struct Fault {
  enum class Kind : std::uint8_t { unhealthy, slow, fail_create, fail_update, fail_delete, fail_read, crash_after_effect };
  Kind kind = Kind::slow;
  std::string match;                     ///< TYPE, TYPE.NAME, an id or name, `*` stands for anything
  bool after = false;                    ///< fails after the effect, not before
  bool once = false;
  std::chrono::milliseconds delay{0};
  bool operator==(const Fault&) const = default;
};

/// True if a fault's `match` means this object; `names` are its id, name and the like.
bool fault_matches(std::string_view match, std::string_view type, const std::vector<std::string>& names);

/// The faults of a cloud directory, read again when the file changes. Thread-safe.
class Faults {
 public:
  Faults(World& world, std::string directory);
  /// Of one kind, the first that matches; one that is to act once is taken away by this.
  enum class When : std::uint8_t { any, before_effect, after_effect };
  std::optional<Fault> take(Fault::Kind kind, std::string_view type, const std::vector<std::string>& names, When when = When::any);
  bool any();
  Result<std::vector<Fault>> all();
  Result<void> replace(const std::vector<Fault>& faults);

 private:
  std::shared_ptr<const std::vector<Fault>> current();
  World& world_;
  std::string path_;
  std::mutex mutex_;
  world::FileInfo seen_;
  std::shared_ptr<const std::vector<Fault>> faults_;
};

}  // namespace terrace::sandbox
