// SPDX-License-Identifier: Apache-2.0
#include "envs/conventions.h"

#include <charconv>
#include <set>

#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "lang/evaluate.h"
#include "lang/function.h"

namespace terrace::envs {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double total = 0;
  bool any = false;
  while (!text.empty()) {
    double amount = 0;
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (status != std::errc() || amount < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    double unit = 0;
    if (text.starts_with("ms")) unit = 1, text.remove_prefix(2);
    else if (text.starts_with("s")) unit = 1e3, text.remove_prefix(1);
    else if (text.starts_with("m")) unit = 6e4, text.remove_prefix(1);
    else if (text.starts_with("h")) unit = 3.6e6, text.remove_prefix(1);
    else if (text.starts_with("d")) unit = 8.64e7, text.remove_prefix(1);
    else return std::nullopt;
    total += amount * unit;
    any = true;
  }
  if (!any || total > 3.2e11) return std::nullopt;  // ten years
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

std::string usual_name(std::string_view name) {
  if (name == "development") return "dev";
  if (name == "stage") return "staging";
  if (name == "production") return "prod";
  return std::string(name);
}

namespace {

/// dev 0, test 1, staging 2, prod 3; others -1: the usual order of promotion.
int usual_rank(std::string_view name) {
  std::string usual = usual_name(name);
  if (usual == "dev") return 0;
  if (usual == "test" || usual == "qa") return 1;
  if (usual == "staging") return 2;
  if (usual == "prod") return 3;
  return -1;
}

bool has_configuration(World& world, const std::string& directory) {
  auto entries = world.files.list(directory);
  if (!entries) return false;
  return std::any_of(entries->begin(), entries->end(), [](const auto& e) {
    return e.kind == world::FileKind::regular && (e.name.ends_with(".tf") || e.name.ends_with(".tofu") || e.name.ends_with(".tf.json"));
  });
}

/// Environments whose variable files lie under `directory`: name → path relative to it.
std::map<std::string, std::string> variable_files(World& world, const std::string& directory) {
  std::map<std::string, std::string> found;
  if (auto entries = world.files.list(world::join_path(directory, "environments"))) {
    for (const auto& entry : *entries) {
      std::string file = "environments/" + entry.name + "/terraform.tfvars";
      if (entry.kind == world::FileKind::directory && world.files.stat(world::join_path(directory, file)).kind == world::FileKind::regular) found.emplace(entry.name, file);
      if (entry.kind == world::FileKind::regular && entry.name.ends_with(".tfvars")) found.emplace(entry.name.substr(0, entry.name.size() - 7), "environments/" + entry.name);
    }
  }
  if (auto entries = world.files.list(world::join_path(directory, "env"))) {
    for (const auto& entry : *entries) {
      if (entry.kind == world::FileKind::regular && entry.name.ends_with(".tfvars")) found.emplace(entry.name.substr(0, entry.name.size() - 7), "env/" + entry.name);
    }
  }
  if (auto entries = world.files.list(directory)) {
    for (const auto& entry : *entries) {
      if (entry.kind != world::FileKind::regular || !entry.name.ends_with(".tfvars") || entry.name.ends_with(".auto.tfvars")) continue;
      std::string name = entry.name.substr(0, entry.name.size() - 7);
      if (name != "terraform" && usual_rank(name) >= 0) found.emplace(name, entry.name);
    }
  }
  return found;
}

/// True if the root module in `directory` has a backend block or environment variable files.
bool looks_like_stack(World& world, const std::string& directory) {
  if (!has_configuration(world, directory)) return false;
  if (!variable_files(world, directory).empty()) return true;
  auto entries = world.files.list(directory);
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(".tf")) continue;
    auto text = world.files.read(world::join_path(directory, entry.name), std::uint64_t{64} << 20);
    if (text && text->find("backend \"") != std::string::npos) return true;
  }
  return false;
}

void find_stacks(World& world, const std::string& root, Settings& settings, Diagnostics& diags) {
  if (!settings.stacks.empty()) {
    for (const auto& stack : settings.stacks) {
      if (!has_configuration(world, world::join_path(root, stack.path))) {
        diags.error(DiagCode::settings_invalid, format("Stack \"{}\" ({}): there is no configuration in {}.", stack.name, stack.origin, stack.path));
      }
    }
  } else if (looks_like_stack(world, root)) {
    settings.stacks.push_back({world::base_name(root), ".", "convention: the project's root"});
  } else {
    auto entries = world.files.list(root);
    std::vector<Stack> found;
    for (const auto& entry : entries ? *entries : std::vector<world::DirectoryEntry>{}) {
      if (entry.kind != world::FileKind::directory || entry.name.starts_with(".") || entry.name == "modules") continue;
      if (looks_like_stack(world, world::join_path(root, entry.name))) found.push_back({entry.name, entry.name, "convention: " + entry.name});
    }
    if (found.empty() && has_configuration(world, root)) found.push_back({world::base_name(root), ".", "convention: the project's root"});
    settings.stacks = std::move(found);
  }
  if (settings.stacks.empty()) {
    diags.error(DiagCode::project_unclear,
                format("There is no stack below {}: no directory with configuration that has a backend block or environments/<env>/terraform.tfvars. "
                       "Name one in terrace.hcl: stack \"infrastructure\" {{ path = \"infrastructure\" }}.", root));
  } else if (settings.stacks.size() > 1) {
    std::string list;
    for (const auto& stack : settings.stacks) list += "\n  - " + stack.path;
    diags.error(DiagCode::project_unclear, format("Several directories could be the stack, and this version manages one per project:{}\nName one in terrace.hcl with a stack block.", list));
  }
}

void find_environments(World& world, const std::string& root, Settings& settings) {
  if (settings.stacks.empty()) return;
  const std::string& stack = settings.stacks.front().path;
  auto files = variable_files(world, world::join_path(root, stack));
  auto in_project = [&](const std::string& file) { return stack == "." ? file : world::clean_path(stack + "/" + file); };
  if (settings.environments.empty()) {
    for (const auto& [name, file] : files) {
      Environment environment;
      environment.name = name;
      environment.origin = "convention: " + in_project(file);
      environment.var_files = {in_project(file)};
      settings.environments.push_back(std::move(environment));
    }
    std::stable_sort(settings.environments.begin(), settings.environments.end(),
                     [](const auto& a, const auto& b) { return usual_rank(a.name) < usual_rank(b.name); });
    std::string previous;
    for (auto& environment : settings.environments) {
      if (usual_rank(environment.name) < 0) continue;
      environment.promotes_from = previous;
      previous = environment.name;
    }
    return;
  }
  for (auto& environment : settings.environments) {
    if (!environment.var_files.empty()) continue;
    for (const auto& [name, file] : files) {
      if (name == environment.name || usual_name(name) == usual_name(environment.name)) {
        environment.var_files = {in_project(file)};
        break;
      }
    }
  }
}

void check_order(Settings& settings, Diagnostics& diags) {
  std::vector<std::string_view> names;
  for (const auto& environment : settings.environments) names.push_back(environment.name);
  for (auto& environment : settings.environments) {
    if (environment.promotes_from.empty() || settings.find(environment.promotes_from) != nullptr) continue;
    diags.error(DiagCode::settings_invalid, format("Environment \"{}\" ({}) promotes from \"{}\", which does not exist.{}", environment.name, environment.origin,
                                                   environment.promotes_from, diag::did_you_mean(environment.promotes_from, names)));
    environment.promotes_from.clear();
  }
  // Sources before targets; what is left over lies on a circle.
  std::vector<Environment> ordered;
  std::set<std::string> placed;
  bool moved = true;
  while (moved) {
    moved = false;
    for (auto& environment : settings.environments) {
      if (placed.count(environment.name) != 0 || (!environment.promotes_from.empty() && placed.count(environment.promotes_from) == 0)) continue;
      placed.insert(environment.name);
      ordered.push_back(environment);
      moved = true;
    }
  }
  if (ordered.size() != settings.environments.size()) {
    diags.error(DiagCode::settings_invalid, "The environments promote from each other in a circle; one of them must promote from none.");
    return;
  }
  settings.environments = std::move(ordered);
}

}  // namespace

void apply_conventions(World& world, SourceFiles&, const std::string& root, Settings& settings, Diagnostics& diags) {
  find_stacks(world, root, settings, diags);
  find_environments(world, root, settings);
  for (std::string_view name : {"environments.yml", "environments.yaml", "protection_rules.yml", "protection_rules.yaml", ".github/environments.yml",
                                ".github/environments.yaml", ".github/protection_rules.yml", ".github/protection_rules.yaml"}) {
    std::string path = world::join_path(root, name);
    if (world.files.stat(path).kind != world::FileKind::regular) continue;
    auto text = world.files.read(path, std::uint64_t{64} << 20);
    if (text && text->find("protection_rules") != std::string::npos) apply_protection_rules(*text, std::string(name), settings, diags);
  }
  check_order(settings, diags);
}

void apply_protection_rules(std::string_view yaml, const std::string& origin, Settings& settings, Diagnostics& diags) {
  const lang::Builtin* decode = lang::find_builtin("yamldecode");
  CHECK(decode != nullptr, "yamldecode is a built-in function");
  SourceFiles none;
  lang::FunctionContext context;
  lang::EmptyScope scope(none, context);
  Value argument = Value::string(yaml);
  auto called = decode->call(lang::Call{std::span<const Value>(&argument, 1), context, scope});
  if (auto* error = std::get_if<lang::CallError>(&called)) {
    diags.error(DiagCode::settings_invalid, format("{} is not valid YAML: {}.", origin, error->message));
    return;
  }
  auto member = [](const Value& object, std::string_view name) -> const Value* {
    if (object.kind() == Kind::object) return object.attribute(name);
    return object.kind() == Kind::map ? object.find(name) : nullptr;
  };
  const Value* listed = member(std::get<Value>(called), "environments");
  if (listed == nullptr || listed->kind() != Kind::object) {
    diags.error(DiagCode::settings_invalid, format("{} has protection_rules but no `environments:` mapping around them.", origin));
    return;
  }
  auto attributes = listed->type().attributes();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    Environment* environment = nullptr;
    for (auto& candidate : settings.environments) {
      if (usual_name(candidate.name) == usual_name(attributes[i].name.text())) environment = &candidate;
    }
    if (environment == nullptr) {
      diags.warning(DiagCode::settings_invalid, format("{} protects \"{}\", which is no environment of this project.", origin, attributes[i].name.text()));
      continue;
    }
    if (environment->approval) continue;  // terrace.hcl says otherwise
    const Value* rules = member(listed->elements()[i], "protection_rules");
    if (rules == nullptr || (rules->kind() != Kind::tuple && rules->kind() != Kind::list)) continue;
    ApprovalRule rule;
    rule.origin = origin;
    for (const auto& one : rules->elements()) {
      const Value* type = member(one, "type");
      std::string_view kind = type != nullptr && type->kind() == Kind::string ? type->as_string() : std::string_view();
      if (kind == "required_reviewers") {
        const Value* teams = member(one, "required_reviewers");
        if (teams == nullptr || (teams->kind() != Kind::tuple && teams->kind() != Kind::list)) continue;
        for (const auto& team : teams->elements()) {
          if (team.kind() == Kind::string) rule.require.push_back({std::string(team.as_string()), 1});
        }
      } else if (kind == "wait_timer") {
        const Value* minutes = member(one, "wait_timer");
        if (minutes != nullptr && minutes->kind() == Kind::number) rule.wait_timer = std::chrono::minutes(minutes->as_int64().value_or(0));
      } else if (kind == "branch_policy") {
        if (environment->branch.empty()) environment->branch = "main";
      } else {
        diags.warning(DiagCode::settings_invalid, format("{}: a protection rule of type \"{}\" is not understood and does not protect.", origin, kind));
      }
    }
    diags.warning(DiagCode::settings_invalid,
                  format("{}: its host lets any one of the listed reviewers approve; Terrace reads the list as one of each team for \"{}\".", origin, environment->name));
    environment->approval = std::move(rule);
  }
}

}  // namespace terrace::envs
