// SPDX-License-Identifier: Apache-2.0
// Text to syntax tree, with recovery: all mistakes of a file in one run, and a partial tree that stays usable.
// Limits of reliability-security 7.1: nesting 200, file 64 MiB. Never recurses deeper than the nesting limit.
#pragma once
#include <memory>
#include <string>

#include "base/arena.h"
#include "diag/diagnostic.h"
#include "hcl/ast.h"

namespace terrace::hcl {

/// A parsed file: the tree lives as long as this does.
struct File {
  FileId id;
  std::unique_ptr<Arena> arena;
  const Body* body = nullptr;  ///< never null
};
/// Parses a whole configuration file. Errors: HCL001-HCL020.
File parse_file(const SourceFiles& sources, FileId file, Diagnostics& diags);

/// A parsed standalone expression or template; `expr` is never null (InvalidExpr after errors).
struct StandaloneExpr {
  FileId id;
  std::unique_ptr<Arena> arena;
  const Expr* expr = nullptr;
};
/// For -var values, console lines, quoted references. The whole text must be one expression.
StandaloneExpr parse_expression(const SourceFiles& sources, FileId file, Diagnostics& diags);
/// For templatefile and templatestring: the whole text is template content.
StandaloneExpr parse_template(const SourceFiles& sources, FileId file, Diagnostics& diags);

// --- static analysis without evaluation (A8) ---
/// The expression as an absolute traversal (also through parentheses-free constant indexes), or null.
const TraversalExpr* as_traversal(const Expr& expr);
/// A bare keyword such as `all`, `create`, or the empty symbol.
Symbol as_keyword(const Expr& expr);
/// `resource "aws_vpc" "main"` for the top-level block around `range`, or empty: what Diagnostic::block holds.
/// Renderers find it by themselves for any parsed file (SourceFiles::block_at).
std::string block_context(const File& file, SourceRange range);

}  // namespace terrace::hcl
