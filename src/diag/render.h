// SPDX-License-Identifier: Apache-2.0
// Diagnostics for people (Terraform's layout, checklist H7) and for programs (its JSON field names, G8).
#pragma once
#include <string>

#include "base/json.h"
#include "diag/diagnostic.h"

namespace terrace::diag {

struct RenderStyle {
  bool color = false;
  int width = 78;  ///< columns; 0 = never wrap
};
/// One diagnostic, boxed when colour is on, with snippet and value hints; ends with a newline.
std::string render(const Diagnostic& diagnostic, const SourceFiles& sources, const RenderStyle& style);
/// The diagnostic object of `validate -json` and of the JSON stream.
void write_json(JsonWriter& out, const Diagnostic& diagnostic, const SourceFiles& sources);

}  // namespace terrace::diag
