// SPDX-License-Identifier: Apache-2.0
#include "engine/checks.h"

namespace terrace::engine {
namespace {

int rank(state::CheckResult::Status status) {
  switch (status) {
    case state::CheckResult::Status::pass: return 0;
    case state::CheckResult::Status::unknown: return 1;
    case state::CheckResult::Status::fail: return 2;
    case state::CheckResult::Status::error: return 3;
  }
  return 0;
}

}  // namespace

void CheckResults::declare(const Blueprint& blueprint) {
  std::lock_guard guard(mutex_);
  for (const StaticModule* module : blueprint.modules()) {
    std::string prefix = module->prefix();
    for (const config::Resource& resource : module->config->resources)
      if (!resource.lifecycle.preconditions.empty() || !resource.lifecycle.postconditions.empty())
        objects_[{Kind::resource, prefix + resource.address.text()}];
    for (const config::Output* output : module->outputs)
      if (!output->preconditions.empty()) objects_[{Kind::output, prefix + "output." + std::string(output->name.text())}];
    for (const config::Variable* variable : module->variables)
      if (!variable->validations.empty()) objects_[{Kind::variable, prefix + "var." + std::string(variable->name.text())}];
    for (const config::Check& check : module->config->checks) objects_[{Kind::check, prefix + "check." + std::string(check.name.text())}];
  }
}

void CheckResults::record(Kind kind, const std::string& config_address, const std::string& address, Status status, const std::string& failure) {
  std::lock_guard guard(mutex_);
  Instance& instance = objects_[{kind, config_address}][address];
  if (!instance.seen || rank(status) > rank(instance.status)) instance.status = status;
  instance.seen = true;
  if (!failure.empty()) instance.failures.push_back(failure);
}

std::vector<state::CheckResult> CheckResults::results() const {
  std::lock_guard guard(mutex_);
  std::vector<state::CheckResult> results;
  for (const auto& [key, instances] : objects_) {
    state::CheckResult result;
    result.kind = key.first;
    result.config_address = key.second;
    result.status = instances.empty() ? Status::unknown : Status::pass;
    for (const auto& [address, instance] : instances) {
      result.instances.push_back({address, instance.status, instance.failures});
      if (rank(instance.status) > rank(result.status)) result.status = instance.status;
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace terrace::engine
