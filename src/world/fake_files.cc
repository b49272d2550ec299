// SPDX-License-Identifier: Apache-2.0
#include "world/fake_files.h"

#include "base/format.h"

namespace terrace::world {

std::optional<Error> FakeFiles::WriteFaults::next() {
  if (!error) return std::nullopt;
  if (countdown > 0) {
    --countdown;
    return std::nullopt;
  }
  return std::exchange(error, std::nullopt);
}

namespace {
Error missing(std::string_view path) {
  return {ErrorKind::not_found, format("{}: No such file or directory", path), 2};
}

class FakeAppendFile : public AppendFile {
 public:
  FakeAppendFile(FakeFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  Result<void> append(std::string_view bytes) override { return files_.append(path_, bytes); }
  Result<void> sync() override { return files_.sync(); }

 private:
  FakeFiles& files_;
  std::string path_;
};

class FakeLock : public FileLock {
 public:
  FakeLock(FakeFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~FakeLock() override { files_.unlock(path_); }

 private:
  FakeFiles& files_;
  std::string path_;
};
}  // namespace

std::string FakeFiles::absolute_locked(std::string_view path) const { return join_path(cwd_, path); }

void FakeFiles::put(std::string_view path, std::string text) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  for (std::string parent = dir_name(full); nodes_.count(parent) == 0; parent = dir_name(parent)) {
    nodes_[parent].directory = true;
  }
  nodes_[full] = {false, std::move(text), clock_.now()};
}

const FakeFiles::Node* FakeFiles::find(const std::string& full) const {
  auto it = nodes_.find(full);
  return it == nodes_.end() ? nullptr : &it->second;
}

Result<FakeFiles::Node*> FakeFiles::open_for_write(std::string_view path) {
  if (auto fault = faults_.next()) return *fault;
  std::string full = absolute_locked(path);
  const Node* parent = find(dir_name(full));
  if (parent == nullptr || !parent->directory) return missing(path);
  Node& node = nodes_[full];
  if (node.directory) return Error{ErrorKind::invalid, format("{}: Is a directory", path), 21};
  node.modified = clock_.now();
  return &node;
}

Result<std::string> FakeFiles::read(std::string_view path, std::uint64_t max_bytes) {
  std::lock_guard guard(mutex_);
  const Node* node = find(absolute_locked(path));
  if (node == nullptr) return missing(path);
  if (node->directory) return Error{ErrorKind::invalid, format("{}: Is a directory", path), 21};
  if (node->text.size() > max_bytes) {
    return Error{ErrorKind::invalid, format("{}: larger than the limit of {} bytes", path, max_bytes), 27};
  }
  return node->text;
}

FileInfo FakeFiles::stat(std::string_view path) {
  std::lock_guard guard(mutex_);
  const Node* node = find(absolute_locked(path));
  if (node == nullptr) return {};
  return {node->directory ? FileKind::directory : FileKind::regular, node->text.size(), node->modified};
}

Result<std::vector<DirectoryEntry>> FakeFiles::list(std::string_view directory) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(directory);
  const Node* node = find(full);
  if (node == nullptr || !node->directory) return missing(directory);
  std::vector<DirectoryEntry> entries;
  std::string prefix = full == "/" ? full : full + "/";
  for (auto it = nodes_.upper_bound(prefix); it != nodes_.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    std::string name = it->first.substr(prefix.size());
    if (name.find('/') != std::string::npos) continue;
    entries.push_back({name, it->second.directory ? FileKind::directory : FileKind::regular});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Result<void> FakeFiles::write_atomic(std::string_view path, std::string_view bytes, Mode600) {
  std::lock_guard guard(mutex_);
  TRY(open_for_write(path))->text = bytes;
  return {};
}
Result<void> FakeFiles::write_in_place(std::string_view path, std::string_view bytes, Mode600) {
  std::lock_guard guard(mutex_);
  TRY(open_for_write(path))->text = bytes;
  return {};
}
Result<void> FakeFiles::append(const std::string& path, std::string_view bytes) {
  std::lock_guard guard(mutex_);
  TRY(open_for_write(path))->text += bytes;
  return {};
}
Result<void> FakeFiles::sync() {
  std::lock_guard guard(mutex_);
  if (auto fault = faults_.next()) return *fault;
  return {};
}

Result<std::unique_ptr<AppendFile>> FakeFiles::open_append(std::string_view path, Mode600) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  const Node* parent = find(dir_name(full));
  if (parent == nullptr || !parent->directory) return missing(path);
  if (locked_.count(full) != 0) return Error{ErrorKind::busy, format("{}: locked by this process", path), 11};
  nodes_.try_emplace(full, Node{false, {}, clock_.now()});
  return std::unique_ptr<AppendFile>(std::make_unique<FakeAppendFile>(*this, full));
}

Result<void> FakeFiles::make_directories(std::string_view path, Mode600) {
  std::lock_guard guard(mutex_);
  for (std::string full = absolute_locked(path);; full = dir_name(full)) {
    auto [it, fresh] = nodes_.try_emplace(full, Node{true, {}, clock_.now()});
    if (!it->second.directory) return Error{ErrorKind::exists, format("{}: File exists", full), 17};
    if (!fresh) return {};
  }
}

Result<void> FakeFiles::remove(std::string_view path) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  auto next = nodes_.upper_bound(full + "/");
  const Node* node = find(full);
  if (node == nullptr) return {};
  if (node->directory && next != nodes_.end() && next->first.compare(0, full.size() + 1, full + "/") == 0) {
    return Error{ErrorKind::exists, format("{}: Directory not empty", path), 39};
  }
  nodes_.erase(full);
  return {};
}

Result<void> FakeFiles::remove_tree(std::string_view path) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  nodes_.erase(full);
  std::string prefix = full + "/";
  auto it = nodes_.lower_bound(prefix);
  while (it != nodes_.end() && it->first.compare(0, prefix.size(), prefix) == 0) it = nodes_.erase(it);
  return {};
}

Result<void> FakeFiles::rename(std::string_view from, std::string_view to) {
  std::lock_guard guard(mutex_);
  std::string source = absolute_locked(from), target = absolute_locked(to);
  const Node* parent = find(dir_name(target));
  if (find(source) == nullptr || parent == nullptr || !parent->directory) return missing(from);
  std::map<std::string, Node> moved;
  std::string prefix = source + "/";
  for (auto it = nodes_.lower_bound(source); it != nodes_.end();) {
    bool inside = it->first == source || it->first.compare(0, prefix.size(), prefix) == 0;
    if (!inside && it->first > prefix) break;
    if (!inside) {
      ++it;
      continue;
    }
    moved[target + it->first.substr(source.size())] = std::move(it->second);
    it = nodes_.erase(it);
  }
  for (auto& [path, node] : moved) nodes_[path] = std::move(node);
  return {};
}

Result<std::unique_ptr<FileLock>> FakeFiles::try_lock(std::string_view path) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  const Node* parent = find(dir_name(full));
  if (parent == nullptr || !parent->directory) return missing(path);
  if (!locked_.insert(full).second) return Error{ErrorKind::busy, format("{}: locked by another process", path), 11};
  nodes_.try_emplace(full, Node{false, {}, clock_.now()});
  return std::unique_ptr<FileLock>(std::make_unique<FakeLock>(*this, full));
}
void FakeFiles::unlock(const std::string& path) {
  std::lock_guard guard(mutex_);
  locked_.erase(path);
}

std::string FakeFiles::cwd() {
  std::lock_guard guard(mutex_);
  return cwd_;
}
Result<void> FakeFiles::change_directory(std::string_view path) {
  std::lock_guard guard(mutex_);
  std::string full = absolute_locked(path);
  const Node* node = find(full);
  if (node == nullptr || !node->directory) return missing(path);
  cwd_ = full;
  return {};
}
std::string FakeFiles::absolute(std::string_view path) {
  std::lock_guard guard(mutex_);
  return absolute_locked(path);
}
void FakeFiles::fail_write(int nth, Error error) {
  std::lock_guard guard(mutex_);
  faults_.countdown = nth;
  faults_.error = std::move(error);
}

}  // namespace terrace::world
