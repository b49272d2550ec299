// SPDX-License-Identifier: Apache-2.0
// Function calls (B11): arguments are converted, checked for null, unknown and marks as their parameters declare,
// and what goes wrong is told at the argument's own place.
#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "lang/call.h"
#include "value/convert.h"

namespace terrace::lang {

std::string_view plain_function_name(std::string_view name) {
  constexpr std::string_view kCore = "core::";
  return name.starts_with(kCore) ? name.substr(kCore.size()) : name;
}

bool is_lazy_function(Symbol name) {
  const std::string_view plain = plain_function_name(name.text());
  return plain == "try" || plain == "can";
}

std::string unknown_function_detail(std::string_view name) {
  if (name.starts_with("provider::")) {
    return format("\"{}\" is a function of a provider; provider functions are not supported yet.", name);
  }
  const std::size_t scope = name.rfind("::");
  if (scope != std::string_view::npos && !name.starts_with("core::")) {
    return format("There is no function namespace \"{}::\". Built-in functions are in \"core::\", those of providers in \"provider::\".", name.substr(0, scope));
  }
  std::vector<std::string_view> candidates = {"try", "can", "templatefile", "templatestring"};
  for (const Builtin* builtin : builtins()) candidates.push_back(builtin->name);
  return format("There is no function named \"{}\".{}", name, diag::did_you_mean(plain_function_name(name), candidates));
}

void Evaluator::call_error(DiagCode code, std::string detail, SourceRange range, const hcl::CallExpr& expr, std::string_view signature) {
  call_signature_ = signature;
  error(code, std::move(detail), range, &expr, expr.range);
  call_signature_ = {};
}

std::optional<std::vector<Evaluator::Argument>> Evaluator::arguments_of(const hcl::CallExpr& expr, Marks& marks, bool& unknown) {
  std::vector<Argument> out;
  out.reserve(expr.arguments.size());
  const std::size_t before = failures_;
  for (const hcl::Expr* argument : expr.arguments) out.push_back({eval(*argument), argument});
  if (failures_ != before) return std::nullopt;
  if (!expr.expand_last || out.empty()) return out;
  const Argument last = std::move(out.back());
  out.pop_back();
  const TypeKind kind = last.value.type().kind();
  if (last.value.is_null()) {
    error(DiagCode::invalid_expansion, "The expanding argument (before ...) is null; it must be a list, set or tuple.", last.expr->range, last.expr, expr.range);
    return std::nullopt;
  }
  if (kind != TypeKind::list && kind != TypeKind::set && kind != TypeKind::tuple && kind != TypeKind::dynamic) {
    error(DiagCode::invalid_expansion, format("The expanding argument (before ...) must be a list, set or tuple, not {}.", value::friendly_name(last.value.type())),
          last.expr->range, last.expr, expr.range);
    return std::nullopt;
  }
  if (last.value.has_marks()) marks.merge(last.value.marks());
  if (last.value.is_unknown()) {
    unknown = true;
    return out;
  }
  for (const Value& element : last.value.elements()) out.push_back({element, last.expr});
  return out;
}

Value Evaluator::eval_call(const hcl::CallExpr& expr) {
  const std::string_view name = plain_function_name(expr.name.text());
  if (name == "try") return eval_try(expr);
  if (name == "can") return eval_can(expr);
  const bool file_template = name == "templatefile";
  const bool text_template = name == "templatestring";
  const Builtin* builtin = find_builtin(name);
  if (builtin == nullptr && !file_template && !text_template) {
    error(DiagCode::unknown_function, unknown_function_detail(expr.name.text()), expr.name_range, nullptr, expr.range);
    return unknown_dynamic();
  }
  Marks marks;
  bool unknown = false;
  auto arguments = arguments_of(expr, marks, unknown);
  if (!arguments || unknown) return unknown_with(Type::dynamic(), marks);
  if (file_template) return marked(eval_templatefile(expr, *arguments), marks);
  if (text_template) return marked(eval_templatestring(expr, *arguments), marks);
  return call_builtin(*builtin, expr, std::move(*arguments), std::move(marks));
}

Value Evaluator::call_builtin(const Builtin& builtin, const hcl::CallExpr& expr, std::vector<Argument> arguments, Marks marks) {
  const std::size_t fixed = builtin.parameters.size();
  if (arguments.size() < fixed) {
    call_error(DiagCode::not_enough_arguments,
               format("Function \"{}\" needs {}{}. The value for \"{}\" is missing.", builtin.name, builtin.variadic != nullptr ? "at least " : "",
                      base::count_of(fixed, "argument"), builtin.parameters[arguments.size()].name), expr.close, expr, builtin.signature);
    return unknown_with(Type::dynamic(), marks);
  }
  if (arguments.size() > fixed && builtin.variadic == nullptr) {
    call_error(DiagCode::too_many_arguments, format("Function \"{}\" takes {} only.", builtin.name, fixed == 0 ? "no arguments" : base::count_of(fixed, "argument")),
               arguments[fixed].expr->range, expr, builtin.signature);
    return unknown_with(Type::dynamic(), marks);
  }
  const auto parameter = [&](std::size_t i) -> const Parameter& { return i < fixed ? builtin.parameters[i] : *builtin.variadic; };
  const auto refuse = [&](std::size_t i, std::string_view why) {
    call_error(DiagCode::invalid_function_argument, format("Invalid value for \"{}\" parameter: {}.", parameter(i).name, why), arguments[i].expr->range,
               expr, builtin.signature);
  };
  std::vector<Value> values;
  values.reserve(arguments.size());
  bool unknown = false, open = false, secret = false;
  const std::size_t before = failures_;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& expected = parameter(i);
    Value value = std::move(arguments[i].value);
    const Type type = expected.type();
    if (!type.is_dynamic() && value.type() != type) {
      auto converted = value::convert(value, type);
      if (!converted) {
        refuse(i, converted.mismatch->text());
        continue;
      }
      value = std::move(converted.value);
    }
    if (value.is_null() && !has(expected.allow, Allow::null)) {
      refuse(i, "argument must not be null");
      continue;
    }
    if (value.contains_marks()) {
      const Marks inside = value.all_marks();
      secret = secret || inside.has(MarkKind::sensitive) || inside.has(MarkKind::ephemeral);
      if (!has(expected.allow, Allow::marked)) {
        marks.merge(inside);
        value = value.unmarked_deep();
      }
    }
    open = open || (value.type().is_dynamic() && !has(expected.allow, Allow::dynamic));
    unknown = unknown || (value.is_unknown() && !has(expected.allow, Allow::unknown));
    values.push_back(std::move(value));
  }
  if (failures_ != before || open) return unknown_with(Type::dynamic(), marks);
  if (!charge_steps(values.size() + 1, expr.range)) return unknown_with(Type::dynamic(), marks);

  const auto not_null = [&builtin](Value value) {
    if (!builtin.not_null || !value.is_unknown() || value.type().is_dynamic() || value.definitely_not_null()) return value;
    Refinement refinement;
    if (const Refinement* known = value.refinement()) refinement = *known;
    refinement.nullness = Refinement::Nullness::not_null;
    return marked(Value::unknown(value.type(), std::move(refinement)), value.marks());
  };
  if (unknown) {
    Type type;
    if (builtin.result_type != nullptr) {
      type = builtin.result_type(values).value_or(Type::dynamic());
    } else if (builtin.result != nullptr) {
      type = builtin.result();
    }
    // Marked arguments that the body would have seen count too, as it may have passed their marks on.
    for (const Value& value : values) {
      if (value.contains_marks()) marks.merge(value.all_marks());
    }
    return marked(not_null(Value::unknown(type)), marks);
  }
  CHECK(builtin.call != nullptr, "a built-in function without a body");
  CallResult result = builtin.call(Call{values, scope_.functions(), scope_});
  if (const auto* failed = std::get_if<CallError>(&result)) {
    // Bodies see plain values and may quote them.
    const std::string_view why = secret ? std::string_view("the reason is not shown because an argument is sensitive") : failed->message;
    if (failed->argument >= 0 && static_cast<std::size_t>(failed->argument) < arguments.size()) {
      refuse(static_cast<std::size_t>(failed->argument), why);
    } else {
      call_error(DiagCode::function_failed, format("Call to function \"{}\" failed: {}.", builtin.name, why), expr.range, expr, builtin.signature);
    }
    return unknown_with(Type::dynamic(), marks);
  }
  Value value = not_null(std::move(std::get<Value>(result)));
  if (value.kind() == Kind::string) {
    const bool from_file = builtin.name.starts_with("file");
    if (!charge_string(value.as_string().size(), from_file ? kMaxFileString : kMaxString, expr.range)) return Value::unknown(Type::string());
  } else if (value.is_known() && !value.is_null() && value.kind() >= Kind::list) {
    if (!charge_steps(value.length(), expr.range)) return unknown_dynamic();
    value = checked(std::move(value), expr.range);
  }
  return marked(std::move(value), marks);
}

Value Evaluator::eval_try(const hcl::CallExpr& expr) {
  if (expr.arguments.empty()) {
    call_error(DiagCode::not_enough_arguments, "Function \"try\" needs at least one argument.", expr.close, expr, "try(expressions...)");
    return unknown_dynamic();
  }
  for (const hcl::Expr* argument : expr.arguments) {
    Value value;
    {
      Quietly quietly(*this);
      value = eval(*argument);
      if (quietly.failed()) continue;
    }
    // Something unknown may still turn out to be wrong, and then a later argument would be taken.
    if (!value.is_wholly_known()) return unknown_with(Type::dynamic(), value.all_marks());
    return value;
  }
  std::string detail = "None of the expressions succeeded:";
  if (!quiet()) {
    for (const hcl::Expr* argument : expr.arguments) {
      Diagnostics failed;
      Evaluator again(scope_, failed);
      again.frame_ = frame_;
      again.splat_item_ = splat_item_;
      again.eval(*argument);
      for (const Diagnostic& diagnostic : failed.sorted(scope_.sources())) {
        detail += format("\n- {}: {}", diag::code_summary(diagnostic.code), diagnostic.detail);
      }
    }
  }
  call_error(DiagCode::function_failed, std::move(detail) + "\nAt least one expression must produce a successful result.", expr.range, expr,
             "try(expressions...)");
  return unknown_dynamic();
}

Value Evaluator::eval_can(const hcl::CallExpr& expr) {
  if (expr.arguments.size() != 1) {
    call_error(expr.arguments.empty() ? DiagCode::not_enough_arguments : DiagCode::too_many_arguments, "Function \"can\" takes exactly one argument.",
               expr.close, expr, "can(expression)");
    return Value::unknown(Type::boolean());
  }
  Quietly quietly(*this);
  const Value value = eval(*expr.arguments[0]);
  if (quietly.failed()) return Value::boolean(false);
  return marked(value.is_wholly_known() ? Value::boolean(true) : Value::unknown(Type::boolean()), value.all_marks());
}

}  // namespace terrace::lang
