// SPDX-License-Identifier: Apache-2.0
// The ledger in one SQLite file. Decisions are made inside one IMMEDIATE transaction, so two processes cannot both
// take the last approval or the next deployment number.
#include <sqlite3.h>

#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "ledger/ledger.h"

namespace terrace::ledger {

namespace {
const std::string kZeros(64, '0');

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) { status_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& bind(int index, const std::string& text) {
    if (statement_ != nullptr) sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(int index, std::uint64_t number) {
    if (statement_ != nullptr) sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(number));
    return *this;
  }
  int step() { return status_ = statement_ == nullptr ? status_ : sqlite3_step(statement_); }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column)); }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int status_ = SQLITE_OK;
};

Error failure(sqlite3* db, std::string_view doing) {
  int code = sqlite3_errcode(db);
  ErrorKind kind = ErrorKind::io;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) kind = ErrorKind::busy;
  if (code == SQLITE_FULL) kind = ErrorKind::no_space;
  if (code == SQLITE_PERM || code == SQLITE_READONLY || code == SQLITE_CANTOPEN) kind = ErrorKind::permission;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) kind = ErrorKind::invalid;
  std::string message = kind == ErrorKind::invalid ? format("the file is damaged or is no ledger ({})", sqlite3_errmsg(db)) : sqlite3_errmsg(db);
  return Error{kind, format("{}: {}", doing, message), code};
}

Result<void> execute(sqlite3* db, const char* sql, std::string_view doing) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(db, doing);
  return {};
}

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS entries(
  seq INTEGER PRIMARY KEY, prev TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, identity TEXT NOT NULL,
  kind TEXT NOT NULL, environment TEXT NOT NULL, stack TEXT NOT NULL, deployment INTEGER NOT NULL,
  simulated INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;)";
constexpr const char* kColumns = "seq, prev, at, actor, identity, kind, environment, stack, deployment, simulated, body, hash";
}  // namespace

struct Ledger::Impl {
  World& world;
  sqlite3* db = nullptr;
  std::string project_key;
  explicit Impl(World& w) : world(w) {}
  ~Impl() { sqlite3_close(db); }

  Result<std::vector<Entry>> read(std::uint64_t after) {
    std::vector<Entry> entries;
    Statement select(db, format("SELECT {} FROM entries WHERE seq > ? ORDER BY seq", kColumns).c_str());
    select.bind(1, after);
    int status = 0;
    while ((status = select.step()) == SQLITE_ROW) {
      Entry entry;
      entry.seq = select.number(0);
      entry.prev = select.text(1);
      entry.at = select.text(2);
      entry.actor = select.text(3);
      entry.identity = select.text(4);
      entry.kind = select.text(5);
      entry.environment = select.text(6);
      entry.stack = select.text(7);
      entry.deployment = select.number(8);
      entry.simulated = select.number(9) != 0;
      entry.body = select.text(10);
      entry.hash = select.text(11);
      entries.push_back(std::move(entry));
    }
    if (status != SQLITE_DONE) return failure(db, "reading the ledger");
    return entries;
  }

  Result<void> insert(const Entry& e) {
    Statement insert(db, format("INSERT INTO entries({}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", kColumns).c_str());
    insert.bind(1, e.seq).bind(2, e.prev).bind(3, e.at).bind(4, e.actor).bind(5, e.identity).bind(6, e.kind);
    insert.bind(7, e.environment).bind(8, e.stack).bind(9, e.deployment).bind(10, std::uint64_t{e.simulated ? 1U : 0U});
    insert.bind(11, e.body).bind(12, e.hash);
    if (insert.step() != SQLITE_DONE) return failure(db, "writing the ledger");
    return {};
  }

  std::pair<std::uint64_t, std::string> last() {
    Statement select(db, "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1");
    if (select.step() == SQLITE_ROW) return {select.number(0), select.text(1)};
    return {0, kZeros};
  }
};

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;
const std::string& Ledger::project_key() const { return impl_->project_key; }
std::string Ledger::head() { return impl_->last().second; }

Result<std::unique_ptr<Ledger>> Ledger::open(World& world, const std::string& path) {
  TRY(world.files.make_directories(world::dir_name(path), world::Mode600::secret));
  if (world.files.stat(path).kind == world::FileKind::none) {
    // Made through the world first, so that the file is 0600 from its first byte.
    TRY(world.files.write_in_place(path, "", world::Mode600::secret));
  }
  auto impl = std::make_unique<Impl>(world);
  if (sqlite3_open_v2(path.c_str(), &impl->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr) != SQLITE_OK) {
    return failure(impl->db, format("opening {}", path));
  }
  sqlite3_busy_timeout(impl->db, 10'000);
  TRY(execute(impl->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;", format("opening {}", path)));
  TRY(execute(impl->db, "BEGIN IMMEDIATE", format("opening {}", path)));
  TRY(execute(impl->db, kSchema, format("opening {}", path)));
  {
    Statement select(impl->db, "SELECT value FROM settings WHERE name='project_key'");
    if (select.step() == SQLITE_ROW) impl->project_key = select.text(0);
  }
  if (impl->project_key.empty()) {
    impl->project_key = base::hex(world.random.bytes(32));
    Statement insert(impl->db, "INSERT INTO settings(name, value) VALUES('project_key', ?), ('format', '1')");
    if (insert.bind(1, impl->project_key).step() != SQLITE_DONE) return failure(impl->db, "writing the ledger");
  }
  TRY(execute(impl->db, "COMMIT", "writing the ledger"));
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Result<std::vector<Entry>> Ledger::entries(std::uint64_t after) { return impl_->read(after); }

Result<std::vector<Entry>> Ledger::transact(std::uint64_t after, const Decide& decide) {
  TRY(execute(impl_->db, "BEGIN IMMEDIATE", "locking the ledger"));
  auto run = [&]() -> Result<std::vector<Entry>> {
    auto news = TRY(impl_->read(after));
    auto drafts = TRY(decide(news));
    auto [seq, prev] = impl_->last();
    for (auto& entry : drafts) {
      entry.seq = ++seq;
      entry.prev = prev;
      if (entry.at.empty()) entry.at = world::rfc3339(impl_->world.clock.now());
      if (entry.body.empty()) entry.body = "{}";
      entry.body = TRY(base::canonical_json(entry.body));
      entry.hash = entry_hash(entry);
      prev = entry.hash;
      TRY(impl_->insert(entry));
    }
    return drafts;
  };
  auto result = run();
  if (!result) {
    sqlite3_exec(impl_->db, "ROLLBACK", nullptr, nullptr, nullptr);
    return result;
  }
  if (auto committed = execute(impl_->db, "COMMIT", "writing the ledger"); !committed) {
    sqlite3_exec(impl_->db, "ROLLBACK", nullptr, nullptr, nullptr);
    return std::move(committed).error();
  }
  return result;
}

Result<std::vector<Entry>> read_entries(World& world, const std::string& path) {
  std::string text = TRY(world.files.read(path));
  if (text.starts_with("SQLite format 3")) {
    auto impl = std::make_unique<Ledger::Impl>(world);
    if (sqlite3_open_v2(path.c_str(), &impl->db, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) return failure(impl->db, format("opening {}", path));
    return impl->read(0);
  }
  std::vector<Entry> entries;
  std::size_t number = 0;
  for (auto line : base::split(text, '\n')) {
    ++number;
    if (base::trim(line).empty()) continue;
    auto document = base::JsonDocument::parse(std::string(line));
    if (!document) return std::move(document).error().during(format("line {} of {}", number, path));
    auto root = document->root();
    Entry entry;
    entry.seq = static_cast<std::uint64_t>(root["seq"].integer().value_or(0));
    entry.prev = root["prev"].string();
    entry.at = root["at"].string();
    entry.actor = root["actor"].string();
    entry.identity = root["identity"].string();
    entry.kind = root["kind"].string();
    entry.environment = root["environment"].string();
    entry.stack = root["stack"].string();
    entry.deployment = static_cast<std::uint64_t>(root["deployment"].integer().value_or(0));
    entry.simulated = root["simulated"].boolean();
    entry.body = root["body"].kind() == JsonKind::object ? std::string(root["body"].raw()) : std::string(root["body"].string());
    entry.hash = root["hash"].string();
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace terrace::ledger
