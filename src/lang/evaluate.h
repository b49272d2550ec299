// SPDX-License-Identifier: Apache-2.0
// Expressions and bodies to values (checklist A4-A10, B11, D21). Unknowns, refinements and marks are carried through.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hcl/ast.h"
#include "lang/scope.h"
#include "schema/schema.h"

namespace terrace::lang {

/// The value of `expr`. After an error: unknown dynamic, so that evaluation goes on and finds more.
/// Diagnostics carry value hints. Stack depth is bounded by the parser's nesting limit.
Value evaluate(const hcl::Expr& expr, const Scope& scope, Diagnostics& diags);
/// The same, converted; a value that does not convert is an error naming `what` ("count").
Value evaluate_as(const hcl::Expr& expr, Type type, const Scope& scope, Diagnostics& diags, std::string_view what = {});

/// The whole body by schema, `dynamic` blocks expanded (A9), attributes-as-blocks (D21) understood.
/// Result conforms to block.implied_type; errors are reported at their place.
/// `skip`: names that the caller handles (meta-arguments).
Value evaluate_body(const hcl::Body& body, const schema::Block& block, const Scope& scope, Diagnostics& diags,
                    std::span<const Symbol> skip_arguments = {}, std::span<const Symbol> skip_blocks = {});

/// Adds iterator-like names in front of another scope: `each`, `count`, `self`, templatefile's variables.
class ChildScope : public Scope {
 public:
  ChildScope(const Scope& parent, std::vector<std::pair<Symbol, Value>> names) : parent_(parent), names_(std::move(names)) {}
  std::optional<Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const override;
  std::optional<Value> resolve_indexed(const hcl::TraversalExpr& traversal, const Value& key) const override;
  const FunctionContext& functions() const override { return parent_.functions(); }
  const SourceFiles& sources() const override { return parent_.sources(); }

 private:
  const Scope& parent_;
  std::vector<std::pair<Symbol, Value>> names_;
};
/// No names at all; functions as `context` allows. For defaults, tfvars and static expressions.
class EmptyScope : public Scope {
 public:
  EmptyScope(const SourceFiles& sources, const FunctionContext& context) : sources_(sources), context_(context) {}
  std::optional<Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const override;
  const FunctionContext& functions() const override { return context_; }
  const SourceFiles& sources() const override { return sources_; }

 private:
  const SourceFiles& sources_;
  const FunctionContext& context_;
};

/// Every traversal in `expr` (not those of for/splat/template iterators), source order.
std::vector<const hcl::TraversalExpr*> references(const hcl::Expr& expr);
/// The same over a body that `block` describes (null: every argument and block).
std::vector<const hcl::TraversalExpr*> references(const hcl::Body& body);
/// Names of functions called in `expr` that do not exist, reported with did-you-mean (static check).
void check_functions(const hcl::Expr& expr, Diagnostics& diags);

// --- type constraints (A10) ---
/// Default values of optional() attributes, applied before conversion.
struct TypeDefaults {
  struct Node;
  std::shared_ptr<const Node> root;  ///< null: none
  Value apply(const Value& value) const;
};
struct TypeConstraint {
  Type type;  ///< optional attributes flagged
  TypeDefaults defaults;
};
/// Parses `list(object({a = optional(string, "x")}))`. Errors: HCL022.
TypeConstraint parse_type_constraint(const hcl::Expr& expr, const SourceFiles& sources, Diagnostics& diags);

/// Applies `path` steps (attributes, constant keys) to a value with the language's rules and messages.
Value traverse(const Value& value, std::span<const hcl::TraversalStep> steps, const Scope& scope, Diagnostics& diags);
Value index(const Value& collection, const Value& key, SourceRange range, Diagnostics& diags);

}  // namespace terrace::lang
