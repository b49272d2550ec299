// SPDX-License-Identifier: Apache-2.0
#include "cli/view.h"

#include "base/format.h"
#include "base/strings.h"
#include "cli/arguments.h"

namespace terrace::cli {

ViewOptions view_options(const World& world, const Arguments& arguments) {
  ViewOptions view;
  view.color = world.terminal.is_tty(world::Stream::out) && !arguments.flag("no-color") && world.variable("NO_COLOR").empty();
  int width = world.terminal.width();
  view.width = width > 0 ? width : 78;
  view.json = arguments.flag("json");
  view.concise = arguments.flag("concise");
  view.compact_warnings = arguments.flag("compact-warnings");
  view.show_sensitive = arguments.flag("show-sensitive");
  view.automation = !world.variable("TF_IN_AUTOMATION").empty();
  return view;
}

void out(World& world, std::string_view text) { world.terminal.write(world::Stream::out, text); }
void err(World& world, std::string_view text) { world.terminal.write(world::Stream::err, text); }
std::string bold(std::string_view text, const ViewOptions& view) {
  return view.color ? format("\033[1m{}\033[0m", text) : std::string(text);
}
std::string green(std::string_view text, const ViewOptions& view) {
  return view.color ? format("\033[1m\033[32m{}\033[0m", text) : std::string(text);
}

bool print_diagnostics(World& world, const SourceFiles& sources, Diagnostics& diags, const ViewOptions& view) {
  bool errors = diags.has_errors();
  diag::RenderStyle style{view.color, view.width};
  for (const auto& diagnostic : diags.sorted(sources)) {
    if (view.json) {
      std::string line;
      JsonWriter json(line);
      bool is_error = diagnostic.severity == Severity::error;
      std::string_view summary = diagnostic.summary.empty() ? diag::code_summary(diagnostic.code) : std::string_view(diagnostic.summary);
      json.begin_object()
          .member("@level", is_error ? "error" : "warn")
          .member("@message", format("{}: {}", is_error ? "Error" : "Warning", summary))
          .member("@module", "terraform.ui")
          .member("@timestamp", world::rfc3339(world.clock.now()))
          .key("diagnostic");
      diag::write_json(json, diagnostic, sources);
      json.member("type", "diagnostic").end_object();
      out(world, line + "\n");
      continue;
    }
    if (diagnostic.severity == Severity::warning && view.compact_warnings && !errors) {
      std::string place = diagnostic.subject ? "  on " + sources.describe(*diagnostic.subject) : std::string();
      out(world, format("- {}{}\n", diag::code_summary(diagnostic.code), place));
      continue;
    }
    std::string text = diag::render(diagnostic, sources, style);
    (diagnostic.severity == Severity::error ? err : out)(world, text);
  }
  (void)diags.take();
  return errors;
}

namespace {
std::string shown(const engine::Observer::Id& id) {
  if (id.key.empty()) return {};
  std::string value = base::printable(id.value);
  return format(" [{}={}]", id.key, value.size() > 80 ? value.substr(0, 38) + "..." + value.substr(value.size() - 39) : value);
}
std::string seconds(std::chrono::nanoseconds elapsed) {
  auto total = std::chrono::duration_cast<std::chrono::seconds>(elapsed + std::chrono::milliseconds(500)).count();
  return total < 60 ? format("{}s", total) : format("{}m{}s", total / 60, total % 60);
}
}  // namespace

void ProgressView::line(const addrs::Instance& address, std::string_view deposed, std::string_view text, const Id& id) {
  if (view_.concise) return;
  std::string name = address.text();
  if (!deposed.empty()) name += format(" (deposed object {})", deposed);
  std::string whole = format("{}: {}{}", name, text, shown(id));
  out(world_, bold(whole, view_) + "\n");
}
void ProgressView::refresh_started(const addrs::Instance& address, const Id& id) { line(address, {}, "Refreshing state...", id); }
void ProgressView::read_started(const addrs::Instance& address) { line(address, {}, "Reading...", {}); }
void ProgressView::read_finished(const addrs::Instance& address, const Id& id, std::chrono::nanoseconds elapsed) {
  line(address, {}, format("Read complete after {}", seconds(elapsed)), id);
}

void ProgressView::apply_started(const addrs::Instance& address, std::string_view deposed, plan::Action action, const Id& id) {
  std::string_view verb = "Modifying...";
  if (action == plan::Action::create) verb = "Creating...";
  if (action == plan::Action::remove) verb = "Destroying...";
  if (action == plan::Action::read) verb = "Reading...";
  line(address, deposed, verb, action == plan::Action::create ? Id{} : id);
}
void ProgressView::apply_finished(const addrs::Instance& address, std::string_view deposed, plan::Action action, const Id& id,
                                  std::chrono::nanoseconds elapsed) {
  std::string_view verb = "Modifications";
  if (action == plan::Action::create) verb = "Creation";
  if (action == plan::Action::remove) verb = "Destruction";
  if (action == plan::Action::read) verb = "Read";
  line(address, deposed, format("{} complete after {}", verb, seconds(elapsed)), action == plan::Action::remove ? Id{} : id);
}

}  // namespace terrace::cli
