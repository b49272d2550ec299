// SPDX-License-Identifier: Apache-2.0
// format() and formatlist() (checklist C3): printf with typed verbs. What is known of the text before the first
// unknown argument stays known as a prefix.
#include "base/json.h"
#include "base/strings.h"
#include "lang/functions/support.h"
#include "value/json.h"

namespace terrace::lang {
namespace {

constexpr int kMaxWidth = 100'000;

struct Verb {
  bool space = false, plus = false, minus = false, zero = false, sharp = false;
  std::optional<int> width, precision;
  std::size_t argument = 0;
  char letter = 0;
  std::string_view source;
};

/// Reads format text verb by verb.
class Reader {
 public:
  explicit Reader(std::string_view spec) : spec_(spec) {}

  /// Appends literal text to `out`; true if a verb follows, which is then in `verb`.
  std::variant<bool, std::string> next(std::string& out, Verb& verb) {
    for (;;) {
      auto percent = std::min(spec_.find('%', at_), spec_.size());
      out += spec_.substr(at_, percent - at_);
      if (percent == spec_.size()) return false;
      at_ = percent + 1;
      if (peek() != '%') break;
      out += '%';
      ++at_;
    }
    std::size_t begin = at_ - 1;
    verb = {};
    for (;; ++at_) {
      char c = peek();
      if (c == ' ') verb.space = true;
      else if (c == '+') verb.plus = true;
      else if (c == '-') verb.minus = true;
      else if (c == '0') verb.zero = true;
      else if (c == '#') verb.sharp = true;
      else break;
    }
    if (is_digit(peek())) verb.width = number();
    if (peek() == '.') {
      ++at_;
      verb.precision = is_digit(peek()) ? number() : 0;
    }
    if (verb.width.value_or(0) > kMaxWidth || verb.precision.value_or(0) > kMaxWidth) {
      return format("the width or precision at offset {} is greater than {}", begin, kMaxWidth);
    }
    if (peek() == '[') {
      ++at_;
      int index = is_digit(peek()) ? number() : 0;
      if (index < 1 || peek() != ']') return format("the argument number at offset {} must be [1] or higher", begin);
      ++at_;
      next_argument_ = static_cast<std::size_t>(index - 1);
    }
    verb.letter = peek();
    if (verb.letter == '\0') return format("the text ends in the middle of a verb, at offset {}; write %% for a percent sign", begin);
    ++at_;
    verb.source = spec_.substr(begin, at_ - begin);
    verb.argument = next_argument_++;
    highest_ = std::max(highest_, next_argument_);
    return true;
  }
  /// How many arguments the verbs read so far need.
  std::size_t arguments_used() const { return highest_; }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  char peek() const { return at_ < spec_.size() ? spec_[at_] : '\0'; }
  int number() {
    int n = 0;
    for (; is_digit(peek()); ++at_) n = std::min(n * 10 + (peek() - '0'), kMaxWidth + 1);
    return n;
  }
  std::string_view spec_;
  std::size_t at_ = 0, next_argument_ = 0, highest_ = 0;
};

std::string pad_text(std::string s, const Verb& verb) {
  std::size_t width = static_cast<std::size_t>(verb.width.value_or(0)), have = verb.width ? base::grapheme_count(s) : 0;
  if (have >= width) return s;
  if (verb.minus) return s + std::string(width - have, ' ');
  return std::string(width - have, verb.zero ? '0' : ' ') + s;
}
/// `digits` may start with '-'; `prefix` (0x) stands between sign and digits.
std::string pad_number(std::string digits, std::string_view prefix, const Verb& verb, bool zeros) {
  std::string sign;
  if (digits.front() == '-' || digits.front() == '+') {
    sign = digits.front();
    digits.erase(0, 1);
  } else if (verb.plus) {
    sign = "+";
  } else if (verb.space) {
    sign = " ";
  }
  sign += prefix;
  std::size_t width = static_cast<std::size_t>(verb.width.value_or(0)), have = sign.size() + digits.size();
  if (have >= width) return sign + digits;
  if (zeros) return sign + std::string(width - have, '0') + digits;
  if (verb.minus) return sign + digits + std::string(width - have, ' ');
  return std::string(width - have, ' ') + sign + digits;
}

std::variant<std::string, CallError> integer_text(const Number& n, const Verb& verb, int argument) {
  if (!n.is_integer()) return fail(argument, format("a whole number is required for {}", verb.source));
  int base = verb.letter == 'b' ? 2 : verb.letter == 'o' ? 8 : verb.letter == 'd' ? 10 : 16;
  std::string digits = n.digits(base);
  std::string_view prefix;
  if (verb.sharp) prefix = verb.letter == 'b' ? "0b" : verb.letter == 'o' ? "0" : verb.letter == 'x' ? "0x" : verb.letter == 'X' ? "0X" : "";
  if (verb.letter == 'X') std::transform(digits.begin(), digits.end(), digits.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  if (verb.precision) {
    std::size_t sign = digits.front() == '-' ? 1 : 0, want = static_cast<std::size_t>(*verb.precision);
    if (digits.size() - sign < want) digits.insert(sign, want - (digits.size() - sign), '0');
  }
  return pad_number(std::move(digits), prefix, verb, verb.zero && !verb.minus && !verb.precision);
}

/// The shortest digits that mean the number: plain from 0.0001 to below a million, with an exponent beyond.
std::string shortest_g(const Number& n) {
  std::string plain = n.text();  // plain decimal notation
  if (n.is_infinite()) return plain;
  bool negative = plain.front() == '-';
  if (negative) plain.erase(0, 1);
  auto point = plain.find('.');
  std::string digits = plain.substr(0, point) + (point == std::string::npos ? "" : plain.substr(point + 1));
  int exponent = static_cast<int>(std::min(point, plain.size())) - 1;
  auto first = digits.find_first_not_of('0');
  std::string sign = negative ? "-" : "";
  if (first == std::string::npos) return sign + "0";
  exponent -= static_cast<int>(first);
  digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
  if (exponent >= -4 && exponent < 6) return sign + plain;
  std::string mantissa = digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "");
  int size = exponent < 0 ? -exponent : exponent;
  return format("{}{}e{}{:02}", sign, mantissa, exponent < 0 ? '-' : '+', size);
}

std::string float_text(const Number& n, const Verb& verb) {
  char lower = verb.letter == 'E' ? 'e' : verb.letter == 'G' || verb.letter == 'v' ? 'g' : verb.letter;
  bool shortest = lower == 'g' && (!verb.precision || verb.letter == 'v');
  std::string digits = shortest ? shortest_g(n) : n.print(lower, verb.precision.value_or(6));
  if (verb.letter == 'E' || verb.letter == 'G') {
    std::replace(digits.begin(), digits.end(), 'e', 'E');
  }
  Verb padding = verb;
  if (verb.letter == 'v') padding.plus = false;
  return pad_number(std::move(digits), "", padding, verb.zero && !n.is_infinite());
}

std::string json_text(const Value& value) { return value::simple_json(value); }

std::string cut(std::string_view s, std::optional<int> graphemes) {
  if (!graphemes) return std::string(s);
  std::size_t at = 0;
  for (int n = *graphemes; n > 0 && at < s.size(); --n) at = base::next_grapheme(s, at);
  return std::string(s.substr(0, at));
}

/// One wholly known argument by its verb.
std::variant<std::string, CallError> formatted(const Verb& verb, const Value& value, int argument) {
  auto as = [&](Type type) { return value::convert(value, type); };
  auto wrong_type = [&](std::string_view wanted) {
    return fail(argument, format("{} needs {}, not {}", verb.source, wanted, value::friendly_name(value.type())));
  };
  if (value.is_null() && verb.letter != 'v') return fail(argument, format("{} cannot show null; only %v can", verb.source));
  switch (verb.letter) {
    case 'v': {
      if (verb.sharp || value.is_null()) return pad_text(json_text(value), verb);
      if (value.kind() == Kind::string) return pad_text(std::string(value.as_string()), verb);
      if (value.kind() == Kind::number) return float_text(value.as_number(), verb);
      return pad_text(json_text(value), verb);
    }
    case 't': {
      auto boolean = as(Type::boolean());
      if (!boolean) return wrong_type("a bool");
      return std::string(boolean.value.as_bool() ? "true" : "false");
    }
    case 'b': case 'd': case 'o': case 'x': case 'X': {
      auto number = as(Type::number());
      if (!number) return wrong_type("a number");
      return integer_text(number.value.as_number(), verb, argument);
    }
    case 'e': case 'E': case 'f': case 'g': case 'G': {
      auto number = as(Type::number());
      if (!number) return wrong_type("a number");
      return float_text(number.value.as_number(), verb);
    }
    case 's': case 'q': {
      auto string = as(Type::string());
      if (!string) return wrong_type("a string");
      std::string s = cut(string.value.as_string(), verb.precision);
      if (verb.letter == 's') return pad_text(std::move(s), verb);
      std::string quoted;
      base::append_json_string(quoted, s);
      return pad_text(std::move(quoted), verb);
    }
    default: return fail(0, format("there is no verb {}", base::printable(verb.source)));
  }
}

CallResult format_all(std::string_view spec, std::span<const Value> arguments) {
  Reader reader(spec);
  std::string out;
  Verb verb;
  bool unknown = false;
  std::string prefix;
  for (;;) {
    auto more = reader.next(out, verb);
    if (auto* error = std::get_if<std::string>(&more)) return fail(0, *error);
    if (!std::get<0>(more)) break;
    if (verb.argument >= arguments.size()) {
      return fail(format("there are {} for the verbs, but {} needs one more", base::count_of(arguments.size(), "argument"), base::printable(verb.source)));
    }
    const Value& value = arguments[verb.argument];
    if (!value.is_wholly_known()) {
      if (!unknown) prefix = out;
      unknown = true;
      continue;
    }
    auto part = formatted(verb, value, static_cast<int>(verb.argument) + 1);
    if (auto* error = std::get_if<CallError>(&part)) return *error;
    out += std::get<0>(part);
    if (out.size() > kMaxText) return fail("the result is larger than 64 MiB");
  }
  if (reader.arguments_used() < arguments.size()) {
    return fail(static_cast<int>(reader.arguments_used()) + 1,
                format("there are {}, but the verbs use only {}", base::count_of(arguments.size(), "argument"), reader.arguments_used()));
  }
  if (!unknown) return text(out);
  Refinement refinement;
  refinement.nullness = Refinement::Nullness::not_null;
  refinement.prefix = value::safe_prefix(prefix);
  return Value::unknown(Type::string(), std::move(refinement));
}

constexpr Parameter kFormat[] = {{"format", type_string}};
constexpr Parameter kArguments = {"args", type_any, Allow::null | Allow::unknown | Allow::dynamic};
CallResult call_format(const Call& call) {
  return format_all(call.arguments[0].as_string(), call.arguments.subspan(1));
}

CallResult call_formatlist(const Call& call) {
  std::string_view spec = call.arguments[0].as_string();
  auto arguments = call.arguments.subspan(1);
  std::optional<std::size_t> length;
  int decided_by = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Value& argument = arguments[i];
    if (argument.is_unknown() && argument.type().is_dynamic()) return unknown_result(type_strings());
    if (argument.is_null() || !is_sequence(argument.type())) continue;
    if (argument.is_unknown()) return unknown_result(type_strings());
    if (length && *length != argument.length()) {
      return fail(static_cast<int>(i) + 1, format("all lists must have the same length, but this has {} and argument {} has {}",
                                                  argument.length(), decided_by, *length));
    }
    length = argument.length();
    decided_by = static_cast<int>(i) + 1;
  }
  std::vector<Value> results, row(arguments.begin(), arguments.end());
  for (std::size_t n = 0; n < length.value_or(1); ++n) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].is_null() && is_sequence(arguments[i].type())) row[i] = arguments[i].elements()[n];
    }
    auto result = format_all(spec, row);
    if (auto* error = std::get_if<CallError>(&result)) {
      if (length) error->message += format(" (in element {})", n);
      return *error;
    }
    results.push_back(std::move(std::get<0>(result)));
  }
  return Value::list(Type::string(), std::move(results));
}

}  // namespace

const Builtin builtin_format = {.name = "format", .signature = "format(format, args...)",
    .doc = "Text with verbs such as %s, %d, %5.2f, %v and %q replaced by the arguments.",
    .parameters = kFormat, .variadic = &kArguments, .result = type_string, .call = call_format};
const Builtin builtin_formatlist = {.name = "formatlist", .signature = "formatlist(format, args...)",
    .doc = "A list of texts: format() for each place in the lists among the arguments.",
    .parameters = kFormat, .variadic = &kArguments, .result = type_strings, .call = call_formatlist};

}  // namespace terrace::lang
