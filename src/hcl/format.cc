// SPDX-License-Identifier: Apache-2.0
// The canonical style. Three passes over lines of tokens: indentation, spaces, then columns of `=` and of
// trailing comments. Source: observed behaviour of `terraform fmt`; checklist A12.
#include "hcl/format.h"

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "hcl/parser_impl.h"

namespace terrace::hcl {

namespace {
/// What rewrites insert, addressed behind the source text.
constexpr std::string_view kInserted = "\"()stringanylistmapset";

/// A token to print: bytes of the source, or of kInserted from kInsertedBase on.
struct Piece {
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
  std::uint32_t spaces = 0;  // before it
  TokenKind kind = TokenKind::newline;
};
constexpr std::uint32_t kInsertedBase = 1u << 31;

/// Positions in the piece list; [begin, assign) leads, [assign, comment) is `= value`, [comment, end) trails.
struct Line {
  std::uint32_t begin = 0, assign = 0, comment = 0, end = 0;
  bool has_assign() const { return assign < comment; }
  bool has_comment() const { return comment < end; }
};

/// What to do with the tokens of one byte range.
struct Edit {
  enum class Kind { value, variable_type, labels } kind;
  std::uint32_t begin = 0, end = 0;
  const Block* block = nullptr;
};

int bracket_change(TokenKind kind) {
  switch (kind) {
    case TokenKind::open_brace:
    case TokenKind::open_bracket:
    case TokenKind::open_parenthesis:
    case TokenKind::open_interpolation:
    case TokenKind::open_directive: return 1;
    case TokenKind::close_brace:
    case TokenKind::close_bracket:
    case TokenKind::close_parenthesis:
    case TokenKind::close_sequence: return -1;
    default: return 0;
  }
}

std::uint32_t columns(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\r') return static_cast<std::uint32_t>(base::grapheme_count(text));
  }
  return static_cast<std::uint32_t>(text.size());
}

/// Could a value end with this token? Then a minus after it subtracts.
bool before_negation(TokenKind kind) {
  switch (kind) {
    case TokenKind::open_parenthesis:
    case TokenKind::open_brace:
    case TokenKind::open_bracket:
    case TokenKind::equal:
    case TokenKind::colon:
    case TokenKind::comma:
    case TokenKind::question:
    case TokenKind::plus:
    case TokenKind::star:
    case TokenKind::slash:
    case TokenKind::percent:
    case TokenKind::minus:
    case TokenKind::equal_equal:
    case TokenKind::not_equal:
    case TokenKind::greater:
    case TokenKind::greater_equal:
    case TokenKind::less:
    case TokenKind::less_equal:
    case TokenKind::and_:
    case TokenKind::or_:
    case TokenKind::not_: return true;
    default: return false;
  }
}

bool is_template_opener(TokenKind kind) {
  return kind == TokenKind::open_interpolation || kind == TokenKind::open_directive;
}

/// One space or none between `left` and `right`; `before` stands left of `left` on its part of the line.
/// `left_is_in`: left is the word `in`.
bool space_between(const Piece* before, const Piece& left, const Piece& right, bool left_is_in) {
  switch (right.kind) {
    case TokenKind::newline:
    case TokenKind::end_of_file:
    case TokenKind::dot:
    case TokenKind::comma:
    case TokenKind::ellipsis: return false;
    case TokenKind::open_parenthesis:
      if (left.kind == TokenKind::identifier) return false;
      break;
    case TokenKind::double_colon:
      if (left.kind == TokenKind::identifier) return false;
      break;
    default: break;
  }
  if (left.kind == TokenKind::double_colon && right.kind == TokenKind::identifier) return false;
  if (left.kind == TokenKind::dot) return false;
  if (left.kind == TokenKind::comma) return true;
  auto in_template = [](TokenKind kind) {
    return kind == TokenKind::quoted_literal || kind == TokenKind::heredoc_literal;
  };
  if (in_template(left.kind) || in_template(right.kind) || left.kind == TokenKind::open_quote ||
      left.kind == TokenKind::open_heredoc || right.kind == TokenKind::close_quote ||
      right.kind == TokenKind::close_heredoc) {
    return false;
  }
  // `in [1]` inside `for` is the keyword and a tuple, not an index.
  if (left_is_in && before != nullptr && before->kind == TokenKind::identifier) return true;
  if (right.kind == TokenKind::open_bracket && (left.kind == TokenKind::identifier || left.kind == TokenKind::number ||
                                                bracket_change(left.kind) < 0)) {
    return false;
  }
  if (left.kind == TokenKind::not_) return false;
  if (left.kind == TokenKind::minus) return before != nullptr && !before_negation(before->kind);
  if (left.kind == TokenKind::open_brace || right.kind == TokenKind::close_brace) {
    return !(left.kind == TokenKind::open_brace && right.kind == TokenKind::close_brace);
  }
  if (is_template_opener(left.kind) && right.kind == TokenKind::open_brace) return true;
  if (left.kind == TokenKind::close_brace && right.kind == TokenKind::close_sequence) return true;
  if (left.kind == TokenKind::close_sequence && is_template_opener(right.kind)) return false;
  return bracket_change(left.kind) <= 0 && bracket_change(right.kind) >= 0;
}

class Formatter {
 public:
  Formatter(std::string_view text, const Body& body, const std::vector<Token>& tokens) : text_(text), tokens_(tokens) {
    collect_edits(body, Place::file);
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  }

  std::string run() {
    read_pieces();
    split_lines();
    indent();
    spaces();
    align();
    return print();
  }

 private:
  enum class Place { file, variable, other };

  // Nesting of blocks is limited by the parser. Only what a rewrite may change is collected: usually nothing.
  void collect_edits(const Body& body, Place place) {
    static const Symbol kVariable("variable"), kType("type");
    for (const Attribute& attribute : body.attributes) {
      const SourceRange value = attribute.value->range;
      if (place == Place::variable && attribute.name == kType) {
        edits_.push_back({Edit::Kind::variable_type, value.begin, value.end, nullptr});
      } else if (const auto* text = as<TemplateExpr>(attribute.value); text != nullptr && text->wrap) {
        edits_.push_back({Edit::Kind::value, value.begin, value.end, nullptr});
      }
    }
    for (const Block& block : body.blocks) {
      if (!labels_are_canonical(block)) {
        edits_.push_back({Edit::Kind::labels, block.type_range.end, block.labels.back().range.end, &block});
      }
      collect_edits(*block.body, place == Place::file && block.type == kVariable ? Place::variable : Place::other);
    }
  }

  bool labels_are_canonical(const Block& block) const {
    std::uint32_t at = block.type_range.end;
    for (const Label& label : block.labels) {
      if (text_[label.range.begin] != '"') return false;
      for (; at < label.range.begin; ++at) {
        if (text_[at] != ' ' && text_[at] != '\t') return false;
      }
      at = label.range.end;
    }
    return true;
  }

  void read_pieces() {
    pieces_.reserve(tokens_.size() + 16);
    auto edit = edits_.begin();
    bool inside = false;
    std::size_t first = 0;  // piece of the current edit
    std::uint32_t last_end = 0;
    for (const Token& token : tokens_) {
      while (edit != edits_.end()) {
        if (!inside) {
          if (token.begin < edit->begin) break;
          inside = true;
          first = pieces_.size();
        }
        if (token.begin < edit->end) break;
        apply(*edit, first);
        inside = false;
        ++edit;
      }
      if (token.kind == TokenKind::end_of_file) {
        // Blanks after the last line stay, as the peer has it.
        if (token.begin > last_end) pieces_.push_back({token.begin, 0, token.begin - last_end, token.kind});
        return;
      }
      pieces_.push_back({token.begin, token.end - token.begin, 0, token.kind});
      last_end = token.end;
    }
  }

  std::string_view text(const Piece& piece) const {
    return piece.begin < kInsertedBase ? text_.substr(piece.begin, piece.length)
                                       : kInserted.substr(piece.begin - kInsertedBase, piece.length);
  }
  bool ends_line(const Piece& piece) const {
    return piece.kind == TokenKind::newline || (piece.kind == TokenKind::line_comment && text(piece).ends_with('\n'));
  }

  /// Inserts a word that is part of kInserted.
  void insert(TokenKind kind, std::string_view word) {
    const std::size_t at = kInserted.find(word);
    CHECK(at != std::string_view::npos, "kInserted holds every inserted word");
    pieces_.push_back(
        {kInsertedBase + static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(word.size()), 0, kind});
  }

  void apply(const Edit& edit, std::size_t from) {
    switch (edit.kind) {
      case Edit::Kind::value: unwrap(from); return;
      case Edit::Kind::variable_type: modernise_type(from); return;
      case Edit::Kind::labels: quote_labels(*edit.block, from); return;
    }
  }

  /// Labels in quotes, one after another, without what may stand between them.
  void quote_labels(const Block& block, std::size_t from) {
    pieces_.resize(from);
    for (const Label& label : block.labels) {
      SourceRange inner = label.range;
      if (text_[inner.begin] == '"') {
        ++inner.begin;
        --inner.end;
      }
      insert(TokenKind::open_quote, "\"");
      if (inner.begin < inner.end) {
        pieces_.push_back({inner.begin, inner.end - inner.begin, 0, TokenKind::quoted_literal});
      }
      insert(TokenKind::close_quote, "\"");
    }
  }

  /// `"${x}"` alone is `x`.
  void unwrap(std::size_t from) {
    const std::size_t count = pieces_.size() - from;
    if (count < 5) return;
    const Piece* all = pieces_.data() + from;
    if (all[0].kind != TokenKind::open_quote || all[1].kind != TokenKind::open_interpolation ||
        all[count - 2].kind != TokenKind::close_sequence || all[count - 1].kind != TokenKind::close_quote) {
      return;
    }
    int quotes = 0;
    for (std::size_t i = 2; i < count - 2; ++i) {
      const TokenKind kind = all[i].kind;
      if (kind == TokenKind::open_quote) {
        ++quotes;
      } else if (kind == TokenKind::close_quote) {
        --quotes;
      } else if (quotes == 0 && (kind == TokenKind::open_interpolation || kind == TokenKind::close_sequence ||
                                 kind == TokenKind::quoted_literal)) {
        return;  // a second sequence or literal text: really a template
      }
    }
    std::size_t begin = 2, end = count - 2;
    while (begin < end && all[begin].kind == TokenKind::newline) ++begin;
    while (end > begin && all[end - 1].kind == TokenKind::newline) --end;
    const std::vector<Piece> inner(all + begin, all + end);
    bool many_lines = false;
    for (const Piece& piece : inner) many_lines = many_lines || piece.kind == TokenKind::newline;
    const bool parenthesised = !inner.empty() && inner.front().kind == TokenKind::open_parenthesis &&
                               inner.back().kind == TokenKind::close_parenthesis;
    pieces_.resize(from);
    if (many_lines && !parenthesised) insert(TokenKind::open_parenthesis, "(");
    pieces_.insert(pieces_.end(), inner.begin(), inner.end());
    if (many_lines && !parenthesised) insert(TokenKind::close_parenthesis, ")");
  }

  /// Types as they were written before version 0.12.
  void modernise_type(std::size_t from) {
    const std::size_t count = pieces_.size() - from;
    std::string_view name, element;
    if (count == 1 && pieces_[from].kind == TokenKind::identifier) {
      name = text(pieces_[from]);
      if (name != "list" && name != "map" && name != "set") return;
      element = "any";
    } else if (count == 3 && pieces_[from].kind == TokenKind::open_quote &&
               pieces_[from + 1].kind == TokenKind::quoted_literal) {
      name = text(pieces_[from + 1]);
      if (name != "string" && name != "list" && name != "map") return;
      if (name != "string") element = "string";
    } else {
      return;
    }
    pieces_.resize(from);
    insert(TokenKind::identifier, name);
    if (element.empty()) return;
    insert(TokenKind::open_parenthesis, "(");
    insert(TokenKind::identifier, element);
    insert(TokenKind::close_parenthesis, ")");
  }

  void split_lines() {
    const auto size = static_cast<std::uint32_t>(pieces_.size());
    lines_.reserve(size / 6 + 1);
    for (std::uint32_t begin = 0; begin < size;) {
      std::uint32_t end = begin;
      while (end < size && !ends_line(pieces_[end])) ++end;
      end = std::min(end + 1, size);
      if (end - begin > 0 && pieces_[end - 1].kind == TokenKind::end_of_file) --end;
      if (end == begin) break;
      Line line{begin, end, end, end};
      if (end - begin > 1 && (pieces_[end - 1].kind == TokenKind::line_comment)) line.comment = line.assign = end - 1;
      for (std::uint32_t i = begin + 1; i < line.comment; ++i) {
        if (pieces_[i].kind != TokenKind::equal) continue;
        // A value that opens more than it closes goes on below and takes no part in the columns.
        int net = 0;
        for (std::uint32_t k = i; k < line.comment; ++k) net += bracket_change(pieces_[k].kind);
        if (net == 0) line.assign = i;
        break;
      }
      lines_.push_back(line);
      begin = end;
    }
  }

  void indent() {
    // Each step of indentation remembers how many brackets opened it, so that lines that open several and close
    // them one by one come out right.
    std::vector<int> steps;
    for (const Line& line : lines_) {
      Piece& first = pieces_[line.begin];
      if (first.kind == TokenKind::newline) continue;
      int net = 0;
      // Brackets after the start of a heredoc on its line do not count, whether closed there or not.
      for (std::uint32_t i = line.begin; i < line.comment && pieces_[i].kind != TokenKind::open_heredoc; ++i) {
        net += bracket_change(pieces_[i].kind);
      }
      if (net > 0) {
        first.spaces = static_cast<std::uint32_t>(2 * steps.size());
        steps.push_back(net);
        continue;
      }
      int closed = -net;
      while (closed > 0 && !steps.empty()) {
        if (closed < steps.back()) {
          steps.back() -= closed;
          closed = 0;
        } else {
          closed -= steps.back();
          steps.pop_back();
        }
      }
      first.spaces = static_cast<std::uint32_t>(2 * steps.size());
    }
  }

  void spaces() {
    for (const Line& line : lines_) {
      space_range(line.begin, line.assign);
      if (line.has_assign()) {
        pieces_[line.assign].spaces = 1;
        space_range(line.assign, line.comment);
      }
    }
  }
  void space_range(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i + 1 < end; ++i) {
      const Piece* before = i > begin ? &pieces_[i - 1] : nullptr;
      const Piece& left = pieces_[i];
      const bool is_in = left.kind == TokenKind::identifier && left.length == 2 && text(left) == "in";
      pieces_[i + 1].spaces = space_between(before, left, pieces_[i + 1], is_in) ? 1 : 0;
    }
  }

  std::uint32_t width(std::uint32_t begin, std::uint32_t end) const {
    std::uint32_t total = 0;
    for (std::uint32_t i = begin; i < end; ++i) total += pieces_[i].spaces + columns(text(pieces_[i]));
    return total;
  }

  void align() {
    std::vector<std::uint32_t> widths;
    auto column = [&](auto takes_part, auto end_of_left) {
      for (std::size_t i = 0; i < lines_.size();) {
        if (!takes_part(lines_[i])) {
          ++i;
          continue;
        }
        const std::size_t first = i;
        std::uint32_t widest = 0;
        widths.clear();
        for (; i < lines_.size() && takes_part(lines_[i]); ++i) {
          widths.push_back(width(lines_[i].begin, end_of_left(lines_[i])));
          widest = std::max(widest, widths.back());
        }
        for (std::size_t k = first; k < i; ++k) pieces_[end_of_left(lines_[k])].spaces = widest - widths[k - first] + 1;
      }
    };
    column([](const Line& line) { return line.has_assign(); }, [](const Line& line) { return line.assign; });
    column([](const Line& line) { return line.has_comment(); }, [](const Line& line) { return line.comment; });
  }

  std::string print() const {
    std::string out;
    out.reserve(text_.size() + text_.size() / 8);
    // What already stands as it should is copied in long runs.
    std::uint32_t run_begin = 0, run_end = 0;
    auto flush = [&] { out += text_.substr(run_begin, run_end - run_begin); };
    for (const Piece& piece : pieces_) {
      if (piece.begin < kInsertedBase && piece.begin == run_end + piece.spaces && is_blank(run_end, piece.spaces)) {
        run_end = piece.begin + piece.length;
        continue;
      }
      flush();
      out.append(piece.spaces, ' ');
      if (piece.begin < kInsertedBase) {
        run_begin = piece.begin;
        run_end = piece.begin + piece.length;
      } else {
        out += text(piece);
        run_begin = run_end = 0;
      }
    }
    flush();
    return out;
  }
  bool is_blank(std::uint32_t begin, std::uint32_t count) const {
    for (std::uint32_t i = begin; i < begin + count; ++i) {
      if (text_[i] != ' ') return false;
    }
    return true;
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<Edit> edits_;
  std::vector<Piece> pieces_;
  std::vector<Line> lines_;
};
}  // namespace

std::string format_source(const SourceFiles& sources, FileId file, Diagnostics& diags) {
  const std::string_view text = sources.text(file);
  Diagnostics own;
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 6);
  const File parsed = parse_file_with_tokens(sources, file, own, &tokens);
  const bool failed = own.has_errors();
  diags.append(std::move(own));
  if (failed) return std::string(text);
  return Formatter(text, *parsed.body, tokens).run();
}

}  // namespace terrace::hcl
