// SPDX-License-Identifier: Apache-2.0
// The canonical style of `fmt` (checklist A12, observed.md): works on tokens, keeps every comment.
#pragma once
#include <string>

#include "diag/diagnostic.h"

namespace terrace::hcl {
/// Formatted text of `file`; unchanged text and errors in `diags` if it does not parse. Idempotent.
std::string format_source(const SourceFiles& sources, FileId file, Diagnostics& diags);
}  // namespace terrace::hcl
