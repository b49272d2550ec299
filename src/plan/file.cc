// SPDX-License-Identifier: Apache-2.0
// Entries of a plan file: `plan.json` first, which names every other entry with its digest, then one entry a text.
// The digests find damage; that nobody edited the plan is what deriving it again shows.
#include "plan/file.h"

#include <unordered_map>

#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/version.h"
#include "plan/archive.h"

namespace terrace::plan {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kIndex = "plan.json";

/// The texts with entries of their own.
struct TextEntry {
  std::string_view name;
  std::string SavedPlan::*text;
};
constexpr TextEntry kTexts[] = {
    {"lock.hcl", &SavedPlan::lock_file},
    {"prior.tfstate", &SavedPlan::prior_state},
    {"refreshed.tfstate", &SavedPlan::refreshed_state},
    {"decisions.json", &SavedPlan::decisions},
    {"show.json", &SavedPlan::rendered_json},
    {"show.txt", &SavedPlan::rendered_text_plain},
    {"show.ansi", &SavedPlan::rendered_text_color},
};
/// The short ones, kept in the index.
struct Field {
  std::string_view name;
  std::string SavedPlan::*text;
};
constexpr Field kFields[] = {
    {"identity", &SavedPlan::identity},
    {"working_directory", &SavedPlan::working_directory},
    {"root_directory", &SavedPlan::root_directory},
    {"backend_type", &SavedPlan::backend_type},
    {"backend_config", &SavedPlan::backend_config_json},
    {"workspace", &SavedPlan::workspace},
    {"environment", &SavedPlan::environment},
    {"timestamp", &SavedPlan::timestamp},
};

std::string_view mode_text(Mode mode) {
  switch (mode) {
    case Mode::normal: return "normal";
    case Mode::destroy: return "destroy";
    case Mode::refresh_only: return "refresh_only";
  }
  return "";
}

void write_strings(JsonWriter& out, std::string_view name, const std::vector<std::string>& items) {
  out.key(name).begin_array();
  for (const auto& item : items) out.string(item);
  out.end_array();
}

Error refused(std::string what) { return {ErrorKind::invalid, std::move(what), 0}; }

Result<void> read_strings(JsonValue json, std::string_view name, std::vector<std::string>& out) {
  if (json.kind() != JsonKind::array) return refused(format("its index lacks the list \"{}\"", name));
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json.at(i).kind() != JsonKind::string) return refused(format("\"{}\" in its index does not hold texts", name));
    out.emplace_back(json.at(i).string());
  }
  return {};
}

/// Bytes of any kind as JSON text: paths and variable values are UTF-8, file names need not be.
std::string armoured(const std::string& bytes) { return base::is_valid_utf8(bytes) ? bytes : "base64:" + base::base64_encode(bytes); }
std::string bare(std::string_view text) {
  if (text.substr(0, 7) != "base64:") return std::string(text);
  return base::base64_decode(text.substr(7)).value_or(std::string(text));
}

}  // namespace

bool looks_like_plan_file(std::string_view bytes) { return bytes.substr(0, 4) == std::string_view("PK\x03\x04", 4); }

Result<std::string> write_plan_file(const SavedPlan& plan) {
  std::vector<ArchiveEntry> entries(1);
  entries[0].name = kIndex;
  std::string index;
  JsonWriter out(index);
  out.begin_object();
  out.member("format", kFormat);
  out.member("terrace_version", base::kProductVersion);
  for (const auto& field : kFields) out.member(field.name, std::string_view(plan.*field.text));
  out.member("simulated", plan.simulated);
  out.member("mode", mode_text(plan.mode));
  out.member("refresh", plan.refresh);
  out.member("complete", plan.complete);
  write_strings(out, "targets", plan.targets);
  write_strings(out, "replace", plan.replace_requests);
  write_strings(out, "ephemeral_variables", plan.ephemeral_variables);
  out.key("variables").begin_object();
  for (const auto& [name, json] : plan.variables_json) out.member(name, std::string_view(json));
  out.end_object();
  out.key("texts").begin_object();
  for (const auto& text : kTexts) {
    out.member(text.name, std::string_view(base::sha256_hex(plan.*text.text)));
    entries.push_back({std::string(text.name), plan.*text.text});
  }
  out.end_object();
  out.key("files").begin_array();
  std::size_t number = 0;
  for (const auto& [path, bytes] : plan.files) {
    ArchiveEntry entry{format("files/{}", number++), bytes};
    out.begin_object();
    out.member("entry", std::string_view(entry.name));
    out.member("path", std::string_view(armoured(path)));
    out.member("sha256", std::string_view(base::sha256_hex(bytes)));
    out.end_object();
    entries.push_back(std::move(entry));
  }
  out.end_array();
  out.end_object();
  entries[0].bytes = std::move(index);
  return write_zip(entries);
}

Result<SavedPlan> read_plan_file(std::string_view bytes) {
  if (!looks_like_plan_file(bytes)) return refused("this is not a plan file");
  auto entries = TRY(read_zip(bytes));
  if (entries.empty() || entries[0].name != kIndex) {
    return refused("this is a zip archive but not a plan file of this program (plans of Terraform can only be applied by it)");
  }
  auto document = JsonDocument::parse(entries[0].bytes);
  if (!document) return std::move(document).error().during("its index");
  JsonValue index = document->root();
  auto version = index["format"].integer();
  if (!version || *version != kFormat) {
    return refused(format("it was made by version {} of this program, whose plan files have another format; plan again",
                          base::printable(index["terrace_version"].string())));
  }
  SavedPlan plan;
  for (const auto& field : kFields) {
    if (index[field.name].kind() != JsonKind::string) return refused(format("its index lacks \"{}\"", field.name));
    plan.*field.text = index[field.name].string();
  }
  for (auto [name, flag] : {std::pair("simulated", &plan.simulated), std::pair("refresh", &plan.refresh), std::pair("complete", &plan.complete)}) {
    if (index[name].kind() != JsonKind::boolean) return refused(format("its index lacks \"{}\"", name));
    *flag = index[name].boolean();
  }
  bool known_mode = false;
  for (Mode mode : {Mode::normal, Mode::destroy, Mode::refresh_only}) {
    if (index["mode"].string() != mode_text(mode)) continue;
    plan.mode = mode;
    known_mode = true;
  }
  if (!known_mode) return refused("its index names no mode");
  TRY(read_strings(index["targets"], "targets", plan.targets));
  TRY(read_strings(index["replace"], "replace", plan.replace_requests));
  TRY(read_strings(index["ephemeral_variables"], "ephemeral_variables", plan.ephemeral_variables));
  JsonValue variables = index["variables"];
  if (variables.kind() != JsonKind::object) return refused("its index lacks \"variables\"");
  for (std::size_t i = 0; i < variables.size(); ++i) {
    plan.variables_json.emplace(variables.key(i), variables.member(i).string());
  }

  std::unordered_map<std::string_view, ArchiveEntry*> by_name;
  for (std::size_t i = 1; i < entries.size(); ++i) by_name.emplace(entries[i].name, &entries[i]);
  auto take = [&](std::string_view name, std::string_view digest, std::string& into) -> Result<void> {
    auto it = by_name.find(name);
    if (it == by_name.end()) return refused(format("its entry {} is missing", base::printable(name)));
    if (base::sha256_hex(it->second->bytes) != digest) {
      return refused(format("its entry {} was changed after the plan was made", base::printable(name)));
    }
    into = std::move(it->second->bytes);
    by_name.erase(it);
    return {};
  };
  for (const auto& text : kTexts) TRY(take(text.name, index["texts"][text.name].string(), plan.*text.text));
  JsonValue files = index["files"];
  if (files.kind() != JsonKind::array) return refused("its index lacks \"files\"");
  for (std::size_t i = 0; i < files.size(); ++i) {
    JsonValue file = files.at(i);
    std::string path = bare(file["path"].string());
    if (path.empty() || path.front() != '/') return refused("a file in it has no absolute path");
    auto [it, added] = plan.files.try_emplace(std::move(path));
    if (!added) return refused(format("the file {} is in it twice", base::printable(it->first)));
    TRY(take(file["entry"].string(), file["sha256"].string(), it->second));
  }
  if (!by_name.empty()) return refused(format("it holds an entry {} that its index does not name", base::printable(by_name.begin()->first)));
  return plan;
}

}  // namespace terrace::plan
