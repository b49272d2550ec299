// SPDX-License-Identifier: Apache-2.0
// Nodes that are only values: variables, locals, outputs, module expansion (checklist E1, E15, D5-D8).
#include "engine/walk.h"

#include "base/format.h"
#include "config/load.h"

namespace terrace::engine {

Walk::Walk(const Context& context, const Options& options, const Blueprint& blueprint, Phase phase, Diagnostics& diags)
    : context_(context), options_(options), blueprint_(blueprint), diags_(diags), phase_(phase), functions_(options.functions),
      root_(std::make_unique<ModuleData>(blueprint.root())), instances_(blueprint.modules().size()),
      providers_(blueprint.providers().size()), slots_(options.parallelism) {
  instances_[0].push_back(root_.get());
  host_.random = &context.random;
  host_.remote_state = context.remote_state;
  functions_.impure = phase == Phase::apply || phase == Phase::console ? lang::FunctionContext::Impure::evaluate
                                                                       : lang::FunctionContext::Impure::unknown;
  if (phase == Phase::plan && !functions_.plan_timestamp) functions_.plan_timestamp = options.now;
  if (functions_.random == nullptr) functions_.random = &context.random;
}
Walk::~Walk() = default;

ModuleData* Walk::find_instance(const addrs::ModuleInstance& address) const {
  if (address.is_root()) return instances_[0][0];
  ModuleData* parent = find_instance(address.parent());
  if (parent == nullptr) return nullptr;
  auto it = parent->module->call_index_of.find(address.call());
  if (it == parent->module->call_index_of.end()) return nullptr;
  CallData& call = parent->calls[it->second];
  std::optional<std::uint32_t> at = call.expanded ? call.expansion.find(address.key()) : std::nullopt;
  return at && *at < call.instances.size() ? call.instances[*at].get() : nullptr;
}

Outcome Walk::visit_value(const Node& node) {
  switch (node.kind) {
    case NodeKind::variable: return visit_variable(*node.module, node.index);
    case NodeKind::variable_check: return visit_validation(*node.module, node.index);
    case NodeKind::local: return visit_local(*node.module, node.index);
    case NodeKind::output: return visit_output(*node.module, node.index);
    case NodeKind::expand: return visit_expand(*node.module);
    case NodeKind::close: return Outcome::done;
    case NodeKind::provider: return visit_provider(node.index);
    case NodeKind::resource: case NodeKind::check: case NodeKind::orphan: break;
  }
  return Outcome::done;
}

namespace {
/// Collects what one node reports and passes it on at the end.
class Report {
 public:
  explicit Report(Diagnostics& all) : all_(all) {}
  ~Report() { if (!found.empty()) all_.append(std::move(found)); }
  Outcome outcome() const { return found.has_errors() ? Outcome::failed : Outcome::done; }
  Diagnostics found;

 private:
  Diagnostics& all_;
};
}  // namespace

Outcome Walk::visit_variable(const StaticModule& module, std::uint32_t index) {
  const config::Variable& variable = *module.variables[index];
  Report report(diags_);
  for (ModuleData* instance : instances(module)) {
    std::optional<Value>& slot = instance->variables[index];
    if (module.parent == nullptr) {
      if (phase_ == Phase::validate) {
        Value value = Value::unknown(variable.type.type.without_optional());
        if (variable.sensitive) value = value.mark(MarkKind::sensitive);
        if (variable.ephemeral) value = value.mark(MarkKind::ephemeral);
        slot = value;
      } else {
        auto it = options_.variables.find(std::string(variable.name.text()));
        slot = it != options_.variables.end() ? it->second : config::final_variable_value(variable, nullptr, {}, report.found);
      }
      continue;
    }
    auto input = module.call->inputs.find(variable.name);
    if (input == module.call->inputs.end()) {
      slot = config::final_variable_value(variable, nullptr, module.call->range, report.found);
      continue;
    }
    const hcl::Expr& expr = *input->second->value;
    ModuleScope scope(*this, *instance->parent, &instance->repetition);
    Diagnostics found;
    Value given = lang::evaluate(expr, scope, found);
    bool failed = found.has_errors();
    report.found.append(std::move(found));
    if (failed) continue;
    if (!variable.ephemeral && given.contains_marks() && given.all_marks().has(MarkKind::ephemeral)) {
      report.found.error(DiagCode::ephemeral_not_allowed,
                         format("The input variable {} is not declared as ephemeral, so an ephemeral value cannot be assigned to it.", variable.name.text()),
                         expr.range);
      continue;
    }
    slot = config::final_variable_value(variable, &given, expr.range, report.found);
  }
  return report.outcome();
}

Outcome Walk::visit_validation(const StaticModule& module, std::uint32_t index) {
  const config::Variable& variable = *module.variables[index];
  if (phase_ == Phase::validate && module.parent == nullptr) return Outcome::done;
  Report report(diags_);
  std::string name = "var." + std::string(variable.name.text());
  for (ModuleData* instance : instances(module)) {
    ModuleScope scope(*this, *instance);
    std::string address = module.parent == nullptr ? name : instance->address.text() + "." + name;
    check_conditions({variable.validations, DiagCode::variable_refused, state::CheckResult::ObjectKind::variable, module.prefix() + name, address},
                     scope, report.found);
  }
  return report.outcome();
}

Outcome Walk::visit_local(const StaticModule& module, std::uint32_t index) {
  Report report(diags_);
  for (ModuleData* instance : instances(module)) {
    ModuleScope scope(*this, *instance);
    instance->locals[index] = lang::evaluate(*module.locals[index]->value, scope, report.found);
  }
  return report.outcome();
}

Outcome Walk::visit_output(const StaticModule& module, std::uint32_t index) {
  const config::Output& output = *module.outputs[index];
  Report report(diags_);
  std::string name = "output." + std::string(output.name.text());
  bool is_root = module.parent == nullptr;
  for (ModuleData* instance : instances(module)) {
    ModuleScope scope(*this, *instance);
    if (!output.preconditions.empty()) {
      std::string address = is_root ? name : instance->address.text() + "." + name;
      bool passed = check_conditions({output.preconditions, DiagCode::output_precondition_failed, state::CheckResult::ObjectKind::output,
                                      module.prefix() + name, address}, scope, report.found);
      if (!passed) continue;
    }
    if (output.value == nullptr) continue;
    Diagnostics found;
    Value value = lang::evaluate(*output.value, scope, found);
    bool failed = found.has_errors();
    report.found.append(std::move(found));
    if (failed) continue;
    bool refused = false;
    auto refuse = [&](DiagCode code, std::string detail, SourceRange range) {
      report.found.error(code, std::move(detail), range);
      refused = true;
    };
    if (value.contains_marks()) {
      Marks marks = value.all_marks();
      if (is_root && !output.sensitive && marks.has(MarkKind::sensitive))
        refuse(DiagCode::sensitive_output, format("The value of output {} contains sensitive values. Outputs of the root module are printed and stored, so "
                                  "this one must be declared with sensitive = true to confirm that this is intended.", output.name.text()),
                           output.range);
      if (!output.ephemeral && marks.has(MarkKind::ephemeral))
        refuse(DiagCode::ephemeral_not_allowed, format("The value of output {} is ephemeral, but the output is not declared with ephemeral = true.", output.name.text()),
                           output.value->range);
    }
    if (refused) continue;
    if (output.sensitive) value = value.mark(MarkKind::sensitive);
    if (output.ephemeral) value = value.mark(MarkKind::ephemeral);
    instance->outputs[index] = value;
    if (is_root && visit_root_output(output, value) == Outcome::failed) return Outcome::failed;
  }
  return report.outcome();
}

Outcome Walk::visit_root_output(const config::Output&, const Value&) { return Outcome::done; }

void Walk::add_instance(const StaticModule& module, ModuleData& parent, std::uint32_t at, bool unknown) {
  CallData& call = parent.calls[module.call_index];
  auto made = std::make_unique<ModuleData>(module);
  made->parent = &parent;
  made->address = parent.address.child(module.call->name, call.expansion.keys[at]);
  made->repetition = repetition_of(call.expansion, at);
  made->unknown = unknown;
  instances_[module.id].push_back(made.get());
  call.instances.push_back(std::move(made));
}

Outcome Walk::visit_expand(const StaticModule& module) {
  Report report(diags_);
  for (ModuleData* parent : instances(*module.parent)) {
    CallData& call = parent->calls[module.call_index];
    ModuleScope scope(*this, *parent);
    call.expansion = expand(module.call->count, module.call->for_each, scope, report.found);
    for (std::uint32_t at = 0; at < call.expansion.keys.size(); ++at)
      add_instance(module, *parent, at, parent->unknown || call.expansion.unknown);
    call.expanded = true;
  }
  return report.outcome();
}

}  // namespace terrace::engine
