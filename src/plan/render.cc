// SPDX-License-Identifier: Apache-2.0
// The frame of a rendered plan: drift, legend, changes, summary, outputs (checklist H5).
#include "plan/render.h"

#include "base/format.h"
#include "base/strings.h"
#include "plan/render_change.h"
#include "value/print.h"

namespace terrace::plan {

namespace {

std::string paint(std::string_view text, std::string_view code, bool color) {
  return color ? format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string legend(const Plan& plan, const PlanStyle& style) {
  bool create = false, update = false, remove = false, replace = false, cbd = false, read = false, forget = false;
  for (const auto& change : plan.changes) {
    if (style.fold_metadata && change.metadata_only) continue;
    switch (change.action) {
      case Action::create: create = true; break;
      case Action::update: update = true; break;
      case Action::remove: remove = true; break;
      case Action::delete_then_create: replace = true; break;
      case Action::create_then_delete: cbd = true; break;
      case Action::read: read = true; break;
      case Action::forget: forget = true; break;
      case Action::no_op: break;
    }
  }
  std::string text = "\nTerraform used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n";
  auto line = [&](bool shown, std::string_view symbol, std::string_view code, std::string_view what) {
    if (shown) text += format("{}{} {}\n", std::string(symbol.size() == 1 ? 2 : symbol.size() == 2 ? 1 : 0, ' '), paint(symbol, code, style.color), what);
  };
  line(create, "+", "32", "create");
  line(update, "~", "33", "update in-place");
  line(remove, "-", "31", "destroy");
  if (replace) text += format("{}/{} destroy and then create replacement\n", paint("-", "31", style.color), paint("+", "32", style.color));
  if (cbd) text += format("{}/{} create replacement and then destroy\n", paint("+", "32", style.color), paint("-", "31", style.color));
  if (read) text += format(" {} read (data resources)\n", paint("<=", "36", style.color));
  line(forget, ".", "31", "forget");
  return text;
}

std::string no_changes(const Plan& plan, const PlanStyle& style) {
  std::string title, detail;
  switch (plan.mode) {
    case Mode::normal:
      title = "No changes. Your infrastructure matches the configuration.";
      detail = "Terrace has compared your real infrastructure against your configuration\nand found no differences, so no changes are needed.";
      break;
    case Mode::refresh_only:
      title = "No changes. Your infrastructure still matches the configuration.";
      detail = "Terrace has checked that the real remote objects still match the result of\nyour most recent changes, and found no differences.";
      break;
    case Mode::destroy:
      title = "No changes. No objects need to be destroyed.";
      detail = "Either you have not created any objects yet or the existing objects were\nalready deleted outside of Terrace.";
      break;
  }
  return "\n" + paint(title, "1;32", style.color) + "\n\n" + detail + "\n";
}

std::string drift_text(const Plan& plan, const PlanStyle& style) {
  std::string text;
  for (const auto& change : plan.drift) {
    if (plan.mode != Mode::refresh_only && !change.moved() && plan.relevant.empty()) continue;
    bool relevant = plan.mode == Mode::refresh_only;
    for (const auto& one : plan.relevant) relevant = relevant || one.resource == change.address;
    if (relevant) text += render_change(change, style, ChangeKind::drift);
  }
  if (text.empty()) return text;
  return "\n" + paint("Note: Objects have changed outside of Terraform", "1;36", style.color) +
         "\n\nTerraform detected the following changes made outside of Terraform since the\nlast \"terraform apply\" which may have affected this plan:\n" + text +
         "\n\nUnless you have made equivalent changes to your configuration, or ignored the\nrelevant attributes using ignore_changes, the following plan may include\nactions to undo or respond to these changes.\n";
}

std::string output_changes(const Plan& plan, const PlanStyle& style) {
  std::size_t width = 0;
  auto shown = [&](const OutputChange& change) { return change.action != Action::no_op && !(style.fold_metadata && change.metadata_only); };
  for (const auto& change : plan.outputs) {
    if (shown(change)) width = std::max(width, change.name.size());
  }
  if (width == 0) return {};
  std::string text = "\nChanges to Outputs:\n";
  for (const auto& change : plan.outputs) {
    if (!shown(change)) continue;
    text += render_output_change(change, width, style);
  }
  return text;
}

}  // namespace

std::string summary_line(const Plan::Counts& counts, bool fold_metadata) {
  std::string text = "Plan: ";
  if (counts.import > 0) text += format("{} to import, ", counts.import);
  text += format("{} to add, {} to change, {} to destroy", counts.add, counts.change + (fold_metadata ? 0 : counts.metadata), counts.destroy);
  if (counts.forget > 0) text += format(", {} to forget", counts.forget);
  text += ".";
  if (fold_metadata && counts.metadata > 0) text += format(" ({})", base::count_of(static_cast<std::uint64_t>(counts.metadata), "metadata update"));
  return text;
}

std::string render_plan(const Plan& plan, const PlanStyle& style) {
  std::string text = drift_text(plan, style);
  Plan::Counts counts = plan.counts();
  std::string body;
  std::size_t metadata = 0;
  for (const auto& change : plan.changes) {
    if (style.fold_metadata && change.metadata_only) {
      ++metadata;
      continue;
    }
    if (change.action == Action::no_op && !change.moved()) continue;
    body += render_change(change, style, ChangeKind::plan);
  }
  std::string outputs = output_changes(plan, style);
  if (body.empty() && outputs.empty() && metadata == 0) {
    if (plan.mode == Mode::refresh_only && !text.empty()) return text + "\nThis is a refresh-only plan, so Terraform will not take any actions to undo\nthese. If you were expecting these changes then you can apply this plan to\nrecord the updated values in the Terraform state without changing any remote\nobjects.\n";
    return plan.complete ? text + no_changes(plan, style) : text;
  }
  if (!body.empty()) {
    text += legend(plan, style);
    text += plan.complete ? "\nTerraform will perform the following actions:\n" : "\nTerraform planned the following actions, but then encountered a problem:\n";
    text += body;
  }
  if (metadata > 0) text += format("\n  # {} (release metadata alone: applied, not counted)\n", base::count_of(metadata, "metadata update"));
  if (!body.empty() || metadata > 0) {
    std::string summary = summary_line(counts, style.fold_metadata);
    text += "\n" + (style.color ? "\033[1mPlan:\033[0m" + summary.substr(5) : summary) + "\n";
  }
  text += outputs;
  if (body.empty() && metadata == 0 && !outputs.empty()) {
    text += "\nYou can apply this plan to save these new output values to the Terraform\nstate, without changing any real infrastructure.\n";
  }
  return text;
}

std::string render_outputs(const std::map<std::string, state::OutputState>& outputs, bool show_sensitive) {
  std::string text = "Outputs:\n\n";
  for (const auto& [name, output] : outputs) {
    text += format("{} = {}\n", name, output.sensitive && !show_sensitive ? std::string("<sensitive>") : value::print(output.value, value::Secrets::show));
  }
  return text;
}

}  // namespace terrace::plan
