// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/strings.h"

namespace terrace::base {

namespace {
const EVP_MD* method(DigestKind kind) {
  switch (kind) {
    case DigestKind::md5: return EVP_md5();
    case DigestKind::sha1: return EVP_sha1();
    case DigestKind::sha256: return EVP_sha256();
    case DigestKind::sha512: return EVP_sha512();
  }
  return EVP_sha256();
}
}  // namespace

std::string digest(DigestKind kind, std::string_view data) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CHECK(EVP_Digest(data.data(), data.size(), bytes, &size, method(kind), nullptr) == 1, "digest failed");
  return std::string(reinterpret_cast<char*>(bytes), size);
}

std::string sha256_hex(std::string_view data) { return hex(digest(DigestKind::sha256, data)); }

std::string hmac_sha256(std::string_view key, std::string_view data) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(data.data()), data.size(), bytes, &size);
  CHECK(made != nullptr, "HMAC failed");
  return std::string(reinterpret_cast<char*>(bytes), size);
}

struct Sha256::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~Impl() { EVP_MD_CTX_free(context); }
};
Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  CHECK(EVP_DigestInit_ex(impl_->context, EVP_sha256(), nullptr) == 1, "digest failed");
}
Sha256::~Sha256() = default;
void Sha256::update(std::string_view data) {
  CHECK(EVP_DigestUpdate(impl_->context, data.data(), data.size()) == 1, "digest failed");
}
std::string Sha256::finish_hex() {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(impl_->context, bytes, &size) == 1, "digest failed");
  return hex(std::string_view(reinterpret_cast<char*>(bytes), size));
}

}  // namespace terrace::base
