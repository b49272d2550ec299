// SPDX-License-Identifier: Apache-2.0
// Type constraint expressions and the defaults of optional() attributes (A10).
#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "hcl/parser.h"
#include "lang/evaluate.h"
#include "value/convert.h"

namespace terrace::lang {

struct TypeDefaults::Node {
  std::map<Symbol, Value> defaults;                       // of an object's attributes
  std::map<Symbol, std::shared_ptr<const Node>> children;  // of an object's attributes
  std::shared_ptr<const Node> element;                     // of a collection's elements
  std::vector<std::shared_ptr<const Node>> elements;       // of a tuple's
};

namespace {

using Node = TypeDefaults::Node;
using NodePointer = std::shared_ptr<const Node>;

struct Parsed {
  Type type;
  NodePointer defaults;
};

constexpr std::string_view kConstructors[] = {"list", "set", "map", "object", "tuple", "string", "number", "bool", "any"};

class Parser {
 public:
  Parser(const SourceFiles& sources, Diagnostics& diags) : sources_(sources), diags_(diags) {}

  std::optional<Parsed> parse(const hcl::Expr& expr) {
    if (const Symbol keyword = hcl::as_keyword(expr); !keyword.empty()) return parse_keyword(keyword.text(), expr.range);
    if (const auto* call = hcl::as<hcl::CallExpr>(&expr)) return parse_call(*call);
    if (const auto* parentheses = hcl::as<hcl::ParenthesesExpr>(&expr)) return parse(*parentheses->inner);
    if (const auto* text = hcl::as<hcl::StringExpr>(&expr)) {
      return wrong(format("Type constraints are not quoted: write {} instead of \"{}\".", quoted_advice(text->text), text->text), expr.range);
    }
    if (expr.kind == hcl::ExprKind::invalid) return std::nullopt;
    return wrong("A type constraint is a keyword such as string, or a constructor such as list(string) or object({name = string}).", expr.range);
  }

 private:
  std::nullopt_t wrong(std::string detail, SourceRange range) {
    diags_.error(DiagCode::invalid_type, std::move(detail), range);
    return std::nullopt;
  }
  static std::string quoted_advice(std::string_view text) {
    if (text == "list") return "list(string)";
    if (text == "map") return "map(string)";
    return std::string(text);
  }

  std::optional<Parsed> parse_keyword(std::string_view keyword, SourceRange range) {
    if (keyword == "string") return Parsed{Type::string(), nullptr};
    if (keyword == "number") return Parsed{Type::number(), nullptr};
    if (keyword == "bool") return Parsed{Type::boolean(), nullptr};
    if (keyword == "any") return Parsed{Type::dynamic(), nullptr};
    // Without an element type: kept from older versions of the language.
    if (keyword == "list") return Parsed{Type::list(Type::dynamic()), nullptr};
    if (keyword == "map") return Parsed{Type::map(Type::dynamic()), nullptr};
    if (keyword == "set") return Parsed{Type::set(Type::dynamic()), nullptr};
    if (keyword == "object") return wrong("The object type needs its attributes: object({name = string}).", range);
    if (keyword == "tuple") return wrong("The tuple type needs the types of its elements: tuple([string, number]).", range);
    if (keyword == "optional") return wrong("optional(…) is only possible for an attribute of an object type.", range);
    return wrong(format("\"{}\" is not a type.{}", keyword, diag::did_you_mean(keyword, kConstructors)), range);
  }

  std::optional<Parsed> parse_call(const hcl::CallExpr& call) {
    const std::string_view name = call.name.text();
    if (name == "optional") return wrong("optional(…) is only possible directly as the type of an attribute of an object type.", call.range);
    const bool collection = name == "list" || name == "set" || name == "map";
    if (!collection && name != "object" && name != "tuple") {
      if (name == "string" || name == "number" || name == "bool" || name == "any") {
        return wrong(format("The type {} takes no argument: write just {}.", name, name), call.range);
      }
      return wrong(format("\"{}\" is not a type constructor.{}", name, diag::did_you_mean(name, kConstructors)), call.name_range);
    }
    if (call.arguments.size() != 1 || call.expand_last) {
      return wrong(format("The type constructor {} takes exactly one argument: {}.", name,
                          collection ? "the type of the elements" : name == "object" ? "its attributes and their types in braces" : "the types of its elements in brackets"),
                   call.range);
    }
    const hcl::Expr& argument = *call.arguments[0];
    if (name == "object") return parse_object(argument);
    if (name == "tuple") return parse_tuple(argument);
    auto element = parse(argument);
    if (!element) return std::nullopt;
    Parsed out;
    out.type = name == "list" ? Type::list(element->type) : name == "set" ? Type::set(element->type) : Type::map(element->type);
    if (element->defaults != nullptr) {
      auto node = std::make_shared<Node>();
      node->element = element->defaults;
      out.defaults = std::move(node);
    }
    return out;
  }

  std::optional<Parsed> parse_tuple(const hcl::Expr& argument) {
    const auto* tuple = hcl::as<hcl::TupleExpr>(&argument);
    if (tuple == nullptr) return wrong("The tuple type needs the types of its elements in brackets: tuple([string, number]).", argument.range);
    std::vector<Type> types;
    auto node = std::make_shared<Node>();
    bool defaults = false, failed = false;
    for (const hcl::Expr* element : tuple->elements) {
      auto parsed = parse(*element);
      failed = failed || !parsed;
      if (!parsed) continue;
      types.push_back(parsed->type);
      defaults = defaults || parsed->defaults != nullptr;
      node->elements.push_back(parsed->defaults);
    }
    if (failed) return std::nullopt;
    return Parsed{Type::tuple(std::move(types)), defaults ? NodePointer(node) : nullptr};
  }

  std::optional<Parsed> parse_object(const hcl::Expr& argument) {
    const auto* object = hcl::as<hcl::ObjectExpr>(&argument);
    if (object == nullptr) return wrong("The object type needs its attributes and their types in braces: object({name = string}).", argument.range);
    std::vector<Type::Attribute> attributes;
    auto node = std::make_shared<Node>();
    bool failed = false;
    for (const hcl::ObjectItem& item : object->items) {
      const auto* key = hcl::as<hcl::StringExpr>(item.key);
      if (key == nullptr || !item.bare || !base::is_identifier(key->text)) {
        wrong("Attributes of an object type are named without quotes: {name = string}.", item.key->range);
        failed = true;
        continue;
      }
      const Symbol name(key->text);
      if (std::any_of(attributes.begin(), attributes.end(), [name](const auto& attribute) { return attribute.name == name; })) {
        wrong(format("The attribute \"{}\" is declared twice.", key->text), item.key->range);
        failed = true;
        continue;
      }
      auto parsed = parse_attribute(name, *item.value, attributes, *node);
      failed = failed || !parsed;
    }
    if (failed) return std::nullopt;
    const bool defaults = !node->defaults.empty() || !node->children.empty();
    return Parsed{Type::object(std::move(attributes)), defaults ? NodePointer(node) : nullptr};
  }

  bool parse_attribute(Symbol name, const hcl::Expr& expr, std::vector<Type::Attribute>& attributes, Node& node) {
    const auto* call = hcl::as<hcl::CallExpr>(&expr);
    const bool optional = call != nullptr && call->name.text() == "optional";
    if (optional && (call->arguments.empty() || call->arguments.size() > 2 || call->expand_last)) {
      wrong("optional(…) takes a type and, if wanted, a default value: optional(string, \"x\").", expr.range);
      return false;
    }
    auto parsed = parse(optional ? *call->arguments[0] : expr);
    if (!parsed) return false;
    attributes.push_back({name, parsed->type, optional});
    if (parsed->defaults != nullptr) node.children.emplace(name, parsed->defaults);
    if (!optional || call->arguments.size() < 2) return true;
    const hcl::Expr& written = *call->arguments[1];
    const FunctionContext context;
    const EmptyScope scope(sources_, context);
    Diagnostics failed;
    const Value value = evaluate(written, scope, failed);
    const bool wrong_value = failed.has_errors();
    diags_.append(std::move(failed));
    if (wrong_value) return false;
    // Checked with the inner defaults in place, kept as written: they are applied where it is used.
    const Value filled = TypeDefaults{parsed->defaults}.apply(value);
    auto converted = value::convert(filled, parsed->type);
    if (!converted) {
      wrong(format("The default value of the attribute \"{}\" does not fit its type: {}.", name.text(), converted.mismatch->text()), written.range);
      return false;
    }
    node.defaults.emplace(name, parsed->defaults != nullptr ? value : std::move(converted.value));
    return true;
  }

  const SourceFiles& sources_;
  Diagnostics& diags_;
};

Value apply(const Node& node, const Value& value);

Value apply_each(const std::function<const Node*(std::size_t)>& node_for, const Value& value) {
  std::vector<Value> elements;
  elements.reserve(value.length());
  for (std::size_t i = 0; i < value.length(); ++i) {
    const Node* node = node_for(i);
    elements.push_back(node != nullptr ? apply(*node, value.elements()[i]) : value.elements()[i]);
  }
  if (value.kind() == Kind::map || value.kind() == Kind::object) {
    std::vector<std::pair<Symbol, Value>> attributes;
    attributes.reserve(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      attributes.emplace_back(value.kind() == Kind::map ? Symbol(value.keys()[i]) : value.type().attributes()[i].name, std::move(elements[i]));
    }
    return Value::object(std::move(attributes));
  }
  // Elements may have become different from each other; the conversion that follows makes them one type again.
  return Value::tuple(std::move(elements));
}

Value apply_object(const Node& node, const Value& value) {
  std::vector<std::pair<Symbol, Value>> attributes;
  const auto child = [&node](Symbol name) -> const Node* {
    const auto found = node.children.find(name);
    return found != node.children.end() ? found->second.get() : nullptr;
  };
  const auto with_child = [&](Symbol name, const Value& inner) {
    const Node* inner_node = child(name);
    return inner_node != nullptr ? apply(*inner_node, inner) : inner;
  };
  std::vector<Symbol> present;
  for (std::size_t i = 0; i < value.length(); ++i) {
    const Symbol name = value.kind() == Kind::map ? Symbol(value.keys()[i]) : value.type().attributes()[i].name;
    const Value& given = value.elements()[i];
    const auto fallback = node.defaults.find(name);
    const bool replaced = given.is_null() && fallback != node.defaults.end();
    attributes.emplace_back(name, with_child(name, replaced ? fallback->second : given));
    present.push_back(name);
  }
  std::sort(present.begin(), present.end());
  for (const auto& [name, fallback] : node.defaults) {
    if (!std::binary_search(present.begin(), present.end(), name)) attributes.emplace_back(name, with_child(name, fallback));
  }
  return Value::object(std::move(attributes));
}

Value apply(const Node& node, const Value& value) {
  if (value.is_null() || value.is_unknown()) return value;
  const Value plain = value.unmarked();
  Value out = plain;
  switch (plain.kind()) {
    case Kind::map:
    case Kind::object:
      if (node.element != nullptr) out = apply_each([&](std::size_t) { return node.element.get(); }, plain);
      else if (node.elements.empty()) out = apply_object(node, plain);
      break;
    case Kind::list:
    case Kind::set:
    case Kind::tuple:
      if (node.element != nullptr) {
        out = apply_each([&](std::size_t) { return node.element.get(); }, plain);
      } else if (!node.elements.empty()) {
        out = apply_each([&](std::size_t i) { return i < node.elements.size() ? node.elements[i].get() : nullptr; }, plain);
      }
      break;
    case Kind::null:
    case Kind::unknown:
    case Kind::boolean:
    case Kind::number:
    case Kind::string: break;
  }
  return value.has_marks() ? out.with_marks(value.marks()) : out;
}

}  // namespace

Value TypeDefaults::apply(const Value& value) const { return root == nullptr ? value : lang::apply(*root, value); }

TypeConstraint parse_type_constraint(const hcl::Expr& expr, const SourceFiles& sources, Diagnostics& diags) {
  auto parsed = Parser(sources, diags).parse(expr);
  if (!parsed) return {Type::dynamic(), {}};
  return {parsed->type, {parsed->defaults}};
}

}  // namespace terrace::lang
