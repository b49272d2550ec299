// SPDX-License-Identifier: Apache-2.0
// Real HTTP for the simulated load balancers, on one loopback port: which balancer is meant is told by the Host
// header, so that a resolver entry per balancer, or this port as an HTTP proxy, reaches them all.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "sandbox/simulated.h"

namespace terrace::sandbox {

class Balancer {
 public:
  /// Error: libmicrohttpd is missing, with the package that has it, or no port could be opened.
  static Result<std::unique_ptr<Balancer>> start(std::shared_ptr<Shared> shared);
  ~Balancer();
  int port() const;
  /// libcurl's form "host:port:127.0.0.1:real" for every HTTP listener there is now.
  Result<std::vector<std::string>> routes();

  struct Impl;

 private:
  explicit Balancer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a request is answered; apart for tests.
struct BalancerAnswer {
  int status = 200;
  std::string body, location, content_type = "application/json";
};
/// `host` as in the header, with or without port; `path` begins with '/'.
BalancerAnswer answer_request(Shared& shared, std::string_view host, std::string_view path);

}  // namespace terrace::sandbox
