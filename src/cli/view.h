// SPDX-License-Identifier: Apache-2.0
// What commands print, apart from results: diagnostics on the right stream, progress lines of a run (H4), JSON events.
#pragma once
#include <mutex>
#include <string>
#include <string_view>

#include "diag/render.h"
#include "engine/engine.h"
#include "world/world.h"

namespace terrace::cli {

class Arguments;

/// Colour, width and verbosity of one command.
struct ViewOptions {
  bool color = false;
  int width = 78;
  bool json = false;
  bool concise = false;
  bool compact_warnings = false;
  bool show_sensitive = false;
  bool automation = false;
};
ViewOptions view_options(const World& world, const Arguments& arguments);

/// Prints all of `diags`: warnings to stdout, errors to stderr, sorted; empties it. True if there were errors.
bool print_diagnostics(World& world, const SourceFiles& sources, Diagnostics& diags, const ViewOptions& view);

void out(World& world, std::string_view text);
void err(World& world, std::string_view text);
std::string bold(std::string_view text, const ViewOptions& view);
std::string green(std::string_view text, const ViewOptions& view);

/// Progress lines: `ADDR: Creating...`, `Refreshing state... [id=…]`, a heartbeat every ten seconds.
class ProgressView : public engine::Observer {
 public:
  ProgressView(World& world, ViewOptions view) : world_(world), view_(view) {}
  void refresh_started(const addrs::Instance&, const Id&) override;
  void read_started(const addrs::Instance&) override;
  void read_finished(const addrs::Instance&, const Id&, std::chrono::nanoseconds) override;
  void apply_started(const addrs::Instance&, std::string_view, plan::Action, const Id&) override;
  void apply_finished(const addrs::Instance&, std::string_view, plan::Action, const Id&, std::chrono::nanoseconds) override;

 private:
  void line(const addrs::Instance& address, std::string_view deposed, std::string_view text, const Id& id);
  World& world_;
  ViewOptions view_;
};

}  // namespace terrace::cli
