// SPDX-License-Identifier: Apache-2.0
// State text → State in one pass over simdjson's token index. Attributes are checked (syntax, depth, duplicate
// keys) but stay text. Keys are matched as Go's decoder matches them, so that what another reader would take for
// the same member is refused instead of read differently.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "base/format.h"
#include "base/strings.h"
#include "state/file.h"
#include "state/json_text.h"
#include "value/json.h"

namespace terrace::state {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr std::size_t kMaxDepth = 200;

/// ASCII lower case, and the two letters that Go's case folding maps to ASCII.
std::string fold(std::string_view key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key.substr(i, 2) == "\xC5\xBF") {
      out.push_back('s');
      ++i;
    } else if (key.substr(i, 3) == "\xE2\x84\xAA") {
      out.push_back('k');
      i += 2;
    } else {
      out.push_back(key[i] >= 'A' && key[i] <= 'Z' ? static_cast<char>(key[i] + 32) : key[i]);
    }
  }
  return out;
}

template <std::size_t N>
using Names = std::array<std::string_view, N>;
constexpr Names<7> kTop = {"version", "terraform_version", "serial", "lineage", "outputs", "resources", "check_results"};
constexpr Names<3> kOutput = {"value", "type", "sensitive"};
constexpr Names<7> kResource = {"module", "mode", "type", "name", "each", "provider", "instances"};
constexpr Names<12> kInstance = {"index_key",    "status",    "deposed",      "schema_version",        "attributes", "attributes_flat",
                                 "sensitive_attributes", "private", "dependencies", "create_before_destroy", "depends_on", "provider"};
constexpr Names<4> kCheck = {"object_kind", "config_addr", "status", "objects"};
constexpr Names<3> kCheckObject = {"object_addr", "status", "failure_messages"};

std::string_view words(simdjson::error_code code) {
  switch (static_cast<int>(code)) {
    case simdjson::EMPTY: return "the file is empty";
    case simdjson::UNCLOSED_STRING: return "a string is never closed; the file was cut off or edited";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT: return "a list or object is never closed; the file was cut off or edited";
    case simdjson::UTF8_ERROR: return "the text is not UTF-8";
    case simdjson::UNESCAPED_CHARS: return "a control character inside a string";
    case simdjson::STRING_ERROR: return "an invalid escape in a string";
    case simdjson::NUMBER_ERROR: return "an invalid number";
    case simdjson::INCORRECT_TYPE: return "a value of another type was expected here";
    case simdjson::CAPACITY: return "the file is larger than 4 GiB";
    case simdjson::MEMALLOC: return "not enough memory for a file of this size";
    default: return "invalid JSON syntax";
  }
}

bool is_json_number(std::string_view text) {
  std::size_t i = 0;
  auto digits = [&] {
    std::size_t from = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i > from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  std::size_t first = i;
  if (!digits() || (text[first] == '0' && i > first + 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

std::string_view without_space(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) {
    token.remove_suffix(1);
  }
  return token;
}

class Parser {
 public:
  explicit Parser(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}

  Result<State> parse() {
    if (run([&] { return root(); })) return std::move(state_);
    return std::move(*error_);
  }
  /// The text is a list of one instance object.
  Result<ObjectRef> parse_one() {
    InstanceList instances;
    bool ok = run([&] {
      ondemand::array array;
      if (auto code = document_.get_array().get(array)) return fail(code);
      return each(array, [&](ondemand::value element) { return instance(element, instances); });
    });
    if (!ok) return std::move(*error_);
    if (instances.size() != 1 || instances.front().current == nullptr) return Error{ErrorKind::invalid, "not a stored object", 0};
    return instances.front().current;
  }

 private:
  template <class F>
  bool run(F&& f) {
    simdjson::padded_string_view view(text_->data(), text_->size(), text_->size() + simdjson::SIMDJSON_PADDING);
    if (auto code = parser_.iterate(view).get(document_)) {
      error_ = stage_one_error(code);
      return false;
    }
    if (!f()) return false;
    const char* rest = nullptr;
    if (document_.current_location().get(rest)) return true;
    return fail_at(rest, "something follows the end of the state");
  }

  // --- errors: the first one is kept ---
  Error stage_one_error(simdjson::error_code code) {
    if (code == simdjson::UTF8_ERROR) {
      std::size_t line = 1;
      for (auto part : base::split(*text_, '\n')) {
        if (!base::is_valid_utf8(part)) return {ErrorKind::invalid, format("line {}: {}", line, words(code)), 0};
        ++line;
      }
    }
    return {ErrorKind::invalid, std::string(words(code)), 0};
  }
  bool fail_at(const char* at, std::string_view what) {
    if (error_) return false;
    const char* begin = text_->data();
    if (at == nullptr || at < begin || at > begin + text_->size()) {
      error_ = Error{ErrorKind::invalid, std::string(what), 0};
      return false;
    }
    auto line = static_cast<std::size_t>(std::count(begin, at, '\n')) + 1;
    const char* start = at;
    while (start > begin && start[-1] != '\n') --start;
    error_ = Error{ErrorKind::invalid, format("line {}, column {}: {}", line, static_cast<std::size_t>(at - start) + 1, what), 0};
    return false;
  }
  const char* location() {
    const char* at = nullptr;
    return document_.current_location().get(at) ? text_->data() + text_->size() : at;
  }
  bool fail(std::string_view what) { return fail_at(location(), what); }
  bool fail(simdjson::error_code code) { return fail(words(code)); }
  bool fail(const Error& error, const char* at) {
    return fail_at(at, error.message);
  }

  // --- reading ---
  /// The key without quotes; its escapes are resolved. Valid until the next key.
  bool key_of(ondemand::field& field, std::string_view& key) {
    const char* begin = field.key().raw();
    const char* end = begin;
    while (*end != '"' && *end != '\\') ++end;  // stage one saw the closing quote
    if (*end == '\\') {
      if (auto code = field.unescaped_key().get(key)) return fail(code);
      key_copy_.assign(key);
      key = key_copy_;
    } else {
      key = {begin, static_cast<std::size_t>(end - begin)};
    }
    return true;
  }
  /// Which of `names` it is, or N. False: seen before, or differs from one in case alone.
  template <std::size_t N>
  bool which(std::string_view key, const Names<N>& names, std::uint32_t& seen, std::size_t& index) {
    for (index = 0; index < N; ++index) {
      if (names[index] != key) continue;
      if (seen & (1u << index)) return fail(format("the member \"{}\" appears twice", key));
      seen |= 1u << index;
      return true;
    }
    std::string folded = fold(key);
    for (auto name : names) {
      if (folded == name) return fail(format("the member \"{}\" differs from \"{}\" only in case; readers disagree on what that means", base::printable(key), name));
    }
    return true;
  }
  /// Calls `f(index, key, value)` for each member of an object; unknown members come with index N.
  template <std::size_t N, class F>
  bool members(ondemand::value value, const Names<N>& names, std::uint32_t& seen, F&& f) {
    ondemand::object object;
    if (auto code = value.get_object().get(object)) return fail(code);
    return members_of(object, names, seen, std::forward<F>(f));
  }
  template <std::size_t N, class F>
  bool members_of(ondemand::object& object, const Names<N>& names, std::uint32_t& seen, F&& f) {
    std::vector<std::string> unknown;
    for (auto item : object) {
      ondemand::field field;
      if (auto code = std::move(item).get(field)) return fail(code);
      std::string_view key;
      std::size_t index = N;
      if (!key_of(field, key) || !which(key, names, seen, index)) return false;
      if (index == N) {
        if (std::find(unknown.begin(), unknown.end(), key) != unknown.end()) {
          return fail(format("the member \"{}\" appears twice", base::printable(key)));
        }
        unknown.emplace_back(key);
        key = unknown.back();
      }
      if (!f(index, key, field.value())) return false;
    }
    return true;
  }
  template <class F>
  bool elements(ondemand::value value, F&& f) {
    ondemand::array array;
    if (auto code = value.get_array().get(array)) return fail(code);
    return each(array, std::forward<F>(f));
  }
  template <class F>
  bool each(ondemand::array& array, F&& f) {
    for (auto item : array) {
      ondemand::value element;
      if (auto code = std::move(item).get(element)) return fail(code);
      if (!f(element)) return false;
    }
    return true;
  }
  bool text(ondemand::value value, std::string_view& out) {
    auto code = value.get_string().get(out);
    return code ? fail(code == simdjson::INCORRECT_TYPE ? std::string_view("a string was expected here") : words(code)) : true;
  }
  bool boolean(ondemand::value value, bool& out) {
    auto code = value.get_bool().get(out);
    return code ? fail("true or false was expected here") : true;
  }
  template <class T>
  bool number(ondemand::value value, T& out) {
    simdjson::error_code code;
    if constexpr (std::is_unsigned_v<T>) {
      std::uint64_t n = 0;
      code = value.get_uint64().get(n);
      out = n;
    } else {
      std::int64_t n = 0;
      code = value.get_int64().get(n);
      out = n;
    }
    return code ? fail("a whole number was expected here") : true;
  }
  bool is_null(ondemand::value& value) {
    bool null = false;
    return !value.is_null().get(null) && null;
  }

  /// Walks a value that stays text: syntax, depth and duplicate keys. Scalars need not be consumed: the iterators
  /// step over what was not.
  bool check(ondemand::value value, std::size_t depth) {
    if (depth > kMaxDepth) return fail(format("nesting deeper than {} levels", kMaxDepth));
    ondemand::json_type type;
    if (auto code = value.type().get(type)) return fail(code);
    switch (type) {
      case ondemand::json_type::object: return check_object(value, depth);
      case ondemand::json_type::array: return elements(value, [&](ondemand::value element) { return check(element, depth + 1); });
      case ondemand::json_type::string: {
        std::string_view token = value.raw_json_token();
        if (std::memchr(token.data(), '\\', token.size()) == nullptr) return true;  // stage one saw the rest
        std::string_view unescaped;
        return text(value, unescaped);
      }
      case ondemand::json_type::number: {
        return is_json_number(without_space(value.raw_json_token())) ? true : fail("an invalid number");
      }
      case ondemand::json_type::boolean: {
        bool ignored = false;
        return boolean(value, ignored);
      }
      case ondemand::json_type::null: return is_null(value) ? true : fail("invalid JSON syntax");
    }
    return fail("invalid JSON syntax");
  }
  bool check_object(ondemand::value value, std::size_t depth) {
    ondemand::object object;
    if (auto code = value.get_object().get(object)) return fail(code);
    const std::size_t begin = keys_.size();
    bool sorted = true;
    for (auto item : object) {
      ondemand::field field;
      if (auto code = std::move(item).get(field)) return fail(code);
      const char* raw = field.key().raw();
      std::string_view key;
      if (!key_of(field, key)) return false;
      if (key.data() != raw) {
        recheck_ = true;  // escaped: compared by the tree parser
      } else {
        sorted = sorted && (keys_.size() == begin || keys_.back() < key);
        if (!sorted && !is_new_key(begin, key)) return false;
        keys_.push_back(key);
      }
      if (!check(field.value(), depth + 1)) return false;
    }
    keys_.resize(begin);
    return true;
  }
  /// Keys mostly come sorted; where they do not, a few are compared one by one, many by the tree parser.
  bool is_new_key(std::size_t begin, std::string_view key) {
    if (keys_.size() - begin > 32) {
      recheck_ = true;
      return true;
    }
    for (std::size_t i = begin; i < keys_.size(); ++i) {
      if (keys_[i] == key) return fail(format("the member \"{}\" appears twice", base::printable(key)));
    }
    return true;
  }

  /// Takes the text of a value that is checked and kept as it is.
  bool raw(ondemand::value value, std::string_view& out) {
    std::string_view token = value.raw_json_token();
    const char* begin = token.data();
    recheck_ = false;
    if (!check(value, 1)) return false;
    if (*begin == '{' || *begin == '[') {
      const char* end = location();
      out = without_space({begin, static_cast<std::size_t>(end - begin)});
    } else {
      out = without_space(token);
    }
    if (!recheck_) return true;
    auto document = JsonDocument::parse(std::string(out));
    return document ? true : fail_at(begin, "in the value that starts here, " + document.error().message);
  }

  bool root() {
    ondemand::object object;
    if (auto code = document_.get_object().get(object)) {
      return fail(code == simdjson::INCORRECT_TYPE ? std::string_view("a state is a JSON object") : words(code));
    }
    std::uint32_t seen = 0;
    std::int64_t version = 0;
    bool ok = members_of(object, kTop, seen, [&](std::size_t index, std::string_view, ondemand::value value) {
      if (index >= 2 && index < kTop.size() && is_null(value)) return true;
      std::string_view string;
      switch (index) {
        case 0: return number(value, version) && supported(version);
        case 1:
          if (!text(value, string)) return false;
          state_.terraform_version = string;
          return true;
        case 2: return number(value, state_.serial);
        case 3:
          if (!text(value, string)) return false;
          state_.lineage = string;
          return true;
        case 4: return outputs(value);
        case 5: return elements(value, [&](ondemand::value element) { return resource(element); });
        case 6: return elements(value, [&](ondemand::value element) { return check_result(element); });
        default: return check(value, 1);
      }
    });
    if (ok && !(seen & 1)) return fail_at(nullptr, "there is no \"version\" member, so this is not a state file");
    return ok;
  }
  bool supported(std::int64_t version) {
    if (version == 4) return true;
    if (version > 4) return fail(format("state format version {} is newer than 4, the newest this program knows; use the program that wrote it", version));
    return fail(format("state format version {} is older than 4; let Terraform 0.13 or later write it once", version));
  }

  bool outputs(ondemand::value value) {
    ondemand::object object;
    if (auto code = value.get_object().get(object)) return fail(code);
    for (auto item : object) {
      ondemand::field field;
      if (auto code = std::move(item).get(field)) return fail(code);
      std::string_view key;
      if (!key_of(field, key)) return false;
      auto [it, added] = state_.outputs.try_emplace(std::string(key));
      if (!added) return fail(format("the output \"{}\" appears twice", base::printable(key)));
      OutputState& output = it->second;
      std::string_view value_text, type_text;
      std::uint32_t seen = 0;
      const char* begin = location();
      bool ok = members(field.value(), kOutput, seen, [&](std::size_t index, std::string_view, ondemand::value member) {
        switch (index) {
          case 0: return raw(member, value_text);
          case 1: return raw(member, type_text);
          case 2: return boolean(member, output.sensitive);
          default: return check(member, 1);
        }
      });
      if (!ok) return false;
      if (value_text.empty() || type_text.empty()) return fail(format("the output \"{}\" lacks its value or type", it->first));
      auto type_document = JsonDocument::parse(std::string(type_text));
      if (!type_document) return fail(type_document.error(), begin);
      auto type = value::parse_type_json(type_document->root());
      if (!type) return fail(type.error(), begin);
      output.type = *type;
      auto value_document = JsonDocument::parse(std::string(value_text));
      if (!value_document) return fail(value_document.error(), begin);
      auto parsed = value::parse_json(value_document->root(), *type);
      if (!parsed) return fail(parsed.error(), begin);
      output.value = std::move(*parsed);
    }
    return true;
  }

  bool resource(ondemand::value value) {
    const char* begin = location();
    auto resource = std::make_shared<ResourceState>();
    std::string_view module, mode, type, name, provider, string;
    // Instances come last in every file seen; where they do not, their order does not matter either.
    std::uint32_t seen = 0;
    bool ok = members(value, kResource, seen, [&](std::size_t index, std::string_view, ondemand::value member) {
      switch (index) {
        case 0: return is_null(member) || text(member, module);
        case 1: return text(member, mode);
        case 2: return text(member, type);
        case 3: return text(member, name);
        case 4: return is_null(member) || text(member, string);  // legacy "list" or "map"
        case 5: return text(member, provider);
        case 6:
          return is_null(member) || elements(member, [&](ondemand::value element) { return instance(element, resource->instances); });
        default: return check(member, 1);
      }
    });
    if (!ok) return false;
    if (mode != "managed" && mode != "data") return fail_at(begin, format("the mode of a resource is \"managed\" or \"data\", not \"{}\"", base::printable(mode)));
    if (type.empty() || name.empty()) return fail_at(begin, "a resource lacks its type or name");
    auto& address = resource->address;
    address.resource = {mode == "data" ? addrs::Mode::data : addrs::Mode::managed, Symbol(type), Symbol(name)};
    if (!module.empty() && !cached(modules_, module, addrs::parse_module, address.module, begin)) return false;
    if (!cached(providers_, provider, addrs::parse_provider_config, resource->provider, begin)) return false;
    const ResourceState* known = state_.find(address);
    if (known != nullptr) {
      // Terraform reads one resource in several pieces as one.
      auto merged = std::make_shared<ResourceState>(*known);
      for (const auto& piece : resource->instances) {
        auto& instance = merged->instances.edit(piece.key);
        if (piece.current) {
          if (instance.current) return duplicate(address, piece.key, begin);
          instance.current = piece.current;
        }
        instance.deposed.insert(instance.deposed.end(), piece.deposed.begin(), piece.deposed.end());
      }
      resource = std::move(merged);
    }
    state_.set_resource(std::move(resource));
    return true;
  }
  bool duplicate(const addrs::AbsResource& address, addrs::InstanceKey key, const char* at) {
    return fail_at(at, format("{}{} appears twice", address.text(), key.suffix()));
  }

  template <class T>
  bool cached(std::unordered_map<std::string, T>& cache, std::string_view text, Result<T> (*parse)(std::string_view), T& out,
              const char* at) {
    lookup_.assign(text);
    auto it = cache.find(lookup_);
    if (it == cache.end()) {
      auto parsed = parse(text);
      if (!parsed) return fail_at(at, format("\"{}\": {}", base::printable(text), parsed.error().message));
      it = cache.emplace(lookup_, std::move(*parsed)).first;
    }
    out = it->second;
    return true;
  }

  bool instance(ondemand::value value, InstanceList& instances) {
    auto object = std::make_shared<Object>();
    addrs::InstanceKey key;
    std::string_view deposed, string, sensitive;
    std::string deposed_key;
    const char* begin = location();
    std::uint32_t seen = 0;
    bool ok = members(value, kInstance, seen, [&](std::size_t index, std::string_view name, ondemand::value member) {
      switch (index) {
        case 0: return index_key(member, key);
        case 1:
          if (is_null(member)) return true;
          if (!text(member, string)) return false;
          if (string != "tainted" && !string.empty()) return fail(format("the status of an instance is \"tainted\" or absent, not \"{}\"", base::printable(string)));
          object->status = string.empty() ? ObjectStatus::ready : ObjectStatus::tainted;
          return true;
        case 2:
          if (is_null(member)) return true;
          if (!text(member, deposed)) return false;
          deposed_key = deposed;
          return true;
        case 3: return number(member, object->schema_version);
        case 4: return is_null(member) ? fail("an instance has no attributes") : attributes(member, *object);
        case 5: return is_null(member) || fail("attributes in the form of Terraform before 0.12; let Terraform 0.13 or later write this state once");
        case 6: return is_null(member) || sensitive_paths(member, *object);
        case 7:
          if (is_null(member)) return true;
          if (!text(member, string)) return false;
          if (auto bytes = base::base64_decode(string)) {
            object->private_bytes = std::move(*bytes);
            return true;
          }
          return fail("\"private\" is not base64");
        case 8: return is_null(member) || dependencies(member, object->dependencies);
        case 9: return boolean(member, object->create_before_destroy);
        case 10: return check(member, 1);  // what Terraform 0.12 wrote; superseded by dependencies
        default: {
          std::string_view json;
          if (!raw(member, json)) return false;
          auto& unknown = object->unknown_members;
          if (!unknown.empty()) unknown.push_back(',');
          base::append_json_string(unknown, name);
          unknown.push_back(':');
          append_json(unknown, json, StateFormat::compact, 0);
          return true;
        }
      }
    });
    if (!ok) return false;
    if (object->attributes.empty()) return fail_at(begin, "an instance has no attributes");
    object->text = text_;
    InstanceState& state = instances.edit(key);
    if (deposed_key.empty()) {
      if (state.current) return fail_at(begin, format("the instance{} appears twice", key.suffix().empty() ? "" : " " + key.suffix()));
      state.current = std::move(object);
      return true;
    }
    auto at = std::lower_bound(state.deposed.begin(), state.deposed.end(), deposed_key,
                               [](const DeposedObject& d, const std::string& k) { return d.key < k; });
    if (at != state.deposed.end() && at->key == deposed_key) return fail_at(begin, format("the deposed object {} appears twice", base::printable(deposed_key)));
    state.deposed.insert(at, DeposedObject{deposed_key, std::move(object)});
    return true;
  }
  bool index_key(ondemand::value value, addrs::InstanceKey& key) {
    ondemand::json_type type;
    if (auto code = value.type().get(type)) return fail(code);
    if (type == ondemand::json_type::null) return is_null(value) ? true : fail("invalid JSON syntax");
    if (type == ondemand::json_type::number) {
      std::int64_t n = 0;
      if (!number(value, n)) return false;
      key = addrs::InstanceKey(n);
      return true;
    }
    std::string_view string;
    if (!text(value, string)) return false;
    key = addrs::InstanceKey(Symbol(string));
    return true;
  }
  bool attributes(ondemand::value value, Object& object) {
    ondemand::json_type type;
    if (auto code = value.type().get(type)) return fail(code);
    if (type != ondemand::json_type::object) return fail("the attributes of an instance are an object");
    return raw(value, object.attributes);
  }
  bool sensitive_paths(ondemand::value value, Object& object) {
    const char* begin = location();
    std::string_view json;
    if (!raw(value, json)) return false;
    if (json == "[]") return true;
    auto [it, added] = paths_.try_emplace(json);
    if (added) {
      auto document = JsonDocument::parse(std::string(json));
      if (!document) return fail(document.error(), begin);
      if (document->root().kind() != JsonKind::array) return fail_at(begin, "a list of paths was expected here");
      for (std::size_t i = 0; i < document->root().size(); ++i) {
        auto path = value::parse_path_state_json(document->root().at(i));
        if (!path) return fail(path.error(), begin);
        it->second.push_back(std::move(*path));
      }
    }
    object.sensitive = it->second;
    return true;
  }
  bool dependencies(ondemand::value value, std::vector<addrs::AbsResource>& out) {
    return elements(value, [&](ondemand::value element) {
      std::string_view string;
      if (!text(element, string)) return false;
      addrs::AbsResource resource;
      if (!cached(resources_, string, addrs::parse_resource, resource, location())) return false;
      out.push_back(resource);
      return true;
    });
  }

  bool status(ondemand::value value, CheckResult::Status& out) {
    std::string_view string;
    if (!text(value, string)) return false;
    if (string == "pass") out = CheckResult::Status::pass;
    else if (string == "fail") out = CheckResult::Status::fail;
    else if (string == "error") out = CheckResult::Status::error;
    else if (string == "unknown" || string.empty()) out = CheckResult::Status::unknown;
    else return fail(format("unknown check status \"{}\"", base::printable(string)));
    return true;
  }
  bool check_result(ondemand::value value) {
    CheckResult result;
    std::uint32_t seen = 0;
    bool ok = members(value, kCheck, seen, [&](std::size_t index, std::string_view, ondemand::value member) {
      std::string_view string;
      switch (index) {
        case 0:
          if (!text(member, string)) return false;
          if (string == "resource") result.kind = CheckResult::ObjectKind::resource;
          else if (string == "output") result.kind = CheckResult::ObjectKind::output;
          else if (string == "check") result.kind = CheckResult::ObjectKind::check;
          else if (string == "var") result.kind = CheckResult::ObjectKind::variable;
          else return fail(format("unknown kind of checked object \"{}\"", base::printable(string)));
          return true;
        case 1:
          if (!text(member, string)) return false;
          result.config_address = string;
          return true;
        case 2: return status(member, result.status);
        case 3: return is_null(member) || elements(member, [&](ondemand::value element) { return check_instance(element, result); });
        default: return check(member, 1);
      }
    });
    if (ok) state_.check_results.push_back(std::move(result));
    return ok;
  }
  bool check_instance(ondemand::value value, CheckResult& result) {
    CheckResult::Instance instance;
    std::uint32_t seen = 0;
    bool ok = members(value, kCheckObject, seen, [&](std::size_t index, std::string_view, ondemand::value member) {
      std::string_view string;
      switch (index) {
        case 0:
          if (!text(member, string)) return false;
          instance.address = string;
          return true;
        case 1: return status(member, instance.status);
        case 2:
          return is_null(member) || elements(member, [&](ondemand::value element) {
            if (!text(element, string)) return false;
            instance.failures.emplace_back(string);
            return true;
          });
        default: return check(member, 1);
      }
    });
    if (ok) result.instances.push_back(std::move(instance));
    return ok;
  }

  std::shared_ptr<const std::string> text_;
  ondemand::parser parser_{std::size_t{4} << 30};
  ondemand::document document_;
  State state_;
  std::optional<Error> error_;
  std::string key_copy_, lookup_;
  std::vector<std::string_view> keys_;  ///< of the objects that check() is in
  bool recheck_ = false;  ///< set by check(): some object's keys may hold duplicates
  std::unordered_map<std::string, addrs::ModuleInstance> modules_;
  std::unordered_map<std::string, addrs::ProviderConfig> providers_;
  std::unordered_map<std::string, addrs::AbsResource> resources_;
  std::unordered_map<std::string_view, std::vector<value::Path>> paths_;
};

}  // namespace

Result<ObjectRef> parse_object(std::string json) {
  json.insert(json.begin(), '[');
  json.push_back(']');
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  return Parser(std::make_shared<const std::string>(std::move(json))).parse_one();
}

Result<State> parse_state(std::string text) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  return Parser(std::make_shared<const std::string>(std::move(text))).parse();
}

}  // namespace terrace::state
