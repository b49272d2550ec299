// SPDX-License-Identifier: Apache-2.0
// Loads a root module and everything it calls (checklist A13, D1-D18) and checks it before any walk (D16, I2).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/model.h"
#include "provider/provider.h"
#include "world/world.h"

namespace terrace::config {

struct LoadOptions {
  std::string directory = ".";                  ///< root module
  std::string data_directory = ".terraform";    ///< modules.json lives in it
  bool require_installed = true;                ///< error "run init" for modules not in modules.json (local ones load anyway)
};
/// Loads everything; on errors the Config is partial but usable for `validate`'s further checks.
Config load(World& world, SourceFiles& sources, const LoadOptions& options, Diagnostics& diags);

/// Static checks of every reference, function, provider argument and block against the schemas (D16, D21).
void check(const Config& config, provider::ProviderSource& providers, const SourceFiles& sources, Diagnostics& diags);

/// How root variables are given, in order of precedence (D6).
struct VariableOptions {
  struct Given { enum class Kind : std::uint8_t { var, file } kind; std::string text; };  ///< -var / -var-file, in order
  std::vector<Given> given;
  std::vector<std::string> files_first;         ///< environment's variable files, below -var, above auto.tfvars
  std::map<std::string, Value> injected;        ///< release metadata: at the rank of -var (contract 4)
  bool read_auto_files = true;                  ///< terraform.tfvars, *.auto.tfvars, TF_VAR_
  bool prompt = false;
};
struct VariableOrigin { Value value; std::string where; std::optional<SourceRange> range; };
/// Values of root variables as given (unconverted; raw strings already parsed by the declared type's rule), with where
/// each comes from. Missing required ones are errors (or asked for). Undeclared ones as D6 says.
std::map<std::string, VariableOrigin> collect_variables(World& world, SourceFiles& sources, const Config& config,
                                                        const std::string& directory, const VariableOptions& options,
                                                        Diagnostics& diags);
/// Conversion, defaults, nullable, sensitive mark (D5); validation rules run in the engine.
Value final_variable_value(const Variable& variable, const Value* given, std::optional<SourceRange> range, Diagnostics& diags);

/// Writes modules.json for local modules (init).
Result<void> install_modules(World& world, const Config& config, const std::string& data_directory);
/// `configuration` member of `show -json` (G8).
std::string configuration_json(const Config& config, provider::ProviderSource& providers);

}  // namespace terrace::config
