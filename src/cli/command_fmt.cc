// SPDX-License-Identifier: Apache-2.0
// fmt (checklist A12, I6, observed "fmt"): rewrites what differs, names it, exits 3 with -check.
#include "base/format.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/text_diff.h"
#include "hcl/format.h"

namespace terrace::cli {

namespace {
bool formattable(std::string_view name) {
  if (name.starts_with(".") || name.ends_with("~") || (name.starts_with("#") && name.ends_with("#"))) return false;
  for (std::string_view suffix : {".tf", ".tofu", ".tfvars", ".tftest.hcl", ".tofutest.hcl", ".tfmock.hcl"}) {
    if (name.ends_with(suffix)) return true;
  }
  return false;
}

struct Formatter {
  Invocation& invocation;
  bool list, write, diff, check, recursive;
  Diagnostics diags;
  bool differs = false;

  void file(const std::string& path) {
    World& world = invocation.world;
    auto text = world.files.read(path, std::uint64_t{64} << 20);
    if (!text) {
      diags.error(DiagCode::world_failed, format("{} cannot be read: {}.", path, text.error().message));
      return;
    }
    FileId id = invocation.sources.add(path, *text);
    Diagnostics found;
    std::string formatted = hcl::format_source(invocation.sources, id, found);
    bool broken = found.has_errors();
    diags.append(std::move(found));
    if (broken || formatted == *text) return;
    differs = true;
    if (list) out(world, path + "\n");
    if (write) {
      auto written = world.files.write_atomic(path, formatted, world::Mode600::shared);
      if (!written) diags.error(DiagCode::world_failed, format("{} cannot be written: {}. It is as it was.", path, written.error().message));
    }
    if (diff) out(world, unified_diff(*text, formatted, "old/" + path, "new/" + path));
  }
  void directory(const std::string& path) {
    auto entries = invocation.world.files.list(path);
    if (!entries) {
      diags.error(DiagCode::world_failed, format("{} cannot be read: {}.", path, entries.error().message));
      return;
    }
    for (const auto& entry : *entries) {
      std::string full = path == "." ? entry.name : world::join_path(path, entry.name);
      if (entry.kind == world::FileKind::directory) {
        if (recursive && !entry.name.starts_with(".")) directory(full);
      } else if (formattable(entry.name)) {
        file(full);
      }
    }
  }
};
}  // namespace

int run_fmt(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags()}, {{"list", FlagKind::boolean, "", "Name files that differ (default true)."},
                                                                 {"write", FlagKind::boolean, "", "Rewrite files (default true)."},
                                                                 {"diff", FlagKind::boolean, "", "Show what changes."},
                                                                 {"check", FlagKind::boolean, "", "Change nothing; exit 3 when a file differs."},
                                                                 {"recursive", FlagKind::boolean, "", "Directories below, too."}});
  // `-` is a target here, not a flag.
  auto arguments = parse_arguments(invocation, kFlags, words, 1000);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  bool check = arguments->flag("check");
  Formatter formatter{invocation, arguments->flag("list", true), arguments->flag("write", true) && !check, arguments->flag("diff"), check, arguments->flag("recursive"), {}};
  std::vector<std::string> targets = arguments->positional();
  if (targets.empty()) targets.emplace_back(".");
  for (const auto& target : targets) {
    if (target == "-") {
      std::string text = world.terminal.read_all_input();
      FileId id = invocation.sources.add("<stdin>", text);
      std::string formatted = hcl::format_source(invocation.sources, id, formatter.diags);
      if (formatter.diags.has_errors()) continue;
      if (formatted != text) formatter.differs = true;
      if (check) continue;
      if (!formatted.ends_with('\n')) formatted += '\n';  // observed: stdout always ends its last line
      out(world, formatter.diff ? unified_diff(text, formatted, "old/<stdin>", "new/<stdin>") : formatted);
      continue;
    }
    auto info = world.files.stat(target);
    if (info.kind == world::FileKind::directory) formatter.directory(world::clean_path(target));
    else if (info.kind == world::FileKind::none) formatter.diags.error(DiagCode::world_failed, format("There is no file or directory at {}.", target));
    else if (!formattable(world::base_name(target))) formatter.diags.error(DiagCode::bad_usage, format("{} is not a file that can be formatted: only .tf, .tofu, .tfvars and test files are.", target));
    else formatter.file(world::clean_path(target));
  }
  bool failed = print_diagnostics(world, invocation.sources, formatter.diags, view);
  if (failed) return 2;
  return check && formatter.differs ? 3 : kDone;
}

}  // namespace terrace::cli
