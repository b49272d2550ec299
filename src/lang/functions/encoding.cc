// SPDX-License-Identifier: Apache-2.0
// Base64, gzip, character sets, URLs, CSV and JSON (checklist C5). YAML is in yaml.cc.
#include <iconv.h>
#include <zlib.h>

#include <cerrno>

#include "base/json.h"
#include "base/strings.h"
#include "lang/functions/support.h"
#include "value/json.h"

namespace terrace::lang {
namespace {

constexpr Parameter kString[] = {{"str", type_string}};

CallResult call_base64encode(const Call& call) { return text(base::base64_encode(call.arguments[0].as_string())); }

/// Line breaks between the characters are skipped, as MIME has them.
std::optional<std::string> decode_base64(std::string_view encoded) {
  if (encoded.find_first_of("\r\n") == std::string_view::npos) return base::base64_decode(encoded);
  std::string joined(encoded);
  joined.erase(std::remove_if(joined.begin(), joined.end(), [](char c) { return c == '\r' || c == '\n'; }), joined.end());
  return base::base64_decode(joined);
}
CallResult call_base64decode(const Call& call) {
  auto bytes = decode_base64(call.arguments[0].as_string());
  if (!bytes) return fail(0, "the string is not valid base64");
  if (!base::is_valid_utf8(*bytes)) return fail(0, "the decoded bytes are not UTF-8 text, and strings can hold nothing else");
  return text(*bytes);
}

void append_little_endian(std::string& out, std::uint32_t n) {
  for (int i = 0; i < 4; ++i, n >>= 8) out += static_cast<char>(n & 0xff);
}
/// The stream as Go's compress/gzip closes it: flushed blocks, then an empty stored one.
CallResult call_base64gzip(const Call& call) {
  std::string_view input = call.arguments[0].as_string();
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return fail("out of memory");
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  std::size_t header = out.size();
  out.resize(header + deflateBound(&stream, input.size()) + 64);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + header);
  stream.avail_out = static_cast<uInt>(out.size() - header);
  int status = deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (status != Z_OK && status != Z_BUF_ERROR) return fail("the text could not be compressed");
  out.append("\x01\0\0\xff\xff", 5);
  const auto* bytes = reinterpret_cast<const Bytef*>(input.data());
  append_little_endian(out, static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(input.size()))));
  append_little_endian(out, static_cast<std::uint32_t>(input.size()));
  return text(base::base64_encode(out));
}
CallResult call_base64gunzip(const Call& call) {
  auto packed = decode_base64(call.arguments[0].as_string());
  if (!packed) return fail(0, "the string is not valid base64");
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) return fail("out of memory");
  stream.next_in = reinterpret_cast<Bytef*>(packed->data());
  stream.avail_in = static_cast<uInt>(packed->size());
  std::string out;
  char buffer[1 << 15];
  int status = Z_OK;
  while (status == Z_OK && out.size() <= kMaxText) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.size() > kMaxText) return fail(0, "the unpacked text is larger than 64 MiB");
  if (status != Z_STREAM_END) return fail(0, "the decoded bytes are not gzip data");
  if (!base::is_valid_utf8(out)) return fail(0, "the unpacked bytes are not UTF-8 text");
  return text(out);
}

/// Nothing when a character has no counterpart, or the input is not in that encoding.
class Converter {
 public:
  Converter(const std::string& to, const std::string& from) : handle_(iconv_open(to.c_str(), from.c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (valid()) iconv_close(handle_);
  }
  bool valid() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  std::optional<std::string> convert(std::string_view input) {
    char* in = const_cast<char*>(input.data());
    std::size_t left = input.size();
    std::string out;
    char buffer[4096];
    for (bool flushed = false; !flushed;) {
      char* to = buffer;
      std::size_t room = sizeof buffer;
      flushed = left == 0;
      std::size_t status = flushed ? iconv(handle_, nullptr, nullptr, &to, &room) : iconv(handle_, &in, &left, &to, &room);
      out.append(buffer, sizeof buffer - room);
      if (status == static_cast<std::size_t>(-1) && errno != E2BIG) return std::nullopt;
      // Anything but 0 means characters were replaced by others.
      if (status != 0 && status != static_cast<std::size_t>(-1)) return std::nullopt;
    }
    return out;
  }

 private:
  iconv_t handle_;
};
/// iconv's name for an IANA name; "//" would ask for replacements.
std::optional<std::string> encoding_name(std::string_view name) {
  if (name.empty() || name.size() > 40 || name.find_first_of("/,") != std::string_view::npos) return std::nullopt;
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper == "UTF-16" ? "UTF-16BE" : upper;
}
bool is_utf16(std::string_view name) { return name.size() == 6 && (name == "UTF-16" || name == "utf-16"); }

constexpr Parameter kTextEncode[] = {{"string", type_string}, {"encoding", type_string}};
CallResult call_textencodebase64(const Call& call) {
  std::string_view wanted = call.arguments[1].as_string();
  auto name = encoding_name(wanted);
  Converter converter(name.value_or("none"), "UTF-8");
  if (!name || !converter.valid()) return fail(1, format("{} is not a known encoding", base::printable(wanted)));
  auto bytes = converter.convert(call.arguments[0].as_string());
  if (!bytes) return fail(0, format("the string holds characters that {} does not have", base::printable(wanted)));
  return text(base::base64_encode(is_utf16(wanted) ? "\xfe\xff" + *bytes : *bytes));
}
constexpr Parameter kTextDecode[] = {{"source", type_string}, {"encoding", type_string}};
CallResult call_textdecodebase64(const Call& call) {
  std::string_view wanted = call.arguments[1].as_string();
  auto name = encoding_name(wanted);
  auto bytes = decode_base64(call.arguments[0].as_string());
  if (!bytes) return fail(0, "the string is not valid base64");
  if (is_utf16(wanted) && (bytes->starts_with("\xff\xfe") || bytes->starts_with("\xfe\xff"))) {
    name = bytes->starts_with("\xff\xfe") ? "UTF-16LE" : "UTF-16BE";
    bytes->erase(0, 2);
  }
  Converter converter("UTF-8", name.value_or("none"));
  if (!name || !converter.valid()) return fail(1, format("{} is not a known encoding", base::printable(wanted)));
  auto decoded = converter.convert(*bytes);
  if (!decoded || !base::is_valid_utf8(*decoded)) return fail(0, format("the bytes are not valid {}", base::printable(wanted)));
  return text(*decoded);
}

CallResult call_urlencode(const Call& call) {
  std::string out;
  for (char c : call.arguments[0].as_string()) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text(out);
}
int hex_digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
CallResult call_urldecode(const Call& call) {
  std::string_view s = call.arguments[0].as_string();
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '+') {
      out += ' ';
    } else if (s[i] != '%') {
      out += s[i];
    } else {
      int high = i + 2 < s.size() ? hex_digit(s[i + 1]) : -1, low = i + 2 < s.size() ? hex_digit(s[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(0, format("the % at offset {} is not followed by two hex digits", i));
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  if (!base::is_valid_utf8(out)) return fail(0, "the decoded bytes are not UTF-8 text");
  return text(out);
}

/// RFC 4180 with "\n" or "\r\n" between records; empty lines do not count.
class CsvReader {
 public:
  explicit CsvReader(std::string_view source) : source_(source) {}
  /// The fields of the next record, nothing at the end, or what is wrong.
  std::variant<std::optional<std::vector<std::string>>, std::string> next() {
    using Fields = std::optional<std::vector<std::string>>;
    while (at_ < source_.size() && (source_[at_] == '\n' || source_.substr(at_, 2) == "\r\n")) advance_line();
    if (at_ >= source_.size()) return Fields();
    std::vector<std::string> fields;
    for (;;) {
      std::string field;
      if (at_ < source_.size() && source_[at_] == '"') {
        if (auto error = quoted(field)) return *error;
      } else {
        while (at_ < source_.size() && source_[at_] != ',' && source_[at_] != '\n' && source_.substr(at_, 2) != "\r\n") {
          if (source_[at_] == '"') return format("line {}: a quote inside a field that does not start with one", line_);
          field += source_[at_++];
        }
      }
      fields.push_back(std::move(field));
      if (at_ >= source_.size()) return Fields(std::move(fields));
      if (source_[at_] != ',') {
        advance_line();
        return Fields(std::move(fields));
      }
      ++at_;
    }
  }
  std::size_t line() const { return line_; }

 private:
  void advance_line() {
    at_ += source_[at_] == '\r' ? 2 : 1;
    ++line_;
  }
  std::optional<std::string> quoted(std::string& field) {
    std::size_t began = line_;
    for (++at_;; ++at_) {
      if (at_ >= source_.size()) return format("line {}: a quoted field has no closing quote", began);
      if (source_[at_] == '"') {
        if (source_.substr(at_, 2) != "\"\"") break;
        ++at_;
      }
      if (source_.substr(at_, 2) == "\r\n") continue;  // a line end in a field is "\n"
      if (source_[at_] == '\n') ++line_;
      field += source_[at_];
    }
    ++at_;
    bool ends = at_ >= source_.size() || source_[at_] == ',' || source_[at_] == '\n' || source_.substr(at_, 2) == "\r\n";
    if (!ends) return format("line {}: text after the closing quote of a field", line_);
    return std::nullopt;
  }
  std::string_view source_;
  std::size_t at_ = 0, line_ = 1;
};

CallResult call_csvdecode(const Call& call) {
  CsvReader reader(call.arguments[0].as_string());
  auto header_or = reader.next();
  if (auto* error = std::get_if<std::string>(&header_or)) return fail(0, *error);
  auto& header = std::get<0>(header_or);
  if (!header) return fail(0, "the header line is missing");
  std::vector<Type::Attribute> attributes;
  std::set<std::string> seen;
  for (const auto& name : *header) {
    if (!seen.insert(name).second) return fail(0, format("the column \"{}\" appears twice", base::printable(name)));
    attributes.push_back({Symbol(name), Type::string(), false});
  }
  Type type = Type::object(attributes);
  std::vector<std::size_t> places;  // of each column in the object
  for (const auto& name : *header) places.push_back(static_cast<std::size_t>(type.attribute_index(Symbol(name))));
  std::vector<Value> rows;
  for (;;) {
    std::size_t line = reader.line();
    auto row_or = reader.next();
    if (auto* error = std::get_if<std::string>(&row_or)) return fail(0, *error);
    auto& row = std::get<0>(row_or);
    if (!row) break;
    if (row->size() != header->size()) {
      return fail(0, format("line {}: {}, but the header has {}", line, base::count_of(row->size(), "field"), header->size()));
    }
    if (rows.size() == kMaxElements) return fail(0, "there are more than 1000000 rows");
    std::vector<Value> values(row->size());
    for (std::size_t i = 0; i < row->size(); ++i) values[places[i]] = text((*row)[i]);
    rows.push_back(Value::object(type, std::move(values)));
  }
  return Value::list(type, std::move(rows));
}

constexpr Parameter kJsonencode[] = {{"val", type_any, Allow::null | Allow::unknown | Allow::dynamic}};
CallResult call_jsonencode(const Call& call) {
  const Value& value = call.arguments[0];
  if (value.is_wholly_known()) {
    std::string out;
    JsonWriter writer(out);
    auto written = value::write_simple_json(writer, value);
    if (!written) return fail(0, written.error().message);
    return text(out);
  }
  // The first character is certain if the value cannot turn out to be null.
  Refinement refinement;
  refinement.nullness = Refinement::Nullness::not_null;
  if (value.definitely_not_null()) {
    if (is_mapping(value.type())) refinement.prefix = "{";
    if (is_sequence(value.type())) refinement.prefix = "[";
    if (value.type() == Type::string()) refinement.prefix = "\"";
  }
  return Value::unknown(Type::string(), std::move(refinement));
}
/// A surrogate escape without its other half means U+FFFD; strict parsers refuse it.
std::string without_lone_surrogates(std::string_view json) {
  std::string out(json);
  auto unit_at = [&](std::size_t at) -> int {
    if (at + 6 > out.size() || out[at] != '\\' || out[at + 1] != 'u') return -1;
    int unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
      int digit = hex_digit(out[i]);
      if (digit < 0) return -1;
      unit = unit << 4 | digit;
    }
    return unit;
  };
  for (std::size_t at = out.find('\\'); at != std::string::npos; at = out.find('\\', at)) {
    int unit = unit_at(at);
    if (unit < 0xD800 || unit > 0xDFFF) {
      at += 2;
      continue;
    }
    int low = unit < 0xDC00 ? unit_at(at + 6) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      at += 12;
    } else {
      out.replace(at, 6, "\\ufffd");
      at += 6;
    }
  }
  return out;
}
CallResult call_jsondecode(const Call& call) {
  base::JsonLimits limits;
  limits.duplicates = base::DuplicateKeys::last_wins;
  auto document = JsonDocument::parse(without_lone_surrogates(call.arguments[0].as_string()), limits);
  if (!document) return fail(0, document.error().message);
  return value::parse_simple_json(document->root());
}

}  // namespace

const Builtin builtin_base64encode = {.name = "base64encode", .signature = "base64encode(str)",
    .doc = "The text's UTF-8 bytes in base64.", .parameters = kString, .result = type_string, .call = call_base64encode};
const Builtin builtin_base64decode = {.name = "base64decode", .signature = "base64decode(str)",
    .doc = "The text that base64 encodes; its bytes must be UTF-8.",
    .parameters = kString, .result = type_string, .call = call_base64decode};
const Builtin builtin_base64gzip = {.name = "base64gzip", .signature = "base64gzip(str)",
    .doc = "The text compressed by gzip, in base64.", .parameters = kString, .result = type_string, .call = call_base64gzip};
const Builtin builtin_base64gunzip = {.name = "base64gunzip", .signature = "base64gunzip(str)",
    .doc = "The text of gzip data in base64.", .parameters = kString, .result = type_string, .call = call_base64gunzip};
const Builtin builtin_textencodebase64 = {.name = "textencodebase64", .signature = "textencodebase64(string, encoding)",
    .doc = "The text in a character encoding such as UTF-16LE, as base64.",
    .parameters = kTextEncode, .result = type_string, .call = call_textencodebase64};
const Builtin builtin_textdecodebase64 = {.name = "textdecodebase64", .signature = "textdecodebase64(source, encoding)",
    .doc = "The text that base64 holds in a character encoding such as UTF-16LE.",
    .parameters = kTextDecode, .result = type_string, .call = call_textdecodebase64};
const Builtin builtin_urlencode = {.name = "urlencode", .signature = "urlencode(str)",
    .doc = "The text as part of a URL's query.", .parameters = kString, .result = type_string, .call = call_urlencode};
const Builtin builtin_urldecode = {.name = "urldecode", .signature = "urldecode(str)",
    .doc = "The text that a part of a URL's query stands for.",
    .parameters = kString, .result = type_string, .call = call_urldecode};
const Builtin builtin_csvdecode = {.name = "csvdecode", .signature = "csvdecode(str)",
    .doc = "A list of objects from CSV text; the first line names the attributes.",
    .parameters = kString, .result = type_any, .call = call_csvdecode};
const Builtin builtin_jsonencode = {.name = "jsonencode", .signature = "jsonencode(val)",
    .doc = "The value as JSON.", .parameters = kJsonencode, .result = type_string, .call = call_jsonencode};
const Builtin builtin_jsondecode = {.name = "jsondecode", .signature = "jsondecode(str)",
    .doc = "The value that JSON text stands for.", .parameters = kString, .result = type_any, .call = call_jsondecode,
    .not_null = false};

}  // namespace terrace::lang
