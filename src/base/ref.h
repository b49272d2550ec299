// SPDX-License-Identifier: Apache-2.0
// Ownership and locking in the type: Ref<T> is shared and never null, Locked<T> is reached only under its mutex.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

#include "base/check.h"

namespace terrace::base {

template <class T>
class Ref {
 public:
  Ref(std::shared_ptr<T> pointer) : pointer_(std::move(pointer)) { CHECK(pointer_ != nullptr, "Ref is never null"); }
  template <class U>
  Ref(const Ref<U>& other) : pointer_(other.pointer()) {}
  T* operator->() const { return pointer_.get(); }
  T& operator*() const { return *pointer_; }
  T* get() const { return pointer_.get(); }
  const std::shared_ptr<T>& pointer() const { return pointer_; }

 private:
  std::shared_ptr<T> pointer_;
};
template <class T, class... Args>
Ref<T> make_ref(Args&&... args) { return Ref<T>(std::make_shared<T>(std::forward<Args>(args)...)); }

template <class T>
class Locked {
 public:
  template <class... Args>
  explicit Locked(Args&&... args) : content_(std::forward<Args>(args)...) {}
  template <class F>
  decltype(auto) with(F&& f) {
    std::lock_guard guard(mutex_);
    return std::forward<F>(f)(content_);
  }
  template <class F>
  decltype(auto) with(F&& f) const {
    std::lock_guard guard(mutex_);
    return std::forward<F>(f)(content_);
  }

 private:
  mutable std::mutex mutex_;
  T content_;
};

}  // namespace terrace::base

namespace terrace {
using base::Locked;
using base::make_ref;
using base::Ref;
}  // namespace terrace
