// SPDX-License-Identifier: Apache-2.0
// The provider terraform.io/builtin/terraform (checklist D19), shape and answers as observed of Terraform 1.11.
#include "base/format.h"
#include "provider/provider.h"
#include "value/json.h"

namespace terrace::provider {
namespace {

struct Names {
  Symbol terraform_data{"terraform_data"}, null_resource{"null_resource"}, remote_state{"terraform_remote_state"};
  Symbol id{"id"}, input{"input"}, output{"output"}, triggers_replace{"triggers_replace"}, triggers{"triggers"};
  Symbol backend{"backend"}, config{"config"}, defaults{"defaults"}, outputs{"outputs"}, workspace{"workspace"};
};
const Names& names() {
  static const Names kNames;
  return kNames;
}

schema::Attribute attribute(Symbol name, Type type) {
  schema::Attribute made;
  made.name = name;
  made.type = type;
  return made;
}
schema::Attribute optional(Symbol name, Type type) {
  schema::Attribute made = attribute(name, type);
  made.optional = true;
  return made;
}
schema::Attribute required(Symbol name, Type type) {
  schema::Attribute made = attribute(name, type);
  made.required = true;
  return made;
}
schema::Attribute computed(Symbol name, Type type) {
  schema::Attribute made = attribute(name, type);
  made.computed = true;
  return made;
}

std::shared_ptr<const schema::Block> block_of(std::vector<schema::Attribute> attributes) {
  schema::Block block;
  block.attributes = std::move(attributes);
  auto made = schema::make_block(std::move(block));
  CHECK(made.has_value(), "the built-in schema is sound");
  return std::move(made).value();
}

schema::ProviderSchema make_schema() {
  const Names& n = names();
  schema::ProviderSchema schema;
  schema.provider = block_of({});
  schema.resources[n.terraform_data] = {
      0, block_of({optional(n.input, Type::dynamic()), computed(n.output, Type::dynamic()),
                   optional(n.triggers_replace, Type::dynamic()), computed(n.id, Type::string())})};
  schema.data_sources[n.remote_state] = {
      0, block_of({required(n.backend, Type::string()), optional(n.config, Type::dynamic()),
                   optional(n.defaults, Type::dynamic()), computed(n.outputs, Type::dynamic()),
                   optional(n.workspace, Type::string())})};
  return schema;
}
const schema::ProviderSchema& builtin_schema() {
  static const schema::ProviderSchema kSchema = make_schema();
  return kSchema;
}

/// Where terraform_data's attributes stand in its object type, whose order is by name.
enum Slot : std::size_t { kId, kInput, kOutput, kTriggers };

Type data_type() { return builtin_schema().resource(names().terraform_data)->block->implied_type; }

Value data_object(Value id, Value input, Value output, Value triggers) {
  // Named attributes: the object's type then tells what stands in the dynamic ones.
  const Names& n = names();
  return Value::object({{n.id, std::move(id)}, {n.input, std::move(input)}, {n.output, std::move(output)}, {n.triggers_replace, std::move(triggers)}});
}
/// A null read back from a provider has no type of its own.
Value untyped_null(const Value& value) { return value.is_null() ? Value::null(Type::dynamic()) : value; }

Value unknown_id() {
  Refinement not_null;
  not_null.nullness = Refinement::Nullness::not_null;
  return Value::unknown(Type::string(), not_null);
}

ProviderDiagnostic failure(std::string summary, std::string detail, Path attribute = {}) {
  return {ProviderDiagnostic::Severity::error, std::move(summary), std::move(detail), std::move(attribute)};
}

class Builtin : public Provider {
 public:
  const schema::ProviderSchema& schema() const override { return builtin_schema(); }
  Capabilities capabilities() const override { return {.plan_destroy = false, .move_state = true, .local = true}; }
  void attach(const Host& host) override { host_ = &host; }
  ProviderDiagnostics validate_provider(const Value&) override { return {}; }
  ProviderDiagnostics configure(const Value&) override { return {}; }
  ProviderDiagnostics validate_resource(Symbol, const Value&) override { return {}; }
  ProviderDiagnostics validate_data_source(Symbol, const Value& config) override { return validate_remote_state(config); }

  UpgradeResponse upgrade_state(Symbol type, std::int64_t, std::string_view raw_json) override {
    const schema::ResourceSchema* schema = builtin_schema().resource(type);
    if (schema == nullptr) schema = builtin_schema().data_source(type);
    if (schema == nullptr) return {{}, {failure("Unsupported type", format("There is no type {}.", type.text()))}};
    auto document = JsonDocument::parse(std::string(raw_json));
    if (!document) return {{}, {failure("Stored object cannot be read", document.error().message)}};
    auto value = value::parse_json(document->root(), schema->block->implied_type);
    if (!value) return {{}, {failure("Stored object cannot be read", value.error().message)}};
    return {std::move(value).value(), {}};
  }

  ReadResponse read(Symbol, const Value& state, const std::string& private_bytes) override {
    return {state, private_bytes, {}};
  }
  PlanResponse plan(const PlanRequest& request) override;
  ApplyResponse apply(const ApplyRequest& request) override;
  ReadResponse read_data_source(Symbol type, const Value& config) override;
  ImportResponse import_resource(Symbol type, const std::string& id) override;
  UpgradeResponse move_state(const MoveRequest& request) override;

 private:
  ProviderDiagnostics validate_remote_state(const Value& config) const;
  const Host* host_ = nullptr;
};

PlanResponse Builtin::plan(const PlanRequest& request) {
  PlanResponse response;
  response.planned_private = request.prior_private;
  response.planned = request.proposed;
  if (request.proposed.is_null()) return response;
  auto proposed = request.proposed.elements();
  Value input = untyped_null(proposed[kInput]), triggers = untyped_null(proposed[kTriggers]);
  if (request.prior.is_null()) {
    Value output = input.is_null() ? Value::null(Type::dynamic()) : Value::unknown(input.type());
    response.planned = data_object(unknown_id(), input, std::move(output), triggers);
    return response;
  }
  auto prior = request.prior.elements();
  Value id = prior[kId], output = prior[kOutput];
  if (!triggers.same(prior[kTriggers])) {
    response.requires_replace.push_back({PathStep::attribute(names().triggers_replace)});
    id = unknown_id();
    output = Value::unknown(input.type());
  } else if (!input.same(prior[kInput])) {
    output = Value::unknown(input.type());
  }
  response.planned = data_object(std::move(id), input, std::move(output), triggers);
  return response;
}

ApplyResponse Builtin::apply(const ApplyRequest& request) {
  ApplyResponse response;
  response.private_bytes = request.planned_private;
  response.state = request.planned;
  if (request.planned.is_null()) return response;
  auto planned = request.planned.elements();
  Value id = planned[kId], output = planned[kOutput];
  if (id.is_unknown()) {
    if (host_ == nullptr || host_->random == nullptr) {
      response.state = Value::null(data_type());
      response.diagnostics.push_back(failure("No source of random numbers", "An id for the object cannot be made."));
      return response;
    }
    id = Value::string(host_->random->uuid());
  }
  if (output.is_unknown()) output = planned[kInput];
  response.state = data_object(std::move(id), planned[kInput], std::move(output), planned[kTriggers]);
  return response;
}

ProviderDiagnostics Builtin::validate_remote_state(const Value& config) const {
  ProviderDiagnostics found;
  for (Symbol name : {names().config, names().defaults}) {
    const Value* value = config.attribute(name);
    if (value == nullptr || value->is_null() || value->is_unknown()) continue;
    if (value->kind() != Kind::object && value->kind() != Kind::map)
      found.push_back(failure(format("Invalid {}", name.text()), format("The argument {} must be an object.", name.text()),
                              {PathStep::attribute(name)}));
  }
  return found;
}

ReadResponse Builtin::read_data_source(Symbol, const Value& config) {
  const Names& n = names();
  ReadResponse response;
  response.diagnostics = validate_remote_state(config);
  if (has_errors(response.diagnostics)) return response;
  if (host_ == nullptr || !host_->remote_state) {
    response.diagnostics.push_back(failure("Reading other states is not possible here", "This command has no access to state backends."));
    return response;
  }
  const Value& workspace = *config.attribute(n.workspace);
  const Value& defaults = *config.attribute(n.defaults);
  auto outputs = host_->remote_state(config.attribute(n.backend)->as_string(), *config.attribute(n.config),
                                     workspace.is_null() ? "default" : workspace.as_string());
  if (!outputs) {
    response.diagnostics.push_back(failure("Other state cannot be read", outputs.error().message, {PathStep::attribute(n.config)}));
    return response;
  }
  std::map<std::string, Value> merged;
  auto add = [&](const Value& object) {
    if (object.kind() == Kind::object) {
      for (std::size_t i = 0; i < object.length(); ++i)
        merged.insert_or_assign(std::string(object.type().attributes()[i].name.text()), object.elements()[i]);
    } else if (object.kind() == Kind::map) {
      for (std::size_t i = 0; i < object.length(); ++i) merged.insert_or_assign(object.keys()[i], object.elements()[i]);
    }
  };
  add(defaults);
  if (outputs->is_null() && defaults.is_null()) {
    response.diagnostics.push_back(failure("No stored state was found", "The workspace has no state yet, and there are no \"defaults\" to use instead."));
    return response;
  }
  add(*outputs);
  std::vector<std::pair<Symbol, Value>> attributes;
  for (auto& [name, value] : merged) attributes.emplace_back(Symbol(name), value);
  response.state = Value::object({{n.backend, *config.attribute(n.backend)}, {n.config, untyped_null(*config.attribute(n.config))},
                                  {n.defaults, untyped_null(defaults)}, {n.outputs, Value::object(std::move(attributes))},
                                  {n.workspace, workspace}});
  return response;
}

ImportResponse Builtin::import_resource(Symbol type, const std::string& id) {
  if (type != names().terraform_data) return {{}, {failure("Unsupported type", format("{} cannot be imported.", type.text()))}};
  Value null = Value::null(Type::dynamic());
  return {{{type, data_object(Value::string(id), null, null, null), {}}}, {}};
}

UpgradeResponse Builtin::move_state(const MoveRequest& request) {
  if (request.target_type != names().terraform_data || request.source_type != names().null_resource)
    return {{}, {failure("Move not supported", format("An object of type {} cannot become a {}.", request.source_type.text(), request.target_type.text()))}};
  auto document = JsonDocument::parse(request.source_state_json);
  if (!document) return {{}, {failure("Stored object cannot be read", document.error().message)}};
  JsonValue root = document->root();
  Value triggers = Value::null(Type::dynamic());
  if (root["triggers"].exists() && !root["triggers"].is_null()) {
    auto parsed = value::parse_json(root["triggers"], Type::map(Type::string()));
    if (!parsed) return {{}, {failure("Stored object cannot be read", parsed.error().message)}};
    triggers = *parsed;
  }
  Value null = Value::null(Type::dynamic());
  return {data_object(Value::string(root["id"].string()), null, null, triggers), {}};
}

}  // namespace

std::unique_ptr<Provider> make_builtin_provider() { return std::make_unique<Builtin>(); }

}  // namespace terrace::provider
