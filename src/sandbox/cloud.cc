// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cloud.h"

#include <charconv>

#include "base/format.h"
#include "base/strings.h"
#include "sandbox/synth.h"

namespace terrace::sandbox {
namespace {

constexpr std::uint64_t kSnapshotAfter = 4 << 20;  ///< bytes of log read at open that make a snapshot worth it

/// Fields are separated by blanks, so these four characters are written as %XX; an empty field is "-".
void append_field(std::string& out, std::string_view text) {
  if (text.empty() || text == "-") {
    out += text.empty() ? "-" : "%2D";
    return;
  }
  for (char c : text) {
    if (c == ' ' || c == '%' || c == '\n' || c == '\r') out += format("%{:02X}", static_cast<unsigned char>(c));
    else out += c;
  }
}
std::string field(std::string_view text) {
  if (text == "-") return {};
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      unsigned code = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16);
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}
std::string joined(std::string_view scope, std::string_view name) {
  std::string out;
  out.reserve(scope.size() + 1 + name.size());
  out.append(scope).append(1, '\n').append(name);
  return out;
}
std::string joined(std::string_view scope, std::string_view id, std::string_view unique) {
  return joined(joined(scope, id), unique);
}

std::string line_of(std::string_view stamp, std::string_view action, std::string_view type, std::string_view scope, std::string_view id,
                    std::string_view unique, std::string_view environment, std::string_view json) {
  std::string body;
  body.reserve(64 + type.size() + id.size() + json.size());
  body.append(stamp).append(1, ' ').append(action).append(1, ' ');
  append_field(body, type);
  for (std::string_view each : {scope, id, unique, environment}) {
    body += ' ';
    append_field(body, each);
  }
  if (!json.empty()) body.append(1, ' ').append(json);
  return format("{:08x} {}\n", crc32_of(body), body);
}

}  // namespace

Cloud::~Cloud() = default;

Result<std::shared_ptr<Cloud>> Cloud::open(World& world, std::string directory) {
  std::shared_ptr<Cloud> cloud(new Cloud(world, world.files.absolute(directory)));
  cloud->log_path_ = world::join_path(cloud->directory_, "effects.log");
  cloud->snapshot_path_ = world::join_path(cloud->directory_, "objects.snapshot");
  cloud->lock_path_ = world::join_path(cloud->directory_, "lock");
  if (world.files.stat(cloud->directory_).kind != world::FileKind::directory)
    TRY(world.files.make_directories(cloud->directory_, world::Mode600::secret));
  TRY(cloud->load());
  return cloud;
}

Result<void> Cloud::load() {
  if (world_.files.stat(snapshot_path_).kind == world::FileKind::regular) {
    const std::string text = TRY(world_.files.read(snapshot_path_));
    const std::size_t end = text.find('\n');
    const auto words = base::split(std::string_view(text).substr(0, end == std::string::npos ? 0 : end), ' ');
    std::uint64_t offset = 0;
    if (words.size() == 2 && words[0] == "terrace-cloud-1") {
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), offset);
      // A log shorter than its snapshot is not the log this was made from.
      if (world_.files.stat(log_path_).size >= offset) {
        absorb(std::string_view(text).substr(end + 1));
        seen_ = offset;
      }
    }
  }
  const std::uint64_t from = seen_;
  TRY(catch_up());
  if (seen_ - from > kSnapshotAfter) TRY(save_snapshot());
  return {};
}

Result<void> Cloud::catch_up() {
  const world::FileInfo info = world_.files.stat(log_path_);
  if (info.size == seen_ && !torn_) return {};
  if (info.kind == world::FileKind::none && seen_ == 0) return {};
  if (info.size < seen_) {
    // The directory was wiped under us: so is the cloud.
    tables_.clear();
    seen_ = 0;
    log_.reset();
    torn_ = false;
    if (info.size == 0) return {};
  }
  const std::string text = TRY(world_.files.read_from(log_path_, seen_));
  const std::size_t end = text.rfind('\n');
  const std::size_t whole = end == std::string::npos ? 0 : end + 1;
  torn_ = whole < text.size();
  absorb(std::string_view(text).substr(0, whole));
  seen_ += whole;
  return {};
}

void Cloud::absorb(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

void Cloud::take(std::string_view line) {
  if (line.size() < 10) return;
  std::uint32_t sum = 0;
  std::from_chars(line.data(), line.data() + 8, sum, 16);
  std::string_view rest = line.substr(9);
  if (line[8] != ' ' || crc32_of(rest) != sum) return;  // torn by a crash: it never happened
  std::string_view words[7];
  for (std::string_view& word : words) {
    const std::size_t end = rest.find(' ');
    word = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  const auto& [stamp, action, type, scope, id, unique, environment] = words;
  (void)stamp;
  Table& table = tables_[field(type)];
  CloudObject object{field(id), field(scope), field(unique), field(environment), std::string(rest)};
  std::string key = joined(object.scope, object.id, object.unique);
  if (action == "delete" || action == "moved") {
    if (table.objects.erase(key) == 0) return;
    const auto forget = [&](std::unordered_map<std::string, std::string>& index, const std::string& name) {
      if (const auto it = index.find(name); it != index.end() && it->second == key) index.erase(it);
    };
    forget(table.by_unique, joined(object.scope, object.unique));
    forget(table.by_id, joined(object.scope, object.id));
    return;
  }
  if (!object.unique.empty()) table.by_unique[joined(object.scope, object.unique)] = key;
  table.by_id[joined(object.scope, object.id)] = key;
  table.objects[std::move(key)] = std::move(object);
}

Result<std::unique_ptr<world::FileLock>> Cloud::lock() {
  for (int attempt = 0;; ++attempt) {
    auto held = world_.files.try_lock(lock_path_);
    if (held || held.error().kind != ErrorKind::busy || attempt > 20000) return held;
    world_.clock.sleep(std::chrono::milliseconds(attempt < 100 ? 1 : 5));
  }
}

Result<void> Cloud::append(std::string_view action, const CloudKey& key, std::string_view environment, std::string_view json) {
  if (log_ == nullptr) log_ = TRY(world_.files.open_append(log_path_, world::Mode600::secret));
  std::string line = line_of(world::rfc3339(world_.clock.now()), action, key.type, key.scope, key.id, key.unique, environment, json);
  const std::size_t skip = torn_ ? 1 : 0;
  if (torn_) line.insert(line.begin(), '\n');
  TRY(log_->append(line));
  if (torn_) {
    // The torn part is now a line of its own; reading on from where we stood takes both in.
    torn_ = false;
    return catch_up();
  }
  take(std::string_view(line).substr(skip, line.size() - 1 - skip));
  seen_ += line.size();
  return {};
}

CloudObject* Cloud::find_object(const CloudKey& key) {
  const auto table = tables_.find(key.type);
  if (table == tables_.end()) return nullptr;
  const auto it = table->second.objects.find(joined(key.scope, key.id, key.unique));
  return it == table->second.objects.end() ? nullptr : &it->second;
}

Result<void> Cloud::create(const CloudKey& key, std::string_view environment, std::string_view json, IfExists if_exists) {
  std::lock_guard guard(mutex_);
  const auto held = TRY(lock());
  TRY(catch_up());
  if (if_exists == IfExists::refuse) {
    if (find_object(key) != nullptr)
      return Error{ErrorKind::exists, format("an object with the id \"{}\" exists already", key.id), 0};
    const auto table = tables_.find(key.type);
    if (!key.unique.empty() && table != tables_.end() && table->second.by_unique.count(joined(key.scope, key.unique)) != 0)
      return Error{ErrorKind::exists, format("\"{}\" exists already", key.unique), 0};
  }
  return append("create", key, environment, json);
}

Result<void> Cloud::update(const CloudKey& before, const CloudKey& now, std::string_view environment, std::string_view json) {
  std::lock_guard guard(mutex_);
  const auto held = TRY(lock());
  TRY(catch_up());
  if (find_object(before) == nullptr) return Error{ErrorKind::not_found, format("\"{}\" does not exist", before.id), 0};
  if (before.id == now.id && before.unique == now.unique) return append("update", now, environment, json);
  if (before.unique != now.unique && !now.unique.empty() && tables_[now.type].by_unique.count(joined(now.scope, now.unique)) != 0)
    return Error{ErrorKind::exists, format("\"{}\" exists already", now.unique), 0};
  TRY(append("update", now, environment, json));
  return append("moved", before, environment, {});
}

Result<void> Cloud::remove(const CloudKey& key, std::string_view environment) {
  std::lock_guard guard(mutex_);
  const auto held = TRY(lock());
  TRY(catch_up());
  if (find_object(key) == nullptr) return {};
  return append("delete", key, environment, {});
}

Result<void> Cloud::drift(const CloudKey& key, std::string_view json) {
  std::lock_guard guard(mutex_);
  const auto held = TRY(lock());
  TRY(catch_up());
  const CloudObject* object = find_object(key);
  if (object == nullptr) return Error{ErrorKind::not_found, format("\"{}\" does not exist", key.id), 0};
  const std::string environment = object->environment;
  return append("drift", key, environment, json);
}

Result<std::optional<CloudObject>> Cloud::read(const CloudKey& key) {
  std::lock_guard guard(mutex_);
  TRY(catch_up());
  const CloudObject* object = find_object(key);
  if (object == nullptr) return std::optional<CloudObject>();
  return std::optional<CloudObject>(*object);
}

Result<std::optional<CloudObject>> Cloud::find(std::string_view type, std::string_view scope, std::string_view name) {
  std::lock_guard guard(mutex_);
  TRY(catch_up());
  const auto table = tables_.find(std::string(type));
  if (table == tables_.end() || name.empty()) return std::optional<CloudObject>();
  if (!scope.empty()) {
    const std::string wanted = joined(scope, name);
    for (const auto* index : {&table->second.by_unique, &table->second.by_id})
      if (const auto it = index->find(wanted); it != index->end()) return std::optional<CloudObject>(table->second.objects.at(it->second));
    return std::optional<CloudObject>();
  }
  for (const auto& [key, object] : table->second.objects)
    if (object.unique == name || object.id == name) return std::optional<CloudObject>(object);
  return std::optional<CloudObject>();
}

Result<std::vector<CloudObject>> Cloud::list(std::string_view type) {
  std::lock_guard guard(mutex_);
  TRY(catch_up());
  std::vector<CloudObject> out;
  const auto table = tables_.find(std::string(type));
  if (table != tables_.end())
    for (const auto& [key, object] : table->second.objects) out.push_back(object);
  std::sort(out.begin(), out.end(), [](const CloudObject& a, const CloudObject& b) { return std::tie(a.id, a.scope) < std::tie(b.id, b.scope); });
  return out;
}

Result<std::vector<std::pair<std::string, CloudObject>>> Cloud::all() {
  std::lock_guard guard(mutex_);
  TRY(catch_up());
  std::vector<std::pair<std::string, CloudObject>> out;
  for (const auto& [type, table] : tables_)
    for (const auto& [key, object] : table.objects) out.emplace_back(type, object);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.id, a.second.scope) < std::tie(b.first, b.second.id, b.second.scope);
  });
  return out;
}

Result<void> Cloud::save_snapshot() {
  const auto held = TRY(lock());
  TRY(catch_up());
  std::string text = format("terrace-cloud-1 {}\n", seen_);
  for (const auto& [type, table] : tables_)
    for (const auto& [key, object] : table.objects)
      text += line_of("-", "create", type, object.scope, object.id, object.unique, object.environment, object.json);
  return world_.files.write_atomic(snapshot_path_, text, world::Mode600::secret);
}

}  // namespace terrace::sandbox
