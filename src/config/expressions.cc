// SPDX-License-Identifier: Apache-2.0
// Walking an expression. The parser's nesting limit bounds the depth.
#include <functional>

#include "config/decode.h"

namespace terrace::config {

namespace {

using Visit = std::function<void(const hcl::Expr&)>;

void visit_parts(std::span<const hcl::TemplatePart> parts, const Visit& visit) {
  for (const hcl::TemplatePart& part : parts) {
    if (part.expr != nullptr) visit_expressions(*part.expr, visit);
    if (part.if_ != nullptr) {
      visit_expressions(*part.if_->condition, visit);
      visit_parts(part.if_->then, visit);
      visit_parts(part.if_->otherwise, visit);
    }
    if (part.for_ != nullptr) {
      visit_expressions(*part.for_->collection, visit);
      visit_parts(part.for_->body, visit);
    }
  }
}

}  // namespace

void visit_expressions(const hcl::Expr& expr, const Visit& visit) {
  using hcl::to;
  visit(expr);
  auto inner = [&visit](const hcl::Expr* e) {
    if (e != nullptr) visit_expressions(*e, visit);
  };
  switch (expr.kind) {
    case hcl::ExprKind::number:
    case hcl::ExprKind::boolean:
    case hcl::ExprKind::null:
    case hcl::ExprKind::string:
    case hcl::ExprKind::traversal:
    case hcl::ExprKind::splat_item:
    case hcl::ExprKind::invalid: return;
    case hcl::ExprKind::template_: return visit_parts(to<hcl::TemplateExpr>(expr).parts, visit);
    case hcl::ExprKind::relative_traversal: return inner(to<hcl::RelativeTraversalExpr>(expr).source);
    case hcl::ExprKind::index:
      inner(to<hcl::IndexExpr>(expr).collection);
      return inner(to<hcl::IndexExpr>(expr).key);
    case hcl::ExprKind::splat:
      inner(to<hcl::SplatExpr>(expr).source);
      return inner(to<hcl::SplatExpr>(expr).each);
    case hcl::ExprKind::call:
      for (const hcl::Expr* argument : to<hcl::CallExpr>(expr).arguments) inner(argument);
      return;
    case hcl::ExprKind::conditional:
      inner(to<hcl::ConditionalExpr>(expr).condition);
      inner(to<hcl::ConditionalExpr>(expr).if_true);
      return inner(to<hcl::ConditionalExpr>(expr).if_false);
    case hcl::ExprKind::binary:
      inner(to<hcl::BinaryExpr>(expr).left);
      return inner(to<hcl::BinaryExpr>(expr).right);
    case hcl::ExprKind::unary: return inner(to<hcl::UnaryExpr>(expr).operand);
    case hcl::ExprKind::parentheses: return inner(to<hcl::ParenthesesExpr>(expr).inner);
    case hcl::ExprKind::tuple:
      for (const hcl::Expr* element : to<hcl::TupleExpr>(expr).elements) inner(element);
      return;
    case hcl::ExprKind::object:
      for (const hcl::ObjectItem& item : to<hcl::ObjectExpr>(expr).items) {
        inner(item.key);
        inner(item.value);
      }
      return;
    case hcl::ExprKind::for_: {
      const auto& loop = to<hcl::ForExpr>(expr);
      inner(loop.collection);
      inner(loop.key);
      inner(loop.value);
      return inner(loop.condition);
    }
  }
}

}  // namespace terrace::config
