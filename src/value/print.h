// SPDX-License-Identifier: Apache-2.0
// Values as people read them in `console`, `output` and value hints (checklist I4, H7).
#pragma once
#include <string>

#include "value/value.h"

namespace terrace::value {

enum class Secrets { hide, show };
/// Console format: `tolist([...])`, quoted keys, trailing commas, typed nulls, `(sensitive value)`.
std::string print(const Value& value, Secrets secrets = Secrets::hide);
/// `is "abc"`, `is list of string with 3 elements`, `has a sensitive value`, `is known only after apply` (H7).
std::string hint(const Value& value);
/// Go-style quoting with HCL's template markers escaped: `"a\nb $${x}"`.
std::string quote(std::string_view text);

}  // namespace terrace::value
