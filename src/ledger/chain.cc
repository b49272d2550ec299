// SPDX-License-Identifier: Apache-2.0
// The chain itself: canonical bytes, hashes, verification. Knows no database.
#include "base/digest.h"
#include "base/format.h"
#include "base/json.h"
#include "ledger/ledger.h"

namespace terrace::ledger {

namespace {
const std::string kZeros(64, '0');

std::string canonical(const Entry& entry, bool with_hash) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .member("seq", static_cast<std::int64_t>(entry.seq))
      .member("prev", entry.prev)
      .member("at", entry.at)
      .member("actor", entry.actor)
      .member("identity", entry.identity)
      .member("kind", entry.kind)
      .member("environment", entry.environment)
      .member("stack", entry.stack)
      .member("deployment", static_cast<std::int64_t>(entry.deployment))
      .member("simulated", entry.simulated);
  // A body that is no JSON (somebody edited it) still has a hash: that of its text.
  if (base::JsonDocument::parse(entry.body)) {
    json.key("body").raw(entry.body);
  } else {
    json.member("body", entry.body);
  }
  if (with_hash) json.member("hash", entry.hash);
  json.end_object();
  auto result = base::canonical_json(text);
  return result ? std::move(*result) : text;
}
}  // namespace

std::string entry_hash(const Entry& entry) { return base::sha256_hex(canonical(entry, false)); }
std::string entry_json(const Entry& entry) { return canonical(entry, true); }

Verification verify(const std::vector<Entry>& entries, std::string_view known_head) {
  Verification result;
  std::string prev = kZeros;
  bool head_seen = known_head.empty();
  std::uint64_t expected = 1;
  for (const auto& entry : entries) {
    auto broken = [&](std::string problem) {
      result.broken = expected;
      result.problem = std::move(problem);
    };
    if (entry.seq != expected) {
      broken(format("entry {} is missing: the next one has number {}", expected, entry.seq));
    } else if (entry.hash != entry_hash(entry)) {
      broken(format("entry {} was changed after it was written: its content no longer has the hash it carries", expected));
    } else if (entry.prev != prev) {
      broken(format("entry {} does not follow the one before it: the chain was cut or an entry was rewritten", expected));
    }
    if (result.broken) return result;
    prev = entry.hash;
    if (prev == known_head) head_seen = true;
    ++result.entries;
    ++expected;
  }
  result.head = prev;
  if (!head_seen) {
    result.problem = format("no entry has the known head {}: entries were removed from the end or the whole chain was rewritten", known_head);
    result.broken = expected;
  }
  return result;
}

}  // namespace terrace::ledger
