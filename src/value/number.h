// SPDX-License-Identifier: Apache-2.0
// Numbers of 512-bit precision with an int64 fast path (checklist B2). Immutable; copying never allocates.
// Beyond 1.2 million digits a number is infinity (or zero). NaN does not exist. Negative zero prints "-0" and equals zero.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace terrace::value {

class Number {
 public:
  struct Big;  ///< shared MPFR number, in number.cc only
  Number(std::int64_t n = 0) : small_(n) {}
  Number(const Number& other) noexcept;
  Number(Number&& other) noexcept : big_(other.big_), small_(other.small_) { other.big_ = nullptr; }
  Number& operator=(Number other) noexcept;
  ~Number();
  static Number from_double(double d);             ///< of 53 bits, so 0.1 prints 0.1; NaN is CHECKed
  /// Decimal text as HCL and string conversion accept it (observed.md: "+1", ".5", "1.", "Inf", "1p4";
  /// not hex, blanks, "NaN"). Nothing on failure.
  static std::optional<Number> parse(std::string_view text);

  bool is_integer() const;
  bool is_infinite() const;
  int sign() const;                                ///< -1, 0, 1
  std::optional<std::int64_t> to_int64() const;    ///< when integral and in range
  double to_double() const;                        ///< nearest
  bool is_exact_double() const;
  /// Shortest plain decimal text that round-trips at the number's precision; never an exponent.
  std::string text() const;
  /// As printf's %e, %f or %g (`verb`) with `precision` digits: correctly rounded from the exact value, no padding.
  /// Infinity is "+Inf" or "-Inf".
  std::string print(char verb, int precision) const;
  /// Digits of a whole number in base 2 to 36, lower case, with '-' if negative.
  std::string digits(int base) const;

  // Arithmetic of B2. Divide and remainder by zero: see observed.md; nothing = "no result" (0/0, Inf-Inf).
  static std::optional<Number> add(const Number& a, const Number& b);
  static std::optional<Number> subtract(const Number& a, const Number& b);
  static std::optional<Number> multiply(const Number& a, const Number& b);
  static std::optional<Number> divide(const Number& a, const Number& b);
  static std::optional<Number> remainder(const Number& a, const Number& b);
  Number negate() const;
  Number floor() const;
  Number ceil() const;
  Number abs() const;

  bool operator==(const Number& other) const;      ///< B2: equal text, -0 == 0
  std::strong_ordering operator<=>(const Number& other) const;
  std::size_t hash() const;                        ///< equal numbers hash alike

  const Big* big() const { return big_; }
  std::int64_t small() const { return small_; }
  /// Takes over one reference to `big`.
  static Number adopt(const Big* big) { Number n; n.big_ = big; return n; }
  static void retain(const Big* big) noexcept;
  static void release(const Big* big) noexcept;

 private:
  const Big* big_ = nullptr;  // null: the number is small_
  std::int64_t small_ = 0;
};

}  // namespace terrace::value

namespace terrace {
using value::Number;
}
