// SPDX-License-Identifier: Apache-2.0
// version: under the name terraform or tofu a line that wrappers understand (contract 1).
#include <set>

#include "base/format.h"
#include "base/json.h"
#include "base/version.h"
#include "cli/command.h"

namespace terrace::cli {

int run_version(Invocation& invocation, const std::vector<std::string>& words) {
  static const std::vector<Flag> kFlags = flags({view_flags()});
  auto arguments = parse_arguments(invocation, kFlags, words, 0);
  if (!arguments) return kFailed;
  World& world = invocation.world;
  if (arguments->flag("json")) {
    std::string text;
    JsonWriter json(text, 2);
    json.begin_object().member("terraform_version", base::kLanguageVersion).member("platform", "linux_amd64").key("provider_selections").begin_object().end_object();
    if (!invocation.as_terraform) json.member("terrace_version", base::kProductVersion);
    json.member("terraform_outdated", false).end_object();
    out(world, text + "\n");
    return kDone;
  }
  if (invocation.as_terraform) out(world, format("Terraform v{}\non linux_amd64\n", base::kLanguageVersion));
  else out(world, format("Terrace v{} (Terraform language v{})\non linux_amd64\n", base::kProductVersion, base::kLanguageVersion));
  return kDone;
}

}  // namespace terrace::cli
