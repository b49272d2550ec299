// SPDX-License-Identifier: Apache-2.0
// YAML by libyaml (checklist C5): events to values with limits on depth, size and alias expansion, and back.
#include <yaml.h>

#include "base/strings.h"
#include "lang/functions/support.h"

namespace terrace::lang {
namespace {

constexpr std::size_t kMaxDepth = 200;
constexpr std::size_t kMaxNodes = 1'000'000;

// --- reading ---

struct Failure {
  std::string message;
};
using Read = std::variant<Value, Failure>;

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}
std::optional<bool> yaml_bool(std::string_view s) {
  if (is_one_of(s, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"})) return true;
  if (is_one_of(s, {"n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"})) return false;
  return std::nullopt;
}
bool yaml_null(std::string_view s) { return is_one_of(s, {"", "~", "null", "Null", "NULL"}); }

bool only(std::string_view s, std::string_view allowed) { return !s.empty() && s.find_first_not_of(allowed) == std::string_view::npos; }

std::optional<Number> in_base(std::string_view digits, int base) {
  Number result, radix(base);
  if (digits.size() > 200) return std::nullopt;
  for (char c : digits) {
    int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    result = *Number::add(*Number::multiply(result, radix), Number(digit));
  }
  return result;
}
/// Decimal integers with a sign; 0x and 0o ones without.
std::optional<Number> yaml_int(std::string_view s) {
  std::string_view digits = s.starts_with('-') || s.starts_with('+') ? s.substr(1) : s;
  if (only(digits, "0123456789")) return Number::parse(s);
  if (digits.size() != s.size()) return std::nullopt;  // no sign before 0x and 0o
  if (digits.starts_with("0x") && only(digits.substr(2), "0123456789abcdefABCDEF")) return in_base(digits.substr(2), 16);
  if (digits.starts_with("0o") && only(digits.substr(2), "01234567")) return in_base(digits.substr(2), 8);
  return std::nullopt;
}
/// Decimal fractions and exponents, and .inf.
std::optional<Number> yaml_float(std::string_view s) {
  std::string_view body = s.starts_with('-') || s.starts_with('+') ? s.substr(1) : s;
  if (is_one_of(body, {".inf", ".Inf", ".INF"})) return Number::parse(s.starts_with('-') ? "-Inf" : "Inf");
  auto exponent = body.find_first_of("eE");
  std::string_view mantissa = body.substr(0, exponent);
  auto point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  if (point != std::string_view::npos) digits += mantissa.substr(point + 1);
  if (!only(digits, "0123456789")) return std::nullopt;
  if (exponent != std::string_view::npos) {
    std::string_view power = body.substr(exponent + 1);
    if (power.starts_with('-') || power.starts_with('+')) power.remove_prefix(1);
    if (!only(power, "0123456789") || power.size() > 6) return std::nullopt;
  }
  return Number::parse(s);
}
/// Dates, and dates with times and an optional zone, as RFC 3339 text.
std::optional<std::string> yaml_timestamp(std::string_view s) {
  std::size_t at = 0;
  auto digits = [&](std::size_t least, std::size_t most) -> int {
    std::size_t begin = at;
    int n = 0;
    while (at < s.size() && at - begin < most && s[at] >= '0' && s[at] <= '9') n = n * 10 + (s[at++] - '0');
    return at - begin < least ? -1 : n;
  };
  auto accept = [&](std::string_view characters) {
    if (at >= s.size() || characters.find(s[at]) == std::string_view::npos) return false;
    ++at;
    return true;
  };
  int y = digits(4, 4), mo = accept("-") ? digits(1, 2) : -1, d = accept("-") ? digits(1, 2) : -1;
  if (y < 0 || mo < 0 || d < 0) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(mo)), std::chrono::day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;
  if (at == s.size()) return format("{:04}-{:02}-{:02}T00:00:00Z", y, mo, d);
  if (!accept("Tt ")) return std::nullopt;
  int h = digits(1, 2), mi = accept(":") ? digits(2, 2) : -1, sec = accept(":") ? digits(2, 2) : -1;
  if (h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 59) return std::nullopt;
  if (accept(".") && digits(1, 9) < 0) return std::nullopt;
  std::string zone = "Z";
  bool spaced = s.find(' ') != std::string_view::npos;
  if (at < s.size() && !spaced && (s[at] == '+' || s[at] == '-')) {
    char sign = s[at++];
    int oh = digits(2, 2), om = accept(":") ? digits(2, 2) : -1;
    if (oh < 0 || om < 0 || oh > 23 || om > 59) return std::nullopt;
    if (oh != 0 || om != 0) zone = format("{}{:02}:{:02}", sign, oh, om);
  } else if (!spaced && !accept("Z")) {
    return std::nullopt;
  }
  if (at != s.size()) return std::nullopt;
  return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", y, mo, d, h, mi, sec, zone);
}

/// A plain scalar without tag.
Read resolve_plain(std::string_view s) {
  if (yaml_null(s)) return Value::null(Type::dynamic());
  if (auto b = yaml_bool(s)) return Value::boolean(*b);
  if (auto n = yaml_int(s)) return Value::number(*n);
  if (auto n = yaml_float(s)) return Value::number(*n);
  if (is_one_of(s, {".nan", ".NaN", ".NAN"})) return Failure{"a number that is not a number cannot be represented"};
  if (auto t = yaml_timestamp(s)) return text(*t);
  return text(s);
}
Read resolve_tagged(std::string_view tag, std::string_view s) {
  std::string_view name = tag.starts_with(kTagPrefix) ? tag.substr(kTagPrefix.size()) : std::string_view();
  auto wrong = [&] { return Failure{format("the text is no {}, as its tag says", base::printable(name))}; };
  if (name == "str") return text(s);
  if (name == "null") return Value::null(Type::dynamic());
  if (name == "binary") {
    std::string packed(s);
    packed.erase(std::remove_if(packed.begin(), packed.end(), [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }), packed.end());
    return base::base64_decode(packed) ? Read(text(packed)) : Read(wrong());
  }
  if (name == "bool") {
    auto b = yaml_bool(s);
    return b ? Read(Value::boolean(*b)) : Read(wrong());
  }
  if (name == "int") {
    auto n = yaml_int(s);
    return n ? Read(Value::number(*n)) : Read(wrong());
  }
  if (name == "float") {
    auto n = yaml_float(s);
    if (!n) n = yaml_int(s);
    return n ? Read(Value::number(*n)) : Read(wrong());
  }
  if (name == "timestamp") {
    auto t = yaml_timestamp(s);
    return t ? Read(text(*t)) : Read(wrong());
  }
  return Failure{format("the tag {} is not supported", base::printable(tag))};
}

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event); }
  yaml_event_t event{};
};

/// Builds one value from events. Aliases share the value they name, so that their cost is counted, not copied.
class Decoder {
 public:
  explicit Decoder(std::string_view source) {
    CHECK(yaml_parser_initialize(&parser_) == 1, "yaml_parser_initialize");
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(source.data()), source.size());
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { yaml_parser_delete(&parser_); }

  Read document() {
    Event start;
    if (auto failure = expect(start, YAML_STREAM_START_EVENT)) return *failure;
    Event first;
    if (auto failure = pull(first)) return *failure;
    if (first.event.type != YAML_DOCUMENT_START_EVENT) return Failure{"there is no document in the text"};
    Event root;
    if (auto failure = pull(root)) return *failure;
    Node node = read(root, 0);
    if (!node.failure.empty()) return Failure{node.failure};
    Event end, last;
    if (auto failure = expect(end, YAML_DOCUMENT_END_EVENT)) return *failure;
    if (auto failure = pull(last)) return *failure;
    if (last.event.type != YAML_STREAM_END_EVENT) return Failure{"there must be one document, but another one follows"};
    return std::move(node.value);
  }

 private:
  struct Node {
    Value value;
    std::size_t size = 1;  ///< nodes in it, aliases counted in full
    bool merge_key = false;
    std::string failure;
  };
  static Node failed(std::string message) {
    Node node;
    node.failure = std::move(message);
    return node;
  }

  std::optional<Failure> pull(Event& into) {
    if (yaml_parser_parse(&parser_, &into.event) == 1) return std::nullopt;
    std::string problem = parser_.problem != nullptr ? parser_.problem : "not valid YAML";
    return Failure{format("line {}, column {}: {}", parser_.problem_mark.line + 1, parser_.problem_mark.column + 1, problem)};
  }
  std::optional<Failure> expect(Event& into, yaml_event_type_t type) {
    if (auto failure = pull(into)) return failure;
    CHECK(into.event.type == type, "libyaml keeps the order of events");
    return std::nullopt;
  }
  std::string where(const Event& event) const {
    return format("line {}, column {}: ", event.event.start_mark.line + 1, event.event.start_mark.column + 1);
  }

  Node read(const Event& event, std::size_t depth) {
    if (depth > kMaxDepth) return failed(where(event) + "nested more than 200 levels deep");
    const yaml_event_t& e = event.event;
    if (e.type == YAML_ALIAS_EVENT) return alias(event);
    Node node;
    const yaml_char_t* anchor = nullptr;
    if (e.type == YAML_SCALAR_EVENT) {
      anchor = e.data.scalar.anchor;
      node = scalar(event);
    } else if (e.type == YAML_SEQUENCE_START_EVENT) {
      anchor = e.data.sequence_start.anchor;
      node = sequence(event, anchor, depth);
    } else if (e.type == YAML_MAPPING_START_EVENT) {
      anchor = e.data.mapping_start.anchor;
      node = mapping(event, anchor, depth);
    } else {
      return failed(where(event) + "a value is missing");
    }
    if (!node.failure.empty()) return node;
    total_ += 1;
    if (node.size > kMaxNodes || total_ > kMaxNodes) return failed(where(event) + "the document has more than 1000000 nodes");
    if (anchor != nullptr) anchors_[text_of(anchor)] = node;
    return node;
  }
  Node alias(const Event& event) {
    auto it = anchors_.find(text_of(event.event.data.alias.anchor));
    if (it == anchors_.end()) return failed(where(event) + "an alias names an anchor that does not exist");
    if (!it->second) return failed(where(event) + "an alias refers to the collection that it is part of");
    total_ += it->second->size;
    if (total_ > kMaxNodes) return failed(where(event) + "the aliases expand to more than 1000000 nodes");
    return *it->second;
  }
  Node scalar(const Event& event) {
    const auto& data = event.event.data.scalar;
    std::string_view s(reinterpret_cast<const char*>(data.value), data.length);
    Node node;
    std::string_view tag = data.tag != nullptr ? reinterpret_cast<const char*>(data.tag) : "";
    node.merge_key = tag.empty() ? s == "<<" : tag == "tag:yaml.org,2002:merge";
    bool plain = data.style == YAML_PLAIN_SCALAR_STYLE && data.plain_implicit != 0;
    Read read = node.merge_key ? Read(text(s)) : !tag.empty() ? resolve_tagged(tag, s) : plain ? resolve_plain(s) : Read(text(s));
    if (auto* failure = std::get_if<Failure>(&read)) return failed(where(event) + failure->message);
    // A tag on a quoted scalar is checked, but the value stays a string, as the peer has it.
    bool quoted = data.style != YAML_PLAIN_SCALAR_STYLE && data.style != YAML_ANY_SCALAR_STYLE;
    bool binary = tag == "tag:yaml.org,2002:binary";
    node.value = quoted && !binary ? text(s) : std::move(std::get<0>(read));
    return node;
  }
  static bool tag_is(const yaml_char_t* tag, std::string_view name) {
    if (tag == nullptr) return true;
    std::string_view text = reinterpret_cast<const char*>(tag);
    return (text.starts_with(kTagPrefix) && text.substr(kTagPrefix.size()) == name);
  }
  static std::string text_of(const yaml_char_t* s) { return reinterpret_cast<const char*>(s); }

  Node sequence(const Event& event, const yaml_char_t* anchor, std::size_t depth) {
    if (!tag_is(event.event.data.sequence_start.tag, "seq")) return failed(where(event) + "the tag of a sequence is not supported");
    if (anchor != nullptr) anchors_[text_of(anchor)] = std::nullopt;
    Node node;
    std::vector<Value> elements;
    for (;;) {
      Event next;
      if (auto failure = pull(next)) return failed(failure->message);
      if (next.event.type == YAML_SEQUENCE_END_EVENT) break;
      Node element = read(next, depth + 1);
      if (!element.failure.empty()) return element;
      node.size += element.size;
      elements.push_back(std::move(element.value));
    }
    node.value = Value::tuple(std::move(elements));
    return node;
  }

  /// Later entries replace earlier ones, merged ones included.
  Node mapping(const Event& event, const yaml_char_t* anchor, std::size_t depth) {
    if (!tag_is(event.event.data.mapping_start.tag, "map")) return failed(where(event) + "the tag of a mapping is not supported");
    if (anchor != nullptr) anchors_[text_of(anchor)] = std::nullopt;
    Node node;
    std::map<std::string, Value> attributes;
    for (;;) {
      Event key_event, value_event;
      if (auto failure = pull(key_event)) return failed(failure->message);
      if (key_event.event.type == YAML_MAPPING_END_EVENT) break;
      Node key = read(key_event, depth + 1);
      if (!key.failure.empty()) return key;
      if (auto failure = pull(value_event)) return failed(failure->message);
      Node value = read(value_event, depth + 1);
      if (!value.failure.empty()) return value;
      node.size += key.size + value.size;
      if (key.merge_key) {
        if (!merge(attributes, value.value)) return failed(where(value_event) + "only a mapping, or a sequence of mappings, can be merged");
        continue;
      }
      auto name = value::convert(key.value, Type::string());
      if (key.value.is_null() || !name) return failed(where(key_event) + "the key of a mapping must be a scalar and not null");
      attributes[std::string(name.value.as_string())] = std::move(value.value);
    }
    std::vector<std::pair<Symbol, Value>> pairs;
    for (auto& [name, value] : attributes) pairs.emplace_back(Symbol(name), std::move(value));
    node.value = Value::object(std::move(pairs));
    return node;
  }
  static bool merge(std::map<std::string, Value>& attributes, const Value& from) {
    if (from.kind() == Kind::object) {
      for (auto& [name, value] : entries(from)) attributes[std::string(name)] = std::move(value);
      return true;
    }
    if (from.kind() != Kind::tuple) return false;
    for (const Value& element : from.elements()) {
      if (element.kind() != Kind::object || !merge(attributes, element)) return false;
    }
    return true;
  }

  yaml_parser_t parser_{};
  std::map<std::string, std::optional<Node>> anchors_;  // nothing: still being read
  std::size_t total_ = 0;
};

constexpr Parameter kYamldecode[] = {{"src", type_string}};
CallResult call_yamldecode(const Call& call) {
  std::string_view source = call.arguments[0].as_string();
  auto read = Decoder(source).document();
  if (auto* failure = std::get_if<Failure>(&read)) return fail(0, failure->message);
  return std::get<0>(read);
}

// --- writing ---

class Encoder {
 public:
  Encoder() {
    CHECK(yaml_emitter_initialize(&emitter_) == 1, "yaml_emitter_initialize");
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_encoding(&emitter_, YAML_UTF8_ENCODING);
    yaml_emitter_set_output(&emitter_, append, &out_);
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() { yaml_emitter_delete(&emitter_); }

  std::optional<std::string> encode(const Value& value) {
    yaml_event_t event;
    bool done = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && emit(event) &&
                yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1) && emit(event) && write(value) &&
                yaml_document_end_event_initialize(&event, 1) && emit(event) && yaml_stream_end_event_initialize(&event) &&
                emit(event) && yaml_emitter_flush(&emitter_);
    if (!done) return std::nullopt;
    // The end mark stands after a plain scalar and nowhere else; versions of libyaml differ in that.
    constexpr std::string_view kEnd = "...\n";
    bool plain = value.is_null() || value.kind() == Kind::number || value.kind() == Kind::boolean;
    bool has_end = std::string_view(out_).ends_with("\n...\n");
    if (plain && !has_end) out_ += kEnd;
    if (!plain && has_end && value.kind() == Kind::string) out_.resize(out_.size() - kEnd.size());
    return std::move(out_);
  }

 private:
  static int append(void* out, unsigned char* bytes, std::size_t size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }
  bool emit(yaml_event_t& event) { return yaml_emitter_emit(&emitter_, &event) == 1; }
  bool scalar(std::string_view s, yaml_scalar_style_t style) {
    yaml_event_t event;
    if (s.data() == nullptr) s = "";  // libyaml takes no null pointer
    return yaml_scalar_event_initialize(&event, nullptr, nullptr, reinterpret_cast<const yaml_char_t*>(s.data()),
                                        static_cast<int>(s.size()), 1, 1, style) && emit(event);
  }
  bool string(std::string_view s) {
    return scalar(s, s.find('\n') != std::string_view::npos ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  }
  bool write(const Value& value) {
    yaml_event_t event;
    if (value.is_null()) return scalar("null", YAML_PLAIN_SCALAR_STYLE);
    switch (value.kind()) {
      case Kind::boolean: return scalar(value.as_bool() ? "true" : "false", YAML_PLAIN_SCALAR_STYLE);
      case Kind::number: return scalar(value.as_number().text(), YAML_PLAIN_SCALAR_STYLE);
      case Kind::string: return string(value.as_string());
      case Kind::list: case Kind::set: case Kind::tuple: {
        auto style = value.length() == 0 ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
        if (!yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, style) || !emit(event)) return false;
        for (const Value& element : value.elements()) {
          if (!write(element)) return false;
        }
        return yaml_sequence_end_event_initialize(&event) && emit(event);
      }
      case Kind::map: case Kind::object: {
        auto style = value.length() == 0 ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
        if (!yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, style) || !emit(event)) return false;
        for (const auto& [key, element] : entries(value)) {
          if (!string(key) || !write(element)) return false;
        }
        return yaml_mapping_end_event_initialize(&event) && emit(event);
      }
      case Kind::null: case Kind::unknown: break;
    }
    return false;
  }
  yaml_emitter_t emitter_{};
  std::string out_;
};

constexpr Parameter kYamlencode[] = {{"value", type_any, Allow::null | Allow::unknown | Allow::dynamic}};
CallResult call_yamlencode(const Call& call) {
  if (!call.arguments[0].is_wholly_known()) return unknown_result(Type::string());
  auto encoded = Encoder().encode(call.arguments[0]);
  if (!encoded) return fail(0, "the value cannot be written as YAML");
  return text(*encoded);
}

}  // namespace

const Builtin builtin_yamldecode = {.name = "yamldecode", .signature = "yamldecode(src)",
    .doc = "The value that one YAML document stands for.",
    .parameters = kYamldecode, .result = type_any, .call = call_yamldecode, .not_null = false};
const Builtin builtin_yamlencode = {.name = "yamlencode", .signature = "yamlencode(value)",
    .doc = "The value as YAML in block style.", .parameters = kYamlencode, .result = type_string, .call = call_yamlencode};

}  // namespace terrace::lang
