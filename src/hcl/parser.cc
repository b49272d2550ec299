// SPDX-License-Identifier: Apache-2.0
// Bodies, arguments and blocks. Source: HCL native syntax specification, "Structural Elements"; checklist A8.
#include "hcl/parser.h"

#include <algorithm>

#include "base/format.h"
#include "base/strings.h"
#include "hcl/parser_impl.h"
#include "hcl/unicode.h"

namespace terrace::hcl {

Parser::Parser(std::string_view text, FileId file, Arena& arena, Diagnostics& diags, Lexer::Start start,
               std::vector<Token>* tape)
    : text_(text), file_(file), arena_(arena), diags_(diags), lexer_(text, start), tape_(tape) {
  fetch();
}

void Parser::fetch() {
  if (stopped_) {
    const auto size = static_cast<std::uint32_t>(text_.size());
    token_ = {TokenKind::end_of_file, size, size};
    return;
  }
  do {
    token_ = lexer_.next();
    if (tape_ != nullptr) tape_->push_back(token_);
    // A comment to the end of the line is that line's newline too.
    if (token_.kind == TokenKind::line_comment && text_[token_.end - 1] == '\n') token_.kind = TokenKind::newline;
  } while (token_.kind == TokenKind::block_comment || token_.kind == TokenKind::line_comment);
}

Symbol Parser::symbol(std::string_view name) {
  std::size_t hash = name.size();
  for (std::size_t i = 0, n = std::min<std::size_t>(name.size(), 24); i < n; ++i) {
    hash = hash * 31 + static_cast<unsigned char>(name[i]);
  }
  if (!name.empty()) hash += static_cast<unsigned char>(name.back()) * std::size_t{131};
  CachedSymbol& slot = symbols_[(hash ^ (hash >> 10)) % symbols_.size()];
  if (slot.text != name || name.empty()) slot = {name, Symbol(name)};
  return slot.symbol;
}

const Body* Parser::parse_file_body() { return parse_body(0, TokenKind::end_of_file); }

const Body* Parser::finish_body(std::size_t attributes_mark, std::size_t blocks_mark, SourceRange whole,
                                SourceRange end) {
  const std::size_t count = attributes_.size() - attributes_mark;
  Body* body = make<Body>();
  body->range = whole;
  body->end = end;
  if (count > 1) {
    // Sorted positions find duplicates without a quadratic search, and serve Body::find later.
    order_.resize(count);
    for (std::size_t i = 0; i < count; ++i) order_[i] = static_cast<std::uint32_t>(i);
    const Attribute* items = attributes_.data() + attributes_mark;
    auto before = [items](std::uint32_t a, std::uint32_t b) {
      return items[a].name == items[b].name ? a < b : items[a].name.index() < items[b].name.index();
    };
    if (!std::is_sorted(order_.begin(), order_.end(), before)) std::sort(order_.begin(), order_.end(), before);
    std::vector<std::uint32_t> extra;
    for (std::size_t i = 1, first = 0; i < count; ++i) {
      if (items[order_[i]].name != items[order_[first]].name) {
        first = i;
        continue;
      }
      const Attribute& again = items[order_[i]];
      extra.push_back(order_[i]);
      if (errors_ >= kMaxSyntaxErrors) continue;
      const std::uint32_t line =
          1 + static_cast<std::uint32_t>(std::count(text_.begin(), text_.begin() + items[order_[first]].range.begin, '\n'));
      report(DiagCode::duplicate_attribute,
             format("The argument \"{}\" was already set on line {}. Each argument may be set only once.",
                    again.name.text(), line),
             again.name_range);
    }
    if (!extra.empty()) {
      std::sort(extra.begin(), extra.end());
      std::uint32_t place = 0;
      auto is_extra = [&](const Attribute&) { return std::binary_search(extra.begin(), extra.end(), place++); };
      attributes_.erase(std::remove_if(attributes_.begin() + static_cast<std::ptrdiff_t>(attributes_mark),
                                       attributes_.end(), is_extra),
                        attributes_.end());
      return finish_body(attributes_mark, blocks_mark, whole, end);
    }
    if (count > kIndexedBody) body->by_name = take(order_, 0);
  }
  body->attributes = take(attributes_, attributes_mark);
  body->blocks = take(blocks_, blocks_mark);
  return body;
}

const Body* Parser::parse_body(std::uint32_t begin, TokenKind end) {
  const std::size_t attributes_mark = attributes_.size();
  const std::size_t blocks_mark = blocks_.size();
  Newlines newlines(*this, true);
  const SourceRange opening = range(previous_);
  while (true) {
    const Token next = peek();
    if (next.kind == end) {
      read();
      break;
    }
    if (next.kind == TokenKind::newline) {
      read();
      continue;
    }
    if (next.kind == TokenKind::end_of_file) {
      // After other mistakes a missing brace is probably theirs.
      if (!uncertain_ && errors_ == 0) {
        fail(DiagCode::unclosed,
             "This block has no closing brace before the end of the file. A brace may be missing here or in a block "
             "inside it.",
             opening);
      }
      uncertain_ = true;
      break;
    }
    failed_ = false;
    if (next.kind == TokenKind::identifier) {
      parse_item();
    } else {
      const bool stray = next.kind == TokenKind::close_brace || next.kind == TokenKind::close_bracket ||
                         next.kind == TokenKind::close_parenthesis;
      if (next.kind == TokenKind::open_quote) {
        fail(DiagCode::invalid_argument_name, "Argument names are written without quotes.", range(next));
      } else if (!(stray && uncertain_)) {
        unexpected(next, DiagCode::argument_or_block_required,
                   format("Expected an argument (name = value) or a block here, but found {}.", describe(next)));
      }
      failed_ = true;
      recover_item(next.begin);
    }
  }
  failed_ = stopped_;
  return finish_body(attributes_mark, blocks_mark, range(begin, previous_.end), range(previous_));
}

void Parser::parse_item() {
  const Token name = read();
  const Token next = peek();
  switch (next.kind) {
    case TokenKind::equal:
      parse_attribute(name, true);
      break;
    case TokenKind::open_quote:
    case TokenKind::open_brace:
    case TokenKind::identifier:
      parse_block(name);
      break;
    default:
      if (!explain_rejected(next)) {
        fail(DiagCode::argument_or_block_required,
             format("\"{}\" is neither an argument nor a block. An argument needs an equals sign and a value: {} = …",
                    text(name), text(name)),
             range(name));
      }
      break;
  }
  if (failed_) recover_item(name.begin);
}

void Parser::parse_attribute(const Token& name, bool own_line) {
  read();  // the equals sign
  const Expr* value = parse_expression();
  Attribute attribute{};
  attribute.name = symbol(name);
  attribute.name_range = range(name);
  attribute.value = value;
  attribute.range = range(name.begin, std::max(value->range.end, name.end));
  attributes_.push_back(attribute);
  if (failed_ || !own_line) return;
  const Token end = peek();
  if (end.kind == TokenKind::newline || end.kind == TokenKind::end_of_file) {
    read();
    return;
  }
  const SourceRange context = range(name.begin, end.end);
  if (end.kind == TokenKind::comma) {
    unexpected(end, DiagCode::unexpected_comma,
               "Arguments are separated by newlines, not commas. Remove the comma or start a new line.", context);
  } else {
    unexpected(end, DiagCode::missing_newline,
               format("The value of \"{}\" is complete, so a new line must follow, but there is {}.", text(name),
                      describe(end)),
               context);
  }
}

bool Parser::parse_label(Label& label) {
  const Token open = read();
  if (open.kind == TokenKind::identifier) {
    label.text = symbol(open);
    label.range = range(open);
    return true;
  }
  const Token literal = peek();
  std::string_view content;
  if (literal.kind == TokenKind::quoted_literal) content = unescape(read());
  const Token close = peek();
  if (close.kind != TokenKind::close_quote) {
    if (close.kind == TokenKind::open_interpolation || close.kind == TokenKind::open_directive) {
      const std::string_view sign = close.kind == TokenKind::open_interpolation ? "$" : "%";
      fail(DiagCode::invalid_label,
           format("A block label is fixed text and cannot hold a template sequence. For a literal \"{}{{\" write "
                  "\"{}{}{{\".",
                  sign, sign, sign),
           range(close), range(open.begin, close.end));
    } else {
      unexpected(close, DiagCode::invalid_label, "This label has no closing quote on its line.",
                 range(open.begin, close.end));
    }
    return false;
  }
  read();
  label.text = Symbol(content);
  label.range = range(open.begin, close.end);
  return !failed_;
}

void Parser::parse_block(const Token& type) {
  Level level(*this);
  if (too_deep(type)) return;
  Block block{};
  block.type = symbol(type);
  block.type_range = range(type);
  const std::size_t labels_mark = labels_.size();
  Token next = peek();
  while (next.kind == TokenKind::open_quote || next.kind == TokenKind::identifier) {
    Label label{};
    if (!parse_label(label)) break;
    labels_.push_back(label);
    next = peek();
  }
  block.header = range(type.begin, previous_.end);
  block.labels = take(labels_, labels_mark);
  if (!failed_ && next.kind != TokenKind::open_brace) {
    const SourceRange context = range(type.begin, next.end);
    if (next.kind == TokenKind::equal) {
      fail(DiagCode::invalid_block,
           "An equals sign belongs to an argument, which has a single name; a block header ends with an opening brace.",
           range(next), context);
    } else if (next.kind == TokenKind::newline || next.kind == TokenKind::end_of_file) {
      fail(DiagCode::invalid_block,
           format("The block \"{}\" needs its content in braces, starting on this line: {} {{", text(type), text(type)),
           range(next), context);
    } else {
      unexpected(next, DiagCode::invalid_block,
                 format("Expected a label in quotes or an opening brace, but found {}.", describe(next)), context);
    }
  }
  if (failed_) {
    block.body = finish_body(attributes_.size(), blocks_.size(), range(previous_.end, previous_.end), range(previous_));
    block.range = range(type.begin, previous_.end);
    blocks_.push_back(block);
    return;
  }
  const Token open = read();
  const TokenKind first = peek().kind;
  if (first == TokenKind::newline || first == TokenKind::end_of_file || first == TokenKind::close_brace) {
    block.body = parse_body(open.begin, TokenKind::close_brace);
  } else {
    block.body = parse_single_line_body(open.begin);
  }
  block.range = range(type.begin, previous_.end);
  blocks_.push_back(block);
  if (failed_) return;
  const Token end = peek();
  if (end.kind == TokenKind::newline || end.kind == TokenKind::end_of_file) {
    read();
    return;
  }
  const std::uint32_t close = previous_.begin;
  unexpected(end, DiagCode::missing_newline_after_block,
             format("The block is complete, so a new line must follow its closing brace, but there is {}.",
                    describe(end)),
             range(type.begin, end.end));
  if (failed_ && !stopped_) {
    recover_item(close);
    failed_ = false;
  }
}

const Body* Parser::parse_single_line_body(std::uint32_t begin) {
  const std::size_t attributes_mark = attributes_.size();
  const std::size_t blocks_mark = blocks_.size();
  const Token name = read();
  const Token next = peek();
  if (name.kind != TokenKind::identifier) {
    unexpected(name, DiagCode::argument_or_block_required,
               format("Expected an argument (name = value) or a closing brace here, but found {}.", describe(name)));
  } else if (next.kind == TokenKind::equal) {
    parse_attribute(name, false);
    const Token end = peek();
    if (!failed_ && end.kind != TokenKind::close_brace) {
      const std::string_view detail =
          end.kind == TokenKind::comma
              ? "A block on one line may set only one argument. Write the block on several lines, one argument each."
          : end.kind == TokenKind::newline
              ? "A block whose argument stands on the line of the opening brace must be closed on the same line."
              : "A block on one line must end with a closing brace right after its only argument.";
      unexpected(end, DiagCode::invalid_single_line_block, std::string(detail), range(name.begin, end.end));
    }
  } else if (next.kind == TokenKind::open_quote || next.kind == TokenKind::open_brace ||
             next.kind == TokenKind::identifier) {
    fail(DiagCode::invalid_single_line_block,
         format("A block on one line may hold only one argument. To set \"{}\", use an equals sign; a nested block goes "
                "on a line of its own.",
                text(name)),
         range(name.begin, next.end));
  } else if (!explain_rejected(next)) {
    fail(DiagCode::argument_or_block_required,
         format("\"{}\" is not an argument. An argument needs an equals sign and a value: {} = …", text(name),
                text(name)),
         range(name));
  }
  if (!failed_) read();
  return finish_body(attributes_mark, blocks_mark, range(begin, previous_.end), range(previous_));
}

const Expr* Parser::parse_whole_expression() {
  Newlines newlines(*this, true);
  const Expr* expr = parse_expression();
  while (!failed_ && peek().kind == TokenKind::newline) read();
  const Token end = peek();
  if (!failed_ && end.kind != TokenKind::end_of_file) {
    unexpected(end, DiagCode::extra_after_expression,
               format("The expression is complete, but {} follows it.", describe(end)));
  }
  return failed_ || errors_ > 0 ? invalid(0) : expr;
}

const Expr* Parser::parse_whole_template() {
  const Expr* expr = parse_template(Token{TokenKind::open_heredoc, 0, 0}, TokenKind::end_of_file, false);
  return failed_ || errors_ > 0 ? invalid(0) : expr;
}

// --- the public face ---

namespace {
/// False, with a diagnostic, if the text cannot be read at all.
bool readable(std::string_view text, FileId file, Diagnostics& diags) {
  if (text.size() > kMaxFileBytes) {
    diags.error(DiagCode::file_too_large,
                format("The file has {} MiB; at most {} MiB are read.", text.size() >> 20, kMaxFileBytes >> 20),
                SourceRange{file, 0, 0});
    return false;
  }
  if (base::is_valid_utf8(text)) return true;
  std::uint32_t at = 0;
  for (std::size_t next = 0; next < text.size();) {
    const CodePoint point = code_point_at(text, next);
    at = static_cast<std::uint32_t>(next);
    if (point.length == 1 && static_cast<unsigned char>(text[next]) >= 0x80) break;
    next += point.length;
  }
  diags.error(DiagCode::invalid_utf8,
              "Configuration files are UTF-8 text, and this byte does not fit. Save the file with UTF-8 encoding.",
              SourceRange{file, at, static_cast<std::uint32_t>(std::min<std::size_t>(at + 1, text.size()))});
  return false;
}

const Body* empty_body(Arena& arena, FileId file) {
  Body* body = arena.make<Body>();
  body->range = {file, 0, 0};
  body->end = {file, 0, 0};
  return body;
}

const Expr* invalid_expr(Arena& arena, FileId file) {
  InvalidExpr* expr = arena.make<InvalidExpr>();
  expr->kind = ExprKind::invalid;
  expr->range = {file, 0, 0};
  return expr;
}
}  // namespace

File parse_file(const SourceFiles& sources, FileId id, Diagnostics& diags) {
  return parse_file_with_tokens(sources, id, diags, nullptr);
}

File parse_file_with_tokens(const SourceFiles& sources, FileId id, Diagnostics& diags, std::vector<Token>* tape) {
  File file{id, std::make_unique<Arena>(), nullptr};
  const std::string_view text = sources.text(id);
  if (!readable(text, id, diags)) {
    file.body = empty_body(*file.arena, id);
    return file;
  }
  auto parser = std::make_unique<Parser>(text, id, *file.arena, diags, Lexer::Start::code, tape);
  file.body = parser->parse_file_body();
  std::vector<diag::BlockOutline> outline;
  outline.reserve(file.body->blocks.size());
  for (const Block& block : file.body->blocks) {
    outline.push_back({block.range.begin, block.range.end, block.header.end});
  }
  sources.set_outline(id, std::move(outline));
  return file;
}

StandaloneExpr parse_expression(const SourceFiles& sources, FileId id, Diagnostics& diags) {
  StandaloneExpr result{id, std::make_unique<Arena>(), nullptr};
  const std::string_view text = sources.text(id);
  result.expr = readable(text, id, diags)
                    ? std::make_unique<Parser>(text, id, *result.arena, diags, Lexer::Start::code)
                          ->parse_whole_expression()
                    : invalid_expr(*result.arena, id);
  return result;
}

StandaloneExpr parse_template(const SourceFiles& sources, FileId id, Diagnostics& diags) {
  StandaloneExpr result{id, std::make_unique<Arena>(), nullptr};
  const std::string_view text = sources.text(id);
  result.expr = readable(text, id, diags)
                    ? std::make_unique<Parser>(text, id, *result.arena, diags, Lexer::Start::template_)
                          ->parse_whole_template()
                    : invalid_expr(*result.arena, id);
  return result;
}

}  // namespace terrace::hcl
