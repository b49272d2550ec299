// SPDX-License-Identifier: Apache-2.0
// IP address blocks (checklist C9), in 128-bit arithmetic for both families.
#include <arpa/inet.h>

#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

__extension__ typedef unsigned __int128 Bits;

struct Block {
  Bits address = 0;  ///< low bits
  int length = 0;    ///< of the prefix
  int width = 32;    ///< 32 or 128
  Bits host_mask() const { return width - length == 128 ? ~Bits{0} : (Bits{1} << (width - length)) - 1; }
};

/// Digits of an octet or prefix length; leading zeros are decimal.
std::optional<int> small_number(std::string_view text, int limit) {
  if (text.empty() || text.size() > 8) return std::nullopt;
  int n = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
    if (n > limit) return std::nullopt;
  }
  return n;
}
std::optional<Block> parse_address(std::string_view text) {
  Block block;
  if (text.find(':') != std::string_view::npos) {
    in6_addr bytes;
    if (inet_pton(AF_INET6, std::string(text).c_str(), &bytes) != 1) return std::nullopt;
    for (unsigned char byte : bytes.s6_addr) block.address = block.address << 8 | byte;
    block.width = block.length = 128;
    return block;
  }
  auto octets = base::split(text, '.');
  if (octets.size() != 4) return std::nullopt;
  for (auto octet : octets) {
    auto n = small_number(octet, 255);
    if (!n) return std::nullopt;
    block.address = block.address << 8 | static_cast<unsigned>(*n);
  }
  block.width = block.length = 32;
  return block;
}
std::variant<Block, CallError> parse_block(const Value& prefix, int argument) {
  std::string_view text = prefix.as_string();
  auto slash = text.find('/');
  auto block = parse_address(text.substr(0, slash));
  auto length = slash == std::string_view::npos || !block ? std::nullopt : small_number(text.substr(slash + 1), block->width);
  if (!length) return fail(argument, "an address block such as 10.0.0.0/8 or fd00::/8 is required");
  block->length = *length;
  block->address &= ~block->host_mask();
  return *block;
}
std::string address_text(Bits address, int width) {
  char buffer[INET6_ADDRSTRLEN];
  if (width == 32) {
    in_addr bytes{htonl(static_cast<std::uint32_t>(address))};
    return inet_ntop(AF_INET, &bytes, buffer, sizeof buffer);
  }
  in6_addr bytes;
  for (int i = 15; i >= 0; --i, address >>= 8) bytes.s6_addr[i] = static_cast<unsigned char>(address);
  // An address of the mapped range prints as the IPv4 address it stands for.
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) return inet_ntop(AF_INET, bytes.s6_addr + 12, buffer, sizeof buffer);
  return inet_ntop(AF_INET6, &bytes, buffer, sizeof buffer);
}
Value block_text(const Block& block) { return text(format("{}/{}", address_text(block.address, block.width), block.length)); }

struct Signed {
  Bits magnitude = 0;
  bool negative = false;
};
/// A whole number of up to 128 bits.
std::variant<Signed, CallError> wide_number(const Value& value, int argument) {
  Number number = value.as_number();
  if (!number.is_integer() || number.is_infinite()) return fail(argument, "a whole number is required");
  std::string digits = number.abs().text();
  Signed result;
  result.negative = number.sign() < 0;
  for (char c : digits) {
    auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9 || result.magnitude > (~Bits{0} - digit) / 10) return fail(argument, "the number is too large for any address");
    result.magnitude = result.magnitude * 10 + digit;
  }
  return result;
}

constexpr Parameter kCidrhost[] = {{"prefix", type_string}, {"hostnum", type_number}};
CallResult call_cidrhost(const Call& call) {
  auto block_or = parse_block(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&block_or)) return *error;
  auto number_or = wide_number(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&number_or)) return *error;
  const Block& block = std::get<0>(block_or);
  Signed number = std::get<0>(number_or);
  Bits last = block.host_mask();
  bool fits = number.negative ? number.magnitude - 1 <= last : number.magnitude <= last;
  if (!fits) return fail(1, format("a prefix of {} bits leaves {} bits for hosts, too few for this number", block.length, block.width - block.length));
  Bits host = number.negative ? last - (number.magnitude - 1) : number.magnitude;
  return text(address_text(block.address | host, block.width));
}

constexpr Parameter kPrefix[] = {{"prefix", type_string}};
CallResult call_cidrnetmask(const Call& call) {
  auto block_or = parse_block(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&block_or)) return *error;
  const Block& block = std::get<0>(block_or);
  if (block.width != 32) return fail(0, "only IPv4 address blocks have a netmask");
  return text(address_text(~block.host_mask() & 0xFFFFFFFFu, 32));
}

constexpr Parameter kCidrsubnet[] = {{"prefix", type_string}, {"newbits", type_number}, {"netnum", type_number}};
CallResult call_cidrsubnet(const Call& call) {
  auto block_or = parse_block(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&block_or)) return *error;
  auto bits_or = whole_number(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&bits_or)) return *error;
  auto number_or = wide_number(call.arguments[2], 2);
  if (auto* error = std::get_if<CallError>(&number_or)) return *error;
  Block block = std::get<0>(block_or);
  std::int64_t bits = std::get<0>(bits_or);
  Signed number = std::get<0>(number_or);
  if (bits < 0) return fail(1, "the number of new bits must not be negative");
  if (bits > block.width - block.length) {
    return fail(1, format("a prefix of {} bits cannot be extended by {} bits: addresses have {}", block.length, bits, block.width));
  }
  if (number.negative || (bits < 128 && number.magnitude >> bits != 0)) {
    return fail(2, format("{} new bits cannot hold this network number", bits));
  }
  block.length += static_cast<int>(bits);
  if (block.width != block.length) number.magnitude <<= block.width - block.length;
  block.address |= number.magnitude;
  return block_text(block);
}

constexpr Parameter kNewbits = {"newbits", type_number};
CallResult call_cidrsubnets(const Call& call) {
  auto block_or = parse_block(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&block_or)) return *error;
  const Block& block = std::get<0>(block_or);
  std::vector<Value> subnets;
  Bits next = 0;      // first free address, relative to the block
  bool full = false;  // `next` has passed the last address of all
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    int argument = static_cast<int>(i);
    auto bits_or = whole_number(call.arguments[i], argument);
    if (auto* error = std::get_if<CallError>(&bits_or)) return *error;
    std::int64_t bits = std::get<0>(bits_or);
    if (bits < 1) return fail(argument, "each subnet must add at least one bit to the prefix");
    if (bits > 32) return fail(argument, "a subnet may add at most 32 bits to the prefix");
    if (bits > block.width - block.length) {
      return fail(argument, format("a prefix of {} bits cannot be extended by {} bits: addresses have {}", block.length, bits, block.width));
    }
    Block subnet = block;
    subnet.length += static_cast<int>(bits);
    Bits mask = subnet.host_mask();
    Bits start = (next + mask) & ~mask;
    if (full || start < next || start > block.host_mask()) {
      return fail(argument, format("there is not enough space left in the block for a subnet of {} bits", subnet.length));
    }
    subnet.address |= start;
    subnets.push_back(block_text(subnet));
    next = start + mask + 1;
    full = next == 0 || next > block.host_mask();
  }
  return Value::list(Type::string(), std::move(subnets));
}

constexpr Parameter kCidrcontains[] = {{"containing_prefix", type_string}, {"contained_ip_or_prefix", type_string}};
CallResult call_cidrcontains(const Call& call) {
  auto block_or = parse_block(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&block_or)) return *error;
  const Block& outer = std::get<0>(block_or);
  Block inner;
  if (call.arguments[1].as_string().find('/') == std::string_view::npos) {
    auto address = parse_address(call.arguments[1].as_string());
    if (!address) return fail(1, "an address or address block is required");
    inner = *address;
  } else {
    auto inner_or = parse_block(call.arguments[1], 1);
    if (auto* error = std::get_if<CallError>(&inner_or)) return *error;
    inner = std::get<0>(inner_or);
  }
  if (inner.width != outer.width) return fail(1, "both must be IPv4, or both IPv6");
  return Value::boolean(inner.length >= outer.length && (inner.address & ~outer.host_mask()) == outer.address);
}

}  // namespace

const Builtin builtin_cidrhost = {.name = "cidrhost", .signature = "cidrhost(prefix, hostnum)",
    .doc = "The address of a numbered host in a block; negative numbers count from its end.",
    .parameters = kCidrhost, .result = type_string, .call = call_cidrhost};
const Builtin builtin_cidrnetmask = {.name = "cidrnetmask", .signature = "cidrnetmask(prefix)",
    .doc = "The netmask of an IPv4 block.",
    .parameters = kPrefix, .result = type_string, .call = call_cidrnetmask};
const Builtin builtin_cidrsubnet = {.name = "cidrsubnet", .signature = "cidrsubnet(prefix, newbits, netnum)",
    .doc = "A numbered subnet whose prefix is newbits longer.",
    .parameters = kCidrsubnet, .result = type_string, .call = call_cidrsubnet};
const Builtin builtin_cidrsubnets = {.name = "cidrsubnets", .signature = "cidrsubnets(prefix, newbits...)",
    .doc = "Subnets one after another in a block, each newbits longer than its prefix.",
    .parameters = kPrefix, .variadic = &kNewbits, .result = type_strings, .call = call_cidrsubnets};
const Builtin builtin_cidrcontains = {.name = "cidrcontains", .signature = "cidrcontains(containing_prefix, contained_ip_or_prefix)",
    .doc = "True if an address or block lies within a block.",
    .parameters = kCidrcontains, .result = type_bool, .call = call_cidrcontains};

}  // namespace terrace::lang
