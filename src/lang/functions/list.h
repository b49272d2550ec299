// SPDX-License-Identifier: Apache-2.0
// Declares `builtin_NAME` for each function of list.def.
#pragma once
#include "lang/function.h"

namespace terrace::lang {
#define TERRACE_BUILTIN(name) extern const Builtin builtin_##name;
#include "lang/functions/list.def"
#undef TERRACE_BUILTIN
}  // namespace terrace::lang
