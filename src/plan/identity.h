// SPDX-License-Identifier: Apache-2.0
// Plan identity `pi1:` (contract 5): SHA-256 over canonical JSON of what a plan would do. Blind to order, formatting,
// serial, times and declared release metadata. Golden vectors in tests/golden/identity.
#pragma once
#include <functional>
#include <string>

#include "plan/plan.h"

namespace terrace::plan {
struct IdentityContext {
  std::string environment, stack, lineage;
  bool simulated = false;
  std::string secret_key;   ///< sensitive values enter as HMAC under it; the project's key, or fixed for plain Terraform verbs
  std::function<std::string(const addrs::Provider&)> provider_version;
};
/// The canonical JSON that is hashed.
std::string identity_document(const Plan& plan, const IdentityContext& context);
/// "pi1:" + 64 hex digits.
std::string identity(const Plan& plan, const IdentityContext& context);
}  // namespace terrace::plan
