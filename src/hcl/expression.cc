// SPDX-License-Identifier: Apache-2.0
// Operators, terms, traversals, calls. Source: HCL native syntax specification, "Expressions"; checklist A4, A6, A7.
#include <algorithm>

#include "base/format.h"
#include "hcl/parser_impl.h"

namespace terrace::hcl {

namespace {
struct Operator {
  int precedence = 0;  // 0: not a binary operator
  BinaryOp op = BinaryOp::or_;
};

Operator operator_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::or_: return {1, BinaryOp::or_};
    case TokenKind::and_: return {2, BinaryOp::and_};
    case TokenKind::equal_equal: return {3, BinaryOp::equal};
    case TokenKind::not_equal: return {3, BinaryOp::not_equal};
    case TokenKind::less: return {4, BinaryOp::less};
    case TokenKind::less_equal: return {4, BinaryOp::less_equal};
    case TokenKind::greater: return {4, BinaryOp::greater};
    case TokenKind::greater_equal: return {4, BinaryOp::greater_equal};
    case TokenKind::plus: return {5, BinaryOp::add};
    case TokenKind::minus: return {5, BinaryOp::subtract};
    case TokenKind::star: return {6, BinaryOp::multiply};
    case TokenKind::slash: return {6, BinaryOp::divide};
    case TokenKind::percent: return {6, BinaryOp::remainder};
    default: return {};
  }
}

/// digits, then a fraction that may be empty, then an exponent.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > begin;
  };
  if (!digits()) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits();
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}
}  // namespace

const Expr* Parser::invalid(std::uint32_t begin) {
  height_ = 1;
  return make_expr<InvalidExpr>(begin, std::max(begin, previous_.end));
}

const Expr* Parser::parse_expression() {
  Level level(*this);
  const Token start = peek();
  if (too_deep(start)) return invalid(start.begin);
  const Expr* condition = parse_operators(1);
  if (failed_ || peek().kind != TokenKind::question) return condition;
  std::uint32_t height = height_;
  read();
  const Expr* if_true = parse_expression();
  height = std::max(height, height_);
  if (failed_) return invalid(start.begin);
  const Token colon = peek();
  if (colon.kind != TokenKind::colon) {
    unexpected(colon, DiagCode::missing_false_expression,
               format("The conditional operator (… ? … : …) needs a colon and the value for the false case, but found {}.",
                      describe(colon)),
               range(start.begin, colon.end));
    return invalid(start.begin);
  }
  read();
  const Expr* if_false = parse_expression();
  if (failed_) return invalid(start.begin);
  ConditionalExpr* expr = make_expr<ConditionalExpr>(condition->range.begin, if_false->range.end);
  expr->condition = condition;
  expr->if_true = if_true;
  expr->if_false = if_false;
  grow(std::max(height, height_) + 1, start);
  return expr;
}

const Expr* Parser::parse_operators(int lowest) {
  const Expr* left = parse_term_with_steps();
  while (!failed_) {
    const Token sign = peek();
    const Operator found = operator_of(sign.kind);
    if (found.precedence < lowest) return left;
    const std::uint32_t height = height_;
    read();
    const Expr* right = parse_operators(found.precedence + 1);
    BinaryExpr* expr = make_expr<BinaryExpr>(left->range.begin, right->range.end);
    expr->op = found.op;
    expr->left = left;
    expr->right = right;
    left = expr;
    if (!failed_) grow(std::max(height, height_) + 1, sign);
  }
  return left;
}

const Expr* Parser::parse_term_with_steps() {
  const Expr* term = parse_term();
  if (failed_) return term;
  const TokenKind next = peek().kind;
  if (next != TokenKind::dot && next != TokenKind::open_bracket) return term;
  return parse_steps(term);
}

const Expr* Parser::parse_term() {
  const Token& start = peek();
  height_ = 1;
  switch (start.kind) {
    case TokenKind::number: return parse_number();
    case TokenKind::identifier: return parse_identifier();
    case TokenKind::open_quote:
    case TokenKind::open_heredoc: return parse_string();
    case TokenKind::open_parenthesis: return parse_parentheses();
    case TokenKind::open_bracket: return parse_tuple();
    case TokenKind::open_brace: return parse_object();
    case TokenKind::minus: return parse_unary(UnaryOp::negate);
    case TokenKind::not_: return parse_unary(UnaryOp::not_);
    default: break;
  }
  const Token found = start;
  if (found.kind == TokenKind::end_of_file) {
    fail(DiagCode::missing_expression, "A value is expected here, but the file ends.", range(found));
  } else {
    unexpected(found, DiagCode::invalid_expression,
               format("A value is expected here, but found {}.", describe(found)));
  }
  return make_expr<InvalidExpr>(found.begin, found.begin);
}

const Expr* Parser::parse_number() {
  const Token token = read();
  NumberExpr* expr = make_expr<NumberExpr>(token.begin, token.end);
  expr->digits = text(token);
  if (!is_number(expr->digits)) {
    fail(DiagCode::invalid_number, format("\"{}\" is not a number. A number has digits, at most one decimal point and "
                                          "at most one exponent, such as 1.5e3.",
                                          expr->digits.substr(0, 40)),
         range(token));
  }
  return expr;
}

const Expr* Parser::parse_identifier() {
  const Token name = read();
  const TokenKind next = peek().kind;
  if (next == TokenKind::open_parenthesis || next == TokenKind::double_colon) return parse_call(name);
  const std::string_view word = text(name);
  if (word.size() <= 5) {
    if (word == "true" || word == "false") {
      BoolExpr* expr = make_expr<BoolExpr>(name.begin, name.end);
      expr->value = word == "true";
      return expr;
    }
    if (word == "null") return make_expr<NullExpr>(name.begin, name.end);
  }
  TraversalExpr* expr = make_expr<TraversalExpr>(name.begin, name.end);
  expr->root = symbol(word);
  expr->root_range = expr->range;
  return expr;
}

const Expr* Parser::parse_parentheses() {
  Newlines newlines(*this, false);
  const Token open = read();
  const Expr* inner = parse_expression();
  if (failed_) return invalid(open.begin);
  const Token close = peek();
  if (close.kind != TokenKind::close_parenthesis) {
    unexpected(close, DiagCode::unbalanced_parentheses,
               format("Expected a closing parenthesis, but found {}.", describe(close)), range(open.begin, close.end));
    return invalid(open.begin);
  }
  read();
  ParenthesesExpr* expr = make_expr<ParenthesesExpr>(open.begin, close.end);
  expr->inner = inner;
  grow(height_ + 1, open);
  return expr;
}

const Expr* Parser::parse_unary(UnaryOp op) {
  Level level(*this);
  const Token sign = read();
  if (too_deep(sign)) return invalid(sign.begin);
  const Expr* operand = parse_term_with_steps();
  UnaryExpr* expr = make_expr<UnaryExpr>(sign.begin, operand->range.end);
  expr->op = op;
  expr->operand = operand;
  if (!failed_) grow(height_ + 1, sign);
  return expr;
}

const Expr* Parser::parse_call(const Token& first) {
  Symbol name;
  Token last = first;
  if (peek().kind == TokenKind::double_colon) {
    std::string joined(text(first));
    while (peek().kind == TokenKind::double_colon) {
      read();
      const Token part = peek();
      if (part.kind != TokenKind::identifier) {
        unexpected(part, DiagCode::invalid_function_name,
                   format("After \"::\" the name of a function must follow, but found {}.", describe(part)),
                   range(first.begin, part.end));
        return invalid(first.begin);
      }
      last = read();
      joined += "::";
      joined += text(last);
    }
    name = Symbol(joined);
    const Token open = peek();
    if (open.kind != TokenKind::open_parenthesis) {
      unexpected(open, DiagCode::invalid_function_name,
                 format("\"{}\" names a function, so its arguments must follow in parentheses.", joined),
                 range(first.begin, open.end));
      return invalid(first.begin);
    }
  } else {
    name = symbol(first);
  }
  Newlines newlines(*this, false);
  const Token open = read();
  const std::size_t mark = exprs_.size();
  bool expand_last = false;
  std::uint32_t height = 0;
  auto bail_out = [&] {
    exprs_.resize(mark);
    return invalid(first.begin);
  };
  while (peek().kind != TokenKind::close_parenthesis) {
    const Expr* argument = parse_expression();
    if (failed_) return bail_out();
    exprs_.push_back(argument);
    height = std::max(height, height_);
    const Token next = peek();
    if (next.kind == TokenKind::comma) {
      read();
      continue;
    }
    if (next.kind == TokenKind::close_parenthesis) break;
    const SourceRange context = range(first.begin, next.end);
    if (next.kind == TokenKind::ellipsis) {
      read();
      expand_last = true;
      if (peek().kind == TokenKind::close_parenthesis) break;
      fail(DiagCode::missing_closing_parenthesis,
           "An expanded argument (with …) is the last one: a closing parenthesis must follow it at once.", range(next),
           context);
    } else if (next.kind == TokenKind::end_of_file) {
      fail(DiagCode::unterminated_call,
           format("The call of {} has no closing parenthesis before the end of the file.", text(first)),
           range(first.begin, open.end));
    } else {
      unexpected(next, DiagCode::missing_argument_separator,
                 format("Arguments of {} are separated by commas, but found {}.", name.text(), describe(next)), context);
    }
    return bail_out();
  }
  const Token close = read();
  CallExpr* expr = make_expr<CallExpr>(first.begin, close.end);
  expr->name = name;
  expr->name_range = range(first.begin, last.end);
  expr->arguments = take(exprs_, mark);
  expr->expand_last = expand_last;
  expr->close = range(close);
  grow(height + 1, first);
  return expr;
}

// --- steps after a term ---

const Expr* Parser::take_steps(const Expr* source, std::size_t mark) {
  if (steps_.size() == mark) return source;
  const std::uint32_t end = steps_.back().range.end;
  // Only a bare root takes the steps itself; a traversal that is the source of an index or splat stays whole.
  if (const auto* root = as<TraversalExpr>(source); root != nullptr && root->steps.empty()) {
    TraversalExpr* expr = make_expr<TraversalExpr>(root->range.begin, end);
    expr->root = root->root;
    expr->root_range = root->root_range;
    expr->steps = take(steps_, mark);
    return expr;
  }
  RelativeTraversalExpr* expr = make_expr<RelativeTraversalExpr>(source->range.begin, end);
  expr->source = source;
  expr->steps = take(steps_, mark);
  ++height_;
  return expr;
}

void Parser::read_dot_step(const Token& dot) {
  const Token next = peek();
  TraversalStep step{};
  step.range = range(dot.begin, next.end);
  if (next.kind == TokenKind::identifier) {
    read();
    step.kind = TraversalStep::Kind::attribute;
    step.name = symbol(next);
    steps_.push_back(step);
    return;
  }
  if (next.kind == TokenKind::number) {
    read();
    const std::string_view digits = text(next);
    const std::size_t point = digits.find('.');
    if (point != std::string_view::npos) {
      fail(DiagCode::invalid_legacy_index,
           format("Two indexes in a row cannot be written with dots. Use brackets: [{}][{}].", digits.substr(0, point),
                  digits.substr(point + 1)),
           range(next));
      return;
    }
    step.kind = TraversalStep::Kind::number_key;
    step.key = digits;
    steps_.push_back(step);
    return;
  }
  unexpected(next, DiagCode::invalid_attribute_name,
             format("After a dot the name of an attribute must follow, but found {}.", describe(next)),
             range(dot.begin, next.end));
}

const Expr* Parser::parse_steps(const Expr* source) {
  const std::size_t mark = steps_.size();
  const std::uint32_t begin = source->range.begin;
  std::uint32_t height = height_;
  while (true) {
    const Token next = peek();
    if (next.kind == TokenKind::dot) {
      read();
      if (peek().kind == TokenKind::star) {
        height_ = height;
        source = parse_attribute_splat(take_steps(source, mark), next.begin);
        height = height_;
      } else {
        read_dot_step(next);
      }
    } else if (next.kind == TokenKind::open_bracket) {
      read();
      if (peek().kind == TokenKind::star) {
        height_ = height;
        return parse_full_splat(take_steps(source, mark), next);
      }
      source = parse_index(source, next, mark, height);
    } else {
      break;
    }
    if (failed_) {
      steps_.resize(std::min(steps_.size(), mark));
      return invalid(begin);
    }
  }
  height_ = height;
  return take_steps(source, mark);
}

const Expr* Parser::parse_attribute_splat(const Expr* source, std::uint32_t dot) {
  const std::uint32_t height = height_;
  const Token star = read();
  const std::size_t mark = steps_.size();
  while (!failed_ && peek().kind == TokenKind::dot) {
    const Token next = read();
    if (peek().kind == TokenKind::star) {
      fail(DiagCode::nested_splat,
           "A splat with \".*\" cannot hold another one. Use \"[*]\", which takes everything that follows it.",
           range(peek()));
    } else {
      read_dot_step(next);
    }
  }
  if (failed_) {
    steps_.resize(mark);
    return invalid(source->range.begin);
  }
  SplatExpr* expr = make_expr<SplatExpr>(source->range.begin, previous_.end);
  expr->source = source;
  expr->each = take_steps(make_expr<SplatItemExpr>(dot, star.end), mark);
  expr->marker = range(dot, star.end);
  grow(height + 2, star);
  return expr;
}

const Expr* Parser::parse_full_splat(const Expr* source, const Token& open) {
  Level level(*this);
  const std::uint32_t height = height_;
  const Token star = read();
  if (too_deep(star)) return invalid(source->range.begin);
  const Token close = peek();
  if (close.kind != TokenKind::close_bracket) {
    unexpected(close, DiagCode::missing_closing_bracket,
               "The star of a splat must be followed by a closing bracket at once: [*].", range(open.begin, close.end));
    return invalid(source->range.begin);
  }
  read();
  // Everything that follows applies to each element.
  height_ = 1;
  const Expr* each = parse_steps(make_expr<SplatItemExpr>(open.begin, close.end));
  if (failed_) return invalid(source->range.begin);
  SplatExpr* expr = make_expr<SplatExpr>(source->range.begin, previous_.end);
  expr->source = source;
  expr->each = each;
  expr->marker = range(open.begin, close.end);
  grow(std::max(height, height_) + 1, star);
  return expr;
}

const Expr* Parser::parse_index(const Expr* source, const Token& open, std::size_t mark, std::uint32_t& height) {
  Newlines newlines(*this, false);
  const Expr* key = parse_expression();
  if (failed_) return source;
  const Token close = peek();
  if (close.kind != TokenKind::close_bracket) {
    unexpected(close, DiagCode::missing_closing_bracket,
               format("Expected a closing bracket after the index, but found {}.", describe(close)),
               range(open.begin, close.end));
    return source;
  }
  read();
  if (key->kind == ExprKind::number || key->kind == ExprKind::string) {
    TraversalStep step{};
    step.range = range(open.begin, close.end);
    if (const auto* number = as<NumberExpr>(key)) {
      step.kind = TraversalStep::Kind::number_key;
      step.key = number->digits;
    } else {
      step.kind = TraversalStep::Kind::string_key;
      step.key = to<StringExpr>(*key).text;
    }
    steps_.push_back(step);
    return source;
  }
  const std::uint32_t key_height = height_;
  height_ = height;
  const Expr* collection = take_steps(source, mark);
  IndexExpr* expr = make_expr<IndexExpr>(source->range.begin, close.end);
  expr->collection = collection;
  expr->key = key;
  grow(std::max(height_, key_height) + 1, open);
  height = height_;
  return expr;
}

}  // namespace terrace::hcl
