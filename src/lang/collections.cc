// SPDX-License-Identifier: Apache-2.0
// Object constructors and for expressions (A4, A5).
#include <unordered_map>

#include "base/format.h"
#include "lang/evaluator.h"
#include "value/convert.h"

namespace terrace::lang {

namespace {

/// Attributes in order of first appearance; a later value of the same name replaces the earlier one.
class Attributes {
 public:
  explicit Attributes(std::size_t expected) { items_.reserve(expected); }
  /// The place of `name`, and whether it is new.
  std::pair<std::size_t, bool> place(Symbol name) {
    if (items_.size() < kIndexed) {
      for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].first == name) return {i, false};
      }
    } else {
      if (index_.empty()) {
        for (std::size_t i = 0; i < items_.size(); ++i) index_.emplace(items_[i].first, i);
      }
      const auto [at, added] = index_.emplace(name, items_.size());
      if (!added) return {at->second, false};
    }
    items_.emplace_back(name, Value());
    return {items_.size() - 1, true};
  }
  void set(std::size_t place, Value value) { items_[place].second = std::move(value); }
  std::size_t size() const { return items_.size(); }
  std::vector<std::pair<Symbol, Value>> take() { return std::move(items_); }

 private:
  static constexpr std::size_t kIndexed = 16;
  std::vector<std::pair<Symbol, Value>> items_;
  std::unordered_map<Symbol, std::size_t> index_;
};

}  // namespace

Value element_key(const Value& collection, std::size_t i) {
  switch (collection.kind()) {
    case Kind::map: return Value::string(collection.keys()[i]);
    case Kind::object: return Value::string(collection.type().attributes()[i].name.text());
    case Kind::set: return collection.elements()[i];
    case Kind::list:
    case Kind::tuple:
    case Kind::null:
    case Kind::unknown:
    case Kind::boolean:
    case Kind::number:
    case Kind::string: break;
  }
  return Value::number(static_cast<std::int64_t>(i));
}

Value Evaluator::checked(Value value, SourceRange range) {
  std::string detail;
  if (value.length() > kMaxElements) {
    detail = format("A collection of {} elements is made here; the limit is {}.", value.length(), kMaxElements);
  } else if (value.expanded_size() > kMaxExpandedSize) {
    detail = format("The value made here would have more than {} parts if written out.", kMaxExpandedSize);
  } else if (value.type().depth() > kMaxValueDepth) {
    detail = format("The value made here is nested more than {} levels deep.", kMaxValueDepth);
  } else {
    return charge_bytes(value.length() * sizeof(Value), range) ? value : unknown_dynamic();
  }
  error(DiagCode::limit_exceeded, std::move(detail), range);
  current_run()->exhausted = true;
  return unknown_dynamic();
}

std::optional<Symbol> Evaluator::object_key(const Value& key, const hcl::Expr& expr, bool& unknown) {
  if (key.is_null()) {
    error(DiagCode::invalid_key, "The key is null; it must be a text.", expr.range, &expr);
    return std::nullopt;
  }
  Value text = key;
  if (key.type() != Type::string()) {
    auto converted = value::convert(key, Type::string());
    if (!converted) {
      error(DiagCode::invalid_key, format("The key must be a text: {}.", converted.mismatch->text()), expr.range, &expr);
      return std::nullopt;
    }
    text = std::move(converted.value);
  }
  if (text.is_unknown()) {
    unknown = true;
    return std::nullopt;
  }
  return Symbol(text.as_string());
}

Value Evaluator::eval_object(const hcl::ObjectExpr& expr) {
  Attributes attributes(expr.items.size());
  Marks marks;
  bool unknown = false;
  for (const hcl::ObjectItem& item : expr.items) {
    std::optional<Symbol> name;
    if (item.bare && item.key->kind == hcl::ExprKind::string) {
      name = Symbol(static_cast<const hcl::StringExpr*>(item.key)->text);
    } else if (const auto* traversal = hcl::as<hcl::TraversalExpr>(item.key); traversal != nullptr && !item.parenthesised) {
      error(DiagCode::ambiguous_key,
            "If this is meant to be a reference, put it in parentheses; if it is meant to be a text, put it in quotes.", item.key->range);
    } else {
      const std::size_t before = failures_;
      const Value key = eval(*item.key);
      if (key.has_marks()) marks.merge(key.marks());
      if (failures_ == before) name = object_key(key, *item.key, unknown);
    }
    Value value = eval(*item.value);
    if (name) attributes.set(attributes.place(*name).first, std::move(value));
    else unknown = true;
  }
  if (unknown) return unknown_with(Type::dynamic(), marks);
  return marked(checked(Value::object(attributes.take()), expr.range), marks);
}

bool Evaluator::iterable(const Value& collection, const hcl::Expr& expr) {
  if (collection.is_null()) {
    error(DiagCode::iteration_over_null, "A null value cannot be used as the collection of a \"for\".", expr.range, &expr);
    return false;
  }
  switch (collection.type().kind()) {
    case TypeKind::dynamic:
    case TypeKind::list:
    case TypeKind::set:
    case TypeKind::map:
    case TypeKind::object:
    case TypeKind::tuple: return true;
    case TypeKind::boolean:
    case TypeKind::number:
    case TypeKind::string:
    case TypeKind::capsule: break;
  }
  error(DiagCode::not_iterable,
        format("A {} has no elements. The collection of a \"for\" must be a list, set, map, tuple or object.", value::friendly_name(collection.type())),
        expr.range, &expr);
  return false;
}

Value Evaluator::eval_for(const hcl::ForExpr& expr) {
  const std::size_t before = failures_;
  const Value collection = eval(*expr.collection);
  Marks marks = collection.has_marks() ? collection.marks() : Marks();
  if (failures_ != before || !iterable(collection, *expr.collection) || collection.is_unknown()) return unknown_with(Type::dynamic(), marks);
  return expr.key == nullptr ? for_tuple(expr, collection.unmarked(), std::move(marks)) : for_object(expr, collection.unmarked(), std::move(marks));
}

Value Evaluator::for_tuple(const hcl::ForExpr& expr, const Value& collection, Marks marks) {
  const auto elements = collection.elements();
  std::vector<Value> results;
  results.reserve(elements.size());
  bool unknown = false;
  const std::size_t before = failures_;
  Frame frame{frame_, expr.key_variable, expr.value_variable, {}, {}};
  frame_ = &frame;
  // A mistake stops the loop: it would only be repeated for every element.
  for (std::size_t i = 0; i < elements.size() && failures_ == before && charge_steps(1, expr.range); ++i) {
    if (!frame.key_name.empty()) frame.key = element_key(collection, i);
    frame.value = elements[i];
    if (expr.condition != nullptr) {
      const Truth truth = condition(*expr.condition, marks, "a \"for\" expression");
      if (truth == Truth::no) continue;
      unknown = unknown || truth != Truth::yes;
    }
    results.push_back(eval(*expr.value));
  }
  frame_ = frame.outer;
  if (unknown || failures_ != before) return unknown_with(Type::dynamic(), marks);
  return marked(checked(Value::tuple(std::move(results)), expr.range), marks);
}

Value Evaluator::for_object(const hcl::ForExpr& expr, const Value& collection, Marks marks) {
  const auto elements = collection.elements();
  Attributes attributes(elements.size());
  std::vector<std::vector<Value>> groups;  // parallel to the attributes when grouping
  bool unknown = false;
  const std::size_t before = failures_;
  Frame frame{frame_, expr.key_variable, expr.value_variable, {}, {}};
  frame_ = &frame;
  for (std::size_t i = 0; i < elements.size() && failures_ == before && charge_steps(1, expr.range); ++i) {
    if (!frame.key_name.empty()) frame.key = element_key(collection, i);
    frame.value = elements[i];
    if (expr.condition != nullptr) {
      const Truth truth = condition(*expr.condition, marks, "a \"for\" expression");
      if (truth == Truth::no) continue;
      unknown = unknown || truth != Truth::yes;
    }
    const Value key = eval(*expr.key);
    if (key.has_marks()) marks.merge(key.marks());
    std::optional<Symbol> name;
    if (failures_ == before) name = object_key(key, *expr.key, unknown);
    Value value = eval(*expr.value);
    if (!name) continue;
    const auto [place, added] = attributes.place(*name);
    if (expr.group) {
      if (added) groups.emplace_back();
      groups[place].push_back(std::move(value));
    } else if (added) {
      attributes.set(place, std::move(value));
    } else {
      const std::string which = key.has_marks() ? std::string("one key") : format("the key \"{}\"", name->text());
      error(DiagCode::duplicate_key,
            format("Two different items have {} in this \"for\" expression. If that is intended, put an ellipsis (...) after the value to group items by key.", which),
            expr.key->range, expr.key, expr.range);
    }
  }
  frame_ = frame.outer;
  if (unknown || failures_ != before) return unknown_with(Type::dynamic(), marks);
  for (std::size_t i = 0; i < groups.size(); ++i) attributes.set(i, Value::tuple(std::move(groups[i])));
  return marked(checked(Value::object(attributes.take()), expr.range), marks);
}

}  // namespace terrace::lang
