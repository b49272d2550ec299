// SPDX-License-Identifier: Apache-2.0
// Which resource attributes contributed to the planned changes (checklist E16): references of changed resources and
// outputs, followed through locals, variables and module outputs.
#include "engine/relevant.h"

namespace terrace::engine {
namespace {

class Tracer {
 public:
  Tracer() = default;

  void body(const ModuleData& module, const config::Resource& resource) {
    auto is_meta = [](std::span<const Symbol> names, Symbol name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    if (resource.body == nullptr) return;
    for (const hcl::Attribute& attribute : resource.body->attributes)
      if (!is_meta(config::resource_meta_arguments(), attribute.name)) expr(module, *attribute.value);
    for (const hcl::Block& block : resource.body->blocks)
      if (!is_meta(config::resource_meta_blocks(), block.type))
        for (const hcl::TraversalExpr* traversal : lang::references(*block.body)) todo_.emplace_back(&module, traversal);
    run();
  }
  void output(const ModuleData& module, const config::Output& output) {
    if (output.value != nullptr) expr(module, *output.value);
    run();
  }
  std::vector<plan::RelevantAttribute> found() const {
    std::vector<plan::RelevantAttribute> list;
    for (const auto& [text, one] : found_) list.push_back(one);
    return list;
  }

 private:
  void expr(const ModuleData& module, const hcl::Expr& at) {
    for (const hcl::TraversalExpr* traversal : lang::references(at)) todo_.emplace_back(&module, traversal);
  }
  void run() {
    while (!todo_.empty()) {
      auto [module, traversal] = todo_.back();
      todo_.pop_back();
      if (seen_.insert({module, traversal}).second) follow(*module, *traversal);
    }
  }
  void follow(const ModuleData& module, const hcl::TraversalExpr& traversal) {
    auto bound = module.module->bindings.find(&traversal);
    if (bound == module.module->bindings.end()) return;
    const Binding& binding = bound->second;
    switch (binding.kind) {
      case Binding::Kind::local: return expr(module, *module.module->locals[binding.index]->value);
      case Binding::Kind::variable: {
        if (module.parent == nullptr) return;
        auto input = module.module->call->inputs.find(module.module->variables[binding.index]->name);
        if (input != module.module->call->inputs.end()) expr(*module.parent, *input->second->value);
        return;
      }
      case Binding::Kind::call: {
        const CallData& call = module.calls[binding.index];
        for (const auto& child : call.instances) {
          if (binding.has_key && !(child->address.key() == binding.key)) continue;
          for (const config::Output* output : child->module->outputs)
            if ((binding.attribute.empty() || output->name == binding.attribute) && output->value != nullptr) expr(*child, *output->value);
        }
        return;
      }
      case Binding::Kind::resource: return add(module, binding, traversal);
      case Binding::Kind::none: case Binding::Kind::count: case Binding::Kind::each: case Binding::Kind::path: case Binding::Kind::terraform:
      case Binding::Kind::self: return;
    }
  }
  void add(const ModuleData& module, const Binding& binding, const hcl::TraversalExpr& traversal) {
    plan::RelevantAttribute one;
    one.resource = {module.address, module.module->resource(binding.index).address, binding.has_key ? binding.key : addrs::InstanceKey()};
    for (const hcl::TraversalStep& step : traversal.steps.subspan(binding.consumed)) {
      switch (step.kind) {
        case hcl::TraversalStep::Kind::attribute: one.attribute.push_back(PathStep::attribute(step.name)); break;
        case hcl::TraversalStep::Kind::string_key: one.attribute.push_back(PathStep::index(Value::string(step.key))); break;
        case hcl::TraversalStep::Kind::number_key:
          if (std::optional<Number> number = Number::parse(step.key)) one.attribute.push_back(PathStep::index(Value::number(*number)));
          break;
      }
    }
    found_.emplace(one.resource.text() + value::path_text(one.attribute), std::move(one));
  }

  std::vector<std::pair<const ModuleData*, const hcl::TraversalExpr*>> todo_;
  std::set<std::pair<const ModuleData*, const hcl::TraversalExpr*>> seen_;
  std::map<std::string, plan::RelevantAttribute> found_;
};

}  // namespace

std::vector<plan::RelevantAttribute> relevant_attributes(const Walk& walk, const Plan& plan) {
  Tracer tracer;
  std::optional<addrs::AbsResource> last;
  for (const plan::ResourceChange& change : plan.changes) {
    addrs::AbsResource address = change.address.abs_resource();
    if (change.action == plan::Action::no_op || change.action == plan::Action::remove || (last && *last == address)) continue;
    last = address;
    const ModuleData* module = walk.find_instance(address.module);
    if (module == nullptr) continue;
    if (const config::Resource* resource = module->module->config->find(address.resource)) tracer.body(*module, *resource);
  }
  for (const plan::OutputChange& change : plan.outputs) {
    if (change.action == plan::Action::no_op || change.action == plan::Action::remove) continue;
    auto it = walk.blueprint().root().output_index.find(Symbol(change.name));
    if (it != walk.blueprint().root().output_index.end()) tracer.output(walk.root(), *walk.blueprint().root().outputs[it->second]);
  }
  return tracer.found();
}

}  // namespace terrace::engine
