// SPDX-License-Identifier: Apache-2.0
// Digests, password hashes, decryption and UUIDs (checklist C7). No message ever holds an argument's bytes.
#include <crypt.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/digest.h"
#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

using base::DigestKind;

constexpr Parameter kString[] = {{"str", type_string}};
enum class Form { hex, base64 };
template <DigestKind kind, Form form>
CallResult call_digest(const Call& call) {
  std::string raw = base::digest(kind, call.arguments[0].as_string());
  return text(form == Form::hex ? base::hex(raw) : base::base64_encode(raw));
}
template <DigestKind kind, Form form>
CallResult call_file_digest(const Call& call) {
  auto bytes = read_file(call, call.arguments[0], std::uint64_t{1} << 30);
  if (auto* error = std::get_if<CallError>(&bytes)) return *error;
  std::string raw = base::digest(kind, std::get<0>(bytes));
  return text(form == Form::hex ? base::hex(raw) : base::base64_encode(raw));
}

constexpr Parameter kBcrypt[] = {{"str", type_string}};
constexpr Parameter kBcryptCost = {"cost", type_number};
CallResult call_bcrypt(const Call& call) {
  std::int64_t cost = 10;
  if (call.arguments.size() > 2) return fail("a string and at most one cost are expected");
  if (call.arguments.size() == 2) {
    auto cost_or = whole_number(call.arguments[1], 1);
    if (auto* error = std::get_if<CallError>(&cost_or)) return *error;
    cost = std::get<0>(cost_or);
    if (cost > 31) return fail(1, "the cost must be between 4 and 31");
    if (cost < 4) cost = 10;
  }
  std::string password(call.arguments[0].as_string());
  if (password.size() > 72) return fail(0, "the string is longer than 72 bytes, of which bcrypt would ignore the rest");
  if (password.find('\0') != std::string::npos) return fail(0, "the string holds a NUL byte, where bcrypt would stop");
  if (call.context.impure != FunctionContext::Impure::evaluate || call.context.random == nullptr) {
    return unknown_result(Type::string());
  }
  std::string salt = call.context.random->bytes(16);
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  auto data = std::make_unique<crypt_data>();
  if (crypt_gensalt_rn("$2a$", static_cast<unsigned long>(cost), salt.data(), static_cast<int>(salt.size()), setting,
                       sizeof setting) == nullptr) {
    return fail("the system's crypt library does not know bcrypt");
  }
  const char* hashed = crypt_r(password.c_str(), setting, data.get());
  if (hashed == nullptr || hashed[0] == '*') return fail("the system's crypt library does not know bcrypt");
  return text(hashed);
}

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* p) const { release(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

Key read_private_key(std::string_view pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // Never ask on the terminal for a pass phrase.
  auto no_phrase = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_phrase, nullptr));
  ERR_clear_error();
  return key;
}

constexpr Parameter kRsadecrypt[] = {{"ciphertext", type_string}, {"privatekey", type_string}};
CallResult call_rsadecrypt(const Call& call) {
  auto cipher = base::base64_decode(call.arguments[0].as_string());
  if (!cipher) return fail(0, "the ciphertext must be base64");
  std::string_view pem = call.arguments[1].as_string();
  if (pem.size() > (1u << 20)) return fail(1, "the key is too large");
  Key key = read_private_key(pem);
  if (!key) {
    return fail(1, pem.find("OPENSSH PRIVATE KEY") != std::string_view::npos
                       ? "keys in OpenSSH's own format are not read; write it as PEM with ssh-keygen -p -m PEM"
                       : "not an RSA private key in PEM form without pass phrase");
  }
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return fail(1, "the key is not an RSA key");
  KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(cipher->data());
  bool ready = context && EVP_PKEY_decrypt_init(context.get()) > 0 &&
               EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) > 0 &&
               EVP_PKEY_decrypt(context.get(), nullptr, &size, bytes, cipher->size()) > 0;
  std::string plain(size, '\0');
  bool done = ready && EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plain.data()), &size, bytes,
                                        cipher->size()) > 0;
  ERR_clear_error();
  if (!done) return fail("the ciphertext was not encrypted for this key");
  plain.resize(size);
  if (!base::is_valid_utf8(plain)) return fail("the decrypted bytes are not UTF-8 text");
  return text(plain);
}

CallResult call_uuid(const Call& call) {
  if (call.context.impure != FunctionContext::Impure::evaluate || call.context.random == nullptr) {
    return unknown_result(Type::string());
  }
  return text(call.context.random->uuid());
}

/// The 16 bytes of a UUID: plain, in braces, without hyphens, or as a URN.
std::optional<std::string> parse_uuid(std::string_view s) {
  if (s.starts_with("urn:uuid:")) s.remove_prefix(9);
  if (s.size() == 38 && s.front() == '{' && s.back() == '}') s = s.substr(1, 36);
  if (s.size() != 36 && s.size() != 32) return std::nullopt;
  std::string raw;
  int high = -1;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (s[i] != '-') return std::nullopt;
      continue;
    }
    char c = s[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      raw += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  return raw;
}
constexpr Parameter kUuidv5[] = {{"namespace", type_string}, {"name", type_string}};
CallResult call_uuidv5(const Call& call) {
  std::string_view name = call.arguments[0].as_string();
  // RFC 4122, appendix C.
  if (name == "dns") name = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  if (name == "url") name = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
  if (name == "oid") name = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";
  if (name == "x500") name = "6ba7b814-9dad-11d1-80b4-00c04fd430c8";
  auto space = parse_uuid(name);
  if (!space) return fail(0, "the namespace must be dns, url, oid, x500 or a UUID");
  std::string raw = base::digest(DigestKind::sha1, *space + std::string(call.arguments[1].as_string())).substr(0, 16);
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x50);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  std::string id = base::hex(raw);
  for (std::size_t at : {20, 16, 12, 8}) id.insert(at, 1, '-');
  return text(id);
}

constexpr Parameter kPath[] = {{"path", type_string}};

}  // namespace

const Builtin builtin_md5 = {.name = "md5", .signature = "md5(str)", .doc = "The MD5 digest of the text in hex.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::md5, Form::hex>};
const Builtin builtin_sha1 = {.name = "sha1", .signature = "sha1(str)", .doc = "The SHA-1 digest of the text in hex.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::sha1, Form::hex>};
const Builtin builtin_sha256 = {.name = "sha256", .signature = "sha256(str)", .doc = "The SHA-256 digest of the text in hex.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::sha256, Form::hex>};
const Builtin builtin_sha512 = {.name = "sha512", .signature = "sha512(str)", .doc = "The SHA-512 digest of the text in hex.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::sha512, Form::hex>};
const Builtin builtin_base64sha256 = {.name = "base64sha256", .signature = "base64sha256(str)",
    .doc = "The SHA-256 digest of the text in base64.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::sha256, Form::base64>};
const Builtin builtin_base64sha512 = {.name = "base64sha512", .signature = "base64sha512(str)",
    .doc = "The SHA-512 digest of the text in base64.",
    .parameters = kString, .result = type_string, .call = call_digest<DigestKind::sha512, Form::base64>};
const Builtin builtin_filemd5 = {.name = "filemd5", .signature = "filemd5(path)", .doc = "The MD5 digest of a file in hex.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::md5, Form::hex>};
const Builtin builtin_filesha1 = {.name = "filesha1", .signature = "filesha1(path)", .doc = "The SHA-1 digest of a file in hex.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::sha1, Form::hex>};
const Builtin builtin_filesha256 = {.name = "filesha256", .signature = "filesha256(path)",
    .doc = "The SHA-256 digest of a file in hex.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::sha256, Form::hex>};
const Builtin builtin_filesha512 = {.name = "filesha512", .signature = "filesha512(path)",
    .doc = "The SHA-512 digest of a file in hex.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::sha512, Form::hex>};
const Builtin builtin_filebase64sha256 = {.name = "filebase64sha256", .signature = "filebase64sha256(path)",
    .doc = "The SHA-256 digest of a file in base64.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::sha256, Form::base64>};
const Builtin builtin_filebase64sha512 = {.name = "filebase64sha512", .signature = "filebase64sha512(path)",
    .doc = "The SHA-512 digest of a file in base64.",
    .parameters = kPath, .result = type_string, .call = call_file_digest<DigestKind::sha512, Form::base64>};
const Builtin builtin_bcrypt = {.name = "bcrypt", .signature = "bcrypt(str, cost)",
    .doc = "A salted bcrypt hash of at most 72 bytes; unknown while planning.",
    .parameters = kBcrypt, .variadic = &kBcryptCost, .result = type_string, .call = call_bcrypt};
const Builtin builtin_rsadecrypt = {.name = "rsadecrypt", .signature = "rsadecrypt(ciphertext, privatekey)",
    .doc = "The text that was encrypted for an RSA key (PKCS #1 v1.5), from base64.",
    .parameters = kRsadecrypt, .result = type_string, .call = call_rsadecrypt};
const Builtin builtin_uuid = {.name = "uuid", .signature = "uuid()",
    .doc = "A new random UUID each time; unknown while planning.", .result = type_string, .call = call_uuid};
const Builtin builtin_uuidv5 = {.name = "uuidv5", .signature = "uuidv5(namespace, name)",
    .doc = "The UUID of a name in a namespace: dns, url, oid, x500 or a UUID.",
    .parameters = kUuidv5, .result = type_string, .call = call_uuidv5};

}  // namespace terrace::lang
