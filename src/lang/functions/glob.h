// SPDX-License-Identifier: Apache-2.0
// File name patterns of fileset(): `*` `?` `[a-z]` `[^a]` `{a,b}` within a name, `**` for any directories.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "world/world.h"

namespace terrace::lang {
/// The regular files (links are followed to files) below `root` that match, as paths relative to `root`; or what is
/// wrong with the pattern. A directory that does not exist holds nothing.
std::variant<std::set<std::string>, std::string> glob(world::FileSystem& files, const std::string& root, std::string_view pattern);
}  // namespace terrace::lang
