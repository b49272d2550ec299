// SPDX-License-Identifier: Apache-2.0
// The static checks of one configuration (checklist D16, D21). Private to this folder.
#pragma once
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "config/load.h"

namespace terrace::config {

/// What an expression may use besides the module's own names.
struct Place {
  const Module& module;
  bool count = false, each = false, self = false;
  Symbol check;                          ///< name of the check around it
  const Resource* resource = nullptr;    ///< the one being declared, which may not refer to itself
  std::vector<Symbol> iterators;         ///< of `dynamic` blocks around it
};

class Checker {
 public:
  Checker(provider::ProviderSource& providers, const SourceFiles& sources, Diagnostics& diags)
      : providers_(providers), sources_(sources), diags_(diags) {}
  void check_module(const Module& module);

 private:
  // check.cc
  void check_resource(const Module& module, const Resource& resource);
  void check_provider_block(const Module& module, const ProviderBlock& block);
  void check_provider_exists(const Module& module, const ProviderRef& ref);
  void check_call(const Module& module, const ModuleCall& call);
  void check_call_providers(const Module& module, const ModuleCall& call);
  void check_depends_on(const std::vector<const hcl::TraversalExpr*>& references, const Place& place);
  void check_conditions(const std::vector<Condition>& conditions, const Place& place);
  void check_ignore_changes(const Resource& resource, const schema::Block* block);
  void check_replace_triggered_by(const Resource& resource, const Place& place);
  const schema::ProviderSchema* schema_of(const addrs::Provider& provider, SourceRange user);
  /// Null, and reported once, when the provider or the type is not there.
  const schema::Block* block_of(const Resource& resource);
  // check_references.cc
  void check_expression(const hcl::Expr& expr, const Place& place);
  void check_arity(const hcl::CallExpr& call);
  void check_traversal(const hcl::TraversalExpr& traversal, const Place& place);
  void check_resource_reference(const hcl::TraversalExpr& traversal, const addrs::Reference& reference, const addrs::ResourceRef& subject,
                                const Place& place);
  void check_call_reference(const addrs::Reference& reference, const addrs::ModuleCallRef& subject, const Place& place);
  void check_path(const schema::Block& block, std::span<const hcl::TraversalStep> steps);
  void check_path(Type type, std::span<const hcl::TraversalStep> steps);
  template <class Map>
  std::string suggestion(Symbol name, const Map& declared);
  // check_body.cc
  enum class Level { top, nested };
  void check_body(const hcl::Body& body, const schema::Block* block, Place& place, Level level);
  void check_argument(const hcl::Attribute& attribute, const schema::Block& block);
  void check_nested(const hcl::Block& nested, const schema::Block* block, Place& place);
  void check_dynamic(const hcl::Block& dynamic, const schema::Block* block, Place& place);
  void check_block_attribute(const hcl::Body& body, Type object, Place& place);
  void check_content(Symbol type, SourceRange type_range, const hcl::Body& body, const schema::Block* block, Place& place);
  void check_presence(const hcl::Body& body, const schema::Block& block, Level level);

  provider::ProviderSource& providers_;
  const SourceFiles& sources_;
  Diagnostics& diags_;
  std::unordered_map<addrs::Provider, const schema::ProviderSchema*> schemas_;
  std::unordered_map<const Resource*, const schema::Block*> blocks_;
  int suggestions_left_ = 50;  ///< each costs a pass over all names
};

}  // namespace terrace::config
