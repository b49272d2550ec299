// SPDX-License-Identifier: Apache-2.0
// The sandbox: any provider simulated from its schema pack, with a cloud that persists outside the state
// (aws.md 1; contract 3 "Sandbox"). The cloud knows nothing of journal or state.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "provider/provider.h"
#include "world/world.h"

namespace terrace::sandbox {

struct Options {
  std::string cloud_directory;                 ///< `.terrace/sandbox/cloud`
  std::string environment;                     ///< separate account per environment is NOT simulated; a label for the log
  std::vector<std::string> pack_directories;   ///< user packs (`providers schema -json` dumps), before the built-in ones
};

/// A ProviderSource that answers the built-in provider really and every provider with a schema pack simulated.
class Sandbox : public provider::ProviderSource {
 public:
  static Result<std::unique_ptr<Sandbox>> open(World& world, Options options);
  ~Sandbox() override;
  Result<std::unique_ptr<provider::Provider>> open(const addrs::Provider& provider) override;
  Result<const schema::ProviderSchema*> schema(const addrs::Provider& provider) override;
  bool is_simulated(const addrs::Provider& provider) const override;
  std::string version(const addrs::Provider& provider) const override;

  /// Starts the simulated load balancers' HTTP listeners on loopback, one per `aws_lb` in the cloud; returns libcurl
  /// `resolve` entries "dns-name:port:127.0.0.1:real" for our own checks. Idempotent; stops on destruction.
  /// Call again after an apply for the balancers that it made.
  Result<std::vector<std::string>> serve_load_balancers();
  /// The same listener as an HTTP proxy, "http://127.0.0.1:PORT", for programs that take `http_proxy`; empty before
  /// serve_load_balancers().
  std::string proxy_url();

 private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Without sandbox: only the built-in provider is there; others give "not installed" with what to do.
std::unique_ptr<provider::ProviderSource> builtin_only();

/// `terrace sandbox fault SET`: e.g. "unhealthy=aws_lb_target_group.app", "slow=aws_db_instance:200ms",
/// "fail-create=aws_nat_gateway[:after]", "drift=ADDRESS-or-id.attribute=value", "clear". Error: bad request.
Result<std::string> set_fault(World& world, const std::string& cloud_directory, const std::string& fault);

}  // namespace terrace::sandbox
