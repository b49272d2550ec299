// SPDX-License-Identifier: Apache-2.0
// The tree as one compact text, for tests and debugging: `(+ 1 (* 2 var.x[0]))`.
#pragma once
#include <string>

#include "hcl/ast.h"

namespace terrace::hcl {
/// Recurses as deep as the tree, which the parser limits.
std::string dump(const Expr& expr);
/// `{a=1; resource "x" "y" {…}}`, attributes first.
std::string dump(const Body& body);
}  // namespace terrace::hcl
