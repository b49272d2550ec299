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

/// The file journal beside the state: Backend::journal_path(). Nothing is written before the first record, so that
/// reading verbs may open the journal of a run that is under way.
class Journal : public Sink {
 public:
  /// Reads what there is; a torn tail is left out. Error (invalid): a damaged middle, naming the line.
  static Result<std::unique_ptr<Journal>> open(World& world, std::string path);
  /// Concurrent calls share one write and one fdatasync. After an error every call fails with it until fold()
  /// succeeds. Errors: no_space, permission, io; not_found from conclude() without open intent.
  Result<std::uint64_t> intend(Intent intent) override;
  Result<void> conclude(Outcome outcome) override;

  /// A point in the run: what the state held that is about to be stored.
  using Mark = std::uint64_t;
  static constexpr Mark kEverything = ~Mark{0};
  /// Notes which concluded outcomes `state` holds (by object identity). Call it with every state that follows a
  /// conclude(), and take the mark of a copy at the moment of copying. Without it only kEverything folds outcomes.
  Mark observe(const State& state);
  /// The full snapshot is durable before the state file is written in place (local protocol, 4.2).
  Result<void> snapshot(std::string_view state_text, const std::string& lineage, std::uint64_t serial, Mark mark = kEverything);
  /// After the state is stored: forgets the outcomes that it held at `mark`; open intents and later outcomes stay.
  /// With nothing left the files are removed.
  Result<void> fold(Mark mark = kEverything);

  struct Contents {
    std::vector<Doubt> doubts;                       ///< intents without outcome, by sequence
    std::vector<std::pair<Intent, Outcome>> unfolded; ///< outcomes not known to be in a stored state, by sequence
    std::optional<std::string> snapshot;             ///< last full state text, when its write was not confirmed
    std::string snapshot_lineage;
    std::uint64_t snapshot_serial = 0;
    std::vector<std::uint64_t> held;                 ///< sequences that the snapshot reflects, sorted
    bool torn = false;                               ///< a torn tail was left out
  };
  const Contents& contents() const;                  ///< as read at open
  /// Settles a doubt by hand or by re-reading. Error (not_found): no such open intent.
  Result<void> settle(std::uint64_t sequence, Outcome outcome);
  ~Journal() override;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace terrace::journal
