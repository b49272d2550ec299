// SPDX-License-Identifier: Apache-2.0
// Syntax tree of HCL native syntax: plain, ranged, arena-owned, never copied. No values here: literals keep
// their text (strings already unescaped), lang/ gives them meaning. Source: HCL native syntax specification.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/check.h"
#include "base/symbol.h"
#include "diag/source.h"

namespace terrace::hcl {

enum class ExprKind : std::uint8_t {
  number, boolean, null, string, template_, traversal, relative_traversal, index, splat, splat_item, call,
  conditional, binary, unary, parentheses, tuple, object, for_, invalid
};
struct Expr {
  ExprKind kind;
  SourceRange range;
};
/// Checked downcast: null when `expr` is another kind. Each struct below names its kind in kKind.
template <class T>
const T* as(const Expr* expr) {
  return expr != nullptr && expr->kind == T::kKind ? static_cast<const T*>(expr) : nullptr;
}
template <class T>
const T& to(const Expr& expr) {
  CHECK(expr.kind == T::kKind, "expression of another kind");
  return static_cast<const T&>(expr);
}

struct NumberExpr : Expr { static constexpr auto kKind = ExprKind::number; std::string_view digits; };
struct BoolExpr : Expr { static constexpr auto kKind = ExprKind::boolean; bool value; };
struct NullExpr : Expr { static constexpr auto kKind = ExprKind::null; };
/// A quoted string or heredoc without any template sequence. `text` is unescaped.
struct StringExpr : Expr { static constexpr auto kKind = ExprKind::string; std::string_view text; };
/// What a syntax error left behind; evaluates to an unknown dynamic value without further errors.
struct InvalidExpr : Expr { static constexpr auto kKind = ExprKind::invalid; };

struct TemplatePart;
struct TemplateIf {
  const Expr* condition;
  std::span<const TemplatePart> then;
  std::span<const TemplatePart> otherwise;
};
struct TemplateFor {
  Symbol key;  ///< empty if only a value variable is named
  Symbol value;
  const Expr* collection;
  std::span<const TemplatePart> body;
};
/// Trim markers have been applied to the literals by the parser.
struct TemplatePart {
  enum class Kind : std::uint8_t { literal, interpolation, if_, for_ } kind;
  SourceRange range;
  std::string_view text;             ///< literal, unescaped
  const Expr* expr = nullptr;        ///< interpolation
  const TemplateIf* if_ = nullptr;
  const TemplateFor* for_ = nullptr;
};
/// A template with at least one sequence. `wrap`: exactly one interpolation and nothing else (A2).
struct TemplateExpr : Expr {
  static constexpr auto kKind = ExprKind::template_;
  std::span<const TemplatePart> parts;
  bool wrap = false;
  bool heredoc = false;
};

/// `.name` or `["name"]`/`[0]` with a constant key.
struct TraversalStep {
  enum class Kind : std::uint8_t { attribute, string_key, number_key } kind;
  SourceRange range;
  Symbol name;              ///< attribute
  std::string_view key;     ///< string key unescaped, or the digits of a number key
};
struct TraversalExpr : Expr {
  static constexpr auto kKind = ExprKind::traversal;
  Symbol root;
  SourceRange root_range;
  std::span<const TraversalStep> steps;
};
/// Constant steps on any other expression.
struct RelativeTraversalExpr : Expr {
  static constexpr auto kKind = ExprKind::relative_traversal;
  const Expr* source;
  std::span<const TraversalStep> steps;
};
struct IndexExpr : Expr {
  static constexpr auto kKind = ExprKind::index;
  const Expr* collection;
  const Expr* key;
};
/// `source.*.each` / `source[*].each`; inside `each` SplatItemExpr stands for the element.
struct SplatExpr : Expr {
  static constexpr auto kKind = ExprKind::splat;
  const Expr* source;
  const Expr* each;
  SourceRange marker;
};
struct SplatItemExpr : Expr { static constexpr auto kKind = ExprKind::splat_item; };
struct CallExpr : Expr {
  static constexpr auto kKind = ExprKind::call;
  Symbol name;  ///< `a::b::c` as one name
  SourceRange name_range;
  std::span<const Expr* const> arguments;
  bool expand_last = false;
  SourceRange close;  ///< the `)`
};
struct ConditionalExpr : Expr {
  static constexpr auto kKind = ExprKind::conditional;
  const Expr* condition;
  const Expr* if_true;
  const Expr* if_false;
};
enum class BinaryOp : std::uint8_t {
  or_, and_, equal, not_equal, less, less_equal, greater, greater_equal, add, subtract, multiply, divide, remainder
};
struct BinaryExpr : Expr {
  static constexpr auto kKind = ExprKind::binary;
  BinaryOp op;
  const Expr* left;
  const Expr* right;
};
enum class UnaryOp : std::uint8_t { negate, not_ };
struct UnaryExpr : Expr {
  static constexpr auto kKind = ExprKind::unary;
  UnaryOp op;
  const Expr* operand;
};
struct ParenthesesExpr : Expr { static constexpr auto kKind = ExprKind::parentheses; const Expr* inner; };
struct TupleExpr : Expr { static constexpr auto kKind = ExprKind::tuple; std::span<const Expr* const> elements; };
struct ObjectItem {
  const Expr* key;         ///< a bare identifier key is a StringExpr with `bare` set
  const Expr* value;
  bool bare = false;       ///< key was a bare identifier (also true, false, null)
  bool parenthesised = false;
};
struct ObjectExpr : Expr { static constexpr auto kKind = ExprKind::object; std::span<const ObjectItem> items; };
struct ForExpr : Expr {
  static constexpr auto kKind = ExprKind::for_;
  Symbol key_variable;  ///< empty if none
  Symbol value_variable;
  const Expr* collection;
  const Expr* key = nullptr;        ///< object form only
  const Expr* value;
  const Expr* condition = nullptr;
  bool group = false;
};

// --- structure ---
struct Label {
  Symbol text;
  SourceRange range;
};
struct Attribute {
  Symbol name;
  SourceRange name_range;
  SourceRange range;  ///< name to end of expression
  const Expr* value;
};
struct Block;
/// Bodies with more attributes than this carry `by_name`.
inline constexpr std::size_t kIndexedBody = 8;
struct Body {
  SourceRange range;
  std::span<const Attribute> attributes;  ///< source order, names unique
  std::span<const Block> blocks;          ///< source order
  SourceRange end;                        ///< where a missing item is reported: the closing brace or end of file
  std::span<const std::uint32_t> by_name;  ///< large bodies: positions in `attributes`, by Symbol::index()
  const Attribute* find(Symbol name) const;
};
struct Block {
  Symbol type;
  SourceRange type_range;
  std::span<const Label> labels;
  SourceRange range;   ///< whole block
  SourceRange header;  ///< type and labels: what diagnostics underline
  const Body* body;
};

}  // namespace terrace::hcl
