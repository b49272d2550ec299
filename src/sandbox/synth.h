// SPDX-License-Identifier: Apache-2.0
// Templates of computed values, "arn:{partition}:ec2:{region}:{account}:vpc/{id}": literal text, names of other
// attributes and functions in braces (docs/internals/sandbox.md lists them).
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "value/value.h"
#include "world/world.h"

namespace terrace::sandbox {

class Template {
 public:
  struct Piece {
    std::string text;                       ///< literal, or the function's or attribute's name
    std::vector<std::string> arguments;
    bool is_call = false;
    Symbol name;                            ///< of a call
  };
  static std::shared_ptr<const Template> parse(std::string_view text);
  const std::vector<Piece>& pieces() const { return pieces_; }
  /// The text "null": a computed value that stays null.
  bool is_null() const { return is_null_; }

 private:
  std::vector<Piece> pieces_;
  bool is_null_ = false;
};

/// A fast random sequence that many threads share, seeded once from the world.
class Dice {
 public:
  explicit Dice(world::Random& random);
  std::uint64_t next();
  /// `count` characters of `alphabet`.
  std::string text(std::string_view alphabet, std::size_t count);
  std::string uuid();

 private:
  std::atomic<std::uint64_t> state_;
};
inline constexpr std::string_view kHex = "0123456789abcdef";
inline constexpr std::string_view kDigits = "0123456789";
inline constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
inline constexpr std::string_view kMixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Where the account pretends to be.
struct Place {
  std::string region = "us-east-1", account = "123456789012", partition = "aws";
};

/// What a template may ask while it is evaluated.
struct SynthContext {
  const Place& place;
  Dice& dice;
  world::TimePoint now;
  std::uint64_t nonce;                                                     ///< same for all values of one object
  std::function<Value(Symbol)> attribute;                                  ///< null if there is none
  std::function<Value(std::string_view type, std::string_view id, Symbol attribute)> other;  ///< of another object
};

std::string evaluate(const Template& text, const SynthContext& context);
/// Evaluated and converted; what does not convert becomes the type's zero value.
Value evaluate(const Template& text, const SynthContext& context, Type type);
/// "", 0, false or an empty collection: what a real provider answers for what it does not know.
Value zero_value(Type type);

std::uint32_t crc32_of(std::string_view text);

}  // namespace terrace::sandbox
