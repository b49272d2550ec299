// SPDX-License-Identifier: Apache-2.0
// The real world on Linux. libcurl is opened on first use; a clear error names the package when it is missing.
#pragma once
#include <memory>

#include "world/world.h"

namespace terrace::world {
/// Owns the real implementations; `world()` refers into it. Installs INT, TERM, HUP handlers; ignores PIPE.
class OsWorld {
 public:
  OsWorld();
  ~OsWorld();
  World& world();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
}  // namespace terrace::world
