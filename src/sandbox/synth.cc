// SPDX-License-Identifier: Apache-2.0
#include "sandbox/synth.h"

#include <zlib.h>

#include <charconv>
#include <cstring>

#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "value/convert.h"
#include "value/json.h"

namespace terrace::sandbox {
namespace {

std::string text_of(const Value& value) {
  if (value.is_null() || value.is_unknown()) return {};
  if (value.kind() == Kind::string) return std::string(value.as_string());
  if (value.kind() == Kind::number) return value.as_number().text();
  if (value.kind() == Kind::boolean) return value.as_bool() ? "true" : "false";
  const auto elements = value.elements();  // of collections, the first
  return elements.empty() ? std::string() : text_of(elements.front());
}

std::size_t count_of(const Template::Piece& piece, std::size_t at, std::size_t otherwise) {
  if (piece.arguments.size() <= at) return otherwise;
  std::size_t n = otherwise;
  const std::string& digits = piece.arguments[at];
  std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return std::min<std::size_t>(n, 4096);
}

/// An address inside "10.0.1.0/24", never the first four or the last.
std::string address_in(std::string_view cidr, std::uint64_t random) {
  unsigned a = 0, b = 0, c = 0, d = 0, bits = 0;
  const std::string copy(cidr);
  if (std::sscanf(copy.c_str(), "%u.%u.%u.%u/%u", &a, &b, &c, &d, &bits) != 5 || bits > 30 || (a | b | c | d) > 255)
    return format("10.0.{}.{}", random % 256, 4 + (random >> 8) % 250);
  const std::uint32_t base = (a << 24 | b << 16 | c << 8 | d) & (bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits));
  const std::uint64_t room = (std::uint64_t{1} << (32 - bits)) - 1;
  const auto address = static_cast<std::uint32_t>(base + (room > 5 ? 4 + random % (room - 4) : 1));
  return format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

/// Documentation ranges only (RFC 5737).
std::string public_address(std::uint64_t random) {
  static constexpr std::string_view kNets[] = {"192.0.2", "198.51.100", "203.0.113"};
  return format("{}.{}", kNets[random % 3], 1 + (random >> 8) % 254);
}

std::string with_dashes(std::string text) {
  std::replace(text.begin(), text.end(), '.', '-');
  return text;
}

struct Zone { std::string_view region, balancer, network_balancer, bucket; };
constexpr Zone kZones[] = {
    {"us-west-2", "Z1H1FL5HABSF5", "Z18D5FSROUN65G", "Z3BJ6K6RIION7M"},
    {"us-east-1", "Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI", "Z3AQBSTGFYJSTF"},
    {"eu-west-1", "Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F", "Z1BKCTXD74EZPE"},
    {"eu-central-1", "Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90", "Z21DNDUVLTQW6Q"},
};
const Zone& zone_of(std::string_view region) {
  for (const Zone& zone : kZones)
    if (zone.region == region) return zone;
  return kZones[0];
}

/// "us-west-2b" → "usw2-az2".
std::string zone_id(std::string_view zone) {
  std::string short_name;
  for (std::string_view part : base::split(zone, '-')) {
    if (part.empty()) continue;
    if (short_name.empty()) short_name = part;
    else if (part[0] >= '0' && part[0] <= '9') short_name += part[0];
    else short_name += part[0];
  }
  const char letter = zone.empty() ? 'a' : zone.back();
  const int number = letter >= 'a' && letter <= 'z' ? letter - 'a' + 1 : 1;
  return format("{}-az{}", short_name, number);
}

std::string engine_version(std::string_view engine) {
  if (engine == "postgres") return "16.3";
  if (engine == "mysql") return "8.0.39";
  if (engine == "mariadb") return "10.11.8";
  return "1.0";
}
int engine_port(std::string_view engine) {
  if (engine == "postgres" || engine == "aurora-postgresql") return 5432;
  if (engine.starts_with("oracle")) return 1521;
  if (engine.starts_with("sqlserver")) return 1433;
  return 3306;
}

std::string unique_name(std::string_view prefix, const SynthContext& context) {
  std::string stamp = world::rfc3339(context.now);
  std::erase_if(stamp, [](char c) { return c < '0' || c > '9'; });
  stamp.resize(14, '0');
  return format("{}{}{}", prefix.empty() ? std::string_view("terraform-") : prefix, stamp, context.dice.text(kDigits, 12));
}

std::string call(const Template::Piece& piece, const SynthContext& c) {
  const std::string& name = piece.text;
  const auto argument = [&](std::size_t at) { return at < piece.arguments.size() ? std::string_view(piece.arguments[at]) : std::string_view(); };
  const auto attribute = [&](std::string_view of) { return text_of(c.attribute(Symbol(of))); };
  const auto first_set = [&](std::string_view list) {
    for (std::string_view each : base::split(list, ','))
      if (std::string text = attribute(each); !text.empty()) return text;
    return std::string();
  };
  // Nearly all calls name an attribute or one of the first few; the rest are rare, so a chain is fast enough.
  if (name == "region") return c.place.region;
  if (name == "account") return c.place.account;
  if (name == "partition") return c.place.partition;
  if (name == "hex") return c.dice.text(kHex, count_of(piece, 0, 17));
  if (name == "stable_hex") {
    const std::string hex = format("{:016x}", c.nonce);
    return hex.substr(0, count_of(piece, 0, 16));
  }
  if (name == "uuid") return c.dice.uuid();
  if (name == "upper") return c.dice.text(kUpper, count_of(piece, 0, 17));
  if (name == "lower") return c.dice.text(kLower, count_of(piece, 0, 12));
  if (name == "mixed") return c.dice.text(kMixed, count_of(piece, 0, 6));
  if (name == "digits") return "1" + c.dice.text(kDigits, std::max<std::size_t>(count_of(piece, 0, 10), 1) - 1);
  if (name == "colon_hex") {
    std::string out;
    for (std::size_t i = 0, n = count_of(piece, 0, 16); i < n; ++i) out += (i == 0 ? "" : ":") + c.dice.text(kHex, 2);
    return out;
  }
  if (name == "range") {
    const std::size_t low = count_of(piece, 0, 1), high = std::max(count_of(piece, 1, 4096), low);
    return format("{}", low + c.dice.next() % (high - low + 1));
  }
  if (name == "now") return world::rfc3339(c.now);
  if (name == "month_start") return world::rfc3339(c.now).substr(0, 8) + "01_00:00";
  if (name == "unique") return unique_name(attribute(argument(0)), c);
  if (name == "ref") {
    const std::size_t dot = argument(1).find('.');
    if (dot == std::string_view::npos) return {};
    return text_of(c.other(argument(1).substr(0, dot), attribute(argument(0)), Symbol(argument(1).substr(dot + 1))));
  }
  if (name == "ip_in") return address_in(text_of(c.other("aws_subnet", attribute(argument(0)), Symbol("cidr_block"))), c.dice.next());
  if (name == "public_ip") return public_address(c.dice.next());
  if (name == "dashed") return with_dashes(attribute(argument(0)));
  if (name == "az") return c.place.region + "a";
  if (name == "az_id") return zone_id(attribute(argument(0)));
  if (name == "crc32") return format("{}", crc32_of(first_set(argument(0))));
  if (name == "md5") return base::hex(base::digest(base::DigestKind::md5, first_set(argument(0))));
  if (name == "if_true") return attribute(argument(0)) == "true" ? std::string(argument(1)) : std::string();
  if (name == "if_not") return attribute(argument(0)) == argument(1) ? std::string() : attribute(argument(2));
  if (name == "first") return attribute(argument(0));
  if (name == "slash_name") {
    std::string text = attribute(argument(0));
    return text.starts_with('/') ? text : "/" + text;
  }
  if (name == "suffix") {
    const std::string text = attribute(argument(0));
    return text.empty() ? text : "_" + text;
  }
  if (name == "is_email") return attribute(argument(0)).starts_with("email") ? "true" : "false";
  if (name == "lb_kind") {
    const std::string kind = attribute("load_balancer_type");
    return kind == "network" ? "net" : kind == "gateway" ? "gwy" : "app";
  }
  if (name == "lb_zone") {
    const Zone& zone = zone_of(c.place.region);
    return std::string(attribute("load_balancer_type") == "network" ? zone.network_balancer : zone.balancer);
  }
  if (name == "s3_zone") return std::string(zone_of(c.place.region).bucket);
  if (name == "waf_scope") return attribute("scope") == "CLOUDFRONT" ? "global" : "regional";
  if (name == "arn_of_listener" || name == "arn_of_rule") {
    const bool rule = name == "arn_of_rule";
    std::string arn = attribute(rule ? "listener_arn" : "load_balancer_arn");
    const std::string_view from = rule ? ":listener/" : ":loadbalancer/", to = rule ? ":listener-rule/" : ":listener/";
    if (const std::size_t at = arn.find(from); at != std::string::npos) arn.replace(at, from.size(), to);
    return arn;
  }
  if (name == "db_port") return format("{}", engine_port(attribute(argument(0))));
  if (name == "db_version") return engine_version(attribute(argument(0)));
  return text_of(c.attribute(piece.name));
}

}  // namespace

std::shared_ptr<const Template> Template::parse(std::string_view text) {
  auto made = std::make_shared<Template>();
  made->is_null_ = text == "null";
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = std::string_view::npos;
    const bool opens = text[i] == '{' && (i == 0 || text[i - 1] != '$') && i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z';
    if (opens) {
      end = text.find_first_of("{}\"", i + 1);
      if (end != std::string_view::npos && text[end] != '}') end = std::string_view::npos;
    }
    if (end == std::string_view::npos) {
      literal += text[i];
      continue;
    }
    if (!literal.empty()) made->pieces_.push_back({std::exchange(literal, {}), {}, false, {}});
    const std::vector<std::string_view> words = base::split(text.substr(i + 1, end - i - 1), ':');
    Piece piece{std::string(words[0]), {}, true, Symbol(words[0])};
    for (std::size_t w = 1; w < words.size(); ++w) piece.arguments.emplace_back(words[w]);
    made->pieces_.push_back(std::move(piece));
    i = end;
  }
  if (!literal.empty() || made->pieces_.empty()) made->pieces_.push_back({literal, {}, false, {}});
  return made;
}

std::string evaluate(const Template& text, const SynthContext& context) {
  std::string out;
  for (const Template::Piece& piece : text.pieces()) {
    if (piece.is_call) out += call(piece, context);
    else out += piece.text;
  }
  return out;
}

Value evaluate(const Template& text, const SynthContext& context, Type type) {
  if (text.is_null()) return Value::null(type);
  std::string made = evaluate(text, context);
  if (type.kind() == TypeKind::string) return Value::string(made);
  if (!type.is_primitive()) {
    auto document = JsonDocument::parse(made);
    if (!document) return zero_value(type);
    auto value = value::parse_json(document->root(), type);
    return value ? std::move(value).value() : zero_value(type);
  }
  if (made.empty()) return zero_value(type);
  auto converted = value::convert(Value::string(made), type);
  return converted ? converted.value : zero_value(type);
}

Value zero_value(Type type) {
  switch (type.kind()) {
    case TypeKind::boolean: return Value::boolean(false);
    case TypeKind::number: return Value::number(0);
    case TypeKind::string: return Value::string("");
    case TypeKind::list: return Value::list(type.element(), {});
    case TypeKind::set: return Value::set(type.element(), {});
    case TypeKind::map: return Value::map(type.element(), {});
    case TypeKind::dynamic:
    case TypeKind::object:
    case TypeKind::tuple:
    case TypeKind::capsule: break;
  }
  return Value::null(type);
}

std::uint32_t crc32_of(std::string_view text) {
  return static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

Dice::Dice(world::Random& random) {
  const std::string seed = random.bytes(8);
  std::uint64_t n = 0x9E3779B97F4A7C15ull;
  for (unsigned char c : seed) n = n * 257 + c;
  state_ = n;
}

std::uint64_t Dice::next() {
  // splitmix64: one atomic addition is all that threads share.
  std::uint64_t z = state_.fetch_add(0x9E3779B97F4A7C15ull, std::memory_order_relaxed) + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::string Dice::text(std::string_view alphabet, std::size_t count) {
  std::string out(count, '\0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 0) bits = next();
    out[i] = alphabet[(bits & 255) % alphabet.size()];
    bits >>= 8;
  }
  return out;
}

std::string Dice::uuid() {
  std::string hex = text(kHex, 32);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

}  // namespace terrace::sandbox
