// SPDX-License-Identifier: Apache-2.0
// Digests and random identifiers, over OpenSSL's libcrypto.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace terrace::base {

enum class DigestKind { md5, sha1, sha256, sha512 };
/// Raw digest bytes of `data`.
std::string digest(DigestKind kind, std::string_view data);
/// Lower-case hex SHA-256.
std::string sha256_hex(std::string_view data);
/// Raw HMAC-SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// SHA-256 over data that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::string_view data);
  std::string finish_hex();  ///< call once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace terrace::base
