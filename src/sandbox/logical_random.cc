// SPDX-License-Identifier: Apache-2.0
// The random provider: strong random numbers, made once.
#include <crypt.h>

#include <random>

#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "sandbox/logical.h"

namespace terrace::sandbox {
namespace {

/// Unbiased numbers below a bound, from strong random bytes or from a user's seed.
class Source {
 public:
  explicit Source(world::Random& random) : random_(&random) {}
  explicit Source(std::string_view seed) {
    const std::string hash = base::digest(base::DigestKind::sha256, seed);
    std::uint64_t n = 0;
    for (int i = 0; i < 8; ++i) n = n << 8 | static_cast<unsigned char>(hash[static_cast<std::size_t>(i)]);
    engine_.emplace(n);
  }
  std::uint64_t below(std::uint64_t bound) {
    if (bound <= 1) return 0;
    const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound);
    while (true) {
      const std::uint64_t n = next();
      if (n < limit) return n % bound;
    }
  }

 private:
  std::uint64_t next() {
    if (engine_) return (*engine_)();
    if (at_ + 8 > buffer_.size()) {
      buffer_ = random_->bytes(256);
      at_ = 0;
    }
    std::uint64_t n = 0;
    std::memcpy(&n, buffer_.data() + at_, 8);
    at_ += 8;
    return n;
  }
  world::Random* random_ = nullptr;
  std::optional<std::mt19937_64> engine_;
  std::string buffer_;
  std::size_t at_ = 0;
};

const Value* given(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() || value->is_unknown() ? nullptr : value;
}
std::int64_t number_at(const Value& object, std::string_view name, std::int64_t otherwise) {
  const Value* value = given(object, name);
  return value == nullptr ? otherwise : value->as_int64().value_or(otherwise);
}
bool flag_at(const Value& object, std::string_view name, bool otherwise) {
  const Value* value = given(object, name);
  return value == nullptr ? otherwise : value->as_bool();
}
std::string text_at(const Value& object, std::string_view name) {
  const Value* value = given(object, name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

Result<std::string> random_text(const Value& planned, Source& source) {
  struct Family { std::string_view flag, minimum; std::string characters; };
  std::string special = text_at(planned, "override_special");
  if (given(planned, "override_special") == nullptr) special = "!@#$%&*()-_=+[]{}<>:?";
  const Family families[] = {{"special", "min_special", special},
                             {"upper", "min_upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
                             {"lower", "min_lower", "abcdefghijklmnopqrstuvwxyz"},
                             {"numeric", "min_numeric", "0123456789"}};
  const auto length = static_cast<std::size_t>(number_at(planned, "length", 0));
  std::string out, all;
  for (const Family& family : families) {
    bool use = flag_at(planned, family.flag, true);
    if (family.flag == "numeric") use = use && flag_at(planned, "number", true);
    if (!use || family.characters.empty()) continue;
    all += family.characters;
    for (std::int64_t i = 0; i < number_at(planned, family.minimum, 0); ++i) out += family.characters[source.below(family.characters.size())];
  }
  if (out.size() > length) return Error{ErrorKind::invalid, format("length is {}, but the minimum counts add up to {}", length, out.size()), 0};
  if (all.empty() && length > 0) return Error{ErrorKind::invalid, "no characters are allowed: special, upper, lower and numeric are all false", 0};
  while (out.size() < length) out += all[source.below(all.size())];
  for (std::size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[source.below(i)]);
  return out;
}

std::string bcrypt(std::string_view secret, world::Random& random) {
  const std::string bytes = random.bytes(16);
  crypt_data data{};
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  if (crypt_gensalt_rn("$2a$", 10, bytes.data(), static_cast<int>(bytes.size()), salt, sizeof salt) == nullptr) return {};
  const std::string copy(secret.substr(0, 72));
  const char* hash = crypt_r(copy.c_str(), salt, &data);
  return hash == nullptr ? std::string() : hash;
}

std::string decimal_of(std::string_view bytes) {
  // Repeated division of the big-endian number by 10^9.
  std::vector<std::uint32_t> digits(bytes.begin(), bytes.end());
  for (std::uint32_t& digit : digits) digit &= 255;
  std::string out;
  while (!digits.empty()) {
    std::uint64_t rest = 0;
    std::vector<std::uint32_t> quotient;
    for (std::uint32_t digit : digits) {
      rest = rest * 256 + digit;
      const auto q = static_cast<std::uint32_t>(rest / 1'000'000'000);
      rest %= 1'000'000'000;
      if (!quotient.empty() || q != 0) quotient.push_back(q);
    }
    out = (quotient.empty() ? format("{}", rest) : format("{:09}", rest)) + out;
    digits = std::move(quotient);
  }
  return out.empty() ? "0" : out;
}

std::string url_base64(std::string_view bytes) {
  std::string out = base::base64_encode(bytes);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  while (out.ends_with('=')) out.pop_back();
  return out;
}

constexpr std::string_view kAdverbs[] = {"boldly", "calmly", "daily", "early", "evenly", "fairly", "firmly", "gladly", "hardly", "highly", "kindly", "lately", "lightly", "mostly", "neatly", "newly", "openly", "partly", "purely", "quietly", "rarely", "safely", "slowly", "softly", "surely", "truly", "vastly", "warmly", "widely", "wisely"};
constexpr std::string_view kAdjectives[] = {"able", "amber", "brave", "brief", "bright", "calm", "clear", "clever", "cosmic", "crisp", "eager", "easy", "fair", "fond", "frank", "fresh", "gentle", "glad", "golden", "grand", "happy", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucky", "merry", "mighty", "modest", "noble", "patient", "prime", "proud", "quick", "rapid", "sharp", "smart", "solid", "steady", "subtle", "sunny", "swift", "tender", "tidy", "vital", "vivid", "warm", "witty"};
constexpr std::string_view kAnimals[] = {"badger", "bear", "beetle", "bison", "bobcat", "camel", "cobra", "condor", "coyote", "crane", "cricket", "dingo", "dolphin", "eagle", "falcon", "ferret", "finch", "gecko", "gibbon", "goose", "heron", "hornet", "ibex", "iguana", "jackal", "koala", "lemur", "leopard", "lizard", "lynx", "marmot", "marten", "mole", "moose", "newt", "ocelot", "osprey", "otter", "owl", "panda", "parrot", "pigeon", "possum", "python", "quail", "rabbit", "raven", "robin", "salmon", "seal", "shrew", "sloth", "sparrow", "squid", "stork", "swan", "tapir", "thrush", "tiger", "toucan", "turtle", "viper", "walrus", "weasel", "whale", "wolf", "wombat", "yak", "zebra"};

std::string pet_name(std::size_t words, std::string_view separator, std::string_view prefix, Source& source) {
  std::string out(prefix);
  for (std::size_t i = 0; i < words; ++i) {
    if (!out.empty()) out += separator;
    const std::size_t left = words - i;
    if (left == 1) out += kAnimals[source.below(std::size(kAnimals))];
    else if (left == 2) out += kAdjectives[source.below(std::size(kAdjectives))];
    else out += kAdverbs[source.below(std::size(kAdverbs))];
  }
  return out;
}

}  // namespace

Result<Made> make_random(std::string_view type, const Value& planned, const LogicalContext& context) {
  world::Random& random = context.world.random;
  Source source = given(planned, "seed") == nullptr ? Source(random) : Source(text_at(planned, "seed"));
  const Symbol id("id"), result("result");
  if (type == "random_string") {
    const Value text = Value::string(TRY(random_text(planned, source)));
    return Made{{id, text}, {result, text}};
  }
  if (type == "random_password") {
    const std::string text = TRY(random_text(planned, source));
    return Made{{id, Value::string("none")}, {result, Value::string(text)}, {Symbol("bcrypt_hash"), Value::string(bcrypt(text, random))}};
  }
  if (type == "random_id") {
    const std::string bytes = random.bytes(static_cast<std::size_t>(number_at(planned, "byte_length", 1)));
    const std::string prefix = text_at(planned, "prefix");
    return Made{{id, Value::string(url_base64(bytes))},
                {Symbol("b64_url"), Value::string(prefix + url_base64(bytes))},
                {Symbol("b64_std"), Value::string(prefix + base::base64_encode(bytes))},
                {Symbol("hex"), Value::string(prefix + base::hex(bytes))},
                {Symbol("dec"), Value::string(prefix + decimal_of(bytes))}};
  }
  if (type == "random_bytes") {
    const std::string bytes = random.bytes(static_cast<std::size_t>(number_at(planned, "length", 1)));
    return Made{{id, Value::string("none")}, {Symbol("base64"), Value::string(base::base64_encode(bytes))}, {Symbol("hex"), Value::string(base::hex(bytes))}};
  }
  if (type == "random_integer") {
    const std::int64_t low = number_at(planned, "min", 0), high = number_at(planned, "max", 0);
    if (low > high) return Error{ErrorKind::invalid, format("min is {}, which is more than max, {}", low, high), 0};
    const std::uint64_t room = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const auto n = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + source.below(room));
    return Made{{id, Value::string(format("{}", n))}, {result, Value::number(n)}};
  }
  if (type == "random_pet") {
    const auto words = static_cast<std::size_t>(number_at(planned, "length", 2));
    return Made{{id, Value::string(pet_name(words, text_at(planned, "separator"), text_at(planned, "prefix"), source))}};
  }
  if (type == "random_uuid") {
    const Value text = Value::string(random.uuid());
    return Made{{id, text}, {result, text}};
  }
  if (type == "random_shuffle") {
    const Value* input = given(planned, "input");
    std::vector<Value> items;
    if (input != nullptr) items.assign(input->elements().begin(), input->elements().end());
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[source.below(i)]);
    const auto count = static_cast<std::size_t>(number_at(planned, "result_count", static_cast<std::int64_t>(items.size())));
    if (count < items.size()) items.erase(items.begin() + static_cast<std::ptrdiff_t>(count), items.end());
    return Made{{id, Value::string("-")}, {result, Value::list(Type::string(), std::move(items))}};
  }
  return Error{ErrorKind::unsupported, format("{} is not simulated", type), 0};
}

}  // namespace terrace::sandbox
