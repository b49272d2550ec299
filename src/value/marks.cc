// SPDX-License-Identifier: Apache-2.0
#include "value/marks.h"

#include <algorithm>

namespace terrace::value {
bool Marks::has(MarkKind kind) const {
  return std::any_of(items_.begin(), items_.end(), [&](const Mark& mark) { return mark.kind == kind; });
}
void Marks::add(Mark mark) {
  auto place = std::lower_bound(items_.begin(), items_.end(), mark);
  if (place == items_.end() || *place != mark) items_.insert(place, std::move(mark));
}
void Marks::merge(const Marks& other) {
  for (const auto& mark : other.items_) add(mark);
}
Marks Marks::without(MarkKind kind) const {
  Marks rest;
  for (const auto& mark : items_) {
    if (mark.kind != kind) rest.items_.push_back(mark);
  }
  return rest;
}
}  // namespace terrace::value
