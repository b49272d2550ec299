// SPDX-License-Identifier: Apache-2.0
// Tokens of HCL native syntax: a kind and two byte offsets; the text stays in the source.
#pragma once
#include <cstdint>

// Rules look at a few kinds of many and treat the rest alike; only this library includes this header.
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace terrace::hcl {

enum class TokenKind : std::uint8_t {
  end_of_file, newline,
  line_comment,   ///< `#` or `//` with the newline that ends it
  block_comment,  ///< `/* … */`
  identifier, number,
  open_brace, close_brace, open_bracket, close_bracket, open_parenthesis, close_parenthesis,
  open_quote, close_quote, quoted_literal,
  open_heredoc,     ///< `<<MARK` with its newline
  close_heredoc,    ///< the marker line from its first column, without the newline
  heredoc_literal,  ///< also the literal text of a standalone template
  open_interpolation, open_directive,  ///< `${` `%{`, with `~`
  close_sequence,                      ///< `}` or `~}` of those
  comma, dot, ellipsis, colon, double_colon, question, equal, fat_arrow,
  plus, minus, star, slash, percent, and_, or_, not_,
  equal_equal, not_equal, less, less_equal, greater, greater_equal,
  // No grammar rule takes these; they exist to be explained.
  bitwise, star_star, backtick, apostrophe, semicolon, quoted_newline, invalid,
};

inline bool is_rejected(TokenKind kind) { return kind >= TokenKind::bitwise; }

struct Token {
  TokenKind kind = TokenKind::end_of_file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

}  // namespace terrace::hcl
