// SPDX-License-Identifier: Apache-2.0
// terrace.hcl: the same HCL as the configuration, decoded against contract 4's table; unknown arguments are errors
// with a suggestion, what is not built yet is an error that says so.
#include "envs/settings.h"

#include "base/format.h"
#include "base/json.h"
#include "diag/suggest.h"
#include "envs/conventions.h"
#include "lang/evaluate.h"
#include "schema/body.h"

namespace terrace::envs {

namespace {

struct Reader {
  World& world;
  SourceFiles& sources;
  std::string root;
  Settings& settings;
  Diagnostics& diags;
  lang::FunctionContext functions;

  Origin origin(SourceRange range) const { return sources.describe(range); }

  Value evaluate(const hcl::Attribute* attribute, Type type) {
    lang::EmptyScope scope(sources, functions);
    return lang::evaluate_as(*attribute->value, type, scope, diags, attribute->name.text());
  }
  std::string text(const hcl::Attribute* attribute, std::string fallback = {}) {
    if (attribute == nullptr) return fallback;
    Value value = evaluate(attribute, Type::string());
    return value.kind() == Kind::string ? std::string(value.as_string()) : fallback;
  }
  bool boolean(const hcl::Attribute* attribute, bool fallback) {
    if (attribute == nullptr) return fallback;
    Value value = evaluate(attribute, Type::boolean());
    return value.kind() == Kind::boolean ? value.as_bool() : fallback;
  }
  std::int64_t number(const hcl::Attribute* attribute, std::int64_t fallback) {
    if (attribute == nullptr) return fallback;
    Value value = evaluate(attribute, Type::number());
    if (value.kind() != Kind::number) return fallback;
    auto n = value.as_int64();
    if (!n || *n < 0) {
      diags.error(DiagCode::settings_invalid, format("\"{}\" must be a whole number that is not negative.", attribute->name.text()), attribute->value->range);
      return fallback;
    }
    return *n;
  }
  std::vector<std::string> texts(const hcl::Attribute* attribute) {
    std::vector<std::string> found;
    if (attribute == nullptr) return found;
    Value value = evaluate(attribute, Type::list(Type::string()));
    if (value.kind() != Kind::list) return found;
    for (const auto& element : value.elements()) {
      if (element.kind() == Kind::string) found.emplace_back(element.as_string());
    }
    return found;
  }
  /// "30s", "5m", "1h30m", or a number of minutes for wait_timer as on the seed's host.
  std::chrono::milliseconds duration(const hcl::Attribute* attribute, std::chrono::milliseconds fallback) {
    if (attribute == nullptr) return fallback;
    std::string written = text(attribute);
    auto ms = parse_duration(written);
    if (!ms) {
      diags.error(DiagCode::settings_invalid,
                  format("\"{}\" is no duration. Write it as a number with a unit: \"30s\", \"5m\", \"1h30m\".", written), attribute->value->range);
      return fallback;
    }
    return *ms;
  }
  void unsupported(SourceRange range, std::string_view what) {
    diags.error(DiagCode::setting_unsupported, format("{} is known to Terrace but not built yet; take it out for now.", what), range);
  }
  template <std::size_t A, std::size_t B>
  schema::BodyContent decode(const hcl::Body& body, const schema::ArgumentRule (&arguments)[A], const schema::BlockRule (&blocks)[B]) {
    return schema::decode_body(body, {arguments, blocks, false}, diags);
  }
  template <std::size_t A>
  schema::BodyContent decode(const hcl::Body& body, const schema::ArgumentRule (&arguments)[A]) {
    return schema::decode_body(body, {arguments, {}, false}, diags);
  }

  void project(const hcl::Block& block) {
    static constexpr schema::ArgumentRule kRules[] = {{"metadata"}, {"sandbox"}, {"ledger"}, {"home"}, {"state_key"}, {"manifest_upload"}, {"signed"}};
    auto content = decode(*block.body, kRules);
    settings.name = block.labels[0].text.text();
    settings.metadata = texts(content.arguments[0]);
    settings.sandbox = boolean(content.arguments[1], false);
    settings.ledger = text(content.arguments[2]);
    if (settings.ledger.find("://") != std::string::npos) unsupported(content.arguments[2]->range, "A remote ledger");
    settings.home = text(content.arguments[3]);
    settings.state_key = text(content.arguments[4]);
    settings.manifest_upload = boolean(content.arguments[5], false);
    settings.is_signed = boolean(content.arguments[6], false);
    if (settings.manifest_upload) unsupported(content.arguments[5]->range, "manifest_upload (it needs the s3 backend)");
  }

  void approval(const hcl::Block& block, Environment& environment) {
    static constexpr schema::ArgumentRule kRules[] = {{"reviewers"}, {"required"}, {"wait_timer"}, {"prevent_self_review"}, {"expires"}, {"covers_rollback"}};
    static constexpr schema::BlockRule kBlocks[] = {{"require", 1, false}};
    auto content = decode(*block.body, kRules, kBlocks);
    ApprovalRule rule;
    rule.origin = origin(block.header);
    rule.reviewers = texts(content.arguments[0]);
    rule.required = static_cast<int>(number(content.arguments[1], rule.reviewers.empty() ? 0 : 1));
    rule.wait_timer = std::chrono::duration_cast<std::chrono::seconds>(duration(content.arguments[2], std::chrono::seconds(0)));
    rule.prevent_self_review = boolean(content.arguments[3], false);
    rule.expires = std::chrono::duration_cast<std::chrono::seconds>(duration(content.arguments[4], rule.expires));
    rule.covers_rollback = boolean(content.arguments[5], false);
    for (const auto* require : content.blocks) {
      static constexpr schema::ArgumentRule kCount[] = {{"count"}};
      auto counted = decode(*require->body, kCount);
      Requirement requirement{std::string(require->labels[0].text.text()), static_cast<int>(number(counted.arguments[0], 1))};
      bool known = false;
      std::vector<std::string_view> names;
      for (const auto& team : settings.teams) {
        names.push_back(team.name);
        known = known || team.name == requirement.team;
        if (team.name == requirement.team && static_cast<int>(team.members.size()) < requirement.count) {
          diags.error(DiagCode::settings_invalid,
                      format("Approval by {} of \"{}\" can never be given: the team has {}.", requirement.count, requirement.team, team.members.size()), require->header);
        }
      }
      if (!known) {
        diags.error(DiagCode::settings_invalid,
                    format("There is no team \"{}\". Declare it with a team block.{}", requirement.team, diag::did_you_mean(requirement.team, names)), require->header);
      }
      rule.require.push_back(std::move(requirement));
    }
    if (rule.require.empty() && rule.required == 0 && rule.wait_timer.count() == 0) {
      diags.error(DiagCode::settings_invalid, "An approval block needs `require TEAM {}` blocks, or `reviewers` with `required`, or a `wait_timer`.", block.header);
    }
    environment.approval = std::move(rule);
  }

  void health(const hcl::Block& block, Environment& environment) {
    static constexpr schema::ArgumentRule kRules[] = {{"url"}, {"tcp"}, {"command"}, {"output"}, {"within"}, {"every"}, {"expect"}, {"body"}, {"max_latency"}};
    auto content = decode(*block.body, kRules);
    HealthCheck check;
    check.name = block.labels[0].text.text();
    check.origin = origin(block.header);
    const hcl::Expr** targets[] = {&check.url, &check.tcp, &check.command, &check.output};
    int given = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      if (content.arguments[i] == nullptr) continue;
      *targets[i] = content.arguments[i]->value;
      ++given;
    }
    if (given != 1) diags.error(DiagCode::settings_invalid, "A health block has exactly one of url, tcp, command or output.", block.header);
    check.within = duration(content.arguments[4], check.within);
    check.every = duration(content.arguments[5], check.every);
    check.expect = static_cast<int>(number(content.arguments[6], 200));
    check.body = text(content.arguments[7]);
    check.max_latency = duration(content.arguments[8], check.max_latency);
    environment.health.push_back(std::move(check));
  }

  void test(const hcl::Block& block, Environment& environment) {
    static constexpr schema::ArgumentRule kRules[] = {{"command", true}, {"phase"}, {"within"}};
    auto content = decode(*block.body, kRules);
    if (content.arguments[0] == nullptr) return;
    TestCommand test;
    test.name = block.labels[0].text.text();
    test.origin = origin(block.header);
    test.command = content.arguments[0]->value;
    std::string phase = text(content.arguments[1], "after_apply");
    if (phase == "before_plan") test.phase = TestCommand::Phase::before_plan;
    else if (phase == "before_apply") test.phase = TestCommand::Phase::before_apply;
    else if (phase == "after_apply") test.phase = TestCommand::Phase::after_apply;
    else diags.error(DiagCode::settings_invalid, format("There is no phase \"{}\": it is before_plan, before_apply or after_apply.", phase), content.arguments[1]->range);
    test.within = duration(content.arguments[2], test.within);
    environment.tests.push_back(std::move(test));
  }

  void environment(const hcl::Block& block) {
    static constexpr schema::ArgumentRule kRules[] = {{"promotes_from"}, {"branch"}, {"protected"}, {"var_files"}, {"variables"}, {"workspace"}, {"on_failed_verify"}, {"allow_difference"}};
    static constexpr schema::BlockRule kBlocks[] = {{"approval", 0, true}, {"health", 1}, {"test", 1}, {"backend", 1, true}, {"credentials", 0, true},
                                                    {"secret", 1}, {"budget", 0, true}, {"flags", 0, true}, {"notify", 1}, {"window", 0}};
    auto content = decode(*block.body, kRules, kBlocks);
    Environment environment;
    environment.name = block.labels[0].text.text();
    environment.origin = origin(block.header);
    environment.promotes_from = text(content.arguments[0]);
    environment.branch = text(content.arguments[1]);
    environment.protected_set = content.arguments[2] != nullptr;
    environment.is_protected_setting = boolean(content.arguments[2], false);
    environment.var_files = texts(content.arguments[3]);
    if (content.arguments[4] != nullptr) {
      Value variables = evaluate(content.arguments[4], Type::dynamic());
      if (variables.kind() == Kind::object) {
        auto attributes = variables.type().attributes();
        for (std::size_t i = 0; i < attributes.size(); ++i) environment.variables.emplace(attributes[i].name.text(), variables.elements()[i]);
      } else if (!diags.has_errors()) {
        diags.error(DiagCode::settings_invalid, "\"variables\" is an object: { name = value }.", content.arguments[4]->value->range);
      }
    }
    environment.workspace = text(content.arguments[5]);
    std::string failed = text(content.arguments[6], "hold");
    if (failed == "rollback") environment.on_failed_verify = Environment::OnFailure::rollback;
    else if (failed != "hold") diags.error(DiagCode::settings_invalid, format("on_failed_verify is \"hold\" or \"rollback\", not \"{}\".", failed), content.arguments[6]->range);
    environment.allow_difference = texts(content.arguments[7]);
    for (const auto* child : content.blocks) {
      std::string_view type = child->type.text();
      if (type == "approval") approval(*child, environment);
      else if (type == "health") health(*child, environment);
      else if (type == "test") test(*child, environment);
      else if (type == "backend") {
        environment.backend = child->body;
        environment.backend_type = child->labels[0].text.text();
      } else if (type == "credentials") {
        for (const auto& attribute : child->body->attributes) environment.credentials.emplace(attribute.name.text(), text(&attribute));
      } else {
        unsupported(child->header, format("`{}`", type));
      }
    }
    for (const auto& other : settings.environments) {
      if (other.name == environment.name) {
        diags.error(DiagCode::settings_invalid, format("Environment \"{}\" is declared twice; the first is at {}.", other.name, other.origin), block.header);
        return;
      }
    }
    settings.environments.push_back(std::move(environment));
  }

  void file(const hcl::Body& body) {
    static constexpr schema::BlockRule kBlocks[] = {{"project", 1, true}, {"team", 1}, {"member", 1}, {"stack", 1}, {"environment", 1}};
    auto content = schema::decode_body(body, {{}, kBlocks, false}, diags);
    // Teams first: approvals refer to them wherever they stand.
    for (const auto* block : content.blocks) {
      std::string_view type = block->type.text();
      if (type == "project") project(*block);
      if (type == "team") {
        static constexpr schema::ArgumentRule kRules[] = {{"members", true}};
        settings.teams.push_back({std::string(block->labels[0].text.text()), texts(decode(*block->body, kRules).arguments[0])});
      }
      if (type == "member") {
        static constexpr schema::ArgumentRule kRules[] = {{"ssh_key"}};
        settings.members.push_back({std::string(block->labels[0].text.text()), text(decode(*block->body, kRules).arguments[0])});
      }
      if (type == "stack") {
        static constexpr schema::ArgumentRule kRules[] = {{"path", true}};
        settings.stacks.push_back({std::string(block->labels[0].text.text()), text(decode(*block->body, kRules).arguments[0]), origin(block->header)});
      }
    }
    for (const auto* block : content.blocks) {
      if (block->type.text() == "environment") environment(*block);
    }
  }
};

}  // namespace

const Environment* Settings::find(std::string_view name) const {
  for (const auto& environment : environments) {
    if (environment.name == name) return &environment;
  }
  return nullptr;
}

std::vector<std::string> metadata_names(const Settings& settings) {
  std::vector<std::string> names = {"deployment_id", "build_number", "git_commit_sha", "git_branch", "deployed_by", "promotion_source"};
  for (const auto& name : settings.metadata) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string Settings::protection_json() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("signed", is_signed).key("teams").begin_object();
  for (const auto& team : teams) {
    json.key(team.name).begin_array();
    for (const auto& member : team.members) json.string(member);
    json.end_array();
  }
  json.end_object().key("environments").begin_object();
  for (const auto& environment : environments) {
    json.key(environment.name).begin_object().member("promotes_from", environment.promotes_from).member("protected", environment.is_protected()).member("branch", environment.branch);
    json.key("checks").begin_array();
    for (const auto& check : environment.health) json.string("health " + check.name);
    for (const auto& test : environment.tests) json.string("test " + test.name);
    json.end_array();
    if (environment.approval) {
      const auto& rule = *environment.approval;
      json.key("approval").begin_object().key("require").begin_object();
      for (const auto& requirement : rule.require) json.member(requirement.team, std::int64_t{requirement.count});
      json.end_object().key("reviewers").begin_array();
      for (const auto& reviewer : rule.reviewers) json.string(reviewer);
      json.end_array().member("required", std::int64_t{rule.required}).member("wait_timer", static_cast<std::int64_t>(rule.wait_timer.count()));
      json.member("prevent_self_review", rule.prevent_self_review).member("expires", static_cast<std::int64_t>(rule.expires.count())).member("covers_rollback", rule.covers_rollback).end_object();
    }
    json.end_object();
  }
  json.end_object().end_object();
  auto canonical = base::canonical_json(text);
  return canonical ? std::move(*canonical) : text;
}

Settings load_settings(World& world, SourceFiles& sources, const std::string& root, Diagnostics& diags) {
  Settings settings;
  settings.name = world::base_name(root);
  std::string path = world::join_path(root, "terrace.hcl");
  if (world.files.stat(path).kind == world::FileKind::regular) {
    auto text = world.files.read(path, std::uint64_t{64} << 20);
    if (!text) {
      diags.error(DiagCode::settings_invalid, format("{} cannot be read: {}.", path, text.error().message));
      return settings;
    }
    settings.file = path;
    FileId id = sources.add("terrace.hcl", std::move(*text));
    auto file = std::make_shared<hcl::File>(hcl::parse_file(sources, id, diags));
    settings.syntax.push_back(file);
    Reader reader{world, sources, root, settings, diags, {}};
    reader.file(*file->body);
  }
  apply_conventions(world, sources, root, settings, diags);
  return settings;
}

}  // namespace terrace::envs
