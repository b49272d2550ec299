// SPDX-License-Identifier: Apache-2.0
#include "hcl/dump.h"

namespace terrace::hcl {

namespace {
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c; break;
    }
  }
  out += '"';
}

std::string_view sign(BinaryOp op) {
  switch (op) {
    case BinaryOp::or_: return "||";
    case BinaryOp::and_: return "&&";
    case BinaryOp::equal: return "==";
    case BinaryOp::not_equal: return "!=";
    case BinaryOp::less: return "<";
    case BinaryOp::less_equal: return "<=";
    case BinaryOp::greater: return ">";
    case BinaryOp::greater_equal: return ">=";
    case BinaryOp::add: return "+";
    case BinaryOp::subtract: return "-";
    case BinaryOp::multiply: return "*";
    case BinaryOp::divide: return "/";
    case BinaryOp::remainder: return "%";
  }
  return "?";
}

class Dumper {
 public:
  void expression(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::number: out_ += to<NumberExpr>(expr).digits; return;
      case ExprKind::boolean: out_ += to<BoolExpr>(expr).value ? "true" : "false"; return;
      case ExprKind::null: out_ += "null"; return;
      case ExprKind::string: append_quoted(out_, to<StringExpr>(expr).text); return;
      case ExprKind::splat_item: out_ += '@'; return;
      case ExprKind::invalid: out_ += "<invalid>"; return;
      case ExprKind::template_: {
        const auto& node = to<TemplateExpr>(expr);
        out_ += node.wrap ? "(wrap" : "(template";
        parts(node.parts);
        out_ += ')';
        return;
      }
      case ExprKind::traversal: {
        const auto& node = to<TraversalExpr>(expr);
        out_ += node.root.text();
        steps(node.steps);
        return;
      }
      case ExprKind::relative_traversal: {
        const auto& node = to<RelativeTraversalExpr>(expr);
        expression(*node.source);
        steps(node.steps);
        return;
      }
      case ExprKind::index: {
        const auto& node = to<IndexExpr>(expr);
        list("index", {node.collection, node.key});
        return;
      }
      case ExprKind::splat: {
        const auto& node = to<SplatExpr>(expr);
        list("splat", {node.source, node.each});
        return;
      }
      case ExprKind::call: {
        const auto& node = to<CallExpr>(expr);
        out_ += "(call ";
        out_ += node.name.text();
        for (const Expr* argument : node.arguments) item(*argument);
        out_ += node.expand_last ? " ...)" : ")";
        return;
      }
      case ExprKind::conditional: {
        const auto& node = to<ConditionalExpr>(expr);
        list("?", {node.condition, node.if_true, node.if_false});
        return;
      }
      case ExprKind::binary: {
        const auto& node = to<BinaryExpr>(expr);
        list(sign(node.op), {node.left, node.right});
        return;
      }
      case ExprKind::unary: {
        const auto& node = to<UnaryExpr>(expr);
        list(node.op == UnaryOp::negate ? "-" : "!", {node.operand});
        return;
      }
      case ExprKind::parentheses: list("paren", {to<ParenthesesExpr>(expr).inner}); return;
      case ExprKind::tuple:
        out_ += "[";
        for (const Expr* element : to<TupleExpr>(expr).elements) {
          if (out_.back() != '[' || element != to<TupleExpr>(expr).elements.front()) out_ += ' ';
          expression(*element);
        }
        out_ += ']';
        return;
      case ExprKind::object: {
        out_ += '{';
        bool first = true;
        for (const ObjectItem& entry : to<ObjectExpr>(expr).items) {
          if (!first) out_ += ' ';
          first = false;
          if (entry.bare) {
            out_ += to<StringExpr>(*entry.key).text;
          } else {
            expression(*entry.key);
          }
          out_ += '=';
          expression(*entry.value);
        }
        out_ += '}';
        return;
      }
      case ExprKind::for_: {
        const auto& node = to<ForExpr>(expr);
        out_ += "(for ";
        if (!node.key_variable.empty()) {
          out_ += node.key_variable.text();
          out_ += ',';
        }
        out_ += node.value_variable.text();
        item(*node.collection);
        out_ += " :";
        if (node.key != nullptr) {
          item(*node.key);
          out_ += " =>";
        }
        item(*node.value);
        if (node.group) out_ += " ...";
        if (node.condition != nullptr) {
          out_ += " if";
          item(*node.condition);
        }
        out_ += ')';
        return;
      }
    }
  }

  void body(const Body& body) {
    out_ += '{';
    bool first = true;
    auto separate = [&] {
      if (!first) out_ += "; ";
      first = false;
    };
    for (const Attribute& attribute : body.attributes) {
      separate();
      out_ += attribute.name.text();
      out_ += '=';
      expression(*attribute.value);
    }
    for (const Block& block : body.blocks) {
      separate();
      out_ += block.type.text();
      for (const Label& label : block.labels) {
        out_ += ' ';
        append_quoted(out_, label.text.text());
      }
      out_ += ' ';
      this->body(*block.body);
    }
    out_ += '}';
  }

  std::string take() { return std::move(out_); }

 private:
  void item(const Expr& expr) {
    out_ += ' ';
    expression(expr);
  }
  void list(std::string_view head, std::initializer_list<const Expr*> items) {
    out_ += '(';
    out_ += head;
    for (const Expr* expr : items) item(*expr);
    out_ += ')';
  }
  void steps(std::span<const TraversalStep> steps) {
    for (const TraversalStep& step : steps) {
      switch (step.kind) {
        case TraversalStep::Kind::attribute:
          out_ += '.';
          out_ += step.name.text();
          break;
        case TraversalStep::Kind::string_key:
          out_ += '[';
          append_quoted(out_, step.key);
          out_ += ']';
          break;
        case TraversalStep::Kind::number_key:
          out_ += '[';
          out_ += step.key;
          out_ += ']';
          break;
      }
    }
  }
  void parts(std::span<const TemplatePart> parts_list) {
    for (const TemplatePart& part : parts_list) {
      out_ += ' ';
      switch (part.kind) {
        case TemplatePart::Kind::literal: append_quoted(out_, part.text); break;
        case TemplatePart::Kind::interpolation: expression(*part.expr); break;
        case TemplatePart::Kind::if_:
          out_ += "(if ";
          expression(*part.if_->condition);
          out_ += " then";
          parts(part.if_->then);
          if (!part.if_->otherwise.empty()) {
            out_ += " else";
            parts(part.if_->otherwise);
          }
          out_ += ')';
          break;
        case TemplatePart::Kind::for_:
          out_ += "(for ";
          if (!part.for_->key.empty()) {
            out_ += part.for_->key.text();
            out_ += ',';
          }
          out_ += part.for_->value.text();
          item(*part.for_->collection);
          out_ += " :";
          parts(part.for_->body);
          out_ += ')';
          break;
      }
    }
  }

  std::string out_;
};
}  // namespace

std::string dump(const Expr& expr) {
  Dumper dumper;
  dumper.expression(expr);
  return dumper.take();
}

std::string dump(const Body& body) {
  Dumper dumper;
  dumper.body(body);
  return dumper.take();
}

}  // namespace terrace::hcl
