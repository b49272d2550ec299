// SPDX-License-Identifier: Apache-2.0
#include "envs/checks.h"

#include <charconv>

#include "base/format.h"
#include "base/strings.h"
#include "lang/evaluate.h"
#include "value/print.h"

namespace terrace::envs {

namespace {

Value object_of(const std::map<std::string, Value>& values) {
  std::vector<std::pair<Symbol, Value>> attributes;
  for (const auto& [name, value] : values) attributes.emplace_back(Symbol(name), value);
  return Value::object(std::move(attributes));
}
Value texts_of(const std::map<std::string, std::string>& texts) {
  std::vector<std::pair<Symbol, Value>> attributes;
  for (const auto& [name, text] : texts) attributes.emplace_back(Symbol(name), Value::string(text));
  return Value::object(std::move(attributes));
}

struct Text {
  std::string text;
  bool sensitive = false;
  std::string problem;
};

Text evaluate_text(const hcl::Expr& expr, const CheckContext& context) {
  lang::FunctionContext functions;
  functions.impure = lang::FunctionContext::Impure::evaluate;
  functions.now = context.world.clock.now();
  functions.random = &context.world.random;
  lang::EmptyScope empty(context.sources, functions);
  std::map<std::string, std::string> variables(context.world.env.begin(), context.world.env.end());
  std::vector<std::pair<Symbol, Value>> names = {
      {Symbol("env"), Value::object({{Symbol("name"), Value::string(context.environment.name)}, {Symbol("NAME"), Value::string(context.environment.name)}})},
      {Symbol("output"), object_of(context.outputs)},
      {Symbol("release"), texts_of(context.release)},
      {Symbol("project"), Value::object({{Symbol("name"), Value::string(context.project_name)}})}};
  lang::ChildScope scope(empty, std::move(names));
  Diagnostics diags;
  Value value = lang::evaluate_as(expr, Type::string(), scope, diags);
  Text result;
  if (diags.has_errors()) {
    result.problem = diags.sorted(context.sources).back().detail;
  } else if (value.kind() != Kind::string) {
    result.problem = value.is_null() ? "the expression is null" : "the value is not known";
  } else {
    result.text = value.as_string();
    result.sensitive = value.marks().has(MarkKind::sensitive);
  }
  return result;
}

/// Repeats `once` until it passes or the deadline is over. `once` answers evidence and whether it passed.
Check until_deadline(std::string name, std::chrono::milliseconds within, std::chrono::milliseconds every, World& world,
                     const std::function<std::pair<bool, std::string>()>& once) {
  Check check;
  check.name = std::move(name);
  check.started_at = world::rfc3339(world.clock.now());
  auto deadline = world.clock.monotonic() + within;
  int tries = 0;
  while (true) {
    auto [passed, evidence] = once();
    ++tries;
    check.status = passed ? CheckStatus::passed : CheckStatus::failed;
    check.evidence = tries > 1 ? format("{} (try {})", evidence, tries) : evidence;
    if (passed || world.clock.monotonic() + every >= deadline || world.interrupts.count() > 0) break;
    world.clock.sleep(every);
  }
  check.finished_at = world::rfc3339(world.clock.now());
  return check;
}

std::pair<bool, std::string> http_once(const HealthCheck& check, const CheckContext& context, const Text& url) {
  world::HttpRequest request;
  request.url = url.text;
  request.timeout = std::min<std::chrono::milliseconds>(check.within, std::chrono::seconds(10));
  request.resolve = context.resolve;
  request.max_bytes = std::size_t{1} << 20;
  std::string shown = url.sensitive ? "(sensitive URL)" : base::printable(url.text);
  auto began = context.world.clock.monotonic();
  auto response = context.world.http.send(request);
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(context.world.clock.monotonic() - began);
  if (!response) return {false, format("GET {} failed: {}", shown, response.error().message)};
  std::string evidence = format("GET {} {} in {} ms", shown, response->status, took.count());
  if (response->status != check.expect) return {false, format("{}, expected {}", evidence, check.expect)};
  if (!check.body.empty() && response->body.find(check.body) == std::string::npos) return {false, format("{}, but the answer does not hold \"{}\"", evidence, check.body)};
  if (check.max_latency.count() > 0 && took > check.max_latency) return {false, format("{}, slower than {} ms", evidence, check.max_latency.count())};
  return {true, evidence};
}

std::pair<bool, std::string> tcp_once(const CheckContext& context, const std::string& address) {
  auto colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || std::from_chars(address.data() + colon + 1, address.data() + address.size(), port).ec != std::errc()) {
    return {false, format("\"{}\" is not HOST:PORT", address)};
  }
  auto connected = context.world.http.connect(address.substr(0, colon), port, std::chrono::seconds(5));
  if (!connected) return {false, format("connecting to {} failed: {}", address, connected.error().message)};
  return {true, format("{} accepts connections", address)};
}

std::pair<bool, std::string> command_once(const CheckContext& context, const Text& command, std::chrono::milliseconds within) {
  world::ProcessSpec spec;
  spec.argv = {"/bin/sh", "-c", command.text};
  spec.directory = context.directory;
  spec.timeout = within;
  for (const auto& [name, value] : context.world.env) spec.env.emplace(name, value);
  for (const auto& [name, value] : context.command_environment) spec.env[name] = value;
  spec.env["TERRACE_ENV"] = context.environment.name;
  auto done = context.world.processes.run(spec);
  std::string shown = command.sensitive ? "(sensitive command)" : base::printable(command.text);
  if (!done) return {false, format("`{}` could not be run: {}", shown, done.error().message)};
  if (done->timed_out) return {false, format("`{}` did not end within {} ms", shown, within.count())};
  std::string_view last = base::trim(done->exit_code == 0 ? done->out : done->err.empty() ? done->out : done->err);
  if (auto newline = last.rfind('\n'); newline != std::string_view::npos) last = last.substr(newline + 1);
  return {done->exit_code == 0, format("`{}` exit {}{}{}", shown, done->exit_code, last.empty() ? "" : ": ", base::printable(last.substr(0, 200)))};
}

Check not_run(std::string name, std::string why, World& world) {
  std::string now = world::rfc3339(world.clock.now());
  return {std::move(name), CheckStatus::not_run, std::move(why), now, now};
}

}  // namespace

Check run_health(const HealthCheck& check, const CheckContext& context) {
  const hcl::Expr* expr = check.url != nullptr ? check.url : check.tcp != nullptr ? check.tcp : check.command != nullptr ? check.command : check.output;
  if (expr == nullptr) return not_run(check.name, "nothing to check", context.world);
  if (check.output != nullptr) {
    // An output that names a condition: passes when it evaluates to true (or a non-empty string).
    Text text = evaluate_text(*check.output, context);
    std::string now = world::rfc3339(context.world.clock.now());
    if (!text.problem.empty()) return not_run(check.name, text.problem, context.world);
    bool passed = !text.text.empty() && text.text != "false";
    return {check.name, passed ? CheckStatus::passed : CheckStatus::failed, format("output is {}", text.sensitive ? "(sensitive value)" : value::quote(text.text)), now, now};
  }
  Text text = evaluate_text(*expr, context);
  if (!text.problem.empty()) return not_run(check.name, text.problem, context.world);
  return until_deadline(check.name, check.within, check.every, context.world, [&]() -> std::pair<bool, std::string> {
    if (check.url != nullptr) return http_once(check, context, text);
    if (check.tcp != nullptr) return tcp_once(context, text.text);
    return command_once(context, text, check.within);
  });
}

Check run_test(const TestCommand& test, const CheckContext& context) {
  Text text = evaluate_text(*test.command, context);
  if (!text.problem.empty()) return not_run(test.name, text.problem, context.world);
  Check check;
  check.name = test.name;
  check.started_at = world::rfc3339(context.world.clock.now());
  auto [passed, evidence] = command_once(context, text, test.within);
  check.status = passed ? CheckStatus::passed : CheckStatus::failed;
  check.evidence = evidence;
  check.finished_at = world::rfc3339(context.world.clock.now());
  return check;
}

}  // namespace terrace::envs
