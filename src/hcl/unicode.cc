// SPDX-License-Identifier: Apache-2.0
#include "hcl/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace terrace::hcl {

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t value = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &value);
  if (length <= 0 || value < 0) return {};
  return {value, static_cast<std::size_t>(length)};
}

// UAX #31: ID_Start and ID_Continue from general categories plus the stability exceptions.
bool is_identifier_start(std::int32_t code_point) {
  if (code_point < 0x80) {
    return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z') || code_point == '_';
  }
  constexpr std::array<std::int32_t, 6> kOther = {0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C};
  if (std::find(kOther.begin(), kOther.end(), code_point) != kOther.end()) return true;
  if (code_point == 0x2E2F) return false;
  const auto category = static_cast<int>(utf8proc_category(code_point));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) || category == UTF8PROC_CATEGORY_NL;
}

bool is_identifier_part(std::int32_t code_point) {
  if (is_identifier_start(code_point)) return true;
  if (code_point < 0x80) return (code_point >= '0' && code_point <= '9') || code_point == '-';
  if (code_point == 0xB7 || code_point == 0x387 || code_point == 0x19DA ||
      (code_point >= 0x1369 && code_point <= 0x1371)) {
    return true;
  }
  const auto category = static_cast<int>(utf8proc_category(code_point));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ND ||
         category == UTF8PROC_CATEGORY_PC;
}

namespace {
bool is_space(std::int32_t c) {
  return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
}  // namespace

std::string_view trim_left(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = code_point_at(text, 0);
    if (!is_space(point.value)) break;
    text.remove_prefix(point.length);
  }
  return text;
}

std::string_view trim_right(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!is_space(code_point_at(text, last).value)) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

std::size_t encode_utf8(std::int32_t code_point, char* out) {
  return static_cast<std::size_t>(utf8proc_encode_char(code_point, reinterpret_cast<utf8proc_uint8_t*>(out)));
}

}  // namespace terrace::hcl
