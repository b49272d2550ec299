// SPDX-License-Identifier: Apache-2.0
// state list, show, mv, rm, pull (checklist G7).
#include "base/format.h"
#include "base/strings.h"
#include "cli/command.h"
#include "plan/render.h"
#include "state/file.h"

namespace terrace::cli {

namespace {
std::vector<Flag> state_command_flags() {
  return flags({state_flags(), view_flags(), environment_flags()}, {{"dry-run", FlagKind::boolean, "", "Only say what would be done."},
                                                                    {"id", FlagKind::value, "ID", "Only objects with this id."},
                                                                    {"backup-out", FlagKind::value, "PATH", "Backup of the destination."}});
}

struct StateCommand {
  Invocation& invocation;
  Arguments arguments;
  ViewOptions view;
  Diagnostics diags;
  std::unique_ptr<ops::Session> session;
  int exit = kFailed;

  int fail() {
    print_diagnostics(invocation.world, invocation.sources, diags, view);
    return exit;
  }
};

std::unique_ptr<StateCommand> open(Invocation& invocation, const std::vector<std::string>& words, std::size_t most, bool mutating) {
  auto arguments = parse_arguments(invocation, state_command_flags(), words, most);
  if (!arguments) return nullptr;
  auto command = std::make_unique<StateCommand>(StateCommand{invocation, std::move(*arguments), {}, {}, nullptr, kFailed});
  command->view = view_options(invocation.world, command->arguments);
  auto workspace = workspace_for(invocation, command->arguments, mutating, command->diags, command->exit);
  if (workspace) command->session = ops::Session::open(invocation.world, invocation.sources, *workspace, command->diags);
  return command;
}

template <class F>
void each_instance(const State& state, F&& f) {
  for (const auto& [address, resource] : state.resources()) {
    for (const auto& instance : resource->instances) f(addrs::Instance{address.module, address.resource, instance.key}, *resource, instance);
  }
}

bool target_matches(const addrs::Target& target, const addrs::Instance& instance) { return target.covers(instance); }

std::string id_of(const state::Object& object) {
  auto document = base::JsonDocument::parse(std::string(object.attributes));
  return document ? std::string(document->root()["id"].string()) : std::string();
}
}  // namespace

int run_state_list(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open(invocation, words, 1000, false);
  if (!command) return kFailed;
  if (!command->session) return command->fail();
  State state = command->session->read_state(command->diags);
  if (command->diags.has_errors()) return command->fail();
  std::vector<addrs::Target> targets;
  for (const auto& text : command->arguments.positional()) {
    auto target = addrs::parse_target(text);
    if (!target) {
      command->diags.error(DiagCode::invalid_address, format("{}: {}.", text, target.error().message));
      return command->fail();
    }
    targets.push_back(std::move(*target));
  }
  if (state.lineage.empty() && state.empty()) {
    command->diags.error(DiagCode::state_unreadable, "There is no state yet: nothing has been applied here. The command needs one.").summary = "No state file was found!";
    return command->fail();
  }
  auto id = command->arguments.value("id");
  std::string text;
  each_instance(state, [&](const addrs::Instance& address, const state::ResourceState&, const state::InstanceState& instance) {
    if (!instance.current) return;
    bool wanted = targets.empty() || std::any_of(targets.begin(), targets.end(), [&](const auto& target) { return target_matches(target, address); });
    if (!wanted || (id && id_of(*instance.current) != *id)) return;
    text += address.text();
    text += '\n';
  });
  out(invocation.world, text);
  print_diagnostics(invocation.world, invocation.sources, command->diags, command->view);
  return kDone;
}

int run_state_show(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open(invocation, words, 1, false);
  if (!command) return kFailed;
  if (!command->session) return command->fail();
  if (command->arguments.positional().empty()) {
    command->diags.error(DiagCode::bad_usage, "Give the address of the resource instance to show.");
    return command->fail();
  }
  const std::string& text = command->arguments.positional()[0];
  auto address = addrs::parse_instance(text);
  State state = command->session->read_state(command->diags);
  if (!address) command->diags.error(DiagCode::invalid_address, format("{}: {}.", text, address.error().message));
  else if (!command->diags.has_errors() && !state.object(*address)) command->diags.error(DiagCode::invalid_address, format("There is no instance {} in the state. `terrace state list` names them.", text)).summary = "No instance found for the given address!";
  if (command->diags.has_errors()) return command->fail();
  plan::PlanStyle style;
  style.color = command->view.color;
  style.show_sensitive = command->view.show_sensitive;
  out(invocation.world, plan::render_state(state, command->session->schemas(), &*address, style));
  return kDone;
}

int run_state_pull(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open(invocation, words, 0, false);
  if (!command) return kFailed;
  if (!command->session) return command->fail();
  State state = command->session->read_state(command->diags);
  if (command->diags.has_errors()) return command->fail();
  if (!state.lineage.empty()) out(invocation.world, state::write_state(state, state::StateFormat::indented));
  return kDone;
}

int run_state_rm(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open(invocation, words, 1000, true);
  if (!command) return kFailed;
  if (!command->session) return command->fail();
  std::vector<addrs::Target> targets;
  for (const auto& text : command->arguments.positional()) {
    auto target = addrs::parse_target(text);
    if (target) targets.push_back(std::move(*target));
    else command->diags.error(DiagCode::invalid_address, format("{}: {}.", text, target.error().message));
  }
  if (targets.empty() && !command->diags.has_errors()) command->diags.error(DiagCode::bad_usage, "Give at least one address to remove.");
  if (command->diags.has_errors()) return command->fail();
  bool dry = command->arguments.flag("dry-run");
  int removed = 0;
  ops::PlanRequest request = plan_request(command->arguments, command->diags);
  bool stored = command->session->modify_state("state-rm", request.lock, [&](State& state, Diagnostics&) {
    std::vector<std::pair<addrs::Instance, addrs::ProviderConfig>> found;
    std::vector<std::vector<std::string>> deposed;
    each_instance(state, [&](const addrs::Instance& address, const state::ResourceState& resource, const state::InstanceState& instance) {
      if (!std::any_of(targets.begin(), targets.end(), [&](const auto& target) { return target_matches(target, address); })) return;
      found.emplace_back(address, resource.provider);
      deposed.emplace_back();
      for (const auto& one : instance.deposed) deposed.back().push_back(one.key);
    });
    for (std::size_t i = 0; i < found.size(); ++i) {
      out(invocation.world, format("{} {}\n", dry ? "Would remove" : "Removed", found[i].first.text()));
      if (!dry) {
        for (const auto& key : deposed[i]) state.set_deposed(found[i].first, found[i].second, key, nullptr);
        state.set_object(found[i].first, found[i].second, nullptr);
      }
      ++removed;
    }
    return !dry && removed > 0;
  }, command->diags);
  if (print_diagnostics(invocation.world, invocation.sources, command->diags, command->view) || !stored) return kFailed;
  if (removed == 0) {
    err(invocation.world, "Error: Invalid target address\n\nNo matching objects found. To view the available instances, use \"terrace state list\".\n");
    return dry ? kDone : kFailed;
  }
  if (!dry) out(invocation.world, format("Successfully removed {} resource instance(s).\n", removed));
  return kDone;
}

int run_state_mv(Invocation& invocation, const std::vector<std::string>& words) {
  auto command = open(invocation, words, 2, true);
  if (!command) return kFailed;
  if (!command->session) return command->fail();
  if (command->arguments.positional().size() != 2) {
    command->diags.error(DiagCode::bad_usage, "Give the address to move and its new address.");
    return command->fail();
  }
  const std::string from_text = command->arguments.positional()[0], to_text = command->arguments.positional()[1];
  auto from = addrs::parse_target(from_text), to = addrs::parse_target(to_text);
  if (!from) command->diags.error(DiagCode::invalid_address, format("{}: {}.", from_text, from.error().message));
  if (!to) command->diags.error(DiagCode::invalid_address, format("{}: {}.", to_text, to.error().message));
  if (from && to && std::holds_alternative<addrs::ModuleInstance>(from->address) != std::holds_alternative<addrs::ModuleInstance>(to->address)) {
    command->diags.error(DiagCode::invalid_address, "A module can be moved to a module address only, a resource to a resource address.");
  }
  if (command->diags.has_errors()) return command->fail();
  bool dry = command->arguments.flag("dry-run");
  int moved = 0;
  ops::PlanRequest request = plan_request(command->arguments, command->diags);
  bool stored = command->session->modify_state("state-mv", request.lock, [&](State& state, Diagnostics& diags) {
    struct Move { addrs::Instance from, to; addrs::ProviderConfig provider; state::ObjectRef object; std::vector<state::DeposedObject> deposed; };
    std::vector<Move> moves;
    each_instance(state, [&](const addrs::Instance& address, const state::ResourceState& resource, const state::InstanceState& instance) {
      if (!target_matches(*from, address)) return;
      Move move{address, address, resource.provider, instance.current, instance.deposed};
      if (auto* module = std::get_if<addrs::ModuleInstance>(&to->address)) {
        // The path below the moved module stays.
        auto base = std::get<addrs::ModuleInstance>(from->address);
        std::vector<std::pair<Symbol, addrs::InstanceKey>> below;
        for (auto at = address.module; !(at == base) && !at.is_root(); at = at.parent()) below.emplace_back(at.call(), at.key());
        addrs::ModuleInstance target = *module;
        for (auto it = below.rbegin(); it != below.rend(); ++it) target = target.child(it->first, it->second);
        move.to.module = target;
      } else if (auto* resource_to = std::get_if<addrs::AbsResource>(&to->address)) {
        move.to.module = resource_to->module;
        move.to.resource = resource_to->resource;
        if (std::holds_alternative<addrs::Instance>(from->address)) move.to.key = addrs::InstanceKey();
      } else {
        move.to = std::get<addrs::Instance>(to->address);
      }
      if (!(move.to.resource.type == move.from.resource.type) || move.to.resource.mode != move.from.resource.mode) {
        diags.error(DiagCode::invalid_address, format("{} cannot become {}: a resource keeps its type.", move.from.text(), move.to.text()));
      } else if (state.object(move.to)) {
        diags.error(DiagCode::invalid_address, format("There is a resource instance at {} already.", move.to.text()));
      }
      moves.push_back(std::move(move));
    });
    if (moves.empty()) diags.error(DiagCode::invalid_address, format("Nothing in the state matches {}. `terrace state list` names what there is.", from_text)).summary = "Invalid source address";
    if (diags.has_errors()) return false;
    for (const auto& move : moves) {
      out(invocation.world, format("{} \"{}\" to \"{}\"\n", dry ? "Would move" : "Move", move.from.text(), move.to.text()));
      ++moved;
    }
    if (dry) return false;
    for (const auto& move : moves) {
      for (const auto& one : move.deposed) state.set_deposed(move.from, move.provider, one.key, nullptr);
      state.set_object(move.from, move.provider, nullptr);
    }
    for (const auto& move : moves) {
      if (move.object) state.set_object(move.to, move.provider, move.object);
      for (const auto& one : move.deposed) state.set_deposed(move.to, move.provider, one.key, one.object);
    }
    return true;
  }, command->diags);
  if (print_diagnostics(invocation.world, invocation.sources, command->diags, command->view) || !stored) return kFailed;
  if (!dry) out(invocation.world, format("Successfully moved {} object(s).\n", moved));
  return kDone;
}

}  // namespace terrace::cli
