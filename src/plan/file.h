// SPDX-License-Identifier: Apache-2.0
// The saved plan (checklist E17, contract 5 "Saved plans"): a zip of our own versioned entries, 0600. Holds the
// configuration snapshot, prior state and variables from which `apply` derives the plan again.
#pragma once
#include <map>
#include <string>

#include "plan/plan.h"

namespace terrace::plan {

struct SavedPlan {
  std::string identity;                              ///< pi1:… of the plan as made
  std::string working_directory, root_directory;     ///< as at plan time
  std::map<std::string, std::string> files;          ///< configuration snapshot: absolute path → bytes
  std::string lock_file;                             ///< .terraform.lock.hcl, may be empty
  std::string prior_state;                           ///< v4 text as read from the backend (before refresh); may be empty
  std::string backend_type, backend_config_json, workspace;
  std::string environment;                           ///< -env, or empty
  bool simulated = false;
  // options the plan was made with
  Mode mode = Mode::normal;
  bool refresh = true;
  std::vector<std::string> targets, replace_requests;
  std::map<std::string, std::string> variables_json; ///< name → typed JSON {"value":…,"type":…}
  std::vector<std::string> ephemeral_variables;
  bool complete = true;
  std::string timestamp;
  std::string refreshed_state;                       ///< v4 text: what reading gave at plan time
  std::string decisions;                             ///< canonical JSON behind `identity`, for messages on mismatch
  std::string rendered_json;                         ///< `show -json` form, so that show needs no providers
  std::string rendered_text_plain, rendered_text_color;
};
/// Error (unsupported): libarchive is not installed.
Result<std::string> write_plan_file(const SavedPlan& plan);
/// Errors (invalid): not a plan file, other version, entry digests wrong, limits exceeded. Never trusts digests for
/// authenticity: `apply` derives the plan again and compares identity.
Result<SavedPlan> read_plan_file(std::string_view bytes);
bool looks_like_plan_file(std::string_view bytes);

}  // namespace terrace::plan
