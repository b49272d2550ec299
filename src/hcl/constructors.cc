// SPDX-License-Identifier: Apache-2.0
// Tuples, objects and `for`. Source: HCL native syntax specification, "Collection Values", "For Expressions";
// checklist A4, A5.
#include <algorithm>

#include "base/format.h"
#include "hcl/parser_impl.h"

namespace terrace::hcl {

const Expr* Parser::parse_tuple() {
  Newlines newlines(*this, false);
  const Token open = read();
  if (is_word(peek(), "for")) return parse_for(open, TokenKind::close_bracket);
  const std::size_t mark = exprs_.size();
  std::uint32_t height = 0;
  while (peek().kind != TokenKind::close_bracket) {
    const Expr* element = parse_expression();
    if (failed_) {
      exprs_.resize(mark);
      return invalid(open.begin);
    }
    exprs_.push_back(element);
    height = std::max(height, height_);
    const Token next = peek();
    if (next.kind == TokenKind::comma) {
      read();
    } else if (next.kind != TokenKind::close_bracket) {
      if (next.kind == TokenKind::end_of_file) {
        fail(DiagCode::unterminated_tuple, "This bracket has no closing bracket before the end of the file.",
             range(open));
      } else {
        unexpected(next, DiagCode::missing_item_separator,
                   format("Elements are separated by commas, but found {}.", describe(next)),
                   range(open.begin, next.end));
      }
      exprs_.resize(mark);
      return invalid(open.begin);
    }
  }
  const Token close = read();
  TupleExpr* expr = make_expr<TupleExpr>(open.begin, close.end);
  expr->elements = take(exprs_, mark);
  grow(height + 1, open);
  return expr;
}

const Expr* Parser::parse_object() {
  const Token open = read();
  {
    Newlines newlines(*this, false);
    if (is_word(peek(), "for")) return parse_for(open, TokenKind::close_brace);
  }
  Newlines newlines(*this, true);
  const std::size_t mark = items_.size();
  std::uint32_t height = 0;
  while (!failed_) {
    const Token start = peek();
    if (start.kind == TokenKind::newline) {
      read();
      continue;
    }
    if (start.kind == TokenKind::close_brace) break;
    ObjectItem item{};
    item.parenthesised = start.kind == TokenKind::open_parenthesis;
    item.key = parse_expression();
    if (failed_) break;
    height = std::max(height, height_);
    const bool word = start.kind == TokenKind::identifier && item.key->range.end == start.end;
    if (word) {
      // A lone name is a literal key, even when it spells a keyword.
      StringExpr* key = make_expr<StringExpr>(start.begin, start.end);
      key->text = text(start);
      item.key = key;
      item.bare = true;
    }
    const Token sign = peek();
    const SourceRange context = range(open.begin, sign.end);
    if (sign.kind != TokenKind::equal && sign.kind != TokenKind::colon) {
      if (sign.kind == TokenKind::end_of_file) {
        fail(DiagCode::unterminated_object, "This brace has no closing brace before the end of the file.", range(open));
      } else if (sign.kind == TokenKind::newline || sign.kind == TokenKind::comma ||
                 sign.kind == TokenKind::close_brace) {
        fail(sign.kind == TokenKind::close_brace ? DiagCode::missing_key_separator : DiagCode::missing_attribute_value,
             format("The attribute needs an equals sign (\"=\") and a value, but found {}.", describe(sign)), range(sign),
             context);
      } else if (sign.kind == TokenKind::identifier) {
        fail(DiagCode::missing_key_separator,
             "Expected an equals sign (\"=\") and the attribute's value. A name with spaces or dots is written in quotes.",
             range(sign), context);
      } else {
        unexpected(sign, DiagCode::missing_key_separator,
                   format("Expected an equals sign (\"=\") and the attribute's value, but found {}.", describe(sign)),
                   context);
      }
      break;
    }
    read();
    item.value = parse_expression();
    if (failed_) break;
    height = std::max(height, height_);
    items_.push_back(item);
    const Token next = peek();
    if (next.kind == TokenKind::comma || next.kind == TokenKind::newline) {
      read();
    } else if (next.kind == TokenKind::end_of_file) {
      fail(DiagCode::unterminated_object, "This brace has no closing brace before the end of the file.", range(open));
    } else if (next.kind != TokenKind::close_brace) {
      unexpected(next, DiagCode::missing_attribute_separator,
                 format("The next attribute must follow on a new line or after a comma, but found {}.", describe(next)),
                 range(open.begin, next.end));
    }
  }
  if (failed_) {
    items_.resize(mark);
    return invalid(open.begin);
  }
  const Token close = read();
  ObjectExpr* expr = make_expr<ObjectExpr>(open.begin, close.end);
  expr->items = take(items_, mark);
  grow(height + 1, open);
  return expr;
}

const Expr* Parser::parse_for(const Token& open, TokenKind close_kind) {
  Newlines newlines(*this, false);
  const bool object = close_kind == TokenKind::close_brace;
  read();  // "for"
  ForExpr parts{};
  std::uint32_t height = 0;
  auto wrong = [&](std::string detail) {
    const Token found = peek();
    unexpected(found, DiagCode::invalid_for, std::move(detail), range(open.begin, found.end));
    return invalid(open.begin);
  };
  auto part = [&]() -> const Expr* {
    const Expr* expr = parse_expression();
    height = std::max(height, height_);
    return expr;
  };
  if (peek().kind != TokenKind::identifier) return wrong("After \"for\" the name of a variable must follow.");
  parts.value_variable = symbol(read());
  if (accept(TokenKind::comma)) {
    if (peek().kind != TokenKind::identifier) return wrong("After the comma the name of the value variable must follow.");
    parts.key_variable = parts.value_variable;
    parts.value_variable = symbol(read());
  }
  if (!is_word(peek(), "in")) return wrong("After its variables a \"for\" needs the word \"in\".");
  read();
  parts.collection = part();
  if (failed_) return invalid(open.begin);
  if (peek().kind != TokenKind::colon) return wrong("After its collection a \"for\" needs a colon.");
  read();
  parts.value = part();
  if (failed_) return invalid(open.begin);
  if (peek().kind == TokenKind::fat_arrow) {
    if (!object) {
      fail(DiagCode::invalid_for, "A tuple has no keys. Remove the key and \"=>\", or use braces to build an object.",
           parts.value->range, range(open.begin, peek().end));
      return invalid(open.begin);
    }
    read();
    parts.key = parts.value;
    parts.value = part();
    if (failed_) return invalid(open.begin);
  } else if (object) {
    fail(DiagCode::invalid_for, "An object needs keys: {for … : key => value}. Use brackets to build a tuple.",
         parts.value->range, range(open.begin, peek().end));
    return invalid(open.begin);
  }
  if (peek().kind == TokenKind::ellipsis) {
    if (!object) return wrong("Values are grouped by key (…) only when building an object.");
    read();
    parts.group = true;
  }
  if (is_word(peek(), "if")) {
    read();
    parts.condition = part();
    if (failed_) return invalid(open.begin);
  }
  if (peek().kind != close_kind) {
    return wrong(format("The \"for\" expression is complete and needs its closing {}, but found {}.",
                        object ? "brace" : "bracket", describe(peek())));
  }
  const Token close = read();
  ForExpr* expr = make_expr<ForExpr>(open.begin, close.end);
  const SourceRange whole = expr->range;
  *expr = parts;
  expr->kind = ExprKind::for_;
  expr->range = whole;
  grow(height + 1, open);
  return expr;
}

}  // namespace terrace::hcl
