// SPDX-License-Identifier: Apache-2.0
// Files and paths (checklist C6). Every read goes through FunctionContext::files and stays inside its allowed roots.
#include "base/strings.h"
#include "lang/functions/glob.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{64} << 20;

bool is_within(std::string_view path, std::string_view root) {
  return path == root || root == "/" || (path.starts_with(root) && path.substr(root.size()).starts_with('/'));
}

/// The path to open: "~" expanded, relative to the base directory.
std::variant<std::string, CallError> located(const Call& call, std::string_view path) {
  const FunctionContext& context = call.context;
  if (context.files == nullptr) return fail("functions that read files are not allowed here");
  if (path.find('\0') != std::string_view::npos) return fail("a path cannot hold a NUL byte");
  std::string full(path);
  if (path.starts_with('~')) {
    if (path.size() > 1 && path[1] != '/') return fail("only ~ itself, the own home directory, can be expanded");
    if (context.home.empty()) return fail("the home directory is not known here");
    full = world::join_path(context.home, path.size() > 2 ? path.substr(2) : std::string_view());
  } else {
    full = world::join_path(context.base_directory, path);
  }
  if (context.allowed_roots.empty()) return full;
  std::string real = context.files->absolute(full);
  for (const auto& root : context.allowed_roots) {
    if (is_within(real, context.files->absolute(root))) return full;
  }
  return fail(format("{} lies outside the directories that may be read here", base::printable(path)));
}

CallError unreadable(const Value& path, const Error& error) {
  std::string shown = base::printable(path.as_string());
  if (error.kind == ErrorKind::not_found) {
    return fail(0, format("there is no file {}; functions read files that exist before the run, so it cannot be one that "
                          "a resource creates", shown));
  }
  return fail(0, "cannot read " + base::printable(error.message));
}

constexpr Parameter kPath[] = {{"path", type_string}};

CallResult call_file(const Call& call) {
  auto bytes = read_file(call, call.arguments[0], kMaxFile);
  if (auto* error = std::get_if<CallError>(&bytes)) return *error;
  if (!base::is_valid_utf8(std::get<0>(bytes))) {
    return fail(0, format("the contents of {} are not UTF-8 text; use filebase64", base::printable(call.arguments[0].as_string())));
  }
  return text(std::get<0>(bytes));
}
CallResult call_filebase64(const Call& call) {
  auto bytes = read_file(call, call.arguments[0], kMaxFile);
  if (auto* error = std::get_if<CallError>(&bytes)) return *error;
  return text(base::base64_encode(std::get<0>(bytes)));
}
CallResult call_fileexists(const Call& call) {
  auto path = located(call, call.arguments[0].as_string());
  if (auto* error = std::get_if<CallError>(&path)) return *error;
  switch (call.context.files->stat(std::get<0>(path)).kind) {
    case world::FileKind::regular: return Value::boolean(true);
    case world::FileKind::none: return Value::boolean(false);
    case world::FileKind::directory: return fail(0, "the path is a directory, not a file");
    case world::FileKind::symlink:
    case world::FileKind::other: break;
  }
  return fail(0, "the path is neither a regular file nor a directory");
}

constexpr Parameter kFileset[] = {{"path", type_string}, {"pattern", type_string}};
CallResult call_fileset(const Call& call) {
  auto directory = located(call, call.arguments[0].as_string());
  if (auto* error = std::get_if<CallError>(&directory)) return *error;
  std::string_view pattern = call.arguments[1].as_string();
  std::string root = std::get<0>(directory);
  if (pattern.starts_with("..") || pattern.find("/..") != std::string_view::npos) {
    // The pattern may climb out of the directory: what is listed must be allowed, too.
    auto above = located(call, world::join_path(root, pattern.substr(0, pattern.rfind("..") + 2)));
    if (auto* error = std::get_if<CallError>(&above)) return *error;
  }
  auto found = glob(*call.context.files, root, pattern);
  if (auto* error = std::get_if<std::string>(&found)) return fail(1, *error);
  std::vector<Value> names;
  for (const auto& name : std::get<0>(found)) names.push_back(text(name));
  return Value::set(Type::string(), std::move(names));
}

CallResult call_abspath(const Call& call) {
  if (call.context.files == nullptr) return fail("functions that read files are not allowed here");
  return text(world::join_path(call.context.files->cwd(), call.arguments[0].as_string()));
}
CallResult call_basename(const Call& call) { return text(world::base_name(call.arguments[0].as_string())); }
CallResult call_dirname(const Call& call) { return text(world::dir_name(call.arguments[0].as_string())); }
CallResult call_pathexpand(const Call& call) {
  std::string_view path = call.arguments[0].as_string();
  if (!path.starts_with('~')) return text(path);
  if (path.size() > 1 && path[1] != '/') return fail(0, "only ~ itself, the own home directory, can be expanded");
  if (call.context.home.empty()) return fail("the home directory is not known here");
  return text(world::join_path(call.context.home, path.size() > 2 ? path.substr(2) : std::string_view()));
}

}  // namespace

std::variant<std::string, CallError> read_file(const Call& call, const Value& path, std::uint64_t max_bytes) {
  auto full = located(call, path.as_string());
  if (auto* error = std::get_if<CallError>(&full)) return *error;
  auto bytes = call.context.files->read(std::get<0>(full), max_bytes);
  if (!bytes) return unreadable(path, bytes.error());
  return std::move(*bytes);
}

const Builtin builtin_file = {.name = "file", .signature = "file(path)", .doc = "The contents of a UTF-8 file.",
    .parameters = kPath, .result = type_string, .call = call_file};
const Builtin builtin_filebase64 = {.name = "filebase64", .signature = "filebase64(path)",
    .doc = "The contents of a file in base64.",
    .parameters = kPath, .result = type_string, .call = call_filebase64};
const Builtin builtin_fileexists = {.name = "fileexists", .signature = "fileexists(path)",
    .doc = "True if there is a regular file at the path.",
    .parameters = kPath, .result = type_bool, .call = call_fileexists};
const Builtin builtin_fileset = {.name = "fileset", .signature = "fileset(path, pattern)",
    .doc = "The files below a directory that match a pattern: * ? ** [a-z] {a,b}.",
    .parameters = kFileset, .result = type_string_set, .call = call_fileset};
const Builtin builtin_abspath = {.name = "abspath", .signature = "abspath(path)",
    .doc = "The path as an absolute one; links are not followed.",
    .parameters = kPath, .result = type_string, .call = call_abspath};
const Builtin builtin_basename = {.name = "basename", .signature = "basename(path)", .doc = "The last part of a path.",
    .parameters = kPath, .result = type_string, .call = call_basename};
const Builtin builtin_dirname = {.name = "dirname", .signature = "dirname(path)",
    .doc = "The path without its last part.",
    .parameters = kPath, .result = type_string, .call = call_dirname};
const Builtin builtin_pathexpand = {.name = "pathexpand", .signature = "pathexpand(path)",
    .doc = "The path with a ~ at its start replaced by the home directory.",
    .parameters = kPath, .result = type_string, .call = call_pathexpand};

}  // namespace terrace::lang
