// SPDX-License-Identifier: Apache-2.0
// Scopes that lang/ itself provides.
#include "base/format.h"
#include "lang/evaluate.h"

namespace terrace::lang {

std::optional<Resolved> ChildScope::resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const {
  for (const auto& [name, value] : names_) {
    if (name == traversal.root) return Resolved{value, 0};
  }
  return parent_.resolve(traversal, diags);
}

std::optional<Value> ChildScope::resolve_indexed(const hcl::TraversalExpr& traversal, const Value& key) const {
  for (const auto& [name, value] : names_) {
    if (name == traversal.root) return std::nullopt;
  }
  return parent_.resolve_indexed(traversal, key);
}

std::optional<Resolved> EmptyScope::resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const {
  if (traversal.steps.empty()) {
    diags.error(DiagCode::variables_not_allowed,
                format("Only constant values are possible here, so \"{}\" cannot be looked up. For text write it in quotes: \"{}\".",
                       traversal.root.text(), traversal.root.text()), traversal.range);
  } else {
    diags.error(DiagCode::variables_not_allowed, "Only constant values are possible here; references cannot be used.", traversal.range);
  }
  return std::nullopt;
}

}  // namespace terrace::lang
