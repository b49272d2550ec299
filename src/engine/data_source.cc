// SPDX-License-Identifier: Apache-2.0
// Data sources in the plan: read at once, or planned as a read during apply (checklist E10, D14).
#include "base/format.h"
#include "engine/data_source.h"

#include "config/model.h"
#include "engine/plan_walk.h"
#include "value/convert.h"

namespace terrace::engine {

std::optional<Value> read_data(const DataRead& read, Walk& walk, const Value& config, Diagnostics& diags) {
  const config::Resource& resource = *read.config;
  const schema::Block& block = *read.schema->block;
  std::vector<PathMarks> marks;
  Value plain = unmark(config, marks);
  for (const PathMarks& one : marks)
    if (one.marks.has(MarkKind::ephemeral)) {
      diags.error(DiagCode::ephemeral_not_allowed, format("The argument {} of {} would store an ephemeral value.", value::path_text(one.path), read.address.text()), resource.range);
      return {};
    }
  provider::ProviderDiagnostics validation = read.provider->provider->validate_data_source(resource.address.type, plain);
  report_provider_diagnostics(validation, read.address, resource.body, resource.range, diags);
  if (provider::has_errors(validation)) return {};
  auto started = walk.context().clock.monotonic();
  walk.context().observer.read_started(read.address);
  provider::ReadResponse response;
  {
    Slots::Hold hold(walk.slots_for(*read.provider));
    response = read.provider->provider->read_data_source(resource.address.type, plain);
  }
  report_provider_diagnostics(response.diagnostics, read.address, resource.body, resource.range, diags);
  if (provider::has_errors(response.diagnostics)) return {};
  bool fits = !response.state.is_null() && response.state.is_wholly_known() &&
              value::conforms(response.state.unmarked_deep().type(), block.implied_type);
  if (!fits) {
    diags.error(DiagCode::invalid_provider_object,
                format("The provider's answer for {} is absent, holds unknown values or does not fit its schema. This is a bug in the provider.", read.address.text()),
                resource.range).address = read.address.text();
    return {};
  }
  for (PathMarks& one : marks) one.marks = one.marks.without(MarkKind::deprecated);
  std::vector<PathMarks> given;
  Value value = unmark(response.state, given);
  marks.insert(marks.end(), given.begin(), given.end());
  if (!marks.empty()) value = value::mark_paths(value, marks);
  value = mark_by_schema(block, std::move(value));
  walk.context().observer.read_finished(read.address, shown_id(value), walk.context().clock.monotonic() - started);
  return value;
}

bool PlanWalk::pending_dependencies(const ResourceContext& resource) const {
  auto pending = [&](NodeId node) { return pending_[node.index] != 0 || upstream_pending_[node.index] != 0; };
  for (NodeId target : blueprint().explicit_dependencies(resource.node))
    if (pending(target)) return true;
  for (const StaticModule* module = blueprint().node(resource.node).module; module->parent != nullptr; module = module->parent)
    for (NodeId target : blueprint().explicit_dependencies(module->expand_node))
      if (pending(target)) return true;
  if (resource.config->lifecycle.preconditions.empty() && resource.config->lifecycle.postconditions.empty()) return false;
  for (NodeId before : blueprint().predecessors(resource.node))
    if (pending(before)) return true;
  return false;
}

/// A check whose data cannot be read has failed, whatever its assertions would say.
void PlanWalk::record_unread(const ResourceContext& resource, const InstanceTask& task, const std::vector<Diagnostic>& found) {
  std::string prefix = blueprint().node(resource.node).module->prefix(), check = "check." + std::string(resource.config->check.text());
  std::string address = task.address.module.is_root() ? check : task.address.module.text() + "." + check;
  std::lock_guard guard(mutex_);
  unread_checks_.insert(address);
  for (const Diagnostic& one : found)
    checks_.record(state::CheckResult::ObjectKind::check, prefix + check, address, state::CheckResult::Status::fail,
                   (one.summary.empty() ? std::string(diag::code_summary(one.code)) : one.summary) + ": " + one.detail);
}

void PlanWalk::plan_data(const ResourceContext& resource, const InstanceTask& task, const Repetition& repetition, InstanceResult& result,
                         Diagnostics& all) {
  const config::Resource& config = *resource.config;
  const schema::Block& block = *resource.schema->block;
  bool nested = !config.check.empty();
  Diagnostics diags;
  // Inside a check nothing may stop the run.
  auto finish = [&](bool failed) {
    std::vector<Diagnostic> found = diags.take();
    if (failed && nested) record_unread(resource, task, found);
    for (Diagnostic& one : found) {
      if (one.address.empty()) one.address = task.address.text();
      if (nested) one.severity = Severity::warning;
      all.add(std::move(one));
    }
    if (!failed) return;
    result.failed = !nested;
    result.value = Value::unknown(block.implied_type);
    if (!nested) return;
    plan::ResourceChange again = change_for(resource, task.address);
    again.action = plan::Action::read;
    again.reason = plan::Reason::read_because_check_nested;
    again.before = Value::null(block.implied_type);
    again.after = result.value;
    result.changes = {std::move(again)};
  };
  ModuleScope scope(*this, *resource.module, &repetition);
  if (!conditions(resource, task.address, config.lifecycle.preconditions, DiagCode::precondition_failed, scope, diags)) return finish(true);
  Value configured = lang::evaluate_body(*config.body, block, scope, diags, config::resource_meta_arguments(), config::resource_meta_blocks());
  if (diags.has_errors()) return finish(true);
  bool known = configured.is_wholly_known();
  bool waits = pending_dependencies(resource);
  plan::ResourceChange change = change_for(resource, task.address);
  change.action = plan::Action::read;
  change.before = Value::null(block.implied_type);
  if (!known || waits) {
    std::vector<PathMarks> marks;
    Value plain = unmark(configured, marks);
    Value planned = planned_data(block, plain);
    if (!marks.empty()) planned = value::mark_paths(planned, marks);
    change.after = mark_by_schema(block, std::move(planned));
    change.reason = nested ? plan::Reason::read_because_check_nested
                    : known ? plan::Reason::read_because_dependency_pending : plan::Reason::read_because_config_unknown;
    result.value = change.after;
    result.changes.push_back(std::move(change));
  } else {
    std::optional<Value> value = read_data({&config, resource.provider, resource.schema, task.address}, *this, configured, diags);
    if (!value) return finish(true);
    result.value = *value;
    if (nested) {
      change.reason = plan::Reason::read_because_check_nested;
      change.after = *value;
      result.changes.push_back(std::move(change));
    } else {
      auto object = store(*value, *resource.schema, {});
      if (!object) {
        diags.error(DiagCode::value_not_storable, format("What {} answered cannot be stored: {}.", task.address.text(), object.error().message), config.range);
        return finish(true);
      }
      result.refreshed.current = *object;
    }
  }
  ModuleScope with_self(*this, *resource.module, &repetition, &result.value);
  bool passed = conditions(resource, task.address, config.lifecycle.postconditions, DiagCode::postcondition_failed, with_self, diags);
  finish(false);
  if (!passed) result.failed = !nested;
}

}  // namespace terrace::engine
