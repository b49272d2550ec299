// SPDX-License-Identifier: Apache-2.0
#include "release/release.h"

#include <deque>

#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"

namespace terrace::release {

namespace {
constexpr std::uint64_t kMaxFile = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxTree = std::uint64_t{512} << 20;

bool left_out(std::string_view name, world::FileKind kind) {
  if (kind == world::FileKind::directory) return name == ".terraform" || name == ".terrace" || name == ".git" || name == "node_modules";
  return name.ends_with(".tfstate") || name.ends_with(".tfstate.backup") || name.ends_with(".tfplan") ||
         name.ends_with(".lock.info") || name.ends_with(".journal") || name.find(".tfstate.") != std::string_view::npos;
}
}  // namespace

std::string content_digest(const std::map<std::string, std::string>& files) {
  base::Sha256 all;
  for (const auto& [path, bytes] : files) {
    all.update(path);
    all.update(std::string_view("\0", 1));
    all.update(base::sha256_hex(bytes));
    all.update("\n");
  }
  return all.finish_hex();
}

Result<Release> capture(World& world, const std::string& root, const std::vector<std::string>& directories,
                        const std::vector<std::string>& files) {
  Release release;
  std::uint64_t total = 0;
  auto add = [&](const std::string& relative) -> Result<void> {
    if (release.files.count(relative) != 0) return {};
    std::string bytes = TRY(world.files.read(world::join_path(root, relative), kMaxFile));
    total += bytes.size();
    if (total > kMaxTree) return Error{ErrorKind::invalid, "the files of the release are over 512 MiB together"};
    release.files.emplace(relative, std::move(bytes));
    return {};
  };
  std::deque<std::string> todo(directories.begin(), directories.end());
  while (!todo.empty()) {
    std::string directory = world::clean_path(todo.front());
    todo.pop_front();
    auto entries = TRY(world.files.list(world::join_path(root, directory)));
    for (const auto& entry : entries) {
      std::string path = directory == "." ? entry.name : directory + "/" + entry.name;
      if (left_out(entry.name, entry.kind)) continue;
      if (entry.kind == world::FileKind::directory) {
        todo.push_back(path);
      } else if (entry.kind == world::FileKind::regular) {
        TRY(add(path));
      } else if (entry.kind == world::FileKind::symlink &&
                 world.files.stat(world::join_path(root, path)).kind == world::FileKind::regular) {
        TRY(add(path));  // what a link shows is part of what the stack can read; linked directories are not followed
      }
    }
  }
  for (const auto& file : files) TRY(add(world::clean_path(file)));
  release.content = content_digest(release.files);
  std::vector<std::string> paths(directories);
  paths.insert(paths.end(), files.begin(), files.end());
  release.source = git_source(world, root, paths);
  return release;
}

Source git_source(World& world, const std::string& root, const std::vector<std::string>& paths) {
  auto git = [&](std::vector<std::string> words) -> std::optional<std::string> {
    world::ProcessSpec spec;
    spec.argv = {"git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", root};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.env = world.env;
    spec.timeout = std::chrono::seconds(30);
    auto done = world.processes.run(spec);
    if (!done || done->exit_code != 0) return std::nullopt;
    return std::string(base::trim(done->out));
  };
  Source source;
  auto revision = git({"rev-parse", "--verify", "HEAD"});
  if (!revision) return source;
  source.revision = *revision;
  source.branch = git({"symbolic-ref", "--short", "-q", "HEAD"}).value_or("");
  source.author = git({"log", "-1", "--format=%ae"}).value_or("");
  std::vector<std::string> status = {"status", "--porcelain", "--untracked-files=all", "--"};
  status.insert(status.end(), paths.begin(), paths.end());
  auto changes = git(status);
  // A status that cannot be had (a path outside the repository) is no proof of cleanness.
  source.dirty = !changes || !changes->empty();
  return source;
}

Result<void> Store::save(const Release& release) {
  std::string path = world::join_path(world::join_path(directory_, release.content), "bundle.json");
  if (world_.files.stat(path).kind == world::FileKind::regular) return {};
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("format", std::int64_t{1}).key("files").begin_object();
  for (const auto& [name, bytes] : release.files) json.member(name, base::base64_encode(bytes));
  json.end_object().end_object();
  TRY(world_.files.make_directories(world::dir_name(path), world::Mode600::secret));
  return world_.files.write_atomic(path, text, world::Mode600::secret);
}

Result<std::map<std::string, std::string>> Store::load(const std::string& content) {
  std::string path = world::join_path(world::join_path(directory_, content), "bundle.json");
  std::string text = TRY(world_.files.read(path));
  auto document = TRY(base::JsonDocument::parse(std::move(text)));
  JsonValue listed = document.root()["files"];
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    auto bytes = base::base64_decode(listed.member(i).string());
    if (!bytes) return Error{ErrorKind::invalid, format("{} is damaged", path)};
    files.emplace(listed.key(i), std::move(*bytes));
  }
  if (content_digest(files) != content) {
    return Error{ErrorKind::invalid, format("{} was changed after it was written: its files no longer have the digest of the release", path)};
  }
  return files;
}

std::vector<std::string> Store::find(std::string_view prefix) {
  if (prefix.starts_with("r-")) prefix.remove_prefix(2);
  if (prefix.starts_with("sha256:")) prefix.remove_prefix(7);
  std::vector<std::string> found;
  auto entries = world_.files.list(directory_);
  if (!entries) return found;
  for (const auto& entry : *entries) {
    if (entry.kind == world::FileKind::directory && entry.name.size() == 64 && std::string_view(entry.name).starts_with(prefix)) found.push_back(entry.name);
  }
  return found;
}

}  // namespace terrace::release
