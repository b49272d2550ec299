// SPDX-License-Identifier: Apache-2.0
// The append-only, hash-chained history (contract 5 "Ledger entry"): one interface over SQLite. Everything else
// (deployments, approvals, protection) is folded from the entries; nothing but the chain is stored.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/world.h"

namespace terrace::ledger {

struct Entry {
  std::uint64_t seq = 0;           ///< from 1, without gaps
  std::string prev;                ///< hash of the entry before; 64 zeros for the first
  std::string at;                  ///< RFC 3339
  std::string actor;               ///< who, as claimed
  std::string identity;            ///< how that is known: "asserted", "ssh:SHA256:…"
  std::string kind;                ///< "deployment", "approval", …
  std::string environment, stack;
  std::uint64_t deployment = 0;    ///< number, 0 if none
  bool simulated = false;
  std::string body = "{}";         ///< canonical JSON object
  std::string hash;                ///< SHA-256 over the canonical JSON of all of the above
};
/// The hash that `entry` should carry.
std::string entry_hash(const Entry& entry);
/// The entry as one line of canonical JSON, with its hash.
std::string entry_json(const Entry& entry);

/// What verification found; `broken` names the first entry whose content, link or place is wrong.
struct Verification {
  std::uint64_t entries = 0;
  std::string head;
  std::optional<std::uint64_t> broken;
  std::string problem;             ///< one sentence, empty when sound
  bool sound() const { return problem.empty(); }
};
/// Checks a chain already in memory, and against a known head if one is given.
Verification verify(const std::vector<Entry>& entries, std::string_view known_head = {});

class Ledger {
 public:
  /// Opens or creates (0600, WAL, synchronous=FULL). Errors: invalid when the file is no ledger or damaged, busy, io.
  static Result<std::unique_ptr<Ledger>> open(World& world, const std::string& path);
  ~Ledger();
  /// All entries with seq > `after`, in order.
  Result<std::vector<Entry>> entries(std::uint64_t after = 0);
  /// One exclusive transaction: `decide` sees the entries added since `after`, and answers those to append (seq, prev,
  /// hash and, when empty, at are filled in). Its error leaves the ledger as it was. Returns the appended entries.
  using Decide = std::function<Result<std::vector<Entry>>(const std::vector<Entry>& news)>;
  Result<std::vector<Entry>> transact(std::uint64_t after, const Decide& decide);
  /// Secret of this project, made with the ledger: sensitive values enter plan identities as HMAC under it.
  const std::string& project_key() const;
  std::string head();

  struct Impl;

 private:
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Entries of an exported file (one JSON line each) or of a database file.
Result<std::vector<Entry>> read_entries(World& world, const std::string& path);

}  // namespace terrace::ledger
