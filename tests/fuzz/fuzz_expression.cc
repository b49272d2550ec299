// SPDX-License-Identifier: Apache-2.0
// Any text as an expression, evaluated without names but with every function that needs no world; and as a type
// constraint. Time and memory are bounded by the evaluator's own budget.
#include <cstddef>
#include <cstdint>
#include <string>

#include "diag/render.h"
#include "hcl/parser.h"
#include "lang/evaluate.h"
#include "value/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  SourceFiles sources;
  const FileId file = sources.add("fuzz.tf", std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics diags;
  const auto parsed = hcl::parse_expression(sources, file, diags);
  if (diags.has_errors()) return 0;
  lang::FunctionContext context;
  const lang::EmptyScope scope(sources, context);
  const Value value = lang::evaluate(*parsed.expr, scope, diags);
  (void)lang::references(*parsed.expr);
  Diagnostics type_diags;
  (void)lang::parse_type_constraint(*parsed.expr, sources, type_diags);
  for (const Diagnostic& item : diags.sorted(sources)) (void)diag::render(item, sources, {false, 80});
  (void)value.is_wholly_known();
  return 0;
}
