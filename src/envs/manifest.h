// SPDX-License-Identifier: Apache-2.0
// The deployment manifest (contract 2): the seed script's fields, the configuration's, and ours; written from the
// ledger, every check with its evidence, none that was not run.
#pragma once
#include <string>

#include "envs/lifecycle.h"
#include "value/value.h"

namespace terrace::envs {
/// Indented JSON without final newline.
std::string manifest_json(const Deployment& deployment, const Value& environment_config, const std::string& ledger_head);
}  // namespace terrace::envs
