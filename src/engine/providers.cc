// SPDX-License-Identifier: Apache-2.0
// Provider configurations of a walk: opened once, configured when reached (checklist D4, E14).
#include "base/format.h"
#include "engine/walk.h"

namespace terrace::engine {
namespace {

std::span<const Symbol> provider_meta_arguments() {
  static const std::array<Symbol, 2> kNames{Symbol("alias"), Symbol("version")};
  return kNames;
}

/// The place in `body` that `path` leads to, as near as it can be told.
std::optional<SourceRange> range_at(const hcl::Body* body, const Path& path) {
  std::optional<SourceRange> range;
  for (const PathStep& step : path) {
    if (body == nullptr || step.kind != PathStep::Kind::attribute) break;
    if (const hcl::Attribute* attribute = body->find(step.name)) return attribute->value->range;
    const hcl::Body* inner = nullptr;
    for (const hcl::Block& block : body->blocks) {
      if (block.type != step.name) continue;
      range = block.header;
      inner = block.body;
      break;
    }
    body = inner;
  }
  return range;
}

}  // namespace

void report_provider_diagnostics(const provider::ProviderDiagnostics& found, const addrs::Instance& address, const hcl::Body* body,
                                 std::optional<SourceRange> range, Diagnostics& diags) {
  for (const provider::ProviderDiagnostic& one : found) {
    bool is_error = one.severity == provider::ProviderDiagnostic::Severity::error;
    Diagnostic made;
    made.code = is_error ? DiagCode::provider_error : DiagCode::provider_warning;
    made.severity = is_error ? Severity::error : Severity::warning;
    made.summary = one.summary;
    made.detail = one.detail;
    made.subject = range_at(body, one.attribute);
    if (!made.subject) made.subject = range;
    if (!address.resource.type.empty()) made.address = address.text();
    diags.add(std::move(made));
  }
}

ProviderInUse* Walk::provider(std::uint32_t index, Diagnostics& diags) {
  std::lock_guard guard(providers_mutex_);
  ProviderInUse& use = providers_[index];
  if (use.provider != nullptr) return &use;
  const StaticProvider& described = blueprint_.providers()[index];
  auto opened = context_.providers.open(described.address.provider);
  if (!opened) {
    diags.error(DiagCode::provider_unavailable,
                format("Provider {} cannot be used: {}.", described.address.provider.display(), opened.error().message),
                described.block != nullptr ? std::optional(described.block->range) : std::nullopt);
    return nullptr;
  }
  use.provider = std::move(opened).value();
  use.provider->attach(host_);
  use.schema = &use.provider->schema();
  use.capabilities = use.provider->capabilities();
  return &use;
}

Outcome Walk::visit_provider(std::uint32_t index) {
  const StaticProvider& described = blueprint_.providers()[index];
  Diagnostics found;
  auto finish = [&] {
    bool failed = found.has_errors();
    diags_.append(std::move(found));
    return failed ? Outcome::failed : Outcome::done;
  };
  if (instances(*described.module).empty()) return Outcome::done;
  ProviderInUse* use = provider(index, found);
  if (use == nullptr) return finish();
  const ModuleData& module = *instances(*described.module)[0];
  const schema::Block& block = *use->schema->provider;
  Value config = schema::empty_value(block);
  if (described.block != nullptr) {
    ModuleScope scope(*this, module);
    config = lang::evaluate_body(*described.block->body, block, scope, found, provider_meta_arguments());
    if (found.has_errors()) return finish();
  }
  use->config = config;
  const hcl::Body* body = described.block != nullptr ? described.block->body : nullptr;
  std::optional<SourceRange> range;
  if (described.block != nullptr) range = described.block->range;
  Value plain = config.unmarked_deep();
  report_provider_diagnostics(use->provider->validate_provider(plain), {}, body, range, found);
  bool act = phase_ == Phase::plan || phase_ == Phase::apply;
  if (act && !found.has_errors()) {
    Slots::Hold hold(slots_for(*use));
    report_provider_diagnostics(use->provider->configure(plain), {}, body, range, found);
    use->configured = true;
  }
  return finish();
}

const schema::ResourceSchema* Walk::schema_of(std::uint32_t provider_index, const addrs::Resource& resource,
                                              std::optional<SourceRange> range, Diagnostics& diags) {
  // The schema alone: nothing needs to be started for it.
  const addrs::Provider& address = blueprint_.providers()[provider_index].address.provider;
  auto schema = context_.providers.schema(address);
  if (!schema) {
    diags.error(DiagCode::provider_unavailable, format("Provider {} cannot be used: {}.", address.display(), schema.error().message), range);
    return nullptr;
  }
  const schema::ResourceSchema* found = resource.mode == addrs::Mode::managed ? (*schema)->resource(resource.type) : (*schema)->data_source(resource.type);
  if (found == nullptr)
    diags.error(DiagCode::unknown_resource_type,
                format("The provider {} does not support {} \"{}\".", address.display(),
                       resource.mode == addrs::Mode::managed ? "resource type" : "data source", resource.type.text()),
                range);
  return found;
}

}  // namespace terrace::engine
