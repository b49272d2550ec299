// SPDX-License-Identifier: Apache-2.0
// The schema packs that the program carries: an index, and one compressed text per type (tools/embed_packs.py).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/symbol.h"

namespace terrace::sandbox {

/// Where one compressed `{"schema":…,"rules":…}` lies.
struct EmbeddedEntry {
  std::uint32_t offset = 0, length = 0, size = 0;
};
struct EmbeddedPack {
  std::string version;
  EmbeddedEntry provider;
  std::unordered_map<Symbol, EmbeddedEntry> resources, data_sources;
};
/// By "namespace/type" of the default registry; null if there is none. Read once, lives for ever. Thread-safe.
const EmbeddedPack* find_embedded(std::string_view source);
/// The JSON text of an entry.
std::string unpack(const EmbeddedEntry& entry);

}  // namespace terrace::sandbox
