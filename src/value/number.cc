// SPDX-License-Identifier: Apache-2.0
#include "value/number.h"

#include <mpfr.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <cstring>
#include <mutex>

#include "base/check.h"

namespace terrace::value {

namespace {
constexpr mpfr_prec_t kPrecision = 512;
/// Beyond 1.2 million digits a number is infinite, or zero: writing it out must not eat the memory.
constexpr mpfr_exp_t kMaxExponent = 1 << 22;
}

struct Number::Big {
  mutable std::atomic<std::uint32_t> references{1};
  mpfr_t value;
  mutable std::once_flag text_made;
  mutable std::string text;
  explicit Big(mpfr_prec_t precision = kPrecision) { mpfr_init2(value, precision); }
  ~Big() { mpfr_clear(value); }
};

namespace {
using Big = Number::Big;

/// An MPFR view of either representation.
class View {
 public:
  explicit View(const Number& n) {
    if (n.big() != nullptr) {
      pointer_ = n.big()->value;
    } else {
      mpfr_init2(own_, kPrecision);
      mpfr_set_sj(own_, n.small(), MPFR_RNDN);
      pointer_ = own_;
      made_ = true;
    }
  }
  ~View() {
    if (made_) mpfr_clear(own_);
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  mpfr_srcptr get() const { return pointer_; }

 private:
  mpfr_t own_;
  mpfr_srcptr pointer_;
  bool made_ = false;
};

/// Takes `big` over; small integers leave it.
Number settle(Big* big) {
  if (mpfr_regular_p(big->value) != 0) {
    mpfr_exp_t exponent = mpfr_get_exp(big->value);
    if (exponent > kMaxExponent) mpfr_set_inf(big->value, mpfr_sgn(big->value));
    else if (exponent < -kMaxExponent) mpfr_set_zero(big->value, 1);
  }
  if (mpfr_number_p(big->value) != 0 && mpfr_integer_p(big->value) != 0 && !(mpfr_zero_p(big->value) != 0 && mpfr_signbit(big->value) != 0) &&
      mpfr_fits_intmax_p(big->value, MPFR_RNDN) != 0) {
    Number n(static_cast<std::int64_t>(mpfr_get_sj(big->value, MPFR_RNDN)));
    delete big;
    return n;
  }
  return Number::adopt(big);
}

std::string make_text(mpfr_srcptr value) {
  if (mpfr_inf_p(value) != 0) return mpfr_signbit(value) != 0 ? "-Inf" : "+Inf";
  if (mpfr_zero_p(value) != 0) return mpfr_signbit(value) != 0 ? "-0" : "0";
  mpfr_exp_t exponent = 0;
  auto digits_for = [&](std::size_t count) {
    char* raw = mpfr_get_str(nullptr, &exponent, 10, count, value, MPFR_RNDN);
    std::string digits(raw);
    mpfr_free_str(raw);
    return digits;
  };
  auto round_trips = [&](const std::string& digits) {
    mpfr_t back;
    mpfr_init2(back, mpfr_get_prec(value));
    bool negative = digits[0] == '-';
    std::string text = std::string(negative ? "-" : "") + "0." + digits.substr(negative ? 1 : 0) + "e" + std::to_string(exponent);
    mpfr_set_str(back, text.c_str(), 10, MPFR_RNDN);
    bool same = mpfr_equal_p(back, value) != 0;
    mpfr_clear(back);
    return same;
  };
  // Fewest digits that give the same number again; more digits than that always do.
  std::size_t low = 2, high = 160;
  std::string best = digits_for(high);
  while (low < high) {
    std::size_t middle = (low + high) / 2;
    std::string digits = digits_for(middle);
    if (round_trips(digits)) high = middle, best = digits;
    else low = middle + 1;
  }
  best = digits_for(high);
  bool negative = best[0] == '-';
  if (negative) best.erase(0, 1);
  while (best.size() > 1 && best.back() == '0') best.pop_back();
  std::string text;
  if (exponent <= 0) {
    text = "0." + std::string(static_cast<std::size_t>(-exponent), '0') + best;
  } else if (static_cast<std::size_t>(exponent) >= best.size()) {
    text = best + std::string(static_cast<std::size_t>(exponent) - best.size(), '0');
  } else {
    text = best.substr(0, static_cast<std::size_t>(exponent)) + "." + best.substr(static_cast<std::size_t>(exponent));
  }
  return negative ? "-" + text : text;
}

/// Integers print all their digits: shortest rounding is for fractions.
std::string integer_text(mpfr_srcptr value) {
  mpfr_exp_t exponent = 0;
  // An integer of 512 bits or fewer is exact in 155 digits; beyond that trailing digits are those of the rounded number.
  if (mpfr_get_exp(value) > kPrecision) return make_text(value);
  char* raw = mpfr_get_str(nullptr, &exponent, 10, 160, value, MPFR_RNDN);
  std::string digits(raw);
  mpfr_free_str(raw);
  bool negative = digits[0] == '-';
  std::string text = digits.substr(negative ? 1 : 0, static_cast<std::size_t>(exponent));
  return negative ? "-" + text : text;
}
}  // namespace

void Number::retain(const Big* big) noexcept {
  if (big != nullptr) big->references.fetch_add(1, std::memory_order_relaxed);
}
void Number::release(const Big* big) noexcept {
  if (big != nullptr && big->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete big;
}
Number::Number(const Number& other) noexcept : big_(other.big_), small_(other.small_) { retain(big_); }
Number& Number::operator=(Number other) noexcept {
  std::swap(big_, other.big_);
  std::swap(small_, other.small_);
  return *this;
}
Number::~Number() { release(big_); }

Number Number::from_double(double d) {
  CHECK(!std::isnan(d), "there is no NaN");
  Big* big = new Big(std::numeric_limits<double>::digits);  // 0.1 as a double prints 0.1, not its binary expansion
  mpfr_set_d(big->value, d, MPFR_RNDN);
  return settle(big);
}

std::optional<Number> Number::parse(std::string_view text) {
  std::int64_t small = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), small);
  if (!text.empty() && status == std::errc() && end == text.data() + text.size() && text != "-0") return Number(small);
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "Inf" || rest == "inf") {
    Big* big = new Big;
    mpfr_set_inf(big->value, negative ? -1 : 1);
    return adopt(big);
  }
  // digits [. digits] [(e|E|p) [sign] digits], at least one digit before or after the point.
  std::size_t i = 0;
  auto digits = [&] {
    std::size_t from = i;
    while (i < rest.size() && rest[i] >= '0' && rest[i] <= '9') ++i;
    return i - from;
  };
  std::size_t count = digits();
  if (i < rest.size() && rest[i] == '.') ++i, count += digits();
  if (count == 0) return std::nullopt;
  std::size_t mantissa = i;
  long exponent = 0;
  bool binary = false;
  if (i < rest.size()) {
    char mark = rest[i];
    if (mark != 'e' && mark != 'E' && mark != 'p') return std::nullopt;
    binary = mark == 'p';
    ++i;
    std::size_t from = i;
    if (i < rest.size() && (rest[i] == '+' || rest[i] == '-')) ++i;
    if (digits() == 0 || i != rest.size()) return std::nullopt;
    std::string written(rest.substr(from));
    if (written.size() > 12) return std::nullopt;
    exponent = std::strtol(written.c_str(), nullptr, 10);
    if (exponent > 1'000'000'000 || exponent < -1'000'000'000) return std::nullopt;
  }
  std::string plain = std::string(negative ? "-" : "") + std::string(rest.substr(0, mantissa));
  if (!binary && exponent != 0) plain += "e" + std::to_string(exponent);
  Big* big = new Big;
  mpfr_set_str(big->value, plain.c_str(), 10, MPFR_RNDN);
  if (binary) mpfr_mul_2si(big->value, big->value, exponent, MPFR_RNDN);
  return settle(big);
}

bool Number::is_integer() const { return big_ == nullptr || (mpfr_number_p(big_->value) != 0 && mpfr_integer_p(big_->value) != 0); }
bool Number::is_infinite() const { return big_ != nullptr && mpfr_inf_p(big_->value) != 0; }
int Number::sign() const {
  if (big_ == nullptr) return small_ > 0 ? 1 : small_ < 0 ? -1 : 0;
  int s = mpfr_sgn(big_->value);
  return s > 0 ? 1 : s < 0 ? -1 : 0;
}
std::optional<std::int64_t> Number::to_int64() const {
  if (big_ == nullptr) return small_;
  if (mpfr_zero_p(big_->value) != 0) return 0;
  return std::nullopt;  // settle() keeps every other int64 small
}
double Number::to_double() const { return big_ == nullptr ? static_cast<double>(small_) : mpfr_get_d(big_->value, MPFR_RNDN); }
bool Number::is_exact_double() const {
  View view(*this);
  return mpfr_cmp_d(view.get(), to_double()) == 0;
}
std::string Number::text() const {
  if (big_ == nullptr) {
    char digits[24];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, small_).ptr);
  }
  std::call_once(big_->text_made, [this] {
    bool whole = is_integer() && mpfr_zero_p(big_->value) == 0;
    big_->text = whole ? integer_text(big_->value) : make_text(big_->value);
  });
  return big_->text;
}

namespace {
template <class F>
std::optional<Number> operate(const Number& a, const Number& b, F&& f) {
  View x(a), y(b);
  Big* big = new Big(std::max(mpfr_get_prec(x.get()), mpfr_get_prec(y.get())));
  f(big->value, x.get(), y.get());
  if (mpfr_nan_p(big->value) != 0) {
    delete big;
    return std::nullopt;
  }
  return settle(big);
}
}  // namespace

std::optional<Number> Number::add(const Number& a, const Number& b) {
  std::int64_t sum = 0;
  if (a.big_ == nullptr && b.big_ == nullptr && !__builtin_add_overflow(a.small_, b.small_, &sum)) return Number(sum);
  return operate(a, b, [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { mpfr_add(r, x, y, MPFR_RNDN); });
}
std::optional<Number> Number::subtract(const Number& a, const Number& b) {
  std::int64_t difference = 0;
  if (a.big_ == nullptr && b.big_ == nullptr && !__builtin_sub_overflow(a.small_, b.small_, &difference)) return Number(difference);
  return operate(a, b, [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { mpfr_sub(r, x, y, MPFR_RNDN); });
}
std::optional<Number> Number::multiply(const Number& a, const Number& b) {
  std::int64_t product = 0;
  // A zero product of a negative factor is -0, which the slow path gets right.
  if (a.big_ == nullptr && b.big_ == nullptr && !__builtin_mul_overflow(a.small_, b.small_, &product) && (product != 0 || (a.small_ >= 0 && b.small_ >= 0))) return Number(product);
  return operate(a, b, [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { mpfr_mul(r, x, y, MPFR_RNDN); });
}
std::optional<Number> Number::divide(const Number& a, const Number& b) {
  if (a.big_ == nullptr && b.big_ == nullptr && b.small_ > 0 && a.small_ >= 0 && a.small_ % b.small_ == 0) return Number(a.small_ / b.small_);
  return operate(a, b, [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { mpfr_div(r, x, y, MPFR_RNDN); });
}
std::optional<Number> Number::remainder(const Number& a, const Number& b) {
  if (b.sign() == 0) return a;  // observed: 5 % 0 is 5
  if (b.is_infinite()) return a;
  if (a.is_infinite()) return std::nullopt;
  if (a.big_ == nullptr && b.big_ == nullptr && b.small_ != -1) return Number(a.small_ % b.small_);
  return operate(a, b, [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { mpfr_fmod(r, x, y, MPFR_RNDN); });
}
Number Number::negate() const {
  if (big_ == nullptr && small_ != 0 && small_ != std::numeric_limits<std::int64_t>::min()) return Number(-small_);
  View view(*this);
  Big* big = new Big(mpfr_get_prec(view.get()));
  mpfr_neg(big->value, view.get(), MPFR_RNDN);
  return settle(big);
}
Number Number::floor() const {
  if (big_ == nullptr || is_infinite()) return *this;
  Big* big = new Big;
  mpfr_floor(big->value, big_->value);
  return settle(big);
}
Number Number::ceil() const {
  if (big_ == nullptr || is_infinite()) return *this;
  Big* big = new Big;
  mpfr_ceil(big->value, big_->value);
  return settle(big);
}
Number Number::abs() const { return sign() < 0 ? negate() : sign() == 0 ? Number(0) : *this; }

bool Number::operator==(const Number& other) const { return (*this <=> other) == std::strong_ordering::equal; }
std::strong_ordering Number::operator<=>(const Number& other) const {
  if (big_ == nullptr && other.big_ == nullptr) return small_ <=> other.small_;
  View x(*this), y(other);
  int order = mpfr_cmp(x.get(), y.get());
  // Of two fractions with unlike precisions, such as a provider's double and the same number written out, the text
  // decides. With one precision different numbers have different texts.
  bool fractions = order != 0 && mpfr_get_prec(x.get()) != mpfr_get_prec(y.get()) && !is_integer() && !other.is_integer();
  if (fractions && !is_infinite() && !other.is_infinite() && to_double() == other.to_double() && text() == other.text()) order = 0;
  return order < 0 ? std::strong_ordering::less : order > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
}
std::size_t Number::hash() const {
  if (auto small = to_int64()) return static_cast<std::size_t>(*small) * 0x9E3779B97F4A7C15ULL;
  return std::hash<double>{}(to_double());
}

std::string Number::print(char verb, int precision) const {
  if (is_infinite()) return text();
  View view(*this);
  const char* form = verb == 'e' ? "%.*Re" : verb == 'f' ? "%.*Rf" : "%.*Rg";
  char* raw = nullptr;
  CHECK(mpfr_asprintf(&raw, form, precision, view.get()) >= 0, "mpfr_asprintf");
  std::string text(raw);
  mpfr_free_str(raw);
  return text;
}
std::string Number::digits(int base) const {
  CHECK(is_integer(), "a whole number");
  View view(*this);
  mpz_t whole;
  mpz_init(whole);
  mpfr_get_z(whole, view.get(), MPFR_RNDN);
  std::string text(mpz_sizeinbase(whole, base) + 2, '\0');
  mpz_get_str(text.data(), base, whole);
  text.resize(std::strlen(text.c_str()));
  mpz_clear(whole);
  return text;
}

}  // namespace terrace::value
