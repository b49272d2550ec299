// SPDX-License-Identifier: Apache-2.0
// State in a local file (checklist G2, reliability-security 4.2): Terraform's lock, writes in place so that the inode
// under that lock stays, and the previous state kept aside before the first change.
#include <algorithm>
#include <optional>

#include "backend/backend.h"
#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"

namespace terrace::backend {
namespace {

constexpr std::string_view kAbsent = "absent";
/// In the lock information while the state file is there only because the lock needs one.
constexpr std::string_view kNoStateYet = "no state yet";

std::string token_of(std::string_view text) { return base::sha256_hex(text); }

std::optional<LockInfo> parse_lock_info(const std::string& text) {
  base::JsonLimits limits;
  limits.depth = 4;
  auto document = JsonDocument::parse(text, limits);
  if (!document || document->root().kind() != JsonKind::object) return std::nullopt;
  JsonValue root = document->root();
  auto member = [&](std::string_view name) { return std::string(root[name].string()); };
  return LockInfo{member("ID"), member("Operation"), member("Info"), member("Who"), member("Version"), member("Created"), member("Path")};
}

std::string holder_text(const std::optional<LockInfo>& holder) {
  if (!holder) return "its holder left no information";
  std::string text = format("{} holds it", holder->who.empty() ? "an unnamed process" : base::printable(holder->who));
  if (!holder->created.empty()) text += format(" since {}", base::printable(holder->created));
  if (!holder->operation.empty()) text += format(" for {}", base::printable(holder->operation));
  if (!holder->version.empty()) text += format(", version {}", base::printable(holder->version));
  if (!holder->id.empty()) text += format(", lock ID {}", base::printable(holder->id));
  return text;
}

class Local : public Backend {
 public:
  Local(World& world, LocalOptions options) : world_(world), options_(std::move(options)) {
    if (options_.out_path.empty()) options_.out_path = options_.path;
    if (options_.backup_path.empty()) options_.backup_path = options_.out_path + ".backup";
  }

  Result<Stored> read() override {
    auto text = world_.files.read(options_.path);
    if (!text) {
      if (text.error().kind == ErrorKind::not_found) return Stored{"", true, std::string(kAbsent)};
      return std::move(text).error();
    }
    Stored stored{std::move(*text), false, {}};
    stored.token = token_of(stored.text);
    if (stored.text.empty()) stored.absent = is_lock_file(options_.path);
    return stored;
  }

  Result<std::string> write(std::string_view text, const std::string& expected_token) override {
    const bool elsewhere = options_.out_path != options_.path;
    TRY(world_.files.make_directories(world::dir_name(options_.out_path)));
    auto old = world_.files.read(options_.out_path);
    if (!old && old.error().kind != ErrorKind::not_found) return std::move(old).error();
    const bool empty = !old || old->empty();
    const std::string token = old ? token_of(*old) : std::string(kAbsent);
    const std::string& expected = elsewhere && !out_token_.empty() ? out_token_ : expected_token;
    const bool checked = !elsewhere || !out_token_.empty();
    if (checked && token != expected && !(empty && expected == kAbsent)) {
      return Error{ErrorKind::conflict,
                   format("{} was written by somebody else since it was read; their state is left as it is", options_.out_path), 0};
    }
    if (old && *old == text) return out_token_ = token;
    if (!empty && !backed_up_ && options_.backup_path != "-") {
      auto kept = world_.files.write_atomic(options_.backup_path, *old, world::Mode600::secret);
      if (!kept) return std::move(kept).error().during(format("keeping the previous state in {}", options_.backup_path));
    }
    backed_up_ = true;
    auto written = world_.files.write_in_place(options_.out_path, text, world::Mode600::secret);
    if (!written) return put_back(old ? *old : std::string(), std::move(written).error());
    return out_token_ = token_of(text);
  }

  Result<std::unique_ptr<StateLock>> lock(const LockInfo& info, std::chrono::milliseconds timeout) override;
  std::string describe() const override { return options_.out_path; }
  std::string journal_path() const override { return options_.out_path + ".journal"; }

 private:
  friend class LocalLock;

  std::string info_path() const {
    return world::join_path(world::dir_name(options_.out_path), "." + world::base_name(options_.out_path) + ".lock.info");
  }
  std::optional<LockInfo> holder() const {
    auto text = world_.files.read(info_path(), std::uint64_t{1} << 20);
    return text ? parse_lock_info(*text) : std::nullopt;
  }
  /// An empty file that a lock of ours made, now or in a run that was killed before it had a state to store.
  bool is_lock_file(const std::string& path) const {
    if (path != options_.out_path) return false;
    if (made_file_) return true;
    if (world_.files.stat(journal_path() + ".snapshot").kind != world::FileKind::none) return false;
    auto last = holder();
    return last && last->info == kNoStateYet;
  }
  Error put_back(const std::string& old, Error cause) {
    auto restored = old.empty() ? world_.files.write_in_place(options_.out_path, "", world::Mode600::secret)
                                : world_.files.write_in_place(options_.out_path, old, world::Mode600::secret);
    if (restored) return std::move(cause).during(format("writing {}, whose previous content was put back", options_.out_path));
    return std::move(cause).during(format("writing {}, which is now incomplete (the whole state is in {}.snapshot, and the next command "
                                          "repairs it from there)",
                                          options_.out_path, journal_path()));
  }

  World& world_;
  LocalOptions options_;
  std::string out_token_;   ///< what we last wrote
  bool backed_up_ = false;
  bool made_file_ = false;  ///< the lock made the file, and nothing was written to it yet
};

class LocalLock : public StateLock {
 public:
  LocalLock(Local& backend, std::unique_ptr<world::FileLock> lock, LockInfo info)
      : backend_(backend), lock_(std::move(lock)), info_(std::move(info)) {}
  ~LocalLock() override {
    auto& files = backend_.world_.files;
    // Failures here leave a stale information file, which the next holder overwrites.
    (void)files.remove(backend_.info_path());
    if (backend_.made_file_) {
      auto now = files.stat(backend_.options_.out_path);
      if (now.kind == world::FileKind::regular && now.size == 0) (void)files.remove(backend_.options_.out_path);
      backend_.made_file_ = false;
    }
    lock_.reset();
  }
  const LockInfo& info() const override { return info_; }

 private:
  Local& backend_;
  std::unique_ptr<world::FileLock> lock_;
  LockInfo info_;
};

Result<std::unique_ptr<StateLock>> Local::lock(const LockInfo& info, std::chrono::milliseconds timeout) {
  TRY(world_.files.make_directories(world::dir_name(options_.out_path)));
  const auto deadline = world_.clock.monotonic() + timeout;
  std::chrono::nanoseconds pause = std::chrono::seconds(1);
  for (;;) {
    const bool absent = world_.files.stat(options_.out_path).kind == world::FileKind::none;
    auto held = world_.files.try_lock(options_.out_path);
    if (held) {
      LockInfo mine = info;
      mine.path = options_.out_path;
      made_file_ = absent && world_.files.stat(options_.out_path).size == 0;
      if (made_file_) mine.info = kNoStateYet;
      auto lock = std::make_unique<LocalLock>(*this, std::move(*held), mine);
      auto told = world_.files.write_in_place(info_path(), lock_info_json(mine), world::Mode600::secret);
      if (!told) return std::move(told).error().during(format("writing {}", info_path()));
      return std::unique_ptr<StateLock>(std::move(lock));
    }
    if (held.error().kind != ErrorKind::busy) return std::move(held).error();
    const auto left = deadline - world_.clock.monotonic();
    if (left <= std::chrono::nanoseconds(0) || world_.interrupts.count() > 0) {
      return Error{ErrorKind::busy, holder_text(holder()), held.error().code};
    }
    world_.clock.sleep(std::min<std::chrono::nanoseconds>(pause, left));
    pause = std::min<std::chrono::nanoseconds>(pause * 2, std::chrono::seconds(16));
  }
}

}  // namespace

std::string lock_info_json(const LockInfo& info) {
  std::string out;
  JsonWriter writer(out);
  auto member = [&](std::string_view name, const std::string& text) { writer.member(name, std::string_view(text)); };
  writer.begin_object();
  member("ID", info.id);
  member("Operation", info.operation);
  member("Info", info.info);
  member("Who", info.who);
  member("Version", info.version);
  member("Created", info.created);
  member("Path", info.path);
  writer.end_object();
  return out;
}

std::unique_ptr<Backend> make_local(World& world, LocalOptions options) {
  return std::make_unique<Local>(world, std::move(options));
}

}  // namespace terrace::backend
