// SPDX-License-Identifier: Apache-2.0
// Order and identity of set elements (checklist B7): strings bytewise, false before true, numbers ascending; other
// types by a canonical text of theirs; nulls last, unknowns after what is known. Unknowns never equal each other.
#include <cstdio>
#include <unordered_set>

#include "base/format.h"
#include "value/node.h"
#include "value/print.h"

namespace terrace::value {

namespace {

void append_bytes(std::string& out, const Value& v) {
  switch (v.kind()) {
    case Kind::unknown: out += '?'; return;
    case Kind::null: out += '~'; return;
    case Kind::boolean: out += v.as_bool() ? 'T' : 'F'; return;
    case Kind::number: {
      char digits[40];
      std::snprintf(digits, sizeof digits, "%.10g", v.as_number().to_double());
      out += digits;
      return;
    }
    case Kind::string: out += quote(v.as_string()); return;
    case Kind::list: case Kind::set:
      out += '[';
      for (const auto& item : v.elements()) append_bytes(out, item), out += ';';
      out += ']';
      return;
    case Kind::map:
      out += '{';
      for (std::size_t i = 0; i < v.length(); ++i) {
        out += quote(v.keys()[i]) + ":";
        append_bytes(out, v.elements()[i]);
        out += ';';
      }
      out += '}';
      return;
    case Kind::object: case Kind::tuple:
      out += '<';
      for (const auto& item : v.elements()) append_bytes(out, item), out += ';';
      out += '>';
      return;
  }
}

int rank(const Value& v) { return v.is_unknown() ? 2 : v.is_null() ? 1 : 0; }

struct Hash { std::size_t operator()(const Value* v) const { return v->hash(); } };
struct Same { bool operator()(const Value* a, const Value* b) const { return a->is_wholly_known() && a->same(*b); } };

}  // namespace

void order_set(std::vector<Value>& elements) {
  if (elements.size() < 2) return;
  bool primitive = true;
  for (const auto& v : elements) {
    Kind kind = v.kind();
    primitive = primitive && (kind == Kind::string || kind == Kind::number || kind == Kind::boolean || kind == Kind::null || kind == Kind::unknown);
  }
  if (primitive) {
    std::stable_sort(elements.begin(), elements.end(), [](const Value& a, const Value& b) {
      int x = rank(a), y = rank(b);
      if (x != y) return x < y;
      if (x != 0 || a.kind() != b.kind()) return false;
      if (a.kind() == Kind::string) return a.as_string() < b.as_string();
      if (a.kind() == Kind::number) return a.as_number() < b.as_number();
      return !a.as_bool() && b.as_bool();
    });
    elements.erase(std::unique(elements.begin(), elements.end(), [](const Value& a, const Value& b) { return a.is_wholly_known() && a.same(b); }), elements.end());
    return;
  }
  std::unordered_set<const Value*, Hash, Same> seen;
  std::vector<std::pair<std::string, Value>> keyed;
  keyed.reserve(elements.size());
  for (const auto& v : elements) {
    if (v.is_wholly_known() && !seen.insert(&v).second) continue;
    std::string bytes;
    append_bytes(bytes, v);
    keyed.emplace_back(std::move(bytes), v);
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
    int x = rank(a.second), y = rank(b.second);
    return x != y ? x < y : a.first < b.first;
  });
  elements.clear();
  for (auto& [bytes, v] : keyed) elements.push_back(std::move(v));
}

}  // namespace terrace::value
