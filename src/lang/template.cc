// SPDX-License-Identifier: Apache-2.0
// Templates (A2): parts joined to a string; an unknown part leaves the certain beginning as a refinement.
#include "base/format.h"
#include "lang/evaluator.h"
#include "value/convert.h"

namespace terrace::lang {

struct Evaluator::Text {
  std::string known;      // until the first unknown part: the text so far
  bool unknown = false;
  bool failed = false;
  Marks marks;
};

Value Evaluator::eval_template(const hcl::TemplateExpr& expr) {
  if (expr.wrap) return eval(*expr.parts[0].expr);
  Text text;
  append_parts(expr.parts, text);
  if (text.failed) return unknown_with(Type::string(), text.marks);
  if (text.unknown) {
    Refinement refinement;
    refinement.nullness = Refinement::Nullness::not_null;
    refinement.prefix = value::safe_prefix(text.known);
    return marked(Value::unknown(Type::string(), std::move(refinement)), text.marks);
  }
  if (!charge_string(text.known.size(), kMaxString, expr.range)) return Value::unknown(Type::string());
  return marked(Value::string(text.known), text.marks);
}

void Evaluator::append_parts(std::span<const hcl::TemplatePart> parts, Text& text) {
  for (const hcl::TemplatePart& part : parts) {
    if (current_run()->exhausted) {
      text.failed = true;
      return;
    }
    switch (part.kind) {
      case hcl::TemplatePart::Kind::literal:
        if (!text.unknown && !text.failed) text.known += part.text;
        break;
      case hcl::TemplatePart::Kind::interpolation: append_value(eval(*part.expr), part, text); break;
      case hcl::TemplatePart::Kind::if_: append_if(*part.if_, part.range, text); break;
      case hcl::TemplatePart::Kind::for_: append_for(*part.for_, part.range, text); break;
    }
  }
}

void Evaluator::append_value(const Value& value, const hcl::TemplatePart& part, Text& text) {
  if (value.has_marks()) text.marks.merge(value.marks());
  if (value.kind() == Kind::null) {
    text.failed = true;
    return error(DiagCode::invalid_interpolation, "The expression result is null. A template cannot include a null value.", part.expr->range, part.expr);
  }
  Value converted = value;
  if (value.type() != Type::string()) {
    // A part that failed is an unknown dynamic value and converts.
    auto conversion = value::convert(value, Type::string());
    if (!conversion) {
      text.failed = true;
      return error(DiagCode::invalid_interpolation,
                   format("A template can include only text and what converts to it: {}.", conversion.mismatch->text()), part.expr->range, part.expr);
    }
    converted = std::move(conversion.value);
  }
  if (text.failed || text.unknown) {
    if (converted.is_unknown()) text.unknown = true;
    return;
  }
  if (converted.is_unknown()) {
    text.unknown = true;
    if (const Refinement* refinement = converted.refinement()) text.known += refinement->prefix;
    return;
  }
  const std::string_view added = converted.as_string();
  if (text.known.size() + added.size() > kMaxString) {
    text.failed = true;
    charge_string(text.known.size() + added.size(), kMaxString, part.range);
    return;
  }
  text.known += added;
}

void Evaluator::append_if(const hcl::TemplateIf& part, SourceRange, Text& text) {
  const Truth truth = condition(*part.condition, text.marks, "a template's \"if\"");
  switch (truth) {
    case Truth::yes: return append_parts(part.then, text);
    case Truth::no: return append_parts(part.otherwise, text);
    case Truth::failed: text.failed = true; return;
    case Truth::unknown: break;
  }
  text.unknown = true;  // the branches are still evaluated for their mistakes
  append_parts(part.then, text);
  append_parts(part.otherwise, text);
}

void Evaluator::append_for(const hcl::TemplateFor& part, SourceRange range, Text& text) {
  const Value collection = eval(*part.collection);
  if (collection.has_marks()) text.marks.merge(collection.marks());
  if (collection.is_unknown()) {
    text.unknown = true;
    return;
  }
  if (!iterable(collection, *part.collection)) {
    text.failed = true;
    return;
  }
  Frame frame{frame_, part.key, part.value, {}, {}};
  frame_ = &frame;
  const auto once = [&](Value key, const Value& value) {
    frame.key = std::move(key);
    frame.value = value;
    append_parts(part.body, text);
    if (text.known.size() > kMaxString) {
      charge_string(text.known.size(), kMaxString, range);
      text.failed = true;
    }
    return !text.failed && charge_steps(1, range);
  };
  const auto elements = collection.elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!once(element_key(collection, i), elements[i])) break;
  }
  frame_ = frame.outer;
}

}  // namespace terrace::lang
