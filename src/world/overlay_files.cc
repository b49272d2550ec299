// SPDX-License-Identifier: Apache-2.0
#include "world/overlay_files.h"

namespace terrace::world {

OverlayFileSystem::OverlayFileSystem(FileSystem& base, const std::map<std::string, std::string>& files,
                                     std::vector<std::string> roots, Others others, std::vector<std::string> excluded)
    : base_(base), files_(files), roots_(std::move(roots)), others_(others), excluded_(std::move(excluded)) {}

bool OverlayFileSystem::falls_through(std::string_view path) const {
  if (others_ == Others::absent) return false;
  for (std::string_view suffix : {".tf", ".tofu", ".tf.json", ".tofu.json"}) {
    if (path.ends_with(suffix)) return false;
  }
  return true;
}

std::string OverlayFileSystem::covered(std::string_view path) {
  // Lexical on purpose: the store has no links, and the real tree must not decide what the overlay shows.
  std::string full = clean_path(!path.empty() && path.front() == '/' ? std::string(path) : join_path(cwd(), path));
  auto within = [&](const std::string& root) {
    return full == root || (full.size() > root.size() && full.compare(0, root.size(), root) == 0 && full[root.size()] == '/');
  };
  if (std::any_of(excluded_.begin(), excluded_.end(), within)) return {};
  return std::any_of(roots_.begin(), roots_.end(), within) ? full : std::string();
}

Result<std::string> OverlayFileSystem::read(std::string_view path, std::uint64_t max_bytes) {
  std::string full = covered(path);
  if (full.empty()) return base_.read(path, max_bytes);
  auto found = files_.find(full);
  if (found == files_.end()) {
    if (falls_through(full)) return base_.read(path, max_bytes);
    return Error{ErrorKind::not_found, std::string(path) + " is not part of this release"};
  }
  if (found->second.size() > max_bytes) return Error{ErrorKind::invalid, std::string(path) + " is too large"};
  return found->second;
}

FileInfo OverlayFileSystem::stat(std::string_view path) {
  std::string full = covered(path);
  if (full.empty()) return base_.stat(path);
  auto found = files_.lower_bound(full);
  if (found != files_.end() && found->first == full) return {FileKind::regular, found->second.size(), {}};
  std::string prefix = full + "/";
  found = files_.lower_bound(prefix);
  if (found != files_.end() && found->first.compare(0, prefix.size(), prefix) == 0) return {FileKind::directory, 0, {}};
  return falls_through(full) ? base_.stat(path) : FileInfo{};
}

Result<std::vector<DirectoryEntry>> OverlayFileSystem::list(std::string_view directory) {
  std::string full = covered(directory);
  if (full.empty()) return base_.list(directory);
  std::string prefix = full + "/";
  std::vector<DirectoryEntry> entries;
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    std::string rest = it->first.substr(prefix.size());
    auto slash = rest.find('/');
    std::string name = rest.substr(0, slash);
    if (!entries.empty() && entries.back().name == name) continue;
    entries.push_back({name, slash == std::string::npos ? FileKind::regular : FileKind::directory});
  }
  if (others_ == Others::real_unless_configuration) {
    if (auto real = base_.list(directory)) {
      for (auto& entry : *real) {
        bool known = std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.name == entry.name; });
        if (!known && falls_through(entry.name)) entries.push_back(entry);
      }
    }
  }
  if (entries.empty()) return Error{ErrorKind::not_found, std::string(directory) + " is not part of this release"};
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Result<void> OverlayFileSystem::write_atomic(std::string_view path, std::string_view bytes, Mode600 mode) {
  return base_.write_atomic(path, bytes, mode);
}
Result<void> OverlayFileSystem::write_in_place(std::string_view path, std::string_view bytes, Mode600 mode) {
  return base_.write_in_place(path, bytes, mode);
}
Result<std::unique_ptr<AppendFile>> OverlayFileSystem::open_append(std::string_view path, Mode600 mode) {
  return base_.open_append(path, mode);
}
Result<void> OverlayFileSystem::make_directories(std::string_view path, Mode600 mode) {
  return base_.make_directories(path, mode);
}
Result<void> OverlayFileSystem::remove(std::string_view path) { return base_.remove(path); }
Result<void> OverlayFileSystem::remove_tree(std::string_view path) { return base_.remove_tree(path); }
Result<void> OverlayFileSystem::rename(std::string_view from, std::string_view to) { return base_.rename(from, to); }
Result<std::unique_ptr<FileLock>> OverlayFileSystem::try_lock(std::string_view path) { return base_.try_lock(path); }
std::string OverlayFileSystem::cwd() { return base_.cwd(); }
Result<void> OverlayFileSystem::change_directory(std::string_view path) { return base_.change_directory(path); }
std::string OverlayFileSystem::absolute(std::string_view path) {
  std::string full = covered(path);
  return full.empty() ? base_.absolute(path) : full;
}

}  // namespace terrace::world
