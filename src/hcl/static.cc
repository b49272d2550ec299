// SPDX-License-Identifier: Apache-2.0
// Questions to the tree that need no evaluation (checklist A8).
#include <algorithm>

#include "hcl/parser.h"

namespace terrace::hcl {

const Attribute* Body::find(Symbol name) const {
  if (by_name.empty()) {
    for (const Attribute& attribute : attributes) {
      if (attribute.name == name) return &attribute;
    }
    return nullptr;
  }
  const auto place = std::lower_bound(by_name.begin(), by_name.end(), name, [this](std::uint32_t at, Symbol wanted) {
    return attributes[at].name.index() < wanted.index();
  });
  return place != by_name.end() && attributes[*place].name == name ? &attributes[*place] : nullptr;
}

const TraversalExpr* as_traversal(const Expr& expr) { return as<TraversalExpr>(&expr); }

Symbol as_keyword(const Expr& expr) {
  const auto* traversal = as<TraversalExpr>(&expr);
  return traversal != nullptr && traversal->steps.empty() ? traversal->root : Symbol();
}

std::string block_context(const File& file, SourceRange range) {
  if (file.body == nullptr || range.file != file.id || range.begin == 0) return {};
  // The header itself is not inside its block: the byte before decides.
  const std::uint32_t at = range.begin - 1;
  const auto& blocks = file.body->blocks;
  auto next = std::upper_bound(blocks.begin(), blocks.end(), at,
                               [](std::uint32_t offset, const Block& block) { return offset < block.range.begin; });
  if (next == blocks.begin()) return {};
  const Block& block = *--next;
  if (at >= block.range.end) return {};
  std::string out(block.type.text());
  for (const Label& label : block.labels) {
    out += " \"";
    for (char c : label.text.text()) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out;
}

}  // namespace terrace::hcl
