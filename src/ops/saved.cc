// SPDX-License-Identifier: Apache-2.0
// Saved plans: written with all that the plan came from, and derived again before they are applied (contract 5).
#include "base/format.h"
#include "ops/keeper.h"
#include "ops/session_impl.h"
#include "plan/json.h"
#include "state/file.h"
#include "value/json.h"

namespace terrace::ops {

namespace {

std::string typed_json(const Value& value) {
  std::string out;
  JsonWriter writer(out);
  Value plain = value.unmarked_deep();
  writer.begin_object().key("value");
  if (auto written = value::write_json(writer, plain, plain.type()); !written) writer.null();
  writer.key("type");
  value::write_type_json(writer, plain.type());
  writer.end_object();
  return out;
}

Result<Value> from_typed_json(const std::string& text) {
  auto document = TRY(base::JsonDocument::parse(text));
  Type type = TRY(value::parse_type_json(document.root()["type"]));
  return value::parse_json(document.root()["value"], type);
}

}  // namespace

plan::SavedPlan SessionImpl::save(const engine::PlanResult& result, const PlanRequest& request) {
  const Plan& plan = result.plan;
  plan::SavedPlan saved;
  saved.decisions = plan::identity_document(plan, identity_context(plan.prior_state ? *plan.prior_state : State{}));
  saved.identity = "pi1:" + base::sha256_hex(saved.decisions);
  saved.working_directory = world_.files.cwd();
  saved.root_directory = workspace_.directory;
  saved.files = config_.snapshot;
  saved.prior_state = read_text_;
  saved.backend_type = config_.root->backend ? config_.root->backend->type : "local";
  saved.workspace = workspace_.workspace_name;
  saved.environment = workspace_.environment;
  saved.simulated = workspace_.sandbox;
  saved.mode = request.mode;
  saved.refresh = request.refresh;
  saved.targets = request.targets;
  saved.replace_requests = request.replace;
  if (given_) {
    for (const auto& [name, origin] : *given_) {
      auto declared = config_.root->variables.find(Symbol(name));
      if (declared == config_.root->variables.end()) continue;
      if (declared->second.ephemeral) {
        saved.ephemeral_variables.push_back(name);
      } else {
        saved.variables_json.emplace(name, typed_json(origin.value));
      }
    }
  }
  saved.complete = plan.complete;
  saved.timestamp = plan.timestamp;
  if (plan.prior_state) saved.refreshed_state = state::write_state(*plan.prior_state, state::StateFormat::compact);
  auto json = plan::plan_json(plan, schemas(), config::configuration_json(config_, *providers_));
  if (json) saved.rendered_json = std::move(*json);
  plan::PlanStyle style;
  saved.rendered_text_plain = plan::render_plan(plan, style);
  return saved;
}

namespace {
std::string record_path(const std::string& data_directory) { return world::join_path(data_directory, "terrace.plans"); }
}  // namespace

Result<void> remember_plan(World& world, const std::string& data_directory, std::string_view bytes) {
  TRY(world.files.make_directories(data_directory));
  auto record = TRY(world.files.open_append(record_path(data_directory), world::Mode600::secret));
  TRY(record->append(base::sha256_hex(bytes) + "\n"));
  return record->sync();
}

bool plan_is_known(World& world, const std::string& data_directory, std::string_view bytes) {
  auto record = world.files.read(record_path(data_directory));
  return !record || record->find(base::sha256_hex(bytes)) != std::string::npos;
}

std::unique_ptr<Session> saved_session(World& world, SourceFiles& sources, const Workspace& workspace,
                                       const plan::SavedPlan& saved, Diagnostics& diags) {
  auto files = std::make_unique<plan::SavedPlan>(saved);
  // Every directory that the configuration was read from is shown from the snapshot alone.
  std::vector<std::string> roots;
  for (const auto& [path, bytes] : files->files) {
    std::string directory = world::dir_name(path);
    if (std::find(roots.begin(), roots.end(), directory) == roots.end()) roots.push_back(directory);
  }
  auto overlay = std::make_unique<world::OverlayFileSystem>(world.files, files->files, roots,
                                                             world::OverlayFileSystem::Others::real_unless_configuration);
  auto overlay_world = std::make_unique<World>(World{*overlay, world.processes, world.http, world.clock, world.random,
                                                     world.terminal, world.interrupts, world.env, world.user, world.hostname});
  Workspace opened = workspace;
  opened.variables = {};
  opened.variables.read_auto_files = false;
  for (const auto& [name, json] : files->variables_json) {
    auto value = from_typed_json(json);
    if (!value) {
      diags.error(DiagCode::plan_refused, format("The saved plan's value of variable \"{}\" cannot be read: {}.", name, value.error().message));
      return nullptr;
    }
    opened.variables.injected.emplace(name, std::move(*value));
  }
  for (const auto& name : files->ephemeral_variables) {
    std::string text = world.variable("TF_VAR_" + name);
    if (!text.empty()) opened.variables.injected.emplace(name, Value::string(text));
  }
  auto session = std::make_unique<SessionImpl>(*overlay_world, sources, opened);
  if (!session->load(diags)) return nullptr;
  session->saved_files_ = std::move(files);
  session->overlay_ = std::move(overlay);
  session->overlay_world_ = std::move(overlay_world);
  return session;
}

std::optional<engine::ApplyResult> SessionImpl::apply_saved(const plan::SavedPlan& saved, const PlanRequest& request,
                                                            const Decide& derived, engine::Observer& observer,
                                                            Diagnostics& diags) {
  if (!saved.complete) {
    diags.error(DiagCode::plan_refused, "The plan was saved after errors and is incomplete; it cannot be applied. Mend the errors and plan again.");
    return std::nullopt;
  }
  auto held = lock(request.lock, "OperationTypeApply", diags);
  if (!held) return std::nullopt;
  auto loaded = load_state(true, diags);
  if (!loaded) return std::nullopt;
  State planned_from;
  if (!saved.prior_state.empty()) {
    auto parsed = state::parse_state(saved.prior_state);
    if (!parsed) {
      diags.error(DiagCode::plan_refused, format("The state inside the saved plan cannot be read: {}.", parsed.error().message));
      return std::nullopt;
    }
    planned_from = std::move(*parsed);
  }
  if (loaded->state.lineage != planned_from.lineage || loaded->state.serial != planned_from.serial || loaded->recovered) {
    diags.error(DiagCode::stale_plan,
                format("The state has changed since this plan was made (serial {} then, {} now), so what it would do may no longer be "
                       "right. Nothing was changed. Plan again.",
                       planned_from.serial, loaded->state.serial));
    return std::nullopt;
  }
  State refreshed;
  if (!saved.refreshed_state.empty()) {
    auto parsed = state::parse_state(saved.refreshed_state);
    if (!parsed) {
      diags.error(DiagCode::plan_refused, format("The refreshed state inside the saved plan cannot be read: {}.", parsed.error().message));
      return std::nullopt;
    }
    refreshed = std::move(*parsed);
  }
  PlanRequest again = request;
  again.mode = saved.mode;
  again.refresh = false;  // the plan is derived from what was read when it was made
  again.targets = saved.targets;
  again.replace = saved.replace_requests;
  check_configuration(diags);
  engine::Options options;
  if (diags.has_errors() || !engine_options(again, options, diags)) return std::nullopt;
  if (auto at = world::parse_rfc3339(saved.timestamp)) options.now = *at;
  engine::PlanResult result = engine::make_plan(context(observer), refreshed, options, diags);
  if (diags.has_errors()) return std::nullopt;
  if (identity(result.plan) != saved.identity) {
    diags.error(DiagCode::plan_refused,
                "Deriving the plan again from the configuration, variables and state saved in it gives another plan than the one it "
                "says it is: the file was edited after it was made, or was made by another version. Nothing was changed. Plan again.");
    return std::nullopt;
  }
  std::string document = plan::identity_document(result.plan, identity_context(refreshed));
  if (document != saved.decisions) {
    diags.error(DiagCode::plan_refused, "The decisions written in the plan file are not those its configuration and state give: the file was edited. Nothing was changed.");
    return std::nullopt;
  }
  // What `show` tells a reviewer must be what is applied.
  auto json = plan::plan_json(result.plan, schemas(), {});
  auto mine = json ? base::JsonDocument::parse(*json) : Result<base::JsonDocument>(json.error());
  auto theirs = base::JsonDocument::parse(saved.rendered_json);
  for (std::string_view member : {"resource_changes", "output_changes"}) {
    if (mine && theirs && mine->root()[member].raw() == theirs->root()[member].raw()) continue;
    diags.error(DiagCode::plan_refused, "What the plan file shows is not what its configuration and state give: the file was edited. Nothing was changed. Plan again.");
    return std::nullopt;
  }
  if (!derived(result)) return std::nullopt;
  return execute(result.plan, *loaded, options, observer, diags);
}

}  // namespace terrace::ops
