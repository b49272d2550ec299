// SPDX-License-Identifier: Apache-2.0
// A file tree in memory with Linux' rules (parents must exist, locks exclude), for fake_world.cc.
#pragma once
#include <map>
#include <mutex>
#include <set>

#include "world/world.h"

namespace terrace::world {

class FakeFiles : public FileSystem {
 public:
  explicit FakeFiles(Clock& clock) : clock_(clock) { nodes_["/"].directory = true; }
  /// Makes missing parents; never fails.
  void put(std::string_view path, std::string text);
  void fail_write(int nth, Error error);

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

  // For the files and locks that this hands out.
  Result<void> append(const std::string& path, std::string_view bytes);
  Result<void> sync();
  void unlock(const std::string& path);

 private:
  struct Node {
    bool directory = false;
    std::string text;
    TimePoint modified{};
  };
  struct WriteFaults {
    int countdown = 0;
    std::optional<Error> error;
    std::optional<Error> next();
  };
  std::string absolute_locked(std::string_view path) const;
  const Node* find(const std::string& full) const;
  Result<Node*> open_for_write(std::string_view path);

  std::mutex mutex_;
  Clock& clock_;
  std::map<std::string, Node> nodes_;  // by absolute path
  std::set<std::string> locked_;
  std::string cwd_ = "/";
  WriteFaults faults_;
};

}  // namespace terrace::world
