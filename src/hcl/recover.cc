// SPDX-License-Identifier: Apache-2.0
// What happens after a mistake: one explanation, then on to the next item, without a cascade.
#include <algorithm>

#include "base/format.h"
#include "hcl/parser_impl.h"

namespace terrace::hcl {

void Parser::report(DiagCode code, std::string detail, SourceRange subject, std::optional<SourceRange> context) {
  if (errors_ > kMaxSyntaxErrors) return;
  if (++errors_ > kMaxSyntaxErrors) {
    diags_.error(DiagCode::too_many_syntax_errors,
                 format("The first {} mistakes of this file are shown. Correct them first; the rest may follow from them.",
                        kMaxSyntaxErrors),
                 subject);
    give_up();
    return;
  }
  Diagnostic& diagnostic = diags_.error(code, std::move(detail), subject);
  diagnostic.context = context;
}

void Parser::give_up() {
  stopped_ = true;
  failed_ = true;
  uncertain_ = true;
  fetch();
}

void Parser::fail(DiagCode code, std::string detail, SourceRange subject, std::optional<SourceRange> context) {
  if (!failed_) report(code, std::move(detail), subject, context);
  failed_ = true;
}

void Parser::unexpected(const Token& found, DiagCode code, std::string detail, std::optional<SourceRange> context) {
  if (failed_ || explain_rejected(found)) return;
  fail(code, std::move(detail), range(found), context);
}

bool Parser::explain_rejected(const Token& token) {
  if (!is_rejected(token.kind)) return false;
  const std::string_view what = text(token);
  DiagCode code = DiagCode::invalid_character;
  std::string detail;
  switch (token.kind) {
    case TokenKind::bitwise: {
      code = DiagCode::unsupported_operator;
      detail = "Bitwise operators do not exist in this language.";
      if (what == "&") detail += " Did you mean boolean AND (\"&&\")?";
      if (what == "|") detail += " Did you mean boolean OR (\"||\")?";
      if (what == "~") detail += " Did you mean boolean NOT (\"!\")?";
      break;
    }
    case TokenKind::star_star:
      code = DiagCode::unsupported_operator;
      detail = "There is no \"**\" operator. For powers use the function pow.";
      break;
    case TokenKind::backtick:
      detail = "The \"`\" character has no meaning here. For text over several lines use a heredoc, such as \"<<EOT\".";
      break;
    case TokenKind::apostrophe:
      detail = "Single quotes do not delimit strings. Use double quotes (\").";
      break;
    case TokenKind::semicolon:
      detail =
          "The \";\" character has no meaning here. Arguments and blocks are separated by newlines, items of a "
          "collection by commas.";
      break;
    case TokenKind::quoted_newline:
      code = DiagCode::multi_line_string;
      detail =
          "A quoted string ends on the line where it begins. For a line break inside it write \\n, for text over several "
          "lines use a heredoc, such as \"<<EOT\".";
      break;
    default:
      if (what == "\u201C" || what == "\u201D" || what == "\u2018" || what == "\u2019") {
        detail = "Curly quotes do not delimit strings, and were perhaps pasted from a document. Use straight quotes (\").";
      } else {
        detail = "This character has no meaning in the language.";
      }
      break;
  }
  fail(code, std::move(detail), range(token));
  return true;
}

std::string Parser::describe(const Token& token) const {
  switch (token.kind) {
    case TokenKind::end_of_file: return "the end of the file";
    case TokenKind::newline: return "the end of the line";
    case TokenKind::open_quote: return "a quoted string";
    case TokenKind::open_heredoc: return "a heredoc";
    case TokenKind::quoted_literal:
    case TokenKind::heredoc_literal: return "literal text";
    default: break;
  }
  const std::string_view what = text(token);
  if (what.size() <= 32) return format("\"{}\"", what);
  return token.kind == TokenKind::identifier ? "a name" : "a number";
}

bool Parser::too_deep(const Token& at) {
  if (depth_ <= kMaxNesting) return false;
  fail(DiagCode::nesting_too_deep,
       format("Brackets, blocks and templates may be nested {} levels deep. Reading stops here.", kMaxNesting), range(at));
  give_up();
  return true;
}

bool Parser::grow(std::uint32_t height, const Token& at) {
  height_ = height;
  if (height <= kMaxHeight) return true;
  fail(DiagCode::nesting_too_deep,
       format("One expression may combine at most {} operators or steps in a row. Split it with local values.",
              kMaxHeight),
       range(at));
  return false;
}

std::uint32_t Parser::indent_of(std::uint32_t offset) const {
  const std::size_t newline = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t first = text_.find_first_not_of(" \t", begin);
  return static_cast<std::uint32_t>(std::min<std::size_t>(first, offset) - begin);
}

namespace {
enum class Bracket { none, open, close };

Bracket bracket_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::open_brace:
    case TokenKind::open_bracket:
    case TokenKind::open_parenthesis:
    case TokenKind::open_quote:
    case TokenKind::open_heredoc:
    case TokenKind::open_interpolation:
    case TokenKind::open_directive: return Bracket::open;
    case TokenKind::close_brace:
    case TokenKind::close_bracket:
    case TokenKind::close_parenthesis:
    case TokenKind::close_quote:
    case TokenKind::close_heredoc:
    case TokenKind::close_sequence: return Bracket::close;
    default: return Bracket::none;
  }
}
}  // namespace

void Parser::recover_item(std::uint32_t begin) {
  if (stopped_) return;
  // Layout tells more than brackets do, since a wrong bracket is the likely mistake: the item goes on until a line
  // that is not indented deeper than its first one and looks like an item, or until its brackets balance.
  const std::uint32_t indent = indent_of(begin);
  const std::uint32_t reached = token_.begin;
  Lexer lexer(text_, Lexer::Start::code, begin);
  int open = 0;
  Token token = lexer.next();
  while (true) {
    if (token.kind == TokenKind::end_of_file) break;
    const bool line_ends =
        token.kind == TokenKind::newline || token.kind == TokenKind::quoted_newline ||
        (token.kind == TokenKind::line_comment && text_[token.end - 1] == '\n');
    if (line_ends) {
      if (token.kind == TokenKind::quoted_newline) lexer.restart(token.end);
      const std::uint32_t line = token.end;
      token = lexer.next();
      if (line <= reached && !(token.begin >= reached && token.kind != TokenKind::newline)) continue;
      if (open <= 0) {
        lexer_.restart(line);
        fetch();
        return;
      }
      const std::uint32_t here = token.begin - line;
      const bool same_line = text_.substr(line, here).find('\n') == std::string_view::npos;
      if (!same_line || here > indent) continue;
      const bool item = token.kind == TokenKind::identifier;
      const bool parent_ends = token.kind == TokenKind::close_brace && here < indent;
      if (item || parent_ends) {
        uncertain_ = true;
        lexer_.restart(token.begin);
        fetch();
        return;
      }
      const bool own_end = bracket_of(token.kind) == Bracket::close && here == indent;
      if (own_end) open = 1;  // whatever was left open inside ends with it
      continue;
    }
    const Bracket bracket = bracket_of(token.kind);
    if (bracket == Bracket::open) ++open;
    if (bracket == Bracket::close) {
      // A closing brace too many ends the surrounding block, unless the mistake is at that very brace.
      if (open == 0 && token.kind == TokenKind::close_brace && token.begin >= reached && token.begin != begin) {
        lexer_.restart(token.begin);
        fetch();
        return;
      }
      if (open > 0) --open;
    }
    token = lexer.next();
  }
  if (open > 0) uncertain_ = true;
  lexer_.restart(static_cast<std::uint32_t>(text_.size()));
  fetch();
}

}  // namespace terrace::hcl
