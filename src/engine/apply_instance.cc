// SPDX-License-Identifier: Apache-2.0
// One change: planned again with actual values, intent, provider call, checks of the answer, state (checklist E11,
// contract 6).
#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "engine/apply_state.h"
#include "engine/apply_walk.h"
#include "value/convert.h"
#include "value/json.h"

namespace terrace::engine {
namespace {

std::string_view action_name(plan::Action action) {
  switch (action) {
    case plan::Action::create: return "create";
    case plan::Action::remove: return "delete";
    case plan::Action::no_op: case plan::Action::read: case plan::Action::update: case plan::Action::delete_then_create:
    case plan::Action::create_then_delete: case plan::Action::forget: break;
  }
  return "update";
}

/// Known string attributes by which an object may be found again after a lost answer.
std::string identity_of(const Value& planned) {
  if (planned.kind() != Kind::object) return {};
  static const std::array<std::string_view, 8> kNames{"id", "name", "arn", "bucket", "identifier", "function_name", "cluster_identifier", "zone_id"};
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  for (std::string_view name : kNames) {
    const Value* value = planned.attribute(name);
    if (value != nullptr && value->kind() == Kind::string) writer.member(name, value->as_string());
  }
  writer.end_object();
  return text == "{}" ? std::string() : text;
}

std::string text_attribute(const Value& object, std::string_view name) {
  if (object.kind() != Kind::object) return {};
  const Value* value = object.attribute(name);
  return value != nullptr && value->kind() == Kind::string ? std::string(value->as_string()) : std::string();
}

/// Unknown leaves become null, so that what did come back can be stored.
Value without_unknowns(const Value& value) {
  if (value.is_wholly_known()) return value;
  return value::transform(value, [](const Path&, const Value& at) { return at.is_unknown() ? Value::null(at.type()) : at; });
}

}  // namespace

state::ObjectRef ApplyWalk::stored_object(const addrs::Instance& address, const std::string& deposed) {
  std::lock_guard guard(mutex_);
  if (deposed.empty()) return result_.state.object(address);
  const state::ResourceState* resource = result_.state.find(address.abs_resource());
  const state::InstanceState* instance = resource != nullptr ? resource->find(address.key) : nullptr;
  if (instance == nullptr) return nullptr;
  for (const state::DeposedObject& one : instance->deposed)
    if (one.key == deposed) return one.object;
  return nullptr;
}

std::optional<SourceRange> ApplyWalk::range_of(const Effect& effect) const {
  if (effect.config == nullptr) return {};
  return effect.config->range;
}

journal::Intent ApplyWalk::intent_for(const Effect& effect) const {
  journal::Intent intent;
  intent.run = run_;
  intent.address = effect.change->address;
  intent.deposed = effect.deposed;
  intent.deposes = effect.deposes;
  intent.provider = effect.change->provider;
  intent.action = action_name(effect.action);
  intent.planned_digest = base::sha256_hex(value::simple_json(effect.planned));
  intent.nonce = base::hex(context().random.bytes(8));
  intent.prior_id = text_attribute(effect.prior, "id");
  intent.planned_identity = identity_of(effect.planned);
  intent.schema_version = effect.change->schema_version;
  return intent;
}

Outcome ApplyWalk::execute(Effect effect, Value& value, Diagnostics& diags) {
  const plan::ResourceChange& change = *effect.change;
  const addrs::Instance& address = change.address;
  const schema::Block& block = *change.schema;
  const hcl::Body* body = effect.config != nullptr ? effect.config->body : nullptr;
  auto started = context().clock.monotonic();
  Observer::Id id = shown_id(effect.prior);
  context().observer.apply_started(address, effect.deposed, effect.action, id);
  auto fail = [&](DiagCode code, std::string detail) { diags.error(code, std::move(detail), range_of(effect)).address = address.text(); };
  auto failed = [&] {
    context().observer.apply_failed(address, effect.deposed, effect.action, context().clock.monotonic() - started);
    return Outcome::failed;
  };

  journal::Intent intent = intent_for(effect);
  Result<std::uint64_t> sequence = sink_.intend(intent);
  if (!sequence) {
    journal_failed_ = true;
    fail(DiagCode::journal_failed, format("The change of {} was not begun, because it could not be recorded first: {}.", address.text(), sequence.error().message));
    return failed();
  }
  intent.sequence = *sequence;
  if (!effect.deposes.empty()) change_state([&](State& state) { state.depose(address, effect.deposes); });

  provider::ApplyResponse response;
  {
    Slots::Hold hold(slots_for(*effect.provider));
    response = effect.provider->provider->apply({address.resource.type, effect.prior, effect.planned, effect.configured, effect.planned_private});
  }
  report_provider_diagnostics(response.diagnostics, address, body, range_of(effect), diags);
  if (response.unanswered) {
    fail(DiagCode::outcome_unknown,
         format("The provider went away before it answered, so whether {} was changed is not known. The next run looks for it before anything else; "
                "\"terrace doubt list\" shows what is open.", address.text()));
    std::lock_guard guard(mutex_);
    result_.in_doubt.push_back(std::move(intent));
    return failed();
  }
  bool errors = provider::has_errors(response.diagnostics);
  std::string who = change.provider.provider.display();

  Value after = response.state;
  bool removing = effect.action == plan::Action::remove;
  bool creating = effect.action == plan::Action::create;
  if (!after.is_null() && !value::conforms(after.unmarked_deep().type(), block.implied_type)) {
    fail(DiagCode::invalid_provider_object, format("Provider {} answered the change of {} with an object that does not fit its schema. This is a bug in the provider.", who, address.text()));
    errors = true;
    after = effect.prior;
  } else if (!after.is_null() && !after.is_wholly_known()) {
    std::vector<Problem> problems;
    value::walk(after, [&](const Path& path, const Value& at) {
      if (at.is_unknown()) problems.push_back({path, "still unknown"});
      return at.is_known();
    });
    if (!errors) fail(DiagCode::unknown_after_apply, format("After the change of {}, provider {} left values unknown:{}\nThis is a bug in the provider.", address.text(), who, problem_list(problems)));
    errors = true;
    after = without_unknowns(after);
  }
  if (!errors && removing && !after.is_null()) {
    fail(DiagCode::unknown_after_apply, format("Provider {} reported no error, but {} still exists after its destruction. This is a bug in the provider.", who, address.text()));
    errors = true;
  } else if (!errors && !removing && after.is_null()) {
    fail(DiagCode::unknown_after_apply, format("Provider {} reported no error, but gave no object for {}. This is a bug in the provider.", who, address.text()));
    errors = true;
  } else if (!errors && !removing && !response.legacy_type_system) {
    std::vector<Problem> problems = check_compatible(block, effect.planned, after);
    if (!problems.empty()) {
      fail(DiagCode::inconsistent_result, format("The result of changing {} is not what provider {} had planned:{}\nThis is a bug in the provider.", address.text(), who, problem_list(problems)));
      errors = true;
    }
  }

  // What is known to exist is stored, whatever else went wrong.
  journal::Outcome outcome{*sequence, journal::Outcome::Kind::failed_without_effect, nullptr};
  if (after.is_null() && !errors) {
    outcome.kind = journal::Outcome::Kind::gone;
  } else if (!after.is_null()) {
    Value marked = mark_by_schema(block, effect.marks.empty() ? after : value::mark_paths(after, effect.marks));
    state::Object rest;
    rest.private_bytes = std::move(response.private_bytes);
    rest.dependencies = std::move(effect.dependencies);
    rest.create_before_destroy = change.create_before_destroy;
    bool was_tainted = effect.before != nullptr && !creating && effect.before->status == state::ObjectStatus::tainted;
    if ((creating && errors) || was_tainted) rest.status = state::ObjectStatus::tainted;
    schema::ResourceSchema schema{change.schema_version, change.schema};
    auto object = store(marked, schema, std::move(rest));
    if (object) {
      outcome.kind = journal::Outcome::Kind::stored;
      outcome.object = *object;
      value = std::move(marked);
    } else {
      fail(DiagCode::value_not_storable, format("The new object of {} cannot be stored: {}.", address.text(), object.error().message));
      errors = true;
    }
  }
  Result<void> concluded = sink_.conclude(outcome);
  if (!concluded) {
    journal_failed_ = true;
    fail(DiagCode::journal_failed, format("The outcome of the change of {} could not be recorded: {}. It is kept in the state that is stored next.", address.text(), concluded.error().message));
    errors = true;
  }
  change_state([&](State& state) {
    switch (outcome.kind) {
      case journal::Outcome::Kind::stored:
        if (effect.deposed.empty()) state.set_object(address, change.provider, outcome.object);
        else state.set_deposed(address, change.provider, effect.deposed, outcome.object);
        break;
      case journal::Outcome::Kind::gone:
        if (effect.deposed.empty()) state.set_object(address, change.provider, nullptr);
        else state.set_deposed(address, change.provider, effect.deposed, nullptr);
        break;
      case journal::Outcome::Kind::failed_without_effect:
        if (!effect.deposes.empty()) state.restore_deposed(address, effect.deposes);
        break;
    }
    if (errors) return;
    switch (effect.action) {
      case plan::Action::create: ++result_.added; break;
      case plan::Action::remove: ++result_.destroyed; break;
      case plan::Action::update: case plan::Action::no_op: case plan::Action::read: case plan::Action::delete_then_create:
      case plan::Action::create_then_delete: case plan::Action::forget: ++result_.changed; break;
    }
  });
  if (errors) return failed();
  context().observer.apply_finished(address, effect.deposed, effect.action, removing ? id : shown_id(value), context().clock.monotonic() - started);
  return Outcome::done;
}

Outcome ApplyWalk::apply_destroy(const ApplyNode& node, Diagnostics& diags) {
  const plan::ResourceChange& change = *node.change;
  Effect effect;
  effect.change = &change;
  effect.action = plan::Action::remove;
  effect.deposed = change.deposed;
  if (change.action == plan::Action::create_then_delete) {
    // The create half has moved the object aside; without that there is nothing to do.
    std::lock_guard guard(mutex_);
    auto it = deposed_keys_.find(change.address);
    if (it == deposed_keys_.end()) return Outcome::done;
    effect.deposed = it->second;
  }
  effect.before = stored_object(change.address, effect.deposed);
  if (effect.before == nullptr) return Outcome::done;
  if (change.action == plan::Action::forget) {
    change_state([&](State& state) {
      if (effect.deposed.empty()) state.set_object(change.address, change.provider, nullptr);
      else state.set_deposed(change.address, change.provider, effect.deposed, nullptr);
    });
    return Outcome::done;
  }
  if (std::optional<NodeId> config = blueprint().find_resource(change.address.abs_resource())) {
    const Node& at = blueprint().node(*config);
    effect.config = &at.module->resource(at.index);
  }
  effect.provider = provider(provider_index(change), diags);
  if (effect.provider == nullptr) return Outcome::failed;
  effect.prior = change.before.unmarked_deep();
  effect.planned = effect.configured = Value::null(change.schema->implied_type);
  effect.planned_private = change.action == plan::Action::remove ? change.planned_private : effect.before->private_bytes;
  effect.dependencies = effect.before->dependencies;
  if (change.before.contains_marks()) unmark(change.before, effect.marks);
  Value gone;
  return execute(std::move(effect), gone, diags);
}

Outcome ApplyWalk::apply_change(const ApplyNode& apply_node, Diagnostics& diags) {
  const plan::ResourceChange& change = *apply_node.change;
  const Node& node = blueprint().node(apply_node.config);
  const config::Resource& config = node.module->resource(node.index);
  const schema::Block& block = *change.schema;
  auto fail = [&](DiagCode code, std::string detail) {
    diags.error(code, std::move(detail), config.range).address = change.address.text();
    return Outcome::failed;
  };
  ModuleData* module = find_instance(change.address.module);
  if (module == nullptr) return fail(DiagCode::inconsistent_final_plan, "The module instance of " + change.address.text() + " is no longer there.");
  ResourceData& data = module->resources[node.index];
  std::optional<std::uint32_t> slot = data.expansion.find(change.address.key);
  if (!slot) return fail(DiagCode::inconsistent_final_plan, "The configuration no longer asks for " + change.address.text() + ", now that all values are known.");
  ProviderInUse* use = provider(provider_index(change), diags);
  if (use == nullptr) return Outcome::failed;

  Repetition repetition = repetition_of(data.expansion, *slot);
  ModuleScope scope(*this, *module, &repetition);
  if (!conditions(config, apply_node.config, change.address, config.lifecycle.preconditions, DiagCode::precondition_failed, scope, diags)) return Outcome::failed;
  Value configured = lang::evaluate_body(*config.body, block, scope, diags, config::resource_meta_arguments(), config::resource_meta_blocks());
  if (diags.has_errors()) return Outcome::failed;

  Effect effect;
  effect.change = &change;
  effect.config = &config;
  effect.provider = use;
  bool replaces = plan::is_replace(change.action);
  effect.action = replaces || change.action == plan::Action::create ? plan::Action::create : plan::Action::update;
  bool creating = effect.action == plan::Action::create;
  effect.configured = unmark(configured, effect.marks);
  for (PathMarks& one : effect.marks) one.marks = one.marks.without(MarkKind::deprecated).without(MarkKind::ephemeral);
  Value before = change.before.unmarked_deep();
  effect.prior = creating ? Value::null(block.implied_type) : before;
  effect.before = stored_object(change.address, {});
  bool ignoring = config.lifecycle.ignore_changes.all || !config.lifecycle.ignore_changes.paths.empty();
  const Value& ignored_from = change.reason == plan::Reason::replace_because_tainted ? effect.prior : before;
  if (ignoring && !ignored_from.is_null()) effect.configured = ignore_changes(config.lifecycle.ignore_changes, block, ignored_from, effect.configured, context().sources);

  std::string who = change.provider.provider.display();
  provider::PlanResponse planned;
  {
    Slots::Hold hold(slots_for(*use));
    std::string prior_private = !creating && effect.before != nullptr ? effect.before->private_bytes : std::string();
    planned = use->provider->plan({config.address.type, effect.prior, proposed_new(block, effect.prior, effect.configured), effect.configured, prior_private});
  }
  report_provider_diagnostics(planned.diagnostics, change.address, config.body, config.range, diags);
  if (provider::has_errors(planned.diagnostics)) return Outcome::failed;
  if (planned.planned.is_null() || !value::conforms(planned.planned.type(), block.implied_type))
    return fail(DiagCode::invalid_provider_plan, format("Provider {} planned an object for {} that does not fit its schema. This is a bug in the provider.", who, change.address.text()));
  if (!planned.legacy_type_system) {
    std::vector<Problem> problems = check_planned(block, effect.prior, effect.configured, planned.planned);
    if (!problems.empty()) return fail(DiagCode::invalid_provider_plan, format("Provider {} planned an invalid value for {}:{}\nThis is a bug in the provider.", who, change.address.text(), problem_list(problems)));
    problems = check_compatible(block, change.after.unmarked_deep(), planned.planned);
    if (!problems.empty())
      return fail(DiagCode::inconsistent_final_plan, format("When all values were known, provider {} planned something else for {} than before:{}\nThis is a bug in the provider.", who, change.address.text(), problem_list(problems)));
  }
  effect.planned = planned.planned;
  effect.planned_private = std::move(planned.planned_private);
  effect.dependencies = *blueprint().dependencies(apply_node.config);

  Value value = effect.planned;
  Outcome outcome = Outcome::done;
  if (!creating && equal_known(effect.prior, effect.planned)) {
    // Only marks differ, or nothing does any more: no provider call.
    Value marked = mark_by_schema(block, effect.marks.empty() ? effect.planned : value::mark_paths(effect.planned, effect.marks));
    auto started = context().clock.monotonic();
    bool only_marks = change.after.is_wholly_known();
    if (only_marks) context().observer.apply_started(change.address, {}, plan::Action::update, shown_id(before));
    state::Object rest;
    if (effect.before != nullptr) rest = *effect.before;
    rest.dependencies = effect.dependencies;
    rest.create_before_destroy = change.create_before_destroy;
    auto object = store(marked, {change.schema_version, change.schema}, std::move(rest));
    if (!object) return fail(DiagCode::value_not_storable, format("{} cannot be stored: {}.", change.address.text(), object.error().message));
    change_state([&](State& state) {
      state.set_object(change.address, change.provider, *object);
      if (only_marks) ++result_.changed;
    });
    if (only_marks) context().observer.apply_finished(change.address, {}, plan::Action::update, shown_id(before), context().clock.monotonic() - started);
    value = std::move(marked);
  } else {
    if (change.action == plan::Action::create_then_delete && effect.before != nullptr) {
      effect.deposes = base::hex(context().random.bytes(4));
      std::lock_guard guard(mutex_);
      deposed_keys_[change.address] = effect.deposes;
    }
    outcome = execute(std::move(effect), value, diags);
  }
  data.values[*slot] = value;
  if (outcome == Outcome::failed) return outcome;
  ModuleScope with_self(*this, *module, &repetition, &data.values[*slot]);
  return conditions(config, apply_node.config, change.address, config.lifecycle.postconditions, DiagCode::postcondition_failed, with_self, diags) ? Outcome::done
                                                                                                                                                  : Outcome::failed;
}

}  // namespace terrace::engine
