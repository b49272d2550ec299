// SPDX-License-Identifier: Apache-2.0
// One diagnostic type for the whole product. The summary is fixed per code; names go in the detail.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/source.h"

namespace terrace::diag {

enum class DiagCode : std::uint16_t {
#define DIAG(name, id, summary) name,
#include "diag/codes.def"
#undef DIAG
};
std::string_view code_id(DiagCode code);       ///< "HCL012"
std::string_view code_summary(DiagCode code);  ///< "Unsupported argument"

enum class Severity : std::uint8_t { error, warning };

/// "var.a is 3": a value that the failed expression used, already rendered, never secret.
struct ValueHint {
  std::string traversal;
  std::string statement;
};

struct Diagnostic {
  DiagCode code;                       // fixes the summary; never renumbered or reused
  Severity severity = Severity::error;
  std::string detail;                  // full sentences: what, why, what to do
  std::optional<SourceRange> subject;  // exactly the culprit
  std::optional<SourceRange> context;  // encloses subject; widens the snippet
  std::string address;                 // "aws_vpc.main", when one resource is concerned
  std::string summary;                 // only for provider_error/provider_warning: the provider's own summary
  std::vector<ValueHint> values;       // sorted by traversal
  std::string call;                    // "lookup(inputMap, key, default...)": the call that failed, if one did
  std::string block;                   // `resource "aws_vpc" "main"` around subject; empty: SourceFiles::block_at()
};

/// Collects diagnostics. Thread-safe to add to. Never printed here.
class Diagnostics {
 public:
  Diagnostics() = default;
  Diagnostics(const Diagnostics& other);
  Diagnostics& operator=(const Diagnostics& other);
  Diagnostics(Diagnostics&& other) noexcept;
  Diagnostics& operator=(Diagnostics&& other) noexcept;
  /// Adds and returns a reference valid until the next call on this object (set address, hints...).
  Diagnostic& add(Diagnostic diagnostic);
  Diagnostic& error(DiagCode code, std::string detail, std::optional<SourceRange> subject = {});
  Diagnostic& warning(DiagCode code, std::string detail, std::optional<SourceRange> subject = {});
  void append(Diagnostics other);
  bool has_errors() const;
  bool empty() const;
  std::size_t size() const;
  /// Warnings first, then without range, then by file path (fewer segments first, then name), begin, end, code;
  /// equal ones once (checklist E4). Same order for any number of threads.
  std::vector<Diagnostic> sorted(const SourceFiles& sources) const;
  std::vector<Diagnostic> take();

 private:
  mutable std::mutex mutex_;
  std::vector<Diagnostic> items_;
  bool errors_ = false;
};

}  // namespace terrace::diag

namespace terrace {
using diag::DiagCode;
using diag::Diagnostic;
using diag::Diagnostics;
using diag::Severity;
}  // namespace terrace
