// SPDX-License-Identifier: Apache-2.0
#include "diag/diagnostic.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace terrace::diag {

namespace {
struct CodeEntry {
  std::string_view id, summary;
};
constexpr CodeEntry kCodes[] = {
#define DIAG(name, id, summary) {id, summary},
#include "diag/codes.def"
#undef DIAG
};
const CodeEntry& entry(DiagCode code) {
  const auto index = static_cast<std::size_t>(code);
  CHECK(index < std::size(kCodes), "a code from codes.def");
  return kCodes[index];
}
}  // namespace

std::string_view code_id(DiagCode code) { return entry(code).id; }
std::string_view code_summary(DiagCode code) { return entry(code).summary; }

Diagnostics::Diagnostics(const Diagnostics& other) {
  std::lock_guard guard(other.mutex_);
  items_ = other.items_;
  errors_ = other.errors_;
}
Diagnostics& Diagnostics::operator=(const Diagnostics& other) {
  if (this != &other) {
    Diagnostics copy(other);
    *this = std::move(copy);
  }
  return *this;
}
Diagnostics::Diagnostics(Diagnostics&& other) noexcept {
  std::lock_guard guard(other.mutex_);
  items_ = std::move(other.items_);
  errors_ = other.errors_;
  other.items_.clear();
  other.errors_ = false;
}
Diagnostics& Diagnostics::operator=(Diagnostics&& other) noexcept {
  if (this == &other) return *this;
  std::scoped_lock guard(mutex_, other.mutex_);
  items_ = std::move(other.items_);
  errors_ = other.errors_;
  other.items_.clear();
  other.errors_ = false;
  return *this;
}

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
  std::lock_guard guard(mutex_);
  errors_ = errors_ || diagnostic.severity == Severity::error;
  items_.push_back(std::move(diagnostic));
  return items_.back();
}
Diagnostic& Diagnostics::error(DiagCode code, std::string detail, std::optional<SourceRange> subject) {
  Diagnostic diagnostic{};
  diagnostic.code = code;
  diagnostic.detail = std::move(detail);
  diagnostic.subject = subject;
  return add(std::move(diagnostic));
}
Diagnostic& Diagnostics::warning(DiagCode code, std::string detail, std::optional<SourceRange> subject) {
  Diagnostic diagnostic{};
  diagnostic.code = code;
  diagnostic.severity = Severity::warning;
  diagnostic.detail = std::move(detail);
  diagnostic.subject = subject;
  return add(std::move(diagnostic));
}
void Diagnostics::append(Diagnostics other) {
  std::vector<Diagnostic> items = other.take();
  std::lock_guard guard(mutex_);
  items_.reserve(items_.size() + items.size());
  for (Diagnostic& item : items) {
    errors_ = errors_ || item.severity == Severity::error;
    items_.push_back(std::move(item));
  }
}
bool Diagnostics::has_errors() const {
  std::lock_guard guard(mutex_);
  return errors_;
}
bool Diagnostics::empty() const {
  std::lock_guard guard(mutex_);
  return items_.empty();
}
std::size_t Diagnostics::size() const {
  std::lock_guard guard(mutex_);
  return items_.size();
}
std::vector<Diagnostic> Diagnostics::take() {
  std::lock_guard guard(mutex_);
  errors_ = false;
  return std::exchange(items_, {});
}

namespace {
struct SortKey {
  bool is_error = false;
  bool has_range = false;
  std::size_t segments = 0;
  std::string_view file;
  std::uint32_t begin = 0, end = 0;
  std::uint16_t code = 0;
  std::string_view address, detail, summary;
  std::size_t place = 0;

  auto tied() const {
    return std::tie(is_error, has_range, segments, file, begin, end, code, address, summary, detail);
  }
};

SortKey key_of(const Diagnostic& diagnostic, const SourceFiles& sources, std::size_t place) {
  SortKey key;
  key.is_error = diagnostic.severity == Severity::error;
  key.has_range = diagnostic.subject.has_value();
  if (diagnostic.subject) {
    key.file = sources.name(diagnostic.subject->file);
    key.segments = static_cast<std::size_t>(std::count(key.file.begin(), key.file.end(), '/'));
    key.begin = diagnostic.subject->begin;
    key.end = diagnostic.subject->end;
  }
  key.code = static_cast<std::uint16_t>(diagnostic.code);
  key.address = diagnostic.address;
  key.summary = diagnostic.summary;
  key.detail = diagnostic.detail;
  key.place = place;
  return key;
}
}  // namespace

std::vector<Diagnostic> Diagnostics::sorted(const SourceFiles& sources) const {
  std::vector<Diagnostic> items;
  {
    std::lock_guard guard(mutex_);
    items = items_;
  }
  std::vector<SortKey> keys;
  keys.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) keys.push_back(key_of(items[i], sources, i));
  // Ties are broken by the texts, never by arrival: any number of threads gives one order.
  std::stable_sort(keys.begin(), keys.end(), [](const SortKey& a, const SortKey& b) { return a.tied() < b.tied(); });
  keys.erase(std::unique(keys.begin(), keys.end(),
                         [](const SortKey& a, const SortKey& b) { return a.tied() == b.tied(); }),
             keys.end());
  std::vector<Diagnostic> out;
  out.reserve(keys.size());
  for (const SortKey& key : keys) out.push_back(items[key.place]);
  return out;
}

}  // namespace terrace::diag
