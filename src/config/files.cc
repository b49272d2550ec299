// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <set>

namespace terrace::config {

namespace {

/// Files that editors leave behind.
bool is_ignored(std::string_view name) { return name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')); }

bool is_override(std::string_view name) {
  for (std::string_view extension : {".tf.json", ".tofu.json", ".tf", ".tofu"}) {
    if (!name.ends_with(extension)) continue;
    name.remove_suffix(extension.size());
    return name == "override" || name.ends_with("_override");
  }
  return false;
}

std::string with_extension(std::string_view name, std::string_view old_extension, std::string_view extension) {
  return std::string(name.substr(0, name.size() - old_extension.size())).append(extension);
}

}  // namespace

Result<ModuleFiles> list_module_files(world::FileSystem& files, std::string_view directory) {
  const auto entries = TRY(files.list(directory));
  std::set<std::string, std::less<>> names;
  for (const auto& entry : entries) {
    if (entry.kind != world::FileKind::directory && !is_ignored(entry.name)) names.insert(entry.name);
  }
  ModuleFiles out;
  for (const std::string& name : names) {
    const bool json = name.ends_with(".tf.json") || name.ends_with(".tofu.json");
    if (!json && !name.ends_with(".tf") && !name.ends_with(".tofu")) continue;
    // A .tofu file takes the place of the .tf file beside it.
    if (name.ends_with(".tf") && names.contains(with_extension(name, ".tf", ".tofu"))) continue;
    if (name.ends_with(".tf.json") && names.contains(with_extension(name, ".tf.json", ".tofu.json"))) continue;
    if (world::FileKind kind = files.stat(world::join_path(directory, name)).kind; kind == world::FileKind::directory) continue;
    (json ? out.json : is_override(name) ? out.overrides : out.primary).push_back(name);
  }
  return out;
}

}  // namespace terrace::config
