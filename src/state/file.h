// SPDX-License-Identifier: Apache-2.0
// State version 4 as text (checklist G1). Duplicate and case-variant keys are refused (reliability-security 2.6).
#pragma once
#include "state/state.h"

namespace terrace::state {

/// Empty text is an error: a file of no bytes is what an interrupted write leaves, not a state.
/// Errors (ErrorKind::invalid): syntax with line and column, unsupported version, newer than ours, missing members.
Result<State> parse_state(std::string text);
enum class StateFormat : std::uint8_t { indented, compact };  ///< local files / remote, pull
/// With trailing newline. Untouched objects' attributes are written from their raw text.
std::string write_state(const State& state, StateFormat format);
/// True if outputs, resources and check results are equal (serial, lineage, versions aside).
bool same_content(const State& a, const State& b);
/// True if both are null or would be written alike.
bool same_object(const ObjectRef& a, const ObjectRef& b);
/// One object as the instances of a state hold it, without its key: compact JSON for journals.
std::string write_object(const Object& object);
Result<ObjectRef> parse_object(std::string json);
/// The decoded value of an object by the type of its schema; attributes the schema does not know are dropped,
/// absent ones are null. Errors (invalid) name the attribute.
Result<Value> decode_object(const Object& object, Type type);

}  // namespace terrace::state
