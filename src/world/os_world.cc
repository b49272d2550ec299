// SPDX-License-Identifier: Apache-2.0
// Clock, random numbers, signals, and the assembly of the real world.
#include "world/os_world.h"

#include <pwd.h>
#include <signal.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "world/os_internal.h"

extern char** environ;

namespace terrace::world {
namespace {

// Handlers run on any thread; a lock-free atomic is safe in them.
std::atomic<int> interrupts_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_interrupt(int) { interrupts_seen.fetch_add(1, std::memory_order_relaxed); }

class OsClock : public Clock {
 public:
  TimePoint now() override {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  }
  /// Counts suspended time too: leases and timeouts run on while a laptop sleeps.
  std::chrono::nanoseconds monotonic() override {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
  }
  /// Ends early when the user interrupts, so that no wait delays the answer to Ctrl-C.
  void sleep(std::chrono::nanoseconds duration) override {
    if (duration.count() <= 0) return;
    auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    timespec rest{seconds.count(), (duration - seconds).count()};
    int before = interrupt_count();
    while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR && interrupt_count() == before) {
    }
  }
};

class OsRandom : public Random {
 public:
  std::string bytes(std::size_t count) override {
    std::string out(count, '\0');
    std::size_t used = 0;
    while (used < count) {
      ssize_t n = ::getrandom(out.data() + used, count - used, 0);
      if (n < 0 && errno == EINTR) continue;
      CHECK(n > 0, "getrandom works on every supported kernel");
      used += static_cast<std::size_t>(n);
    }
    return out;
  }
};

class OsInterrupts : public Interrupts {
 public:
  int count() const override { return std::min(interrupt_count(), 2); }
};

EnvVars environment() {
  EnvVars env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    auto equals = text.find('=');
    if (equals != std::string_view::npos) env.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return env;
}

std::string login_name(const EnvVars& env) {
  // The environment first: asking the name service opens a socket, and offline commands promise to open none. A name is
  // only asserted either way.
  for (const char* name : {"LOGNAME", "USER"}) {
    if (auto it = env.find(name); it != env.end() && !it->second.empty()) return it->second;
  }
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(::getuid());
}

std::string host_name() {
  char buffer[256] = {};
  return ::gethostname(buffer, sizeof buffer - 1) == 0 ? std::string(buffer) : "localhost";
}

void install_signal_handlers() {
  struct sigaction count {};
  count.sa_handler = on_interrupt;  // without SA_RESTART: a prompt must notice
  sigemptyset(&count.sa_mask);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // A parent that has us ignore HUP (nohup) or INT (a shell's background job) is obeyed.
    struct sigaction old {};
    if (signal != SIGTERM && ::sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &count, nullptr);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

}  // namespace

int interrupt_count() { return interrupts_seen.load(std::memory_order_relaxed); }

struct OsWorld::Impl {
  OsClock clock;
  OsRandom random;
  OsInterrupts interrupts;
  std::unique_ptr<FileSystem> files = make_os_files(random);
  std::unique_ptr<Processes> processes = make_os_processes();
  std::unique_ptr<HttpClient> http = make_os_http();
  std::unique_ptr<Terminal> terminal = make_os_terminal();
  World world{*files, *processes, *http, clock, random, *terminal, interrupts, environment(), {}, host_name()};
};

OsWorld::OsWorld() : impl_(std::make_unique<Impl>()) {
  impl_->world.user = login_name(impl_->world.env);
  install_signal_handlers();
}
OsWorld::~OsWorld() = default;
World& OsWorld::world() { return impl_->world; }

}  // namespace terrace::world
