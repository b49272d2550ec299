// SPDX-License-Identifier: Apache-2.0
// A file system that answers for some directories from memory and for everything else from the real one: the
// release store and saved plans serve their bytes at the original paths, so that path.* never changes (contract 5).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "world/world.h"

namespace terrace::world {

/// Inside `roots` (absolute directories) reading sees `files` (absolute path → bytes); writing goes to `base`.
/// Outside `roots`, and inside `excluded` (absolute directories), everything goes to `base`. `files` and `base` must outlive it.
class OverlayFileSystem : public FileSystem {
 public:
  /// What a path inside `roots` is that `files` does not hold: absent (releases hold everything), or the real file
  /// unless it is a configuration file (saved plans hold the configuration only).
  enum class Others : std::uint8_t { absent, real_unless_configuration };
  OverlayFileSystem(FileSystem& base, const std::map<std::string, std::string>& files, std::vector<std::string> roots,
                    Others others = Others::absent, std::vector<std::string> excluded = {});
  Result<std::string> read(std::string_view path, std::uint64_t max_bytes) override;
  FileInfo stat(std::string_view path) override;
  Result<std::vector<DirectoryEntry>> list(std::string_view directory) override;
  Result<void> write_atomic(std::string_view path, std::string_view bytes, Mode600 mode) override;
  Result<void> write_in_place(std::string_view path, std::string_view bytes, Mode600 mode) override;
  Result<std::unique_ptr<AppendFile>> open_append(std::string_view path, Mode600 mode) override;
  Result<void> make_directories(std::string_view path, Mode600 mode) override;
  Result<void> remove(std::string_view path) override;
  Result<void> remove_tree(std::string_view path) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<std::unique_ptr<FileLock>> try_lock(std::string_view path) override;
  std::string cwd() override;
  Result<void> change_directory(std::string_view path) override;
  std::string absolute(std::string_view path) override;

 private:
  /// The absolute path if the overlay answers for it, else empty.
  std::string covered(std::string_view path);
  FileSystem& base_;
  const std::map<std::string, std::string>& files_;
  std::vector<std::string> roots_;
  Others others_;
  std::vector<std::string> excluded_;
  bool falls_through(std::string_view path) const;
};

}  // namespace terrace::world
