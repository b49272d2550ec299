// SPDX-License-Identifier: Apache-2.0
// The time provider: a time that stays, with offsets by the calendar.
#include "base/format.h"
#include "sandbox/logical.h"

namespace terrace::sandbox {
namespace {

std::string text_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() || value->is_unknown() ? std::string() : std::string(value->as_string());
}
std::int64_t number_at(const Value& object, const std::string& name) {
  const Value* value = object.attribute(std::string_view(name));
  return value == nullptr || value->is_null() || value->is_unknown() ? 0 : value->as_int64().value_or(0);
}

using Days = std::chrono::sys_days;

/// Years, months and days as Go's AddDate: an impossible day runs over into the next month.
std::optional<world::TimePoint> plus(world::TimePoint time, const Value& planned, const std::string& prefix) {
  // Nanoseconds in 64 bits reach from 1677 to 2262.
  for (const char* unit : {"years", "months", "days", "hours", "minutes", "seconds"})
    if (std::abs(number_at(planned, prefix + unit)) > 1'000'000'000) return {};
  if (std::abs(number_at(planned, prefix + "days")) > 50'000 || std::abs(number_at(planned, prefix + "hours")) > 1'000'000 ||
      std::abs(number_at(planned, prefix + "minutes")) > 60'000'000)
    return {};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto rest = time - day;
  const std::chrono::year_month_day date(day);
  const std::int64_t months = (static_cast<int>(date.year()) + number_at(planned, prefix + "years")) * 12 +
                              static_cast<unsigned>(date.month()) - 1 + number_at(planned, prefix + "months");
  const auto year = static_cast<int>(months >= 0 ? months / 12 : -((11 - months) / 12));
  const auto month = static_cast<unsigned>(months - std::int64_t{year} * 12 + 1);
  if (year < 1850 || year > 2100) return {};
  const Days first{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{1}};
  const auto moved = first + std::chrono::days{static_cast<unsigned>(date.day()) - 1 + number_at(planned, prefix + "days")};
  return moved + rest + std::chrono::hours{number_at(planned, prefix + "hours")} + std::chrono::minutes{number_at(planned, prefix + "minutes")} +
         std::chrono::seconds{number_at(planned, prefix + "seconds")};
}

void add_parts(Made& out, world::TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto add = [&](std::string_view name, std::int64_t n) { out.emplace_back(Symbol(name), Value::number(n)); };
  add("year", static_cast<int>(date.year()));
  add("month", static_cast<unsigned>(date.month()));
  add("day", static_cast<unsigned>(date.day()));
  add("hour", clock.hours().count());
  add("minute", clock.minutes().count());
  add("second", clock.seconds().count());
  add("unix", std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

Error out_of_range() { return {ErrorKind::invalid, "the offset leads out of the years 1850 to 2100", 0}; }

}  // namespace

Result<Made> make_time(std::string_view type, const Value& planned, const LogicalContext& context) {
  const bool offset = type == "time_offset";
  const std::string_view start_name = offset ? "base_rfc3339" : "rfc3339";
  const std::string given = text_at(planned, start_name);
  world::TimePoint start = std::chrono::floor<std::chrono::seconds>(context.world.clock.now());
  if (!given.empty()) {
    const auto parsed = world::parse_rfc3339(given);
    if (!parsed) return Error{ErrorKind::invalid, format("{} is \"{}\", which is not a time like 2026-01-02T03:04:05Z", start_name, given), 0};
    start = *parsed;
  }
  const std::string text = given.empty() ? world::rfc3339(start) : given;
  Made out{{Symbol(start_name), Value::string(text)}, {Symbol("id"), Value::string(text)}};
  if (offset) {
    const auto moved = plus(start, planned, "offset_");
    if (!moved) return out_of_range();
    out.emplace_back(Symbol("rfc3339"), Value::string(world::rfc3339(*moved)));
    add_parts(out, *moved);
    return out;
  }
  if (type == "time_rotating") {
    const std::string fixed = text_at(planned, "rotation_rfc3339");
    const auto due = fixed.empty() ? plus(start, planned, "rotation_") : start;
    if (!due) return out_of_range();
    out.emplace_back(Symbol("rotation_rfc3339"), Value::string(fixed.empty() ? world::rfc3339(*due) : fixed));
  }
  add_parts(out, start);
  return out;
}

}  // namespace terrace::sandbox
