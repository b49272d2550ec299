// SPDX-License-Identifier: Apache-2.0
// ledger verify, ledger export; doubt list, adopt, absent (contract 2).
#include "base/format.h"
#include "cli/environment_commands.h"
#include "state/file.h"

namespace terrace::cli {

int run_ledger_verify(Invocation& invocation, const std::vector<std::string>& words) {
  static constexpr Flag kHead[] = {{"head", FlagKind::value, "HASH", "A head known from elsewhere, for example a manifest."}};
  World& world = invocation.world;
  auto all = flags({kHead, view_flags()}, {{"sandbox", FlagKind::boolean, "", "The sandbox's ledger."}});
  auto arguments = parse_arguments(invocation, all, words, 1);
  if (!arguments) return kBadRequest;
  ViewOptions view = view_options(world, *arguments);
  Diagnostics diags;
  Result<std::vector<ledger::Entry>> entries = Error{};
  if (!arguments->positional().empty()) {
    entries = ledger::read_entries(world, arguments->positional()[0]);
  } else {
    auto project = envs::Project::find(world, invocation.sources, arguments->flag("sandbox"), diags);
    auto* ledger = project ? project->ledger(diags) : nullptr;
    if (ledger == nullptr) {
      print_diagnostics(world, invocation.sources, diags, view);
      return kBadRequest;
    }
    entries = ledger->entries();
  }
  if (!entries) {
    ops::report(diags, DiagCode::ledger_failed, entries.error(), "Reading the ledger");
    print_diagnostics(world, invocation.sources, diags, view);
    return kFailed;
  }
  auto found = ledger::verify(*entries, arguments->value("head").value_or(""));
  if (view.json) {
    std::string text;
    JsonWriter json(text, 2);
    json.begin_object().member("sound", found.sound()).member("entries", static_cast<std::int64_t>(found.entries)).member("head", found.head).key("broken");
    if (found.broken) json.number(static_cast<std::int64_t>(*found.broken));
    else json.null();
    json.member("problem", found.problem).end_object();
    out(world, text + "\n");
    return found.sound() ? kDone : kFailed;
  }
  if (!found.sound()) {
    err(world, format("Ledger broken at entry {}: {}.\n", found.broken.value_or(0), found.problem));
    return kFailed;
  }
  out(world, format("Ledger sound: {} entries, head {}\n", found.entries, found.head));
  return kDone;
}

int run_ledger_export(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, {}, words, 0, 0);
  if (!command) return kBadRequest;
  auto* ledger = command->project->ledger(command->diags);
  if (ledger == nullptr) return command->finish(envs::Ending::failed);
  auto entries = ledger->entries();
  if (!entries) {
    ops::report(command->diags, DiagCode::ledger_failed, entries.error(), "Reading the ledger");
    return command->finish(envs::Ending::failed);
  }
  for (const auto& entry : *entries) out(invocation.world, ledger::entry_json(entry) + "\n");
  return command->finish(envs::Ending::done);
}

namespace {
constexpr Flag kEnv[] = {{"env", FlagKind::value, "ENV", "The environment; the only one with a doubt if not given."}};

struct Doubtful {
  std::string environment;
  std::unique_ptr<ops::Session> session;
  std::vector<journal::Doubt> doubts;
};

/// Sessions of the environments that have effects in doubt; without environments, of the current directory.
std::vector<Doubtful> doubtful(EnvironmentInvocation& command) {
  std::vector<Doubtful> found;
  auto only = command.arguments.value("env");
  for (const auto& environment : command.project->settings().environments) {
    if (only && environment.name != *only) continue;
    auto session = ops::Session::open(command.invocation.world, command.invocation.sources, command.project->workspace(environment), command.diags);
    if (!session) continue;
    auto doubts = session->doubts(command.diags);
    if (!doubts.empty()) found.push_back({environment.name, std::move(session), std::move(doubts)});
  }
  if (command.project->settings().environments.empty()) {
    ops::Workspace workspace;
    workspace.data_directory = data_directory(command.invocation.world);
    workspace.sandbox = command.project->sandbox();
    workspace.sandbox_root = command.project->home();
    auto session = ops::Session::open(command.invocation.world, command.invocation.sources, workspace, command.diags);
    auto doubts = session ? session->doubts(command.diags) : std::vector<journal::Doubt>{};
    if (!doubts.empty()) found.push_back({"", std::move(session), std::move(doubts)});
  }
  return found;
}

int settle(Invocation& invocation, const std::vector<std::string>& words, bool adopt) {
  auto command = open_project(invocation, kEnv, words, adopt ? 2 : 1, adopt ? 2 : 1);
  if (!command) return kBadRequest;
  const std::string& address = command->arguments.positional()[0];
  for (auto& one : doubtful(*command)) {
    for (const auto& doubt : one.doubts) {
      if (doubt.intent.address.text() != address) continue;
      state::ObjectRef object;
      if (adopt) {
        auto provider = one.session->providers().open(doubt.intent.provider.provider);
        if (!provider) {
          ops::report(command->diags, DiagCode::provider_error, provider.error(), "Opening the provider");
          return command->finish(envs::Ending::failed);
        }
        Symbol type = doubt.intent.address.resource.type;
        (*provider)->configure(schema::empty_value(*(*provider)->schema().provider));
        auto imported = (*provider)->import_resource(type, command->arguments.positional()[1]);
        for (const auto& diagnostic : imported.diagnostics) command->diags.error(DiagCode::provider_error, diagnostic.detail).summary = diagnostic.summary;
        Value value = imported.resources.size() == 1 ? (*provider)->read(type, imported.resources[0].state, imported.resources[0].private_bytes).state : Value();
        if (value.is_null() && !command->diags.has_errors()) {
          command->diags.error(DiagCode::effect_in_doubt, format("There is no {} with the id {}.", type.text(), command->arguments.positional()[1]));
        }
        const auto* schema = (*provider)->schema().resource(type);
        if (command->diags.has_errors() || schema == nullptr) return command->finish(envs::Ending::failed);
        state::Object rest;
        rest.schema_version = schema->version;
        auto made = state::make_object(value, schema->block->implied_type, std::move(rest));
        if (!made) {
          ops::report(command->diags, DiagCode::effect_in_doubt, made.error(), "Taking the object over");
          return command->finish(envs::Ending::failed);
        }
        object = std::move(*made);
      }
      if (one.session->settle_doubt(doubt, object, command->diags)) {
        out(invocation.world, adopt ? format("{} is in the state now.\n", address) : format("{} is settled: it does not exist.\n", address));
      }
      return command->finish(envs::Ending::done);
    }
  }
  command->diags.error(DiagCode::effect_in_doubt, format("Nothing is in doubt at {}. `terrace doubt list` shows what is.", address));
  return command->finish(envs::Ending::bad_request);
}
}  // namespace

int run_doubt_list(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open_project(invocation, kEnv, words, 0, 0);
  if (!command) return kBadRequest;
  std::string text, human;
  JsonWriter json(text, 2);
  json.begin_object().key("doubts").begin_array();
  for (const auto& one : doubtful(*command)) {
    for (const auto& doubt : one.doubts) {
      json.begin_object().member("environment", one.environment).member("address", doubt.intent.address.text()).member("action", doubt.intent.action).member("run", doubt.intent.run).end_object();
      human += format("{}{}: {} was begun by run {}; its outcome is not known\n", one.environment.empty() ? "" : one.environment + "  ", doubt.intent.address.text(), doubt.intent.action, doubt.intent.run);
    }
  }
  json.end_array().end_object();
  out(invocation.world, command->view.json ? text + "\n" : human.empty() ? "Nothing is in doubt.\n" : human);
  return command->finish(envs::Ending::done);
}
int run_doubt_adopt(Invocation& invocation, const std::vector<std::string>& words) { return settle(invocation, words, true); }
int run_doubt_absent(Invocation& invocation, const std::vector<std::string>& words) { return settle(invocation, words, false); }

}  // namespace terrace::cli
