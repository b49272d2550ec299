// SPDX-License-Identifier: Apache-2.0
#include "base/format.h"
#include "base/strings.h"
#include "base/version.h"
#include "ops/session_impl.h"
#include "state/file.h"

namespace terrace::ops {

void report(Diagnostics& diags, DiagCode code, const Error& error, std::string_view doing, std::string_view advice) {
  std::string detail = format("{} failed: {}.", doing, error.message);
  if (!advice.empty()) detail += " " + std::string(advice);
  diags.error(code, std::move(detail));
}

std::unique_ptr<Session> Session::open(World& world, SourceFiles& sources, const Workspace& workspace, Diagnostics& diags) {
  auto session = std::make_unique<SessionImpl>(world, sources, workspace);
  if (!session->load(diags)) return nullptr;
  return session;
}

bool SessionImpl::load(Diagnostics& diags) {
  config::LoadOptions load_options;
  load_options.directory = workspace_.directory;
  load_options.data_directory = workspace_.data_directory;
  config_ = config::load(world_, sources_, load_options, diags);
  if (!config_.root) return false;
  if (workspace_.sandbox) {
    sandbox::Options sandbox_options;
    sandbox_options.cloud_directory = world::join_path(workspace_.sandbox_root, "cloud");
    sandbox_options.environment = workspace_.environment;
    auto opened = sandbox::Sandbox::open(workspace_.provider_world != nullptr ? *workspace_.provider_world : world_, sandbox_options);
    if (!opened) {
      report(diags, DiagCode::world_failed, opened.error(), "Opening the sandbox");
      return false;
    }
    sandbox_ = opened->get();
    providers_ = std::move(*opened);
  } else {
    providers_ = sandbox::builtin_only();
  }
  if (workspace_.needs == Workspace::Needs::everything && !open_backend(diags)) return false;
  return true;
}

bool SessionImpl::open_backend(Diagnostics& diags) {
  backend::LocalOptions local = workspace_.local;
  const auto& block = config_.root->backend;
  bool remote = block && block->type != "local";
  if (!workspace_.state_path.empty() && (!remote || workspace_.sandbox)) {
    local.path = workspace_.state_path;
    if (auto made = world_.files.make_directories(world::dir_name(local.path)); !made) {
      report(diags, DiagCode::world_failed, made.error(), format("Making the directory of {}", local.path));
      return false;
    }
  } else if (remote) {
    if (workspace_.sandbox) {
      local.path = world::join_path(workspace_.sandbox_root, format("env/default/{}.tfstate", block->type));
      if (auto made = world_.files.make_directories(world::dir_name(local.path)); !made) {
        report(diags, DiagCode::world_failed, made.error(), "Making the sandbox's state directory");
        return false;
      }
    } else {
      diags.error(DiagCode::backend_unsupported,
                  format("The configuration keeps its state in the \"{}\" backend, which this version of Terrace cannot read "
                         "or write. The state there has not been touched. Use the \"local\" backend, or run with -sandbox, "
                         "where remote backends are simulated by local files.",
                         block->type),
                  block->range);
      return false;
    }
  } else {
    std::string path = "terraform.tfstate", workspace_directory = "terraform.tfstate.d";
    if (block) {
      lang::FunctionContext functions;
      lang::EmptyScope scope(sources_, functions);
      Diagnostics local_diags;
      for (const auto& attribute : block->body->attributes) {
        std::string_view name = attribute.name.text();
        if (name != "path" && name != "workspace_dir") {
          diags.error(DiagCode::backend_invalid,
                      format("The local backend has no argument \"{}\"; it takes \"path\" and \"workspace_dir\".", name),
                      attribute.range);
          continue;
        }
        Value value = lang::evaluate_as(*attribute.value, Type::string(), scope, diags, name);
        if (value.kind() == Kind::string) (name == "path" ? path : workspace_directory) = std::string(value.as_string());
      }
      if (diags.has_errors()) return false;
    }
    if (workspace_.workspace_name != "default") {
      path = world::join_path(world::join_path(workspace_directory, workspace_.workspace_name), "terraform.tfstate");
      if (auto made = world_.files.make_directories(world::dir_name(path)); !made) {
        report(diags, DiagCode::world_failed, made.error(), "Making the workspace's state directory");
        return false;
      }
    }
    if (local.path.empty()) local.path = workspace_.directory == "." ? path : world::join_path(workspace_.directory, path);
  }
  backend_ = backend::make_local(world_, local);
  return true;
}

backend::Backend& SessionImpl::backend() {
  CHECK(backend_ != nullptr, "the session was opened without its backend");
  return *backend_;
}

plan::SchemaLookup SessionImpl::schemas() {
  return [this](const addrs::ProviderConfig& provider, const addrs::Resource& resource) -> std::shared_ptr<const schema::Block> {
    auto schema = providers_->schema(provider.provider);
    if (!schema) return nullptr;
    const auto* found = resource.mode == addrs::Mode::managed ? (*schema)->resource(resource.type) : (*schema)->data_source(resource.type);
    return found == nullptr ? nullptr : found->block;
  };
}

void SessionImpl::check_configuration(Diagnostics& diags) {
  if (checked_) return;
  checked_ = true;
  config::check(config_, *providers_, sources_, diags);
}

namespace {
/// What `validate` and every run tell the engine of where they are: directories, workspace, clock, functions' world.
engine::Options surroundings(World& world, const Workspace& workspace) {
  engine::Options options;
  options.root_directory = workspace.directory;
  options.working_directory = world.files.cwd();
  options.original_directory = workspace.original_directory.empty() ? options.working_directory : workspace.original_directory;
  options.workspace = workspace.workspace_name;
  options.now = world.clock.now();
  options.functions.files = &world.files;
  options.functions.random = &world.random;
  options.functions.home = world.variable("HOME");
  return options;
}
}  // namespace

void SessionImpl::validate(Diagnostics& diags) {
  check_configuration(diags);
  if (diags.has_errors()) return;
  engine::Options options = surroundings(world_, workspace_);
  engine::validate(context(silent_), options, diags);
}

engine::Context SessionImpl::context(engine::Observer& observer) {
  return {config_, sources_, *providers_, observer, world_.clock, world_.random, [this] { return world_.interrupts.count(); }};
}

engine::Options SessionImpl::options(Diagnostics& diags) {
  engine::Options options = surroundings(world_, workspace_);
  options.functions.allowed_roots = workspace_.allowed_roots;
  if (workspace_.deployment_start) options.functions.timestamp = workspace_.deployment_start;
  if (!given_) {
    given_ = config::collect_variables(world_, sources_, config_, workspace_.directory, workspace_.variables, diags);
  }
  for (const auto& [name, variable] : config_.root->variables) {
    auto found = given_->find(std::string(name.text()));
    const Value* given = found == given_->end() ? nullptr : &found->second.value;
    std::optional<SourceRange> range = found == given_->end() ? std::nullopt : found->second.range;
    options.variables.emplace(name.text(), config::final_variable_value(variable, given, range, diags));
    if (range) options.variable_ranges.emplace(name.text(), *range);
  }
  return options;
}

plan::IdentityContext SessionImpl::identity_context(const State& state) {
  plan::IdentityContext context;
  context.environment = workspace_.environment;
  context.stack = workspace_.stack;
  context.lineage = state.lineage;
  context.simulated = workspace_.sandbox;
  context.secret_key = "terrace";
  context.provider_version = [this](const addrs::Provider& provider) { return providers_->version(provider); };
  return context;
}

std::string SessionImpl::identity(const Plan& plan) {
  return plan::identity(plan, identity_context(plan.prior_state ? *plan.prior_state : State{}));
}

}  // namespace terrace::ops
