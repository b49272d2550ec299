// SPDX-License-Identifier: Apache-2.0
// The few Unicode facts the lexer and the template trimmer need.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace terrace::hcl {

/// The code point at `at` and its byte length; length 1 and U+FFFD for invalid bytes.
struct CodePoint {
  std::int32_t value = 0xFFFD;
  std::size_t length = 1;
};
CodePoint code_point_at(std::string_view text, std::size_t at);
bool is_identifier_start(std::int32_t code_point);
bool is_identifier_part(std::int32_t code_point);
/// Without Unicode white space at the start, at the end.
std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);
/// Appends the UTF-8 form.
std::size_t encode_utf8(std::int32_t code_point, char* out);

}  // namespace terrace::hcl
