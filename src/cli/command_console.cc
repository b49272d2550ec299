// SPDX-License-Identifier: Apache-2.0
// console: expressions against configuration and state (checklist I4). Piped input: every line's result is printed.
#include "base/format.h"
#include "base/strings.h"
#include "cli/command.h"
#include "hcl/parser.h"
#include "lang/evaluate.h"
#include "value/print.h"

namespace terrace::cli {

namespace {
/// True while brackets are open or the line ends in a backslash: the next line belongs to it.
bool continues(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      else if (c == quote) quote = 0;
    } else if (c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
  }
  return depth > 0 || text.ends_with('\\');
}
}  // namespace

int run_console(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags(), variable_flags(), state_flags(), environment_flags()}, {{"plan", FlagKind::boolean, "", "Evaluate against a plan."}});
  auto arguments = parse_arguments(invocation, kFlags, words, 0);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  int exit = kFailed;
  auto workspace = workspace_for(invocation, *arguments, false, diags, exit);
  std::unique_ptr<ops::Session> session;
  if (workspace) {
    workspace->variables.prompt = false;
    session = ops::Session::open(world, invocation.sources, *workspace, diags);
  }
  if (!session || diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  State state = session->read_state(diags);
  if (diags.has_errors()) {
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  Diagnostics missing;  // unset variables are unknown here, not errors
  engine::Options options = session->options(missing);
  options.functions.impure = lang::FunctionContext::Impure::evaluate;
  options.functions.now = world.clock.now();
  engine::Observer silent;
  engine::ConsoleScope scope = engine::console_scope(session->context(silent), state, options, diags);
  // Mistakes of the configuration are warnings here (observed): expressions that do not need it still work.
  Diagnostics shown;
  for (auto diagnostic : diags.take()) {
    diagnostic.severity = Severity::warning;
    shown.add(std::move(diagnostic));
  }
  print_diagnostics(world, invocation.sources, shown, view);
  if (scope.scope == nullptr) return kFailed;
  bool interactive = world.terminal.can_prompt();
  bool failed = false;
  std::string pending;
  int number = 0;
  while (true) {
    if (interactive) {
      out(world, pending.empty() ? "> " : ": ");
      world.terminal.flush();
    }
    auto line = world.terminal.read_line();
    if (!line) break;
    if (pending.empty() && base::trim(*line) == "exit") break;
    if (pending.empty() && base::trim(*line) == "help") {
      out(world, "The console evaluates expressions of the Terraform language against the configuration and state.\nType \"exit\" to leave it.\n\n");
      continue;
    }
    pending += *line;
    if (continues(pending)) {
      if (pending.ends_with('\\')) pending.pop_back();
      pending += '\n';
      continue;
    }
    std::string text = std::move(pending);
    pending.clear();
    if (base::trim(text).empty()) continue;
    ++number;
    Diagnostics found;
    FileId id = invocation.sources.add("<console-input>", text);
    auto parsed = hcl::parse_expression(invocation.sources, id, found);
    Value value;
    if (!found.has_errors()) value = lang::evaluate(*parsed.expr, *scope.scope, found);
    if (found.has_errors()) {
      print_diagnostics(world, invocation.sources, found, view);
      failed = true;
      if (!interactive) return kFailed;
      continue;
    }
    out(world, value::print(value) + "\n");
  }
  if (interactive) out(world, "\n");
  return failed && !interactive ? kFailed : kDone;
}

}  // namespace terrace::cli
