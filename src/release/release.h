// SPDX-License-Identifier: Apache-2.0
// A release (contract 5): every file the stacks can read, its content digest, and where it came from. The bytes are
// kept in the release store; the engine reads them back at their original paths through world/overlay_files.h.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "world/world.h"

namespace terrace::release {

/// Where a release comes from in git; all empty outside a repository.
struct Source {
  std::string revision;      ///< full commit hash
  std::string branch;        ///< symbolic name, empty when detached
  bool dirty = false;        ///< a file of the release differs from that commit
  std::string author;
};

struct Release {
  std::string content;       ///< 64 hex digits
  Source source;
  std::map<std::string, std::string> files;   ///< path relative to the project root ("../x" outside it) → bytes
  std::string id() const { return "r-" + content.substr(0, 12); }
};

/// SHA-256 over the sorted (path, digest) of `files`.
std::string content_digest(const std::map<std::string, std::string>& files);

/// Reads every regular file below `directories` (state files, `.terraform`, `.terrace`, `.git` left out) and `files`,
/// all given relative to `root`. Errors: io, limits (ErrorKind::invalid: tree over 512 MiB, file over 64 MiB).
Result<Release> capture(World& world, const std::string& root, const std::vector<std::string>& directories,
                        const std::vector<std::string>& files);
/// The git facts of `root`, restricted to `paths` for dirtiness. Not a repository, or no git program: empty Source.
Source git_source(World& world, const std::string& root, const std::vector<std::string>& paths);

/// The store: `<directory>/<content>/` holds one file `bundle.json` (path → base64 or text) and nothing else.
class Store {
 public:
  Store(World& world, std::string directory) : world_(world), directory_(std::move(directory)) {}
  /// Idempotent; a store entry is written by temp + rename and checked when read.
  Result<void> save(const Release& release);
  /// Errors: not_found; invalid when the bytes do not have the digest (edited).
  Result<std::map<std::string, std::string>> load(const std::string& content);
  /// Full digests that begin with `prefix` ("r-…" or hex).
  std::vector<std::string> find(std::string_view prefix);

 private:
  World& world_;
  std::string directory_;
};

}  // namespace terrace::release
