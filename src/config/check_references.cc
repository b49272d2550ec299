// SPDX-License-Identifier: Apache-2.0
// Every reference of every expression: declared, usable in its place, and with attributes that the schema has.
#include <algorithm>

#include "base/format.h"
#include "base/strings.h"
#include "config/check.h"
#include "config/decode.h"
#include "config/keywords.h"
#include "diag/suggest.h"
#include "lang/function.h"

namespace terrace::config {

template <class Map>
std::string Checker::suggestion(Symbol name, const Map& declared) {
  if (suggestions_left_-- <= 0) return {};
  std::vector<std::string_view> names;
  for (const auto& [known, unused] : declared) names.push_back(known.text());
  return diag::did_you_mean(name.text(), names);
}
template std::string Checker::suggestion(Symbol, const std::map<Symbol, Variable>&);

void Checker::check_expression(const hcl::Expr& expr, const Place& place) {
  // Most arguments are plain values or plain references.
  const bool plain = expr.kind == hcl::ExprKind::string || expr.kind == hcl::ExprKind::number || expr.kind == hcl::ExprKind::boolean ||
                     expr.kind == hcl::ExprKind::null;
  if (plain) return;
  if (expr.kind == hcl::ExprKind::traversal) return check_traversal(hcl::to<hcl::TraversalExpr>(expr), place);
  lang::check_functions(expr, diags_);
  visit_expressions(expr, [this](const hcl::Expr& part) {
    if (const auto* call = hcl::as<hcl::CallExpr>(&part)) check_arity(*call);
  });
  for (const hcl::TraversalExpr* traversal : lang::references(expr)) check_traversal(*traversal, place);
}

void Checker::check_arity(const hcl::CallExpr& call) {
  const lang::Builtin* function = lang::find_builtin(call.name.text());
  if (function == nullptr || call.expand_last) return;
  const std::size_t wanted = function->parameters.size(), given = call.arguments.size();
  if (given < wanted) {
    diags_.error(DiagCode::not_enough_arguments,
                 format("The function \"{}\" needs a value for its argument \"{}\": {}.", call.name.text(), function->parameters[given].name, function->signature),
                 call.close)
        .context = call.range;
  } else if (given > wanted && function->variadic == nullptr) {
    diags_.error(DiagCode::too_many_arguments,
                 format("The function \"{}\" takes {}: {}.", call.name.text(), base::count_of(wanted, "argument"), function->signature),
                 call.arguments[wanted]->range)
        .context = call.range;
  }
}

void Checker::check_traversal(const hcl::TraversalExpr& traversal, const Place& place) {
  if (std::find(place.iterators.begin(), place.iterators.end(), traversal.root) != place.iterators.end()) return;
  const auto reference = addrs::parse_reference(traversal, diags_);
  if (!reference) return;
  const Keywords& words = keywords();
  auto unavailable = [&](std::string detail) { diags_.error(DiagCode::not_available_here, std::move(detail), reference->range); };
  auto no_attribute = [&](std::string_view object, Symbol name, std::initializer_list<std::string_view> has) {
    const std::vector<std::string_view> names(has);
    std::string list;
    for (std::string_view one : names) list.append(list.empty() ? "" : ", ").append(object).append(".").append(one);
    diags_.error(DiagCode::undeclared_attribute,
                 format("The object \"{}\" has no attribute \"{}\". There is {}.{}", object, name.text(), list, diag::did_you_mean(name.text(), names)),
                 traversal.steps.empty() ? reference->range : traversal.steps[0].range);
  };
  if (const auto* variable = std::get_if<addrs::VariableRef>(&reference->subject)) {
    if (place.module.variables.contains(variable->name)) return;
    diags_.error(DiagCode::undeclared_variable,
                 format("{} declares no variable \"{}\".{} It can be declared with: variable \"{}\" {{}}", module_text(place.module), variable->name.text(),
                        suggestion(variable->name, place.module.variables), variable->name.text()),
                 reference->range);
  } else if (const auto* local = std::get_if<addrs::LocalRef>(&reference->subject)) {
    if (place.module.locals.contains(local->name)) return;
    diags_.error(DiagCode::undeclared_local,
                 format("{} declares no local value \"{}\".{}", module_text(place.module), local->name.text(), suggestion(local->name, place.module.locals)),
                 reference->range);
  } else if (const auto* count = std::get_if<addrs::CountRef>(&reference->subject)) {
    if (count->attribute != words.index) return no_attribute("count", count->attribute, {"index"});
    if (!place.count) unavailable("\"count.index\" exists only within resource, data and module blocks that set \"count\".");
  } else if (const auto* each = std::get_if<addrs::EachRef>(&reference->subject)) {
    if (each->attribute != words.key && each->attribute != words.value) return no_attribute("each", each->attribute, {"key", "value"});
    if (!place.each) unavailable("\"each\" exists only within resource, data and module blocks that set \"for_each\".");
  } else if (const auto* path = std::get_if<addrs::PathRef>(&reference->subject)) {
    const std::string_view name = path->attribute.text();
    if (name != "module" && name != "root" && name != "cwd") no_attribute("path", path->attribute, {"module", "root", "cwd"});
  } else if (const auto* terraform = std::get_if<addrs::TerraformRef>(&reference->subject)) {
    const std::string_view name = terraform->attribute.text();
    if (name != "workspace" && name != "applying") no_attribute("terraform", terraform->attribute, {"workspace", "applying"});
  } else if (std::holds_alternative<addrs::SelfRef>(reference->subject)) {
    if (!place.self) {
      unavailable("\"self\" exists only within postconditions, provisioners and connections.");
    } else if (place.resource != nullptr) {
      if (const schema::Block* block = block_of(*place.resource)) check_path(*block, traversal.steps);
    }
  } else if (const auto* call = std::get_if<addrs::ModuleCallRef>(&reference->subject)) {
    check_call_reference(*reference, *call, place);
  } else if (const auto* resource = std::get_if<addrs::ResourceRef>(&reference->subject)) {
    check_resource_reference(traversal, *reference, *resource, place);
  }
}

void Checker::check_resource_reference(const hcl::TraversalExpr& traversal, const addrs::Reference& reference, const addrs::ResourceRef& subject,
                                       const Place& place) {
  const Resource* found = place.module.find(subject.resource);
  const bool managed = subject.resource.mode == addrs::Mode::managed;
  if (found == nullptr) {
    addrs::Resource other = subject.resource;
    other.mode = managed ? addrs::Mode::data : addrs::Mode::managed;
    std::string help;
    if (place.module.find(other) != nullptr) {
      help = format(" Did you mean {}?", other.text());
    } else if (suggestions_left_-- > 0) {
      std::vector<std::string_view> names;
      for (const Resource& resource : place.module.resources) {
        if (resource.address.mode == subject.resource.mode && resource.address.type == subject.resource.type) names.push_back(resource.address.name.text());
      }
      help = diag::did_you_mean(subject.resource.name.text(), names);
    }
    diags_.error(DiagCode::undeclared_resource,
                 format("{} declares no {} {}.{}", module_text(place.module), managed ? "resource" : "data source", subject.resource.text(), help), reference.range);
    return;
  }
  if (!found->check.empty() && found->check != place.check) {
    diags_.error(DiagCode::undeclared_resource,
                 format("The data source {} belongs to the check \"{}\" and can be used only there.", subject.resource.text(), found->check.text()), reference.range);
    return;
  }
  if (found == place.resource) {
    diags_.error(DiagCode::self_reference,
                 format("{} refers to itself.{}", subject.resource.text(), place.self ? " Within a postcondition write \"self\"." : ""), reference.range);
    return;
  }
  const bool repeated = found->count != nullptr || found->for_each != nullptr;
  const auto rest = traversal.steps.subspan(reference.consumed);
  if (subject.key && !repeated) {
    diags_.error(DiagCode::unexpected_instance_key,
                 format("{} has neither \"count\" nor \"for_each\", so that there is one without key. Remove the brackets.", subject.resource.text()), reference.range);
    return;
  }
  const bool attribute_follows = !rest.empty() && rest[0].kind == hcl::TraversalStep::Kind::attribute;
  if (!subject.key && repeated && attribute_follows) {
    diags_.error(DiagCode::missing_instance_key,
                 format("{0} has \"{1}\", so that its attributes belong to single instances: {0}[{2}], or all of them: {0}[*]{3}.", subject.resource.text(),
                        found->count != nullptr ? "count" : "for_each", found->count != nullptr ? "count.index" : "each.key",
                        rest[0].name.empty() ? "" : "." + std::string(rest[0].name.text())),
                 reference.range);
  }
  if (rest.empty() || (!subject.key && repeated && !attribute_follows)) return;
  if (const schema::Block* block = block_of(*found)) check_path(*block, rest);
}

void Checker::check_call_reference(const addrs::Reference& reference, const addrs::ModuleCallRef& subject, const Place& place) {
  const auto found = place.module.calls.find(subject.call);
  if (found == place.module.calls.end()) {
    diags_.error(DiagCode::undeclared_module,
                 format("{} has no module call \"{}\".{}", module_text(place.module), subject.call.text(), suggestion(subject.call, place.module.calls)),
                 reference.range);
    return;
  }
  const ModuleCall& call = found->second;
  if (call.module == nullptr) return;
  const bool repeated = call.count != nullptr || call.for_each != nullptr;
  Symbol output = subject.output;
  if (!repeated && subject.key) {
    if (subject.key->kind() == addrs::InstanceKey::Kind::number) {
      diags_.error(DiagCode::unexpected_instance_key,
                   format("The module call \"{}\" has neither \"count\" nor \"for_each\", so that there is one without key. Remove the brackets.", call.name.text()),
                   reference.range);
      return;
    }
    output = Symbol(subject.key->text());  // an output named like a key of an object
  } else if (repeated && !subject.key && !output.empty()) {
    diags_.error(DiagCode::missing_instance_key,
                 format("The module call \"{0}\" has \"{1}\", so that its outputs belong to single instances: module.{0}[{2}].{3}", call.name.text(),
                        call.count != nullptr ? "count" : "for_each", call.count != nullptr ? "0" : "each.key", output.text()),
                 reference.range);
    return;
  }
  if (output.empty() || call.module->outputs.contains(output)) return;
  diags_.error(DiagCode::undeclared_output,
               format("The module \"{}\" has no output \"{}\".{}", call.name.text(), output.text(), suggestion(output, call.module->outputs)), reference.range);
}

void Checker::check_path(const schema::Block& block, std::span<const hcl::TraversalStep> steps) {
  if (steps.empty()) return;
  const hcl::TraversalStep& step = steps[0];
  if (step.kind == hcl::TraversalStep::Kind::number_key) {
    diags_.error(DiagCode::undeclared_attribute, "An object is not indexed by numbers. Name one of its attributes.", step.range);
    return;
  }
  const Symbol name = step.kind == hcl::TraversalStep::Kind::attribute ? step.name : Symbol(step.key);
  steps = steps.subspan(1);
  if (const schema::Attribute* attribute = block.attribute(name)) {
    return check_path(attribute->type, steps);
  }
  const schema::NestedBlock* nested = block.block(name);
  if (nested == nullptr) {
    std::vector<std::string_view> names;
    for (const schema::Attribute& one : block.attributes) names.push_back(one.name.text());
    for (const schema::NestedBlock& one : block.blocks) names.push_back(one.name.text());
    const std::string help = suggestions_left_-- > 0 ? diag::did_you_mean(name.text(), names) : std::string();
    diags_.error(DiagCode::undeclared_attribute, format("This object has no argument, block or exported attribute \"{}\".{}", name.text(), help), step.range);
    return;
  }
  if (steps.empty()) return;
  switch (nested->nesting) {
    case schema::Nesting::single:
    case schema::Nesting::group: return check_path(*nested->block, steps);
    case schema::Nesting::set:
      diags_.error(DiagCode::undeclared_attribute,
                   format("The blocks \"{}\" are a set, whose elements have no keys. Go through all of them: [for x in ….{} : x…].", name.text(), name.text()),
                   steps[0].range);
      return;
    case schema::Nesting::list:
      if (steps[0].kind == hcl::TraversalStep::Kind::number_key) return check_path(*nested->block, steps.subspan(1));
      diags_.error(DiagCode::undeclared_attribute,
                   format("The blocks \"{}\" are a list: name one by its number, as in .{}[0], or all with .{}[*].", name.text(), name.text(), name.text()),
                   steps[0].range);
      return;
    case schema::Nesting::map:
      return check_path(*nested->block, steps.subspan(1));
  }
}

void Checker::check_path(Type type, std::span<const hcl::TraversalStep> steps) {
  for (const hcl::TraversalStep& step : steps) {
    const bool number = step.kind == hcl::TraversalStep::Kind::number_key;
    const std::string_view name = step.kind == hcl::TraversalStep::Kind::attribute ? step.name.text() : step.key;
    switch (type.kind()) {
      case TypeKind::dynamic:
      case TypeKind::capsule: return;
      case TypeKind::map: type = type.element(); continue;
      case TypeKind::list:
        // A text such as "0" counts as a number; "*" and attributes do not.
        if (step.kind == hcl::TraversalStep::Kind::attribute) break;
        type = type.element();
        continue;
      case TypeKind::tuple: return;
      case TypeKind::object: {
        const int at = number ? -1 : type.attribute_index(Symbol(name));
        if (at < 0) break;
        type = type.attributes()[static_cast<std::size_t>(at)].type;
        continue;
      }
      case TypeKind::set:
      case TypeKind::boolean:
      case TypeKind::number:
      case TypeKind::string: break;
    }
    diags_.error(DiagCode::undeclared_attribute, format("A value of type {} has no {} \"{}\".", value::friendly_name(type), number ? "element" : "attribute", name),
                 step.range);
    return;
  }
}

}  // namespace terrace::config
