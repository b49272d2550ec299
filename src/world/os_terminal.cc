// SPDX-License-Identifier: Apache-2.0
// Standard streams. Nothing is buffered on the way out: pipelines follow an apply line by line, and what was
// said before a crash has been said.
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "world/os_internal.h"

namespace terrace::world {
namespace {

class OsTerminal : public Terminal {
 public:
  void write(Stream stream, std::string_view text) override {
    int fd = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
    std::lock_guard guard(mutex_);
    while (!text.empty()) {
      ssize_t n = ::write(fd, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) {
        pollfd wait{fd, POLLOUT, 0};
        ::poll(&wait, 1, -1);
        continue;
      }
      if (n <= 0) return;  // the reader has gone: the work goes on without it
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void flush() override {}
  bool is_tty(Stream stream) override {
    return ::isatty(stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO) == 1;
  }
  int width() override {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
  }
  bool can_prompt() override { return ::isatty(STDIN_FILENO) == 1; }

  std::optional<std::string> read_line() override {
    std::lock_guard guard(input_mutex_);
    for (;;) {
      auto end = input_.find('\n', scanned_);
      if (end != std::string::npos) {
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 1);
        scanned_ = 0;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        return line;
      }
      scanned_ = input_.size();
      if (!read_more()) break;
    }
    if (input_.empty()) return std::nullopt;
    scanned_ = 0;
    return std::exchange(input_, {});
  }
  std::string read_all_input() override {
    std::lock_guard guard(input_mutex_);
    while (read_more()) {
    }
    scanned_ = 0;
    return std::exchange(input_, {});
  }

 private:
  /// False at the end of input, and when the user interrupts the prompt.
  bool read_more() {
    char buffer[1 << 14];
    int before = interrupt_count();
    for (;;) {
      ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR && interrupt_count() == before) continue;
      if (n <= 0) return false;
      input_.append(buffer, static_cast<std::size_t>(n));
      return true;
    }
  }

  std::mutex mutex_, input_mutex_;
  std::string input_;
  std::size_t scanned_ = 0;
};

}  // namespace

std::unique_ptr<Terminal> make_os_terminal() { return std::make_unique<OsTerminal>(); }

}  // namespace terrace::world
