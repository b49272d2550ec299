// SPDX-License-Identifier: Apache-2.0
// Child processes: each leads its own process group, is killed when we die, and is stopped by TERM, then KILL.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/format.h"
#include "world/os_internal.h"

namespace terrace::world {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
constexpr Milliseconds kKillAfter{5000};     ///< between TERM and KILL
constexpr Milliseconds kDrainAfterExit{200};  ///< output of grandchildren that keep our pipes open
constexpr std::size_t kMaxLine = std::size_t{64} << 10;

struct Pipe {
  Descriptor read, write;
};
Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return os_error("pipe", errno);
  return Pipe{Descriptor(fds[0]), Descriptor(fds[1])};
}

Result<std::string> find_program(const ProcessSpec& spec) {
  const std::string& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return name;
  auto path = spec.env.find("PATH");
  std::string_view rest = path == spec.env.end() ? std::string_view("/usr/local/bin:/usr/bin:/bin") : path->second;
  while (!rest.empty()) {
    auto colon = rest.find(':');
    std::string candidate = join_path(rest.substr(0, colon), name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return Error{ErrorKind::not_found, format("{}: not found in PATH", name), ENOENT};
}

/// Runs between fork and exec, where only async-signal-safe calls are allowed: everything is prepared before.
[[noreturn]] void become(const char* program, char* const* argv, char* const* env, const char* directory,
                         const int (&streams)[3], int failure, pid_t parent) {
  auto fail = [&] {
    int code = errno;
    (void)!::write(failure, &code, sizeof code);
    ::_exit(127);
  };
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before prctl
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int i = 0; i < 3; ++i) {
    if (::dup2(streams[i], i) < 0) fail();
  }
  if (directory[0] != '\0' && ::chdir(directory) != 0) fail();
  ::execve(program, argv, env);
  fail();
  ::_exit(127);
}

/// One output stream: collected up to the cap, and cut into lines for the callback.
class Collector {
 public:
  Collector(std::string& out, const ProcessSpec& spec, bool& truncated)
      : out_(out), spec_(spec), truncated_(truncated) {}
  void take(std::string_view bytes) {
    std::size_t room = spec_.max_output - std::min(spec_.max_output, out_.size());
    out_ += bytes.substr(0, room);
    if (bytes.size() > room) truncated_ = true;
    if (!spec_.on_line) return;
    while (!bytes.empty()) {
      auto end = bytes.find('\n');
      line_ += bytes.substr(0, std::min(end, kMaxLine - std::min(kMaxLine, line_.size())));
      if (end == std::string_view::npos) return;
      finish_line();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    if (spec_.on_line && !line_.empty()) finish_line();
  }

 private:
  void finish_line() {
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    spec_.on_line(line_);
    line_.clear();
  }
  std::string& out_;
  const ProcessSpec& spec_;
  bool& truncated_;
  std::string line_;
};

class Child {
 public:
  Child(pid_t pid, Descriptor handle) : pid_(pid), handle_(std::move(handle)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (exited_) return;
    signal_group(SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
  }
  int handle() const { return handle_.get(); }
  bool exited() const { return exited_; }
  void signal_group(int signal) {
    if (!exited_) ::kill(-pid_, signal);
  }
  bool try_wait() {
    if (!exited_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) exited_ = true;
    return exited_;
  }
  int exit_code() const {
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

 private:
  pid_t pid_;
  Descriptor handle_;
  int status_ = 0;
  bool exited_ = false;
};

/// Moves bytes until the child has ended and its output is drained.
class Conversation {
 public:
  Conversation(const ProcessSpec& spec, Child& child, Descriptor in, Descriptor out, Descriptor err)
      : spec_(spec), child_(child), in_(std::move(in)), out_(std::move(out)), err_(std::move(err)),
        out_collector_(result_.out, spec, result_.truncated), err_collector_(result_.err, spec, result_.truncated) {}

  ProcessResult run() {
    auto start = SteadyClock::now();
    std::optional<SteadyClock::time_point> terminated, exited;
    bool killed = false;
    for (;;) {
      auto now = SteadyClock::now();
      if (!exited && child_.try_wait()) exited = now;
      if (exited && ((!out_ && !err_) || now - *exited >= kDrainAfterExit)) break;
      bool expired = spec_.timeout.count() > 0 && now - start >= spec_.timeout;
      if (!exited && !terminated && (expired || interrupt_count() >= 2)) {
        result_.timed_out = expired;
        terminated = now;
        child_.signal_group(SIGTERM);
      }
      if (!exited && terminated && !killed && now - *terminated >= kKillAfter) {
        killed = true;
        child_.signal_group(SIGKILL);
      }
      wait_for_event(start, terminated, exited.has_value());
    }
    out_collector_.finish();
    err_collector_.finish();
    result_.exit_code = child_.exit_code();
    return std::move(result_);
  }

 private:
  void wait_for_event(SteadyClock::time_point start, const std::optional<SteadyClock::time_point>& terminated,
                      bool exited) {
    // Short ticks only where nothing wakes us: without a process handle, after exit, and to see interrupts.
    Milliseconds wait = child_.handle() < 0 || exited ? Milliseconds(10) : Milliseconds(500);
    auto now = SteadyClock::now();
    auto until = [&](SteadyClock::time_point then) {
      auto left = std::chrono::ceil<Milliseconds>(then - now);
      wait = std::clamp(left, Milliseconds(0), wait);
    };
    if (terminated) {
      until(*terminated + kKillAfter);
    } else if (spec_.timeout.count() > 0) {
      until(start + spec_.timeout);
    }
    if (wait.count() <= 0) wait = Milliseconds(1);
    // poll ignores entries with a negative descriptor.
    pollfd events[4] = {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0},
                        {exited ? -1 : child_.handle(), POLLIN, 0}};
    if (::poll(events, 4, static_cast<int>(wait.count())) <= 0) return;
    if (events[0].revents != 0) feed();
    if (events[1].revents != 0) drain(out_, out_collector_);
    if (events[2].revents != 0) drain(err_, err_collector_);
  }
  void feed() {
    std::string_view rest = std::string_view(spec_.input).substr(fed_);
    ssize_t n = ::write(in_.get(), rest.data(), rest.size());
    if (n > 0) fed_ += static_cast<std::size_t>(n);
    bool failed = n < 0 && errno != EINTR && errno != EAGAIN;  // it does not want to read the rest
    if (failed || fed_ == spec_.input.size()) in_.close();
  }
  static void drain(Descriptor& fd, Collector& collector) {
    char buffer[1 << 16];
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n > 0) collector.take({buffer, static_cast<std::size_t>(n)});
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) fd.close();
  }

  const ProcessSpec& spec_;
  Child& child_;
  Descriptor in_, out_, err_;
  ProcessResult result_;
  Collector out_collector_, err_collector_;
  std::size_t fed_ = 0;
};

class OsProcesses : public Processes {
 public:
  Result<ProcessResult> run(const ProcessSpec& spec) override {
    CHECK(!spec.argv.empty(), "a process has a name");
    std::string program = TRY(find_program(spec));
    std::vector<std::string> environment;
    for (const auto& [name, value] : spec.env) environment.push_back(name + "=" + value);
    std::vector<char*> argv, env;
    for (const auto& argument : spec.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    for (auto& entry : environment) env.push_back(entry.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);

    Pipe out = TRY(make_pipe()), err = TRY(make_pipe()), failure = TRY(make_pipe());
    Descriptor input, feed;
    if (spec.input.empty()) {
      input = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!input) return os_error("/dev/null", errno);
    } else {
      Pipe in = TRY(make_pipe());
      input = std::move(in.read);
      feed = std::move(in.write);
      ::fcntl(feed.get(), F_SETFL, O_NONBLOCK);
    }
    const int streams[3] = {input.get(), out.write.get(), err.write.get()};
    for (int fd : streams) CHECK(fd > 2, "the standard streams are open");
    pid_t parent = ::getpid();
    pid_t pid = ::fork();
    if (pid < 0) return os_error(spec.argv.front(), errno);
    if (pid == 0) {
      become(program.c_str(), argv.data(), env.data(), spec.directory.c_str(), streams, failure.write.get(), parent);
    }
    ::setpgid(pid, pid);  // as the child does: whoever is first
    Child child(pid, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
    input.close();
    out.write.close();
    err.write.close();
    failure.write.close();
    int code = 0;
    ssize_t n;
    do n = ::read(failure.read.get(), &code, sizeof code);
    while (n < 0 && errno == EINTR);
    if (n == static_cast<ssize_t>(sizeof code)) {
      return os_error(spec.directory.empty() ? program : format("{} (in {})", program, spec.directory), code);
    }
    return Conversation(spec, child, std::move(feed), std::move(out.read), std::move(err.read)).run();
  }
};

}  // namespace

std::unique_ptr<Processes> make_os_processes() { return std::make_unique<OsProcesses>(); }

}  // namespace terrace::world
