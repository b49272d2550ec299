// SPDX-License-Identifier: Apache-2.0
// Source text to tokens, one at a time, without allocation per token. Knows strings, heredocs and the code
// inside their sequences by a stack of modes. Never fails: what it cannot read becomes a rejected token.
// Source: HCL native syntax specification, "Lexical Elements"; checklist A1-A3.
#pragma once
#include <string_view>
#include <vector>

#include "hcl/token.h"

namespace terrace::hcl {

class Lexer {
 public:
  enum class Start { code, template_ };
  /// `text` must outlive the lexer. A byte-order mark at the very start is skipped.
  explicit Lexer(std::string_view text, Start start = Start::code, std::uint32_t from = 0);
  Token next();
  /// Forgets all open strings and sequences and goes on with plain code at `at`.
  void restart(std::uint32_t at);

 private:
  enum class ModeKind : std::uint8_t { code, quoted, heredoc, template_ };
  struct Mode {
    ModeKind kind = ModeKind::code;
    bool line_start = false;   // heredoc: at the first column of a line
    std::uint32_t braces = 0;  // code: open braces since the mode began
    std::string_view marker;   // heredoc
  };
  Token code_token(Mode& mode);
  Token quoted_token();
  Token heredoc_token(Mode& mode);
  Token template_token();
  Token sequence_token();
  Token operator_token(Mode& mode, unsigned char c);
  Token number_token();
  Token heredoc_open();
  Token rejected_character();
  bool closes_heredoc(const Mode& mode, std::size_t line_begin, std::size_t* line_end) const;
  bool starts_sequence(std::size_t at) const;
  Token make(TokenKind kind, std::size_t begin, std::size_t end);
  unsigned char byte(std::size_t at) const { return at < text_.size() ? static_cast<unsigned char>(text_[at]) : 0; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Mode> modes_;
};

}  // namespace terrace::hcl
