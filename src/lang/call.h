// SPDX-License-Identifier: Apache-2.0
// What call.cc and text_templates.cc share. Private to this folder.
#pragma once
#include "lang/evaluator.h"

namespace terrace::lang {

/// An evaluated argument and the expression that gave it (several share one after `...`).
struct Evaluator::Argument {
  Value value;
  const hcl::Expr* expr;
};

}  // namespace terrace::lang
