// SPDX-License-Identifier: Apache-2.0
// Reading: simdjson's on-demand parser walks the text once and fills our own tree, whose nodes are views into the
// document's copy of it.
#include "base/json.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <unordered_set>

#include "base/arena.h"
#include "base/format.h"

namespace terrace::base {

struct JsonMember;
struct JsonValue::Node {
  JsonKind kind = JsonKind::null;
  bool truth = false;
  std::uint32_t size = 0;
  const char* begin = nullptr;  // of the raw text
  const char* end = nullptr;
  const char* origin = nullptr;  // of the whole document
  std::string_view text;         // string or number
  const Node* elements = nullptr;
  const JsonMember* members = nullptr;
  const std::uint32_t* sorted = nullptr;  // members by key, for big objects
};
struct JsonMember {
  std::string_view key;
  JsonValue::Node value;
};

namespace {
constexpr std::size_t kIndexFrom = 16;
const char* kind_problem(simdjson::error_code code) { return simdjson::error_message(code); }

/// JSON's number grammar; simdjson hands number tokens over unchecked.
bool is_number(std::string_view s) {
  std::size_t i = 0;
  auto digits = [&] {
    std::size_t from = i;
    while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
    return i > from;
  };
  if (i < s.size() && s[i] == '-') ++i;
  if (i < s.size() && s[i] == '0') ++i;
  else if (!digits()) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == s.size();
}
}  // namespace

struct JsonDocument::Impl {
  std::string text;
  simdjson::ondemand::parser parser;
  Arena arena;
  JsonValue::Node root;
};

namespace {

class Builder {
 public:
  using Node = JsonValue::Node;
  Builder(simdjson::ondemand::document& document, std::string_view text, Arena& arena, const JsonLimits& limits)
      : document_(document), text_(text), arena_(arena), limits_(limits) {}

  std::string problem;
  const char* where = nullptr;

  template <class V>
  bool value(V& from, Node& node, std::size_t depth) {
    node.origin = text_.data();
    simdjson::ondemand::json_type type;
    if (auto code = from.type().get(type)) return fail(code);
    node.begin = here();
    switch (type) {
      case simdjson::ondemand::json_type::array: return array(from, node, depth);
      case simdjson::ondemand::json_type::object: return object(from, node, depth);
      case simdjson::ondemand::json_type::string: {
        node.kind = JsonKind::string;
        std::string_view raw = token(from);
        node.end = node.begin + raw.size();
        if (raw.size() >= 2 && raw.find('\\') == std::string_view::npos && raw.back() == '"') {
          // Without escapes the text itself is the string; the call below still checks it for control characters.
          std::string_view inner;
          if (auto code = from.get_string().get(inner)) return fail(code);
          node.text = raw.substr(1, raw.size() - 2);
        } else if (auto code = from.get_string().get(node.text)) {
          return fail(code);
        }
        return true;
      }
      case simdjson::ondemand::json_type::number: {
        node.kind = JsonKind::number;
        node.text = token(from);
        node.end = node.begin + node.text.size();
        if (!is_number(node.text)) return fail("invalid number", node.begin);
        return true;
      }
      case simdjson::ondemand::json_type::boolean: {
        node.kind = JsonKind::boolean;
        if (auto code = from.get_bool().get(node.truth)) return fail(code);
        node.end = node.begin + (node.truth ? 4 : 5);
        return true;
      }
      case simdjson::ondemand::json_type::null: {
        bool null = false;
        if constexpr (std::is_same_v<decltype(from.is_null()), bool>) null = from.is_null();
        else if (auto code = from.is_null().get(null)) return fail(code);
        if (!null) return fail("invalid literal", node.begin);
        node.kind = JsonKind::null;
        node.end = node.begin + 4;
        return true;
      }
    }
    return fail("invalid value", node.begin);
  }

  const char* here() {
    const char* place = nullptr;
    return document_.current_location().get(place) ? text_.data() + text_.size() : place;
  }

 private:
  template <class V>
  std::string_view token(V& from) {
    std::string_view raw;
    if constexpr (std::is_same_v<V, simdjson::ondemand::document>) {
      if (from.raw_json_token().get(raw)) return {};
    } else {
      raw = from.raw_json_token();
    }
    while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\n' || raw.back() == '\r' || raw.back() == '\t')) raw.remove_suffix(1);
    return raw;
  }
  bool fail(simdjson::error_code code) { return fail(kind_problem(code), here()); }
  bool fail(std::string what, const char* at) {
    if (problem.empty()) problem = std::move(what), where = at;
    return false;
  }
  /// The closing bracket is the last `bracket` before what comes next.
  const char* closed(char bracket) {
    const char* at = here();
    while (at > text_.data() && at[-1] != bracket) --at;
    return at;
  }

  template <class V>
  bool array(V& from, Node& node, std::size_t depth) {
    if (depth >= limits_.depth) return fail(format("nested deeper than {} levels", limits_.depth), node.begin);
    simdjson::ondemand::array list;
    if (auto code = from.get_array().get(list)) return fail(code);
    std::vector<Node> elements;
    for (auto element : list) {
      simdjson::ondemand::value one;
      if (auto code = element.get(one)) return fail(code);
      elements.emplace_back();
      Node child;
      if (!value(one, child, depth + 1)) return false;
      elements.back() = child;
    }
    node.kind = JsonKind::array;
    node.size = static_cast<std::uint32_t>(elements.size());
    node.elements = arena_.copy(elements).data();
    node.end = closed(']');
    return true;
  }

  template <class V>
  bool object(V& from, Node& node, std::size_t depth) {
    if (depth >= limits_.depth) return fail(format("nested deeper than {} levels", limits_.depth), node.begin);
    simdjson::ondemand::object fields;
    if (auto code = from.get_object().get(fields)) return fail(code);
    std::vector<JsonMember> members;
    for (auto field : fields) {
      simdjson::ondemand::field one;
      if (auto code = std::move(field).get(one)) return fail(code);
      JsonMember member;
      if (auto code = one.unescaped_key().get(member.key)) return fail(code);
      simdjson::ondemand::value content = one.value();
      if (!value(content, member.value, depth + 1)) return false;
      members.push_back(member);
    }
    if (!check_keys(members, node)) return false;
    node.kind = JsonKind::object;
    node.size = static_cast<std::uint32_t>(members.size());
    node.members = arena_.copy(members).data();
    if (members.size() > kIndexFrom) {
      std::vector<std::uint32_t> sorted(members.size());
      for (std::uint32_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
      std::stable_sort(sorted.begin(), sorted.end(), [&](auto a, auto b) { return members[a].key < members[b].key; });
      node.sorted = arena_.copy(sorted).data();
    }
    node.end = closed('}');
    return true;
  }

  bool check_keys(const std::vector<JsonMember>& members, const Node& node) {
    if (limits_.duplicates == DuplicateKeys::last_wins && !limits_.refuse_case_variants) return true;
    auto folded = [&](std::string_view key) {
      std::string text(key);
      if (limits_.refuse_case_variants) {
        for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      }
      return text;
    };
    if (members.size() <= 8) {
      for (std::size_t i = 1; i < members.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          bool same = members[i].key == members[j].key ||
                      (limits_.refuse_case_variants && members[i].key.size() == members[j].key.size() && folded(members[i].key) == folded(members[j].key));
          if (same) return fail(format("the key \"{}\" stands twice in one object", members[i].key), node.begin);
        }
      }
      return true;
    }
    std::unordered_set<std::string> seen;
    for (const auto& member : members) {
      if (!seen.insert(folded(member.key)).second) return fail(format("the key \"{}\" stands twice in one object", member.key), node.begin);
    }
    return true;
  }

  simdjson::ondemand::document& document_;
  std::string_view text_;
  Arena& arena_;
  const JsonLimits& limits_;
};

Error at_position(std::string_view text, const char* where, std::string_view what) {
  std::size_t offset = where == nullptr ? 0 : std::min<std::size_t>(static_cast<std::size_t>(where - text.data()), text.size());
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') ++line, column = 1;
    else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ++column;
  }
  return Error{ErrorKind::invalid, format("line {}, column {}: {}", line, column, what)};
}

}  // namespace

Result<JsonDocument> JsonDocument::parse(std::string text, const JsonLimits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->text = std::move(text);
  std::size_t size = impl->text.size();
  impl->text.reserve(size + simdjson::SIMDJSON_PADDING);
  std::string_view view(impl->text.data(), size);
  simdjson::ondemand::document document;
  auto code = impl->parser.iterate(simdjson::padded_string_view(impl->text.data(), size, impl->text.capacity())).get(document);
  if (code) return at_position(view, view.data() + (code == simdjson::EMPTY ? 0 : 0), code == simdjson::EMPTY ? "the document is empty" : simdjson::error_message(code));
  Builder builder(document, view, impl->arena, limits);
  bool scalar = false;
  if (auto failed = document.is_scalar().get(scalar)) return at_position(view, builder.here(), simdjson::error_message(failed));
  bool sound = false;
  if (scalar) {
    sound = builder.value(document, impl->root, 0);
    // A scalar document is one token: whatever follows it is one too many.
    if (sound) {
      const char* rest = impl->root.end;
      while (rest < view.data() + size && (*rest == ' ' || *rest == '\n' || *rest == '\r' || *rest == '\t')) ++rest;
      if (rest != view.data() + size) return at_position(view, rest, "more text after the end of the document");
    }
  } else {
    simdjson::ondemand::value value;
    if (auto failed = document.get_value().get(value)) return at_position(view, builder.here(), simdjson::error_message(failed));
    sound = builder.value(value, impl->root, 0);
    if (sound && builder.here() != view.data() + size) return at_position(view, builder.here(), "more text after the end of the document");
  }
  if (!sound) return at_position(view, builder.where, builder.problem);
  return JsonDocument(std::move(impl));
}

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;
JsonValue JsonDocument::root() const { return JsonValue(&impl_->root); }

JsonKind JsonValue::kind() const { return node_ == nullptr ? JsonKind::null : node_->kind; }
bool JsonValue::boolean(bool fallback) const { return kind() == JsonKind::boolean ? node_->truth : fallback; }
std::string_view JsonValue::string() const { return kind() == JsonKind::string ? node_->text : std::string_view(); }
std::string_view JsonValue::number() const { return kind() == JsonKind::number ? node_->text : std::string_view(); }
std::optional<std::int64_t> JsonValue::integer() const {
  std::string_view digits = number();
  std::int64_t value = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || status != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}
std::size_t JsonValue::size() const { return node_ == nullptr ? 0 : node_->size; }
JsonValue JsonValue::at(std::size_t index) const {
  return kind() == JsonKind::array && index < node_->size ? JsonValue(node_->elements + index) : JsonValue();
}
JsonValue JsonValue::operator[](std::string_view key) const {
  if (kind() != JsonKind::object) return JsonValue();
  const JsonMember* members = node_->members;
  if (node_->sorted != nullptr) {
    const auto* end = node_->sorted + node_->size;
    const auto* found = std::upper_bound(node_->sorted, end, key, [&](std::string_view k, std::uint32_t i) { return k < members[i].key; });
    // The last of equal keys wins.
    return found != node_->sorted && members[found[-1]].key == key ? JsonValue(&members[found[-1]].value) : JsonValue();
  }
  for (std::size_t i = node_->size; i-- > 0;) {
    if (members[i].key == key) return JsonValue(&members[i].value);
  }
  return JsonValue();
}
std::string_view JsonValue::key(std::size_t index) const {
  return kind() == JsonKind::object && index < node_->size ? node_->members[index].key : std::string_view();
}
JsonValue JsonValue::member(std::size_t index) const {
  return kind() == JsonKind::object && index < node_->size ? JsonValue(&node_->members[index].value) : JsonValue();
}
std::string_view JsonValue::raw() const {
  return node_ == nullptr ? std::string_view() : std::string_view(node_->begin, static_cast<std::size_t>(node_->end - node_->begin));
}
std::size_t JsonValue::offset() const { return node_ == nullptr ? 0 : static_cast<std::size_t>(node_->begin - node_->origin); }

}  // namespace terrace::base
