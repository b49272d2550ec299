// SPDX-License-Identifier: Apache-2.0
// Which object a traversal begins with.
#include "addrs/reference.h"

#include <charconv>

#include "base/format.h"

namespace terrace::addrs {

namespace {

using hcl::TraversalExpr;
using hcl::TraversalStep;

struct Names {
  Symbol var{"var"}, local{"local"}, module{"module"}, data{"data"}, resource{"resource"}, count{"count"}, each{"each"},
      self{"self"}, path{"path"}, terraform{"terraform"}, tofu{"tofu"}, ephemeral{"ephemeral"};
};
const Names& names() {
  static const Names made;
  return made;
}

std::optional<InstanceKey> key_of(const TraversalStep& step) {
  if (step.kind == TraversalStep::Kind::string_key) return InstanceKey(Symbol(step.key));
  if (step.kind == TraversalStep::Kind::attribute) return std::nullopt;
  std::int64_t number = 0;
  auto [stop, error] = std::from_chars(step.key.data(), step.key.data() + step.key.size(), number);
  // A fraction is left to the evaluator, which says what is wrong with it.
  if (error != std::errc() || stop != step.key.data() + step.key.size()) return std::nullopt;
  return InstanceKey(number);
}

class Parser {
 public:
  Parser(const TraversalExpr& traversal, Diagnostics& diags) : traversal_(traversal), diags_(diags) {}

  std::optional<Reference> run() {
    const Names& n = names();
    const Symbol root = traversal_.root;
    if (root == n.self) return make(SelfRef{}, 0);
    if (root == n.var) return with_name([](Symbol name) { return VariableRef{name}; });
    if (root == n.local) return with_name([](Symbol name) { return LocalRef{name}; });
    if (root == n.count) return with_name([](Symbol name) { return CountRef{name}; });
    if (root == n.each) return with_name([](Symbol name) { return EachRef{name}; });
    if (root == n.path) return with_name([](Symbol name) { return PathRef{name}; });
    if (root == n.terraform || root == n.tofu) return with_name([](Symbol name) { return TerraformRef{name}; });
    if (root == n.module) return module_call();
    if (root == n.data) return resource(Mode::data, 0);
    if (root == n.resource) return resource(Mode::managed, 0);
    if (root == n.ephemeral && steps().size() >= 2) {
      diags_.error(DiagCode::not_supported_yet, "Ephemeral resources are not supported yet.", traversal_.range);
      return std::nullopt;
    }
    return implied_resource();
  }

 private:
  std::span<const TraversalStep> steps() const { return traversal_.steps; }
  bool is_name(std::size_t i) const {
    return i < steps().size() && steps()[i].kind == TraversalStep::Kind::attribute;
  }
  template <class Subject>
  Reference make(Subject subject, std::size_t consumed) const {
    SourceRange range = traversal_.root_range;
    if (consumed > 0) range = diag::span(range, steps()[consumed - 1].range);
    return {std::move(subject), range, consumed};
  }
  std::nullopt_t wrong(std::string detail, std::size_t upto = 0) {
    SourceRange range = traversal_.root_range;
    if (upto > 0 && !steps().empty()) range = diag::span(range, steps()[std::min(upto, steps().size()) - 1].range);
    diags_.error(DiagCode::invalid_reference, std::move(detail), range);
    return std::nullopt;
  }
  template <class Make>
  std::optional<Reference> with_name(Make make_subject) {
    if (is_name(0)) return make(make_subject(steps()[0].name), 1);
    if (steps().empty()) {
      return wrong(format("The \"{}\" object cannot be used as a whole. Name one of its attributes: {}.NAME.",
                          traversal_.root.text(), traversal_.root.text()));
    }
    return wrong(format("The \"{}\" object does not support this operation. Name one of its attributes with a dot: {}.NAME.",
                        traversal_.root.text(), traversal_.root.text()), 1);
  }
  std::optional<Reference> module_call() {
    if (!is_name(0)) {
      return wrong("The \"module\" object cannot be used as a whole. Name a module call and one of its outputs: module.CALL.OUTPUT.", 1);
    }
    ModuleCallRef subject{steps()[0].name, std::nullopt, Symbol()};
    std::size_t consumed = 1;
    if (consumed < steps().size()) subject.key = key_of(steps()[consumed]);
    if (subject.key) ++consumed;
    if (is_name(consumed)) subject.output = steps()[consumed++].name;
    return make(subject, consumed);
  }
  /// TYPE.NAME from step `first` on.
  std::optional<Reference> resource(Mode mode, std::size_t first) {
    if (!is_name(first) || !is_name(first + 1)) {
      const std::string_view root = traversal_.root.text();
      return wrong(format("The \"{}\" object must be followed by two names, the type and the name of {}: {}.TYPE.NAME.", root,
                          mode == Mode::data ? "a data source" : "a resource", root), first + 2);
    }
    return with_key(mode, steps()[first].name, steps()[first + 1].name, first + 2);
  }
  std::optional<Reference> implied_resource() {
    if (is_name(0)) return with_key(Mode::managed, traversal_.root, steps()[0].name, 1);
    if (steps().empty()) {
      return wrong(format("\"{}\" is not the name of anything here. A reference to a resource has a type and a name, as in "
                          "TYPE.NAME; a variable is var.NAME, a local value local.NAME. For text write it in quotes: \"{}\".",
                          traversal_.root.text(), traversal_.root.text()));
    }
    return wrong("A resource type must be followed by a dot and the name of a resource: TYPE.NAME.", 1);
  }
  Reference with_key(Mode mode, Symbol type, Symbol name, std::size_t consumed) {
    ResourceRef subject{{mode, type, name}, std::nullopt};
    if (consumed < steps().size()) subject.key = key_of(steps()[consumed]);
    if (subject.key) ++consumed;
    return make(subject, consumed);
  }

  const TraversalExpr& traversal_;
  Diagnostics& diags_;
};

std::string dotted(std::string_view root, Symbol name) { return std::string(root).append(".").append(name.text()); }

struct Text {
  std::string operator()(const VariableRef& r) const { return dotted("var", r.name); }
  std::string operator()(const LocalRef& r) const { return dotted("local", r.name); }
  std::string operator()(const CountRef& r) const { return dotted("count", r.attribute); }
  std::string operator()(const EachRef& r) const { return dotted("each", r.attribute); }
  std::string operator()(const PathRef& r) const { return dotted("path", r.attribute); }
  std::string operator()(const TerraformRef& r) const { return dotted("terraform", r.attribute); }
  std::string operator()(const SelfRef&) const { return "self"; }
  std::string operator()(const ModuleCallRef& r) const {
    std::string out = dotted("module", r.call);
    if (r.key) out += r.key->suffix();
    if (!r.output.empty()) out.append(".").append(r.output.text());
    return out;
  }
  std::string operator()(const ResourceRef& r) const { return r.resource.text() + (r.key ? r.key->suffix() : std::string()); }
};

}  // namespace

std::string Reference::text() const { return std::visit(Text{}, subject); }

std::optional<Reference> parse_reference(const TraversalExpr& traversal, Diagnostics& diags) {
  return Parser(traversal, diags).run();
}

}  // namespace terrace::addrs
