// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file, as an expression, as a template, through the formatter: no crash, and formatting twice is
// formatting once.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "diag/render.h"
#include "hcl/dump.h"
#include "hcl/format.h"
#include "hcl/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  const std::string text(reinterpret_cast<const char*>(data), size);
  SourceFiles sources;
  const FileId file = sources.add("fuzz.tf", text);
  Diagnostics diags;
  const hcl::File parsed = hcl::parse_file(sources, file, diags);
  (void)hcl::dump(*parsed.body);
  for (const Diagnostic& item : diags.sorted(sources)) {
    CHECK(!item.subject || (item.subject->begin <= item.subject->end && item.subject->end <= size),
          "a diagnostic points into its file");
    (void)diag::render(item, sources, {true, 60});
  }
  const bool valid = !diags.has_errors();

  Diagnostics ignored;
  (void)hcl::dump(*hcl::parse_expression(sources, file, ignored).expr);
  (void)hcl::dump(*hcl::parse_template(sources, file, ignored).expr);

  Diagnostics format_diags;
  const std::string once = hcl::format_source(sources, file, format_diags);
  CHECK(format_diags.has_errors() == !valid, "the formatter accepts what the parser accepts");
  if (valid) {
    const FileId again = sources.add("again.tf", once);
    Diagnostics second;
    const std::string twice = hcl::format_source(sources, again, second);
    CHECK(!second.has_errors(), "formatted text parses");
    CHECK(twice == once, "formatting is idempotent");
  }
  return 0;
}
