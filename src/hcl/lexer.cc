// SPDX-License-Identifier: Apache-2.0
#include "hcl/lexer.h"

#include <array>

#include "base/strings.h"
#include "hcl/unicode.h"

namespace terrace::hcl {

namespace {
enum : std::uint8_t { kStart = 1, kPart = 2, kDigit = 4, kQuotedStop = 8, kTemplateStop = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = kStart | kPart;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = kStart | kPart;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = kPart | kDigit;
  classes['_'] = kStart | kPart;
  classes['-'] = kPart;
  for (unsigned char c : {'"', '\\', '\n', '$', '%'}) classes[c] |= kQuotedStop;
  for (unsigned char c : {'\n', '$', '%'}) classes[c] |= kTemplateStop;
  return classes;
}
constexpr auto kClasses = make_classes();
bool is(unsigned char c, std::uint8_t mask) { return (kClasses[c] & mask) != 0; }
}  // namespace

Lexer::Lexer(std::string_view text, Start start, std::uint32_t from) : text_(text), at_(from) {
  if (from == 0 && text.starts_with("\xEF\xBB\xBF")) at_ = 3;
  Mode mode;
  mode.kind = start == Start::code ? ModeKind::code : ModeKind::template_;
  modes_.reserve(8);
  modes_.push_back(mode);
}

void Lexer::restart(std::uint32_t at) {
  at_ = at;
  modes_.assign(1, Mode{});
}

Token Lexer::make(TokenKind kind, std::size_t begin, std::size_t end) {
  at_ = end;
  return {kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

Token Lexer::next() {
  Mode& mode = modes_.back();
  switch (mode.kind) {
    case ModeKind::code: return code_token(mode);
    case ModeKind::quoted: return quoted_token();
    case ModeKind::heredoc: return heredoc_token(mode);
    case ModeKind::template_: return template_token();
  }
  return make(TokenKind::end_of_file, text_.size(), text_.size());
}

Token Lexer::code_token(Mode& mode) {
  const std::size_t size = text_.size();
  const char* data = text_.data();
  std::size_t at = at_;
  while (at < size && (data[at] == ' ' || data[at] == '\t')) ++at;
  at_ = at;
  if (at >= size) return make(TokenKind::end_of_file, size, size);
  const auto c = static_cast<unsigned char>(data[at]);
  if (is(c, kStart) || c >= 0x80) {
    std::size_t end = at;
    if (c >= 0x80) {
      const CodePoint point = code_point_at(text_, at);
      if (!is_identifier_start(point.value)) return rejected_character();
      end += point.length;
    }
    while (true) {
      while (end < size && is(static_cast<unsigned char>(data[end]), kPart)) ++end;
      if (end >= size || static_cast<unsigned char>(data[end]) < 0x80) break;
      const CodePoint point = code_point_at(text_, end);
      if (!is_identifier_part(point.value)) break;
      end += point.length;
    }
    return make(TokenKind::identifier, at, end);
  }
  if (is(c, kDigit)) return number_token();
  return operator_token(mode, c);
}

Token Lexer::number_token() {
  // Greedy like the peer's: digits, dots and exponents in any order, never ending in a dot. What is not a
  // number after all (1.2.3) is explained by the parser.
  const std::size_t begin = at_;
  std::size_t at = begin + 1;
  std::size_t end = at;
  while (true) {
    const unsigned char c = byte(at);
    if (is(c, kDigit)) {
      end = ++at;
    } else if (c == '.') {
      ++at;
    } else if (c == 'e' || c == 'E') {
      std::size_t digits = at + 1;
      if (byte(digits) == '+' || byte(digits) == '-') ++digits;
      if (!is(byte(digits), kDigit)) break;
      end = at = digits + 1;
    } else {
      break;
    }
  }
  return make(TokenKind::number, begin, end);
}

Token Lexer::operator_token(Mode& mode, unsigned char c) {
  const std::size_t at = at_;
  const unsigned char c1 = byte(at + 1);
  auto one = [&](TokenKind kind) { return make(kind, at, at + 1); };
  auto two = [&](TokenKind kind) { return make(kind, at, at + 2); };
  switch (c) {
    case '\n': return one(TokenKind::newline);
    case '\r': return c1 == '\n' ? two(TokenKind::newline) : one(TokenKind::invalid);
    case '#': break;
    case '/':
      if (c1 == '/') break;
      if (c1 == '*') {
        const std::size_t end = text_.find("*/", at + 2);
        // Without an end it is no comment: `/` and `*` fail where they stand.
        if (end != std::string_view::npos) return make(TokenKind::block_comment, at, end + 2);
      }
      return one(TokenKind::slash);
    case '{': ++mode.braces; return one(TokenKind::open_brace);
    case '}':
      if (mode.braces > 0) {
        --mode.braces;
        return one(TokenKind::close_brace);
      }
      if (modes_.size() == 1) return one(TokenKind::close_brace);
      modes_.pop_back();
      return one(TokenKind::close_sequence);
    case '~':
      if (c1 == '}' && modes_.size() > 1 && mode.braces == 0) {
        modes_.pop_back();
        return two(TokenKind::close_sequence);
      }
      return one(TokenKind::bitwise);
    case '[': return one(TokenKind::open_bracket);
    case ']': return one(TokenKind::close_bracket);
    case '(': return one(TokenKind::open_parenthesis);
    case ')': return one(TokenKind::close_parenthesis);
    case '"': {
      Mode quoted;
      quoted.kind = ModeKind::quoted;
      modes_.push_back(quoted);
      return one(TokenKind::open_quote);
    }
    case ',': return one(TokenKind::comma);
    case '.': return c1 == '.' && byte(at + 2) == '.' ? make(TokenKind::ellipsis, at, at + 3) : one(TokenKind::dot);
    case ':': return c1 == ':' ? two(TokenKind::double_colon) : one(TokenKind::colon);
    case '?': return one(TokenKind::question);
    case '=':
      if (c1 == '=') return two(TokenKind::equal_equal);
      return c1 == '>' ? two(TokenKind::fat_arrow) : one(TokenKind::equal);
    case '+': return one(TokenKind::plus);
    case '-': return one(TokenKind::minus);
    case '*': return c1 == '*' ? two(TokenKind::star_star) : one(TokenKind::star);
    case '%': return one(TokenKind::percent);
    case '&': return c1 == '&' ? two(TokenKind::and_) : one(TokenKind::bitwise);
    case '|': return c1 == '|' ? two(TokenKind::or_) : one(TokenKind::bitwise);
    case '^': return one(TokenKind::bitwise);
    case '!': return c1 == '=' ? two(TokenKind::not_equal) : one(TokenKind::not_);
    case '<':
      if (c1 == '=') return two(TokenKind::less_equal);
      return c1 == '<' ? heredoc_open() : one(TokenKind::less);
    case '>': return c1 == '=' ? two(TokenKind::greater_equal) : one(TokenKind::greater);
    case '`': return one(TokenKind::backtick);
    case '\'': return one(TokenKind::apostrophe);
    case ';': return one(TokenKind::semicolon);
    default: return rejected_character();
  }
  const std::size_t end = text_.find('\n', at);
  return make(TokenKind::line_comment, at, end == std::string_view::npos ? text_.size() : end + 1);
}

Token Lexer::rejected_character() {
  return make(TokenKind::invalid, at_, at_ + code_point_at(text_, at_).length);
}

Token Lexer::heredoc_open() {
  const std::size_t begin = at_;
  std::size_t at = begin + 2;
  if (byte(at) == '-') ++at;
  const std::size_t marker = at;
  if (at < text_.size() && is_identifier_start(code_point_at(text_, at).value)) {
    while (at < text_.size()) {
      const CodePoint point = code_point_at(text_, at);
      if (!is_identifier_part(point.value)) break;
      at += point.length;
    }
    std::size_t end = at;
    if (byte(end) == '\r') ++end;
    if (byte(end) == '\n') {
      Mode heredoc;
      heredoc.kind = ModeKind::heredoc;
      heredoc.line_start = true;
      heredoc.marker = text_.substr(marker, at - marker);
      modes_.push_back(heredoc);
      return make(TokenKind::open_heredoc, begin, end + 1);
    }
  }
  return make(TokenKind::less, begin, begin + 1);
}

bool Lexer::starts_sequence(std::size_t at) const {
  return (text_[at] == '$' || text_[at] == '%') && byte(at + 1) == '{';
}

Token Lexer::sequence_token() {
  const std::size_t begin = at_;
  const TokenKind kind = text_[begin] == '$' ? TokenKind::open_interpolation : TokenKind::open_directive;
  modes_.push_back(Mode{});
  return make(kind, begin, byte(begin + 2) == '~' ? begin + 3 : begin + 2);
}

Token Lexer::quoted_token() {
  const std::size_t size = text_.size();
  const std::size_t begin = at_;
  if (begin >= size) return make(TokenKind::end_of_file, size, size);
  if (starts_sequence(begin)) return sequence_token();
  std::size_t at = begin;
  while (at < size) {
    const auto c = static_cast<unsigned char>(text_[at]);
    if (!is(c, kQuotedStop)) {
      ++at;
    } else if (c == '"' || c == '\n') {
      break;
    } else if (c == '\\') {
      at += byte(at + 1) == '\n' || byte(at + 1) == '\r' ? 1 : 2;
    } else if (byte(at + 1) == c && byte(at + 2) == '{') {
      at += 3;
    } else if (byte(at + 1) == '{') {
      break;
    } else {
      ++at;
    }
  }
  if (at > size) at = size;
  if (at < size && text_[at] == '\n' && at > begin && text_[at - 1] == '\r') --at;
  if (at > begin) return make(TokenKind::quoted_literal, begin, at);
  if (text_[at] == '"') {
    modes_.pop_back();
    return make(TokenKind::close_quote, at, at + 1);
  }
  return make(TokenKind::quoted_newline, at, text_[at] == '\r' ? at + 2 : at + 1);
}

bool Lexer::closes_heredoc(const Mode& mode, std::size_t line_begin, std::size_t* line_end) const {
  std::size_t at = line_begin;
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
  if (text_.compare(at, mode.marker.size(), mode.marker) != 0) return false;
  std::size_t end = text_.find('\n', at);
  // The marker line needs its newline, even at the end of the file.
  if (end == std::string_view::npos || base::trim(text_.substr(at, end - at)) != mode.marker) return false;
  if (text_[end - 1] == '\r') --end;
  *line_end = end;
  return true;
}

Token Lexer::heredoc_token(Mode& mode) {
  const std::size_t size = text_.size();
  const std::size_t begin = at_;
  std::size_t line_end = 0;
  if (mode.line_start && closes_heredoc(mode, begin, &line_end)) {
    modes_.pop_back();
    return make(TokenKind::close_heredoc, begin, line_end);
  }
  if (begin >= size) return make(TokenKind::end_of_file, size, size);
  mode.line_start = false;
  if (starts_sequence(begin)) return sequence_token();
  std::size_t at = begin;
  while (at < size) {
    const auto c = static_cast<unsigned char>(text_[at]);
    if (!is(c, kTemplateStop)) {
      ++at;
    } else if (c == '\n') {
      ++at;
      if (closes_heredoc(mode, at, &line_end)) {
        mode.line_start = true;
        break;
      }
    } else if (byte(at + 1) == c && byte(at + 2) == '{') {
      at += 3;
    } else if (byte(at + 1) == '{') {
      break;
    } else {
      ++at;
    }
  }
  return make(TokenKind::heredoc_literal, begin, at);
}

Token Lexer::template_token() {
  const std::size_t size = text_.size();
  const std::size_t begin = at_;
  if (begin >= size) return make(TokenKind::end_of_file, size, size);
  if (starts_sequence(begin)) return sequence_token();
  std::size_t at = begin;
  while (at < size) {
    const auto c = static_cast<unsigned char>(text_[at]);
    if ((c == '$' || c == '%') && byte(at + 1) == c && byte(at + 2) == '{') {
      at += 3;
    } else if ((c == '$' || c == '%') && byte(at + 1) == '{') {
      break;
    } else {
      ++at;
    }
  }
  return make(TokenKind::heredoc_literal, begin, at);
}

}  // namespace terrace::hcl
