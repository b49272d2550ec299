// SPDX-License-Identifier: Apache-2.0
// Text helpers the standard library lacks. Bytes unless a name says otherwise.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::base {

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
/// Hex text, lower case.
std::string hex(std::string_view bytes);
/// Standard base64 with padding; decode returns nothing on any invalid character or padding.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
bool is_valid_utf8(std::string_view bytes);
/// "1 resource", "2 resources".
std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural = {});
/// `text` with C0 and C1 controls, DEL and bidi controls made visible as \u{…}; '\n' and '\t' stay.
/// Every human renderer passes foreign text through this (reliability-security 2.6).
std::string printable(std::string_view text);
/// Columns `text` takes on a terminal, in grapheme clusters.
std::size_t grapheme_count(std::string_view utf8);
/// Byte offset after the next grapheme cluster that starts at `at`.
std::size_t next_grapheme(std::string_view utf8, std::size_t at);
/// True if `text` is a valid HCL identifier (Unicode ID_Start or '_', then ID_Continue or '-').
bool is_identifier(std::string_view text);

}  // namespace terrace::base
