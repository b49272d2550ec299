// SPDX-License-Identifier: Apache-2.0
#include "value/value.h"

#include <gtest/gtest.h>

#include "value/convert.h"
#include "value/json.h"
#include "value/msgpack.h"
#include "value/operations.h"
#include "value/path.h"
#include "value/print.h"

namespace terrace::value {
namespace {

Value text(std::string_view s) { return Value::string(s); }
Value number(std::string_view s) { return Value::number(*Number::parse(s)); }

TEST(Number, PrintsAsThePeerDoes) {
  EXPECT_EQ(Number::parse("1e3")->text(), "1000");
  EXPECT_EQ(Number::parse("0.1")->text(), "0.1");
  EXPECT_EQ(Number::add(*Number::parse("0.1"), *Number::parse("0.2"))->text(), "0.3");
  EXPECT_EQ(Number::divide(1, 3)->text(),  // 157 characters, as the peer prints
            "0." + std::string(154, '3') + "5");
  EXPECT_EQ(Number::parse("1e30")->text(), "1000000000000000000000000000000");
  EXPECT_EQ(Number(0).negate().text(), "-0");
  EXPECT_EQ(Number(0).negate(), Number(0));
  EXPECT_EQ(Number::parse("9223372036854775808")->text(), "9223372036854775808");
  EXPECT_EQ(Number::add(INT64_MAX, 1)->text(), "9223372036854775808");
  EXPECT_EQ(Number::divide(1, 0)->text(), "+Inf");
  EXPECT_FALSE(Number::divide(0, 0));
  EXPECT_EQ(Number::remainder(5, 0)->text(), "5");
  EXPECT_EQ(Number::remainder(-7, 3)->text(), "-1");
}
TEST(Number, DoublesEqualTheSameNumberWrittenOut) {
  Number wire = Number::from_double(0.1), written = *Number::parse("0.1");
  EXPECT_EQ(wire.text(), "0.1");
  EXPECT_EQ(wire, written);
  EXPECT_EQ(wire.hash(), written.hash());
  EXPECT_NE(wire, *Number::parse("0.10000000000000001"));
  EXPECT_TRUE(decode_msgpack("\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A", Type::number())->same(Value::number(written)));
  EXPECT_EQ(encode_msgpack(Value::number(wire), Type::number())[0], '\xCB');
  EXPECT_EQ(encode_msgpack(Value::number(written), Type::number()), "\xA3" "0.1");
  EXPECT_EQ(Number::subtract(*Number::parse("0.3"), *Number::parse("0.2"))->text(), "0.1" + std::string(153, '0') + "1");
}
TEST(Number, HugeExponentsEatNoMemory) {
  EXPECT_EQ(Number::parse("1e999999999")->text(), "+Inf");
  EXPECT_EQ(Number::parse("-1e999999999")->text(), "-Inf");
  EXPECT_EQ(Number::parse("1e-999999999")->text(), "0");
  EXPECT_EQ(Number::parse("1e100000")->text().size(), 100001u);
}
TEST(Json, KeysEqualOnceNormalisedAreOneAttribute) {
  auto document = base::JsonDocument::parse(R"({"e\u0301":1,"\u00e9":2})");
  ASSERT_TRUE(document);
  Value v = parse_simple_json(document->root());
  ASSERT_EQ(v.length(), 1u);
  EXPECT_EQ(v.attribute("é")->as_int64(), 2);
}
TEST(Print, MultiLineText) {
  EXPECT_EQ(print(Value::string("a\nb\n")), "<<EOT\na\nb\n\nEOT");
  EXPECT_EQ(print(Value::tuple({Value::string("a\nb")})), "[\n  <<-EOT\n  a\n  b\n  EOT,\n]");
}
TEST(Marks, ManyPathsGoBackAtOnce) {
  std::vector<std::pair<std::string, Value>> entries;
  for (int i = 0; i < 20000; ++i) entries.emplace_back(std::to_string(i), text("x").mark(i % 2 == 0 ? MarkKind::sensitive : MarkKind::ephemeral));
  Value v = Value::object({{Symbol("m"), Value::map(Type::string(), std::move(entries))}, {Symbol("n"), number("1")}}).mark(MarkKind::sensitive);
  auto [plain, paths] = unmark_paths(v);
  EXPECT_EQ(paths.size(), 20001u);
  EXPECT_TRUE(mark_paths(plain, paths).same(v));
}
TEST(Number, ParsesWhatObservedSays) {
  for (auto s : {"1.", ".5", "+1", "0012", "Inf", "inf", "-Inf", "1p4"}) EXPECT_TRUE(Number::parse(s)) << s;
  for (auto s : {"NaN", "-Infinity", "0x1F", "0b1", "0o17", "1e5_0", " 1", "", ".", "1e"}) EXPECT_FALSE(Number::parse(s)) << s;
  EXPECT_EQ(Number::parse("1p4")->text(), "16");
}
TEST(Value, IsSmallAndKeepsItsText) {
  for (std::size_t n : {0, 1, 13, 14, 15, 100}) {
    std::string s(n, 'x');
    Value v = text(s), copy = v, moved = std::move(v);
    EXPECT_EQ(copy.as_string(), s);
    EXPECT_TRUE(copy.same(moved));
  }
  EXPECT_EQ(text("e\xcc\x81").as_string(), "é");
}
TEST(Value, FreesDeepValuesWithoutRecursion) {
  Value deep = Value::number(1);
  for (int i = 0; i < 20000; ++i) deep = Value::list(Type::dynamic(), {deep});
  deep = Value();
}
TEST(Value, FlagsFollowContent) {
  Value object = Value::object({{Symbol("a"), Value::unknown(Type::string())}, {Symbol("b"), text("x").mark(MarkKind::sensitive)}});
  EXPECT_FALSE(object.is_wholly_known());
  EXPECT_TRUE(object.contains_marks());
  EXPECT_FALSE(object.has_marks());
  EXPECT_FALSE(object.unmarked_deep().contains_marks());
  auto [plain, paths] = unmark_paths(object);
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(path_text(paths[0].path), ".b");
  EXPECT_TRUE(mark_paths(plain, paths).same(object));
}
TEST(Value, SetsSortDropDuplicatesAndLiftMarks) {
  Value set = Value::set(Type::string(), {text("b"), text("a").mark(MarkKind::sensitive), text("b"), Value::null(Type::string())});
  EXPECT_TRUE(set.has_marks());
  EXPECT_EQ(print(set, Secrets::show), "toset([\n  \"a\",\n  \"b\",\n  tostring(null),\n])");
  Value objects = convert(Value::tuple({Value::object({{Symbol("a"), number("10")}}), Value::object({{Symbol("a"), number("9")}}), Value::object({{Symbol("a"), number("100")}})}),
                          Type::set(Type::dynamic())).value;
  EXPECT_EQ(print(objects), "toset([\n  {\n    \"a\" = 100\n  },\n  {\n    \"a\" = 10\n  },\n  {\n    \"a\" = 9\n  },\n])");
}
TEST(Unknown, CollapsesWhenPinned) {
  Refinement pinned;
  pinned.nullness = Refinement::Nullness::not_null;
  pinned.min_length = pinned.max_length = 2;
  EXPECT_EQ(Value::unknown(Type::list(Type::string()), pinned).length(), 2u);
  EXPECT_TRUE(Value::unknown(Type::set(Type::string()), pinned).is_unknown());
}
TEST(Equals, DecidesWhatIsCertain) {
  Refinement some;
  some.nullness = Refinement::Nullness::not_null;
  some.prefix = "arn:";
  Value arn = Value::unknown(Type::string(), some);
  EXPECT_TRUE(equals(arn, Value::null(Type::string())).same(Value::boolean(false)));
  EXPECT_TRUE(equals(arn, text("x")).same(Value::boolean(false)));
  EXPECT_TRUE(equals(arn, text("arn:y")).is_unknown());
  EXPECT_TRUE(equals(number("1"), text("1")).same(Value::boolean(false)));
  EXPECT_TRUE(equals(Value::null(Type::string()), Value::null(Type::number())).same(Value::boolean(true)));
}

struct ConvertRow { Value from; Type to; const char* printed; };
TEST(Convert, Table) {
  Value ab = Value::object({{Symbol("a"), number("1")}, {Symbol("b"), text("x")}});
  Type wanted = Type::object({{Symbol("a"), Type::string(), false}, {Symbol("c"), Type::number(), true}});
  std::vector<ConvertRow> rows = {
      {text("12"), Type::number(), "12"}, {number("12"), Type::string(), "\"12\""}, {text("true"), Type::boolean(), "true"},
      {Value::tuple({number("1"), text("a")}), Type::list(Type::dynamic()), "tolist([\n  \"1\",\n  \"a\",\n])"},
      {ab, Type::map(Type::dynamic()), "tomap({\n  \"a\" = \"1\"\n  \"b\" = \"x\"\n})"},
      {ab, wanted, "{\n  \"a\" = \"1\"\n  \"c\" = tonumber(null)\n}"},
      {Value::null(Type::dynamic()), Type::list(Type::string()), "tolist(null) /* of string */"},
  };
  for (const auto& row : rows) {
    auto converted = convert(row.from, row.to);
    ASSERT_TRUE(converted) << row.printed << converted.mismatch->text();
    EXPECT_EQ(print(converted.value), row.printed);
  }
  EXPECT_EQ(convert(ab, Type::object({{Symbol("z"), Type::string(), false}})).mismatch->text(), "attribute \"z\" is required");
  EXPECT_EQ(convert(text("x"), Type::number()).mismatch->text(), "a number is required");
  EXPECT_FALSE(convert(Value::tuple({number("1"), Value::boolean(true)}), Type::list(Type::dynamic())));
}
TEST(Unify, FollowsThePeer) {
  Type s = Type::string(), n = Type::number();
  EXPECT_EQ(unify(std::vector<Type>{s, n}, Safety::unsafe), s);
  EXPECT_FALSE(unify(std::vector<Type>{n, Type::boolean()}, Safety::unsafe));
  EXPECT_EQ(unify(std::vector<Type>{Type::tuple({n}), Type::tuple({s, s})}, Safety::unsafe), Type::list(s));
  EXPECT_EQ(unify(std::vector<Type>{Type::set(n), Type::tuple({n})}, Safety::unsafe), Type::set(n));
  EXPECT_EQ(unify(std::vector<Type>{Type::list(n), Type::set(s)}, Safety::unsafe), Type::list(n));
  EXPECT_EQ(unify(std::vector<Type>{Type::set(s), Type::list(n)}, Safety::unsafe), Type::list(n));
  EXPECT_EQ(unify(std::vector<Type>{Type::set(n), Type::tuple({s})}, Safety::unsafe), Type::set(n));
  EXPECT_EQ(unify(std::vector<Type>{Type::set(n), Type::list(n)}, Safety::unsafe), Type::list(n));
  EXPECT_EQ(unify(std::vector<Type>{Type::object({{Symbol("a"), n, false}}), Type::object({{Symbol("b"), n, false}})}, Safety::unsafe), Type::map(n));
}
TEST(Codecs, RoundTripRandomValues) {
  std::uint64_t seed = 42;
  auto next = [&](std::uint64_t bound) { seed = seed * 6364136223846793005ULL + 1442695040888963407ULL; return (seed >> 33) % bound; };
  std::function<Value(int)> make = [&](int depth) -> Value {
    switch (next(depth > 3 ? 5 : 9)) {
      case 0: return Value::null(Type::string());
      case 1: return Value::boolean(next(2) == 0);
      case 2: return Value::number(static_cast<std::int64_t>(seed));
      case 3: return number(std::to_string(next(1000)) + "." + std::to_string(next(100000)));
      case 4: return text(std::string(next(40), static_cast<char>('a' + next(26))) + "é<");
      case 5: return Value::tuple({make(depth + 1), make(depth + 1)});
      case 6: return Value::object({{Symbol("x"), make(depth + 1)}, {Symbol("y z"), make(depth + 1)}});
      case 7: return Value::list(Type::number(), {number("1"), number("2.5")});
      default: return Value::map(Type::string(), {{"k", text("v")}, {"a", text("")}});
    }
  };
  for (int i = 0; i < 500; ++i) {
    Value v = make(0);
    auto back = decode_msgpack(encode_msgpack(v, v.type()), v.type());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(back->same(v)) << print(v);
    auto dynamic = decode_msgpack(encode_msgpack(v, Type::dynamic()), Type::dynamic());
    ASSERT_TRUE(dynamic);
    EXPECT_TRUE(dynamic->same(v));
    std::string json;
    JsonWriter writer(json);
    ASSERT_TRUE(write_json(writer, v, v.type()));
    auto document = base::JsonDocument::parse(json);
    ASSERT_TRUE(document) << json;
    auto read = parse_json(document->root(), v.type());
    ASSERT_TRUE(read) << read.error().message << json;
    EXPECT_TRUE(read->same(v)) << json;
    EXPECT_TRUE(convert(v, v.type()).value.same(v));
  }
}
TEST(Msgpack, UnknownsOnTheWire) {
  EXPECT_EQ(encode_msgpack(Value::unknown(Type::string()), Type::string()), std::string("\xD4\x00\x00", 3));
  Refinement some;
  some.nullness = Refinement::Nullness::not_null;
  some.prefix = "ab";
  Value v = Value::unknown(Type::string(), some);
  auto back = decode_msgpack(encode_msgpack(v, Type::string()), Type::string());
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->same(v));
  for (std::size_t n = 0; n < 12; ++n) (void)decode_msgpack(std::string_view("\xC7\x09\x0C\x82\x01\xC2\x02\xA2" "ab\x00\x00", n), Type::string());
}

}  // namespace
}  // namespace terrace::value
