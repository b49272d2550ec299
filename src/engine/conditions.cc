// SPDX-License-Identifier: Apache-2.0
// Conditions with error messages: validations, preconditions, postconditions (checklist D11, L2).
#include "base/format.h"
#include "base/strings.h"
#include "engine/walk.h"
#include "value/convert.h"

namespace terrace::engine {
namespace {

/// The message to show when a condition failed; never discloses a secret.
std::string failure_message(const config::Condition& condition, const lang::Scope& scope, Diagnostics& diags) {
  constexpr std::string_view kFallback = "This condition did not hold, and its error message could not be made.";
  if (condition.message == nullptr) return std::string(kFallback);
  Value message = lang::evaluate(*condition.message, scope, diags);
  if (message.contains_marks()) {
    Marks marks = message.all_marks();
    if (marks.has(MarkKind::sensitive) || marks.has(MarkKind::ephemeral)) {
      diags.error(DiagCode::invalid_error_message,
                  "The error message is made from sensitive or ephemeral values, so it is not shown. Use nonsensitive() if it discloses nothing.",
                  condition.message->range);
      return "The error message included a sensitive value, so it will not be displayed.";
    }
    message = message.unmarked_deep();
  }
  if (message.is_unknown()) return std::string(kFallback);
  value::Conversion text = value::convert(message, Type::string());
  if (!text || text.value.is_null()) {
    diags.error(DiagCode::invalid_error_message, "The error message must be a string and not null.", condition.message->range);
    return std::string(kFallback);
  }
  return std::string(base::trim(text.value.as_string()));
}

}  // namespace

void Walk::record_check(state::CheckResult::ObjectKind, const std::string&, const std::string&, state::CheckResult::Status, const std::string&) {}

bool Walk::check_conditions(const Conditions& conditions, const lang::Scope& scope, Diagnostics& diags) {
  using Status = state::CheckResult::Status;
  bool passed = true;
  auto record = [&](Status status, const std::string& failure = {}) {
    record_check(conditions.kind, conditions.config_address, conditions.address, status, failure);
  };
  auto report = [&](DiagCode code, std::string detail, SourceRange range) {
    passed = passed && conditions.warn;
    Diagnostic& made = conditions.warn ? diags.warning(code, std::move(detail), range) : diags.error(code, std::move(detail), range);
    if (conditions.kind == state::CheckResult::ObjectKind::resource) made.address = conditions.address;
  };
  for (const config::Condition& condition : conditions.list) {
    if (condition.condition == nullptr) continue;
    const hcl::Expr& expr = *condition.condition;
    Diagnostics found;
    Value value = lang::evaluate(expr, scope, found);
    if (found.has_errors()) {
      record(Status::error);
      if (!conditions.warn) {
        diags.append(std::move(found));
        passed = false;
      } else {
        for (Diagnostic& one : found.take()) {
          one.severity = Severity::warning;
          diags.add(std::move(one));
        }
      }
      continue;
    }
    if (!found.empty()) diags.append(std::move(found));
    if (phase_ == Phase::validate) continue;
    value = value.unmarked_deep();
    if (value.is_unknown()) {
      record(Status::unknown);
      if (conditions.kind == state::CheckResult::ObjectKind::check && phase_ == Phase::plan)
        diags.warning(DiagCode::check_unknown, "The condition could not be evaluated at this time; it will be when the plan is applied.", expr.range);
      continue;
    }
    value::Conversion decided = value::convert(value, Type::boolean());
    if (value.is_null() || !decided) {
      record(Status::error);
      report(DiagCode::invalid_condition, value.is_null() ? std::string("A condition must be true or false, not null.")
                                                          : "A condition must be true or false: " + decided.mismatch->text() + ".", expr.range);
      continue;
    }
    if (decided.value.as_bool()) {
      record(Status::pass);
      continue;
    }
    Diagnostics message_problems;
    std::string message = failure_message(condition, scope, message_problems);
    for (Diagnostic& one : message_problems.take()) {
      if (conditions.warn) one.severity = Severity::warning;
      diags.add(std::move(one));
    }
    record(Status::fail, message);
    report(conditions.code, std::move(message), expr.range);
  }
  return passed;
}

}  // namespace terrace::engine
