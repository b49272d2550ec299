// SPDX-License-Identifier: Apache-2.0
// Text (checklist C3). Case mapping is simple, code point by code point; lengths are in grapheme clusters.
#include <utf8proc.h>

#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

constexpr Parameter kString[] = {{"str", type_string}};

/// Calls `f(code point, its bytes)` for each code point of valid UTF-8.
template <class F>
void each_code_point(std::string_view text, F&& f) {
  while (!text.empty()) {
    utf8proc_int32_t point = 0xFFFD;
    auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &point);
    auto size = length > 0 ? static_cast<std::size_t>(length) : 1;
    f(point, text.substr(0, size));
    text.remove_prefix(size);
  }
}
void append_code_point(std::string& out, utf8proc_int32_t point) {
  utf8proc_uint8_t bytes[4];
  auto length = utf8proc_encode_char(point, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}
CallResult mapped(const Call& call, utf8proc_int32_t (*map)(utf8proc_int32_t)) {
  std::string out;
  each_code_point(call.arguments[0].as_string(), [&](utf8proc_int32_t c, std::string_view) { append_code_point(out, map(c)); });
  return text(out);
}
CallResult call_lower(const Call& call) { return mapped(call, utf8proc_tolower); }
/// utf8proc maps the sharp s to its newer capital form, which Unicode's simple mapping does not.
utf8proc_int32_t to_upper(utf8proc_int32_t c) { return c == 0xDF ? c : utf8proc_toupper(c); }
CallResult call_upper(const Call& call) { return mapped(call, to_upper); }

/// White space as Unicode's property of that name.
bool is_space(utf8proc_int32_t c) {
  if (c <= 0x20) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}
bool separates_words(utf8proc_int32_t c) {
  if (c < 0x80) return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_');
  return is_space(c);
}
CallResult call_title(const Call& call) {
  std::string out;
  bool first = true;
  each_code_point(call.arguments[0].as_string(), [&](utf8proc_int32_t c, std::string_view) {
    append_code_point(out, first && c != 0xDF ? utf8proc_totitle(c) : c);
    first = separates_words(c);
  });
  return text(out);
}

std::string_view without_ends(std::string_view s, const std::function<bool(utf8proc_int32_t)>& cut) {
  std::size_t begin = s.size(), end = 0, at = 0;
  each_code_point(s, [&](utf8proc_int32_t c, std::string_view bytes) {
    if (!cut(c)) {
      begin = std::min(begin, at);
      end = at + bytes.size();
    }
    at += bytes.size();
  });
  return begin < end ? s.substr(begin, end - begin) : std::string_view();
}
CallResult call_trimspace(const Call& call) { return text(without_ends(call.arguments[0].as_string(), is_space)); }
constexpr Parameter kTrim[] = {{"str", type_string}, {"cutset", type_string}};
CallResult call_trim(const Call& call) {
  std::unordered_set<utf8proc_int32_t> cutset;
  each_code_point(call.arguments[1].as_string(), [&](utf8proc_int32_t c, std::string_view) { cutset.insert(c); });
  return text(without_ends(call.arguments[0].as_string(), [&](utf8proc_int32_t c) { return cutset.count(c) != 0; }));
}
constexpr Parameter kTrimPrefix[] = {{"str", type_string}, {"prefix", type_string}};
CallResult call_trimprefix(const Call& call) {
  std::string_view s = call.arguments[0].as_string(), prefix = call.arguments[1].as_string();
  return text(s.starts_with(prefix) ? s.substr(prefix.size()) : s);
}
constexpr Parameter kTrimSuffix[] = {{"str", type_string}, {"suffix", type_string}};
CallResult call_trimsuffix(const Call& call) {
  std::string_view s = call.arguments[0].as_string(), suffix = call.arguments[1].as_string();
  return text(s.ends_with(suffix) ? s.substr(0, s.size() - suffix.size()) : s);
}
CallResult call_chomp(const Call& call) {
  std::string_view s = call.arguments[0].as_string();
  while (s.ends_with('\n') || s.ends_with('\r')) s.remove_suffix(1);
  return text(s);
}

CallResult call_strrev(const Call& call) {
  std::string_view s = call.arguments[0].as_string();
  std::string out(s.size(), '\0');
  std::size_t free = s.size();
  for (std::size_t at = 0; at < s.size();) {
    std::size_t next = base::next_grapheme(s, at);
    free -= next - at;
    s.copy(out.data() + free, next - at, at);
    at = next;
  }
  return text(out);
}

constexpr Parameter kSubstr[] = {{"str", type_string}, {"offset", type_number}, {"length", type_number}};
CallResult call_substr(const Call& call) {
  std::string_view s = call.arguments[0].as_string();
  auto offset_or = whole_number(call.arguments[1], 1), length_or = whole_number(call.arguments[2], 2);
  for (auto* given : {&offset_or, &length_or}) {
    if (auto* error = std::get_if<CallError>(given)) return *error;
  }
  std::int64_t offset = std::get<0>(offset_or), length = std::get<0>(length_or);
  if (offset < 0) {
    offset += static_cast<std::int64_t>(base::grapheme_count(s));
    // What starts before the text starts with it; zero length then means the rest, as Terraform has it.
    offset = std::max<std::int64_t>(offset, 0);
    if (length == 0) length = -1;
  }
  std::size_t at = 0;
  for (; offset > 0 && at < s.size(); --offset) at = base::next_grapheme(s, at);
  if (length < 0) return text(s.substr(at));
  std::size_t end = at;
  for (; length > 0 && end < s.size(); --length) end = base::next_grapheme(s, end);
  return text(s.substr(at, end - at));
}

constexpr Parameter kSplit[] = {{"separator", type_string}, {"str", type_string}};
CallResult call_split(const Call& call) {
  std::string_view separator = call.arguments[0].as_string(), s = call.arguments[1].as_string();
  std::vector<Value> parts;
  if (separator.empty()) {
    each_code_point(s, [&](utf8proc_int32_t, std::string_view bytes) { parts.push_back(text(bytes)); });
    return Value::list(Type::string(), std::move(parts));
  }
  for (;;) {
    auto end = s.find(separator);
    parts.push_back(text(s.substr(0, end)));
    if (end == std::string_view::npos) return Value::list(Type::string(), std::move(parts));
    s.remove_prefix(end + separator.size());
  }
}

constexpr Parameter kJoin[] = {{"separator", type_string}};
constexpr Parameter kJoinLists = {"lists", type_strings};
CallResult call_join(const Call& call) {
  if (call.arguments.size() < 2) return fail("at least one list is required");
  std::string_view separator = call.arguments[0].as_string();
  std::string out;
  bool first = true, unknown = false;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    std::size_t index = 0;
    for (const Value& element : call.arguments[i].elements()) {
      if (element.is_null()) return fail(static_cast<int>(i), format("element {} is null, and null cannot be joined", index));
      ++index;
      if (element.is_unknown()) {
        unknown = true;
        continue;
      }
      if (!first) out += separator;
      first = false;
      out += element.as_string();
      if (out.size() > kMaxText) return fail("the result is larger than 64 MiB");
    }
  }
  return unknown ? unknown_result(Type::string()) : text(out);
}

constexpr Parameter kIndent[] = {{"spaces", type_number}, {"str", type_string}};
CallResult call_indent(const Call& call) {
  auto spaces = whole_number(call.arguments[0], 0);
  if (auto* error = std::get_if<CallError>(&spaces)) return *error;
  std::int64_t count = std::get<0>(spaces);
  if (count < 0) return fail(0, "the number of spaces must not be negative");
  std::string_view s = call.arguments[1].as_string();
  auto lines = static_cast<std::size_t>(std::count(s.begin(), s.end(), '\n'));
  if (lines > 0 && static_cast<std::size_t>(count) > kMaxText / lines) return fail("the result is larger than 64 MiB");
  std::string out;
  for (char c : s) {
    out += c;
    if (c == '\n') out.append(static_cast<std::size_t>(count), ' ');
  }
  return text(out);
}

constexpr Parameter kStartswith[] = {{"str", type_string, Allow::unknown}, {"prefix", type_string}};
CallResult call_startswith(const Call& call) {
  const Value& s = call.arguments[0];
  std::string_view prefix = call.arguments[1].as_string();
  if (s.is_known()) return Value::boolean(s.as_string().starts_with(prefix));
  // The part of an unknown string that is certain may decide already.
  const Refinement* known = s.refinement();
  std::string_view certain = known == nullptr ? std::string_view() : std::string_view(known->prefix);
  if (prefix.empty() || certain.starts_with(prefix)) return Value::boolean(true);
  if (!prefix.starts_with(certain)) return Value::boolean(false);
  return unknown_result(Type::boolean());
}
constexpr Parameter kEndswith[] = {{"str", type_string}, {"suffix", type_string}};
CallResult call_endswith(const Call& call) {
  return Value::boolean(call.arguments[0].as_string().ends_with(call.arguments[1].as_string()));
}
constexpr Parameter kStrcontains[] = {{"str", type_string}, {"substr", type_string}};
CallResult call_strcontains(const Call& call) {
  return Value::boolean(call.arguments[0].as_string().find(call.arguments[1].as_string()) != std::string_view::npos);
}

}  // namespace

const Builtin builtin_lower = {.name = "lower", .signature = "lower(str)", .doc = "The text in lower case.",
    .parameters = kString, .result = type_string, .call = call_lower};
const Builtin builtin_upper = {.name = "upper", .signature = "upper(str)", .doc = "The text in upper case.",
    .parameters = kString, .result = type_string, .call = call_upper};
const Builtin builtin_title = {.name = "title", .signature = "title(str)",
    .doc = "The text with the first letter of each word in title case.",
    .parameters = kString, .result = type_string, .call = call_title};
const Builtin builtin_trimspace = {.name = "trimspace", .signature = "trimspace(str)",
    .doc = "The text without white space at both ends.",
    .parameters = kString, .result = type_string, .call = call_trimspace};
const Builtin builtin_trim = {.name = "trim", .signature = "trim(str, cutset)",
    .doc = "The text without any of the cutset's characters at both ends.",
    .parameters = kTrim, .result = type_string, .call = call_trim};
const Builtin builtin_trimprefix = {.name = "trimprefix", .signature = "trimprefix(str, prefix)",
    .doc = "The text without the prefix, if it starts with it.",
    .parameters = kTrimPrefix, .result = type_string, .call = call_trimprefix};
const Builtin builtin_trimsuffix = {.name = "trimsuffix", .signature = "trimsuffix(str, suffix)",
    .doc = "The text without the suffix, if it ends with it.",
    .parameters = kTrimSuffix, .result = type_string, .call = call_trimsuffix};
const Builtin builtin_chomp = {.name = "chomp", .signature = "chomp(str)",
    .doc = "The text without the line ends at its end.",
    .parameters = kString, .result = type_string, .call = call_chomp};
const Builtin builtin_strrev = {.name = "strrev", .signature = "strrev(str)",
    .doc = "The text's characters (grapheme clusters) in reverse order.",
    .parameters = kString, .result = type_string, .call = call_strrev};
const Builtin builtin_substr = {.name = "substr", .signature = "substr(str, offset, length)",
    .doc = "Part of the text, counted in grapheme clusters; a negative offset counts from the end, length -1 is the rest.",
    .parameters = kSubstr, .result = type_string, .call = call_substr};
const Builtin builtin_split = {.name = "split", .signature = "split(separator, str)",
    .doc = "The parts of the text between separators, as a list.",
    .parameters = kSplit, .result = type_strings, .call = call_split};
const Builtin builtin_join = {.name = "join", .signature = "join(separator, lists...)",
    .doc = "The elements of all lists as one text, with the separator between them.",
    .parameters = kJoin, .variadic = &kJoinLists, .result = type_string, .call = call_join};
const Builtin builtin_indent = {.name = "indent", .signature = "indent(spaces, str)",
    .doc = "The text with spaces before each line but the first.",
    .parameters = kIndent, .result = type_string, .call = call_indent};
const Builtin builtin_startswith = {.name = "startswith", .signature = "startswith(str, prefix)",
    .doc = "True if the text starts with the prefix.",
    .parameters = kStartswith, .result = type_bool, .call = call_startswith};
const Builtin builtin_endswith = {.name = "endswith", .signature = "endswith(str, suffix)",
    .doc = "True if the text ends with the suffix.",
    .parameters = kEndswith, .result = type_bool, .call = call_endswith};
const Builtin builtin_strcontains = {.name = "strcontains", .signature = "strcontains(str, substr)",
    .doc = "True if the text contains the other.",
    .parameters = kStrcontains, .result = type_bool, .call = call_strcontains};

}  // namespace terrace::lang
