// SPDX-License-Identifier: Apache-2.0
// Operators and conditionals (A4).
#include "base/format.h"
#include "lang/evaluator.h"
#include "value/convert.h"

namespace terrace::lang {

namespace {

using hcl::BinaryOp;

/// "true" where `text` is another spelling of a bool.
std::string bool_advice(const Value& value) {
  if (value.kind() != Kind::string || value.has_marks()) return {};
  const std::string_view text = value.as_string();
  if (text == "True" || text == "TRUE") return " Did you mean \"true\"?";
  if (text == "False" || text == "FALSE") return " Did you mean \"false\"?";
  return {};
}

value::Arithmetic arithmetic_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::add: return value::Arithmetic::add;
    case BinaryOp::subtract: return value::Arithmetic::subtract;
    case BinaryOp::multiply: return value::Arithmetic::multiply;
    case BinaryOp::divide: return value::Arithmetic::divide;
    case BinaryOp::remainder:
    case BinaryOp::or_:
    case BinaryOp::and_:
    case BinaryOp::equal:
    case BinaryOp::not_equal:
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal: return value::Arithmetic::remainder;
  }
  __builtin_unreachable();
}

value::Comparison comparison_of(BinaryOp op) {
  if (op == BinaryOp::less) return value::Comparison::less;
  if (op == BinaryOp::less_equal) return value::Comparison::less_equal;
  if (op == BinaryOp::greater) return value::Comparison::greater;
  return value::Comparison::greater_equal;
}

}  // namespace

bool Evaluator::operand(Value& value, Type type, const hcl::Expr& expr, std::string_view which, const hcl::Expr& whole) {
  if (value.is_null()) {
    error(DiagCode::invalid_operand, format("The value of {} is null; an operator cannot work with null.", which), expr.range, &whole, whole.range);
    return false;
  }
  if (value.type() == type) return true;
  auto converted = value::convert(value, type);
  if (!converted) {
    error(DiagCode::invalid_operand,
          format("Unsuitable value for {}: {}.{}", which, converted.mismatch->text(), type == Type::boolean() ? bool_advice(value) : std::string()),
          expr.range, &whole, whole.range);
    return false;
  }
  value = std::move(converted.value);
  return true;
}

Value Evaluator::eval_binary(const hcl::BinaryExpr& expr) {
  switch (expr.op) {
    case BinaryOp::or_:
    case BinaryOp::and_: return eval_logical(expr);
    case BinaryOp::equal: {
      const Value left = eval(*expr.left);
      return value::equals(left, eval(*expr.right));
    }
    case BinaryOp::not_equal: {
      const Value left = eval(*expr.left);
      return value::logical_not(value::equals(left, eval(*expr.right)));
    }
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal:
    case BinaryOp::add:
    case BinaryOp::subtract:
    case BinaryOp::multiply:
    case BinaryOp::divide:
    case BinaryOp::remainder: break;
  }
  Value left = eval(*expr.left);
  Value right = eval(*expr.right);
  const bool compares = expr.op >= BinaryOp::less && expr.op <= BinaryOp::greater_equal;
  const Type result = compares ? Type::boolean() : Type::number();
  const bool left_fits = operand(left, Type::number(), *expr.left, "the left operand", expr);
  if (!operand(right, Type::number(), *expr.right, "the right operand", expr) || !left_fits) return Value::unknown(result);
  if (compares) return value::compare(comparison_of(expr.op), left, right);
  auto number = value::arithmetic(arithmetic_of(expr.op), left, right);
  if (number) return std::move(*number);
  const bool division = expr.op == BinaryOp::divide || expr.op == BinaryOp::remainder;
  error(DiagCode::operation_failed,
        division ? "This division has no result: zero by zero, or infinity by infinity." : "This operation on infinite numbers has no result.",
        expr.range, &expr);
  return Value::unknown(Type::number());
}

Value Evaluator::eval_logical(const hcl::BinaryExpr& expr) {
  const bool deciding = expr.op == BinaryOp::or_;  // true decides ||, false decides &&
  const auto decides = [deciding](const Value& value) { return value.kind() == Kind::boolean && value.as_bool() == deciding; };
  std::size_t before = failures_;
  Value left;
  {
    Quietly quietly(*this);
    left = eval(*expr.left);
  }
  const bool left_failed = failures_ != before;
  if (!left_failed) {
    if (!operand(left, Type::boolean(), *expr.left, "the left operand", expr)) return Value::unknown(Type::boolean());
    if (decides(left)) {
      // Whatever the right side is, even wrong, the result is certain; what it is marked with still counts.
      Quietly quietly(*this);
      const Value right = eval(*expr.right);
      return quietly.failed() || !right.has_marks() ? left : left.with_marks(right.marks());
    }
  }
  before = failures_;
  Value right = eval(*expr.right);
  if (failures_ == before) operand(right, Type::boolean(), *expr.right, "the right operand", expr);
  const bool right_failed = failures_ != before;
  if (left_failed && (right_failed || !decides(right))) {
    if (!quiet()) left = eval(*expr.left);  // now reporting
    return Value::unknown(Type::boolean());
  }
  if (right_failed) return Value::unknown(Type::boolean());
  if (left_failed) return right;
  return deciding ? value::logical_or(left, right) : value::logical_and(left, right);
}

Value Evaluator::eval_unary(const hcl::UnaryExpr& expr) {
  Value value = eval(*expr.operand);
  if (expr.op == hcl::UnaryOp::negate) {
    if (!operand(value, Type::number(), *expr.operand, "the operand", expr)) return Value::unknown(Type::number());
    return value::negate(value);
  }
  if (!operand(value, Type::boolean(), *expr.operand, "the operand", expr)) return Value::unknown(Type::boolean());
  return value::logical_not(value);
}

Evaluator::Truth Evaluator::condition(const hcl::Expr& expr, Marks& marks, std::string_view what) {
  const std::size_t before = failures_;
  Value value = eval(expr);
  if (value.has_marks()) marks.merge(value.marks());
  if (failures_ != before) return Truth::failed;
  if (value.is_null()) {
    error(DiagCode::null_condition, format("The condition of {} is null; it must be true or false.", what), expr.range, &expr);
    return Truth::failed;
  }
  if (value.type() != Type::boolean()) {
    auto converted = value::convert(value, Type::boolean());
    if (!converted) {
      error(DiagCode::incorrect_condition, format("The condition of {} must be true or false: {}.{}", what, converted.mismatch->text(), bool_advice(value)),
            expr.range, &expr);
      return Truth::failed;
    }
    value = std::move(converted.value);
  }
  if (value.is_unknown()) return Truth::unknown;
  return value.as_bool() ? Truth::yes : Truth::no;
}

Value Evaluator::eval_conditional(const hcl::ConditionalExpr& expr) {
  Marks marks;
  const Truth truth = condition(*expr.condition, marks, "a conditional");
  const auto branch = [this](const hcl::Expr& which, bool counts) {
    if (counts) return eval(which);
    // Only its type matters: mistakes in the branch that was not taken are none.
    Quietly quietly(*this);
    return eval(which);
  };
  // Nothing is reported for branches of a condition that failed: one of them might never be taken.
  Value if_true = branch(*expr.if_true, truth == Truth::yes || truth == Truth::unknown);
  Value if_false = branch(*expr.if_false, truth == Truth::no || truth == Truth::unknown);
  if (if_true.has_marks()) marks.merge(if_true.marks());
  if (if_false.has_marks()) marks.merge(if_false.marks());
  if (truth == Truth::failed) return unknown_with(Type::dynamic(), marks);

  const Type types[] = {if_true.type(), if_false.type()};
  if (types[0] != types[1]) {
    std::optional<Type> common;
    if (types[0].is_dynamic() && if_true.is_null()) {
      common = types[1];
    } else if (types[1].is_dynamic() && if_false.is_null()) {
      common = types[0];
    } else if (types[0].is_dynamic() || types[1].is_dynamic()) {
      common = Type::dynamic();
    } else {
      common = value::unify(types, value::Safety::unsafe);
    }
    if (!common) {
      error(DiagCode::inconsistent_conditional,
            format("Both branches of a conditional need one type. The true branch is {}, the false branch is {}: {}.", value::friendly_name(types[0]),
                   value::friendly_name(types[1]), value::mismatch_text(types[1], types[0])), expr.range, &expr);
      return unknown_with(Type::dynamic(), marks);
    }
    const auto adopt = [&](Value& value, const hcl::Expr& which, bool counts) {
      auto converted = value::convert(value, *common);
      if (converted) {
        value = std::move(converted.value);
        return true;
      }
      if (counts) {
        error(DiagCode::inconsistent_conditional,
              format("The value of this branch does not fit the common type of both branches: {}.", converted.mismatch->text()), which.range, &expr);
        return false;
      }
      value = Value::unknown(*common);
      return true;
    };
    if (!adopt(if_true, *expr.if_true, truth != Truth::no) || !adopt(if_false, *expr.if_false, truth != Truth::yes)) {
      return unknown_with(*common, marks);
    }
  }
  switch (truth) {
    case Truth::yes: return marked(std::move(if_true), marks);
    case Truth::no: return marked(std::move(if_false), marks);
    case Truth::unknown:
    case Truth::failed: break;
  }
  return marked(value::undecided(if_true.unmarked(), if_false.unmarked()), marks);
}

}  // namespace terrace::lang
