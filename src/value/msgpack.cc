// SPDX-License-Identifier: Apache-2.0
#include "value/msgpack.h"

#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/format.h"
#include "value/path.h"

namespace terrace::value {

namespace {

class Encoder {
 public:
  std::string out;

  void value(const Value& v, Type type) {
    CHECK(!v.has_marks(), "marks are never encoded");
    if (v.is_unknown()) return unknown(v);
    if (type.is_dynamic()) {
      if (v.is_null() && v.type().is_dynamic()) {
        byte(0xC0);
        return;
      }
      byte(0x92);
      bytes(type_json(v.type()));
      value(v, v.type());
      return;
    }
    switch (v.kind()) {
      case Kind::null: byte(0xC0); return;
      case Kind::unknown: return;
      case Kind::boolean: byte(v.as_bool() ? 0xC3 : 0xC2); return;
      case Kind::number: number(v.as_number()); return;
      case Kind::string: text(v.as_string()); return;
      case Kind::list: case Kind::set:
        header(v.length(), 0x90, 0xDC, 0xDD);
        for (const auto& item : v.elements()) value(item, type.element());
        return;
      case Kind::tuple: {
        header(v.length(), 0x90, 0xDC, 0xDD);
        for (std::size_t i = 0; i < v.length(); ++i) value(v.elements()[i], type.elements()[i]);
        return;
      }
      case Kind::map:
        header(v.length(), 0x80, 0xDE, 0xDF);
        for (std::size_t i = 0; i < v.length(); ++i) {
          text(v.keys()[i]);
          value(v.elements()[i], type.element());
        }
        return;
      case Kind::object: {
        auto attributes = type.attributes();
        header(attributes.size(), 0x80, 0xDE, 0xDF);
        for (const auto& attribute : attributes) {
          text(attribute.name.text());
          const Value* item = v.attribute(attribute.name);
          CHECK(item != nullptr, "the value conforms to its type");
          value(*item, attribute.type);
        }
        return;
      }
    }
  }

 private:
  void byte(unsigned b) { out += static_cast<char>(b); }
  void big_endian(std::uint64_t n, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) byte(static_cast<unsigned>(n >> shift) & 0xFF);
  }
  void header(std::size_t n, unsigned fix, unsigned two, unsigned four) {
    if (n < 16) byte(fix | static_cast<unsigned>(n));
    else if (n < 65536) byte(two), big_endian(n, 2);
    else byte(four), big_endian(n, 4);
  }
  void text(std::string_view s) {
    if (s.size() < 32) byte(0xA0 | static_cast<unsigned>(s.size()));
    else if (s.size() < 256) byte(0xD9), big_endian(s.size(), 1);
    else if (s.size() < 65536) byte(0xDA), big_endian(s.size(), 2);
    else byte(0xDB), big_endian(s.size(), 4);
    out += s;
  }
  void bytes(std::string_view s) {
    if (s.size() < 256) byte(0xC4), big_endian(s.size(), 1);
    else if (s.size() < 65536) byte(0xC5), big_endian(s.size(), 2);
    else byte(0xC6), big_endian(s.size(), 4);
    out += s;
  }
  void integer(std::int64_t n) {
    if (n >= 0) {
      if (n < 128) byte(static_cast<unsigned>(n));
      else if (n < 256) byte(0xCC), big_endian(static_cast<std::uint64_t>(n), 1);
      else if (n < 65536) byte(0xCD), big_endian(static_cast<std::uint64_t>(n), 2);
      else if (n < (std::int64_t{1} << 32)) byte(0xCE), big_endian(static_cast<std::uint64_t>(n), 4);
      else byte(0xCF), big_endian(static_cast<std::uint64_t>(n), 8);
    } else {
      if (n >= -32) byte(static_cast<unsigned>(n) & 0xFF);
      else if (n >= -128) byte(0xD0), big_endian(static_cast<std::uint64_t>(n), 1);
      else if (n >= -32768) byte(0xD1), big_endian(static_cast<std::uint64_t>(n), 2);
      else if (n >= -(std::int64_t{1} << 31)) byte(0xD2), big_endian(static_cast<std::uint64_t>(n), 4);
      else byte(0xD3), big_endian(static_cast<std::uint64_t>(n), 8);
    }
  }
  void number(const Number& n) {
    if (auto small = n.big() == nullptr ? n.to_int64() : std::nullopt) {
      integer(*small);
    } else if (n.is_exact_double()) {
      byte(0xCB);
      big_endian(std::bit_cast<std::uint64_t>(n.to_double()), 8);
    } else {
      text(n.text());
    }
  }
  void unknown(const Value& v) {
    const Refinement* known = v.refinement();
    if (known == nullptr || v.type().is_dynamic()) {
      out += std::string_view("\xD4\x00\x00", 3);
      return;
    }
    Encoder body;
    std::size_t entries = 0;
    Encoder items;
    auto entry = [&](unsigned key) { items.byte(key), ++entries; };
    if (known->nullness == Refinement::Nullness::not_null) entry(1), items.byte(0xC2);
    if (!known->prefix.empty()) entry(2), items.text(std::string_view(known->prefix).substr(0, 256));
    auto bound = [&](unsigned key, const std::optional<Refinement::Bound>& b) {
      if (!b) return;
      entry(key);
      items.byte(0x92);
      items.number(b->at);
      items.byte(b->inclusive ? 0xC3 : 0xC2);
    };
    bound(3, known->lower);
    bound(4, known->upper);
    if (known->min_length && *known->min_length > 0) entry(5), items.integer(static_cast<std::int64_t>(*known->min_length));
    if (known->max_length) entry(6), items.integer(static_cast<std::int64_t>(*known->max_length));
    if (entries == 0) {
      out += std::string_view("\xD4\x00\x00", 3);
      return;
    }
    body.header(entries, 0x80, 0xDE, 0xDF);
    body.out += items.out;
    std::size_t size = body.out.size();
    if (size == 1 || size == 2 || size == 4 || size == 8 || size == 16) {
      byte(size == 1 ? 0xD4 : size == 2 ? 0xD5 : size == 4 ? 0xD6 : size == 8 ? 0xD7 : 0xD8);
    } else if (size < 256) {
      byte(0xC7), big_endian(size, 1);
    } else {
      byte(0xC8), big_endian(size, 2);
    }
    byte(12);
    out += body.out;
  }
};

class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}
  std::size_t left() const { return in_.size() - at_; }

  Result<Value> value(Type type) {
    if (depth_ >= 200) return wrong("nested deeper than 200 levels");
    std::uint8_t lead = TRY(peek());
    if (is_extension(lead)) return extension(type);
    if (lead == 0xC0) {
      ++at_;
      return Value::null(type);
    }
    ++depth_;
    auto result = known(type);
    --depth_;
    return result;
  }

 private:
  std::string_view in_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Path path_;

  Error wrong(std::string_view what) const { return Error{ErrorKind::invalid, (path_.empty() ? "" : path_text(path_) + ": ") + std::string(what)}; }
  static bool is_extension(std::uint8_t b) { return (b >= 0xD4 && b <= 0xD8) || (b >= 0xC7 && b <= 0xC9); }
  Result<std::uint8_t> peek() const {
    if (at_ >= in_.size()) return wrong("the message ends too early");
    return static_cast<std::uint8_t>(in_[at_]);
  }
  Result<std::uint64_t> big_endian(int size) {
    if (left() < static_cast<std::size_t>(size)) return wrong("the message ends too early");
    std::uint64_t n = 0;
    for (int i = 0; i < size; ++i) n = n << 8 | static_cast<std::uint8_t>(in_[at_++]);
    return n;
  }
  Result<std::string_view> take(std::uint64_t size) {
    if (left() < size) return wrong("the message ends too early");
    auto piece = in_.substr(at_, size);
    at_ += size;
    return piece;
  }
  Result<std::optional<std::string_view>> text() {
    std::uint8_t lead = TRY(peek());
    std::uint64_t size = 0;
    if ((lead & 0xE0) == 0xA0) size = lead & 0x1F, ++at_;
    else if (lead == 0xD9 || lead == 0xC4) ++at_, size = TRY(big_endian(1));
    else if (lead == 0xDA || lead == 0xC5) ++at_, size = TRY(big_endian(2));
    else if (lead == 0xDB || lead == 0xC6) ++at_, size = TRY(big_endian(4));
    else return std::optional<std::string_view>();
    return std::optional<std::string_view>(TRY(take(size)));
  }
  Result<std::uint64_t> count(std::uint8_t fix, std::uint8_t two, std::uint8_t four, std::string_view what) {
    std::uint8_t lead = TRY(peek());
    ++at_;
    std::uint64_t n = 0;
    if ((lead & 0xF0) == fix) n = lead & 0x0F;
    else if (lead == two) n = TRY(big_endian(2));
    else if (lead == four) n = TRY(big_endian(4));
    else return wrong(what);
    if (n > left()) return wrong("the message ends too early");  // every element takes a byte
    return n;
  }
  Result<std::optional<Number>> number() {
    std::uint8_t lead = TRY(peek());
    if (lead < 0x80) { ++at_; return std::optional(Number(lead)); }
    if (lead >= 0xE0) { ++at_; return std::optional(Number(static_cast<std::int8_t>(lead))); }
    auto sized = [&](int size) -> Result<std::uint64_t> { ++at_; return big_endian(size); };
    switch (lead) {
      case 0xCC: return std::optional(Number(static_cast<std::int64_t>(TRY(sized(1)))));
      case 0xCD: return std::optional(Number(static_cast<std::int64_t>(TRY(sized(2)))));
      case 0xCE: return std::optional(Number(static_cast<std::int64_t>(TRY(sized(4)))));
      case 0xCF: {
        std::uint64_t n = TRY(sized(8));
        return n <= INT64_MAX ? std::optional(Number(static_cast<std::int64_t>(n))) : Number::parse(std::to_string(n));
      }
      case 0xD0: return std::optional(Number(static_cast<std::int8_t>(TRY(sized(1)))));
      case 0xD1: return std::optional(Number(static_cast<std::int16_t>(TRY(sized(2)))));
      case 0xD2: return std::optional(Number(static_cast<std::int32_t>(TRY(sized(4)))));
      case 0xD3: return std::optional(Number(static_cast<std::int64_t>(TRY(sized(8)))));
      case 0xCA: {
        auto d = std::bit_cast<float>(static_cast<std::uint32_t>(TRY(sized(4))));
        if (d != d) return wrong("NaN is no number");
        return std::optional(Number::from_double(d));
      }
      case 0xCB: {
        auto d = std::bit_cast<double>(TRY(sized(8)));
        if (d != d) return wrong("NaN is no number");
        return std::optional(Number::from_double(d));
      }
      default: break;
    }
    auto written = TRY(text());
    if (!written) return std::optional<Number>();
    return Number::parse(*written);
  }

  Result<Value> known(Type type) {
    switch (type.kind()) {
      case TypeKind::dynamic: {
        std::uint64_t n = TRY(count(0x90, 0xDC, 0xDD, "a value with its type is required"));
        if (n != 2) return wrong("a value with its type is required");
        auto written = TRY(text());
        if (!written) return wrong("a type is required");
        auto document = base::JsonDocument::parse(std::string(*written));
        if (!document) return wrong("the type is no valid JSON");
        Type inner = TRY(parse_type_json(document->root()));
        return value(inner);
      }
      case TypeKind::boolean: {
        std::uint8_t lead = TRY(peek());
        ++at_;
        if (lead != 0xC2 && lead != 0xC3) return wrong("bool required");
        return Value::boolean(lead == 0xC3);
      }
      case TypeKind::number: {
        auto n = TRY(number());
        if (!n) return wrong("number required");
        return Value::number(std::move(*n));
      }
      case TypeKind::string: {
        auto s = TRY(text());
        if (!s) return wrong("string required");
        return Value::string(*s);
      }
      case TypeKind::list: case TypeKind::set: case TypeKind::tuple: {
        std::uint64_t n = TRY(count(0x90, 0xDC, 0xDD, "array required"));
        if (type.kind() == TypeKind::tuple && n != type.elements().size()) return wrong(format("{} elements required", type.elements().size()));
        std::vector<Value> items;
        for (std::uint64_t i = 0; i < n; ++i) {
          path_.push_back(PathStep::index(Value::number(static_cast<std::int64_t>(i))));
          items.push_back(TRY(value(type.kind() == TypeKind::tuple ? type.elements()[i] : type.element())));
          path_.pop_back();
        }
        if (type.kind() == TypeKind::tuple) return Value::tuple(std::move(items));
        return type.kind() == TypeKind::list ? Value::list(type.element(), std::move(items)) : Value::set(type.element(), std::move(items));
      }
      case TypeKind::map: {
        std::uint64_t n = TRY(count(0x80, 0xDE, 0xDF, "map required"));
        std::vector<std::pair<std::string, Value>> entries;
        for (std::uint64_t i = 0; i < n; ++i) {
          auto key = TRY(text());
          if (!key) return wrong("a map key is a string");
          path_.push_back(PathStep::index(Value::string(*key)));
          Value item = TRY(value(type.element()));
          path_.pop_back();
          entries.emplace_back(*key, std::move(item));
        }
        return Value::map(type.element(), std::move(entries));
      }
      case TypeKind::object: {
        std::uint64_t n = TRY(count(0x80, 0xDE, 0xDF, "object required"));
        auto attributes = type.attributes();
        if (n != attributes.size()) return wrong(format("{} attributes required, {} given", attributes.size(), n));
        std::vector<std::optional<Value>> found(attributes.size());
        for (std::uint64_t i = 0; i < n; ++i) {
          auto key = TRY(text());
          int index = key ? type.attribute_index(Symbol(*key)) : -1;
          if (index < 0) return wrong(format("unsupported attribute \"{}\"", key.value_or("?")));
          auto place = static_cast<std::size_t>(index);
          if (found[place]) return wrong(format("attribute \"{}\" stands twice", *key));
          path_.push_back(PathStep::attribute(attributes[place].name));
          found[place] = TRY(value(attributes[place].type));
          path_.pop_back();
        }
        std::vector<Value> items;
        for (auto& item : found) items.push_back(std::move(*item));
        return Value::object(type, std::move(items));
      }
      case TypeKind::capsule: break;
    }
    return wrong("unsupported type");
  }

  Result<Value> extension(Type type) {
    std::uint8_t lead = TRY(peek());
    ++at_;
    std::uint64_t size = 0;
    if (lead >= 0xD4) size = std::uint64_t{1} << (lead - 0xD4);
    else size = TRY(big_endian(1 << (lead - 0xC7)));
    std::uint64_t kind = TRY(big_endian(1));
    std::string_view body = TRY(take(size));
    if (kind != 12 || type.is_dynamic()) return Value::unknown(type);
    if (size > 1024) return wrong("the refinements of an unknown value are over 1024 bytes");
    Decoder inner(body);
    std::uint64_t entries = TRY(inner.count(0x80, 0xDE, 0xDF, "refinements are a map"));
    Refinement known;
    for (std::uint64_t i = 0; i < entries; ++i) {
      auto key = TRY(inner.number());
      auto id = key ? key->to_int64().value_or(0) : 0;
      auto bound = [&]() -> Result<Refinement::Bound> {
        if (TRY(inner.count(0x90, 0xDC, 0xDD, "a bound is a pair")) != 2) return wrong("a bound is a pair");
        auto n = TRY(inner.number());
        if (!n) return wrong("a bound is a number");
        Value inclusive = TRY(inner.value(Type::boolean()));
        return Refinement::Bound{*n, inclusive.kind() == Kind::boolean && inclusive.as_bool()};
      };
      if (id == 1) {
        Value null = TRY(inner.value(Type::boolean()));
        if (null.kind() == Kind::boolean && null.as_bool()) return Value::null(type);
        known.nullness = Refinement::Nullness::not_null;
      } else if (id == 2) {
        auto prefix = TRY(inner.text());
        if (prefix && type.kind() == TypeKind::string) known.prefix = *prefix;
      } else if (id == 3) {
        known.lower = TRY(bound());
      } else if (id == 4) {
        known.upper = TRY(bound());
      } else if (id == 5 || id == 6) {
        auto n = TRY(inner.number());
        auto length = n ? n->to_int64().value_or(-1) : -1;
        if (length < 0) return wrong("a length bound is a whole number");
        (id == 5 ? known.min_length : known.max_length) = static_cast<std::uint64_t>(length);
      } else {
        TRY(inner.skip());
      }
    }
    if (type.kind() != TypeKind::number) known.lower.reset(), known.upper.reset();
    if (!type.is_collection()) known.min_length.reset(), known.max_length.reset();
    return Value::unknown(type, std::move(known));
  }

  /// Passes over one item of any kind.
  Result<void> skip() {
    std::uint8_t lead = TRY(peek());
    if (is_extension(lead)) {
      (void)TRY(extension(Type::dynamic()));
    } else if (lead == 0xC0 || lead == 0xC2 || lead == 0xC3) {
      ++at_;
    } else if (auto t = TRY(text())) {
      return {};
    } else if ((lead & 0xF0) == 0x90 || lead == 0xDC || lead == 0xDD || (lead & 0xF0) == 0x80 || lead == 0xDE || lead == 0xDF) {
      if (++depth_ > 200) return wrong("nested deeper than 200 levels");
      bool map = (lead & 0xF0) == 0x80 || lead == 0xDE || lead == 0xDF;
      std::uint64_t n = map ? TRY(count(0x80, 0xDE, 0xDF, "map")) * 2 : TRY(count(0x90, 0xDC, 0xDD, "array"));
      for (std::uint64_t i = 0; i < n; ++i) TRY(skip());
      --depth_;
    } else {
      auto n = TRY(number());
      if (!n) return wrong("unknown item");
    }
    return {};
  }
};

}  // namespace

std::string encode_msgpack(const Value& value, Type type) {
  Encoder encoder;
  encoder.value(value, type);
  return std::move(encoder.out);
}

Result<Value> decode_msgpack(std::string_view bytes, Type type) {
  Decoder decoder(bytes);
  Value value = TRY(decoder.value(type));
  if (decoder.left() != 0) return Error{ErrorKind::invalid, "bytes follow the end of the value"};
  return value;
}

}  // namespace terrace::value
