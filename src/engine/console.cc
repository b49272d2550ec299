// SPDX-License-Identifier: Apache-2.0
// console_scope(): names as the root module sees them, with objects from state (checklist I4).
#include "engine/static_walk.h"

namespace terrace::engine {
namespace {

/// Keeps everything the scope refers to.
struct Console {
  Console(const Context& from, const State& stored, const Options& given) : context(from), state(stored), options(given) {}
  Context context;
  State state;
  Options options;
  Blueprint blueprint;
  std::unique_ptr<Diagnostics> found = std::make_unique<Diagnostics>();
  std::unique_ptr<StaticWalk> walk;
  std::unique_ptr<ModuleScope> scope;
};

}  // namespace

ConsoleScope console_scope(const Context& context, const State& state, const Options& options, Diagnostics& diags) {
  auto console = std::make_shared<Console>(context, state, options);
  console->blueprint.build(context.config, diags);
  if (!console->blueprint.ok()) return {};
  console->walk = std::make_unique<StaticWalk>(console->context, console->options, console->blueprint, Phase::console, &console->state, *console->found);
  console->walk->run();
  // The console goes on whatever the configuration's values are.
  for (Diagnostic& one : console->found->take()) {
    one.severity = Severity::warning;
    diags.add(std::move(one));
  }
  console->scope = std::make_unique<ModuleScope>(*console->walk, console->walk->root());
  const lang::Scope* scope = console->scope.get();
  return {std::move(console), scope};
}

}  // namespace terrace::engine
