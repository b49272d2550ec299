// SPDX-License-Identifier: Apache-2.0
#include "world/fake_world.h"

#include <deque>
#include <random>

#include "base/format.h"
#include "world/fake_files.h"

namespace terrace::world {
namespace {

class FakeClock : public Clock {
 public:
  TimePoint now() override {
    std::lock_guard guard(mutex_);
    return now_;
  }
  std::chrono::nanoseconds monotonic() override {
    std::lock_guard guard(mutex_);
    return elapsed_;
  }
  void sleep(std::chrono::nanoseconds duration) override { advance(duration); }
  void set(TimePoint now) {
    std::lock_guard guard(mutex_);
    now_ = now;
  }
  void advance(std::chrono::nanoseconds by) {
    std::lock_guard guard(mutex_);
    now_ += by;
    elapsed_ += by;
  }

 private:
  std::mutex mutex_;
  TimePoint now_ = std::chrono::sys_days(std::chrono::year_month_day(
                       std::chrono::year(2026), std::chrono::January, std::chrono::day(2))) + std::chrono::hours(3);
  std::chrono::nanoseconds elapsed_{0};
};

/// The same bytes in every run, so that expected output can name identifiers.
class FakeRandom : public Random {
 public:
  std::string bytes(std::size_t count) override {
    std::lock_guard guard(mutex_);
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(engine_() & 0xff);
    return out;
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_{1};
};

class FakeTerminal : public Terminal {
 public:
  void write(Stream stream, std::string_view text) override {
    std::lock_guard guard(mutex_);
    (stream == Stream::out ? out_ : err_) += text;
  }
  void flush() override {}
  bool is_tty(Stream) override { return false; }
  int width() override { return 0; }
  bool can_prompt() override {
    std::lock_guard guard(mutex_);
    return !lines_.empty();
  }
  std::optional<std::string> read_line() override {
    std::lock_guard guard(mutex_);
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  std::string read_all_input() override {
    std::lock_guard guard(mutex_);
    std::string all;
    for (const auto& line : lines_) all += line + "\n";
    lines_.clear();
    return all;
  }
  void type(std::string line) {
    std::lock_guard guard(mutex_);
    lines_.push_back(std::move(line));
  }
  std::string written(Stream stream) {
    std::lock_guard guard(mutex_);
    return stream == Stream::out ? out_ : err_;
  }

 private:
  std::mutex mutex_;
  std::string out_, err_;
  std::deque<std::string> lines_;
};

class FakeProcesses : public Processes {
 public:
  Result<ProcessResult> run(const ProcessSpec& spec) override {
    if (handler) return handler(spec);
    return Error{ErrorKind::not_found, format("{}: no process is scripted in this test", spec.argv.front())};
  }
  std::function<Result<ProcessResult>(const ProcessSpec&)> handler;
};

class FakeHttp : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    if (handler) return handler(request);
    return Error{ErrorKind::io, format("{}: no answer is scripted in this test", request.url)};
  }
  /// Asks the handler with method CONNECT; any answer is a connection.
  Result<void> connect(std::string_view host, int port, std::chrono::milliseconds timeout) override {
    HttpRequest request;
    request.method = "CONNECT";
    request.url = format("{}:{}", host, port);
    request.timeout = timeout;
    TRY(send(request));
    return {};
  }
  std::function<Result<HttpResponse>(const HttpRequest&)> handler;
};

class FakeInterrupts : public Interrupts {
 public:
  int count() const override { return std::min(seen.load(), 2); }
  std::atomic<int> seen{0};
};

}  // namespace

struct FakeWorld::Impl {
  FakeClock clock;
  FakeFiles files{clock};
  FakeProcesses processes;
  FakeHttp http;
  FakeRandom random;
  FakeTerminal terminal;
  FakeInterrupts interrupts;
  World world{files, processes, http, clock, random, terminal, interrupts, {}, "tester", "testhost"};
};

FakeWorld::FakeWorld() : impl_(std::make_unique<Impl>()) {}
FakeWorld::~FakeWorld() = default;
World& FakeWorld::world() { return impl_->world; }
void FakeWorld::put_file(std::string path, std::string text) { impl_->files.put(path, std::move(text)); }
void FakeWorld::set_time(TimePoint now) { impl_->clock.set(now); }
void FakeWorld::advance(std::chrono::nanoseconds by) { impl_->clock.advance(by); }
std::string FakeWorld::output(Stream stream) const { return impl_->terminal.written(stream); }
void FakeWorld::type_line(std::string line) { impl_->terminal.type(std::move(line)); }
void FakeWorld::on_http(std::function<Result<HttpResponse>(const HttpRequest&)> handler) {
  impl_->http.handler = std::move(handler);
}
void FakeWorld::on_process(std::function<Result<ProcessResult>(const ProcessSpec&)> handler) {
  impl_->processes.handler = std::move(handler);
}
void FakeWorld::fail_write(int nth, Error error) { impl_->files.fail_write(nth, std::move(error)); }
void FakeWorld::interrupt() { ++impl_->interrupts.seen; }

}  // namespace terrace::world
