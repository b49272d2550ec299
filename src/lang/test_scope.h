// SPDX-License-Identifier: Apache-2.0
// A scope for tests: `var.*` with given values, functions without a world.
#pragma once
#include "base/format.h"
#include "hcl/parser.h"
#include "lang/evaluate.h"
#include "value/convert.h"
#include "value/print.h"

namespace terrace::lang::testing {

class TestScope : public Scope {
 public:
  void set(std::string_view name, Value value) { variables_[Symbol(name)] = std::move(value); }
  /// A variable declared and given as in a configuration.
  void declare(std::string_view name, std::string_view type, std::string_view text) {
    Diagnostics diags;
    const TypeConstraint constraint = parse_type_constraint(parse(type), sources_, diags);
    const Value given = constraint.defaults.apply(evaluate(parse(text), *this, diags));
    auto converted = value::convert(given, constraint.type);
    CHECK(converted && !diags.has_errors(), format("variable {} of the test: {}", name, diags.has_errors() ? diags.take()[0].detail : converted.mismatch->text()));
    set(name, converted.value);
  }
  std::optional<Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const override {
    if (traversal.root == Symbol("var") && !traversal.steps.empty()) {
      const auto found = variables_.find(traversal.steps[0].name);
      if (found != variables_.end()) return Resolved{found->second, 1};
    }
    diags.error(DiagCode::invalid_reference, "No such variable.", traversal.range);
    return std::nullopt;
  }
  const FunctionContext& functions() const override { return functions_; }
  const SourceFiles& sources() const override { return sources_; }

  const hcl::Expr& parse(std::string_view text) {
    Diagnostics diags;
    kept_.push_back(hcl::parse_expression(sources_, sources_.add("test", std::string(text)), diags));
    parse_failed = diags.has_errors();
    return *kept_.back().expr;
  }
  Value eval(std::string_view text, Diagnostics& diags) { return evaluate(parse(text), *this, diags); }
  /// As `console` prints it, or kError.
  std::string print(std::string_view text, std::string_view on_error = "<error>") {
    Diagnostics diags;
    const Value value = eval(text, diags);
    if (parse_failed || diags.has_errors()) return std::string(on_error);
    return value::print(value);
  }
  /// The ids of the errors, in source order.
  std::vector<std::string> codes(std::string_view text) {
    Diagnostics diags;
    eval(text, diags);
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : diags.sorted(sources_)) out.emplace_back(diag::code_id(diagnostic.code));
    return out;
  }
  bool parse_failed = false;
  FunctionContext functions_;
  SourceFiles sources_;

 private:
  std::map<Symbol, Value> variables_;
  std::vector<hcl::StandaloneExpr> kept_;
};

}  // namespace terrace::lang::testing
