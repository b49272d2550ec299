// SPDX-License-Identifier: Apache-2.0
// Dates and times (checklist C8), for the years 0000 to 9999.
#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

struct Timestamp {
  std::int64_t seconds = 0;  ///< UTC, since 1970
  std::int64_t nanoseconds = 0;
  int offset_minutes = 0;
  auto order() const { return std::pair(seconds, nanoseconds); }
};

int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int n = 0;
  for (char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

/// Strict RFC 3339; the error names the part that is wrong.
std::variant<Timestamp, CallError> parse_timestamp(const Value& value, int argument) {
  using namespace std::chrono;
  std::string_view s = value.as_string();
  auto wrong = [&](std::string_view what) {
    return fail(argument, format("not a timestamp as RFC 3339 writes it (2006-01-02T15:04:05Z): {}", what));
  };
  int y = digits_at(s, 0, 4), mo = digits_at(s, 5, 2), d = digits_at(s, 8, 2);
  if (y < 0 || mo < 0 || d < 0 || s[4] != '-' || s[7] != '-') return wrong("the date must be YYYY-MM-DD");
  year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return wrong("there is no such day");
  if (s.size() < 11 || s[10] != 'T') return wrong("the date must be followed by T");
  int h = digits_at(s, 11, 2), mi = digits_at(s, 14, 2), sec = digits_at(s, 17, 2);
  if (h < 0 || mi < 0 || sec < 0 || s[13] != ':' || s[16] != ':') return wrong("the time must be hh:mm:ss");
  if (h > 23 || mi > 59 || sec > 59) return wrong("there is no such time of day");
  Timestamp result;
  std::size_t at = 19;
  if (at < s.size() && s[at] == '.') {
    std::int64_t unit = 100'000'000;
    std::size_t first = ++at;
    for (; digits_at(s, at, 1) >= 0; ++at, unit /= 10) result.nanoseconds += digits_at(s, at, 1) * unit;
    if (at == first) return wrong("the point must be followed by digits");
  }
  std::string_view zone = s.substr(at);
  if (zone != "Z") {
    int oh = digits_at(zone, 1, 2), om = digits_at(zone, 4, 2);
    bool shaped = zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':';
    if (!shaped || oh < 0 || oh > 23 || om < 0 || om > 59) return wrong("the time must be followed by Z or an offset like +02:00");
    result.offset_minutes = (oh * 60 + om) * (zone[0] == '-' ? -1 : 1);
  }
  result.seconds = sys_days(date).time_since_epoch() / seconds(1) + h * 3600 + mi * 60 + sec - result.offset_minutes * 60;
  return result;
}

struct Fields {
  std::chrono::year_month_day date;
  int hour, minute, second;
  unsigned weekday;
};
Fields fields_of(const Timestamp& t) {
  using namespace std::chrono;
  sys_seconds local{seconds(t.seconds + t.offset_minutes * 60)};
  auto day = floor<days>(local);
  auto rest = static_cast<int>((local - day).count());
  return {year_month_day(day), rest / 3600, rest / 60 % 60, rest % 60, weekday(day).c_encoding()};
}
std::string offset_text(int minutes, std::string_view separator) {
  int size = minutes < 0 ? -minutes : minutes;
  return format("{}{:02}{}{:02}", minutes < 0 ? '-' : '+', size / 60, separator, size % 60);
}
std::string rfc3339_text(const Timestamp& t) {
  Fields f = fields_of(t);
  return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", static_cast<int>(f.date.year()), static_cast<unsigned>(f.date.month()),
                static_cast<unsigned>(f.date.day()), f.hour, f.minute, f.second,
                t.offset_minutes == 0 ? "Z" : offset_text(t.offset_minutes, ":"));
}

constexpr std::string_view kMonths[] = {"January", "February", "March", "April", "May", "June", "July", "August",
                                        "September", "October", "November", "December"};
constexpr std::string_view kWeekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// One run of equal letters; nothing if there is no such verb.
std::optional<std::string> date_part(std::string_view verb, const Fields& f, const Timestamp& t) {
  int hour12 = f.hour % 12 == 0 ? 12 : f.hour % 12;
  auto month = static_cast<unsigned>(f.date.month()), day = static_cast<unsigned>(f.date.day());
  int year = static_cast<int>(f.date.year());
  if (verb == "YYYY") return format("{:04}", year);
  if (verb == "YY") return format("{:02}", year % 100);
  if (verb == "MMMM") return std::string(kMonths[month - 1]);
  if (verb == "MMM") return std::string(kMonths[month - 1].substr(0, 3));
  if (verb == "MM") return format("{:02}", month);
  if (verb == "M") return format("{}", month);
  if (verb == "DD") return format("{:02}", day);
  if (verb == "D") return format("{}", day);
  if (verb == "EEEE") return std::string(kWeekdays[f.weekday]);
  if (verb == "EEE") return std::string(kWeekdays[f.weekday].substr(0, 3));
  if (verb == "hh") return format("{:02}", f.hour);
  if (verb == "h") return format("{}", f.hour);
  if (verb == "HH") return format("{:02}", hour12);
  if (verb == "H") return format("{}", hour12);
  if (verb == "AA") return std::string(f.hour < 12 ? "AM" : "PM");
  if (verb == "aa") return std::string(f.hour < 12 ? "am" : "pm");
  if (verb == "mm") return format("{:02}", f.minute);
  if (verb == "m") return format("{}", f.minute);
  if (verb == "ss") return format("{:02}", f.second);
  if (verb == "s") return format("{}", f.second);
  if (verb == "ZZZZZ") return offset_text(t.offset_minutes, ":");
  if (verb == "ZZZZ") return offset_text(t.offset_minutes, "");
  if (verb == "ZZZ") return t.offset_minutes == 0 ? std::string("UTC") : offset_text(t.offset_minutes, "");
  if (verb == "Z") return t.offset_minutes == 0 ? std::string("Z") : offset_text(t.offset_minutes, ":");
  return std::nullopt;
}

constexpr Parameter kFormatdate[] = {{"format", type_string}, {"time", type_string}};
CallResult call_formatdate(const Call& call) {
  auto time_or = parse_timestamp(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&time_or)) return *error;
  const Timestamp& t = std::get<0>(time_or);
  Fields fields = fields_of(t);
  std::string_view spec = call.arguments[0].as_string();
  std::string out;
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 0; i < spec.size();) {
    if (spec.substr(i, 2) == "''") {
      out += '\'';
      i += 2;
    } else if (spec[i] == '\'') {
      for (++i;; ++i) {
        if (i >= spec.size()) return fail(0, "a quoted text has no closing '");
        if (spec[i] != '\'') {
          out += spec[i];
        } else if (spec.substr(i, 2) == "''") {
          out += spec[i++];
        } else {
          break;
        }
      }
      ++i;
    } else if (is_letter(spec[i])) {
      std::size_t end = std::min(spec.find_first_not_of(spec[i], i), spec.size());
      auto part = date_part(spec.substr(i, end - i), fields, t);
      if (!part) return fail(0, format("\"{}\" is no part of a date; put literal text between ' and '", spec.substr(i, end - i)));
      out += *part;
      i = end;
    } else {
      out += spec[i++];
    }
  }
  return text(out);
}

/// Go's durations: "1h30m", "-1.5h", "300ms"; nanoseconds within 64 bits.
std::optional<std::int64_t> parse_duration(std::string_view s) {
  bool negative = s.starts_with('-');
  if (negative || s.starts_with('+')) s.remove_prefix(1);
  if (s == "0") return 0;
  if (s.empty()) return std::nullopt;
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"ns", 1}, {"us", 1000}, {"\u00b5s", 1000}, {"\u03bcs", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000},
      {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
  std::int64_t total = 0;
  while (!s.empty()) {
    std::size_t end = s.find_first_not_of("0123456789.");
    std::string_view number = s.substr(0, end);
    if (end == std::string_view::npos || number == "." || number.empty()) return std::nullopt;
    s.remove_prefix(end);
    std::string_view unit_text = s.substr(0, s.find_first_of("0123456789."));
    s.remove_prefix(unit_text.size());
    std::int64_t unit = 0;
    for (const auto& [name, size] : kUnits) {
      if (name == unit_text) unit = size;
    }
    auto point = number.find('.');
    std::string_view fraction = point == std::string_view::npos ? std::string_view() : number.substr(point + 1);
    if (unit == 0 || fraction.find('.') != std::string_view::npos) return std::nullopt;
    std::int64_t whole = 0;
    for (char c : number.substr(0, point)) {
      if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, c - '0', &whole)) return std::nullopt;
    }
    if (__builtin_mul_overflow(whole, unit, &whole) || __builtin_add_overflow(total, whole, &total)) return std::nullopt;
    double part = 0, scale = 1;
    for (char c : fraction.substr(0, 18)) {
      part = part * 10 + (c - '0');
      scale *= 10;
    }
    auto extra = static_cast<std::int64_t>(part * (static_cast<double>(unit) / scale));
    if (__builtin_add_overflow(total, extra, &total)) return std::nullopt;
  }
  return negative ? -total : total;
}

constexpr Parameter kTimeadd[] = {{"timestamp", type_string}, {"duration", type_string}};
CallResult call_timeadd(const Call& call) {
  auto time_or = parse_timestamp(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&time_or)) return *error;
  Timestamp t = std::get<0>(time_or);
  auto duration = parse_duration(call.arguments[1].as_string());
  if (!duration) return fail(1, "not a duration such as 1h30m, -10s or 1.5h");
  std::int64_t nanoseconds = t.nanoseconds + *duration % 1'000'000'000;
  t.seconds += *duration / 1'000'000'000;
  if (nanoseconds < 0) t.seconds -= 1;
  if (nanoseconds >= 1'000'000'000) t.seconds += 1;
  int year = static_cast<int>(fields_of(t).date.year());
  if (year < 0 || year > 9999) return fail("the result lies outside the years 0000 to 9999");
  return text(rfc3339_text(t));
}
constexpr Parameter kTimecmp[] = {{"timestamp_a", type_string}, {"timestamp_b", type_string}};
CallResult call_timecmp(const Call& call) {
  auto a_or = parse_timestamp(call.arguments[0], 0), b_or = parse_timestamp(call.arguments[1], 1);
  if (auto* error = std::get_if<CallError>(&a_or)) return *error;
  if (auto* error = std::get_if<CallError>(&b_or)) return *error;
  auto a = std::get<0>(a_or).order(), b = std::get<0>(b_or).order();
  return Value::number(a < b ? -1 : a > b ? 1 : 0);
}

CallResult call_timestamp(const Call& call) {
  const FunctionContext& context = call.context;
  if (context.timestamp) {
    Marks marks;
    marks.add({MarkKind::metadata, "timestamp"});
    return text(world::rfc3339(*context.timestamp)).with_marks(marks);
  }
  if (context.impure != FunctionContext::Impure::evaluate) return unknown_result(Type::string());
  return text(world::rfc3339(context.now));
}
CallResult call_plantimestamp(const Call& call) {
  if (!call.context.plan_timestamp) return unknown_result(Type::string());
  return text(world::rfc3339(*call.context.plan_timestamp));
}

}  // namespace

const Builtin builtin_formatdate = {.name = "formatdate", .signature = "formatdate(format, time)",
    .doc = "A timestamp in another form: YYYY YY MMMM MMM MM M DD D EEEE EEE hh h HH H AA aa mm m ss s Z ZZZ ZZZZ ZZZZZ.",
    .parameters = kFormatdate, .result = type_string, .call = call_formatdate};
const Builtin builtin_timeadd = {.name = "timeadd", .signature = "timeadd(timestamp, duration)",
    .doc = "The timestamp moved by a duration such as 1h30m.",
    .parameters = kTimeadd, .result = type_string, .call = call_timeadd};
const Builtin builtin_timecmp = {.name = "timecmp", .signature = "timecmp(timestamp_a, timestamp_b)",
    .doc = "-1, 0 or 1: whether the first timestamp is before, at or after the second.",
    .parameters = kTimecmp, .result = type_number, .call = call_timecmp};
const Builtin builtin_timestamp = {.name = "timestamp", .signature = "timestamp()",
    .doc = "The time of the apply in UTC; unknown while planning.",
    .result = type_string, .call = call_timestamp};
const Builtin builtin_plantimestamp = {.name = "plantimestamp", .signature = "plantimestamp()",
    .doc = "The time of the plan in UTC.",
    .result = type_string, .call = call_plantimestamp};

}  // namespace terrace::lang
