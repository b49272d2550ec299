// SPDX-License-Identifier: Apache-2.0
// JSON text: a read-only tree over simdjson with limits, and a streaming writer with Go's escapes
// (`<>&`, U+2028/9 as \uXXXX), which state files and jsonencode need byte for byte.
// Numbers keep their text; what a number means is the caller's affair (value/).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace terrace::base {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };
enum class DuplicateKeys { last_wins, refuse };

struct JsonLimits {
  std::size_t depth = 200;                         ///< nesting (reliability-security 7.1)
  DuplicateKeys duplicates = DuplicateKeys::refuse;  ///< also refuses case variants of one key when `refuse_case_variants`
  bool refuse_case_variants = false;
};

/// One node of a parsed document; a cheap view, valid while its JsonDocument lives.
class JsonValue {
 public:
  struct Node;
  JsonValue() = default;
  explicit JsonValue(const Node* node) : node_(node) {}
  bool exists() const { return node_ != nullptr; }   ///< false: what was asked for is absent
  explicit operator bool() const { return exists(); }
  JsonKind kind() const;                             ///< null when absent
  bool is_null() const { return kind() == JsonKind::null; }
  bool boolean(bool fallback = false) const;
  std::string_view string() const;                   ///< empty when not a string
  std::string_view number() const;                   ///< the number's text as written
  std::optional<std::int64_t> integer() const;       ///< when integral and in range
  std::size_t size() const;                          ///< of arrays and objects
  JsonValue at(std::size_t index) const;             ///< array element
  JsonValue operator[](std::string_view key) const;  ///< object member, absent if none
  std::string_view key(std::size_t index) const;     ///< object member's name, document order
  JsonValue member(std::size_t index) const;         ///< object member's value, document order
  /// The text this node was parsed from, without surrounding white space.
  std::string_view raw() const;
  std::size_t offset() const;                        ///< byte offset of raw() in the document

 private:
  const Node* node_ = nullptr;
};

class JsonDocument {
 public:
  /// Parses a whole document. The document keeps its own copy of `text`.
  /// Errors: ErrorKind::invalid with "line L, column C: what" for syntax, limits, invalid UTF-8.
  static Result<JsonDocument> parse(std::string text, const JsonLimits& limits = {});
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  JsonValue root() const;

 private:
  struct Impl;
  explicit JsonDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Appends `text` quoted and escaped as Go's encoding/json does with HTML escaping on.
void append_json_string(std::string& out, std::string_view text);

/// Streams JSON into one string. Calls must nest properly (CHECKed). `indent` 0 = compact.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, int indent = 0) : out_(out), indent_(indent) {}
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t n);
  JsonWriter& number_text(std::string_view digits);  ///< already valid JSON number text
  JsonWriter& boolean(bool b);
  JsonWriter& null();
  /// Splices valid JSON text in, re-indented to the writer's style.
  JsonWriter& raw(std::string_view json);
  // Shorthands for one member.
  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, const char* text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, std::int64_t n) { return key(name).number(n); }
  JsonWriter& member(std::string_view name, bool b) { return key(name).boolean(b); }

 private:
  void before_value();
  void newline();
  std::string& out_;
  int indent_;
  struct Level { bool array; bool empty; };
  std::vector<Level> levels_;
  bool after_key_ = false;
};

/// RFC 8785 canonical form of valid JSON, except that numbers keep their exact decimal text in shortest
/// plain form (contract 5: "numbers as exact decimal text"). Object keys sorted by UTF-16 code units.
Result<std::string> canonical_json(std::string_view json, std::size_t depth = 200);

}  // namespace terrace::base

namespace terrace {
using base::JsonDocument;
using base::JsonKind;
using base::JsonValue;
using base::JsonWriter;
}  // namespace terrace
