// SPDX-License-Identifier: Apache-2.0
// Operational failures (disk, network, lock, protocol) as values with a cause chain, and TRY to pass
// them up. The user's mistakes are Diagnostics (diag/), ours are CHECK. Shaped like std::expected.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace terrace::base {

enum class ErrorKind { io, not_found, exists, permission, no_space, busy, timeout, protocol, invalid, cancelled, unsupported, conflict };

/// What the world failed to do. `message` is one sentence without trailing period fit to follow "…: ".
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;
  int code = 0;  ///< errno where one exists, else 0

  /// The same error, with what we were doing put before it: "reading state: No such file".
  [[nodiscard]] Error during(std::string_view doing) && {
    message = std::string(doing) + ": " + message;
    return std::move(*this);
  }
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}
  bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { CHECK(has_value(), error().message); return std::get<0>(content_); }
  const T& value() const& { CHECK(has_value(), error().message); return std::get<0>(content_); }
  T&& value() && { CHECK(has_value(), error().message); return std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() & { return std::get<1>(content_); }
  const Error& error() const& { return std::get<1>(content_); }
  Error&& error() && { return std::get<1>(std::move(content_)); }

 private:
  std::variant<T, Error> content_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  void value() const { CHECK(has_value(), error_->message); }
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace terrace::base

namespace terrace {
using base::Error;
using base::ErrorKind;
using base::Result;
}  // namespace terrace

/// Yields the value of a Result, or returns its Error from the enclosing function.
#define TRY(expression)                                               \
  ({                                                                  \
    auto&& try_result_ = (expression);                                \
    if (!try_result_.has_value()) [[unlikely]]                        \
      return std::move(try_result_).error();                          \
    std::move(try_result_).value();                                   \
  })
