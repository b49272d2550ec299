// SPDX-License-Identifier: Apache-2.0
#include "lang/functions/glob.h"

#include <re2/re2.h>

#include "base/strings.h"

namespace terrace::lang {
namespace {

constexpr std::size_t kMaxVisited = 1'000'000;
constexpr int kMaxDepth = 200;

/// The pattern of one name as a regular expression; nothing if brackets or braces do not close.
std::optional<std::string> name_regex(std::string_view part) {
  std::string out = "(?s)";
  int braces = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    char c = part[i];
    if (c == '*') {
      out += "[^/]*";
    } else if (c == '?') {
      out += "[^/]";
    } else if (c == '{') {
      ++braces;
      out += "(?:";
    } else if (c == '}' && braces > 0) {
      --braces;
      out += ')';
    } else if (c == ',' && braces > 0) {
      out += '|';
    } else if (c == '[') {
      std::size_t at = i + 1;
      bool negated = at < part.size() && (part[at] == '^' || part[at] == '!');
      auto end = part.find(']', at + (negated ? 1 : 0) + 1);
      if (end == std::string_view::npos) return std::nullopt;
      out += negated ? "[^" : "[";
      for (char member : part.substr(at + (negated ? 1 : 0), end - at - (negated ? 1 : 0))) {
        if (member == '[' || member == ']' || member == '^' || member == '&' || member == '~') out += '\\';
        out += member;
      }
      out += ']';
      i = end;
    } else {
      if (c == '\\' && i + 1 == part.size()) return std::nullopt;
      if (c == '\\') c = part[++i];
      out += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
    }
  }
  if (braces != 0) return std::nullopt;
  return out;
}

class Walker {
 public:
  Walker(world::FileSystem& files, std::string root, std::set<std::string>& found)
      : files_(files), root_(std::move(root)), found_(found) {}

  /// False when a limit was reached.
  bool walk(const std::string& relative, std::span<const std::string_view> parts, int depth) {
    if (depth > kMaxDepth || visited_ > kMaxVisited) return false;
    while (!parts.empty() && (parts.front().empty() || parts.front() == ".")) parts = parts.subspan(1);
    if (parts.empty()) return true;
    std::string_view part = parts.front();
    auto rest = parts.subspan(1);
    if (part == "..") return walk(world::join_path(relative, ".."), rest, depth + 1);
    bool deep = part == "**";
    bool last = std::all_of(rest.begin(), rest.end(), [](std::string_view p) { return p.empty() || p == "."; });
    if (deep && !last && !walk(relative, rest, depth + 1)) return false;
    auto entries = files_.list(world::join_path(root_, relative));
    if (!entries) return true;  // not a directory, or not ours to read
    for (const auto& entry : *entries) {
      if (++visited_ > kMaxVisited) return false;
      if (!deep && !matches(part, entry.name)) continue;
      std::string path = relative.empty() ? entry.name : world::join_path(relative, entry.name);
      world::FileKind kind = entry.kind;
      if (kind == world::FileKind::symlink) kind = files_.stat(world::join_path(root_, path)).kind;
      if (last && kind == world::FileKind::regular) found_.insert(path);
      if (kind != world::FileKind::directory) continue;
      // `**` does not go through links: they may lead in circles.
      bool enter = deep ? entry.kind == world::FileKind::directory : !last;
      if (enter && !walk(path, deep ? parts : rest, depth + 1)) return false;
    }
    return true;
  }

 private:
  bool matches(std::string_view part, const std::string& name) {
    if (part.find_first_of("*?[{\\") == std::string_view::npos) return part == name;
    auto& regex = regexes_[std::string(part)];
    if (!regex) regex = std::make_unique<re2::RE2>(*name_regex(part), re2::RE2::Quiet);
    return re2::RE2::FullMatch(name, *regex);
  }
  world::FileSystem& files_;
  std::string root_;
  std::set<std::string>& found_;
  std::map<std::string, std::unique_ptr<re2::RE2>> regexes_;
  std::size_t visited_ = 0;
};

}  // namespace

std::variant<std::set<std::string>, std::string> glob(world::FileSystem& files, const std::string& root, std::string_view pattern) {
  auto parts = base::split(pattern, '/');
  for (std::string_view part : parts) {
    auto regex = name_regex(part);
    if (!regex || !re2::RE2(*regex, re2::RE2::Quiet).ok()) return "the pattern is not valid: a bracket or brace is not closed";
  }
  std::set<std::string> found;
  Walker walker(files, root, found);
  if (!walker.walk("", parts, 0)) return "the directory is too large: more than 1000000 entries or 200 levels";
  // "../here/x" is told as "x" again.
  std::set<std::string> result;
  for (const auto& path : found) result.insert(path.starts_with("..") ? world::relative_path(root, world::join_path(root, path)) : path);
  return result;
}

}  // namespace terrace::lang
