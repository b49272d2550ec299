// SPDX-License-Identifier: Apache-2.0
// Blocks of one type collected from a body, `dynamic` ones expanded (A9). Private to this folder.
#pragma once
#include <deque>

#include "lang/evaluate.h"

namespace terrace::lang {

/// One block to decode: where it stands, its content, and the scope its expressions see.
struct BlockItem {
  const hcl::Body* body = nullptr;
  SourceRange range;                ///< header
  const Scope* scope = nullptr;
  std::optional<std::string> label; ///< of map nesting
  SourceRange label_range;
  Marks marks;                      ///< of a dynamic block's for_each: they go to every value set in the block
  bool unknown = false;             ///< stands for any number of blocks
};

/// Owns the scopes of expanded dynamic blocks while a body is decoded.
class Blocks {
 public:
  Blocks(const hcl::Body& body, const Scope& scope, Diagnostics& diags) : body_(body), scope_(scope), diags_(diags) {}
  /// Blocks of `type` in source order. `labelled`: each carries one label (map nesting).
  enum class Labels : std::uint8_t { none, one };
  std::vector<BlockItem> of_type(Symbol type, Labels labels);

 private:
  void expand(const hcl::Block& dynamic, Labels labels, std::vector<BlockItem>& out);
  bool take_label(const hcl::Block& block, Labels labels, BlockItem& item);
  const Scope& scope_with(Symbol iterator, Value key, Value value);

  const hcl::Body& body_;
  const Scope& scope_;
  Diagnostics& diags_;
  std::deque<ChildScope> scopes_;
};

bool is_dynamic_block(const hcl::Block& block);

}  // namespace terrace::lang
