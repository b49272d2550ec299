// SPDX-License-Identifier: Apache-2.0
// Write-ahead journal of effects (reliability-security 4.1, contract 6): an intent is durable before its provider
// call, its outcome after it. Append-only, one checksummed record a line; a torn tail is dropped.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "addrs/addrs.h"
#include "state/state.h"
#include "world/world.h"

namespace terrace::journal {

struct Intent {
  std::string run;                 ///< which apply
  std::uint64_t sequence = 0;      ///< given by the journal
  addrs::Instance address;
  std::string deposed;              ///< the object concerned is this deposed one
  std::string deposes;              ///< before this create the current object was moved to this deposed key (recovery does it too)
  addrs::ProviderConfig provider;
  std::string action;              ///< "create", "update", "delete"
  std::string planned_digest;      ///< SHA-256 of the planned value's JSON
  std::string nonce;
  std::string prior_id;            ///< `id` attribute before, when there was one
  std::string planned_identity;    ///< JSON of the known key attributes of the planned object, for finding it again
  std::int64_t schema_version = 0;
};
struct Outcome {
  std::uint64_t sequence = 0;
  enum class Kind : std::uint8_t { stored, gone, failed_without_effect } kind;
  state::ObjectRef object;         ///< stored
};

/// Where intents and outcomes go. Thread-safe; group commit allowed: a call returns when its record is durable.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<std::uint64_t> intend(Intent intent) = 0;
  virtual Result<void> conclude(Outcome outcome) = 0;
};

/// An intent without outcome.
struct Doubt { Intent intent; };

/// The file journal beside the state: `<state path>.journal` or in the data directory.
class Journal : public Sink {
 public:
  /// Opens or creates; drops a torn tail; error on a damaged middle, naming the record.
  static Result<std::unique_ptr<Journal>> open(World& world, std::string path);
  Result<std::uint64_t> intend(Intent intent) override;
  Result<void> conclude(Outcome outcome) override;
  /// The full snapshot is durable here before the state file is written in place (local protocol, 4.2).
  Result<void> snapshot(std::string_view state_text);
  /// After the state is stored: forgets all but open intents.
  Result<void> fold(const std::string& lineage, std::uint64_t serial);
  struct Contents {
    std::vector<Doubt> doubts;                       ///< intents without outcome
    std::vector<std::pair<Intent, Outcome>> unfolded; ///< outcomes not yet in a stored state
    std::optional<std::string> snapshot;             ///< last full state text
  };
  const Contents& contents() const;                  ///< as read at open
  /// Settles a doubt by hand or by re-reading.
  Result<void> settle(std::uint64_t sequence, Outcome outcome);
  ~Journal() override;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace terrace::journal
