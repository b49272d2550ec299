// SPDX-License-Identifier: Apache-2.0
// References, attributes, indexes and splats (A6, A7).
#include "base/format.h"
#include "diag/suggest.h"
#include "lang/evaluate.h"
#include "lang/evaluator.h"
#include "value/convert.h"
#include "value/print.h"

namespace terrace::lang {

namespace {

/// The type an attribute or element would have in an unknown value, or nothing where there is none.
std::optional<Type> attribute_type(Type type, Symbol name) {
  if (type.kind() == TypeKind::map) return type.element();
  const int at = type.attribute_index(name);
  if (at < 0) return std::nullopt;
  return type.attributes()[static_cast<std::size_t>(at)].type;
}

std::string missing_attribute(Type type, Symbol name) {
  std::vector<std::string_view> candidates;
  if (type.attributes().size() <= 1000) {
    for (const auto& attribute : type.attributes()) candidates.push_back(attribute.name.text());
  }
  return format("This object does not have an attribute named \"{}\".{}", name.text(), diag::did_you_mean(name.text(), candidates));
}

}  // namespace

const Value* Evaluator::local(Symbol name) const {
  for (const Frame* frame = frame_; frame != nullptr; frame = frame->outer) {
    if (name == frame->value_name) return &frame->value;
    if (name == frame->key_name) return &frame->key;
  }
  return nullptr;
}

Value Evaluator::eval_traversal(const hcl::TraversalExpr& expr) {
  if (frame_ != nullptr) {
    if (const Value* value = local(expr.root)) return steps(*value, expr.steps, &expr);
  }
  auto resolved = ask([&](Diagnostics& diags) { return scope_.resolve(expr, diags); });
  if (!resolved) {
    ++failures_;
    return unknown_dynamic();
  }
  const std::size_t consumed = std::min(resolved->consumed, expr.steps.size());
  if (consumed == expr.steps.size()) return std::move(resolved->value);
  return steps(std::move(resolved->value), expr.steps.subspan(consumed), &expr);
}

Value Evaluator::steps(Value value, std::span<const hcl::TraversalStep> steps, const hcl::Expr* expr) {
  for (const hcl::TraversalStep& step : steps) {
    const std::size_t before = failures_;
    switch (step.kind) {
      case hcl::TraversalStep::Kind::attribute: value = attribute(value, step.name, step.range, expr); break;
      case hcl::TraversalStep::Kind::string_key: value = index(value, Value::string(step.key), step.range, expr); break;
      case hcl::TraversalStep::Kind::number_key: {
        const auto number = Number::parse(step.key);
        value = index(value, number ? Value::number(*number) : Value::string(step.key), step.range, expr);
        break;
      }
    }
    if (failures_ != before) break;
  }
  return value;
}

Value Evaluator::attribute(const Value& object, Symbol name, SourceRange range, const hcl::Expr* expr) {
  const Type type = object.type();
  const Marks marks = object.has_marks() ? object.marks() : Marks();
  const auto wrong = [&](DiagCode code, std::string detail) {
    error(code, std::move(detail), range, expr);
    return unknown_with(Type::dynamic(), marks);
  };
  if (object.is_null()) {
    return wrong(DiagCode::null_attribute, format("This value is null, so it does not have an attribute \"{}\".", name.text()));
  }
  switch (type.kind()) {
    case TypeKind::dynamic: return unknown_with(Type::dynamic(), marks);
    case TypeKind::object: {
      if (object.is_unknown()) {
        if (const auto found = attribute_type(type, name)) return unknown_with(*found, marks);
      } else if (const Value* found = object.attribute(name)) {
        return marked(*found, marks);
      }
      return wrong(DiagCode::unsupported_attribute, missing_attribute(type, name));
    }
    case TypeKind::map: {
      if (object.is_unknown()) return unknown_with(type.element(), marks);
      if (const Value* found = object.find(name.text())) return marked(*found, marks);
      return wrong(DiagCode::invalid_index, format("This map has no element with the key \"{}\".", name.text()));
    }
    case TypeKind::list:
    case TypeKind::set: {
      const bool list = type.kind() == TypeKind::list;
      const bool of_objects = type.element().kind() == TypeKind::object;
      if (!of_objects) return wrong(DiagCode::unsupported_attribute, format("A {} has no attributes.", value::friendly_name(type)));
      return wrong(DiagCode::unsupported_attribute,
                   list ? format("A list of objects has no attribute \"{}\". Name one element first, as in [0].{}, or read it from all of them with [*].{}.",
                                 name.text(), name.text(), name.text())
                        : format("A set of objects has no attribute \"{}\". Read it from all elements with [*].{}, or from one with one(…).{}.", name.text(),
                                 name.text(), name.text()));
    }
    case TypeKind::tuple: return wrong(DiagCode::unsupported_attribute, format("A tuple has no attributes. Name one element first, as in [0].{}.", name.text()));
    case TypeKind::boolean:
    case TypeKind::number:
    case TypeKind::string:
    case TypeKind::capsule: break;
  }
  return wrong(DiagCode::unsupported_attribute, format("A {} has no attributes.", value::friendly_name(type)));
}

Value Evaluator::index(const Value& collection, const Value& key, SourceRange range, const hcl::Expr* expr) {
  Marks marks;
  if (collection.has_marks()) marks.merge(collection.marks());
  if (key.has_marks()) marks.merge(key.marks());
  const Type type = collection.type();
  const auto wrong = [&](DiagCode code, std::string detail) {
    error(code, std::move(detail), range, expr);
    return unknown_with(Type::dynamic(), marks);
  };
  if (collection.is_null()) return wrong(DiagCode::null_index, "This value is null, so it does not have any elements.");
  if (key.is_null()) return wrong(DiagCode::invalid_index, "The key is null; it must be a number or a text.");
  // Where a number or text is needed the key converts; a wrong type is an error even when its value is unknown.
  const auto converted = [&key](Type to) { return value::convert(key.unmarked(), to); };
  switch (type.kind()) {
    case TypeKind::dynamic: return unknown_with(Type::dynamic(), marks);
    case TypeKind::map: {
      const auto text = converted(Type::string());
      if (!text) return wrong(DiagCode::invalid_index, format("The key of a map must be a text: {}.", text.mismatch->text()));
      if (collection.is_unknown() || text.value.is_unknown()) return unknown_with(type.element(), marks);
      if (const Value* found = collection.find(text.value.as_string())) return marked(*found, marks);
      return wrong(DiagCode::invalid_index, "The given key does not identify an element in this collection value.");
    }
    case TypeKind::object: {
      const auto text = converted(Type::string());
      if (!text) return wrong(DiagCode::invalid_index, format("The key of an object must be the name of an attribute: {}.", text.mismatch->text()));
      if (text.value.is_unknown()) return unknown_with(Type::dynamic(), marks);
      const Symbol name(text.value.as_string());
      if (collection.is_unknown()) {
        if (const auto found = attribute_type(type, name)) return unknown_with(*found, marks);
      } else if (const Value* found = collection.attribute(name)) {
        return marked(*found, marks);
      }
      return wrong(DiagCode::invalid_index, key.has_marks() ? std::string("The given key does not identify an attribute of this object.")
                                                           : missing_attribute(type, name));
    }
    case TypeKind::list:
    case TypeKind::tuple: {
      const bool is_tuple = type.kind() == TypeKind::tuple;
      const auto number = converted(Type::number());
      if (!number) {
        return wrong(DiagCode::invalid_index, format("The index of a {} must be a number: {}.", is_tuple ? "tuple" : "list", number.mismatch->text()));
      }
      if (number.value.is_unknown()) return unknown_with(is_tuple ? Type::dynamic() : type.element(), marks);
      const Number n = number.value.as_number();
      if (!n.is_integer()) return wrong(DiagCode::invalid_index, "An index must be a whole number.");
      if (n.sign() < 0) {
        return wrong(DiagCode::invalid_index, "An index cannot be negative. To count from the end, compute it with length(), as in list[length(list) - 1].");
      }
      const auto at = n.to_int64();
      if (!is_tuple && collection.is_unknown()) return unknown_with(type.element(), marks);
      const std::size_t length = is_tuple ? type.elements().size() : collection.length();
      if (!at || static_cast<std::uint64_t>(*at) >= length) {
        return wrong(DiagCode::invalid_index,
                     length == 0 ? std::string("The collection has no elements, so no index is valid.")
                                 : format("The index is too large for a collection of {} elements, whose last one is at {}.", length, length - 1));
      }
      const auto place = static_cast<std::size_t>(*at);
      if (collection.is_unknown()) return unknown_with(type.elements()[place], marks);
      return marked(collection.elements()[place], marks);
    }
    case TypeKind::set:
      return wrong(DiagCode::invalid_index,
                   "The elements of a set have no keys or places. Turn it into a list with tolist(), take a single element with one(), or use a for expression.");
    case TypeKind::boolean:
    case TypeKind::number:
    case TypeKind::string:
    case TypeKind::capsule: break;
  }
  return wrong(DiagCode::invalid_index, format("A {} has no elements.", value::friendly_name(type)));
}

Value Evaluator::eval_index(const hcl::IndexExpr& expr) {
  const auto* traversal = hcl::as<hcl::TraversalExpr>(expr.collection);
  const std::size_t before = failures_;
  if (traversal != nullptr && local(traversal->root) == nullptr) {
    const Value key = eval(*expr.key);
    if (failures_ != before) return unknown_dynamic();
    if (auto found = scope_.resolve_indexed(*traversal, key.unmarked())) return key.has_marks() ? found->with_marks(key.marks()) : std::move(*found);
    const Value collection = eval(*expr.collection);
    if (failures_ != before) return unknown_dynamic();
    return index(collection, key, expr.range, &expr);
  }
  const Value collection = eval(*expr.collection);
  const Value key = eval(*expr.key);
  if (failures_ != before) return unknown_dynamic();
  return index(collection, key, expr.range, &expr);
}

Value Evaluator::eval_splat(const hcl::SplatExpr& expr) {
  std::size_t before = failures_;
  Value source = eval(*expr.source);
  if (failures_ != before) return unknown_dynamic();
  const Marks marks = source.has_marks() ? source.marks() : Marks();
  source = source.unmarked();
  const TypeKind kind = source.type().kind();
  const bool sequence = kind == TypeKind::list || kind == TypeKind::set || kind == TypeKind::tuple;
  if (source.is_null()) {
    if (!sequence) return marked(Value::tuple({}), marks);
    error(DiagCode::splat_of_null, "Splat expressions (with the * symbol) cannot be applied to null sequences.", expr.source->range, expr.source,
          diag::span(expr.source->range, expr.marker));
    return unknown_with(Type::dynamic(), marks);
  }
  if (!sequence) {
    if (source.is_unknown() && (kind == TypeKind::dynamic || !source.definitely_not_null())) return unknown_with(Type::dynamic(), marks);
    source = Value::tuple({source});
  }
  const Value* outer = splat_item_;
  const auto each = [&](const Value& element) {
    splat_item_ = &element;
    Value result = eval(*expr.each);
    splat_item_ = outer;
    return result;
  };
  const auto element_result_type = [&] {
    return each(Value::unknown(source.type().element())).type();
  };
  if (source.is_unknown() && kind != TypeKind::tuple) {
    Refinement refinement;
    if (const Refinement* known = source.refinement()) {
      refinement.nullness = known->nullness;
      refinement.min_length = known->min_length;
      refinement.max_length = known->max_length;
    }
    const Type element = element_result_type();
    if (failures_ != before) return unknown_with(Type::dynamic(), marks);
    const Type result = Type::list(element);
    return marked(refinement.is_trivial() ? Value::unknown(result) : Value::unknown(result, std::move(refinement)), marks);
  }
  std::vector<Value> results;
  if (source.is_unknown()) {
    for (const Type element : source.type().elements()) results.push_back(each(Value::unknown(element)));
  } else {
    results.reserve(source.length());
    for (const Value& element : source.elements()) {
      results.push_back(each(element));
      if (failures_ != before) break;  // the same mistake once, not per element
    }
  }
  if (failures_ != before) return unknown_with(Type::dynamic(), marks);
  if (kind != TypeKind::list && kind != TypeKind::set) return marked(checked(Value::tuple(std::move(results)), expr.range), marks);
  if (results.empty()) return marked(Value::list(element_result_type(), {}), marks);
  const Type first = results.front().type();
  if (std::any_of(results.begin(), results.end(), [first](const Value& value) { return value.type() != first; })) {
    auto unified = value::unify_values(results, value::Safety::safe);
    if (!unified) {
      error(DiagCode::inconsistent_splat, "The results for the elements have different types that one list cannot hold.", expr.range, &expr);
      return unknown_with(Type::dynamic(), marks);
    }
    results = std::move(*unified);
  }
  const Type element = results.front().type();
  if (std::any_of(results.begin(), results.end(), [element](const Value& value) { return value.type() != element; })) {
    return unknown_with(Type::dynamic(), marks);  // parts of them are of types not known yet
  }
  return marked(checked(Value::list(element, std::move(results)), expr.range), marks);
}

namespace {

std::string traversal_text(Symbol root, std::span<const hcl::TraversalStep> steps) {
  std::string out(root.text());
  for (const hcl::TraversalStep& step : steps) {
    switch (step.kind) {
      case hcl::TraversalStep::Kind::attribute: out.append(".").append(step.name.text()); break;
      case hcl::TraversalStep::Kind::string_key: out.append("[").append(value::quote(step.key)).append("]"); break;
      case hcl::TraversalStep::Kind::number_key: out.append("[").append(step.key).append("]"); break;
    }
  }
  return out;
}

}  // namespace

std::vector<diag::ValueHint> Evaluator::hints(const hcl::Expr& expr) {
  constexpr std::size_t kMost = 12;
  std::vector<diag::ValueHint> out;
  Quietly quietly(*this);
  for (const hcl::TraversalExpr* traversal : references(expr)) {
    if (out.size() == kMost) break;
    const bool is_local = local(traversal->root) != nullptr;
    // The longest part of it that has a value.
    for (std::size_t length = traversal->steps.size();; --length) {
      if (length == 0 && !is_local) break;
      hcl::TraversalExpr part = *traversal;
      part.steps = part.steps.first(length);
      const std::size_t before = failures_;
      const Value value = eval_traversal(part);
      if (failures_ == before) {
        if (value.is_known() || value.has_marks()) out.push_back({traversal_text(part.root, part.steps), value::hint(value)});
        break;
      }
      if (length == 0) break;
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.traversal < b.traversal; });
  out.erase(std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.traversal == b.traversal; }), out.end());
  return out;
}

}  // namespace terrace::lang
