// SPDX-License-Identifier: Apache-2.0
// plan, apply, destroy, refresh: one flow, from arguments to the closing lines (checklist H3-H5, E13, E17, E18).
#include "base/format.h"
#include "base/strings.h"
#include "cli/command.h"
#include "plan/file.h"
#include "plan/json.h"

namespace terrace::cli {

namespace {

plan::PlanStyle plan_style(const ViewOptions& view) {
  plan::PlanStyle style;
  style.color = view.color;
  style.width = view.width;
  style.automation = view.automation;
  style.show_sensitive = view.show_sensitive;
  return style;
}

std::string rule(const ViewOptions& view) {
  std::string line;
  for (int i = 0; i < view.width; ++i) line += "─";
  return "\n" + line + "\n";
}

bool ask(World& world, std::string_view question, std::string_view explanation) {
  out(world, format("\n{}\n{}\n\n  Enter a value: ", question, explanation));
  world.terminal.flush();
  auto answer = world.terminal.read_line();
  out(world, "\n");
  return answer && base::trim(*answer) == "yes";
}

void print_outputs(Invocation& invocation, const State& state, const ViewOptions& view) {
  if (!state.outputs.empty()) out(invocation.world, "\n" + plan::render_outputs(state.outputs, view.show_sensitive));
}

/// The question before an apply, by mode (H4).
bool confirm(World& world, const Plan& plan, const std::string& workspace) {
  std::string suffix = workspace == "default" ? "" : format(" in workspace \"{}\"", workspace);
  if (plan.mode == plan::Mode::destroy) {
    return ask(world, format("Do you really want to destroy all resources{}?", suffix),
               "  Terrace will destroy all your managed infrastructure, as shown above.\n  There is no undo. Only 'yes' will be accepted to confirm.");
  }
  if (plan.mode == plan::Mode::refresh_only) {
    return ask(world, format("Would you like to update the Terraform state{} to reflect these detected changes?", suffix),
               "  Terrace will write these changes to the state without modifying any real infrastructure.\n  There is no undo. Only 'yes' will be accepted to confirm.");
  }
  return ask(world, format("Do you want to perform these actions{}?", suffix), "  Terrace will perform the actions described above.\n  Only 'yes' will be accepted to approve.");
}

std::string closing_line(const Plan& plan, const engine::ApplyResult& result, const ViewOptions& view) {
  if (plan.mode == plan::Mode::destroy) return green(format("Destroy complete! Resources: {} destroyed.", result.destroyed), view) + "\n";
  return green(format("Apply complete! Resources: {} added, {} changed, {} destroyed.", result.added, result.changed, result.destroyed), view) + "\n";
}

int apply_saved_plan(Invocation& invocation, const Arguments& arguments, const std::string& path, const ViewOptions& view) {
  World& world = invocation.world;
  Diagnostics diags;
  for (const auto& [name, value] : arguments.in_order()) {
    for (std::string_view planning : {"destroy", "refresh-only", "refresh", "replace"}) {
      if (name == planning) diags.error(DiagCode::bad_usage, format("-{} is an option of planning; the saved plan was made without asking again. Plan again with it.", name));
    }
    if (name == "var") diags.error(DiagCode::bad_usage, "Variables cannot be set when a saved plan is applied: their values are part of it.");
  }
  auto bytes = world.files.read(path, std::uint64_t{1} << 30);
  plan::SavedPlan saved;
  if (!bytes) {
    diags.error(DiagCode::plan_refused, format("The plan file {} cannot be read: {}.", path, bytes.error().message));
  } else {
    auto read = plan::read_plan_file(*bytes);
    if (!read) diags.error(DiagCode::plan_refused, format("{} is not a plan that can be applied: {}.", path, read.error().message));
    else saved = std::move(*read);
  }
  if (!diags.has_errors() && !ops::plan_is_known(world, data_directory(world), *bytes)) {
    diags.error(DiagCode::plan_refused, format("{} is none of the plans that were made here: the file was edited or replaced after `plan -out` wrote it. Nothing was changed. Plan again.", path));
  }
  if (print_diagnostics(world, invocation.sources, diags, view)) return kFailed;
  ops::Workspace workspace;
  workspace.directory = saved.root_directory.empty() ? "." : saved.root_directory;
  workspace.data_directory = data_directory(world);
  workspace.workspace_name = saved.workspace;
  workspace.environment = saved.environment;
  workspace.sandbox = saved.simulated;
  workspace.sandbox_root = ".terrace/sandbox";
  workspace.local.path = arguments.value("state").value_or("");
  workspace.local.out_path = arguments.value("state-out").value_or("");
  workspace.local.backup_path = arguments.value("backup").value_or("");
  ops::PlanRequest request = plan_request(arguments, diags);
  auto session = ops::saved_session(world, invocation.sources, workspace, saved, diags);
  if (!session || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  ProgressView progress(world, view);
  Plan plan;
  auto result = session->apply_saved(saved, request, [&](const engine::PlanResult& derived) { plan = derived.plan; return true; }, progress, diags);
  bool failed = print_diagnostics(world, invocation.sources, diags, view) || !result;
  if (failed) return kFailed;
  out(world, "\n" + closing_line(plan, *result, view));
  print_outputs(invocation, result->state, view);
  return kDone;
}

enum class Verb { apply, destroy, refresh };

int run_apply_like(Invocation& invocation, const std::vector<std::string>& words, Verb verb) {
  static const std::vector<Flag> kFlags = flags({view_flags(), variable_flags(), state_flags(), operation_flags(), environment_flags()},
                                                {{"auto-approve", FlagKind::boolean, "", "Do not ask before applying."},
                                                 {"suppress-forget-errors", FlagKind::boolean, "", "Forgotten objects do not fail a destroy."}});
  auto arguments = parse_arguments(invocation, kFlags, words, verb == Verb::apply ? 1 : 0);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  if (!arguments->positional().empty()) return apply_saved_plan(invocation, *arguments, arguments->positional()[0], view);
  Diagnostics diags;
  int exit = kFailed;
  auto workspace = workspace_for(invocation, *arguments, true, diags, exit);
  ops::PlanRequest request = plan_request(*arguments, diags);
  request.operation = "OperationTypeApply";
  if (verb == Verb::destroy) request.mode = plan::Mode::destroy;
  if (verb == Verb::refresh) request.mode = plan::Mode::refresh_only;
  bool approve = arguments->flag("auto-approve") || verb == Verb::refresh;
  if (view.json && !approve) diags.error(DiagCode::bad_usage, "With -json nobody can be asked: give -auto-approve or a saved plan.");
  if (!workspace || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return exit;
  }
  auto session = ops::Session::open(world, invocation.sources, *workspace, diags);
  if (!session || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  ProgressView progress(world, view);
  bool declined = false, nothing = false;
  Plan plan;
  auto decide = [&](const engine::PlanResult& planned) {
    plan = planned.plan;
    if (planned.plan.complete || !planned.plan.changes.empty()) out(world, plan::render_plan(planned.plan, plan_style(view)));
    if (!planned.plan.complete) return false;
    print_diagnostics(world, invocation.sources, diags, view);
    nothing = !planned.plan.has_changes();
    if (nothing || approve) return true;
    if (!workspace->variables.prompt && !arguments->flag("input", true)) {
      err(world, "\nError: Approval needed\n\nNobody can be asked with -input=false; give -auto-approve.\n");
      declined = true;
      return false;
    }
    declined = !confirm(world, planned.plan, workspace->workspace_name);
    return !declined;
  };
  auto result = session->apply(request, decide, progress, diags);
  bool failed = print_diagnostics(world, invocation.sources, diags, view);
  if (declined) {
    out(world, verb == Verb::destroy ? "\nDestroy cancelled.\n" : "\nApply cancelled.\n");
    return kFailed;
  }
  if (!result) return kFailed;
  if (!failed) out(world, "\n" + closing_line(plan, *result, view));
  if (!failed && verb != Verb::destroy && plan.mode != plan::Mode::destroy) print_outputs(invocation, result->state, view);
  return failed ? kFailed : kDone;
}

}  // namespace

int run_plan(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), variable_flags(), state_flags(), operation_flags(), environment_flags()},
                                                {{"out", FlagKind::value, "FILE", "Save the plan, to be applied exactly."},
                                                 {"detailed-exitcode", FlagKind::boolean, "", "Exit 2 when there are changes."}});
  auto arguments = parse_arguments(invocation, kFlags, words, 0);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  int exit = kFailed;
  auto workspace = workspace_for(invocation, *arguments, false, diags, exit);
  ops::PlanRequest request = plan_request(*arguments, diags);
  if (!workspace || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return exit;
  }
  auto session = ops::Session::open(world, invocation.sources, *workspace, diags);
  if (!session || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  ProgressView progress(world, view);
  engine::PlanResult planned = session->plan(request, progress, diags);
  bool failed = diags.has_errors() || !planned.plan.complete;
  auto save_to = arguments->value("out");
  if (planned.plan.complete || !planned.plan.changes.empty()) {
    out(world, plan::render_plan(planned.plan, plan_style(view)));
    if (save_to) {
      if (failed) planned.plan.complete = false;
      auto bytes = plan::write_plan_file(session->save(planned, request));
      auto written = bytes ? world.files.write_atomic(*save_to, *bytes, world::Mode600::secret) : Result<void>(bytes.error());
      if (written) written = ops::remember_plan(world, workspace->data_directory, *bytes);
      if (!written) ops::report(diags, DiagCode::world_failed, written.error(), format("Writing the plan to {}", *save_to));
    }
  }
  failed = print_diagnostics(world, invocation.sources, diags, view) || failed;
  if (failed) return kFailed;
  bool changes = planned.plan.has_changes();
  if (!view.automation && changes) {
    if (save_to) {
      out(world, rule(view) + format("\nSaved the plan to: {}\n\nTo perform exactly these actions, run the following command to apply:\n    {} apply \"{}\"\n", *save_to,
                                     invocation.as_terraform ? "terraform" : "terrace", *save_to));
    } else {
      out(world, rule(view) + format("\nNote: You didn't use the -out option to save this plan, so {} can't\nguarantee to take exactly these actions if you run \"{} apply\" now.\n",
                                     invocation.as_terraform ? "Terraform" : "Terrace", invocation.as_terraform ? "terraform" : "terrace"));
    }
  }
  return arguments->flag("detailed-exitcode") && changes ? 2 : kDone;
}

int run_apply(Invocation& invocation, const std::vector<std::string>& words) { return run_apply_like(invocation, words, Verb::apply); }
int run_destroy(Invocation& invocation, const std::vector<std::string>& words) { return run_apply_like(invocation, words, Verb::destroy); }
int run_refresh(Invocation& invocation, const std::vector<std::string>& words) { return run_apply_like(invocation, words, Verb::refresh); }

}  // namespace terrace::cli
