// SPDX-License-Identifier: Apache-2.0
#include "journal/record.h"

#include "base/digest.h"
#include "base/format.h"
#include "state/file.h"

namespace terrace::journal {
namespace {

constexpr std::size_t kDigits = 16;

std::string_view kind_text(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::stored: return "stored";
    case Outcome::Kind::gone: return "gone";
    case Outcome::Kind::failed_without_effect: return "failed_without_effect";
  }
  return "";
}

void member_if(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (!text.empty()) writer.member(name, std::string_view(text));
}

Result<Record> read_intent(JsonValue json) {
  Intent intent;
  auto sequence = json["seq"].integer();
  if (!sequence || *sequence < 0) return Error{ErrorKind::invalid, "an intent without number", 0};
  intent.sequence = static_cast<std::uint64_t>(*sequence);
  intent.address = TRY(addrs::parse_instance(json["address"].string()));
  intent.provider = TRY(addrs::parse_provider_config(json["provider"].string()));
  intent.run = json["run"].string();
  intent.deposed = json["deposed"].string();
  intent.deposes = json["deposes"].string();
  intent.action = json["action"].string();
  intent.planned_digest = json["planned_digest"].string();
  intent.nonce = json["nonce"].string();
  intent.prior_id = json["prior_id"].string();
  intent.planned_identity = json["planned_identity"].string();
  intent.schema_version = json["schema_version"].integer().value_or(0);
  return Record(std::move(intent));
}

Result<Record> read_outcome(JsonValue json) {
  Outcome outcome;
  auto sequence = json["seq"].integer();
  if (!sequence || *sequence < 0) return Error{ErrorKind::invalid, "an outcome without number", 0};
  outcome.sequence = static_cast<std::uint64_t>(*sequence);
  std::string_view kind = json["outcome"].string();
  if (kind == "stored") {
    outcome.kind = Outcome::Kind::stored;
    outcome.object = TRY(state::parse_object(std::string(json["object"].raw())));
  } else if (kind == "gone") {
    outcome.kind = Outcome::Kind::gone;
  } else if (kind == "failed_without_effect") {
    outcome.kind = Outcome::Kind::failed_without_effect;
  } else {
    return Error{ErrorKind::invalid, "an outcome of unknown kind", 0};
  }
  return Record(std::move(outcome));
}

}  // namespace

void append_record(std::string& out, const Intent& intent) {
  if (!out.empty()) out.push_back(',');
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("seq", static_cast<std::int64_t>(intent.sequence));
  writer.member("address", std::string_view(intent.address.text()));
  writer.member("provider", std::string_view(intent.provider.text()));
  writer.member("action", std::string_view(intent.action));
  member_if(writer, "run", intent.run);
  member_if(writer, "deposed", intent.deposed);
  member_if(writer, "deposes", intent.deposes);
  member_if(writer, "planned_digest", intent.planned_digest);
  member_if(writer, "nonce", intent.nonce);
  member_if(writer, "prior_id", intent.prior_id);
  member_if(writer, "planned_identity", intent.planned_identity);
  writer.member("schema_version", intent.schema_version);
  writer.end_object();
}

void append_record(std::string& out, const Outcome& outcome) {
  if (!out.empty()) out.push_back(',');
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("seq", static_cast<std::int64_t>(outcome.sequence));
  writer.member("outcome", kind_text(outcome.kind));
  if (outcome.kind == Outcome::Kind::stored) writer.key("object").raw(state::write_object(*outcome.object));
  writer.end_object();
}

std::string make_line(std::string_view records) {
  std::string json;
  json.reserve(records.size() + 2);
  json.push_back('[');
  json.append(records);
  json.push_back(']');
  std::string line = base::sha256_hex(json).substr(0, kDigits);
  line.push_back(' ');
  line += json;
  line.push_back('\n');
  return line;
}

bool line_is_whole(std::string_view line) {
  if (line.size() < kDigits + 3 || line[kDigits] != ' ') return false;
  return base::sha256_hex(line.substr(kDigits + 1)).substr(0, kDigits) == line.substr(0, kDigits);
}

Result<std::vector<Record>> read_line(std::string_view line) {
  auto document = TRY(JsonDocument::parse(std::string(line.substr(kDigits + 1))));
  JsonValue root = document.root();
  std::vector<Record> records;
  records.reserve(root.size());
  for (std::size_t i = 0; i < root.size(); ++i) {
    JsonValue json = root.at(i);
    records.push_back(json["outcome"] ? TRY(read_outcome(json)) : TRY(read_intent(json)));
  }
  return records;
}

std::string make_snapshot(const SnapshotHeader& header, std::string_view text) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("sha256", std::string_view(base::sha256_hex(text)));
  writer.member("lineage", std::string_view(header.lineage));
  writer.member("serial", static_cast<std::int64_t>(header.serial));
  writer.key("holds").begin_array();
  for (auto sequence : header.holds) writer.number(static_cast<std::int64_t>(sequence));
  writer.end_array();
  writer.end_object();
  out.push_back('\n');
  out.append(text);
  return out;
}

std::optional<std::pair<SnapshotHeader, std::string>> read_snapshot(std::string_view bytes) {
  std::size_t newline = bytes.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  auto document = JsonDocument::parse(std::string(bytes.substr(0, newline)));
  if (!document) return std::nullopt;
  JsonValue root = document->root();
  std::string_view text = bytes.substr(newline + 1);
  if (root["sha256"].string() != base::sha256_hex(text)) return std::nullopt;
  SnapshotHeader header;
  header.lineage = root["lineage"].string();
  header.serial = static_cast<std::uint64_t>(root["serial"].integer().value_or(0));
  for (std::size_t i = 0; i < root["holds"].size(); ++i) {
    header.holds.push_back(static_cast<std::uint64_t>(root["holds"].at(i).integer().value_or(0)));
  }
  return std::pair(std::move(header), std::string(text));
}

}  // namespace terrace::journal
