// SPDX-License-Identifier: Apache-2.0
#include "envs/manifest.h"

#include "base/json.h"
#include "value/json.h"

namespace terrace::envs {

std::string manifest_json(const Deployment& d, const Value& environment_config, const std::string& ledger_head) {
  auto metadata = [&](const char* name) {
    auto found = d.metadata.find(name);
    return found == d.metadata.end() ? std::string() : found->second;
  };
  std::string text;
  JsonWriter json(text, 2);
  json.begin_object();
  json.member("deployment_id", metadata("deployment_id")).member("source_environment", d.source_environment).member("target_environment", d.environment);
  json.member("git_commit_sha", metadata("git_commit_sha")).member("git_branch", metadata("git_branch")).member("promoted_by", d.actor).member("promoted_at", d.started_at);
  json.key("source_configuration").begin_object().member("release", "r-" + d.content.substr(0, 12)).member("deployment", static_cast<std::int64_t>(d.source_deployment)).end_object();
  json.key("validation_checks").begin_array();
  for (const auto* list : {&d.gates, &d.checks}) {
    for (const auto& check : *list) {
      if (check.status == CheckStatus::not_run) continue;
      json.begin_object().member("check", check.name).member("status", check_status_text(check.status)).member("evidence", check.evidence);
      json.member("started_at", check.started_at).member("finished_at", check.finished_at).end_object();
    }
  }
  json.end_array().member("build_number", metadata("build_number")).key("deployment_metadata").begin_object();
  for (const auto& [name, value] : d.metadata) json.member(name, value);
  json.end_object().key("environment_config");
  if (!value::write_simple_json(json, environment_config.is_wholly_known() ? environment_config : Value::null(Type::dynamic()))) json.null();
  json.key("release").begin_object().member("id", "r-" + d.content.substr(0, 12)).member("content", "sha256:" + d.content).member("revision", d.revision).member("dirty", d.dirty).end_object();
  json.member("status", status_text(d.status)).member("plan_identity", d.plan_identity).member("simulated", d.simulated).key("approvals").begin_array();
  for (const auto& approval : d.approvals) {
    json.begin_object().member("who", approval.who).member("identity", approval.identity).member("at", approval.at).member("comment", approval.comment).end_object();
  }
  json.end_array().key("state").begin_object().member("lineage", d.lineage).member("serial", static_cast<std::int64_t>(d.serial)).end_object();
  json.member("ledger_head", ledger_head).end_object();
  return text;
}

}  // namespace terrace::envs
