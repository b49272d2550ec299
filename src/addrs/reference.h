// SPDX-License-Identifier: Apache-2.0
// What a traversal refers to (checklist D16): the first one to three steps as a typed subject, the rest left over.
#pragma once
#include <optional>
#include <variant>

#include "addrs/addrs.h"
#include "diag/diagnostic.h"
#include "hcl/ast.h"

namespace terrace::addrs {

struct VariableRef { Symbol name; };
struct LocalRef { Symbol name; };
struct CountRef { Symbol attribute; };        ///< index
struct EachRef { Symbol attribute; };         ///< key, value
struct PathRef { Symbol attribute; };         ///< module, root, cwd
struct TerraformRef { Symbol attribute; };    ///< workspace, applying
struct SelfRef {};
struct ModuleCallRef { Symbol call; std::optional<InstanceKey> key; Symbol output; };  ///< output empty: the whole call
struct ResourceRef { Resource resource; std::optional<InstanceKey> key; };              ///< key absent: the whole resource

struct Reference {
  using Subject = std::variant<VariableRef, LocalRef, CountRef, EachRef, PathRef, TerraformRef, SelfRef, ModuleCallRef, ResourceRef>;
  Subject subject;
  SourceRange range;          ///< the part that names the subject
  std::size_t consumed = 0;   ///< steps of the traversal used by the subject; the rest applies to its value
  std::string text() const;   ///< "var.a", "module.x.y", "aws_vpc.main[0]"
};
/// Errors: CFG codes for unknown roots, missing attributes ("the var object must be followed by a name").
std::optional<Reference> parse_reference(const hcl::TraversalExpr& traversal, Diagnostics& diags);

}  // namespace terrace::addrs
