// SPDX-License-Identifier: Apache-2.0
#include "sandbox/logical.h"

#include "base/digest.h"
#include "base/format.h"
#include "base/strings.h"
#include "value/convert.h"

namespace terrace::sandbox {
namespace {

std::string text_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() || value->is_unknown() ? std::string() : std::string(value->as_string());
}

/// "1m30s" is not accepted by the schema's check; one number and one unit is.
std::chrono::nanoseconds duration_of(std::string_view text) {
  double n = 0;
  std::size_t used = 0;
  const std::string copy(text);
  n = std::strtod(copy.c_str(), nullptr);
  used = copy.find_first_not_of("0123456789.");
  const std::string_view unit = used == std::string::npos ? std::string_view() : std::string_view(copy).substr(used);
  const double seconds = unit == "ms" ? n / 1000 : unit == "m" ? n * 60 : unit == "h" ? n * 3600 : n;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(seconds, 86400.0) * 1e9));
}

}  // namespace

Result<Made> make_logical(Symbol type, const Value& planned, const LogicalContext& context) {
  const std::string_view name = type.text();
  if (name.starts_with("random_")) return make_random(name, planned, context);
  if (name == "time_sleep") {
    context.world.clock.sleep(duration_of(text_at(planned, "create_duration")));
    return Made{{Symbol("id"), Value::string(world::rfc3339(context.world.clock.now()))}};
  }
  if (name.starts_with("time_")) return make_time(name, planned, context);
  if (name == "local_file" || name == "local_sensitive_file") return make_file(planned, name != "local_file", context);
  if (name == "tls_private_key") return make_key(planned);
  return Made{{Symbol("id"), Value::string(format("{}", context.dice.next() >> 1))}};
}

Result<Made> change_logical(Symbol type, const Value& prior, const Value& planned, const LogicalContext& context) {
  (void)prior;
  if (type.text() == "time_offset" || type.text() == "time_rotating") return make_time(type.text(), planned, context);
  return Made{};
}

bool logical_exists(Symbol type, const Value& state, const LogicalContext& context) {
  const std::string_view name = type.text();
  if (name == "local_file" || name == "local_sensitive_file") {
    const auto content = context.world.files.read(text_at(state, "filename"));
    return content && base::hex(base::digest(base::DigestKind::sha1, *content)) == text_at(state, "id");
  }
  if (name == "time_rotating") {
    const auto due = world::parse_rfc3339(text_at(state, "rotation_rfc3339"));
    return !due || context.world.clock.now() < *due;
  }
  return true;
}

Result<void> remove_logical(Symbol type, const Value& state, const LogicalContext& context) {
  const std::string_view name = type.text();
  if (name == "local_file" || name == "local_sensitive_file") return context.world.files.remove(text_at(state, "filename"));
  if (name == "time_sleep") context.world.clock.sleep(duration_of(text_at(state, "destroy_duration")));
  return {};
}

std::string content_digests(Made& out, std::string_view content) {
  using base::DigestKind;
  const std::string sha1 = base::hex(base::digest(DigestKind::sha1, content));
  const std::string sha256 = base::digest(DigestKind::sha256, content), sha512 = base::digest(DigestKind::sha512, content);
  out.emplace_back(Symbol("content_md5"), Value::string(base::hex(base::digest(DigestKind::md5, content))));
  out.emplace_back(Symbol("content_sha1"), Value::string(sha1));
  out.emplace_back(Symbol("content_sha256"), Value::string(base::hex(sha256)));
  out.emplace_back(Symbol("content_base64sha256"), Value::string(base::base64_encode(sha256)));
  out.emplace_back(Symbol("content_sha512"), Value::string(base::hex(sha512)));
  out.emplace_back(Symbol("content_base64sha512"), Value::string(base::base64_encode(sha512)));
  out.emplace_back(Symbol("id"), Value::string(sha1));
  return sha1;
}

Result<Made> make_file(const Value& planned, bool secret, const LogicalContext& context) {
  std::string content = text_at(planned, "content");
  if (content.empty() && !secret) content = text_at(planned, "sensitive_content");
  if (const std::string encoded = text_at(planned, "content_base64"); !encoded.empty()) {
    const auto decoded = base::base64_decode(encoded);
    if (!decoded) return Error{ErrorKind::invalid, "content_base64 is not base64", 0};
    content = *decoded;
  }
  if (const std::string source = text_at(planned, "source"); !source.empty()) content = TRY(context.world.files.read(source));
  const std::string path = text_at(planned, "filename");
  TRY(context.world.files.make_directories(world::dir_name(path)));
  TRY(context.world.files.write_in_place(path, content, secret ? world::Mode600::secret : world::Mode600::shared));
  Made out;
  content_digests(out, content);
  return out;
}

std::optional<Result<Made>> read_logical(Symbol type, const Value& config, const LogicalContext& context) {
  const std::string_view name = type.text();
  if (name == "local_file" || name == "local_sensitive_file") {
    auto content = context.world.files.read(text_at(config, "filename"));
    if (!content) return Result<Made>(std::move(content).error());
    Made out;
    content_digests(out, *content);
    out.emplace_back(Symbol("content"), Value::string(*content));
    out.emplace_back(Symbol("content_base64"), Value::string(base::base64_encode(*content)));
    return Result<Made>(std::move(out));
  }
  if (name == "null_data_source") {
    const Value* inputs = config.attribute("inputs");
    Made out{{Symbol("outputs"), inputs == nullptr ? Value::null(Type::map(Type::string())) : *inputs},
             {Symbol("random"), Value::string("5577006791947779410")},
             {Symbol("id"), Value::string("static")}};
    const Value* with_default = config.attribute("has_computed_default");
    if (with_default != nullptr && with_default->is_null()) out.emplace_back(Symbol("has_computed_default"), Value::string("default"));
    return Result<Made>(std::move(out));
  }
  if (name == "tls_public_key") return read_key(config);
  return std::nullopt;
}

Result<Made> import_logical(Symbol type, const std::string& id) {
  const std::string_view name = type.text();
  const Value text = Value::string(id);
  Made out{{Symbol("id"), text}};
  if (name == "random_string" || name == "random_password") {
    const bool secret = name == "random_password";
    out = {{Symbol("id"), secret ? Value::string("none") : text},
           {Symbol("result"), text},
           {Symbol("length"), Value::number(static_cast<std::int64_t>(base::grapheme_count(id)))}};
    return out;
  }
  if (name == "random_uuid") {
    out.emplace_back(Symbol("result"), text);
    return out;
  }
  if (name == "random_integer") {
    // RESULT,MIN,MAX as the provider documents it.
    const auto words = base::split(id, ',');
    if (words.size() < 3) return Error{ErrorKind::invalid, "the id to import must be RESULT,MIN,MAX", 0};
    static constexpr std::string_view kNames[] = {"result", "min", "max"};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto number = Number::parse(words[i]);
      if (!number) return Error{ErrorKind::invalid, format("\"{}\" is not a number", words[i]), 0};
      out.emplace_back(Symbol(kNames[i]), Value::number(*number));
    }
    out[0].second = Value::string(words[0]);
    return out;
  }
  if (name == "time_static") {
    if (!world::parse_rfc3339(id)) return Error{ErrorKind::invalid, "the id to import must be a time like 2026-01-02T03:04:05Z", 0};
    out.emplace_back(Symbol("rfc3339"), text);
    return out;
  }
  return Error{ErrorKind::unsupported, format("{} cannot be imported", name), 0};
}

}  // namespace terrace::sandbox
