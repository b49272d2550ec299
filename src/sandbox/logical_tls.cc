// SPDX-License-Identifier: Apache-2.0
// The tls provider's keys, made by OpenSSL, in the formats the provider writes.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "sandbox/logical.h"

namespace terrace::sandbox {
namespace {

struct FreeKey { void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); } };
struct FreeBio { void operator()(BIO* bio) const { BIO_free(bio); } };
struct FreeNumber { void operator()(BIGNUM* number) const { BN_clear_free(number); } };
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using BigNumber = std::unique_ptr<BIGNUM, FreeNumber>;

Error failed(std::string_view doing) { return {ErrorKind::io, format("OpenSSL failed to {}", doing), 0}; }

std::string text_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() || value->is_unknown() ? std::string() : std::string(value->as_string());
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}
template <class Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return bio != nullptr && write(bio.get()) == 1 ? drain(bio.get()) : std::string();
}

// The wire format of SSH keys (RFC 4251): lengths before everything.
std::string ssh_string(std::string_view bytes) {
  const auto n = static_cast<std::uint32_t>(bytes.size());
  std::string out{static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
  out += bytes;
  return out;
}
std::string ssh_number(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  if (!bytes.empty() && (bytes[0] & 0x80) != 0) bytes.insert(bytes.begin(), '\0');
  return ssh_string(bytes);
}
std::string ssh_parameter(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return ssh_string({});
  const BigNumber owned(number);
  return ssh_number(number);
}
std::string octets(EVP_PKEY* key, const char* name) {
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, name, nullptr, 0, &size) != 1) return {};
  std::string out(size, '\0');
  EVP_PKEY_get_octet_string_param(key, name, reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
  out.resize(size);
  return out;
}

struct SshKey {
  std::string type, public_blob, private_fields;  ///< empty type: SSH has no such key
};
SshKey ssh_key(EVP_PKEY* key) {
  SshKey out;
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    out.type = "ssh-rsa";
    const std::string n = ssh_parameter(key, OSSL_PKEY_PARAM_RSA_N), e = ssh_parameter(key, OSSL_PKEY_PARAM_RSA_E);
    out.public_blob = ssh_string(out.type) + e + n;
    out.private_fields = n + e + ssh_parameter(key, OSSL_PKEY_PARAM_RSA_D) + ssh_parameter(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1) +
                         ssh_parameter(key, OSSL_PKEY_PARAM_RSA_FACTOR1) + ssh_parameter(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  } else if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    out.type = "ssh-ed25519";
    std::string pub(32, '\0'), seed(32, '\0');
    std::size_t size = 32;
    EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(pub.data()), &size);
    size = 32;
    EVP_PKEY_get_raw_private_key(key, reinterpret_cast<unsigned char*>(seed.data()), &size);
    out.public_blob = ssh_string(out.type) + ssh_string(pub);
    out.private_fields = ssh_string(pub) + ssh_string(seed + pub);
  } else if (EVP_PKEY_is_a(key, "EC") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    const std::string curve = bits == 256 ? "nistp256" : bits == 384 ? "nistp384" : bits == 521 ? "nistp521" : "";
    if (curve.empty()) return out;  // P-224 has no SSH form
    out.type = "ecdsa-sha2-" + curve;
    const std::string point = octets(key, OSSL_PKEY_PARAM_PUB_KEY);
    out.public_blob = ssh_string(out.type) + ssh_string(curve) + ssh_string(point);
    out.private_fields = ssh_string(curve) + ssh_string(point) + ssh_parameter(key, OSSL_PKEY_PARAM_PRIV_KEY);
  }
  return out;
}

std::string openssh_private(const SshKey& key) {
  std::string check(4, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(check.data()), 4);
  std::string secret = check + check + ssh_string(key.type) + key.private_fields + ssh_string({});
  for (char pad = 1; secret.size() % 8 != 0; ++pad) secret += pad;
  std::string blob("openssh-key-v1", 15);
  blob += ssh_string("none") + ssh_string("none") + ssh_string({}) + std::string("\0\0\0\1", 4) + ssh_string(key.public_blob) + ssh_string(secret);
  const std::string text = base::base64_encode(blob);
  std::string out = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  for (std::size_t i = 0; i < text.size(); i += 70) out += text.substr(i, 70) + "\n";
  return out + "-----END OPENSSH PRIVATE KEY-----\n";
}

void add_public(Made& out, EVP_PKEY* key, const SshKey& ssh) {
  const auto add = [&](std::string_view name, std::string_view text) { out.emplace_back(Symbol(name), Value::string(text)); };
  const std::string public_pem = pem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key); });
  add("public_key_pem", public_pem);
  add("id", base::hex(base::digest(base::DigestKind::sha1, public_pem)));
  if (ssh.type.empty()) {
    for (const char* name : {"public_key_openssh", "public_key_fingerprint_md5", "public_key_fingerprint_sha256"}) add(name, "");
    return;
  }
  add("public_key_openssh", format("{} {}\n", ssh.type, base::base64_encode(ssh.public_blob)));
  const std::string md5 = base::hex(base::digest(base::DigestKind::md5, ssh.public_blob));
  std::string colons;
  for (std::size_t i = 0; i < md5.size(); i += 2) colons += (i == 0 ? "" : ":") + md5.substr(i, 2);
  add("public_key_fingerprint_md5", colons);
  std::string sha = base::base64_encode(base::digest(base::DigestKind::sha256, ssh.public_blob));
  while (sha.ends_with('=')) sha.pop_back();
  add("public_key_fingerprint_sha256", "SHA256:" + sha);
}

}  // namespace

Result<Made> make_key(const Value& planned) {
  const std::string algorithm = text_at(planned, "algorithm");
  Key key;
  if (algorithm == "RSA") {
    const Value* bits = planned.attribute("rsa_bits");
    const std::int64_t count = bits == nullptr || bits->is_null() || bits->is_unknown() ? 2048 : bits->as_int64().value_or(2048);
    key.reset(EVP_RSA_gen(static_cast<unsigned>(std::clamp<std::int64_t>(count, 512, 16384))));
  } else if (algorithm == "ECDSA") {
    const std::string curve = text_at(planned, "ecdsa_curve");
    key.reset(EVP_EC_gen(curve == "P256" ? "P-256" : curve == "P384" ? "P-384" : curve == "P521" ? "P-521" : "P-224"));
  } else if (algorithm == "ED25519") {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else {
    return Error{ErrorKind::invalid, format("\"{}\" is not an algorithm: RSA, ECDSA and ED25519 are", algorithm), 0};
  }
  if (key == nullptr) return failed("make a key");
  Made out;
  const auto add = [&](std::string_view name, std::string_view text) { out.emplace_back(Symbol(name), Value::string(text)); };
  const std::string pkcs8 = pem([&](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  const std::string traditional = algorithm == "ED25519" ? pkcs8 : pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (pkcs8.empty() || traditional.empty()) return failed("write a key");
  const SshKey ssh = ssh_key(key.get());
  add("private_key_pem", traditional);
  add("private_key_pem_pkcs8", pkcs8);
  add("private_key_openssh", ssh.type.empty() ? std::string() : openssh_private(ssh));
  add_public(out, key.get(), ssh);
  return out;
}

Result<Made> read_key(const Value& config) {
  const std::string text = text_at(config, "private_key_pem");
  if (text.empty()) return Error{ErrorKind::unsupported, "tls_public_key of a private_key_openssh is not simulated: give private_key_pem", 0};
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // An encrypted key has no password here: refuse instead of asking on the terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr) return Error{ErrorKind::invalid, "private_key_pem is not an unencrypted private key in PEM form", 0};
  Made out;
  const bool ec = EVP_PKEY_is_a(key.get(), "EC") == 1;
  out.emplace_back(Symbol("algorithm"), Value::string(ec ? "ECDSA" : EVP_PKEY_is_a(key.get(), "ED25519") == 1 ? "ED25519" : "RSA"));
  add_public(out, key.get(), ssh_key(key.get()));
  return out;
}

}  // namespace terrace::sandbox
