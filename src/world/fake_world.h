// SPDX-License-Identifier: Apache-2.0
// A world for tests: files in memory, scripted HTTP and processes, a clock that moves when told.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "world/world.h"

namespace terrace::world {
class FakeWorld {
 public:
  FakeWorld();
  ~FakeWorld();
  World& world();
  void put_file(std::string path, std::string text);
  void set_time(TimePoint now);
  void advance(std::chrono::nanoseconds by);
  /// Everything written to the stream so far.
  std::string output(Stream stream) const;
  /// The next read_line() answers.
  void type_line(std::string line);
  void on_http(std::function<Result<HttpResponse>(const HttpRequest&)> handler);
  void on_process(std::function<Result<ProcessResult>(const ProcessSpec&)> handler);
  /// Makes the n-th following write, append or sync fail with `error` (0 = the next).
  void fail_write(int nth, Error error);
  /// As one Ctrl-C.
  void interrupt();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
}  // namespace terrace::world
