// SPDX-License-Identifier: Apache-2.0
// The one door to the outside: files, environment, processes, HTTP, clock, terminal, random numbers.
// Built once in main.cc (os_world.h), faked in tests (fake_world.h). getenv, open, fork, time elsewhere are lint errors.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace terrace::world {

using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;
/// "2026-01-02T03:04:05Z".
std::string rfc3339(TimePoint time);
std::optional<TimePoint> parse_rfc3339(std::string_view text);

enum class FileKind : std::uint8_t { none, regular, directory, symlink, other };
struct FileInfo {
  FileKind kind = FileKind::none;  ///< after following links; `none` = does not exist
  std::uint64_t size = 0;
  TimePoint modified{};
};
struct DirectoryEntry {
  std::string name;
  FileKind kind;
};
enum class Durability : std::uint8_t { none, fsync };
enum class Mode600 : std::uint8_t { shared, secret };  ///< secret = created 0600, else 0644 less umask

/// An open file for journals: appends are whole or reported, never silently short.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Result<void> append(std::string_view bytes) = 0;
  /// fdatasync. Never retried by callers after an error (reliability-security 1).
  virtual Result<void> sync() = 0;
};
/// Holds a lock until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Paths are as given (relative ones against cwd()). Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Errors: not_found, permission, io, limit (ErrorKind::invalid) when larger than `max_bytes`.
  virtual Result<std::string> read(std::string_view path, std::uint64_t max_bytes = std::uint64_t{4} << 30) = 0;
  /// The bytes from `offset` to the end (empty past it): following a log that others append to.
  virtual Result<std::string> read_from(std::string_view path, std::uint64_t offset) {
    std::string all = TRY(read(path));
    return offset >= all.size() ? std::string() : all.substr(offset);
  }
  virtual FileInfo stat(std::string_view path) = 0;
  /// Sorted by name; links are told as `symlink`, stat() tells what they lead to. Error: not_found, permission.
  virtual Result<std::vector<DirectoryEntry>> list(std::string_view directory) = 0;
  /// Temp file in the same directory + fsync + rename + fsync of the directory.
  virtual Result<void> write_atomic(std::string_view path, std::string_view bytes, Mode600 mode) = 0;
  /// Writes in place, keeping the inode (Terraform's lock lives on it), then fsync. A text cut off by a crash
  /// starts with a NUL byte, so that no reader takes a mixture of old and new for either.
  virtual Result<void> write_in_place(std::string_view path, std::string_view bytes, Mode600 mode) = 0;
  virtual Result<std::unique_ptr<AppendFile>> open_append(std::string_view path, Mode600 mode) = 0;
  virtual Result<void> make_directories(std::string_view path, Mode600 mode = Mode600::shared) = 0;
  virtual Result<void> remove(std::string_view path) = 0;          ///< absent is fine
  virtual Result<void> remove_tree(std::string_view path) = 0;     ///< never follows links
  virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  /// POSIX record lock over the whole file, as Terraform takes; creates the file (0600) if absent. While it is held,
  /// read() and write_in_place() of the same file work on the locked descriptor; open_append() of it is `busy`.
  /// Errors: busy when another process, or this one, holds it.
  virtual Result<std::unique_ptr<FileLock>> try_lock(std::string_view path) = 0;
  virtual std::string cwd() = 0;
  virtual Result<void> change_directory(std::string_view path) = 0;
  /// Absolute, lexically cleaned; links are resolved where they exist.
  virtual std::string absolute(std::string_view path) = 0;
};
/// "a/b" + "c" → "a/b/c"; an absolute second part wins. No disk access.
std::string join_path(std::string_view a, std::string_view b);
std::string base_name(std::string_view path);
std::string dir_name(std::string_view path);
/// Lexical: removes "." and "..", doubled slashes. "" → ".".
std::string clean_path(std::string_view path);
/// `path` relative to `base` (both cleaned), as Go's filepath.Rel.
std::string relative_path(std::string_view base, std::string_view path);

struct ProcessSpec {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;   ///< the child's whole environment
  std::string directory;                    ///< empty: ours
  std::string input;                        ///< stdin
  std::chrono::milliseconds timeout{0};     ///< 0 = none; on expiry the process group gets TERM, then KILL
  std::size_t max_output = std::size_t{64} << 20;
  std::function<void(std::string_view line)> on_line;  ///< stdout and stderr lines as they come, if set
};
struct ProcessResult {
  int exit_code = -1;  ///< 128+signal when killed
  bool timed_out = false;
  bool truncated = false;  ///< more than max_output came; the rest was read and dropped
  std::string out, err;
};
class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs to the end in an own process group that dies with us. argv[0] without slash is looked up in `env`'s PATH.
  /// A second interrupt ends it like a timeout. Errors: not_found, permission, io when it cannot be started.
  virtual Result<ProcessResult> run(const ProcessSpec& spec) = 0;
};

struct HttpRequest {
  std::string method = "GET", url, body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds timeout{10000};
  std::size_t max_bytes = std::size_t{10} << 20;
  /// libcurl's forms "host:port:address" and "host:port:address:port", for the sandbox's load balancers
  std::vector<std::string> resolve;
};
struct HttpResponse {
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names lower case
};
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Follows no redirects. Errors: timeout, io (name, connection, TLS), invalid (URL, answer too large), unsupported
  /// when libcurl is not installed.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  /// Opens and closes a TCP connection.
  virtual Result<void> connect(std::string_view host, int port, std::chrono::milliseconds timeout) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;                                   ///< wall clock
  virtual std::chrono::nanoseconds monotonic() = 0;
  virtual void sleep(std::chrono::nanoseconds duration) = 0;
};
class Random {
 public:
  virtual ~Random() = default;
  virtual std::string bytes(std::size_t count) = 0;              ///< cryptographically strong
  std::string uuid();                                            ///< version 4
};

enum class Stream : std::uint8_t { out, err };
/// Whole writes, in order, from any thread.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void write(Stream stream, std::string_view text) = 0;
  virtual void flush() = 0;
  virtual bool is_tty(Stream stream) = 0;
  virtual int width() = 0;                                       ///< 0 when unknown
  virtual bool can_prompt() = 0;                                 ///< stdin is a terminal
  /// One line without newline; nothing at end of input.
  virtual std::optional<std::string> read_line() = 0;
  virtual std::string read_all_input() = 0;
};
/// Interrupts: how often the user asked to stop. Set by signal handlers, read by walks.
class Interrupts {
 public:
  virtual ~Interrupts() = default;
  virtual int count() const = 0;  ///< 0, 1 = finish what runs, 2 = stop now
};

using EnvVars = std::map<std::string, std::string>;

struct World {
  FileSystem& files;
  Processes& processes;
  HttpClient& http;
  Clock& clock;
  Random& random;
  Terminal& terminal;
  Interrupts& interrupts;
  EnvVars env;
  std::string user;      ///< login name
  std::string hostname;
  /// The value of an environment variable, empty when unset.
  std::string variable(const std::string& name) const {
    auto it = env.find(name);
    return it == env.end() ? std::string() : it->second;
  }
};

}  // namespace terrace::world

namespace terrace {
using world::World;
}
