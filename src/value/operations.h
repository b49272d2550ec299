// SPDX-License-Identifier: Apache-2.0
// The language's operators on values: unknowns with refinements and marks are carried through.
// Operands have been converted and null-checked by the caller (lang/), except in equals().
#pragma once
#include "value/value.h"

namespace terrace::value {

/// `==` (A4, B3): no conversion; nulls equal whatever their types; unknown inside → unknown bool unless decided.
Value equals(const Value& a, const Value& b);
Value logical_not(const Value& a);
Value logical_and(const Value& a, const Value& b);
Value logical_or(const Value& a, const Value& b);
/// Number operators; nothing where the result does not exist (0/0, Inf-Inf).
enum class Arithmetic : std::uint8_t { add, subtract, multiply, divide, remainder };
std::optional<Value> arithmetic(Arithmetic op, const Value& a, const Value& b);
Value negate(const Value& a);
enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal };
Value compare(Comparison op, const Value& a, const Value& b);
/// length() of list, set, map, tuple, object, unknown collections with refinements (B4).
Value length(const Value& collection);
/// Unknown value that a conditional with unknown condition yields (A4), both branches already unified.
Value undecided(const Value& if_true, const Value& if_false);
/// Cuts a certain prefix at a boundary later text cannot change (B4, A2), at most `max_bytes`.
std::string safe_prefix(std::string_view text, std::size_t max_bytes = 128);

}  // namespace terrace::value
