// SPDX-License-Identifier: Apache-2.0
// One change for people: its comment lines, and its body by schema with aligned attributes. Private to plan/.
#pragma once
#include <string>

#include "plan/plan.h"
#include "plan/render.h"

namespace terrace::plan {

enum class ChangeKind : std::uint8_t { plan, drift };
std::string render_change(const ResourceChange& change, const PlanStyle& style, ChangeKind kind);
std::string render_output_change(const OutputChange& change, std::size_t name_width, const PlanStyle& style);

}  // namespace terrace::plan
