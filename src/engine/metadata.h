// SPDX-License-Identifier: Apache-2.0
// Release metadata in plans (contract 5): marked leaves get the text they would have with placeholders in place of the
// metadata, so that plan identity sees the configuration around it; updates that differ by nothing else are found.
#pragma once
#include "engine/static_walk.h"

namespace terrace::engine {

/// Metadata leaves of provider configurations by map key, as evaluated in this run.
std::map<std::string, Value> provider_metadata(const Walk& walk);

/// Rewrites the marks in the plan's changes and outputs, and sets `metadata_only`. Does nothing without metadata.
void fold_metadata(const Walk& walk, Plan& plan);

}  // namespace terrace::engine
