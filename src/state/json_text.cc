// SPDX-License-Identifier: Apache-2.0
#include "state/json_text.h"

#include <cstring>

namespace terrace::state {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// The position after the string that starts at `at`.
std::size_t string_end(std::string_view json, std::size_t at) {
  ++at;
  while (at < json.size()) {
    const char* quote = static_cast<const char*>(std::memchr(json.data() + at, '"', json.size() - at));
    if (quote == nullptr) return json.size();
    std::size_t end = static_cast<std::size_t>(quote - json.data());
    std::size_t slashes = 0;
    while (end - slashes > at && json[end - slashes - 1] == '\\') ++slashes;
    at = end + 1;
    if (slashes % 2 == 0) return at;
  }
  return json.size();
}

/// Cheap signs that `json` already has the wanted layout: containers as Go opens and closes them.
bool has_layout(std::string_view json, StateFormat format, std::size_t depth) {
  if (json.size() == 2) return true;
  if (format == StateFormat::compact) {
    return std::memchr(json.data(), '\n', json.size()) == nullptr && json.find("\": ") == std::string_view::npos &&
           !is_space(json[1]);
  }
  const std::size_t inner = 2 * (depth + 1), outer = 2 * depth;
  if (json.size() < inner + outer + 6 || json[1] != '\n' || json[json.size() - outer - 2] != '\n') return false;
  for (std::size_t i = 0; i < inner; ++i) {
    if (json[2 + i] != ' ') return false;
  }
  for (std::size_t i = 0; i < outer; ++i) {
    if (json[json.size() - outer - 1 + i] != ' ') return false;
  }
  return json[2 + inner] == '"';
}

}  // namespace

void append_json(std::string& out, std::string_view json, StateFormat format, std::size_t depth) {
  if (json.size() >= 2 && json.front() == '{' && has_layout(json, format, depth)) {
    out.append(json);
    return;
  }
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (c == '"') {
      std::size_t end = string_end(json, i);
      out.append(json, i, end - i);
      i = end;
    } else if (is_space(c)) {
      ++i;
    } else if (c == '{' || c == '[') {
      out.push_back(c);
      ++i;
      while (i < json.size() && is_space(json[i])) ++i;
      if (i < json.size() && (json[i] == '}' || json[i] == ']')) {
        out.push_back(json[i++]);
      } else {
        append_line(out, format, ++depth);
      }
    } else if (c == '}' || c == ']') {
      append_line(out, format, --depth);
      out.push_back(c);
      ++i;
    } else if (c == ',') {
      out.push_back(c);
      append_line(out, format, depth);
      ++i;
    } else if (c == ':') {
      out.append(format == StateFormat::compact ? std::string_view(":") : std::string_view(": "));
      ++i;
    } else {
      out.push_back(c);
      ++i;
    }
  }
}

}  // namespace terrace::state
