// SPDX-License-Identifier: Apache-2.0
// Relevant attributes of a plan (checklist E16).
#pragma once
#include "engine/walk.h"

namespace terrace::engine {
/// Sorted by text.
std::vector<plan::RelevantAttribute> relevant_attributes(const Walk& walk, const Plan& plan);
}  // namespace terrace::engine
