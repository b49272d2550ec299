// SPDX-License-Identifier: Apache-2.0
// Where state is kept: read, write by compare-and-swap, lock. Nothing else; ops/ executes.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "state/state.h"
#include "world/world.h"

namespace terrace::backend {

/// Terraform's lock information (checklist G2).
struct LockInfo {
  std::string id, operation, info, who, version, created, path;
};
std::string lock_info_json(const LockInfo& info);

/// Released when destroyed.
class StateLock {
 public:
  virtual ~StateLock() = default;
  virtual const LockInfo& info() const = 0;
};
/// A state as read: its text and what compare-and-swap needs.
struct Stored {
  std::string text;          ///< empty: there is no state yet, or only the empty file an interrupted write leaves
  bool absent = false;       ///< there is no state yet; an empty file made by taking the lock counts as none
  std::string token;         ///< opaque; hash of the bytes for local
};
class Backend {
 public:
  virtual ~Backend() = default;
  virtual Result<Stored> read() = 0;
  /// Writes only if the stored bytes are still those of `expected`; returns the new token.
  /// Errors: conflict (somebody else wrote), no_space, permission, io. The old state is intact after any error
  /// that says so; local writes are in place after the journal holds the snapshot.
  virtual Result<std::string> write(std::string_view text, const std::string& expected_token) = 0;
  /// Waits up to `timeout` (zero: try once). Error busy: message holds the holder's information.
  virtual Result<std::unique_ptr<StateLock>> lock(const LockInfo& info, std::chrono::milliseconds timeout) = 0;
  virtual std::string describe() const = 0;        ///< path or URL, for messages
  virtual std::string journal_path() const = 0;    ///< where the run's journal lives
};

struct LocalOptions {
  std::string path;            ///< state file
  std::string backup_path;     ///< "-" disables; empty: path + ".backup"
  std::string out_path;        ///< -state-out
};
std::unique_ptr<Backend> make_local(World& world, LocalOptions options);

}  // namespace terrace::backend
