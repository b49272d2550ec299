// SPDX-License-Identifier: Apache-2.0
// Conversion and unification (checklist B5).
#pragma once
#include <optional>
#include <span>
#include <string>

#include "value/path.h"
#include "value/value.h"

namespace terrace::value {

/// Why a value does not fit: where in it, and a phrase like "string required".
struct Mismatch {
  Path path;
  std::string message;
  /// `attribute "x": number required` (never contains a sensitive value).
  std::string text() const;
};
struct Conversion {
  Value value;                       ///< valid when !mismatch
  std::optional<Mismatch> mismatch;
  explicit operator bool() const { return !mismatch; }
};

/// Converts `from` to `to` ("unsafe" mode). Optional attributes of `to` may be missing (null then).
/// Dynamic inside `to` takes the value's own type; `any` element types are unified. Marks keep their paths.
Conversion convert(const Value& from, Type to);
/// True if a conversion from→to exists at all; `safe` = it cannot fail at run time.
enum class Safety { safe, unsafe };
bool can_convert(Type from, Type to, Safety safety);
/// The type all of `types` convert to, or nothing (B5 unification rules).
std::optional<Type> unify(std::span<const Type> types, Safety safety);
/// As unify() over the values' types, converted. Nothing when there is no common type.
std::optional<std::vector<Value>> unify_values(std::span<const Value> values, Safety safety);
/// Phrase naming the first difference: `attribute "x": number required`; empty if convertible.
std::string mismatch_text(Type from, Type to);
/// True if a value of type `type` may stand where `constraint` (with dynamic) is declared, without conversion.
bool conforms(Type type, Type constraint);

}  // namespace terrace::value
