// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simulated.h"

#include <unistd.h>

#include <csignal>

#include "base/digest.h"
#include "base/format.h"
#include "sandbox/logical.h"
#include "value/json.h"

namespace terrace::sandbox {
namespace {

using provider::ApplyRequest;
using provider::ApplyResponse;
using provider::ImportResponse;
using provider::PlanRequest;
using provider::PlanResponse;
using provider::ProviderDiagnostic;
using provider::ProviderDiagnostics;
using provider::ReadResponse;
using provider::UpgradeResponse;
using value::Path;
using value::PathStep;

constexpr std::string_view kGlobal = "global";

ProviderDiagnostic error(std::string summary, std::string detail, Path path = {}) {
  return {ProviderDiagnostic::Severity::error, std::move(summary), std::move(detail), std::move(path)};
}

std::string text_of(const Value& value) {
  if (value.is_null() || value.is_unknown()) return {};
  if (value.kind() == Kind::string) return std::string(value.as_string());
  if (value.kind() == Kind::number) return value.as_number().text();
  return {};
}

class Simulated : public provider::Provider {
 public:
  Simulated(std::shared_ptr<Pack> pack, std::shared_ptr<Shared> shared) : pack_(std::move(pack)), shared_(std::move(shared)) {
    is_aws_ = pack_->source() == "hashicorp/aws";
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
      if (const std::string region = shared_->world.variable(name); is_aws_ && !region.empty()) {
        place_.region = region;
        break;
      }
    }
  }

  const schema::ProviderSchema& schema() const override { return pack_->schema(); }
  ProviderDiagnostics validate_provider(const Value&) override { return {}; }
  ProviderDiagnostics configure(const Value& config) override;
  ProviderDiagnostics validate_resource(Symbol type, const Value& config) override {
    return validate(pack_->resource_type(type), type, config);
  }
  ProviderDiagnostics validate_data_source(Symbol type, const Value& config) override {
    return validate(pack_->data_type(type), type, config);
  }
  UpgradeResponse upgrade_state(Symbol type, std::int64_t version, std::string_view raw_json) override;
  ReadResponse read(Symbol type, const Value& state, const std::string& private_bytes) override;
  PlanResponse plan(const PlanRequest& request) override;
  ApplyResponse apply(const ApplyRequest& request) override;
  ReadResponse read_data_source(Symbol type, const Value& config) override;
  ImportResponse import_resource(Symbol type, const std::string& id) override;
  UpgradeResponse move_state(const provider::MoveRequest& request) override {
    return {Value(), {error("Moving between types is not supported", format("The simulated {} cannot take over state of {}.", request.target_type.text(), request.source_type.text()))}};
  }

 private:
  ProviderDiagnostics validate(const PackType* known, Symbol type, const Value& config) const {
    if (known == nullptr) return {unknown_type(type)};
    return check_config(*known, config);
  }
  ProviderDiagnostic unknown_type(Symbol type) const {
    return error("Unknown type", format("The schema pack of {} {} has no {}. Put a dump of the provider's schema (`providers schema -json`) into a pack directory to simulate it.", pack_->source(), pack_->version(), type.text()));
  }
  ProviderDiagnostic failed(std::string_view doing, const PackType& type, const Error& why, Path path = {}) const {
    return error(format("{} {} failed", doing, type.name.text()), format("{}.", why.message), std::move(path));
  }
  LogicalContext logical() { return {shared_->world, shared_->dice}; }
  std::string scope_of(const PackType& type) const {
    if (!is_aws_) return pack_->source();
    return type.rules->global ? std::string(kGlobal) : place_.region;
  }
  CloudKey key_of(const PackType& type, const Value& object) const {
    return {std::string(type.name.text()), scope_of(type), id_of(type, object), unique_of(type, object)};
  }
  std::string id_of(const PackType& type, const Value& object) const;
  std::string unique_of(const PackType& type, const Value& object) const;
  SynthContext synth_context();
  Value other_attribute(std::string_view type, std::string_view id, Symbol attribute);
  ApplyResponse create(const PackType& type, const ApplyRequest& request);
  ApplyResponse update(const PackType& type, const ApplyRequest& request);
  ApplyResponse remove(const PackType& type, const ApplyRequest& request);
  ApplyResponse apply_logical(const PackType& type, const ApplyRequest& request);
  Value finished(const PackType& type, const ApplyRequest& request, const Made& made);
  std::vector<std::string> names_of(const PackType& type, const Value& object) const {
    return {id_of(type, object), unique_of(type, object), name_of(object)};
  }
  static std::string name_of(const Value& object) {
    const Value* name = object.attribute("name");
    return name == nullptr ? std::string() : text_of(*name);
  }
  /// Waits and fails as the user asked for; nothing if all is well.
  std::optional<ProviderDiagnostic> fault_before(Fault::Kind kind, const PackType& type, const std::vector<std::string>& names);
  std::optional<ProviderDiagnostic> fault_after(Fault::Kind kind, const PackType& type, const std::vector<std::string>& names);
  void crash_if_asked(const PackType& type, const std::vector<std::string>& names);

  std::shared_ptr<Pack> pack_;
  std::shared_ptr<Shared> shared_;
  bool is_aws_ = false;
  Place place_;
  DefaultTags default_tags_;
};

ProviderDiagnostics Simulated::configure(const Value& config) {
  ProviderDiagnostics out;
  if (config.is_null() || config.is_unknown()) return out;
  if (const Value* region = config.attribute("region"); region != nullptr && is_aws_) {
    if (const std::string text = text_of(*region); !text.empty()) place_.region = text;
  }
  if (place_.region.starts_with("cn-")) place_.partition = "aws-cn";
  if (place_.region.starts_with("us-gov-")) place_.partition = "aws-us-gov";
  default_tags_ = {};
  const Value* blocks = config.attribute("default_tags");
  if (blocks == nullptr || blocks->is_null()) return out;
  if (blocks->is_unknown()) {
    default_tags_.unknown = true;
    return out;
  }
  for (const Value& block : blocks->elements()) {
    const Value* tags = block.is_known() && !block.is_null() ? block.attribute("tags") : nullptr;
    if (tags == nullptr || tags->is_null()) continue;
    if (!tags->is_wholly_known()) {
      default_tags_.unknown = true;
      continue;
    }
    for (std::size_t i = 0; i < tags->length(); ++i)
      if (!tags->elements()[i].is_null()) default_tags_.tags.emplace_back(tags->keys()[i], tags->elements()[i]);
  }
  return out;
}

UpgradeResponse Simulated::upgrade_state(Symbol type, std::int64_t version, std::string_view raw_json) {
  const PackType* known = pack_->resource_type(type);
  if (known == nullptr) return {Value(), {unknown_type(type)}};
  if (version > known->schema.version)
    return {Value(), {error("State of a newer provider", format("The state of this {} has schema version {}, but {} {} knows up to {}.", type.text(), version, pack_->source(), pack_->version(), known->schema.version))}};
  auto document = JsonDocument::parse(std::string(raw_json));
  if (!document) return {Value(), {failed("Reading stored", *known, document.error())}};
  auto value = value_of_json(*known->schema.block, document->root());
  if (!value) return {Value(), {failed("Reading stored", *known, value.error())}};
  return {std::move(value).value(), {}};
}

std::string Simulated::id_of(const PackType& type, const Value& object) const {
  if (type.rules->id_slot >= 0) return text_of(object.elements()[static_cast<std::size_t>(type.rules->id_slot)]);
  // A type without id is known by everything that it is.
  std::string text;
  JsonWriter json(text);
  if (!object.is_wholly_known() || !value::write_json(json, object, object.type())) return {};
  return base::sha256_hex(text).substr(0, 20);
}

std::string Simulated::unique_of(const PackType& type, const Value& object) const {
  if (type.rules->singleton) return "the only one";
  std::string out;
  bool any = false;
  for (int slot : type.rules->unique) {
    const Value& value = object.elements()[static_cast<std::size_t>(slot)];
    if (value.is_unknown()) return {};
    const std::string text = text_of(value);
    any = any || !text.empty();
    if (!out.empty() && !text.empty()) out += '|';
    out += text;
  }
  return any ? out : std::string();
}

Value Simulated::other_attribute(std::string_view type, std::string_view id, Symbol attribute) {
  const Value none = Value::null(Type::string());
  if (id.empty()) return none;
  const PackType* known = pack_->resource_type(Symbol(type));
  if (known == nullptr) return none;
  const auto found = shared_->cloud->find(type, scope_of(*known), id);
  if (!found || !*found) return none;
  const auto document = JsonDocument::parse((*found)->json);
  const schema::Attribute* declared = known->schema.block->attribute(attribute);
  if (!document || declared == nullptr) return none;
  auto value = value::parse_json(document->root()[attribute.text()], declared->type);
  return value ? std::move(value).value() : none;
}

SynthContext Simulated::synth_context() {
  return {place_, shared_->dice, shared_->world.clock.now(), shared_->dice.next(), {},
          [this](std::string_view type, std::string_view id, Symbol attribute) { return other_attribute(type, id, attribute); }};
}

ReadResponse Simulated::read(Symbol type, const Value& state, const std::string& private_bytes) {
  const PackType* known = pack_->resource_type(type);
  if (known == nullptr) return {Value(), {}, {unknown_type(type)}};
  const Type of = known->schema.block->implied_type;
  if (known->rules->logical) return {logical_exists(type, state, logical()) ? state : Value::null(of), private_bytes, {}};
  if (shared_->faults.any()) {
    if (auto fault = fault_before(Fault::Kind::fail_read, *known, names_of(*known, state))) return {state, private_bytes, {std::move(*fault)}};
  }
  auto found = shared_->cloud->read(key_of(*known, state));
  if (!found) return {state, private_bytes, {failed("Reading", *known, found.error())}};
  if (!*found) return {Value::null(of), private_bytes, {}};
  const auto document = JsonDocument::parse(std::move((*found)->json));
  if (!document) return {state, private_bytes, {failed("Reading", *known, document.error())}};
  auto value = value_of_json(*known->schema.block, document->root());
  if (!value) return {state, private_bytes, {failed("Reading", *known, value.error())}};
  return {std::move(value).value(), private_bytes, {}};
}

PlanResponse Simulated::plan(const PlanRequest& request) {
  PlanResponse out;
  out.planned_private = request.prior_private;
  const PackType* known = pack_->resource_type(request.type);
  if (known == nullptr) {
    out.diagnostics.push_back(unknown_type(request.type));
    return out;
  }
  out.legacy_type_system = pack_->legacy();
  if (request.proposed.is_null()) {
    out.planned = request.proposed;
    return out;
  }
  Planned planned = plan_instance(*known, request.prior, request.config, default_tags_);
  out.planned = std::move(planned.value);
  out.requires_replace = std::move(planned.requires_replace);
  out.diagnostics = std::move(planned.diagnostics);
  return out;
}

std::optional<ProviderDiagnostic> Simulated::fault_before(Fault::Kind kind, const PackType& type, const std::vector<std::string>& names) {
  const auto slow = shared_->faults.take(Fault::Kind::slow, type.name.text(), names);
  if (slow) shared_->world.clock.sleep(slow->delay);
  const auto fault = shared_->faults.take(kind, type.name.text(), names, Faults::When::before_effect);
  if (!fault) return {};
  if (fault->delay.count() > 0) shared_->world.clock.sleep(fault->delay);
  return error("Injected fault", format("The sandbox was told to fail here ({}); `terrace sandbox fault clear` ends that.", fault->match));
}
std::optional<ProviderDiagnostic> Simulated::fault_after(Fault::Kind kind, const PackType& type, const std::vector<std::string>& names) {
  const auto fault = shared_->faults.take(kind, type.name.text(), names, Faults::When::after_effect);
  if (!fault) return {};
  return error("Injected fault", format("The sandbox was told to fail after the effect ({}); `terrace sandbox fault clear` ends that.", fault->match));
}
void Simulated::crash_if_asked(const PackType& type, const std::vector<std::string>& names) {
  if (shared_->faults.take(Fault::Kind::crash_after_effect, type.name.text(), names)) ::kill(::getpid(), SIGKILL);
}

ApplyResponse Simulated::apply(const ApplyRequest& request) {
  const PackType* known = pack_->resource_type(request.type);
  if (known == nullptr) {
    ApplyResponse out;
    out.state = request.prior;
    out.diagnostics.push_back(unknown_type(request.type));
    return out;
  }
  ApplyResponse out;
  if (known->rules->logical) out = apply_logical(*known, request);
  else if (request.planned.is_null()) out = remove(*known, request);
  else if (request.prior.is_null()) out = create(*known, request);
  else out = update(*known, request);
  out.legacy_type_system = pack_->legacy();
  if (out.private_bytes.empty()) out.private_bytes = request.planned_private;
  return out;
}

Value Simulated::finished(const PackType& type, const ApplyRequest& request, const Made& made) {
  std::vector<std::optional<Value>> top(type.schema.block->implied_type.attributes().size());
  for (const auto& [name, value] : made) {
    const int slot = type.schema.block->implied_type.attribute_index(name);
    if (slot < 0) continue;
    const Value& planned = request.planned.elements()[static_cast<std::size_t>(slot)];
    // What the plan already promised stays as promised.
    if (planned.is_unknown()) top[static_cast<std::size_t>(slot)] = value;
  }
  // Default tags that were unknown at plan are known now.
  if (const int slot = type.rules->tags_all_slot; slot >= 0 && !request.planned.elements()[static_cast<std::size_t>(slot)].is_wholly_known())
    top[static_cast<std::size_t>(slot)] = tags_all_of(type, request.planned, default_tags_);
  return finish_instance(type, request.prior, request.planned, request.config, synth_context(), top);
}

ApplyResponse Simulated::create(const PackType& type, const ApplyRequest& request) {
  ApplyResponse out;
  out.state = Value::null(type.schema.block->implied_type);
  const bool faults = shared_->faults.any();
  if (faults) {
    if (auto fault = fault_before(Fault::Kind::fail_create, type, names_of(type, request.planned))) {
      out.diagnostics.push_back(std::move(*fault));
      return out;
    }
  }
  const Value made = finished(type, request, {});
  const CloudKey key = key_of(type, made);
  std::string text;
  JsonWriter json(text);
  if (auto written = value::write_json(json, made, made.type()); !written) {
    out.diagnostics.push_back(failed("Creating", type, written.error()));
    return out;
  }
  // What has no name of its own is a setting of something else: setting it again is no mistake.
  const bool again = type.rules->adopt || key.unique.empty();
  const auto created = shared_->cloud->create(key, shared_->environment, text, again ? Cloud::IfExists::replace : Cloud::IfExists::refuse);
  if (!created) {
    Path path;
    if (created.error().kind == ErrorKind::exists && !type.rules->unique.empty())
      path.push_back(PathStep::attribute(type.schema.block->implied_type.attributes()[static_cast<std::size_t>(type.rules->unique.front())].name));
    const bool exists = created.error().kind == ErrorKind::exists;
    Error why = created.error();
    if (exists && type.rules->singleton) why.message = "an account has only one of these in a region, and it exists already";
    if (exists) why.message += " in the simulated cloud: import it, delete it, or choose another name";
    out.diagnostics.push_back(failed("Creating", type, why, std::move(path)));
    return out;
  }
  out.state = made;
  if (faults) {
    const std::vector<std::string> names = names_of(type, made);
    crash_if_asked(type, names);
    if (auto fault = fault_after(Fault::Kind::fail_create, type, names)) out.diagnostics.push_back(std::move(*fault));
  }
  return out;
}

ApplyResponse Simulated::update(const PackType& type, const ApplyRequest& request) {
  ApplyResponse out;
  out.state = request.prior;
  const bool faults = shared_->faults.any();
  if (faults) {
    if (auto fault = fault_before(Fault::Kind::fail_update, type, names_of(type, request.prior))) {
      out.diagnostics.push_back(std::move(*fault));
      return out;
    }
  }
  const Value made = finished(type, request, {});
  std::string text;
  JsonWriter json(text);
  if (auto written = value::write_json(json, made, made.type()); !written) {
    out.diagnostics.push_back(failed("Updating", type, written.error()));
    return out;
  }
  const Result<void> done = shared_->cloud->update(key_of(type, request.prior), key_of(type, made), shared_->environment, text);
  if (!done) {
    out.diagnostics.push_back(failed("Updating", type, done.error()));
    return out;
  }
  out.state = made;
  if (faults) {
    const std::vector<std::string> names = names_of(type, made);
    crash_if_asked(type, names);
    if (auto fault = fault_after(Fault::Kind::fail_update, type, names)) out.diagnostics.push_back(std::move(*fault));
  }
  return out;
}

ApplyResponse Simulated::remove(const PackType& type, const ApplyRequest& request) {
  ApplyResponse out;
  out.state = request.prior;
  const bool faults = shared_->faults.any();
  const std::vector<std::string> names = faults ? names_of(type, request.prior) : std::vector<std::string>();
  if (faults) {
    if (auto fault = fault_before(Fault::Kind::fail_delete, type, names)) {
      out.diagnostics.push_back(std::move(*fault));
      return out;
    }
  }
  if (!type.rules->forget) {
    if (auto done = shared_->cloud->remove(key_of(type, request.prior), shared_->environment); !done) {
      out.diagnostics.push_back(failed("Deleting", type, done.error()));
      return out;
    }
  }
  out.state = Value::null(type.schema.block->implied_type);
  if (faults) {
    crash_if_asked(type, names);
    if (auto fault = fault_after(Fault::Kind::fail_delete, type, names)) out.diagnostics.push_back(std::move(*fault));
  }
  return out;
}

ApplyResponse Simulated::apply_logical(const PackType& type, const ApplyRequest& request) {
  ApplyResponse out;
  out.state = request.prior;
  if (request.planned.is_null()) {
    if (auto done = remove_logical(type.name, request.prior, logical()); !done) {
      out.diagnostics.push_back(failed("Deleting", type, done.error()));
      return out;
    }
    out.state = request.planned;
    return out;
  }
  auto made = request.prior.is_null() ? make_logical(type.name, request.planned, logical())
                                      : change_logical(type.name, request.prior, request.planned, logical());
  if (!made) {
    out.diagnostics.push_back(failed(request.prior.is_null() ? "Creating" : "Updating", type, made.error()));
    return out;
  }
  out.state = finished(type, request, *made);
  return out;
}

ReadResponse Simulated::read_data_source(Symbol type, const Value& config) {
  const PackType* known = pack_->data_type(type);
  if (known == nullptr) return {Value(), {}, {unknown_type(type)}};
  return read_data({*known, config, place_, default_tags_, *shared_});
}

ImportResponse Simulated::import_resource(Symbol type, const std::string& id) {
  const PackType* known = pack_->resource_type(type);
  if (known == nullptr) return {{}, {unknown_type(type)}};
  const schema::Block& block = *known->schema.block;
  if (known->rules->logical) {
    auto made = import_logical(type, id);
    if (!made) return {{}, {failed("Importing", *known, made.error())}};
    const Value empty = schema::empty_value(block);
    std::vector<Value> parts(empty.elements().begin(), empty.elements().end());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const AttributeRule* rule = known->rules->root.attribute(i);
      if (rule != nullptr && rule->fallback) parts[i] = *rule->fallback;
    }
    for (const auto& [name, value] : *made)
      if (const int slot = block.implied_type.attribute_index(name); slot >= 0) parts[static_cast<std::size_t>(slot)] = value;
    return {{{type, Value::object(block.implied_type, std::move(parts)), {}}}, {}};
  }
  // By id; by name; by the id that the provider documents for import; by a JSON object of attributes.
  auto objects = shared_->cloud->list(type.text());
  if (!objects) return {{}, {failed("Importing", *known, objects.error())}};
  const std::string scope = scope_of(*known);
  std::optional<JsonDocument> wanted;
  if (id.starts_with('{')) {
    if (auto parsed = JsonDocument::parse(id)) wanted = std::move(parsed).value();
  }
  const CloudObject* found = nullptr;
  std::size_t matches = 0;
  std::optional<Value> value;
  for (const CloudObject& object : *objects) {
    if (object.scope != scope) continue;
    const bool direct = object.id == id || object.unique == id;
    if (!direct && !wanted && !known->rules->import_id) continue;
    const auto document = JsonDocument::parse(object.json);
    if (!document) continue;
    auto read = value_of_json(block, document->root());
    if (!read) continue;
    bool same = direct;
    if (!same && wanted) {
      same = wanted->root().size() > 0;
      for (std::size_t i = 0; same && i < wanted->root().size(); ++i) {
        const JsonValue have = document->root()[wanted->root().key(i)];
        const auto a = have ? base::canonical_json(have.raw()) : Result<std::string>(Error{});
        const auto b = base::canonical_json(wanted->root().member(i).raw());
        same = a && b && *a == *b;
      }
    } else if (!same) {
      SynthContext context = synth_context();
      context.attribute = [&](Symbol name) {
        const Value* at = read->attribute(name);
        return at == nullptr ? Value::null(Type::string()) : *at;
      };
      same = evaluate(*known->rules->import_id, context) == id;
    }
    if (!same) continue;
    ++matches;
    found = &object;
    value = std::move(read).value();
    if (direct && object.id == id) {
      matches = 1;
      break;
    }
  }
  if (found == nullptr || !value)
    return {{}, {error("Cannot import what does not exist", format("The simulated cloud has no {} with the id \"{}\"{}.", type.text(), id, is_aws_ ? format(" in {}", scope) : ""))}};
  if (matches > 1)
    return {{}, {error("Several objects match", format("The simulated cloud has {} objects {} that \"{}\" describes: give an id.", matches, type.text(), id))}};
  std::vector<Value> parts(value->elements().begin(), value->elements().end());
  if (const int slot = block.implied_type.attribute_index(Symbol("timeouts")); slot >= 0)
    parts[static_cast<std::size_t>(slot)] = Value::null(parts[static_cast<std::size_t>(slot)].type());
  return {{{type, Value::object(block.implied_type, std::move(parts)), {}}}, {}};
}

}  // namespace

Result<Value> value_of_json(const schema::Block& block, JsonValue json) {
  // State and cloud are nearly always written with today's schema: then one pass does it.
  if (auto whole = value::parse_json(json, block.implied_type)) return whole;
  const Value empty = schema::empty_value(block);
  if (json.kind() != JsonKind::object) return Error{ErrorKind::invalid, "an object was expected", 0};
  std::vector<Value> parts(empty.elements().begin(), empty.elements().end());
  const auto names = block.implied_type.attributes();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const JsonValue member = json[names[i].name.text()];
    if (!member || member.is_null()) continue;
    const schema::NestedBlock* nested = block.block(names[i].name);
    if (nested == nullptr) {
      parts[i] = TRY(value::parse_json(member, names[i].type));
    } else if (nested->nesting == schema::Nesting::single || nested->nesting == schema::Nesting::group) {
      parts[i] = TRY(value_of_json(*nested->block, member));
    } else if (nested->nesting == schema::Nesting::map) {
      std::vector<std::pair<std::string, Value>> entries;
      for (std::size_t e = 0; e < member.size(); ++e) entries.emplace_back(std::string(member.key(e)), TRY(value_of_json(*nested->block, member.member(e))));
      parts[i] = Value::map(nested->block->implied_type, std::move(entries));
    } else {
      std::vector<Value> elements;
      for (std::size_t e = 0; e < member.size(); ++e) elements.push_back(TRY(value_of_json(*nested->block, member.at(e))));
      parts[i] = nested->nesting == schema::Nesting::set ? Value::set(nested->block->implied_type, std::move(elements))
                                                         : Value::list(nested->block->implied_type, std::move(elements));
    }
  }
  return Value::object(block.implied_type, std::move(parts));
}

std::unique_ptr<provider::Provider> make_simulated(std::shared_ptr<Pack> pack, std::shared_ptr<Shared> shared) {
  return std::make_unique<Simulated>(std::move(pack), std::move(shared));
}

}  // namespace terrace::sandbox
