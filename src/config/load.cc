// SPDX-License-Identifier: Apache-2.0
// Reads the files of the root module and of every module it calls.
#include "config/load.h"

#include <algorithm>
#include <set>

#include "base/format.h"
#include "config/decode.h"
#include "config/files.h"

namespace terrace::config {

namespace {

/// Deeper than any real configuration; a module that calls itself ends here.
constexpr std::size_t kMaxModuleDepth = 64;
/// A cycle with several calls a level would grow beyond all bounds before it is deep.
constexpr std::size_t kMaxModules = 20000;

class Loader {
 public:
  Loader(World& world, SourceFiles& sources, const LoadOptions& options, Diagnostics& diags)
      : world_(world), sources_(sources), options_(options), diags_(diags) {}

  Config run() {
    config_.root = std::make_unique<Module>();
    config_.root->directory = ".";
    load_module(*config_.root, std::nullopt);
    // Breadth first: no deep recursion over what users write.
    std::vector<Module*> queue = {config_.root.get()};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (auto& [name, call] : queue[i]->calls) {
        if (Module* child = load_child(*queue[i], call)) queue.push_back(child);
        if (queue.size() <= kMaxModules) continue;
        diags_.error(DiagCode::limit_exceeded, format("The configuration has more than {} module calls.", kMaxModules), call.range);
        return std::move(config_);
      }
    }
    for (const Module* module : queue) report_unsupported(*module, diags_);
    return std::move(config_);
  }

 private:
  /// The parse of one file, shared by all calls of its module.
  struct ParsedFile {
    const hcl::Body* body = nullptr;
  };

  std::string shown_path(std::string_view directory) const { return world::clean_path(world::join_path(options_.directory, directory)); }

  Module* load_child(Module& parent, ModuleCall& call) {
    if (!call.source.starts_with("./") && !call.source.starts_with("../")) return nullptr;
    std::string directory = world::clean_path(world::join_path(parent.directory, call.source));
    // A module within itself never ends.
    for (const Module* outer = &parent; outer != nullptr; outer = outer->parent) {
      if (outer->directory != directory) continue;
      diags_.error(DiagCode::invalid_module_source,
                   format("The module \"{}\" is in the directory {}, which is the module it is called from or one around it: that would never end.",
                          call.name.text(), shown_path(directory)),
                   call.range);
      return nullptr;
    }
    if (parent.path.size() >= kMaxModuleDepth) {
      diags_.error(DiagCode::limit_exceeded, format("Module calls are nested more than {} deep.", kMaxModuleDepth), call.range);
      return nullptr;
    }
    auto module = std::make_unique<Module>();
    module->directory = std::move(directory);
    module->path = parent.path;
    module->path.push_back(call.name);
    module->parent = &parent;
    if (!load_module(*module, call.range)) return nullptr;
    call.module = std::move(module);
    return call.module.get();
  }

  /// False when the directory cannot be used at all.
  bool load_module(Module& module, std::optional<SourceRange> caller) {
    const std::string directory = shown_path(module.directory);
    const auto listed = list_module_files(world_.files, directory);
    if (!listed) {
      diags_.error(DiagCode::module_unreadable, format("The directory {} of {} cannot be read: {}.", directory, module_text(module), listed.error().message),
                   caller);
      return false;
    }
    const bool empty = listed->primary.empty() && listed->overrides.empty() && listed->json.empty();
    if (empty) {
      if (caller) {
        diags_.error(DiagCode::no_configuration, format("The directory {} of {} holds no .tf files.", directory, module_text(module)), caller);
      } else {
        diags_.error(DiagCode::no_configuration, format("The directory {} holds no .tf files. Change to the directory of a configuration, or write one.",
                                                        directory == "." ? world_.files.absolute(directory) : directory));
      }
      return false;
    }
    // The same directory called twice reports what is wrong in it once.
    Diagnostics own;
    const bool seen = !reported_.insert(directory).second;
    for (const std::string& name : listed->json) report_unsupported_json(world::clean_path(world::join_path(directory, name)), std::nullopt, own);
    std::vector<const hcl::Body*> primary, overrides;
    for (const std::string& name : listed->primary) parse(directory, name, primary, own);
    for (const std::string& name : listed->overrides) parse(directory, name, overrides, own);
    std::vector<const hcl::Body*> all = primary;
    all.insert(all.end(), overrides.begin(), overrides.end());
    const std::string text = module.path.empty() ? std::string("The configuration") : "The module " + module_text(module);
    if (check_required_versions(all, text, own)) {
      Arena& arena = arena_for_merges();
      ModuleDecoder decoder(sources_, arena, module, own);
      decoder.decode(merge_overrides(primary, overrides, arena, own));
    }
    if (!seen || module.path.empty()) diags_.append(std::move(own));
    return true;
  }

  void parse(const std::string& directory, const std::string& name, std::vector<const hcl::Body*>& into, Diagnostics& diags) {
    const std::string path = world::clean_path(world::join_path(directory, name));
    if (auto found = parsed_.find(path); found != parsed_.end()) {
      if (found->second.body != nullptr) into.push_back(found->second.body);
      return;
    }
    ParsedFile& entry = parsed_[path];
    auto text = world_.files.read(path, std::uint64_t{64} << 20);
    if (!text) {
      diags.error(DiagCode::module_unreadable, format("The file {} cannot be read: {}.", path, text.error().message));
      return;
    }
    config_.snapshot.emplace(world_.files.absolute(path), *text);
    const FileId id = sources_.add(path, std::move(*text));
    auto file = std::make_shared<hcl::File>(hcl::parse_file(sources_, id, diags));
    entry.body = file->body;
    config_.files.push_back(std::move(file));
    if (entry.body == nullptr) return;
    for (const hcl::Attribute& attribute : entry.body->attributes) {
      diags.error(DiagCode::unsupported_argument,
                  format("An argument named \"{}\" is not expected here: outside of blocks there are no arguments. A named value belongs in a \"locals\" block.",
                         attribute.name.text()),
                  attribute.name_range);
    }
    into.push_back(entry.body);
  }

  /// A tree of its own for what overriding and unquoting produce, kept alive with the others.
  Arena& arena_for_merges() {
    if (merges_ == nullptr) {
      auto file = std::make_shared<hcl::File>();
      file->arena = std::make_unique<Arena>();
      merges_ = file->arena.get();
      config_.files.push_back(std::move(file));
    }
    return *merges_;
  }

  World& world_;
  SourceFiles& sources_;
  const LoadOptions& options_;
  Diagnostics& diags_;
  Config config_;
  std::unordered_map<std::string, ParsedFile> parsed_;
  std::set<std::string> reported_;
  Arena* merges_ = nullptr;
};

}  // namespace

Config load(World& world, SourceFiles& sources, const LoadOptions& options, Diagnostics& diags) {
  return Loader(world, sources, options, diags).run();
}

}  // namespace terrace::config
