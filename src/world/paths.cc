// SPDX-License-Identifier: Apache-2.0
// Paths as text, with the rules of Go's path/filepath on Unix, which `path.*` and the path functions show.
#include "base/strings.h"
#include "world/world.h"

namespace terrace::world {

std::string clean_path(std::string_view path) {
  bool rooted = !path.empty() && path.front() == '/';
  std::string out = rooted ? "/" : "";
  std::vector<std::size_t> starts;  // where each kept ordinary component begins in `out`, with its slash
  std::size_t at = 0;
  while (at < path.size()) {
    std::size_t end = std::min(path.find('/', at), path.size());
    std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!starts.empty()) {
        out.resize(starts.back());
        starts.pop_back();
        continue;
      }
      if (rooted) continue;
    } else {
      starts.push_back(out.size());
    }
    if (!out.empty() && out.back() != '/') out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

std::string join_path(std::string_view a, std::string_view b) {
  if (a.empty() || (!b.empty() && b.front() == '/')) return clean_path(b);
  if (b.empty()) return clean_path(a);
  std::string both(a);
  both += '/';
  both += b;
  return clean_path(both);
}

std::string base_name(std::string_view path) {
  if (path.empty()) return ".";
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path == "/") return "/";
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string dir_name(std::string_view path) {
  auto slash = path.rfind('/');
  return clean_path(slash == std::string_view::npos ? "" : path.substr(0, slash + 1));
}

std::string relative_path(std::string_view start, std::string_view path) {
  auto parts_of = [](const std::string& cleaned) {
    std::vector<std::string_view> parts;
    for (std::string_view part : base::split(cleaned, '/')) {
      if (!part.empty() && part != ".") parts.push_back(part);
    }
    return parts;
  };
  std::string from_text = clean_path(start), to_text = clean_path(path);
  auto from = parts_of(from_text), to = parts_of(to_text);
  std::size_t common = 0;
  while (common < from.size() && common < to.size() && from[common] == to[common]) ++common;
  // What lies beside an unknown parent ("../x" seen from "..") or an absolute path from a relative one has no answer.
  bool mixed = (from_text.front() == '/') != (to_text.front() == '/');
  if (mixed || std::find(from.begin() + static_cast<long>(common), from.end(), "..") != from.end()) return to_text;
  std::string out;
  auto append = [&](std::string_view part) {
    if (!out.empty()) out += '/';
    out += part;
  };
  for (std::size_t i = common; i < from.size(); ++i) append("..");
  for (std::size_t i = common; i < to.size(); ++i) append(to[i]);
  return out.empty() ? "." : out;
}

}  // namespace terrace::world
