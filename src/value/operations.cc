// SPDX-License-Identifier: Apache-2.0
#include "value/operations.h"

#include "base/strings.h"

namespace terrace::value {

namespace {
Value marked_like(Value result, const Value& a, const Value& b) {
  if (!a.has_marks() && !b.has_marks()) return result;
  Marks marks = a.marks();
  marks.merge(b.marks());
  return result.with_marks(marks);
}
Refinement not_null() {
  Refinement refinement;
  refinement.nullness = Refinement::Nullness::not_null;
  return refinement;
}
Value unknown_bool() { return Value::unknown(Type::boolean(), not_null()); }

enum class Equality : std::uint8_t { equal, different, undecided };

/// Unmarked values.
Equality compare_equal(const Value& a, const Value& b) {
  if (a.is_unknown() || b.is_unknown()) {
    if ((a.is_null() && b.definitely_not_null()) || (b.is_null() && a.definitely_not_null())) return Equality::different;
    const Refinement *x = a.refinement(), *y = b.refinement();
    auto excludes = [](const Refinement* r, const Value& known) {
      if (r == nullptr) return false;
      if (known.kind() == Kind::string) return !known.as_string().starts_with(r->prefix);
      if (known.kind() == Kind::number) {
        Number n = known.as_number();
        if (r->lower && (n < r->lower->at || (n == r->lower->at && !r->lower->inclusive))) return true;
        if (r->upper && (n > r->upper->at || (n == r->upper->at && !r->upper->inclusive))) return true;
      }
      if (known.kind() == Kind::list || known.kind() == Kind::map || known.kind() == Kind::set) {
        if (r->min_length && known.length() < *r->min_length) return true;
        if (r->max_length && known.length() > *r->max_length) return true;
      }
      return false;
    };
    if (a.is_unknown() && !b.is_unknown() && !b.is_null() && excludes(x, b)) return Equality::different;
    if (b.is_unknown() && !a.is_unknown() && !a.is_null() && excludes(y, a)) return Equality::different;
    if (a.is_unknown() && b.is_unknown() && x != nullptr && y != nullptr && a.definitely_not_null() && b.definitely_not_null()) {
      if (!x->prefix.empty() && !y->prefix.empty() && !x->prefix.starts_with(y->prefix) && !y->prefix.starts_with(x->prefix)) return Equality::different;
      if (x->upper && y->lower && x->upper->at < y->lower->at) return Equality::different;
      if (y->upper && x->lower && y->upper->at < x->lower->at) return Equality::different;
    }
    Type s = a.type(), t = b.type();
    if (!a.is_null() && !b.is_null() && !s.has_dynamic() && !t.has_dynamic() && !(s == t) && a.definitely_not_null() && b.definitely_not_null()) return Equality::different;
    return Equality::undecided;
  }
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null() ? Equality::equal : Equality::different;
  if (a.kind() != b.kind()) return Equality::different;
  switch (a.kind()) {
    case Kind::boolean: return a.as_bool() == b.as_bool() ? Equality::equal : Equality::different;
    case Kind::number: return a.as_number() == b.as_number() ? Equality::equal : Equality::different;
    case Kind::string: return a.as_string() == b.as_string() ? Equality::equal : Equality::different;
    case Kind::null: case Kind::unknown: return Equality::undecided;
    case Kind::list: case Kind::set: case Kind::map: case Kind::object: case Kind::tuple: break;
  }
  Type s = a.type(), t = b.type();
  if (!(s == t) && !s.has_dynamic() && !t.has_dynamic()) return Equality::different;
  auto x = a.elements(), y = b.elements();
  if (a.kind() == Kind::set && (!a.is_wholly_known() || !b.is_wholly_known())) return Equality::undecided;
  if (x.size() != y.size()) return Equality::different;
  if (a.kind() == Kind::map && !std::equal(a.keys().begin(), a.keys().end(), b.keys().begin())) return Equality::different;
  if (a.kind() == Kind::object) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(s.attributes()[i].name == t.attributes()[i].name)) return Equality::different;
    }
  }
  Equality result = Equality::equal;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Equality one = compare_equal(x[i], y[i]);
    if (one == Equality::different) return one;
    if (one == Equality::undecided) result = one;
  }
  return result;
}
}  // namespace

Value equals(const Value& a, const Value& b) {
  Marks marks;
  if (a.contains_marks() || b.contains_marks()) {
    marks = a.all_marks();
    marks.merge(b.all_marks());
  }
  Equality equality = compare_equal(a.unmarked_deep(), b.unmarked_deep());
  Value result = equality == Equality::undecided ? unknown_bool() : Value::boolean(equality == Equality::equal);
  return result.with_marks(marks);
}
Value logical_not(const Value& a) {
  Value result = a.is_unknown() ? unknown_bool() : Value::boolean(!a.as_bool());
  return result.with_marks(a.marks());
}
Value logical_and(const Value& a, const Value& b) {
  bool decided = (a.is_known() && !a.as_bool()) || (b.is_known() && !b.as_bool());
  if (decided) return marked_like(Value::boolean(false), a, b);
  if (a.is_unknown() || b.is_unknown()) return marked_like(unknown_bool(), a, b);
  return marked_like(Value::boolean(true), a, b);
}
Value logical_or(const Value& a, const Value& b) {
  bool decided = (a.is_known() && a.as_bool()) || (b.is_known() && b.as_bool());
  if (decided) return marked_like(Value::boolean(true), a, b);
  if (a.is_unknown() || b.is_unknown()) return marked_like(unknown_bool(), a, b);
  return marked_like(Value::boolean(false), a, b);
}

std::optional<Value> arithmetic(Arithmetic op, const Value& a, const Value& b) {
  if (a.is_unknown() || b.is_unknown()) return marked_like(Value::unknown(Type::number(), not_null()), a, b);
  std::optional<Number> result;
  Number x = a.as_number(), y = b.as_number();
  switch (op) {
    case Arithmetic::add: result = Number::add(x, y); break;
    case Arithmetic::subtract: result = Number::subtract(x, y); break;
    case Arithmetic::multiply: result = Number::multiply(x, y); break;
    case Arithmetic::divide: result = Number::divide(x, y); break;
    case Arithmetic::remainder: result = Number::remainder(x, y); break;
  }
  if (!result) return std::nullopt;
  return marked_like(Value::number(std::move(*result)), a, b);
}
Value negate(const Value& a) {
  Value result = a.is_unknown() ? Value::unknown(Type::number(), not_null()) : Value::number(a.as_number().negate());
  return result.with_marks(a.marks());
}

Value compare(Comparison op, const Value& a, const Value& b) {
  auto decide = [&](std::strong_ordering order) {
    switch (op) {
      case Comparison::less: return order < 0;
      case Comparison::less_equal: return order <= 0;
      case Comparison::greater: return order > 0;
      case Comparison::greater_equal: return order >= 0;
    }
    return false;
  };
  if (a.is_known() && b.is_known()) return marked_like(Value::boolean(decide(a.as_number() <=> b.as_number())), a, b);
  // Bounds may decide all the same.
  auto low = [](const Value& v) -> std::optional<Number> {
    if (v.is_known()) return v.as_number();
    return v.refinement() != nullptr && v.refinement()->lower ? std::optional(v.refinement()->lower->at) : std::nullopt;
  };
  auto high = [](const Value& v) -> std::optional<Number> {
    if (v.is_known()) return v.as_number();
    return v.refinement() != nullptr && v.refinement()->upper ? std::optional(v.refinement()->upper->at) : std::nullopt;
  };
  auto a_low = low(a), a_high = high(a), b_low = low(b), b_high = high(b);
  if (a_high && b_low && *a_high < *b_low) return marked_like(Value::boolean(decide(std::strong_ordering::less)), a, b);
  if (a_low && b_high && *a_low > *b_high) return marked_like(Value::boolean(decide(std::strong_ordering::greater)), a, b);
  return marked_like(unknown_bool(), a, b);
}

Value length(const Value& collection) {
  Marks marks = collection.marks();
  Type type = collection.type();
  if (type.kind() == TypeKind::tuple) return Value::number(static_cast<std::int64_t>(type.elements().size())).with_marks(marks);
  if (type.kind() == TypeKind::object) return Value::number(static_cast<std::int64_t>(type.attributes().size())).with_marks(marks);
  if (collection.is_unknown()) {
    Refinement bounded = not_null();
    const Refinement* known = collection.refinement();
    std::uint64_t low = known != nullptr ? known->min_length.value_or(0) : 0;
    bounded.lower = Refinement::Bound{Number(static_cast<std::int64_t>(low)), true};
    if (known != nullptr && known->max_length) bounded.upper = Refinement::Bound{Number(static_cast<std::int64_t>(*known->max_length)), true};
    return Value::unknown(Type::number(), std::move(bounded)).with_marks(marks);
  }
  auto n = static_cast<std::int64_t>(collection.length());
  if (collection.kind() == Kind::set && !collection.is_wholly_known() && n > 1) {
    Refinement bounded = not_null();
    bounded.lower = Refinement::Bound{Number(1), true};
    bounded.upper = Refinement::Bound{Number(n), true};
    return Value::unknown(Type::number(), std::move(bounded)).with_marks(marks);
  }
  return Value::number(n).with_marks(marks);
}

Value undecided(const Value& if_true, const Value& if_false) {
  const Value a = if_true.unmarked(), b = if_false.unmarked();
  Type type = a.type() == b.type() ? a.type() : Type::dynamic();
  if (a.is_null() && b.is_null()) return Value::null(type);
  Refinement refinement;
  if (a.definitely_not_null() && b.definitely_not_null()) refinement.nullness = Refinement::Nullness::not_null;
  if (type.kind() == TypeKind::number) {
    auto low = [](const Value& v) -> std::optional<Refinement::Bound> {
      if (v.kind() == Kind::number) return Refinement::Bound{v.as_number(), true};
      return v.refinement() != nullptr ? v.refinement()->lower : std::nullopt;
    };
    auto high = [](const Value& v) -> std::optional<Refinement::Bound> {
      if (v.kind() == Kind::number) return Refinement::Bound{v.as_number(), true};
      return v.refinement() != nullptr ? v.refinement()->upper : std::nullopt;
    };
    if (auto x = low(a), y = low(b); x && y) refinement.lower = x->at < y->at || (x->at == y->at && x->inclusive) ? x : y;
    if (auto x = high(a), y = high(b); x && y) refinement.upper = x->at > y->at || (x->at == y->at && x->inclusive) ? x : y;
  }
  if (type.is_collection()) {
    auto bounds = [](const Value& v) -> std::pair<std::optional<std::uint64_t>, std::optional<std::uint64_t>> {
      if (v.is_null()) return {};
      if (v.is_known()) {
        bool exact = v.kind() != Kind::set || v.is_wholly_known() || v.length() <= 1;
        return {exact ? v.length() : 1, v.length()};
      }
      return v.refinement() != nullptr ? std::pair(v.refinement()->min_length, v.refinement()->max_length) : std::pair<std::optional<std::uint64_t>, std::optional<std::uint64_t>>{};
    };
    auto [a_low, a_high] = bounds(a);
    auto [b_low, b_high] = bounds(b);
    if (a_low && b_low) refinement.min_length = std::min(*a_low, *b_low);
    if (a_high && b_high) refinement.max_length = std::max(*a_high, *b_high);
  }
  return Value::unknown(type, std::move(refinement));
}

std::string safe_prefix(std::string_view text, std::size_t max_bytes) {
  // The last grapheme cluster may still grow with what follows, unless it is a plain ASCII character that never combines.
  std::size_t end = 0, before = 0;
  while (end < text.size()) {
    std::size_t next = base::next_grapheme(text, end);
    if (next > max_bytes) break;
    before = end;
    end = next;
  }
  if (end == text.size() && end > before) {
    auto last = static_cast<unsigned char>(text[end - 1]);
    bool closed = end - before == 1 && last < 0x80 && !((last >= 'a' && last <= 'z') || (last >= 'A' && last <= 'Z') || (last >= '0' && last <= '9')) && last != '\r' &&
                  last != '<' && last != '=' && last != '>';
    if (!closed) end = before;
  }
  return std::string(text.substr(0, end));
}

}  // namespace terrace::value
