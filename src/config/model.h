// SPDX-License-Identifier: Apache-2.0
// A loaded configuration (checklist D): the static module tree with everything declared in it. Immutable after
// loading; expressions point into the syntax trees, which the Config keeps alive.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "addrs/addrs.h"
#include "addrs/reference.h"
#include "hcl/parser.h"
#include "lang/evaluate.h"

namespace terrace::config {

struct Condition {
  const hcl::Expr* condition = nullptr;
  const hcl::Expr* message = nullptr;
  SourceRange range;
};
struct Variable {
  Symbol name;
  lang::TypeConstraint type;         ///< dynamic when not declared
  bool type_declared = false;
  std::optional<Value> default_value;  ///< converted
  std::string description, deprecated;
  bool sensitive = false, nullable = true, ephemeral = false;
  std::vector<Condition> validations;
  SourceRange range;                 ///< header
};
struct Local { Symbol name; const hcl::Expr* value = nullptr; SourceRange range; };
struct Output {
  Symbol name;
  const hcl::Expr* value = nullptr;
  std::string description, deprecated;
  bool sensitive = false, ephemeral = false;
  std::vector<const hcl::TraversalExpr*> depends_on;
  std::vector<Condition> preconditions;
  SourceRange range;
};
/// `aws.west`, as written in `provider = …` or `providers = {…}`.
struct ProviderRef { Symbol local_name; Symbol alias; SourceRange range; };
struct ProviderBlock {
  Symbol local_name, alias;
  const hcl::Body* body = nullptr;
  SourceRange range;
};
struct ProviderRequirement {
  addrs::Provider provider;
  std::string constraint;            ///< as written, may be empty
  std::vector<Symbol> configuration_aliases;
  SourceRange range;
};
struct IgnoreChanges { bool all = false; std::vector<const hcl::TraversalExpr*> paths; };
struct Lifecycle {
  bool create_before_destroy = false, create_before_destroy_set = false;
  bool prevent_destroy = false;
  IgnoreChanges ignore_changes;
  std::vector<const hcl::Expr*> replace_triggered_by;
  std::vector<Condition> preconditions, postconditions;
};
struct Resource {
  addrs::Resource address;
  const hcl::Expr* count = nullptr;
  const hcl::Expr* for_each = nullptr;
  std::vector<const hcl::TraversalExpr*> depends_on;
  std::optional<ProviderRef> provider_ref;   ///< absent: implied by the type
  addrs::Provider provider;                  ///< resolved
  Symbol provider_alias;
  Lifecycle lifecycle;
  const hcl::Body* body = nullptr;           ///< arguments; meta-arguments are still in it
  SourceRange range;                         ///< header
  Symbol check;                              ///< data inside `check "name"`
};
struct Check {
  Symbol name;
  std::optional<std::size_t> data;           ///< index into Module::resources
  std::vector<Condition> assertions;
  SourceRange range;
};
struct Moved { const hcl::TraversalExpr* from = nullptr; const hcl::TraversalExpr* to = nullptr; SourceRange range; };
struct Removed { const hcl::TraversalExpr* from = nullptr; bool destroy = false; SourceRange range; };
struct Import { const hcl::TraversalExpr* to = nullptr; const hcl::Expr* id = nullptr; SourceRange range; };
struct Module;
struct ModuleCall {
  Symbol name;
  std::string source;
  const hcl::Expr* count = nullptr;
  const hcl::Expr* for_each = nullptr;
  std::vector<const hcl::TraversalExpr*> depends_on;
  std::vector<std::pair<ProviderRef, ProviderRef>> providers;  ///< child name ← parent reference
  std::unordered_map<Symbol, const hcl::Attribute*> inputs;
  SourceRange range;
  std::unique_ptr<Module> module;            ///< the loaded child; null if loading failed
};
struct BackendBlock { std::string type; const hcl::Body* body = nullptr; SourceRange range; };

/// Meta-argument names that evaluate_body must skip.
std::span<const Symbol> resource_meta_arguments();
std::span<const Symbol> resource_meta_blocks();

struct Module {
  std::vector<Symbol> path;                  ///< static call path, empty for root
  std::string directory;                     ///< as path.module shows it: "." for root, "../modules/vpc"
  std::map<Symbol, Variable> variables;
  std::map<Symbol, Local> locals;
  std::map<Symbol, Output> outputs;
  std::vector<Resource> resources;           ///< managed and data, source order
  std::unordered_map<addrs::Resource, std::size_t> resource_index;
  std::map<Symbol, ModuleCall> calls;
  std::vector<Check> checks;
  std::vector<Moved> moved;
  std::vector<Removed> removed;
  std::vector<Import> imports;
  std::map<Symbol, ProviderRequirement> requirements;   ///< local name → source
  std::map<std::pair<Symbol, Symbol>, ProviderBlock> providers;  ///< (local name, alias)
  std::optional<BackendBlock> backend;       ///< root only
  const Module* parent = nullptr;
  const Resource* find(const addrs::Resource& address) const;
  /// Local name → provider source, by requirement or implication.
  addrs::Provider provider_for(Symbol local_name) const;
};

struct Config {
  std::unique_ptr<Module> root;              ///< never null
  std::vector<std::shared_ptr<hcl::File>> files;  ///< keep syntax trees alive
  std::map<std::string, std::string> snapshot;    ///< absolute path → bytes of every file read
};

}  // namespace terrace::config

namespace terrace {
using config::Config;
}
