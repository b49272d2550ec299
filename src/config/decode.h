// SPDX-License-Identifier: Apache-2.0
// Top-level blocks of one module to its model. Private to this folder; one .cc per piece of the language.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/model.h"
#include "schema/body.h"

namespace terrace::config {

class ModuleDecoder {
 public:
  ModuleDecoder(const SourceFiles& sources, Arena& arena, Module& module, Diagnostics& diags)
      : sources_(sources), arena_(arena), module_(module), diags_(diags) {}
  /// Blocks after overrides were merged in. Everything wrong in all of them is reported.
  void decode(const std::vector<hcl::Block>& blocks);

 private:
  // terraform.cc
  void decode_terraform(const hcl::Block& block);
  void decode_backend(const hcl::Block& block);
  void decode_required_providers(const hcl::Block& block);
  void decode_requirement(const hcl::Attribute& attribute);
  std::vector<Symbol> configuration_aliases(Symbol local_name, const hcl::Expr& expr);
  void decode_experiments(const hcl::Attribute& attribute);
  void decode_provider(const hcl::Block& block);
  // values.cc
  void decode_variable(const hcl::Block& block);
  void decode_default(Variable& variable, const hcl::Attribute& attribute);
  void decode_validation(Variable& variable, const hcl::Block& block);
  void decode_locals(const hcl::Block& block);
  void decode_output(const hcl::Block& block);
  void decode_check(const hcl::Block& block);
  // resources.cc
  void decode_resource(const hcl::Block& block, addrs::Mode mode, Symbol check);
  void decode_lifecycle(Resource& resource, const hcl::Block& block);
  void decode_ignore_changes(Lifecycle& lifecycle, const hcl::Attribute& attribute);
  void decode_replace_triggered_by(Lifecycle& lifecycle, const hcl::Attribute& attribute);
  void resolve_providers();
  void resolve_provider(Resource& resource);
  // modules.cc
  void decode_module(const hcl::Block& block);
  void decode_providers_map(ModuleCall& call, const hcl::Attribute& attribute);
  void decode_moved(const hcl::Block& block);
  void decode_removed(const hcl::Block& block);
  void decode_import(const hcl::Block& block);

  // decode.cc: what several of them need
  void decode_block(const hcl::Block& block);
  bool has_labels(const hcl::Block& block, std::size_t count, std::string_view names);
  /// Reports names that are no identifiers.
  bool valid_name(Symbol name, SourceRange range, std::string_view what);
  void report_duplicate(std::string_view what, SourceRange range, SourceRange first);
  std::optional<Condition> decode_condition(const hcl::Block& block);
  std::vector<const hcl::TraversalExpr*> decode_depends_on(const hcl::Attribute& attribute);
  /// The expression as a traversal; a quoted one is accepted with a warning. Null, and reported with `code`, otherwise.
  const hcl::TraversalExpr* reference(const hcl::Expr& expr, DiagCode code, std::string_view what);
  const hcl::TraversalExpr* unquoted(const hcl::StringExpr& expr);
  std::optional<ProviderRef> provider_reference(const hcl::Expr& expr);
  /// Literals only; null when it is something else, which is reported.
  std::optional<bool> literal_bool(const hcl::Attribute& attribute);
  std::optional<std::string> literal_string(const hcl::Attribute& attribute);
  Value literal_value(const hcl::Expr& expr, Type type, std::string_view what);
  std::span<const hcl::Expr* const> list_of(const hcl::Attribute& attribute, DiagCode code, std::string_view of);

  const SourceFiles& sources_;
  Arena& arena_;
  Module& module_;
  Diagnostics& diags_;
  std::unordered_map<Symbol, SourceRange> check_ranges_;
  std::optional<SourceRange> required_providers_;
};

/// `required_version` of every file of a module. False if one is not met: nothing else about the module matters then.
bool check_required_versions(const std::vector<const hcl::Body*>& files, std::string_view module_name, Diagnostics& diags);
/// Merges override files over the blocks of the primary ones (checklist D17).
std::vector<hcl::Block> merge_overrides(const std::vector<const hcl::Body*>& primary, const std::vector<const hcl::Body*>& overrides,
                                        Arena& arena, Diagnostics& diags);
/// "the root module", "module.a.module.b".
std::string module_text(const Module& module);

// unsupported.cc: every piece of the language that is recognised and not done yet, in one place.
bool report_unsupported_block(const hcl::Block& block, Diagnostics& diags);
void report_unsupported_terraform_block(const hcl::Block& block, Diagnostics& diags);
void report_unsupported_resource_block(const hcl::Block& block, Diagnostics& diags);
void report_unsupported_argument(const hcl::Attribute& attribute, std::string_view what, Diagnostics& diags);
void report_unsupported_source(std::string_view call, std::string_view source, SourceRange range, Diagnostics& diags);
void report_unsupported_json(const std::string& path, std::optional<SourceRange> range, Diagnostics& diags);
/// Pieces that are in the model, and that the engine cannot carry out.
void report_unsupported(const Module& module, Diagnostics& diags);

// expressions.cc
/// Calls `visit` for `expr` and everything inside it, parents first.
void visit_expressions(const hcl::Expr& expr, const std::function<void(const hcl::Expr&)>& visit);

}  // namespace terrace::config
