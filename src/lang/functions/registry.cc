// SPDX-License-Identifier: Apache-2.0
// The table of all built-ins, in the order of list.def.
#include "lang/functions/list.h"

namespace terrace::lang {
namespace {

constexpr const Builtin* kBuiltins[] = {
#define TERRACE_BUILTIN(name) &builtin_##name,
#include "lang/functions/list.def"
#undef TERRACE_BUILTIN
};

}  // namespace

std::span<const Builtin* const> builtins() { return kBuiltins; }

const Builtin* find_builtin(std::string_view name) {
  auto found = std::lower_bound(std::begin(kBuiltins), std::end(kBuiltins), name,
                                [](const Builtin* builtin, std::string_view n) { return builtin->name < n; });
  return found != std::end(kBuiltins) && (*found)->name == name ? *found : nullptr;
}

}  // namespace terrace::lang
