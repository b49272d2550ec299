// SPDX-License-Identifier: Apache-2.0
// Providers for this folder's tests: the built-in one, and an "aws" with one resource of every kind of nesting.
#pragma once
#include "provider/provider.h"

namespace terrace::config {

class FakeProviders : public provider::ProviderSource {
 public:
  FakeProviders() : builtin_(provider::make_builtin_provider()) {
    aws_.provider = parse(R"({"version":0,"block":{"attributes":{"region":{"type":"string","optional":true}}}})").block;
    aws_.resources.emplace(Symbol("aws_thing"), parse(R"({"version":2,"block":{
      "attributes":{
        "name":{"type":"string","required":true},
        "arn":{"type":"string","computed":true},
        "old":{"type":"string","optional":true,"deprecated":true},
        "tags":{"type":["map","string"],"optional":true},
        "ingress":{"type":["set",["object",{"port":"number"}]],"optional":true,"computed":true}},
      "block_types":{
        "rule":{"nesting_mode":"list","min_items":1,"max_items":2,"block":{"attributes":{"port":{"type":"number","required":true}}}},
        "label":{"nesting_mode":"set","block":{"attributes":{"key":{"type":"string","optional":true}}}},
        "one":{"nesting_mode":"single","block":{"attributes":{"x":{"type":"string","optional":true}}}}}}})"));
  }
  Result<std::unique_ptr<provider::Provider>> open(const addrs::Provider&) override {
    return Error{base::ErrorKind::unsupported, "not needed here"};
  }
  Result<const schema::ProviderSchema*> schema(const addrs::Provider& provider) override {
    if (provider == addrs::Provider::builtin()) return &builtin_->schema();
    if (provider == addrs::Provider::implied(Symbol("aws"))) return &aws_;
    return Error{base::ErrorKind::not_found, "it is not installed"};
  }
  bool is_simulated(const addrs::Provider&) const override { return false; }
  std::string version(const addrs::Provider&) const override { return {}; }

 private:
  static schema::ResourceSchema parse(std::string json) {
    auto document = JsonDocument::parse(std::move(json));
    return schema::parse_schema_json(document->root()).value();
  }
  std::unique_ptr<provider::Provider> builtin_;
  schema::ProviderSchema aws_;
};

}  // namespace terrace::config
