// SPDX-License-Identifier: Apache-2.0
// Names as a module instance sees them (checklist D16), resolved lazily.
#include "base/format.h"
#include "engine/walk.h"

namespace terrace::engine {
namespace {

const Value& unknown_value() {
  static const Value kUnknown = Value::unknown(Type::dynamic());
  return kUnknown;
}
const Value& value_or_unknown(const std::optional<Value>& value) { return value ? *value : unknown_value(); }

Value collect(const Expansion& expansion, std::vector<Value> values) {
  if (expansion.unknown) return unknown_value();
  switch (expansion.kind) {
    case Expansion::Kind::none: return values.empty() ? unknown_value() : values[0];
    case Expansion::Kind::count: return Value::tuple(std::move(values));
    case Expansion::Kind::for_each: {
      std::vector<std::pair<Symbol, Value>> attributes;
      attributes.reserve(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) attributes.emplace_back(Symbol(expansion.keys[i].text()), std::move(values[i]));
      return Value::object(std::move(attributes));
    }
  }
  return unknown_value();
}

Value outputs_object(const ModuleData& module) {
  std::vector<std::pair<Symbol, Value>> attributes;
  attributes.reserve(module.outputs.size());
  for (std::size_t i = 0; i < module.outputs.size(); ++i)
    attributes.emplace_back(module.module->outputs[i]->name, value_or_unknown(module.outputs[i]));
  return Value::object(std::move(attributes));
}

std::optional<addrs::InstanceKey> key_of(const Value& key) {
  if (key.has_marks() || key.is_null() || key.is_unknown()) return {};
  if (key.kind() == Kind::string) return addrs::InstanceKey(Symbol(key.as_string()));
  if (key.kind() != Kind::number) return {};
  std::optional<std::int64_t> number = key.as_int64();
  if (!number) return {};
  return addrs::InstanceKey(*number);
}

}  // namespace

Value whole_resource(const ResourceData& data) {
  if (!data.expanded) return unknown_value();
  if (data.expansion.kind == Expansion::Kind::none && !data.values.empty()) return data.values[0];
  std::lock_guard guard(data.mutex);
  if (!data.whole) data.whole = collect(data.expansion, data.values);
  return *data.whole;
}

Binding ModuleScope::binding(const hcl::TraversalExpr& traversal) const {
  const auto& bindings = module_.module->bindings;
  auto it = bindings.find(&traversal);
  return it != bindings.end() ? it->second : Blueprint::bind(*module_.module, traversal);
}

std::optional<lang::Resolved> ModuleScope::resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const {
  Binding bound = binding(traversal);
  auto answer = [&](Value value) { return lang::Resolved{std::move(value), bound.consumed}; };
  auto refuse = [&](std::string detail) -> std::optional<lang::Resolved> {
    diags.error(DiagCode::reference_refused, std::move(detail), traversal.range);
    return std::nullopt;
  };
  std::string_view attribute = bound.attribute.text();
  switch (bound.kind) {
    case Binding::Kind::none: {
      Diagnostics found;
      std::optional<addrs::Reference> reference = addrs::parse_reference(traversal, found);
      if (!found.empty()) {
        diags.append(std::move(found));
        return std::nullopt;
      }
      return refuse(format("Nothing called {} is declared in {}.", reference ? reference->text() : std::string(traversal.root.text()),
                           module_.address.is_root() ? std::string("the root module") : module_.address.static_text()));
    }
    case Binding::Kind::variable: return answer(value_or_unknown(module_.variables[bound.index]));
    case Binding::Kind::local: return answer(value_or_unknown(module_.locals[bound.index]));
    case Binding::Kind::resource: return resolve_resource(bound, traversal, diags);
    case Binding::Kind::call: return resolve_call(bound, traversal, diags);
    case Binding::Kind::count:
      if (repetition_ == nullptr || repetition_->kind != Expansion::Kind::count)
        return refuse("The \"count\" object can be used only in module, resource and data blocks that have the count argument.");
      return answer(repetition_->key);
    case Binding::Kind::each:
      if (repetition_ == nullptr || repetition_->kind != Expansion::Kind::for_each)
        return refuse("The \"each\" object can be used only in module, resource and data blocks that have the for_each argument.");
      return answer(attribute == "key" ? repetition_->key : repetition_->value);
    case Binding::Kind::path:
      if (attribute == "module") return answer(Value::string(module_.module->config->directory));
      if (attribute == "root") return answer(Value::string(walk_.options().root_directory));
      if (attribute == "cwd") return answer(Value::string(walk_.options().working_directory));
      return refuse(format("The \"path\" object has no attribute {}; it has module, root and cwd.", attribute));
    case Binding::Kind::terraform:
      if (attribute == "workspace") return answer(Value::string(walk_.options().workspace));
      if (attribute == "applying") return answer(Value::boolean(walk_.phase() == Phase::apply).mark(MarkKind::ephemeral));
      return refuse(format("The \"terraform\" object has no attribute {}.", attribute));
    case Binding::Kind::self:
      if (self_ == nullptr) return refuse("The \"self\" object is not available here.");
      return answer(*self_);
  }
  return std::nullopt;
}

std::optional<lang::Resolved> ModuleScope::resolve_resource(const Binding& bound, const hcl::TraversalExpr&, Diagnostics&) const {
  const ResourceData& data = module_.resources[bound.index];
  if (bound.has_key && data.expanded) {
    if (data.expansion.unknown) return lang::Resolved{data.values[0], bound.consumed};
    if (std::optional<std::uint32_t> at = data.expansion.find(bound.key)) return lang::Resolved{data.values[*at], bound.consumed};
  }
  return lang::Resolved{whole_resource(data), bound.consumed - (bound.has_key ? 1u : 0u)};
}

std::optional<lang::Resolved> ModuleScope::resolve_call(const Binding& bound, const hcl::TraversalExpr&, Diagnostics&) const {
  const CallData& data = module_.calls[bound.index];
  if (!data.expanded) return lang::Resolved{unknown_value(), bound.consumed};
  const StaticModule* child = module_.module->calls[bound.index].get();
  const ModuleData* instance = nullptr;
  if (data.expansion.unknown && bound.has_key) {
    instance = data.instances[0].get();
  } else if (bound.has_key || data.expansion.kind == Expansion::Kind::none) {
    std::optional<std::uint32_t> at = data.expansion.find(bound.key);
    if (at) instance = data.instances[*at].get();
  }
  std::uint32_t whole_steps = bound.has_key ? 2 : 1;
  if (instance != nullptr) {
    if (!bound.attribute.empty()) {
      auto it = child->output_index.find(bound.attribute);
      if (it != child->output_index.end()) return lang::Resolved{value_or_unknown(instance->outputs[it->second]), bound.consumed};
    }
    return lang::Resolved{outputs_object(*instance), whole_steps};
  }
  std::vector<Value> values;
  values.reserve(data.instances.size());
  for (const auto& each : data.instances) values.push_back(outputs_object(*each));
  return lang::Resolved{collect(data.expansion, std::move(values)), 1};
}

std::optional<Value> ModuleScope::resolve_indexed(const hcl::TraversalExpr& traversal, const Value& key) const {
  Binding bound = binding(traversal);
  if (bound.has_key || bound.consumed != traversal.steps.size()) return {};
  std::optional<addrs::InstanceKey> wanted = key_of(key);
  if (!wanted) return {};
  if (bound.kind == Binding::Kind::resource) {
    const ResourceData& data = module_.resources[bound.index];
    if (!data.expanded || data.expansion.kind == Expansion::Kind::none || data.expansion.unknown) return {};
    std::optional<std::uint32_t> at = data.expansion.find(*wanted);
    if (at) return data.values[*at];
  } else if (bound.kind == Binding::Kind::call && bound.attribute.empty()) {
    const CallData& data = module_.calls[bound.index];
    if (!data.expanded || data.expansion.kind == Expansion::Kind::none || data.expansion.unknown) return {};
    std::optional<std::uint32_t> at = data.expansion.find(*wanted);
    if (at) return outputs_object(*data.instances[*at]);
  }
  return {};
}

}  // namespace terrace::engine
