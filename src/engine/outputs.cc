// SPDX-License-Identifier: Apache-2.0
// Root outputs and check blocks in a plan (checklist E15, D14).
#include "engine/plan_walk.h"

namespace terrace::engine {

Outcome PlanWalk::visit_root_output(const config::Output& output, const Value& value) {
  if (output.ephemeral) return Outcome::done;
  std::lock_guard guard(mutex_);
  root_outputs_.insert_or_assign(std::string(output.name.text()), value);
  return Outcome::done;
}

void PlanWalk::record_check(state::CheckResult::ObjectKind kind, const std::string& config_address, const std::string& address,
                            state::CheckResult::Status status, const std::string& failure) {
  checks_.record(kind, config_address, address, status, failure);
}

Outcome PlanWalk::visit_check(const Node& node) {
  const config::Check& check = node.module->config->checks[node.index];
  if (options().mode == plan::Mode::destroy) return Outcome::done;
  Diagnostics found;
  std::string name = "check." + std::string(check.name.text());
  for (const ModuleData* instance : instances(*node.module)) {
    ModuleScope scope(*this, *instance);
    std::string address = instance->address.is_root() ? name : instance->address.text() + "." + name;
    {
      std::lock_guard guard(mutex_);
      if (unread_checks_.contains(address)) continue;
    }
    check_conditions({check.assertions, DiagCode::check_assertion_failed, state::CheckResult::ObjectKind::check, node.module->prefix() + name, address, true},
                     scope, found);
  }
  diags().append(std::move(found));
  return Outcome::done;
}

void PlanWalk::plan_outputs(Plan& plan) {
  auto stored = [&](const std::string& name) -> std::optional<Value> {
    auto it = previous_.outputs.find(name);
    if (it == previous_.outputs.end()) return {};
    return it->second.sensitive ? it->second.value.mark(MarkKind::sensitive) : it->second.value;
  };
  auto sensitive = [](const Value& value) { return value.contains_marks() && value.all_marks().has(MarkKind::sensitive); };
  if (options().mode != plan::Mode::destroy) {
    for (const auto& [name, after] : root_outputs_) {
      plan::OutputChange change;
      change.name = name;
      change.after = after;
      std::optional<Value> before = stored(name);
      change.before = before.value_or(Value::null(Type::dynamic()));
      change.sensitive = sensitive(after) || sensitive(change.before);
      if (change.before.is_null() && after.is_null()) {
        change.action = plan::Action::no_op;
      } else if (!before) {
        change.action = plan::Action::create;
      } else if (equal_known(change.before.unmarked_deep(), after.unmarked_deep()) && sensitive(after) == sensitive(change.before)) {
        change.action = plan::Action::no_op;
      } else {
        change.action = plan::Action::update;
      }
      plan.outputs.push_back(std::move(change));
    }
  }
  for (const auto& [name, output] : previous_.outputs) {
    if (root_outputs_.contains(name) && options().mode != plan::Mode::destroy) continue;
    bool declared = blueprint().root().output_index.contains(Symbol(name));
    // Declared but not evaluated: left out by targets, or an error was reported.
    if (declared && options().mode != plan::Mode::destroy) continue;
    if (options().mode == plan::Mode::destroy && !options().targets.empty()) continue;
    plan::OutputChange change;
    change.name = name;
    change.action = plan::Action::remove;
    change.before = *stored(name);
    change.after = Value::null(Type::dynamic());
    change.sensitive = output.sensitive;
    plan.outputs.push_back(std::move(change));
  }
  std::sort(plan.outputs.begin(), plan.outputs.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

}  // namespace terrace::engine
