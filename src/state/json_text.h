// SPDX-License-Identifier: Apache-2.0
// Laying out JSON text that is known to be valid, without parsing it: what state files need to carry untouched
// objects from one layout to the other. Private to this folder.
#pragma once
#include <string>
#include <string_view>

#include "state/file.h"

namespace terrace::state {

/// Appends the value `json` as Go's encoder would lay it out on a line at `depth` (two spaces a level).
void append_json(std::string& out, std::string_view json, StateFormat format, std::size_t depth);
/// Starts a line at `depth` in the indented form, nothing in the compact one.
inline void append_line(std::string& out, StateFormat format, std::size_t depth) {
  if (format == StateFormat::compact) return;
  out.push_back('\n');
  out.append(2 * depth, ' ');
}
/// Appends `"name": ` or `"name":`; `name` needs no escapes.
inline void append_key(std::string& out, StateFormat format, std::string_view name) {
  out.push_back('"');
  out.append(name);
  out.append(format == StateFormat::compact ? std::string_view("\":") : std::string_view("\": "));
}

}  // namespace terrace::state
