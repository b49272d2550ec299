// SPDX-License-Identifier: Apache-2.0
#include "engine/testing/bench.h"

#include "base/format.h"
#include "value/convert.h"
#include "value/json.h"

namespace terrace::engine {
namespace {

schema::Attribute attribute(std::string_view name, Type type) {
  schema::Attribute made;
  made.name = Symbol(name);
  made.type = type;
  return made;
}

schema::ProviderSchema make_schema() {
  schema::ProviderSchema schema;
  schema::Block disk, zone;
  disk.attributes = {attribute("id", Type::string()), attribute("name", Type::string()), attribute("size", Type::number()),
                     attribute("secret", Type::string())};
  disk.attributes[0].computed = true;
  disk.attributes[1].required = true;
  disk.attributes[2].optional = disk.attributes[3].optional = true;
  disk.attributes[3].sensitive = true;
  zone.attributes = {attribute("name", Type::string()), attribute("letter", Type::string())};
  zone.attributes[0].required = true;
  zone.attributes[1].computed = true;
  schema.provider = *schema::make_block({});
  schema.resources[Symbol("fake_disk")] = {1, *schema::make_block(std::move(disk))};
  schema.data_sources[Symbol("fake_zone")] = {0, *schema::make_block(std::move(zone))};
  return schema;
}
const schema::ProviderSchema& fake_schema() {
  static const schema::ProviderSchema kSchema = make_schema();
  return kSchema;
}
std::string text(const Value& object, std::string_view name) {
  const Value* value = object.is_null() ? nullptr : object.attribute(name);
  return value != nullptr && value->kind() == Kind::string ? std::string(value->as_string()) : std::string();
}
Value with(const Value& object, std::string_view name, Value value) {
  std::vector<Value> values(object.elements().begin(), object.elements().end());
  values[static_cast<std::size_t>(object.type().attribute_index(Symbol(name)))] = std::move(value);
  return Value::object(fake_schema().resource(Symbol("fake_disk"))->block->implied_type, std::move(values));
}

class FakeProvider : public provider::Provider {
 public:
  explicit FakeProvider(Cloud& cloud) : cloud_(cloud) {}
  const schema::ProviderSchema& schema() const override { return fake_schema(); }
  provider::ProviderDiagnostics validate_provider(const Value&) override { return {}; }
  provider::ProviderDiagnostics configure(const Value&) override { return {}; }
  provider::ProviderDiagnostics validate_resource(Symbol, const Value& config) override {
    CHECK(!config.contains_marks(), "providers see no marks");
    return {};
  }
  provider::ProviderDiagnostics validate_data_source(Symbol, const Value&) override { return {}; }
  provider::UpgradeResponse upgrade_state(Symbol type, std::int64_t, std::string_view raw) override {
    auto document = JsonDocument::parse(std::string(raw));
    return {*value::parse_json(document->root(), fake_schema().resource(type)->block->implied_type), {}};
  }
  provider::ReadResponse read(Symbol, const Value& state, const std::string& bytes) override {
    std::lock_guard guard(cloud_.mutex);
    auto it = cloud_.disks.find(text(state, "id"));
    return {it == cloud_.disks.end() ? Value::null(state.type()) : it->second, bytes, {}};
  }
  provider::PlanResponse plan(const provider::PlanRequest& request) override {
    provider::PlanResponse response;
    response.planned = request.proposed;
    if (request.proposed.is_null()) return response;
    if (request.prior.is_null()) {
      response.planned = with(request.proposed, "id", Value::unknown(Type::string()));
    } else if (!request.proposed.attribute("size")->same(*request.prior.attribute("size"))) {
      response.requires_replace.push_back({PathStep::attribute(Symbol("size"))});
    }
    return response;
  }
  provider::ApplyResponse apply(const provider::ApplyRequest& request) override {
    std::lock_guard guard(cloud_.mutex);
    provider::ApplyResponse response;
    std::string name = text(request.planned.is_null() ? request.prior : request.planned, "name");
    std::string id = request.prior.is_null() ? format("disk{}", ++cloud_.made) : text(request.prior, "id");
    cloud_.calls.push_back((request.prior.is_null() ? "create " : request.planned.is_null() ? "delete " : "update ") + name);
    auto failure = [&] { response.diagnostics.push_back({provider::ProviderDiagnostic::Severity::error, "Refused", "The cloud said no.", {}}); };
    response.unanswered = cloud_.unanswered.contains(name);
    if (request.planned.is_null()) {
      response.state = request.planned;
      if (cloud_.fail_delete.contains(name)) {
        response.state = request.prior;
        failure();
      } else {
        cloud_.disks.erase(id);
      }
      return response;
    }
    if (request.prior.is_null() && cloud_.fail_create.contains(name)) {
      response.state = Value::null(request.planned.type());
      failure();
      return response;
    }
    Value made = with(request.planned, "id", Value::string(id));
    if (cloud_.wrong_result.contains(name)) made = with(made, "size", Value::number(std::int64_t{77}));
    if (cloud_.fail_create_partly.contains(name)) failure();
    cloud_.disks.insert_or_assign(id, made);
    response.state = made;
    return response;
  }
  provider::ReadResponse read_data_source(Symbol, const Value& config) override {
    std::lock_guard guard(cloud_.mutex);
    std::string name = text(config, "name");
    cloud_.calls.push_back("read " + name);
    return {Value::object({{Symbol("letter"), Value::string(name.substr(0, 1))}, {Symbol("name"), Value::string(name)}}), {}, {}};
  }
  provider::ImportResponse import_resource(Symbol, const std::string&) override { return {}; }
  provider::UpgradeResponse move_state(const provider::MoveRequest&) override { return {}; }

 private:
  Cloud& cloud_;
};

class FakeProviders : public provider::ProviderSource {
 public:
  explicit FakeProviders(Cloud& cloud) : cloud_(cloud) {}
  Result<std::unique_ptr<provider::Provider>> open(const addrs::Provider& address) override {
    if (address == addrs::Provider::builtin()) return provider::make_builtin_provider();
    if (address.type == Symbol("fake")) return std::unique_ptr<provider::Provider>(std::make_unique<FakeProvider>(cloud_));
    return Error{ErrorKind::not_found, "not installed"};
  }
  Result<const schema::ProviderSchema*> schema(const addrs::Provider& address) override {
    if (address == addrs::Provider::builtin()) return &builtin_->schema();
    if (address.type == Symbol("fake")) return &fake_schema();
    return Error{ErrorKind::not_found, "not installed"};
  }
  bool is_simulated(const addrs::Provider&) const override { return false; }
  std::string version(const addrs::Provider&) const override { return {}; }

 private:
  Cloud& cloud_;
  std::unique_ptr<provider::Provider> builtin_ = provider::make_builtin_provider();
};

std::string_view action_text(plan::Action action) {
  switch (action) {
    case plan::Action::no_op: return "no-op";
    case plan::Action::create: return "create";
    case plan::Action::read: return "read";
    case plan::Action::update: return "update";
    case plan::Action::remove: return "delete";
    case plan::Action::delete_then_create: return "delete,create";
    case plan::Action::create_then_delete: return "create,delete";
    case plan::Action::forget: return "forget";
  }
  return {};
}

/// Writes intents and outcomes between the cloud's calls, so that order can be seen.
class ListSink : public journal::Sink {
 public:
  ListSink(Cloud& cloud, Lines& lines) : cloud_(cloud), lines_(lines) {}
  Result<std::uint64_t> intend(journal::Intent intent) override {
    std::lock_guard guard(cloud_.mutex);
    take_calls();
    lines_.push_back("intend " + intent.action + " " + intent.address.text());
    open_[++last_] = intent.address.text();
    return last_;
  }
  Result<void> conclude(journal::Outcome outcome) override {
    std::lock_guard guard(cloud_.mutex);
    take_calls();
    std::string_view kind = outcome.kind == journal::Outcome::Kind::stored ? "stored " : outcome.kind == journal::Outcome::Kind::gone ? "gone " : "failed ";
    lines_.push_back(std::string(kind) + open_[outcome.sequence]);
    return {};
  }

 private:
  void take_calls() {
    for (; seen_ < cloud_.calls.size(); ++seen_) lines_.push_back(cloud_.calls[seen_]);
  }
  Cloud& cloud_;
  Lines& lines_;
  std::map<std::uint64_t, std::string> open_;
  std::uint64_t last_ = 0;
  std::size_t seen_ = 0;
};
class CountingKeeper : public StateKeeper {
 public:
  void state_changed(const State&) override {}
};

}  // namespace

std::unique_ptr<provider::ProviderSource> make_fake_providers(Cloud& cloud) { return std::make_unique<FakeProviders>(cloud); }

struct Bench::Impl {
  world::FakeWorld world;
  SourceFiles sources;
  Cloud cloud;
  std::unique_ptr<provider::ProviderSource> providers = make_fake_providers(cloud);
  Observer observer;
  Config config;
  Options options;
  State state;
  Diagnostics diags;
  PlanResult plan;
  ApplyResult apply;
  Lines journal;
  std::map<std::string, Value> given;

  Context context(int interrupt_after) {
    return {config, sources, *providers, observer, world.world().clock, world.world().random,
            [this, interrupt_after] {
              std::lock_guard guard(cloud.mutex);
              return interrupt_after >= 0 && cloud.calls.size() >= static_cast<std::size_t>(interrupt_after) ? 1 : 0;
            }};
  }
  void prepare() {
    diags = {};
    options.variables.clear();
    for (const auto& [name, variable] : config.root->variables) {
      auto it = given.find(std::string(name.text()));
      options.variables[std::string(name.text())] = config::final_variable_value(variable, it != given.end() ? &it->second : nullptr, {}, diags);
    }
  }
};

Bench::Bench() : impl_(std::make_unique<Impl>()) { impl_->options.parallelism = 1; }
Bench::~Bench() = default;
void Bench::given_file(const std::string& path, const std::string& file) { impl_->world.put_file(path, file); }
void Bench::given_config(const std::string& main) {
  impl_->world.put_file("/main.tf", main);
  Diagnostics found;
  impl_->config = config::load(impl_->world.world(), impl_->sources, {}, found);
  ASSERT_FALSE(found.has_errors()) << found.sorted(impl_->sources)[0].detail;
}
void Bench::given_variable(const std::string& name, Value value) { impl_->given.insert_or_assign(name, std::move(value)); }
Options& Bench::options() { return impl_->options; }
State& Bench::state() { return impl_->state; }
Cloud& Bench::cloud() { return impl_->cloud; }
const Plan& Bench::last_plan() const { return impl_->plan.plan; }
ApplyResult& Bench::last_apply() { return impl_->apply; }
const Lines& Bench::journal() const { return impl_->journal; }

Lines Bench::plan() {
  impl_->prepare();
  impl_->plan = make_plan(impl_->context(-1), impl_->state, impl_->options, impl_->diags);
  Lines lines;
  for (const plan::ResourceChange& change : impl_->plan.plan.changes) {
    if (change.action == plan::Action::no_op && !change.moved()) continue;
    std::string line = change.address.text() + (change.deposed.empty() ? "" : " deposed") + " " + std::string(action_text(change.action));
    if (change.reason != plan::Reason::none) line += " " + std::string(plan::reason_text(change.reason));
    if (change.moved()) line += " from " + change.previous_address.text();
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines Bench::apply() {
  plan();
  if (impl_->diags.has_errors()) return {"plan failed"};
  impl_->cloud.calls.clear();
  impl_->journal.clear();
  ListSink sink(impl_->cloud, impl_->journal);
  CountingKeeper keeper;
  impl_->apply = engine::apply(impl_->context(interrupt_after_calls), impl_->plan.plan, impl_->options, sink, keeper, impl_->diags);
  impl_->state = impl_->apply.state;
  return impl_->cloud.calls;
}

void Bench::validate() {
  impl_->prepare();
  impl_->diags = {};
  engine::validate(impl_->context(-1), impl_->options, impl_->diags);
}
Evaluated Bench::evaluate() {
  impl_->prepare();
  return evaluate_offline(impl_->context(-1), impl_->options, impl_->diags);
}

Lines Bench::messages() const {
  Lines lines;
  for (const Diagnostic& one : impl_->diags.sorted(impl_->sources))
    lines.push_back(std::string(diag::code_id(one.code)) + (one.subject ? " " + impl_->sources.describe(*one.subject) : std::string()));
  return lines;
}
std::string Bench::details() const {
  std::string all;
  for (const Diagnostic& one : impl_->diags.sorted(impl_->sources)) all += one.detail + "\n";
  return all;
}
Value Bench::object(const std::string& address) {
  state::ObjectRef object = impl_->state.object(*addrs::parse_instance(address));
  return object != nullptr && object->value ? *object->value : Value();
}

}  // namespace terrace::engine
