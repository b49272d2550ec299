// SPDX-License-Identifier: Apache-2.0
// Expressions and what they print, confirmed with `terraform console` 1.11.4.
#pragma once
#include <string_view>

namespace terrace::lang::testing {

inline constexpr std::string_view kError = "<error>";

struct VariableRow {
  std::string_view name, type, value;
};
inline constexpr VariableRow kVariables[] = {
    {"l", R"x(list(string))x", R"x(["a", "b", "c"])x"},
    {"el", R"x(list(string))x", R"x([])x"},
    {"ln", R"x(list(number))x", R"x([1, 2, 3])x"},
    {"s", R"x(set(string))x", R"x(["b", "a"])x"},
    {"m", R"x(map(string))x", R"x({ b = "y", a = "x" })x"},
    {"mn", R"x(map(number))x", R"x({ one = 1, two = 2 })x"},
    {"lo", R"x(list(object({ a = string, b = number })))x", R"x([{ a = "x", b = 1 }, { a = "y", b = 2 }])x"},
    {"so", R"x(set(object({ a = string })))x", R"x([{ a = "x" }, { a = "y" }])x"},
    {"o", R"x(object({ a = string, n = number, nested = object({ k = list(number) }) }))x", R"x({ a = "x", n = 1, nested = { k = [1, 2] } })x"},
    {"ns", R"x(string)x", R"x(null)x"},
    {"nl", R"x(list(string))x", R"x(null)x"},
    {"num", R"x(number)x", R"x(5)x"},
    {"str", R"x(string)x", R"x("hello")x"},
    {"flag", R"x(bool)x", R"x(true)x"},
    {"lol", R"x(list(list(number)))x", R"x([[1, 2], [3]])x"},
    {"opt", R"x(list(object({ a = string, b = optional(number, 7), c = optional(object({ d = optional(string, "deep"), e = optional(string) })), f = optional(object({ g = optional(string, "in") }), {}) })))x", R"x([{ a = "1" }, { a = "2", b = 3, c = {}, f = { g = null } }])x"},
    {"om", R"x(map(object({ t = optional(set(string), ["z"]) })))x", R"x({ x = {}, y = { t = null }, w = { t = ["q"] } })x"},
    {"tup", R"x(tuple([string, object({ k = optional(bool, true) })]))x", R"x(["s", {}])x"},
    {"anyl", R"x(list(any))x", R"x(["a", 1, true])x"},
};

struct ExpressionRow {
  std::string_view expression, printed;
};
inline constexpr ExpressionRow kExpressions[] = {
    {R"x(1)x", R"x(1)x"},
    {R"x(1.50)x", R"x(1.5)x"},
    {R"x(1e3)x", R"x(1000)x"},
    {R"x(1.e3)x", R"x(1000)x"},
    {R"x(0012)x", R"x(12)x"},
    {R"x(-0)x", R"x(-0)x"},
    {R"x(-5)x", R"x(-5)x"},
    {R"x(- 5)x", R"x(-5)x"},
    {R"x(1/3)x", R"x(0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335)x"},
    {R"x(1/0)x", R"x(+Inf)x"},
    {R"x(0/0)x", kError},
    {R"x(5%0)x", R"x(5)x"},
    {R"x(-7 % 3)x", R"x(-1)x"},
    {R"x(7 % -3)x", R"x(1)x"},
    {R"x(5.5 % 2)x", R"x(1.5)x"},
    {R"x(0.1+0.2)x", R"x(0.3)x"},
    {R"x(123456789012345678901234567890 + 1)x", R"x(123456789012345678901234567891)x"},
    {R"x(2 * 3 + 4)x", R"x(10)x"},
    {R"x(2 + 3 * 4)x", R"x(14)x"},
    {R"x((2 + 3) * 4)x", R"x(20)x"},
    {R"x(10 / 4)x", R"x(2.5)x"},
    {R"x(1 - 2 - 3)x", R"x(-4)x"},
    {R"x(100 / 10 / 5)x", R"x(2)x"},
    {R"x(-2 * -3)x", R"x(6)x"},
    {R"x("3" + 4)x", R"x(7)x"},
    {R"x("a" + 1)x", kError},
    {R"x(true + 1)x", kError},
    {R"x(null + 1)x", kError},
    {R"x(var.num + var.ln[1])x", R"x(7)x"},
    {R"x(1 == 1.0)x", R"x(true)x"},
    {R"x(1 == "1")x", R"x(false)x"},
    {R"x("1" == 1)x", R"x(false)x"},
    {R"x(true == "true")x", R"x(false)x"},
    {R"x(null == null)x", R"x(true)x"},
    {R"x(null == 1)x", R"x(false)x"},
    {R"x(var.ns == null)x", R"x(true)x"},
    {R"x(var.ns == "")x", R"x(false)x"},
    {R"x([] == [])x", R"x(true)x"},
    {R"x([1] == [1])x", R"x(true)x"},
    {R"x({} == {})x", R"x(true)x"},
    {R"x({a=1} == {a=1})x", R"x(true)x"},
    {R"x({a=1} == {a=2})x", R"x(false)x"},
    {R"x([1,2] != [1,3])x", R"x(true)x"},
    {R"x(var.l == ["a","b","c"])x", R"x(false)x"},
    {R"x(1 < 2)x", R"x(true)x"},
    {R"x(2 <= 2)x", R"x(true)x"},
    {R"x("10" > 9)x", R"x(true)x"},
    {R"x("b" > "a")x", kError},
    {R"x(true < 1)x", kError},
    {R"x(!true)x", R"x(false)x"},
    {R"x(!"false")x", R"x(true)x"},
    {R"x(!var.flag)x", R"x(false)x"},
    {R"x(!1)x", kError},
    {R"x(!"yes")x", kError},
    {R"x(true && false)x", R"x(false)x"},
    {R"x(true || false)x", R"x(true)x"},
    {R"x(false && true || true)x", R"x(true)x"},
    {R"x("true" && true)x", R"x(true)x"},
    {R"x("1" || false)x", R"x(true)x"},
    {R"x("0" && true)x", R"x(false)x"},
    {R"x(1 && true)x", kError},
    {R"x(true && "maybe")x", kError},
    {R"x(false || null)x", kError},
    {R"x(true ? 1 : 2)x", R"x(1)x"},
    {R"x(false ? 1 : "a")x", R"x("a")x"},
    {R"x(true ? 1 : "a")x", R"x("1")x"},
    {R"x(true ? [1] : ["a","b"])x", R"x(tolist([
  "1",
]))x"},
    {R"x(true ? {a=1} : {b=2})x", R"x(tomap({
  "a" = 1
}))x"},
    {R"x(true ? {a=1} : {a="x"})x", R"x({
  "a" = "1"
})x"},
    {R"x(true ? null : [])x", R"x(null /* tuple */)x"},
    {R"x(false ? null : 1)x", R"x(1)x"},
    {R"x(true ? null : "a")x", R"x(tostring(null))x"},
    {R"x(true ? [] : null)x", R"x([])x"},
    {R"x(true ? var.l : [])x", R"x(tolist([
  "a",
  "b",
  "c",
]))x"},
    {R"x(false ? var.l : [])x", R"x(tolist([]))x"},
    {R"x(true ? var.m : {})x", R"x(tomap({
  "a" = "x"
  "b" = "y"
}))x"},
    {R"x(false ? var.m : {c=1})x", R"x(tomap({
  "c" = "1"
}))x"},
    {R"x(true ? 1 : [1])x", kError},
    {R"x(true ? {a=1} : [1])x", kError},
    {R"x(true ? "a" : {})x", kError},
    {R"x(null ? 1 : 2)x", kError},
    {R"x("true" ? 1 : 2)x", R"x(1)x"},
    {R"x("x" ? 1 : 2)x", kError},
    {R"x(1 ? 1 : 2)x", kError},
    {R"x(true ? var.l[0] : var.l[9])x", R"x("a")x"},
    {R"x(false ? var.l[9] : "ok")x", R"x("ok")x"},
    {R"x(var.flag ? true : "false")x", R"x("true")x"},
    {R"x(true ? [1, "a"] : [true, "b"])x", kError},
    {R"x(true ? {a=[1]} : {a=["x"]})x", R"x({
  "a" = [
    "1",
  ]
})x"},
    {R"x("${var.str}")x", R"x("hello")x"},
    {R"x("${1}")x", R"x(1)x"},
    {R"x("${1}${2}")x", R"x("12")x"},
    {R"x("a${1.5}b${true}")x", R"x("a1.5btrue")x"},
    {R"x("${[1]}")x", R"x([
  1,
])x"},
    {R"x("x${[1]}")x", kError},
    {R"x("x${null}")x", kError},
    {R"x("x${var.ns}")x", kError},
    {R"x("${null}")x", R"x(null)x"},
    {R"x("$${x} %%{y} $x %")x", R"x("${x} %{y} $x %")x"},
    {R"x("a\tb\nc\\ \"q\" \u00e9 \U0001F600")x", R"x(<<EOT
a	b
c\ "q" é 😀
EOT)x"},
    {R"x("%{ if true }yes%{ else }no%{ endif }")x", R"x("yes")x"},
    {R"x("%{ if var.num > 9 }yes%{ else }no%{ endif }!")x", R"x("no!")x"},
    {R"x("%{ if false }yes%{ endif }")x", R"x("")x"},
    {R"x("%{ for x in var.l }${x},%{ endfor }")x", R"x("a,b,c,")x"},
    {R"x("%{ for i, x in var.l }${i}=${x};%{ endfor }")x", R"x("0=a;1=b;2=c;")x"},
    {R"x("%{ for k, v in var.m ~} ${k}:${v} %{~ endfor }")x", R"x("a:xb:y")x"},
    {R"x("%{ for x in [] }a%{ endfor }")x", R"x("")x"},
    {R"x("%{ if null }a%{ endif }")x", kError},
    {R"x("%{ for x in null }a%{ endfor }")x", kError},
    {R"x("  ${~ 1 ~}  ")x", R"x("1")x"},
    {R"x([1, "a", true, null])x", R"x([
  1,
  "a",
  true,
  null,
])x"},
    {R"x([1, 2,])x", R"x([
  1,
  2,
])x"},
    {R"x([])x", R"x([])x"},
    {R"x({})x", R"x({})x"},
    {R"x({a = 1, b = "x"})x", R"x({
  "a" = 1
  "b" = "x"
})x"},
    {R"x({a: 1})x", R"x({
  "a" = 1
})x"},
    {R"x({"a b" = 1})x", R"x({
  "a b" = 1
})x"},
    {R"x({(var.str) = 1})x", R"x({
  "hello" = 1
})x"},
    {R"x({"${var.str}x" = 1})x", R"x({
  "hellox" = 1
})x"},
    {R"x({true = 1, null = 2})x", R"x({
  "null" = 2
  "true" = 1
})x"},
    {R"x({01 = "a"})x", R"x({
  "1" = "a"
})x"},
    {R"x({1.5 = "a"})x", R"x({
  "1.5" = "a"
})x"},
    {R"x({a = 1, a = 2})x", R"x({
  "a" = 2
})x"},
    {R"x({(null) = 1})x", kError},
    {R"x({([]) = 1})x", kError},
    {R"x({var.str = 1})x", kError},
    {R"x({if = 1, for = 2})x", R"x({
  "for" = 2
  "if" = 1
})x"},
    {R"x({"for" = 1})x", R"x({
  "for" = 1
})x"},
    {R"x({a = {b = {c = [1]}}})x", R"x({
  "a" = {
    "b" = {
      "c" = [
        1,
      ]
    }
  }
})x"},
    {R"x([for x in var.l : x])x", R"x([
  "a",
  "b",
  "c",
])x"},
    {R"x([for i, x in var.l : "${i}${x}"])x", R"x([
  "0a",
  "1b",
  "2c",
])x"},
    {R"x([for x in var.s : x])x", R"x([
  "a",
  "b",
])x"},
    {R"x([for k, x in var.s : "${k}${x}"])x", R"x([
  "aa",
  "bb",
])x"},
    {R"x([for k, v in var.m : "${k}=${v}"])x", R"x([
  "a=x",
  "b=y",
])x"},
    {R"x([for v in var.o : v])x", R"x([
  "x",
  1,
  {
    "k" = tolist([
      1,
      2,
    ])
  },
])x"},
    {R"x([for k, v in var.o : k])x", R"x([
  "a",
  "n",
  "nested",
])x"},
    {R"x([for x in var.ln : x * 2 if x > 1])x", R"x([
  4,
  6,
])x"},
    {R"x([for x in [] : x])x", R"x([])x"},
    {R"x([for x in [1, "a"] : x])x", R"x([
  1,
  "a",
])x"},
    {R"x([for x in null : x])x", kError},
    {R"x([for x in var.nl : x])x", kError},
    {R"x([for x in "abc" : x])x", kError},
    {R"x([for x in 5 : x])x", kError},
    {R"x([for x in var.l : x if null])x", kError},
    {R"x([for x in var.l : x if "yes"])x", kError},
    {R"x([for x in var.l : x if "true"])x", R"x([
  "a",
  "b",
  "c",
])x"},
    {R"x([for x in var.l : [for y in var.l : "${x}${y}"]])x", R"x([
  [
    "aa",
    "ab",
    "ac",
  ],
  [
    "ba",
    "bb",
    "bc",
  ],
  [
    "ca",
    "cb",
    "cc",
  ],
])x"},
    {R"x([for l in [[1], [2]] : [for l in l : l]])x", R"x([
  [
    1,
  ],
  [
    2,
  ],
])x"},
    {R"x({for x in var.l : x => x})x", R"x({
  "a" = "a"
  "b" = "b"
  "c" = "c"
})x"},
    {R"x({for i, x in var.l : x => i})x", R"x({
  "a" = 0
  "b" = 1
  "c" = 2
})x"},
    {R"x({for k, v in var.m : v => k})x", R"x({
  "x" = "a"
  "y" = "b"
})x"},
    {R"x({for x in ["a", "b", "a"] : x => 1})x", kError},
    {R"x({for x in ["a", "b", "a"] : x => 1...})x", R"x({
  "a" = [
    1,
    1,
  ]
  "b" = [
    1,
  ]
})x"},
    {R"x({for i, x in ["a", "b", "a"] : x => i...})x", R"x({
  "a" = [
    0,
    2,
  ]
  "b" = [
    1,
  ]
})x"},
    {R"x({for x in var.ln : x => x})x", R"x({
  "1" = 1
  "2" = 2
  "3" = 3
})x"},
    {R"x({for x in var.l : null => x})x", kError},
    {R"x({for x in var.l : [] => x})x", kError},
    {R"x({for x in [] : x => x})x", R"x({})x"},
    {R"x({for x in var.lo : x.a => x.b if x.b > 1})x", R"x({
  "y" = 2
})x"},
    {R"x(var.lo[*].a)x", R"x(tolist([
  "x",
  "y",
]))x"},
    {R"x(var.lo.*.a)x", R"x(tolist([
  "x",
  "y",
]))x"},
    {R"x(var.lo[*])x", R"x(tolist([
  {
    "a" = "x"
    "b" = 1
  },
  {
    "a" = "y"
    "b" = 2
  },
]))x"},
    {R"x(var.so[*].a)x", R"x(tolist([
  "x",
  "y",
]))x"},
    {R"x(var.el[*].x)x", kError},
    {R"x(var.el[*])x", R"x(tolist([]))x"},
    {R"x(var.str[*])x", R"x([
  "hello",
])x"},
    {R"x(var.ns[*])x", R"x([])x"},
    {R"x(var.nl[*])x", kError},
    {R"x(null[*])x", R"x([])x"},
    {R"x(var.o[*].a)x", R"x([
  "x",
])x"},
    {R"x(var.o.*.nested.k)x", R"x([
  tolist([
    1,
    2,
  ]),
])x"},
    {R"x(var.lo.*.a[0])x", R"x("x")x"},
    {R"x(var.lol[*][0])x", R"x(tolist([
  1,
  3,
]))x"},
    {R"x(var.lol.*.0)x", R"x(tolist([
  1,
  3,
]))x"},
    {R"x([{a=1},{a="x"}][*].a)x", R"x([
  1,
  "x",
])x"},
    {R"x([1,2][*])x", R"x([
  1,
  2,
])x"},
    {R"x([[1],[2]][*][0])x", R"x([
  1,
  2,
])x"},
    {R"x([{a=[{b=1}]}][*].a[*].b)x", R"x([
  [
    1,
  ],
])x"},
    {R"x(var.l[0])x", R"x("a")x"},
    {R"x(var.l[2])x", R"x("c")x"},
    {R"x(var.l[3])x", kError},
    {R"x(var.l[-1])x", kError},
    {R"x(var.l[1.5])x", kError},
    {R"x(var.l["1"])x", R"x("b")x"},
    {R"x(var.l["x"])x", kError},
    {R"x(var.l[null])x", kError},
    {R"x(var.l[true])x", kError},
    {R"x(var.el[0])x", kError},
    {R"x(var.m["a"])x", R"x("x")x"},
    {R"x(var.m.a)x", R"x("x")x"},
    {R"x(var.m.c)x", kError},
    {R"x(var.m["c"])x", kError},
    {R"x(var.mn["one"])x", R"x(1)x"},
    {R"x(var.o.a)x", R"x("x")x"},
    {R"x(var.o["a"])x", R"x("x")x"},
    {R"x(var.o["n"])x", R"x(1)x"},
    {R"x(var.o.zz)x", kError},
    {R"x(var.o["zz"])x", kError},
    {R"x(var.o.nested.k[1])x", R"x(2)x"},
    {R"x(var.o.nested["k"][0])x", R"x(1)x"},
    {R"x(var.lo.a)x", kError},
    {R"x(var.lo[0].a)x", R"x("x")x"},
    {R"x(var.lo[0]["b"])x", R"x(1)x"},
    {R"x(var.so.a)x", kError},
    {R"x(var.so[0])x", kError},
    {R"x(var.str.x)x", kError},
    {R"x(var.str[0])x", kError},
    {R"x(var.num.x)x", kError},
    {R"x(var.ns.x)x", kError},
    {R"x(var.nl[0])x", kError},
    {R"x(var.l.0)x", R"x("a")x"},
    {R"x(var.lol[0][1])x", R"x(2)x"},
    {R"x(var.l[var.num - 5])x", R"x("a")x"},
    {R"x(var.m[var.l[0]])x", R"x("x")x"},
    {R"x([1, "a"][1])x", R"x("a")x"},
    {R"x([1, "a"][2])x", kError},
    {R"x({a = 1}.a)x", R"x(1)x"},
    {R"x({a = 1}["a"])x", R"x(1)x"},
    {R"x({a = 1}["b"])x", kError},
    {R"x([1,2,3].1)x", R"x(2)x"},
    {R"x(try(var.m.zz, "fallback"))x", R"x("fallback")x"},
    {R"x(try(var.o.zz, var.o.a))x", R"x("x")x"},
    {R"x(try(1/0, 2))x", R"x(+Inf)x"},
    {R"x(try(0/0, 2))x", R"x(2)x"},
    {R"x(try(var.l[9], var.m.q, "last"))x", R"x("last")x"},
    {R"x(try(var.l[9], var.m.q))x", kError},
    {R"x(try(1))x", R"x(1)x"},
    {R"x(can(var.m.zz))x", R"x(false)x"},
    {R"x(can(var.m.a))x", R"x(true)x"},
    {R"x(can(1 + "a"))x", R"x(false)x"},
    {R"x(try(try(var.l[9]), 3))x", R"x(3)x"},
    {R"x(var.opt)x", R"x(tolist([
  {
    "a" = "1"
    "b" = 7
    "c" = null /* object */
    "f" = {
      "g" = "in"
    }
  },
  {
    "a" = "2"
    "b" = 3
    "c" = {
      "d" = "deep"
      "e" = tostring(null)
    }
    "f" = {
      "g" = "in"
    }
  },
]))x"},
    {R"x(var.om)x", R"x(tomap({
  "w" = {
    "t" = toset([
      "q",
    ])
  }
  "x" = {
    "t" = toset([
      "z",
    ])
  }
  "y" = {
    "t" = toset([
      "z",
    ])
  }
}))x"},
    {R"x(var.tup)x", R"x([
  "s",
  {
    "k" = true
  },
])x"},
    {R"x(var.anyl)x", R"x(tolist([
  "a",
  "1",
  "true",
]))x"},
    {R"x(var.lol)x", R"x(tolist([
  tolist([
    1,
    2,
  ]),
  tolist([
    3,
  ]),
]))x"},
    {R"x(var.so)x", R"x(toset([
  {
    "a" = "x"
  },
  {
    "a" = "y"
  },
]))x"},
    {R"x(var.nl)x", R"x(tolist(null) /* of string */)x"},
    {R"x(var.ns)x", R"x(tostring(null))x"},
    {R"x(nope(1))x", kError},
    {R"x(true == true ? "a" : "b")x", R"x("a")x"},
    {R"x(!true == false)x", R"x(true)x"},
    {R"x(-1 + 2)x", R"x(1)x"},
    {R"x(- var.num)x", R"x(-5)x"},
    {R"x(-"3")x", R"x(-3)x"},
    {R"x(-null)x", kError},
    {R"x(-[])x", kError},
    {R"x(1 < 2 == true)x", R"x(true)x"},
    {R"x({a=1}.a + 1)x", R"x(2)x"},
    {R"x((1))x", R"x(1)x"},
    {R"x(((var.l))[0])x", R"x("a")x"},
    {R"x([1,2,3][1] * 2)x", R"x(4)x"},
    {R"x(var.flag && var.num > 3 ? "y" : "n")x", R"x("y")x"},
    {R"x(var.ns == null ? "none" : var.ns)x", R"x("none")x"},
    {R"x("a" == var.l[0])x", R"x(true)x"},
};

}  // namespace terrace::lang::testing
