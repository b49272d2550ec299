// SPDX-License-Identifier: Apache-2.0
// Which files make up a module (checklist A13). Private to this folder.
#pragma once
#include <string>
#include <vector>

#include "world/world.h"

namespace terrace::config {

struct ModuleFiles {
  std::vector<std::string> primary;    ///< names, sorted
  std::vector<std::string> overrides;  ///< names, sorted: the order they are merged in
  std::vector<std::string> json;       ///< JSON syntax, which is not read yet
};
/// Errors: the directory cannot be listed.
Result<ModuleFiles> list_module_files(world::FileSystem& files, std::string_view directory);

}  // namespace terrace::config
