// SPDX-License-Identifier: Apache-2.0
// How a built-in function is declared (checklist B11): its documentation, parameters and body stand together
// in functions/<family>.cc; the visible list of all is functions/registry.cc. Reference pages are printed from it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "lang/scope.h"
#include "value/value.h"

namespace terrace::lang {

enum class Allow : std::uint8_t { none = 0, null = 1, unknown = 2, dynamic = 4, marked = 8 };
constexpr Allow operator|(Allow a, Allow b) { return static_cast<Allow>(static_cast<int>(a) | static_cast<int>(b)); }
constexpr bool has(Allow set, Allow one) { return (static_cast<int>(set) & static_cast<int>(one)) != 0; }

struct Parameter {
  std::string_view name;
  Type (*type)();                 ///< converted to this; Type::dynamic takes anything
  Allow allow = Allow::none;
};
/// What a body answers: a value, or which argument is at fault and why (-1: the call as a whole).
struct CallError {
  int argument = -1;
  std::string message;
};
using CallResult = std::variant<Value, CallError>;
struct Call {
  std::span<const Value> arguments;  ///< converted, null/unknown/marks handled as declared
  const FunctionContext& context;
  const Scope& scope;                ///< templatefile needs it
};
struct Builtin {
  std::string_view name, signature, doc;
  std::span<const Parameter> parameters;
  const Parameter* variadic = nullptr;
  /// Result type from (possibly unknown) arguments; null: type of the result is `result`.
  Type (*result)() = nullptr;
  std::optional<Type> (*result_type)(std::span<const Value> arguments) = nullptr;
  CallResult (*call)(const Call& call) = nullptr;
  bool not_null = true;              ///< an unknown result is refined not-null
};
/// All built-ins, sorted by name; try, can, templatefile… that need lazy arguments are marked in registry.cc.
std::span<const Builtin* const> builtins();
const Builtin* find_builtin(std::string_view name);

}  // namespace terrace::lang
