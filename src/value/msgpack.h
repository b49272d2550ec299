// SPDX-License-Identifier: Apache-2.0
// Values as MessagePack, the wire form of DynamicValue (checklist B10).
#pragma once
#include <string>
#include <string_view>

#include "value/value.h"

namespace terrace::value {

/// `value` must be unmarked (CHECKed) and conform to `type`.
std::string encode_msgpack(const Value& value, Type type);
/// Errors: ErrorKind::invalid with the path; nesting limit 200; never reads past `bytes`.
Result<Value> decode_msgpack(std::string_view bytes, Type type);

}  // namespace terrace::value
