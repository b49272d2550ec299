// SPDX-License-Identifier: Apache-2.0
// Marks carried by values (checklist B6, contract 5): sensitive, ephemeral, deprecated, release metadata.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace terrace::value {

enum class MarkKind : std::uint8_t {
  sensitive = 1,
  ephemeral = 2,
  deprecated = 4,  ///< `detail` tells what and why
  metadata = 8,    ///< release metadata; `detail` names the variable or "timestamp"
};

struct Mark {
  MarkKind kind;
  std::string detail;
  auto operator<=>(const Mark&) const = default;
};

/// Small sorted set of marks; a value type.
class Marks {
 public:
  Marks() = default;
  Marks(MarkKind kind) { add({kind, {}}); }
  bool empty() const { return items_.empty(); }
  bool has(MarkKind kind) const;
  void add(Mark mark);
  void merge(const Marks& other);
  Marks without(MarkKind kind) const;
  const std::vector<Mark>& items() const { return items_; }
  bool operator==(const Marks&) const = default;

 private:
  std::vector<Mark> items_;
};

}  // namespace terrace::value

namespace terrace {
using value::MarkKind;
using value::Marks;
}  // namespace terrace
