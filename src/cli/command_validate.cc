// SPDX-License-Identifier: Apache-2.0
// validate, and its JSON form (checklist I2, G8).
#include "cli/command.h"
#include "base/json.h"

namespace terrace::cli {

int run_validate(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), variable_flags(), environment_flags()},
                                                {{"no-tests", FlagKind::boolean, "", "Leave test files out."}, {"test-directory", FlagKind::value, "DIR", "Where test files are."}});
  auto arguments = parse_arguments(invocation, kFlags, words, 1);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  int exit = kFailed;
  if (!arguments->positional().empty()) {
    if (auto changed = world.files.change_directory(arguments->positional()[0]); !changed) ops::report(diags, DiagCode::bad_usage, changed.error(), "Changing the directory");
  }
  auto workspace = workspace_for(invocation, *arguments, false, diags, exit);
  if (workspace) {
    workspace->needs = ops::Workspace::Needs::configuration;
    auto session = ops::Session::open(world, invocation.sources, *workspace, diags);
    if (session && !diags.has_errors()) session->validate(diags);
  }
  bool failed = diags.has_errors();
  if (view.json) {
    auto sorted = diags.sorted(invocation.sources);
    std::int64_t errors = 0, warnings = 0;
    for (const auto& diagnostic : sorted) (diagnostic.severity == Severity::error ? errors : warnings)++;
    std::string text;
    JsonWriter json(text, 2);
    json.begin_object().member("format_version", "1.0").member("valid", errors == 0).member("error_count", errors).member("warning_count", warnings).key("diagnostics").begin_array();
    for (const auto& diagnostic : sorted) diag::write_json(json, diagnostic, invocation.sources);
    json.end_array().end_object();
    out(world, text + "\n");
    return failed ? kFailed : kDone;
  }
  std::size_t warnings = diags.size();
  print_diagnostics(world, invocation.sources, diags, view);
  if (failed) return kFailed;
  out(world, green("Success!", view) + (warnings > 0 ? " The configuration is valid, but there were some\nvalidation warnings as shown above.\n\n" : " The configuration is valid.\n\n"));
  return kDone;
}

}  // namespace terrace::cli
