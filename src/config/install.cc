// SPDX-License-Identifier: Apache-2.0
// .terraform/modules/modules.json (checklist D9), byte for byte as Terraform writes it.
#include "base/json.h"
#include "base/strings.h"
#include "config/load.h"

namespace terrace::config {

Result<void> install_modules(World& world, const Config& config, const std::string& data_directory) {
  struct Entry {
    std::string source, directory;
  };
  std::map<std::string, Entry> entries;  // by key, the order of the file
  std::vector<const Module*> queue = {config.root.get()};
  entries[""] = {"", "."};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const auto& [name, call] : queue[i]->calls) {
      if (call.module == nullptr) continue;
      std::vector<std::string> key;
      for (Symbol step : call.module->path) key.emplace_back(step.text());
      entries[base::join(key, ".")] = {call.source, call.module->directory};
      queue.push_back(call.module.get());
    }
  }
  const std::string directory = world::join_path(data_directory, "modules");
  const std::string path = world::join_path(directory, "modules.json");
  if (entries.size() == 1 && world.files.stat(path).kind == world::FileKind::none) return {};
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("Modules").begin_array();
  for (const auto& [key, entry] : entries) {
    out.begin_object().member("Key", key).member("Source", entry.source).member("Dir", entry.directory).end_object();
  }
  out.end_array().end_object();
  TRY(world.files.make_directories(directory));
  return world.files.write_atomic(path, text, world::Mode600::shared);
}

}  // namespace terrace::config
