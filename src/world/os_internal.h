// SPDX-License-Identifier: Apache-2.0
// What the os_*.cc files share: descriptors with an owner, errno as Error, and their factories.
#pragma once
#include <memory>
#include <string>

#include "world/world.h"

namespace terrace::world {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void close();

 private:
  int fd_ = -1;
};

ErrorKind error_kind(int code);
/// "WHAT: text of errno CODE".
Error os_error(std::string_view what, int code);
/// Writes all of `bytes` at the descriptor's position; loops over short writes and EINTR.
Result<void> write_all(int fd, std::string_view bytes, std::string_view what);

/// Signals counted since start; defined in os_world.cc, safe to read anywhere.
int interrupt_count();

std::unique_ptr<FileSystem> make_os_files(Random& random);
std::unique_ptr<Processes> make_os_processes();
std::unique_ptr<HttpClient> make_os_http();
std::unique_ptr<Terminal> make_os_terminal();

}  // namespace terrace::world
