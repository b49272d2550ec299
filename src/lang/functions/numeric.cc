// SPDX-License-Identifier: Apache-2.0
// Numbers (checklist C2).
#include <cmath>

#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

constexpr Parameter kNumber[] = {{"num", type_number}};

CallResult call_abs(const Call& call) { return Value::number(call.arguments[0].as_number().abs()); }
/// Rounding gives 0, never -0.
Value rounded(const Number& n) { return Value::number(n.sign() == 0 ? Number(0) : n); }
CallResult call_ceil(const Call& call) { return rounded(call.arguments[0].as_number().ceil()); }
CallResult call_floor(const Call& call) { return rounded(call.arguments[0].as_number().floor()); }
CallResult call_signum(const Call& call) {
  Number n = call.arguments[0].as_number();
  if (!n.is_integer() && !n.is_infinite()) return fail(0, "a whole number is required");
  return Value::number(n.sign());
}

CallResult from_double(double d) {
  if (std::isnan(d)) return fail("the result is not a number");
  if (!std::isfinite(d) || d == std::trunc(d)) return Value::number(Number::from_double(d));
  // The shortest text that means this double is what people expect to see of it.
  return Value::number(*Number::parse(format("{}", d)));
}
constexpr Parameter kLog[] = {{"num", type_number}, {"base", type_number}};
CallResult call_log(const Call& call) {
  return from_double(std::log(call.arguments[0].as_number().to_double()) /
                     std::log(call.arguments[1].as_number().to_double()));
}
constexpr Parameter kPow[] = {{"num", type_number}, {"power", type_number}};
CallResult call_pow(const Call& call) {
  return from_double(std::pow(call.arguments[0].as_number().to_double(), call.arguments[1].as_number().to_double()));
}

constexpr Parameter kNumbers = {"numbers", type_number};
CallResult extreme(const Call& call, std::strong_ordering wanted) {
  if (call.arguments.empty()) return fail("at least one number is required");
  std::size_t best = 0;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    if ((call.arguments[i].as_number() <=> call.arguments[best].as_number()) == wanted) best = i;
  }
  return call.arguments[best];
}
CallResult call_max(const Call& call) { return extreme(call, std::strong_ordering::greater); }
CallResult call_min(const Call& call) { return extreme(call, std::strong_ordering::less); }

int digit_of(char c, std::int64_t base) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + (base <= 36 ? 10 : 36);
  return 99;
}
constexpr Parameter kParseint[] = {{"number", type_any}, {"base", type_number}};
CallResult call_parseint(const Call& call) {
  if (call.arguments[0].type() != Type::string()) {
    return fail(0, "a string is required, not " + value::friendly_name(call.arguments[0].type()));
  }
  auto base = call.arguments[1].as_int64();
  if (!base || *base < 2 || *base > 62) return fail(1, "a whole number from 2 to 62 is required");
  std::string_view digits = call.arguments[0].as_string();
  bool negative = !digits.empty() && digits.front() == '-';
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  Number result, radix(*base);
  if (digits.empty() || digits.size() > 2000) return fail(0, format("this text is not a whole number in base {}", *base));
  for (char c : digits) {
    int digit = digit_of(c, *base);
    if (digit >= *base) return fail(0, format("this text is not a whole number in base {}", *base));
    result = *Number::add(*Number::multiply(result, radix), Number(digit));
  }
  return Value::number(negative && result.sign() != 0 ? result.negate() : result);
}

constexpr Parameter kRange = {"limits", type_number};
CallResult call_range(const Call& call) {
  auto arguments = call.arguments;
  if (arguments.empty() || arguments.size() > 3) return fail("one to three numbers are required: start, limit, step");
  Number start = arguments.size() > 1 ? arguments[0].as_number() : Number(0);
  Number limit = arguments[arguments.size() > 1 ? 1 : 0].as_number();
  bool down = limit < start;
  Number step = arguments.size() == 3 ? arguments[2].as_number() : Number(down ? -1 : 1);
  if (step.sign() == 0) return fail(2, "the step must not be zero");
  if (down && step.sign() > 0) return fail(2, "the step must be negative, because the limit is below the start");
  if (limit > start && step.sign() < 0) return fail(2, "the step must be positive, because the limit is above the start");
  std::vector<Value> values;
  for (Number n = start; down ? n > limit : n < limit;) {
    if (values.size() == 1024) return fail("more than 1024 numbers would be produced");
    values.push_back(Value::number(n));
    auto next = Number::add(n, step);
    if (!next) break;
    n = *next;
  }
  return Value::list(Type::number(), std::move(values));
}

constexpr Parameter kSum[] = {{"list", type_any}};
CallResult call_sum(const Call& call) {
  const Value& list = call.arguments[0];
  if (!is_sequence(list.type())) return fail(0, "a list, set or tuple of numbers is required");
  if (list.length() == 0) return fail(0, "at least one number is required");
  std::optional<Number> total;
  bool unknown = false;
  for (const Value& element : list.elements()) {
    if (element.is_null()) return fail(0, "every element must be a number, but one is null");
    auto number = value::convert(element, Type::number());
    if (!number) return fail(0, "every element must be a number");
    if (number.value.is_unknown()) {
      unknown = true;
      continue;
    }
    // Not from 0 on: 0 + -0 would lose the sign.
    total = total ? Number::add(*total, number.value.as_number()) : number.value.as_number();
    if (!total) return fail(0, "infinities of opposite sign have no sum");
  }
  return unknown ? unknown_result(Type::number()) : Value::number(*total);
}

}  // namespace

const Builtin builtin_abs = {.name = "abs", .signature = "abs(num)",
    .doc = "The number without its sign.",
    .parameters = kNumber, .result = type_number, .call = call_abs};
const Builtin builtin_ceil = {.name = "ceil", .signature = "ceil(num)",
    .doc = "The smallest whole number that is not less than num.",
    .parameters = kNumber, .result = type_number, .call = call_ceil};
const Builtin builtin_floor = {.name = "floor", .signature = "floor(num)",
    .doc = "The largest whole number that is not greater than num.",
    .parameters = kNumber, .result = type_number, .call = call_floor};
const Builtin builtin_signum = {.name = "signum", .signature = "signum(num)",
    .doc = "-1, 0 or 1 after the sign of a whole number.",
    .parameters = kNumber, .result = type_number, .call = call_signum};
const Builtin builtin_log = {.name = "log", .signature = "log(num, base)",
    .doc = "The logarithm of num to the given base, with the precision of 64-bit floating point.",
    .parameters = kLog, .result = type_number, .call = call_log};
const Builtin builtin_pow = {.name = "pow", .signature = "pow(num, power)",
    .doc = "num raised to a power, with the precision of 64-bit floating point.",
    .parameters = kPow, .result = type_number, .call = call_pow};
const Builtin builtin_max = {.name = "max", .signature = "max(numbers...)",
    .doc = "The greatest of the numbers.", .variadic = &kNumbers, .result = type_number, .call = call_max};
const Builtin builtin_min = {.name = "min", .signature = "min(numbers...)",
    .doc = "The smallest of the numbers.", .variadic = &kNumbers, .result = type_number, .call = call_min};
const Builtin builtin_parseint = {.name = "parseint", .signature = "parseint(number, base)",
    .doc = "The whole number that a string writes in base 2 to 62.",
    .parameters = kParseint, .result = type_number, .call = call_parseint};
const Builtin builtin_range = {.name = "range", .signature = "range(start, limit, step)",
    .doc = "A list of numbers from start (0) by step (1, or -1 downwards) to just before limit; at most 1024.",
    .variadic = &kRange, .result = type_numbers, .call = call_range};
const Builtin builtin_sum = {.name = "sum", .signature = "sum(list)",
    .doc = "The sum of the numbers of a list, set or tuple, which must not be empty.",
    .parameters = kSum, .result = type_number, .call = call_sum};

}  // namespace terrace::lang
