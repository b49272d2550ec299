// SPDX-License-Identifier: Apache-2.0
// Group commit, snapshots and folding. One thread at a time does input and output, outside the mutex; the others
// queue records and wait for the ticket of theirs.
#include "journal/journal.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include "base/format.h"
#include "journal/record.h"

namespace terrace::journal {
namespace {

std::string snapshot_path(const std::string& path) { return path + ".snapshot"; }

/// What observe() looks at on each call; the rest waits for kEverything.
constexpr std::size_t kObserved = 256;

struct Entry {
  Intent intent;
  std::optional<Outcome> outcome;
  Journal::Mark held_since = Journal::kEverything;   ///< the first mark whose state holds the outcome
  bool held_at(Journal::Mark mark) const { return outcome && (mark == Journal::kEverything || held_since <= mark); }
};

bool holds(const State& state, const Entry& entry) {
  const Intent& intent = entry.intent;
  state::ObjectRef there;
  if (intent.deposed.empty()) {
    there = state.object(intent.address);
  } else if (const auto* resource = state.find(intent.address.abs_resource())) {
    if (const auto* instance = resource->find(intent.address.key)) {
      for (const auto& deposed : instance->deposed) {
        if (deposed.key == intent.deposed) there = deposed.object;
      }
    }
  }
  return there == entry.outcome->object;  // gone: both are null
}

}  // namespace

struct Journal::Impl {
  Impl(World& w, std::string p) : world(w), path(std::move(p)) {}

  World& world;
  const std::string path;
  Contents contents;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::uint64_t, Entry> entries;        // open intents and unfolded outcomes
  std::uint64_t next_sequence = 1;
  Mark mark = 0;
  std::vector<std::uint64_t> unobserved;         // concluded, not yet seen in a state

  std::string pending;                           // records not yet handed to the file
  std::uint64_t pending_ticket = 0;              // of the last record in `pending`
  std::uint64_t durable_ticket = 0;
  bool busy = false;                             // a thread does input and output
  std::optional<Error> broken;                   // the file may end in half a line
  std::unique_ptr<world::AppendFile> file;       // opened at the first record; null: open it
  bool rewrite = false;                          // the file on disk has a torn tail
  bool snapshot_exists = false;

  Result<void> load();
  Result<void> commit(std::unique_lock<std::mutex>& lock);
  Result<void> write(const std::string& line);
  Result<void> open_file();
  std::string content(Mark folded) const;
};

Result<void> Journal::Impl::load() {
  auto bytes = world.files.read(path);
  if (!bytes && bytes.error().kind != ErrorKind::not_found) return std::move(bytes).error();
  if (bytes) {
    std::string_view rest = *bytes;
    std::size_t number = 0, bad = 0;
    while (!rest.empty()) {
      ++number;
      std::size_t newline = rest.find('\n');
      std::string_view line = rest.substr(0, newline);
      rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
      if (newline == std::string_view::npos || !line_is_whole(line)) {
        if (bad == 0) bad = number;
        continue;
      }
      if (bad != 0) {
        return Error{ErrorKind::invalid,
                     format("line {} of {} is damaged while later ones are whole, so it was not an interrupted write; it held the "
                            "intent or the outcome of a change. Compare the resources of that run with the state, then move the file away",
                            bad, path),
                     0};
      }
      auto records = read_line(line);
      if (!records) return std::move(records).error().during(format("line {} of {}", number, path));
      for (auto& record : *records) {
        if (auto* intent = std::get_if<Intent>(&record)) {
          next_sequence = std::max(next_sequence, intent->sequence + 1);
          entries[intent->sequence].intent = std::move(*intent);
        } else {
          auto& outcome = std::get<Outcome>(record);
          auto entry = entries.find(outcome.sequence);
          if (entry == entries.end()) {
            return Error{ErrorKind::invalid, format("line {} of {} tells the outcome of an intent that is not in the file", number, path), 0};
          }
          entry->second.outcome = std::move(outcome);
        }
      }
    }
    contents.torn = rewrite = bad != 0;
  }
  auto snapshot = world.files.read(snapshot_path(path));
  if (snapshot) {
    snapshot_exists = true;
    if (auto read = read_snapshot(*snapshot)) {
      contents.snapshot_lineage = std::move(read->first.lineage);
      contents.snapshot_serial = read->first.serial;
      contents.held = std::move(read->first.holds);
      std::sort(contents.held.begin(), contents.held.end());
      contents.snapshot = std::move(read->second);
    }
  } else if (snapshot.error().kind != ErrorKind::not_found) {
    return std::move(snapshot).error();
  }
  for (const auto& [sequence, entry] : entries) {
    if (entry.outcome) {
      contents.unfolded.emplace_back(entry.intent, *entry.outcome);
    } else {
      contents.doubts.push_back({entry.intent});
    }
  }
  return {};
}

/// The whole file without what is folded at `folded`; 0 keeps everything.
std::string Journal::Impl::content(Mark folded) const {
  std::string records;
  for (const auto& [sequence, entry] : entries) {
    if (folded != 0 && entry.held_at(folded)) continue;
    append_record(records, entry.intent);
    if (entry.outcome) append_record(records, *entry.outcome);
  }
  return records.empty() ? std::string() : make_line(records);
}

Result<void> Journal::Impl::open_file() {
  if (file) return {};
  if (world.files.stat(path).kind == world::FileKind::none) {
    TRY(world.files.make_directories(world::dir_name(path), world::Mode600::secret));
    TRY(world.files.write_atomic(path, "", world::Mode600::secret));  // its name is durable before its content
  }
  file = TRY(world.files.open_append(path, world::Mode600::secret));
  return {};
}

Result<void> Journal::Impl::write(const std::string& line) {
  TRY(open_file());
  TRY(file->append(line));
  return file->sync();
}

/// Makes the record just put into `pending` durable, alone or with others.
Result<void> Journal::Impl::commit(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t mine = ++pending_ticket;
  while (durable_ticket < mine) {
    if (broken) return *broken;
    if (busy) {
      changed.wait(lock);
      continue;
    }
    busy = true;
    Result<void> done;
    const std::uint64_t ticket = pending_ticket;
    if (rewrite) {
      // The torn tail goes before anything follows it; everything queued is in `entries` already.
      std::string all = content(0);
      pending.clear();
      lock.unlock();
      done = world.files.write_atomic(path, all, world::Mode600::secret);
      lock.lock();
      if (done) rewrite = false;
    } else {
      std::string line = make_line(pending);
      pending.clear();
      lock.unlock();
      done = write(line);
      lock.lock();
    }
    busy = false;
    if (done) {
      durable_ticket = ticket;
    } else {
      broken = std::move(done).error().during("writing " + path);
      file.reset();
    }
    changed.notify_all();
  }
  return {};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(World& world, std::string path) {
  auto impl = std::make_unique<Impl>(world, std::move(path));
  TRY(impl->load());
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

const Journal::Contents& Journal::contents() const { return impl_->contents; }

Result<std::uint64_t> Journal::intend(Intent intent) {
  std::unique_lock lock(impl_->mutex);
  if (impl_->broken) return *impl_->broken;
  const std::uint64_t sequence = intent.sequence = impl_->next_sequence++;
  append_record(impl_->pending, intent);
  impl_->entries.emplace(sequence, Entry{std::move(intent), std::nullopt, kEverything});
  auto done = impl_->commit(lock);
  if (!done) {
    impl_->entries.erase(sequence);  // the caller will not begin
    return std::move(done).error();
  }
  return sequence;
}

Result<void> Journal::conclude(Outcome outcome) { return settle(outcome.sequence, std::move(outcome)); }

Result<void> Journal::settle(std::uint64_t sequence, Outcome outcome) {
  std::string record;
  outcome.sequence = sequence;
  append_record(record, outcome);
  std::unique_lock lock(impl_->mutex);
  auto entry = impl_->entries.find(sequence);
  if (entry == impl_->entries.end() || entry->second.outcome) {
    return Error{ErrorKind::not_found, format("the journal has no open intent {}", sequence), 0};
  }
  if (outcome.kind == Outcome::Kind::failed_without_effect) {
    entry->second.held_since = impl_->mark;  // nothing that a state could hold
  } else {
    impl_->unobserved.push_back(sequence);
  }
  // Kept even when it cannot be written now: a later fold writes it.
  entry->second.outcome = std::move(outcome);
  if (impl_->broken) return *impl_->broken;
  if (!impl_->pending.empty()) impl_->pending.push_back(',');
  impl_->pending += record;
  return impl_->commit(lock);
}

Journal::Mark Journal::observe(const State& state) {
  std::lock_guard lock(impl_->mutex);
  const Mark mark = ++impl_->mark;
  auto& unobserved = impl_->unobserved;
  auto from = unobserved.size() > kObserved ? unobserved.end() - kObserved : unobserved.begin();
  std::vector<const Intent*> seen;
  for (auto at = from; at != unobserved.end(); ++at) {
    auto entry = impl_->entries.find(*at);
    if (entry != impl_->entries.end() && !holds(state, entry->second)) continue;
    if (entry != impl_->entries.end()) {
      entry->second.held_since = mark;
      seen.push_back(&entry->second.intent);
    }
    *at = 0;
  }
  // What came before a held outcome at the same place (the delete of a replacement) is past as well.
  for (const Intent* intent : seen) {
    for (auto& sequence : unobserved) {
      if (sequence == 0 || sequence > intent->sequence) continue;
      auto found = impl_->entries.find(sequence);
      if (found == impl_->entries.end()) continue;
      Entry& entry = found->second;
      if (!(entry.intent.address == intent->address) || entry.intent.deposed != intent->deposed) continue;
      entry.held_since = mark;
      sequence = 0;
    }
  }
  unobserved.erase(std::remove(unobserved.begin(), unobserved.end(), 0), unobserved.end());
  return mark;
}

Result<void> Journal::snapshot(std::string_view state_text, const std::string& lineage, std::uint64_t serial, Mark mark) {
  SnapshotHeader header{lineage, serial, {}};
  {
    std::lock_guard lock(impl_->mutex);
    for (const auto& [sequence, entry] : impl_->entries) {
      if (entry.held_at(mark)) header.holds.push_back(sequence);
    }
    impl_->snapshot_exists = true;
  }
  TRY(impl_->world.files.make_directories(world::dir_name(impl_->path), world::Mode600::secret));
  return impl_->world.files.write_atomic(snapshot_path(impl_->path), make_snapshot(header, state_text), world::Mode600::secret);
}

Result<void> Journal::fold(Mark mark) {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [&] { return !impl_->busy; });
  impl_->busy = true;
  const std::uint64_t ticket = impl_->pending_ticket;
  const std::size_t queued = impl_->pending.size();  // all of it is in `left` or folded
  std::string left = impl_->content(mark);
  std::vector<std::uint64_t> folded;
  for (const auto& [sequence, entry] : impl_->entries) {
    if (entry.held_at(mark)) folded.push_back(sequence);
  }
  impl_->file.reset();  // the path gets another file
  const bool snapshot = impl_->snapshot_exists;
  lock.unlock();
  auto& files = impl_->world.files;
  Result<void> done;
  if (!left.empty()) {
    done = files.write_atomic(impl_->path, left, world::Mode600::secret);
  } else if (files.stat(impl_->path).kind != world::FileKind::none) {
    done = files.remove(impl_->path);
  }
  if (done && snapshot) done = files.remove(snapshot_path(impl_->path));
  lock.lock();
  impl_->busy = false;
  if (done) {
    for (auto sequence : folded) impl_->entries.erase(sequence);
    auto gone = [&](std::uint64_t sequence) { return impl_->entries.count(sequence) == 0; };
    impl_->unobserved.erase(std::remove_if(impl_->unobserved.begin(), impl_->unobserved.end(), gone), impl_->unobserved.end());
    impl_->pending.erase(0, queued);
    if (queued != 0 && !impl_->pending.empty()) impl_->pending.erase(0, 1);  // the comma
    impl_->durable_ticket = std::max(impl_->durable_ticket, ticket);
    impl_->broken.reset();
    impl_->rewrite = impl_->snapshot_exists = false;
  }
  impl_->changed.notify_all();
  if (!done) return std::move(done).error().during("folding " + impl_->path);
  return {};
}

}  // namespace terrace::journal
