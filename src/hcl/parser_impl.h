// SPDX-License-Identifier: Apache-2.0
// The recursive-descent parser behind parser.h. Private to hcl/. One failure per item: the first mistake sets
// failed(), every rule unwinds, and the body rule picks up again at the next item (recover.cc).
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "diag/diagnostic.h"
#include "hcl/ast.h"
#include "hcl/lexer.h"
#include "hcl/parser.h"

namespace terrace::hcl {

/// Levels of brackets, blocks, templates and unary operators (reliability-security 7.1).
inline constexpr int kMaxNesting = 200;
/// Height of the tree of one expression: chains such as `a + b + …` or `a[0][1]…` also cost recursion later.
inline constexpr std::uint32_t kMaxHeight = 1000;
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{64} << 20;
/// Reported syntax errors per file; more would bury the first.
inline constexpr int kMaxSyntaxErrors = 20;

/// parse_file() with the tokens, for the formatter.
File parse_file_with_tokens(const SourceFiles& sources, FileId file, Diagnostics& diags, std::vector<Token>* tape);

class Parser {
 public:
  /// Every token read also goes to `tape` if there is one, comments too; it is complete if nothing is wrong.
  Parser(std::string_view text, FileId file, Arena& arena, Diagnostics& diags, Lexer::Start start,
         std::vector<Token>* tape = nullptr);

  const Body* parse_file_body();
  const Expr* parse_whole_expression();
  const Expr* parse_whole_template();

 private:
  // --- tokens (parser.cc) ---
  void fetch();
  const Token& peek() {
    if (!newlines_) {
      while (token_.kind == TokenKind::newline) fetch();
    }
    return token_;
  }
  Token read() {
    const Token token = peek();
    previous_ = token;
    if (token.kind != TokenKind::end_of_file) fetch();
    return token;
  }
  bool accept(TokenKind kind) {
    if (peek().kind != kind) return false;
    read();
    return true;
  }
  std::string_view text(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  bool is_word(const Token& token, std::string_view word) const {
    return token.kind == TokenKind::identifier && text(token) == word;
  }
  SourceRange range(const Token& token) const { return {file_, token.begin, token.end}; }
  SourceRange range(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }
  Symbol symbol(std::string_view name);
  Symbol symbol(const Token& token) { return symbol(text(token)); }

  // --- mistakes (recover.cc) ---
  void report(DiagCode code, std::string detail, SourceRange subject, std::optional<SourceRange> context = {});
  /// Reports unless something failed before, and makes every rule unwind.
  void fail(DiagCode code, std::string detail, SourceRange subject, std::optional<SourceRange> context = {});
  /// As fail(), at an unexpected token; a rejected token gets its own explanation instead.
  void unexpected(const Token& found, DiagCode code, std::string detail, std::optional<SourceRange> context = {});
  bool explain_rejected(const Token& token);
  std::string describe(const Token& token) const;
  /// Goes on after the body item that began at `begin`, whatever brackets it left open.
  void recover_item(std::uint32_t begin);
  std::uint32_t indent_of(std::uint32_t offset) const;
  void give_up();

  // --- structure (parser.cc) ---
  const Body* parse_body(std::uint32_t begin, TokenKind end);
  const Body* parse_single_line_body(std::uint32_t begin);
  void parse_item();
  void parse_attribute(const Token& name, bool own_line);
  void parse_block(const Token& type);
  bool parse_label(Label& label);
  const Body* finish_body(std::size_t attributes_mark, std::size_t blocks_mark, SourceRange whole, SourceRange end);

  // --- expressions (expression.cc, constructors.cc) ---
  const Expr* parse_expression();
  const Expr* parse_operators(int lowest);
  const Expr* parse_term_with_steps();
  const Expr* parse_term();
  const Expr* parse_number();
  const Expr* parse_identifier();
  const Expr* parse_parentheses();
  const Expr* parse_unary(UnaryOp op);
  const Expr* parse_call(const Token& first);
  const Expr* parse_steps(const Expr* source);
  const Expr* parse_attribute_splat(const Expr* source, std::uint32_t dot);
  const Expr* parse_full_splat(const Expr* source, const Token& open);
  const Expr* parse_index(const Expr* source, const Token& open, std::size_t mark, std::uint32_t& height);
  void read_dot_step(const Token& dot);
  const Expr* take_steps(const Expr* source, std::size_t mark);
  const Expr* parse_tuple();
  const Expr* parse_object();
  const Expr* parse_for(const Token& open, TokenKind close);
  const Expr* invalid(std::uint32_t begin);

  // --- templates (template.cc) ---
  struct Piece;
  const Expr* parse_string();
  const Expr* parse_template(const Token& open, TokenKind end, bool flush);
  void parse_interpolation(const Token& open);
  void parse_directive(const Token& open);
  void parse_for_directive(Piece& piece);
  void close_sequence(const Token& open, std::string_view what);
  void strip_indent(std::size_t mark);
  std::span<const TemplatePart> build_parts(std::size_t& next, std::size_t end);
  TemplatePart build_if(std::size_t& next, std::size_t end);
  TemplatePart build_for(std::size_t& next, std::size_t end);
  std::string_view unescape(const Token& literal);

  template <class T>
  T* make() { return arena_.make<T>(); }
  template <class T>
  T* make_expr(std::uint32_t begin, std::uint32_t end) {
    T* expr = arena_.make<T>();
    expr->kind = T::kKind;
    expr->range = range(begin, end);
    return expr;
  }
  /// Moves what was pushed after `mark` into the arena.
  template <class T>
  std::span<const T> take(std::vector<T>& stack, std::size_t mark) {
    const std::size_t count = stack.size() - mark;
    if (count == 0) return {};
    T* to = static_cast<T*>(arena_.allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (to + i) T(stack[mark + i]);
    stack.resize(mark);
    return {to, count};
  }

  /// Counts one level of nesting for its lifetime.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };
  /// Newlines count, or not, for its lifetime.
  class Newlines {
   public:
    Newlines(Parser& parser, bool significant) : parser_(parser), before_(parser.newlines_) {
      parser_.newlines_ = significant;
    }
    ~Newlines() { parser_.newlines_ = before_; }
    Newlines(const Newlines&) = delete;
    Newlines& operator=(const Newlines&) = delete;

   private:
    Parser& parser_;
    bool before_;
  };
  bool too_deep(const Token& at);
  bool grow(std::uint32_t height, const Token& at);

  struct Piece {
    enum class Kind : std::uint8_t { literal, interpolation, if_, else_, endif, for_, endfor } kind;
    SourceRange range;
    std::string_view text;
    const Expr* expr = nullptr;
    Symbol key, value;
  };

  std::string_view text_;
  FileId file_;
  Arena& arena_;
  Diagnostics& diags_;
  Lexer lexer_;
  std::vector<Token>* tape_ = nullptr;
  Token token_;
  Token previous_;
  bool newlines_ = true;
  bool failed_ = false;
  bool stopped_ = false;   // nothing more is read
  bool uncertain_ = false;  // an unbalanced item was skipped: missing and extra braces prove nothing
  int depth_ = 0;
  int errors_ = 0;
  int directives_ = 0;  // open `if` and `for` directives while parts are built
  std::uint32_t height_ = 0;  // of the expression parsed last

  // Work stacks: children are pushed behind their parent's, so nothing is allocated per node.
  std::vector<Attribute> attributes_;
  std::vector<Block> blocks_;
  std::vector<Label> labels_;
  std::vector<const Expr*> exprs_;
  std::vector<ObjectItem> items_;
  std::vector<TraversalStep> steps_;
  std::vector<Piece> pieces_;
  std::vector<TemplatePart> parts_;
  std::vector<std::uint32_t> order_;

  struct CachedSymbol {
    std::string_view text;
    Symbol symbol;
  };
  std::array<CachedSymbol, 1024> symbols_;
};

}  // namespace terrace::hcl
