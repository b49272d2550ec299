// SPDX-License-Identifier: Apache-2.0
// show and output: states and saved plans, for people and for programs (checklist G8, G9, H6).
#include "base/format.h"
#include "cli/command.h"
#include "plan/file.h"
#include "plan/json.h"
#include "state/file.h"
#include "value/convert.h"
#include "value/json.h"
#include "value/print.h"

namespace terrace::cli {

namespace {
/// The session whose state is shown; errors printed, null then.
std::unique_ptr<ops::Session> open_state(Invocation& invocation, const Arguments& arguments, Diagnostics& diags, int& exit) {
  auto workspace = workspace_for(invocation, arguments, false, diags, exit);
  if (!workspace) return nullptr;
  return ops::Session::open(invocation.world, invocation.sources, *workspace, diags);
}
}  // namespace

int run_show(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), environment_flags()});
  auto arguments = parse_arguments(invocation, kFlags, words, 1);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  int exit = kFailed;
  std::optional<State> state;
  if (!arguments->positional().empty()) {
    const std::string& path = arguments->positional()[0];
    auto bytes = world.files.read(path);
    if (!bytes) {
      diags.error(DiagCode::world_failed, format("{} cannot be read: {}.", path, bytes.error().message));
    } else if (plan::looks_like_plan_file(*bytes)) {
      auto saved = plan::read_plan_file(*bytes);
      if (saved) {
        out(world, arguments->flag("json") ? saved->rendered_json + "\n" : view.color && !saved->rendered_text_color.empty() ? saved->rendered_text_color : saved->rendered_text_plain);
        return kDone;
      }
      diags.error(DiagCode::plan_refused, format("{} cannot be read as a plan: {}.", path, saved.error().message));
    } else {
      auto parsed = state::parse_state(std::move(*bytes));
      if (parsed) state = std::move(*parsed);
      else diags.error(DiagCode::state_unreadable, format("{} is neither a saved plan nor a state: {}.", path, parsed.error().message));
    }
    if (diags.has_errors()) {
      view.json = false;
      print_diagnostics(world, invocation.sources, diags, view);
      return kFailed;
    }
  }
  auto session = open_state(invocation, *arguments, diags, exit);
  view.json = false;
  if (!session) {
    print_diagnostics(world, invocation.sources, diags, view);
    return exit;
  }
  if (!state) state = session->read_state(diags);
  if (diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  if (arguments->flag("json")) {
    auto text = plan::state_json(*state, session->schemas());
    if (!text) {
      ops::report(diags, DiagCode::state_unreadable, text.error(), "Writing the state as JSON");
      print_diagnostics(world, invocation.sources, diags, view);
      return kFailed;
    }
    out(world, *text + "\n");
    return kDone;
  }
  print_diagnostics(world, invocation.sources, diags, view);
  if (state->empty()) {
    out(world, "The state file is empty. No resources are represented.\n");
    return kDone;
  }
  plan::PlanStyle style;
  style.color = view.color;
  style.width = view.width;
  style.show_sensitive = view.show_sensitive;
  out(world, plan::render_state(*state, session->schemas(), nullptr, style));
  return kDone;
}

int run_output(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), environment_flags()}, {{"raw", FlagKind::boolean, "", "The text of one output, without quotes."}, {"state", FlagKind::value, "PATH", "State file to read."}});
  auto arguments = parse_arguments(invocation, kFlags, words, 1);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  bool as_json = view.json;
  view.json = false;
  Diagnostics diags;
  int exit = kFailed;
  auto session = open_state(invocation, *arguments, diags, exit);
  State state = session ? session->read_state(diags) : State{};
  if (!session || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return exit;
  }
  print_diagnostics(world, invocation.sources, diags, view);
  if (arguments->positional().empty()) {
    if (arguments->flag("raw")) {
      diags.error(DiagCode::bad_usage, "-raw needs the name of an output.");
      print_diagnostics(world, invocation.sources, diags, view);
      return kFailed;
    }
    if (as_json) {
      out(world, plan::outputs_json(state.outputs) + "\n");
    } else if (state.outputs.empty()) {
      diags.warning(DiagCode::bad_usage, "The state has no outputs, or nothing was applied yet. Declare outputs in the root module and apply.").summary = "No outputs found";
      print_diagnostics(world, invocation.sources, diags, view);
    } else {
      std::string text = plan::render_outputs(state.outputs, view.show_sensitive);
      std::string_view title = "Outputs:\n\n";
      out(world, text.starts_with(title) ? text.substr(title.size()) : text);
    }
    return kDone;
  }
  const std::string& name = arguments->positional()[0];
  auto found = state.outputs.find(name);
  if (found == state.outputs.end()) {
    diags.error(DiagCode::bad_usage, format("There is no output named \"{}\" in the state. If it was just added, apply first.", name)).summary = "Output not found";
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  if (as_json) {
    out(world, value::simple_json(found->second.value) + "\n");
  } else if (arguments->flag("raw")) {
    auto text = value::convert(found->second.value.unmarked_deep(), Type::string());
    if (!text || text.value.kind() != Kind::string) {
      diags.error(DiagCode::bad_usage, format("Output \"{}\" is {} and has no plain text; use -json.", name, value::friendly_name(found->second.value.type())));
      print_diagnostics(world, invocation.sources, diags, view);
      return kFailed;
    }
    out(world, text.value.as_string());
  } else {
    out(world, value::print(found->second.value, value::Secrets::show) + "\n");
  }
  return kDone;
}

}  // namespace terrace::cli
