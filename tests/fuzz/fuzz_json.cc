// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: what parses can be made canonical, canonical text is stable, and a value survives a round trip.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "value/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  auto document = JsonDocument::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  const std::string raw(document->root().raw());
  auto canonical = base::canonical_json(raw);
  if (canonical) {
    auto again = base::canonical_json(*canonical);
    CHECK(again && *again == *canonical, "canonical JSON is a fixed point");
  }
  const Value value = value::parse_simple_json(document->root());
  const Type type = value::implied_type(document->root());
  (void)value::type_json(type);
  std::string text;
  JsonWriter out(text);
  if (!value::write_simple_json(out, value)) return 0;
  auto read = JsonDocument::parse(text);
  CHECK(read.has_value(), "our own JSON parses");
  std::string again;
  JsonWriter rewritten(again);
  CHECK(value::write_simple_json(rewritten, value::parse_simple_json(read->root())) && again == text, "a value survives JSON");
  return 0;
}
