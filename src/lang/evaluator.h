// SPDX-License-Identifier: Apache-2.0
// The evaluator behind evaluate.h: one object per evaluate() call, one Run per outermost call. Private to this folder.
#pragma once
#include <string>
#include <vector>

#include "hcl/ast.h"
#include "lang/function.h"
#include "lang/scope.h"
#include "value/operations.h"

namespace terrace::lang {

/// A template, string function or conversion may make strings up to this; what is read from a file may be larger.
inline constexpr std::size_t kMaxString = std::size_t{16} << 20;
inline constexpr std::size_t kMaxFileString = std::size_t{64} << 20;
inline constexpr std::size_t kMaxElements = 1'000'000;
/// Values with more places than this, shared parts counted as often as they are seen, cannot be walked.
inline constexpr std::uint64_t kMaxExpandedSize = 10'000'000;
inline constexpr std::uint32_t kMaxValueDepth = 500;
inline constexpr int kMaxDepth = 2000;

/// What an outermost evaluation and everything nested in it on this thread share.
struct Run {
  Budget budget;
  int depth = 0;
  bool exhausted = false;  // reported once; from then on everything is unknown
};

/// Iterator variables of `for` and templates, innermost first; lives on the C++ stack.
struct Frame {
  const Frame* outer = nullptr;
  Symbol key_name, value_name;
  Value key, value;
};

class Evaluator {
 public:
  Evaluator(const Scope& scope, Diagnostics& diags);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  Value eval(const hcl::Expr& expr);
  /// Counts an error (quiet mode: only that). `expr`: whose references become value hints.
  void error(DiagCode code, std::string detail, SourceRange range, const hcl::Expr* expr = nullptr,
             std::optional<SourceRange> context = {});
  bool quiet() const { return quiet_ > 0; }
  /// Errors so far, reported or swallowed.
  std::size_t failures() const { return failures_; }
  bool charge_bytes(std::uint64_t bytes, SourceRange range);
  bool charge_string(std::uint64_t bytes, std::size_t limit, SourceRange range);
  bool charge_steps(std::uint64_t steps, SourceRange range);
  /// Refuses values too large to be walked (see kMaxExpandedSize).
  Value checked(Value value, SourceRange range);

  Value attribute(const Value& object, Symbol name, SourceRange range, const hcl::Expr* expr);
  Value index(const Value& collection, const Value& key, SourceRange range, const hcl::Expr* expr);
  Value steps(Value value, std::span<const hcl::TraversalStep> steps, const hcl::Expr* expr);

  const Scope& scope() const { return scope_; }
  static Run* current_run();

 private:
  enum class Truth { no, yes, unknown, failed };
  struct Text;     // a template under construction
  struct Quietly;  // swallows errors while alive
  struct Argument;

  // templates
  Value eval_template(const hcl::TemplateExpr& expr);
  void append_parts(std::span<const hcl::TemplatePart> parts, Text& text);
  void append_value(const Value& value, const hcl::TemplatePart& part, Text& text);
  void append_if(const hcl::TemplateIf& part, SourceRange range, Text& text);
  void append_for(const hcl::TemplateFor& part, SourceRange range, Text& text);
  // references
  Value eval_traversal(const hcl::TraversalExpr& expr);
  Value eval_index(const hcl::IndexExpr& expr);
  Value eval_splat(const hcl::SplatExpr& expr);
  const Value* local(Symbol name) const;
  template <class Ask>
  auto ask(Ask ask_world);  // calls ask_world(Diagnostics&) in the right mode
  // operators
  Value eval_binary(const hcl::BinaryExpr& expr);
  Value eval_logical(const hcl::BinaryExpr& expr);
  Value eval_unary(const hcl::UnaryExpr& expr);
  Value eval_conditional(const hcl::ConditionalExpr& expr);
  bool operand(Value& value, Type type, const hcl::Expr& expr, std::string_view which, const hcl::Expr& whole);
  /// Condition of a conditional, `if` clause or directive; its marks are merged into `marks`.
  Truth condition(const hcl::Expr& expr, Marks& marks, std::string_view what);
  // collections
  Value eval_object(const hcl::ObjectExpr& expr);
  Value eval_for(const hcl::ForExpr& expr);
  Value for_tuple(const hcl::ForExpr& expr, const Value& collection, Marks marks);
  Value for_object(const hcl::ForExpr& expr, const Value& collection, Marks marks);
  bool iterable(const Value& collection, const hcl::Expr& expr);
  /// A key of an object as a name; nothing after an error or when unknown (`unknown` set).
  std::optional<Symbol> object_key(const Value& key, const hcl::Expr& expr, bool& unknown);
  // calls
  Value eval_call(const hcl::CallExpr& expr);
  Value call_builtin(const Builtin& builtin, const hcl::CallExpr& expr, std::vector<Argument> arguments, Marks marks);
  std::optional<std::vector<Argument>> arguments_of(const hcl::CallExpr& expr, Marks& marks, bool& unknown);
  Value eval_try(const hcl::CallExpr& expr);
  Value eval_can(const hcl::CallExpr& expr);
  Value eval_templatefile(const hcl::CallExpr& expr, const std::vector<Argument>& arguments);
  Value eval_templatestring(const hcl::CallExpr& expr, const std::vector<Argument>& arguments);
  Value eval_text_template(const hcl::CallExpr& expr, std::string name, std::string text, const Argument& variables, const Marks& marks);
  void call_error(DiagCode code, std::string detail, SourceRange range, const hcl::CallExpr& expr, std::string_view signature);

  std::vector<diag::ValueHint> hints(const hcl::Expr& expr);

  const Scope& scope_;
  Diagnostics& diags_;
  Run own_run_;
  bool outermost_;
  int quiet_ = 0;
  std::size_t failures_ = 0;
  const Frame* frame_ = nullptr;
  const Value* splat_item_ = nullptr;
  std::string_view call_signature_;  // of the call that the next error is about
};

/// Name and arguments that are read lazily: try, can.
bool is_lazy_function(Symbol name);
/// `core::x` is `x`.
std::string_view plain_function_name(std::string_view name);
std::string unknown_function_detail(std::string_view name);

/// What the key variable of an iteration holds for element `i`: its index, key, name or, in sets, the element.
Value element_key(const Value& collection, std::size_t i);
inline Value unknown_dynamic() { return Value::unknown(Type::dynamic()); }
inline Value unknown_with(Type type, const Marks& marks) {
  return marks.empty() ? Value::unknown(type) : Value::unknown(type).with_marks(marks);
}
inline Value marked(Value value, const Marks& marks) { return marks.empty() ? value : value.with_marks(marks); }

struct Evaluator::Quietly {
  explicit Quietly(Evaluator& evaluator) : evaluator_(evaluator), before_(evaluator.failures_) { ++evaluator_.quiet_; }
  ~Quietly() { --evaluator_.quiet_; }
  bool failed() const { return evaluator_.failures_ != before_; }

 private:
  Evaluator& evaluator_;
  std::size_t before_;
};

template <class Ask>
auto Evaluator::ask(Ask ask_world) {
  Diagnostics local;
  auto answer = ask_world(local);
  if (local.has_errors()) ++failures_;
  if (quiet_ == 0) diags_.append(std::move(local));
  return answer;
}

}  // namespace terrace::lang
