// SPDX-License-Identifier: Apache-2.0
#include "lang/functions/support.h"

namespace terrace::lang {

Value list_of_text(const std::vector<std::string>& items) {
  std::vector<Value> values;
  values.reserve(items.size());
  for (const auto& item : items) values.push_back(Value::string(item));
  return Value::list(Type::string(), std::move(values));
}

std::vector<std::pair<std::string_view, Value>> entries(const Value& mapping) {
  std::vector<std::pair<std::string_view, Value>> result;
  auto values = mapping.elements();
  result.reserve(values.size());
  if (mapping.kind() == Kind::map) {
    auto keys = mapping.keys();
    for (std::size_t i = 0; i < values.size(); ++i) result.emplace_back(keys[i], values[i]);
  } else {
    auto attributes = mapping.type().attributes();
    for (std::size_t i = 0; i < values.size(); ++i) result.emplace_back(attributes[i].name.text(), values[i]);
  }
  return result;
}

std::variant<std::int64_t, CallError> whole_number(const Value& number, int argument) {
  auto n = number.as_int64();
  if (n) return *n;
  if (number.as_number().is_infinite() || number.as_number().is_integer()) return fail(argument, "the number is too large");
  return fail(argument, "a whole number is required");
}

}  // namespace terrace::lang
