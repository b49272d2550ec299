// SPDX-License-Identifier: Apache-2.0
// Strings, heredocs and standalone templates: literals are unescaped, trimmed and un-indented here, so that
// evaluation only concatenates. Source: HCL native syntax specification, "Template Expressions"; checklist A2, A3.
#include <algorithm>
#include <limits>

#include "base/format.h"
#include "base/strings.h"
#include "hcl/parser_impl.h"
#include "hcl/unicode.h"

namespace terrace::hcl {

namespace {
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r'; });
}

/// The value of `count` hex digits at `at`, or -1.
std::int32_t hex_value(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  std::uint32_t value = 0;
  for (char c : text.substr(at, count)) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
    else return -1;
    if (value > 0x0FFFFFFF) return -1;
    value = value * 16 + digit;
  }
  return value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? -1 : static_cast<std::int32_t>(value);
}
}  // namespace

std::string_view Parser::unescape(const Token& literal) {
  const std::string_view raw = text(literal);
  const bool quoted = literal.kind == TokenKind::quoted_literal;
  const bool plain = (!quoted || raw.find('\\') == std::string_view::npos) &&
                     raw.find("$${") == std::string_view::npos && raw.find("%%{") == std::string_view::npos;
  if (plain) return raw;
  // Escapes only ever shrink: the raw size is enough.
  char* out = static_cast<char*>(arena_.allocate(raw.size(), 1));
  std::size_t size = 0;
  for (std::size_t at = 0; at < raw.size();) {
    const char c = raw[at];
    if ((c == '$' || c == '%') && at + 2 < raw.size() && raw[at + 1] == c && raw[at + 2] == '{') {
      out[size++] = c;
      out[size++] = '{';
      at += 3;
      continue;
    }
    if (c != '\\' || !quoted) {
      out[size++] = c;
      ++at;
      continue;
    }
    const std::uint32_t begin = literal.begin + static_cast<std::uint32_t>(at);
    const char selector = at + 1 < raw.size() ? raw[at + 1] : '\0';
    at += 2;
    switch (selector) {
      case 'n': out[size++] = '\n'; break;
      case 'r': out[size++] = '\r'; break;
      case 't': out[size++] = '\t'; break;
      case '"': out[size++] = '"'; break;
      case '\\': out[size++] = '\\'; break;
      case 'u':
      case 'U': {
        const std::size_t digits = selector == 'u' ? 4 : 8;
        const std::int32_t value = hex_value(raw, at, digits);
        if (value < 0) {
          report(DiagCode::invalid_escape,
                 format("After \\{} the {} hexadecimal digits of one Unicode character must follow.", selector, digits),
                 range(begin, literal.begin + static_cast<std::uint32_t>(std::min(at + digits, raw.size()))));
        } else {
          size += encode_utf8(value, out + size);
        }
        at = std::min(at + digits, raw.size());
        break;
      }
      default: {
        const std::size_t next = std::min(at, raw.size());
        const std::size_t length = next > 0 && selector != '\0' ? code_point_at(raw, next - 1).length : 0;
        at = std::min(next - (length > 0 ? 1 : 0) + length, raw.size());
        report(DiagCode::invalid_escape,
               format("\"{}\" is not an escape. Escapes are \\n \\r \\t \\\" \\\\ \\uNNNN \\UNNNNNNNN; for a plain "
                      "backslash write two.",
                      text_.substr(begin, literal.begin + at - begin)),
               range(begin, literal.begin + static_cast<std::uint32_t>(at)));
        break;
      }
    }
  }
  return {out, size};
}

const Expr* Parser::parse_string() {
  const Token open = read();
  if (open.kind == TokenKind::open_quote) {
    // Most strings are one literal: no pieces, no parts.
    const Token literal = peek();
    if (literal.kind == TokenKind::quoted_literal) {
      read();
      if (peek().kind == TokenKind::close_quote) {
        const Token close = read();
        StringExpr* expr = make_expr<StringExpr>(open.begin, close.end);
        expr->text = unescape(literal);
        height_ = 1;
        return expr;
      }
      pieces_.push_back({Piece::Kind::literal, range(literal), unescape(literal), nullptr, {}, {}});
      return parse_template(open, TokenKind::close_quote, false);
    }
    return parse_template(open, TokenKind::close_quote, false);
  }
  return parse_template(open, TokenKind::close_heredoc, text(open).starts_with("<<-"));
}

const Expr* Parser::parse_template(const Token& open, TokenKind end, bool flush) {
  Level level(*this);
  // parse_string() may have read the first literal already.
  const bool started = previous_.kind == TokenKind::quoted_literal && end == TokenKind::close_quote;
  const std::size_t mark = pieces_.size() - (started ? 1 : 0);
  std::uint32_t height = 0;
  bool trim_next = false;
  too_deep(open);
  while (!failed_) {
    const Token next = peek();
    if (next.kind == end) break;
    if (next.kind == TokenKind::quoted_literal || next.kind == TokenKind::heredoc_literal) {
      read();
      std::string_view content = unescape(next);
      // Heredoc text is trimmed line by line: only the line that touches the marker is affected.
      if (trim_next) {
        const std::size_t line_end =
            next.kind == TokenKind::heredoc_literal ? content.find('\n') : std::string_view::npos;
        const std::size_t first = line_end == std::string_view::npos ? content.size() : line_end + 1;
        content.remove_prefix(first - trim_left(content.substr(0, first)).size());
      }
      trim_next = false;
      pieces_.push_back({Piece::Kind::literal, range(next), content, nullptr, {}, {}});
      continue;
    }
    if (next.kind != TokenKind::open_interpolation && next.kind != TokenKind::open_directive) {
      if (next.kind == TokenKind::end_of_file) {
        fail(DiagCode::unterminated_template,
             end == TokenKind::close_quote ? "This string has no closing quote before the end of the file."
                                           : format("This heredoc has no line with its end marker \"{}\".",
                                                    base::trim(text(open).substr(flush ? 3 : 2))),
             range(next), range(open.begin, next.end));
      } else {
        unexpected(next, DiagCode::unterminated_template,
                   format("The string is not closed: found {}.", describe(next)), range(open.begin, next.end));
      }
      break;
    }
    trim_next = false;
    if (text(next).ends_with('~') && pieces_.size() > mark && pieces_.back().kind == Piece::Kind::literal) {
      std::string_view& before = pieces_.back().text;
      std::size_t line = 0;
      if (end != TokenKind::close_quote && before.size() > 1) {
        const std::size_t newline = before.rfind('\n', before.size() - 2);
        line = newline == std::string_view::npos ? 0 : newline + 1;
      }
      before = before.substr(0, line + trim_right(before.substr(line)).size());
    }
    if (next.kind == TokenKind::open_interpolation) {
      parse_interpolation(next);
    } else {
      parse_directive(next);
    }
    height = std::max(height, height_);
    trim_next = text_[previous_.begin] == '~';
  }
  if (failed_) {
    pieces_.resize(std::min(pieces_.size(), mark));
    return invalid(open.begin);
  }
  const Token close = read();
  if (flush) strip_indent(mark);
  const SourceRange whole = range(open.begin, close.end);
  const std::size_t count = pieces_.size() - mark;
  const bool wrap = count == 1 && pieces_[mark].kind == Piece::Kind::interpolation;
  std::size_t next = mark;
  const std::size_t parts_mark = parts_.size();
  const auto parts = build_parts(next, pieces_.size());
  pieces_.resize(mark);
  parts_.resize(parts_mark);
  if (failed_) return invalid(open.begin);
  if (parts.empty() || (parts.size() == 1 && parts[0].kind == TemplatePart::Kind::literal)) {
    StringExpr* expr = make_expr<StringExpr>(whole.begin, whole.end);
    if (!parts.empty()) expr->text = parts[0].text;
    height_ = 1;
    return expr;
  }
  TemplateExpr* expr = make_expr<TemplateExpr>(whole.begin, whole.end);
  expr->parts = parts;
  expr->wrap = wrap;
  expr->heredoc = end != TokenKind::close_quote;
  grow(height + 1, open);
  return expr;
}

void Parser::close_sequence(const Token& open, std::string_view what) {
  const Token close = peek();
  if (close.kind == TokenKind::close_sequence) {
    read();
    return;
  }
  const SourceRange context = range(open.begin, close.end);
  if (close.kind == TokenKind::end_of_file || close.kind == TokenKind::close_quote ||
      close.kind == TokenKind::open_quote || close.kind == TokenKind::quoted_newline) {
    fail(DiagCode::unclosed_interpolation,
         format("This {} has no closing brace. Perhaps a bracket or quote inside it is not closed.", what), range(open));
  } else if (close.kind == TokenKind::colon) {
    unexpected(close, DiagCode::extra_in_interpolation,
               format("A colon has no meaning in this {}. If \"{}\" is meant for another language, write \"{}{}\".", what,
                      text(open).substr(0, 2), text(open).substr(0, 1), text(open).substr(0, 2)),
               context);
  } else {
    unexpected(close, DiagCode::extra_in_interpolation,
               format("Expected the closing brace of this {}, but found {}. If \"{}\" is meant for another language, "
                      "such as a shell script, write \"{}{}\".",
                      what, describe(close), text(open).substr(0, 2), text(open).substr(0, 1), text(open).substr(0, 2)),
               context);
  }
}

void Parser::parse_interpolation(const Token& open) {
  Newlines newlines(*this, false);
  read();
  const Expr* expr = parse_expression();
  if (failed_) return;
  const std::uint32_t height = height_;
  close_sequence(open, "interpolation");
  height_ = height;
  pieces_.push_back({Piece::Kind::interpolation, range(open.begin, previous_.end), {}, expr, {}, {}});
}

void Parser::parse_for_directive(Piece& piece) {
  auto wrong = [&](std::string_view detail) {
    const Token found = peek();
    unexpected(found, DiagCode::invalid_directive, std::string(detail), range(piece.range.begin, found.end));
  };
  if (peek().kind != TokenKind::identifier) return wrong("After \"for\" the name of a variable must follow.");
  piece.value = symbol(read());
  if (accept(TokenKind::comma)) {
    if (peek().kind != TokenKind::identifier) return wrong("After the comma the name of the value variable must follow.");
    piece.key = piece.value;
    piece.value = symbol(read());
  }
  if (!is_word(peek(), "in")) return wrong("After its variables a \"for\" directive needs the word \"in\".");
  read();
  piece.expr = parse_expression();
}

void Parser::parse_directive(const Token& open) {
  Newlines newlines(*this, false);
  read();
  height_ = 1;
  const Token word = peek();
  Piece piece{Piece::Kind::if_, range(open), {}, nullptr, {}, {}};
  if (word.kind != TokenKind::identifier) {
    unexpected(word, DiagCode::invalid_directive,
               "After \"%{\" one of the words if, else, endif, for, endfor must follow. For a literal \"%{\" write "
               "\"%%{\".",
               range(open.begin, word.end));
    return;
  }
  read();
  const std::string_view name = text(word);
  if (name == "if") {
    piece.expr = parse_expression();
  } else if (name == "else") {
    piece.kind = Piece::Kind::else_;
  } else if (name == "endif") {
    piece.kind = Piece::Kind::endif;
  } else if (name == "for") {
    piece.kind = Piece::Kind::for_;
    parse_for_directive(piece);
  } else if (name == "endfor") {
    piece.kind = Piece::Kind::endfor;
  } else {
    fail(DiagCode::invalid_directive,
         format("\"{}\" is not a template directive. They are if, else, endif, for, endfor.", name), range(word),
         range(open.begin, word.end));
  }
  if (failed_) return;
  const std::uint32_t height = height_;
  close_sequence(open, format("\"{}\" directive", name));
  height_ = height;
  piece.range = range(open.begin, previous_.end);
  pieces_.push_back(piece);
}

// --- pieces to parts ---

void Parser::strip_indent(std::size_t mark) {
  // One piece per line, as the indentation belongs to lines.
  std::vector<Piece> lines;
  for (std::size_t i = mark; i < pieces_.size(); ++i) {
    if (pieces_[i].kind != Piece::Kind::literal || pieces_[i].text.empty()) {
      lines.push_back(pieces_[i]);
      continue;
    }
    std::string_view rest = pieces_[i].text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::size_t length = end == std::string_view::npos ? rest.size() : end + 1;
      Piece line = pieces_[i];
      line.text = rest.substr(0, length);
      lines.push_back(line);
      rest.remove_prefix(length);
    }
  }
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> indented;
  bool line_start = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Piece& piece = lines[i];
    const bool literal = piece.kind == Piece::Kind::literal;
    if (line_start) {
      line_start = false;
      std::size_t width = 0;
      if (literal) {
        const std::string_view content = trim_left(piece.text);
        if (content.empty() && piece.text.ends_with('\n')) {
          width = std::numeric_limits<std::size_t>::max();  // a blank line says nothing
        } else {
          const std::string_view blanks = piece.text.substr(0, piece.text.size() - content.size());
          width = is_ascii(blanks) ? blanks.size() : base::grapheme_count(blanks);
          indented.push_back(i);
        }
      }
      least = std::min(least, width);
    }
    if (literal && piece.text.ends_with('\n')) line_start = true;
  }
  for (std::size_t i : indented) {
    const std::string_view line = lines[i].text;
    std::size_t cut = 0;
    if (is_ascii(line.substr(0, least))) {
      cut = std::min(least, line.size());
    } else {
      for (std::size_t n = 0; n < least && cut < line.size(); ++n) cut = base::next_grapheme(line, cut);
    }
    lines[i].text.remove_prefix(cut);
  }
  // Neighbouring literals become one again.
  pieces_.resize(mark);
  for (std::size_t i = 0; i < lines.size();) {
    if (lines[i].kind != Piece::Kind::literal) {
      pieces_.push_back(lines[i++]);
      continue;
    }
    std::size_t end = i, size = 0;
    for (; end < lines.size() && lines[end].kind == Piece::Kind::literal; ++end) size += lines[end].text.size();
    Piece joined = lines[i];
    joined.range.end = lines[end - 1].range.end;
    char* out = static_cast<char*>(arena_.allocate(std::max<std::size_t>(size, 1), 1));
    std::size_t at = 0;
    for (; i < end; ++i) {
      std::copy(lines[i].text.begin(), lines[i].text.end(), out + at);
      at += lines[i].text.size();
    }
    joined.text = {out, size};
    pieces_.push_back(joined);
  }
}

std::span<const TemplatePart> Parser::build_parts(std::size_t& next, std::size_t end) {
  const std::size_t mark = parts_.size();
  while (next < end && !failed_) {
    const Piece& piece = pieces_[next];
    TemplatePart part{};
    part.range = piece.range;
    switch (piece.kind) {
      case Piece::Kind::literal:
        part.kind = TemplatePart::Kind::literal;
        part.text = piece.text;
        ++next;
        if (!part.text.empty()) parts_.push_back(part);
        continue;
      case Piece::Kind::interpolation:
        part.kind = TemplatePart::Kind::interpolation;
        part.expr = piece.expr;
        ++next;
        break;
      case Piece::Kind::if_: part = build_if(next, end); break;
      case Piece::Kind::for_: part = build_for(next, end); break;
      case Piece::Kind::else_:
      case Piece::Kind::endif:
      case Piece::Kind::endfor:
        if (directives_ > 0) return take(parts_, mark);
        fail(DiagCode::invalid_directive,
             piece.kind == Piece::Kind::endfor ? "There is no \"for\" directive that this \"endfor\" could end."
             : piece.kind == Piece::Kind::else_ ? "There is no \"if\" directive that this \"else\" belongs to."
                                                : "There is no \"if\" directive that this \"endif\" could end.",
             piece.range);
        continue;
    }
    parts_.push_back(part);
  }
  return take(parts_, mark);
}

TemplatePart Parser::build_if(std::size_t& next, std::size_t end) {
  Level level(*this);
  const Piece open = pieces_[next++];
  TemplatePart part{};
  part.kind = TemplatePart::Kind::if_;
  part.range = open.range;
  if (too_deep(Token{TokenKind::open_directive, open.range.begin, open.range.end})) return part;
  TemplateIf* directive = make<TemplateIf>();
  directive->condition = open.expr;
  ++directives_;
  directive->then = build_parts(next, end);
  bool in_else = false;
  while (!failed_) {
    if (next >= end) {
      fail(DiagCode::unexpected_template_end, "The template ends inside an \"if\" directive that has no \"endif\".",
           range(previous_), range(open.range.begin, previous_.end));
      break;
    }
    const Piece& found = pieces_[next];
    if (found.kind == Piece::Kind::else_ && !in_else) {
      ++next;
      in_else = true;
      directive->otherwise = build_parts(next, end);
      continue;
    }
    if (found.kind == Piece::Kind::endif) {
      part.range.end = found.range.end;
      ++next;
    } else {
      fail(DiagCode::invalid_directive,
           found.kind == Piece::Kind::else_ ? "This \"if\" directive has an \"else\" already."
                                            : "An \"if\" directive is open here, which must end with \"endif\" first.",
           found.range, range(open.range.begin, found.range.end));
    }
    break;
  }
  --directives_;
  part.if_ = directive;
  return part;
}

TemplatePart Parser::build_for(std::size_t& next, std::size_t end) {
  Level level(*this);
  const Piece open = pieces_[next++];
  TemplatePart part{};
  part.kind = TemplatePart::Kind::for_;
  part.range = open.range;
  if (too_deep(Token{TokenKind::open_directive, open.range.begin, open.range.end})) return part;
  TemplateFor* directive = make<TemplateFor>();
  directive->key = open.key;
  directive->value = open.value;
  directive->collection = open.expr;
  ++directives_;
  directive->body = build_parts(next, end);
  if (!failed_) {
    if (next >= end) {
      fail(DiagCode::unexpected_template_end, "The template ends inside a \"for\" directive that has no \"endfor\".",
           range(previous_), range(open.range.begin, previous_.end));
    } else if (pieces_[next].kind == Piece::Kind::endfor) {
      part.range.end = pieces_[next].range.end;
      ++next;
    } else {
      fail(DiagCode::invalid_directive, "A \"for\" directive is open here, which must end with \"endfor\" first.",
           pieces_[next].range, range(open.range.begin, pieces_[next].range.end));
    }
  }
  --directives_;
  part.for_ = directive;
  return part;
}

}  // namespace terrace::hcl
