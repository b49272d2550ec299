// SPDX-License-Identifier: Apache-2.0
// Values as JSON (checklist B8): schema-typed for state and plans, plain for outputs and jsonencode.
#pragma once
#include <string>

#include "base/json.h"
#include "value/value.h"

namespace terrace::value {

/// `value` must be wholly known and unmarked (CHECKed); `type` is the type of the position: where it is dynamic
/// the wrapper {"value":…,"type":…} is written. Errors: infinity.
Result<void> write_json(JsonWriter& out, const Value& value, Type type);
/// No wrappers; unknown positions are left out of objects and null elsewhere. For show -json and outputs.
Result<void> write_simple_json(JsonWriter& out, const Value& value);
std::string simple_json(const Value& value);
/// By type, tolerant as B8 says. Errors name the path: `.tags.a: string required`.
Result<Value> parse_json(JsonValue json, Type type);
/// Implied type and value (jsondecode).
Type implied_type(JsonValue json);
Value parse_simple_json(JsonValue json);

}  // namespace terrace::value
