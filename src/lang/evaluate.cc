// SPDX-License-Identifier: Apache-2.0
// Entry points, dispatch by kind of expression, and the budget of an evaluation.
#include "lang/evaluate.h"

#include "base/format.h"
#include "lang/evaluator.h"
#include "value/convert.h"
#include "value/print.h"

namespace terrace::lang {

namespace {
thread_local Run* current = nullptr;

struct Depth {
  explicit Depth(Run& run) : run(run) { ++run.depth; }
  ~Depth() { --run.depth; }
  Run& run;
};
}  // namespace

Run* Evaluator::current_run() { return current; }

Evaluator::Evaluator(const Scope& scope, Diagnostics& diags) : scope_(scope), diags_(diags), outermost_(current == nullptr) {
  if (outermost_) current = &own_run_;
}
Evaluator::~Evaluator() {
  if (outermost_) current = nullptr;
}

Value Evaluator::eval(const hcl::Expr& expr) {
  using hcl::ExprKind;
  using hcl::to;
  Run& run = *current;
  if (!charge_steps(1, expr.range)) return unknown_dynamic();
  Depth depth(run);
  if (run.depth > kMaxDepth) [[unlikely]] {
    run.exhausted = true;
    diags_.error(DiagCode::limit_exceeded,
                 format("Expressions are nested more than {} deep here, counting templates within templates.", kMaxDepth), expr.range);
    return unknown_dynamic();
  }
  switch (expr.kind) {
    case ExprKind::number: {
      const auto number = Number::parse(to<hcl::NumberExpr>(expr).digits);
      if (number) return Value::number(*number);
      error(DiagCode::invalid_number, "This is not a number that can be represented.", expr.range);
      return Value::unknown(Type::number());
    }
    case ExprKind::boolean: return Value::boolean(to<hcl::BoolExpr>(expr).value);
    case ExprKind::null: return Value::null(Type::dynamic());
    case ExprKind::string: return Value::string(to<hcl::StringExpr>(expr).text);
    case ExprKind::template_: return eval_template(to<hcl::TemplateExpr>(expr));
    case ExprKind::traversal: return eval_traversal(to<hcl::TraversalExpr>(expr));
    case ExprKind::relative_traversal: {
      const auto& relative = to<hcl::RelativeTraversalExpr>(expr);
      return steps(eval(*relative.source), relative.steps, relative.source);
    }
    case ExprKind::index: return eval_index(to<hcl::IndexExpr>(expr));
    case ExprKind::splat: return eval_splat(to<hcl::SplatExpr>(expr));
    case ExprKind::splat_item: return splat_item_ != nullptr ? *splat_item_ : unknown_dynamic();
    case ExprKind::call: return eval_call(to<hcl::CallExpr>(expr));
    case ExprKind::conditional: return eval_conditional(to<hcl::ConditionalExpr>(expr));
    case ExprKind::binary: return eval_binary(to<hcl::BinaryExpr>(expr));
    case ExprKind::unary: return eval_unary(to<hcl::UnaryExpr>(expr));
    case ExprKind::parentheses: return eval(*to<hcl::ParenthesesExpr>(expr).inner);
    case ExprKind::tuple: {
      const auto& tuple = to<hcl::TupleExpr>(expr);
      std::vector<Value> elements;
      elements.reserve(tuple.elements.size());
      for (const hcl::Expr* element : tuple.elements) elements.push_back(eval(*element));
      return checked(Value::tuple(std::move(elements)), expr.range);
    }
    case ExprKind::object: return eval_object(to<hcl::ObjectExpr>(expr));
    case ExprKind::for_: return eval_for(to<hcl::ForExpr>(expr));
    case ExprKind::invalid: ++failures_; return unknown_dynamic();
  }
  __builtin_unreachable();
}

void Evaluator::error(DiagCode code, std::string detail, SourceRange range, const hcl::Expr* expr, std::optional<SourceRange> context) {
  ++failures_;
  if (quiet() || current->exhausted) return;
  const std::string call_signature(call_signature_);
  std::vector<diag::ValueHint> values;
  if (expr != nullptr) values = hints(*expr);
  Diagnostic& added = diags_.error(code, std::move(detail), range);
  added.values = std::move(values);
  added.context = context;
  added.call = call_signature;
}

bool Evaluator::charge_steps(std::uint64_t steps, SourceRange range) {
  Run& run = *current;
  if (run.exhausted) [[unlikely]] {
    ++failures_;
    return false;
  }
  if (run.budget.steps_left < steps) [[unlikely]] {
    run.exhausted = true;
    ++failures_;
    diags_.error(DiagCode::limit_exceeded, "This expression takes too many steps to evaluate.", range);
    return false;
  }
  run.budget.steps_left -= steps;
  return true;
}

bool Evaluator::charge_bytes(std::uint64_t bytes, SourceRange range) {
  Run& run = *current;
  if (run.exhausted) {
    ++failures_;
    return false;
  }
  if (run.budget.bytes_left < bytes) {
    run.exhausted = true;
    ++failures_;
    diags_.error(DiagCode::limit_exceeded, "The values that this expression makes are too large in sum.", range);
    return false;
  }
  run.budget.bytes_left -= bytes;
  return true;
}

bool Evaluator::charge_string(std::uint64_t bytes, std::size_t limit, SourceRange range) {
  Run& run = *current;
  if (bytes > limit && !run.exhausted) {
    run.exhausted = true;
    ++failures_;
    diags_.error(DiagCode::limit_exceeded,
                 format("The text made here has {} bytes or more; the limit is {} MiB.", bytes, limit >> 20), range);
    return false;
  }
  return charge_bytes(limit == kMaxString ? bytes * 2 : bytes, range);
}

Value evaluate(const hcl::Expr& expr, const Scope& scope, Diagnostics& diags) { return Evaluator(scope, diags).eval(expr); }

Value evaluate_as(const hcl::Expr& expr, Type type, const Scope& scope, Diagnostics& diags, std::string_view what) {
  Evaluator evaluator(scope, diags);
  const Value value = evaluator.eval(expr);
  if (type.is_dynamic() || value.type() == type) return value;
  auto converted = value::convert(value, type);
  if (converted) return std::move(converted.value);
  const std::string reason = converted.mismatch->text();
  evaluator.error(DiagCode::unsuitable_value,
                  what.empty() ? format("Unsuitable value: {}.", reason) : format("Unsuitable value for \"{}\": {}.", what, reason),
                  expr.range, &expr);
  return unknown_with(type.without_optional(), value.marks());
}

Value traverse(const Value& value, std::span<const hcl::TraversalStep> steps, const Scope& scope, Diagnostics& diags) {
  return Evaluator(scope, diags).steps(value, steps, nullptr);
}

namespace {
/// For index(), which has no scope because nothing is resolved.
class NoScope : public Scope {
 public:
  std::optional<Resolved> resolve(const hcl::TraversalExpr&, Diagnostics&) const override { return std::nullopt; }
  const FunctionContext& functions() const override { return context_; }
  const SourceFiles& sources() const override { return sources_; }

 private:
  FunctionContext context_;
  SourceFiles sources_;
};
}  // namespace

Value index(const Value& collection, const Value& key, SourceRange range, Diagnostics& diags) {
  NoScope scope;
  return Evaluator(scope, diags).index(collection, key, range, nullptr);
}

}  // namespace terrace::lang
