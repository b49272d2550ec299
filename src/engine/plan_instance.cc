// SPDX-License-Identifier: Apache-2.0
// One managed resource instance: refresh, conditions, plan (checklist E5, E6).
#include "base/format.h"
#include "engine/plan_walk.h"
#include "value/convert.h"

namespace terrace::engine {
namespace {

const std::vector<Path>& no_paths() {
  static const std::vector<Path> kNone;
  return kNone;
}

/// Marks that belong to the object itself; deprecation concerns only its source.
void keep_object_marks(std::vector<PathMarks>& marks) {
  for (PathMarks& one : marks) one.marks = one.marks.without(MarkKind::deprecated);
  marks.erase(std::remove_if(marks.begin(), marks.end(), [](const PathMarks& one) { return one.marks.empty(); }), marks.end());
}

bool is_write_only(const schema::Block& block, const Path& path) {
  if (path.empty() || path[0].kind != PathStep::Kind::attribute) return false;
  if (const schema::Attribute* attribute = block.attribute(path[0].name)) return attribute->write_only;
  const schema::NestedBlock* nested = block.block(path[0].name);
  if (nested == nullptr) return false;
  std::size_t skip = nested->nesting == schema::Nesting::single || nested->nesting == schema::Nesting::group ? 1 : 2;
  if (path.size() <= skip) return false;
  return is_write_only(*nested->block, Path(path.begin() + static_cast<std::ptrdiff_t>(skip), path.end()));
}

/// Required replacements that are real: the value there changes or may change (E6).
std::vector<Path> real_replacements(const schema::Block& block, const std::vector<Path>& paths, const Value& prior, const Value& planned) {
  std::vector<Path> kept;
  for (const Path& path : paths) {
    std::optional<Value> before = value::value_at(prior, path);
    std::optional<Value> after = value::value_at(planned, path);
    bool differs = before.has_value() != after.has_value();
    if (before && after) differs = !equal_known(*before, *after) && !(before->is_null() && after->is_null());
    if (differs || is_write_only(block, path)) kept.push_back(path);
  }
  std::sort(kept.begin(), kept.end(), [](const Path& a, const Path& b) { return value::path_less(a, b); });
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

}  // namespace

plan::ResourceChange PlanWalk::change_for(const ResourceContext& resource, const addrs::Instance& address) const {
  plan::ResourceChange change;
  change.address = change.previous_address = address;
  if (!moved_.previous.empty()) {
    auto it = moved_.previous.find(address);
    if (it != moved_.previous.end()) change.previous_address = it->second;
  }
  change.provider = *resource.provider_address;
  change.schema_version = resource.schema->version;
  change.schema = resource.schema->block;
  change.create_before_destroy = resource.create_before_destroy;
  return change;
}

bool PlanWalk::conditions(const ResourceContext& resource, const addrs::Instance& address, const std::vector<config::Condition>& list,
                          DiagCode code, const lang::Scope& scope, Diagnostics& diags) {
  if (list.empty()) return true;
  const Node& node = blueprint().node(resource.node);
  return check_conditions({list, code, state::CheckResult::ObjectKind::resource, node.module->prefix() + resource.config->address.text(),
                           address.text(), options().mode == plan::Mode::refresh_only}, scope, diags);
}

bool PlanWalk::refresh(const ResourceContext& resource, const InstanceTask& task, Stored& stored, InstanceResult& result, Diagnostics& diags) {
  Observer::Id id = shown_id(stored.value);
  context().observer.refresh_started(task.address, id);
  std::vector<PathMarks> marks;
  Value before = unmark(stored.value, marks);
  provider::ReadResponse response;
  {
    Slots::Hold hold(slots_for(*resource.provider));
    response = resource.provider->provider->read(task.address.resource.type, before, stored.object->private_bytes);
  }
  const hcl::Body* body = resource.config != nullptr ? resource.config->body : nullptr;
  std::optional<SourceRange> range;
  if (resource.config != nullptr) range = resource.config->range;
  report_provider_diagnostics(response.diagnostics, task.address, body, range, diags);
  if (provider::has_errors(response.diagnostics)) return false;
  context().observer.refresh_finished(task.address, id);
  if (response.state.is_null()) {
    plan::ResourceChange vanished = change_for(resource, task.address);
    vanished.action = plan::Action::remove;
    vanished.before = stored.value;
    vanished.after = Value::null(resource.schema->block->implied_type);
    result.drift = std::move(vanished);
    result.refreshed.current = nullptr;
    result.refreshed_differs = true;
    stored = {Value::null(resource.schema->block->implied_type), nullptr};
    return true;
  }
  if (response.state.same(before)) {
    if (response.private_bytes == stored.object->private_bytes) return true;
  } else if (!response.state.is_wholly_known() || !value::conforms(response.state.type(), resource.schema->block->implied_type)) {
    diags.error(DiagCode::invalid_provider_object,
                format("Provider {} answered the refresh of {} with an object that does not fit its schema or holds unknown values. This is a bug in the provider.",
                       resource.provider_address->provider.display(), task.address.text()), range).address = task.address.text();
    return false;
  }
  Value after = mark_by_schema(*resource.schema->block, value::mark_paths(response.state, marks));
  state::Object rest = *stored.object;
  rest.private_bytes = std::move(response.private_bytes);
  auto object = store(after, *resource.schema, std::move(rest));
  if (!object) {
    diags.error(DiagCode::value_not_storable, format("The refreshed {} cannot be stored: {}.", task.address.text(), object.error().message), range);
    return false;
  }
  if (!response.state.same(before)) {
    plan::ResourceChange changed = change_for(resource, task.address);
    changed.action = plan::Action::update;
    changed.before = stored.value;
    changed.after = after;
    result.drift = std::move(changed);
  }
  result.refreshed.current = *object;
  result.refreshed_differs = true;
  stored = {std::move(after), *object};
  return true;
}

void PlanWalk::plan_managed(const ResourceContext& resource, const InstanceTask& task, const Repetition& repetition,
                            InstanceResult& result, Diagnostics& diags) {
  std::optional<Stored> stored = read_stored(*resource.provider, *resource.schema, task.address,
                                             task.stored != nullptr ? task.stored->current : nullptr, diags);
  if (!stored) {
    result.failed = true;
    return;
  }
  if (options().refresh && stored->exists() && !refresh(resource, task, *stored, result, diags)) {
    result.failed = true;
    return;
  }
  result.value = stored->value;
  if (options().mode == plan::Mode::destroy || !task.slot || !task.targeted) {
    if (!task.targeted) return;
    if (options().mode == plan::Mode::refresh_only) return;
    if (!stored->exists()) return;
    if (std::optional<plan::ResourceChange> change = plan_delete(resource, task, *stored, {}, diags)) {
      result.pending = true;
      result.changes.push_back(std::move(*change));
    } else {
      result.failed = true;
    }
    return;
  }
  ModuleScope scope(*this, *resource.module, &repetition);
  const config::Lifecycle& lifecycle = resource.config->lifecycle;
  if (options().mode == plan::Mode::refresh_only) {
    conditions(resource, task.address, lifecycle.preconditions, DiagCode::precondition_failed, scope, diags);
    ModuleScope with_self(*this, *resource.module, &repetition, &result.value);
    if (stored->exists()) conditions(resource, task.address, lifecycle.postconditions, DiagCode::postcondition_failed, with_self, diags);
    return;
  }
  Replacement replacement;
  replacement.requested = !replace_.empty() && replace_.contains(task.address);
  replacement.triggered = !lifecycle.replace_triggered_by.empty() && stored->exists() && triggered(resource, scope, repetition, diags);
  if (!conditions(resource, task.address, lifecycle.preconditions, DiagCode::precondition_failed, scope, diags)) {
    result.failed = true;
    return;
  }
  std::optional<plan::ResourceChange> change = plan_change(resource, task, scope, *stored, replacement, diags);
  if (!change) {
    result.failed = true;
    return;
  }
  result.value = change->after;
  result.pending = change->action != plan::Action::no_op;
  bool destroys = plan::is_replace(change->action) || change->action == plan::Action::remove;
  result.changes.push_back(std::move(*change));
  if (destroys && lifecycle.prevent_destroy) {
    diags.error(DiagCode::instance_protected,
                format("Resource {} has lifecycle.prevent_destroy set, but the plan calls for it to be destroyed. Remove the setting, change the "
                       "configuration so that it is not replaced, or limit the plan with -target.", task.address.text()),
                resource.config->range).address = task.address.text();
    result.failed = true;
  }
  ModuleScope with_self(*this, *resource.module, &repetition, &result.value);
  if (!conditions(resource, task.address, lifecycle.postconditions, DiagCode::postcondition_failed, with_self, diags)) result.failed = true;
}

void PlanWalk::plan_deposed(const ResourceContext& resource, const InstanceTask& task, InstanceResult& result, Diagnostics& diags) {
  for (const state::DeposedObject& deposed : task.stored->deposed) {
    std::optional<Stored> stored = read_stored(*resource.provider, *resource.schema, task.address, deposed.object, diags);
    if (!stored) {
      result.failed = true;
      continue;
    }
    if (options().refresh) {
      InstanceResult read;
      read.refreshed.current = deposed.object;
      if (!refresh(resource, task, *stored, read, diags)) {
        result.failed = true;
        continue;
      }
      if (read.refreshed_differs) {
        result.refreshed_differs = true;
        auto& list = result.refreshed.deposed;
        auto at = std::find_if(list.begin(), list.end(), [&](const state::DeposedObject& one) { return one.key == deposed.key; });
        if (read.refreshed.current != nullptr) {
          at->object = read.refreshed.current;
        } else {
          list.erase(at);
        }
      }
    }
    if (!stored->exists() || options().mode == plan::Mode::refresh_only || !task.targeted) continue;
    if (std::optional<plan::ResourceChange> change = plan_delete(resource, task, *stored, deposed.key, diags)) {
      result.changes.push_back(std::move(*change));
    } else {
      result.failed = true;
    }
  }
}

std::optional<plan::ResourceChange> PlanWalk::plan_delete(const ResourceContext& resource, const InstanceTask& task, const Stored& prior,
                                                          std::string deposed, Diagnostics& diags) {
  plan::ResourceChange change = change_for(resource, task.address);
  change.deposed = std::move(deposed);
  change.action = plan::Action::remove;
  if (change.deposed.empty()) change.reason = options().mode == plan::Mode::destroy ? plan::Reason::none : task.orphan_reason;
  change.before = prior.value;
  change.after = Value::null(resource.schema->block->implied_type);
  change.planned_private = prior.object->private_bytes;
  change.dependencies = prior.object->dependencies;
  change.create_before_destroy = prior.object->create_before_destroy;
  if (resource.config != nullptr && resource.config->lifecycle.prevent_destroy && change.deposed.empty()) {
    diags.error(DiagCode::instance_protected,
                format("Resource {} has lifecycle.prevent_destroy set, but the plan calls for it to be destroyed. Remove the setting, or limit "
                       "the plan with -target.", task.address.text()),
                resource.config->range).address = task.address.text();
    return {};
  }
  if (resource.provider->capabilities.plan_destroy) {
    provider::PlanRequest request{task.address.resource.type, prior.value.unmarked_deep(), change.after, change.after, prior.object->private_bytes};
    Slots::Hold hold(slots_for(*resource.provider));
    provider::PlanResponse response = resource.provider->provider->plan(request);
    report_provider_diagnostics(response.diagnostics, task.address, nullptr, {}, diags);
    if (provider::has_errors(response.diagnostics)) return {};
    if (!response.planned.is_null()) {
      diags.error(DiagCode::invalid_provider_plan,
                  format("Provider {} planned something other than absence for the destruction of {}. This is a bug in the provider.",
                         resource.provider_address->provider.display(), task.address.text())).address = task.address.text();
      return {};
    }
    change.planned_private = std::move(response.planned_private);
  }
  return change;
}

std::optional<plan::ResourceChange> PlanWalk::plan_change(const ResourceContext& resource, const InstanceTask& task, const ModuleScope& scope,
                                                          const Stored& stored, Replacement replacement, Diagnostics& diags) {
  const config::Resource& config = *resource.config;
  const schema::Block& block = *resource.schema->block;
  provider::Provider& provider = *resource.provider->provider;
  auto fail = [&](DiagCode code, std::string detail) -> std::optional<plan::ResourceChange> {
    diags.error(code, std::move(detail), config.range).address = task.address.text();
    return std::nullopt;
  };
  Diagnostics found;
  Value configured = lang::evaluate_body(*config.body, block, scope, found, config::resource_meta_arguments(), config::resource_meta_blocks());
  bool failed = found.has_errors();
  for (Diagnostic& one : found.take()) {
    if (one.address.empty()) one.address = task.address.text();
    diags.add(std::move(one));
  }
  if (failed) return std::nullopt;

  std::vector<PathMarks> marks;
  Value plain_config = unmark(configured, marks);
  for (const PathMarks& one : marks)
    if (one.marks.has(MarkKind::ephemeral) && !is_write_only(block, one.path))
      return fail(DiagCode::ephemeral_not_allowed, format("The argument {} of {} would store an ephemeral value, and it is not write-only.",
                                                          value::path_text(one.path), task.address.text()));
  keep_object_marks(marks);
  // Checked before ignore_changes replaces what was written.
  provider::ProviderDiagnostics validation = provider.validate_resource(config.address.type, plain_config);
  report_provider_diagnostics(validation, task.address, config.body, config.range, diags);
  if (provider::has_errors(validation)) return std::nullopt;

  const Value null = Value::null(block.implied_type);
  bool tainted = stored.tainted();
  Value before = stored.value.unmarked_deep();
  const Value& prior = tainted ? null : before;
  Value wanted = plain_config;
  bool ignoring = (config.lifecycle.ignore_changes.all || !config.lifecycle.ignore_changes.paths.empty()) && !prior.is_null();
  if (ignoring) wanted = ignore_changes(config.lifecycle.ignore_changes, block, prior, plain_config, context().sources);

  auto ask = [&](const Value& from, const std::string& private_bytes) -> std::optional<provider::PlanResponse> {
    provider::PlanRequest request{config.address.type, from, proposed_new(block, from, wanted), wanted, private_bytes};
    Slots::Hold hold(slots_for(*resource.provider));
    provider::PlanResponse response = provider.plan(request);
    report_provider_diagnostics(response.diagnostics, task.address, config.body, config.range, diags);
    if (provider::has_errors(response.diagnostics)) return std::nullopt;
    std::string who = resource.provider_address->provider.display();
    if (response.planned.is_null() || response.planned.is_unknown() || !value::conforms(response.planned.type(), block.implied_type)) {
      fail(DiagCode::invalid_provider_plan, format("Provider {} planned an object for {} that does not fit its schema. This is a bug in the provider.", who, task.address.text()));
      return std::nullopt;
    }
    if (response.legacy_type_system) {
      if (ignoring) response.planned = ignore_changes(config.lifecycle.ignore_changes, block, prior, response.planned, context().sources);
      return response;
    }
    std::vector<Problem> problems = check_planned(block, from, wanted, response.planned);
    if (problems.empty()) return response;
    fail(DiagCode::invalid_provider_plan, format("Provider {} planned an invalid value for {}:{}\nThis is a bug in the provider.", who, task.address.text(), problem_list(problems)));
    return std::nullopt;
  };

  std::string prior_private = stored.exists() && !tainted ? stored.object->private_bytes : std::string();
  std::optional<provider::PlanResponse> response = ask(prior, prior_private);
  if (!response) return std::nullopt;

  plan::ResourceChange change = change_for(resource, task.address);
  change.before = stored.value;
  if (stored.exists()) change.dependencies = stored.object->dependencies;
  auto marked = [&](const Value& planned) {
    Value value = marks.empty() ? planned : value::mark_paths(planned, marks);
    return mark_by_schema(block, std::move(value));
  };
  change.after = marked(response->planned);
  plan::Action replace = resource.create_before_destroy ? plan::Action::create_then_delete : plan::Action::delete_then_create;
  if (!stored.exists()) {
    change.action = plan::Action::create;
  } else if (tainted) {
    change.action = replace;
    change.reason = plan::Reason::replace_because_tainted;
  } else {
    std::vector<Path> paths = response->requires_replace.empty() ? no_paths() : real_replacements(block, response->requires_replace, prior, response->planned);
    bool same_marks = !change.before.contains_marks() && !change.after.contains_marks();
    same_marks = same_marks || marked_paths(change.before, MarkKind::sensitive) == marked_paths(change.after, MarkKind::sensitive);
    if (replacement.requested || replacement.triggered) {
      change.action = replace;
      change.reason = replacement.triggered ? plan::Reason::replace_by_triggers : plan::Reason::replace_by_request;
      change.replace_paths = std::move(paths);
    } else if (!paths.empty()) {
      change.action = replace;
      change.reason = plan::Reason::replace_because_cannot_update;
      change.replace_paths = std::move(paths);
    } else if (equal_known(prior, response->planned)) {
      change.action = same_marks ? plan::Action::no_op : plan::Action::update;
    } else {
      change.action = plan::Action::update;
    }
    if (plan::is_replace(change.action)) {
      // Asked again as for a new object, so that what the provider will compute anew is unknown.
      response = ask(null, {});
      if (!response) return std::nullopt;
      change.after = marked(response->planned);
    }
  }
  change.planned_private = std::move(response->planned_private);
  return change;
}

bool PlanWalk::triggered(const ResourceContext& resource, const ModuleScope& scope, const Repetition& repetition, Diagnostics& diags) {
  const Node& node = blueprint().node(resource.node);
  bool found = false;
  for (const hcl::Expr* expr : resource.config->lifecycle.replace_triggered_by) {
    // `a[count.index].x` and `a[each.key].x` are indexes with steps after them; the key is evaluated.
    const hcl::Expr* at = expr;
    std::span<const hcl::TraversalStep> rest;
    std::optional<addrs::InstanceKey> key;
    if (const auto* relative = hcl::as<hcl::RelativeTraversalExpr>(at)) {
      rest = relative->steps;
      at = relative->source;
    }
    if (const auto* index = hcl::as<hcl::IndexExpr>(at)) {
      ModuleScope keys(*this, *resource.module, &repetition);
      Value value = lang::evaluate(*index->key, keys, diags).unmarked_deep();
      if (value.is_known() && !value.is_null() && value.kind() == Kind::string) key = addrs::InstanceKey(Symbol(value.as_string()));
      if (value.is_known() && !value.is_null() && value.kind() == Kind::number) key = addrs::InstanceKey(value.as_int64().value_or(-1));
      at = index->collection;
    }
    const auto* traversal = hcl::as<hcl::TraversalExpr>(at);
    Binding binding = traversal != nullptr ? scope.binding(*traversal) : Binding();
    if (binding.kind != Binding::Kind::resource) {
      diags.error(DiagCode::invalid_replace_trigger, "Only managed resources of the same module, or their attributes, can be referred to here.", expr->range);
      continue;
    }
    if (binding.has_key) key = binding.key;
    if (rest.empty()) rest = traversal->steps.subspan(binding.consumed);
    addrs::Resource target = node.module->resource(binding.index).address;
    const ResourceData& data = resource.module->resources[binding.index];
    for (const addrs::InstanceKey& candidate : data.expansion.keys) {
      if (key && !(candidate == *key)) continue;
      addrs::Instance address{resource.module->address, target, candidate};
      std::lock_guard guard(mutex_);
      auto action = actions_.find(address);
      if (action == actions_.end()) continue;
      if (rest.empty()) {
        found = found || action->second == plan::Action::update || plan::is_replace(action->second);
        continue;
      }
      const auto& [before, after] = before_after_.at(address);
      if (before.is_null()) continue;
      Diagnostics unused;
      Value was = lang::traverse(before.unmarked_deep(), rest, scope, unused);
      Value becomes = lang::traverse(after.unmarked_deep(), rest, scope, unused);
      found = found || !equal_known(was, becomes);
    }
  }
  return found;
}

}  // namespace terrace::engine
