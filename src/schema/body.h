// SPDX-License-Identifier: Apache-2.0
// Structural decoding of a body against the arguments and block types a piece of the language allows.
// Evaluates nothing; lang/ evaluates. Errors: HCL012-HCL017, HCL021, with did-you-mean.
#pragma once
#include <span>
#include <vector>

#include "diag/diagnostic.h"
#include "hcl/ast.h"

namespace terrace::schema {

struct ArgumentRule { std::string_view name; bool required = false; };
struct BlockRule {
  std::string_view type;
  std::size_t labels = 0;      ///< exact number
  bool single = false;         ///< at most one
};
struct BodyRules {
  std::span<const ArgumentRule> arguments;
  std::span<const BlockRule> blocks;
  bool open = false;           ///< other arguments and blocks are allowed: they come back as `rest`
};
struct BodyContent {
  std::vector<const hcl::Attribute*> arguments;  ///< parallel to rules.arguments, null if absent
  std::vector<const hcl::Block*> blocks;         ///< those that match a rule, source order
  std::vector<const hcl::Attribute*> rest_arguments;
  std::vector<const hcl::Block*> rest_blocks;
};
/// Always returns content usable for further checks; what is missing or wrong is absent from it and reported.
BodyContent decode_body(const hcl::Body& body, const BodyRules& rules, Diagnostics& diags);

}  // namespace terrace::schema
