// SPDX-License-Identifier: Apache-2.0
// What an expression refers to and calls, without evaluating it (D16). Iterator variables are not references.
#include "lang/evaluate.h"
#include "lang/evaluator.h"

namespace terrace::lang {

namespace {

class Walker {
 public:
  std::vector<const hcl::TraversalExpr*> found;
  std::vector<const hcl::CallExpr*> calls;

  void expr(const hcl::Expr* e) {
    using hcl::ExprKind;
    using hcl::to;
    if (e == nullptr) return;
    switch (e->kind) {
      case ExprKind::number:
      case ExprKind::boolean:
      case ExprKind::null:
      case ExprKind::string:
      case ExprKind::splat_item:
      case ExprKind::invalid: return;
      case ExprKind::template_: return parts(to<hcl::TemplateExpr>(*e).parts);
      case ExprKind::traversal: {
        const auto& traversal = to<hcl::TraversalExpr>(*e);
        if (std::find(bound_.begin(), bound_.end(), traversal.root) == bound_.end()) found.push_back(&traversal);
        return;
      }
      case ExprKind::relative_traversal: return expr(to<hcl::RelativeTraversalExpr>(*e).source);
      case ExprKind::index:
        expr(to<hcl::IndexExpr>(*e).collection);
        return expr(to<hcl::IndexExpr>(*e).key);
      case ExprKind::splat:
        expr(to<hcl::SplatExpr>(*e).source);
        return expr(to<hcl::SplatExpr>(*e).each);
      case ExprKind::call: {
        const auto& call = to<hcl::CallExpr>(*e);
        calls.push_back(&call);
        for (const hcl::Expr* argument : call.arguments) expr(argument);
        return;
      }
      case ExprKind::conditional: {
        const auto& conditional = to<hcl::ConditionalExpr>(*e);
        expr(conditional.condition);
        expr(conditional.if_true);
        return expr(conditional.if_false);
      }
      case ExprKind::binary:
        expr(to<hcl::BinaryExpr>(*e).left);
        return expr(to<hcl::BinaryExpr>(*e).right);
      case ExprKind::unary: return expr(to<hcl::UnaryExpr>(*e).operand);
      case ExprKind::parentheses: return expr(to<hcl::ParenthesesExpr>(*e).inner);
      case ExprKind::tuple:
        for (const hcl::Expr* element : to<hcl::TupleExpr>(*e).elements) expr(element);
        return;
      case ExprKind::object:
        for (const hcl::ObjectItem& item : to<hcl::ObjectExpr>(*e).items) {
          expr(item.key);
          expr(item.value);
        }
        return;
      case ExprKind::for_: {
        const auto& loop = to<hcl::ForExpr>(*e);
        expr(loop.collection);
        const std::size_t before = bind(loop.key_variable, loop.value_variable);
        expr(loop.key);
        expr(loop.value);
        expr(loop.condition);
        bound_.resize(before);
        return;
      }
    }
  }

  void body(const hcl::Body& body) {
    std::size_t attribute = 0, block = 0;
    // Source order over both kinds.
    while (attribute < body.attributes.size() || block < body.blocks.size()) {
      const bool attribute_first =
          block == body.blocks.size() ||
          (attribute < body.attributes.size() && body.attributes[attribute].range.begin < body.blocks[block].range.begin);
      if (attribute_first) {
        expr(body.attributes[attribute++].value);
      } else {
        one_block(body.blocks[block++]);
      }
    }
  }

 private:
  std::size_t bind(Symbol key, Symbol value) {
    const std::size_t before = bound_.size();
    if (!key.empty()) bound_.push_back(key);
    if (!value.empty()) bound_.push_back(value);
    return before;
  }

  void one_block(const hcl::Block& block) {
    static const Symbol kDynamic("dynamic"), kForEach("for_each"), kLabels("labels"), kIterator("iterator"), kContent("content");
    if (block.type != kDynamic || block.labels.size() != 1) return body(*block.body);
    Symbol iterator = block.labels[0].text;
    if (const auto* named = block.body->find(kIterator)) {
      if (const auto* traversal = hcl::as<hcl::TraversalExpr>(named->value)) iterator = traversal->root;
    }
    if (const auto* for_each = block.body->find(kForEach)) expr(for_each->value);
    const std::size_t before = bind(Symbol(), iterator);
    if (const auto* labels = block.body->find(kLabels)) expr(labels->value);
    for (const hcl::Block& inner : block.body->blocks) {
      if (inner.type == kContent) body(*inner.body);
    }
    bound_.resize(before);
  }

  void parts(std::span<const hcl::TemplatePart> parts) {
    for (const hcl::TemplatePart& part : parts) {
      expr(part.expr);
      if (part.if_ != nullptr) {
        expr(part.if_->condition);
        this->parts(part.if_->then);
        this->parts(part.if_->otherwise);
      }
      if (part.for_ != nullptr) {
        expr(part.for_->collection);
        const std::size_t before = bind(part.for_->key, part.for_->value);
        this->parts(part.for_->body);
        bound_.resize(before);
      }
    }
  }

  std::vector<Symbol> bound_;
};

}  // namespace

std::vector<const hcl::TraversalExpr*> references(const hcl::Expr& expr) {
  Walker walker;
  walker.expr(&expr);
  return std::move(walker.found);
}

std::vector<const hcl::TraversalExpr*> references(const hcl::Body& body) {
  Walker walker;
  walker.body(body);
  return std::move(walker.found);
}

void check_functions(const hcl::Expr& expr, Diagnostics& diags) {
  Walker walker;
  walker.expr(&expr);
  for (const hcl::CallExpr* call : walker.calls) {
    const std::string_view name = call->name.text();
    if (is_lazy_function(call->name) || find_builtin(plain_function_name(name)) != nullptr) continue;
    diags.error(DiagCode::unknown_function, unknown_function_detail(name), call->name_range).context = call->range;
  }
}

}  // namespace terrace::lang
