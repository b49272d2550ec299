// SPDX-License-Identifier: Apache-2.0
// A provider in the shape of the wire protocol (checklist F2), with typed values in place of MessagePack: plugin
// processes, the built-in provider and the sandbox are implementations. All values are unmarked.
// Thread-safe: calls may run concurrently on one Provider.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "addrs/addrs.h"
#include "schema/schema.h"
#include "value/path.h"
#include "world/world.h"

namespace terrace::provider {

/// A diagnostic as providers give it: the path leads to the attribute at fault.
struct ProviderDiagnostic {
  enum class Severity : std::uint8_t { error, warning } severity = Severity::error;
  std::string summary, detail;
  value::Path attribute;
};
using ProviderDiagnostics = std::vector<ProviderDiagnostic>;
inline bool has_errors(const ProviderDiagnostics& diagnostics) {
  for (const auto& d : diagnostics)
    if (d.severity == ProviderDiagnostic::Severity::error) return true;
  return false;
}

struct ReadResponse { Value state; std::string private_bytes; ProviderDiagnostics diagnostics; };
struct PlanRequest {
  Symbol type;
  Value prior, proposed, config;       ///< prior null: create; proposed null: delete
  std::string prior_private;
};
struct PlanResponse {
  Value planned;
  std::vector<value::Path> requires_replace;
  std::string planned_private;
  ProviderDiagnostics diagnostics;
  bool legacy_type_system = false;
};
struct ApplyRequest {
  Symbol type;
  Value prior, planned, config;        ///< planned null: delete
  std::string planned_private;
};
struct ApplyResponse {
  Value state;
  std::string private_bytes;
  ProviderDiagnostics diagnostics;
  bool legacy_type_system = false;
  bool unanswered = false;             ///< the provider went away first: whether anything happened is not known
};
struct ImportedResource { Symbol type; Value state; std::string private_bytes; };
struct ImportResponse { std::vector<ImportedResource> resources; ProviderDiagnostics diagnostics; };
struct UpgradeResponse { Value state; ProviderDiagnostics diagnostics; };
struct MoveRequest {
  std::string source_provider;
  Symbol source_type;
  std::int64_t source_version = 0;
  std::string source_state_json;
  std::string source_private;
  Symbol target_type;
};

struct Capabilities {
  bool plan_destroy = false;
  bool move_state = false;
  bool local = false;                  ///< answers at once within this process: calls never wait for anything
};
/// What the engine lends to a provider that lives in this process; plugin processes have no use for it.
struct Host {
  world::Random* random = nullptr;
  /// Root outputs of another state as an object, sensitive ones marked; a null value if there is no such state.
  std::function<Result<Value>(std::string_view backend, const Value& config, std::string_view workspace)> remote_state;
};

class Provider {
 public:
  virtual ~Provider() = default;
  /// Valid while the Provider lives.
  virtual const schema::ProviderSchema& schema() const = 0;
  virtual Capabilities capabilities() const { return {}; }
  /// Called once, before anything else that may need it. `host` outlives the Provider.
  virtual void attach(const Host& host) { (void)host; }
  virtual ProviderDiagnostics validate_provider(const Value& config) = 0;
  virtual ProviderDiagnostics configure(const Value& config) = 0;   ///< may hold unknowns at plan
  virtual ProviderDiagnostics validate_resource(Symbol type, const Value& config) = 0;
  virtual ProviderDiagnostics validate_data_source(Symbol type, const Value& config) = 0;
  /// Stored attributes (raw JSON object) of schema version `version` to today's schema.
  virtual UpgradeResponse upgrade_state(Symbol type, std::int64_t version, std::string_view raw_json) = 0;
  virtual ReadResponse read(Symbol type, const Value& state, const std::string& private_bytes) = 0;
  virtual PlanResponse plan(const PlanRequest& request) = 0;
  virtual ApplyResponse apply(const ApplyRequest& request) = 0;
  virtual ReadResponse read_data_source(Symbol type, const Value& config) = 0;
  virtual ImportResponse import_resource(Symbol type, const std::string& id) = 0;
  virtual UpgradeResponse move_state(const MoveRequest& request) = 0;
  virtual void stop() {}                                            ///< first interrupt
};

/// Where providers come from: the built-in one, the sandbox, later plugin processes.
class ProviderSource {
 public:
  virtual ~ProviderSource() = default;
  /// A fresh, unconfigured instance. Error: not installed / no schema pack, with what to do.
  virtual Result<std::unique_ptr<Provider>> open(const addrs::Provider& provider) = 0;
  /// The schema alone, cached for the life of the source.
  virtual Result<const schema::ProviderSchema*> schema(const addrs::Provider& provider) = 0;
  virtual bool is_simulated(const addrs::Provider& provider) const = 0;
  /// "5.99.1", for plan identity and `version -json`; empty if none.
  virtual std::string version(const addrs::Provider& provider) const = 0;
};

/// terraform.io/builtin/terraform: `terraform_data` and `terraform_remote_state` (D19).
std::unique_ptr<Provider> make_builtin_provider();

}  // namespace terrace::provider
