// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"

#include "base/format.h"
#include "sandbox/balancer.h"
#include "sandbox/pack.h"
#include "sandbox/simulated.h"

namespace terrace::sandbox {
namespace {

/// Packs go by namespace and type: where the provider would have been downloaded from does not matter.
std::string source_of(const addrs::Provider& provider) {
  return format("{}/{}", provider.ns.text(), provider.type.text());
}

Error no_pack(const addrs::Provider& provider) {
  return {ErrorKind::not_found,
          format("the sandbox has no schema pack of {}; put a dump of `providers schema -json` into DIRECTORY/{}/VERSION.json and name the "
                 "directory in TERRACE_SCHEMA_PACKS",
                 provider.display(), source_of(provider)),
          0};
}

}  // namespace

struct Sandbox::Impl {
  World& world;
  Options options;
  std::shared_ptr<Shared> shared;
  std::unique_ptr<provider::Provider> builtin;  ///< for its schema
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Pack>> packs;
  std::unique_ptr<Balancer> balancer;

  Result<std::shared_ptr<Pack>> pack(const addrs::Provider& provider) {
    const std::string source = source_of(provider);
    std::lock_guard guard(mutex);
    auto& known = packs[source];
    if (known != nullptr) return known;
    for (const std::string& directory : options.pack_directories) {
      known = TRY(Pack::from_directory(world, directory, source));
      if (known != nullptr) return known;
    }
    known = TRY(Pack::embedded(source));
    return known;
  }
};

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::open(World& world, Options options) {
  // TERRACE_SCHEMA_PACKS: directories of the user, separated by colons.
  std::string_view named = world.env.count("TERRACE_SCHEMA_PACKS") != 0 ? std::string_view(world.env.at("TERRACE_SCHEMA_PACKS")) : std::string_view();
  while (!named.empty()) {
    const std::size_t colon = named.find(':');
    if (colon != 0) options.pack_directories.emplace_back(named.substr(0, colon));
    named = colon == std::string_view::npos ? std::string_view() : named.substr(colon + 1);
  }
  auto cloud = TRY(Cloud::open(world, options.cloud_directory));
  const std::string directory = cloud->directory();
  std::shared_ptr<Shared> shared(new Shared{world, std::move(cloud), Faults(world, directory), Dice(world.random), options.environment});
  std::unique_ptr<Impl> impl(new Impl{world, std::move(options), std::move(shared), provider::make_builtin_provider(), {}, {}, nullptr});
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

Result<std::unique_ptr<provider::Provider>> Sandbox::open(const addrs::Provider& provider) {
  if (provider == addrs::Provider::builtin()) return provider::make_builtin_provider();
  std::shared_ptr<Pack> pack = TRY(impl_->pack(provider));
  if (pack == nullptr) return no_pack(provider);
  return make_simulated(std::move(pack), impl_->shared);
}

Result<const schema::ProviderSchema*> Sandbox::schema(const addrs::Provider& provider) {
  if (provider == addrs::Provider::builtin()) return &impl_->builtin->schema();
  const std::shared_ptr<Pack> pack = TRY(impl_->pack(provider));
  if (pack == nullptr) return no_pack(provider);
  return &pack->schema();
}

bool Sandbox::is_simulated(const addrs::Provider& provider) const { return !(provider == addrs::Provider::builtin()); }

std::string Sandbox::version(const addrs::Provider& provider) const {
  if (provider == addrs::Provider::builtin()) return {};
  const auto pack = impl_->pack(provider);
  return pack && *pack != nullptr ? (*pack)->version() : std::string();
}

Result<std::vector<std::string>> Sandbox::serve_load_balancers() {
  std::lock_guard guard(impl_->mutex);
  if (impl_->balancer == nullptr) impl_->balancer = TRY(Balancer::start(impl_->shared));
  return impl_->balancer->routes();
}

std::string Sandbox::proxy_url() {
  std::lock_guard guard(impl_->mutex);
  return impl_->balancer == nullptr ? std::string() : format("http://127.0.0.1:{}", impl_->balancer->port());
}

namespace {

class BuiltinOnly : public provider::ProviderSource {
 public:
  Result<std::unique_ptr<provider::Provider>> open(const addrs::Provider& provider) override {
    if (provider == addrs::Provider::builtin()) return provider::make_builtin_provider();
    return missing(provider);
  }
  Result<const schema::ProviderSchema*> schema(const addrs::Provider& provider) override {
    if (provider == addrs::Provider::builtin()) return &builtin_->schema();
    return missing(provider);
  }
  bool is_simulated(const addrs::Provider&) const override { return false; }
  std::string version(const addrs::Provider&) const override { return {}; }

 private:
  static Error missing(const addrs::Provider& provider) {
    return {ErrorKind::not_found, format("{} is not installed: provider plugins are not supported yet; run with -sandbox to simulate it", provider.display()), 0};
  }
  std::unique_ptr<provider::Provider> builtin_ = provider::make_builtin_provider();
};

}  // namespace

std::unique_ptr<provider::ProviderSource> builtin_only() { return std::make_unique<BuiltinOnly>(); }

}  // namespace terrace::sandbox
