// SPDX-License-Identifier: Apache-2.0
// Reading a data source, in plan or apply (checklist E10).
#pragma once
#include "engine/stored.h"

namespace terrace::engine {

struct DataRead {
  const config::Resource* config = nullptr;
  ProviderInUse* provider = nullptr;
  const schema::ResourceSchema* schema = nullptr;
  addrs::Instance address;
};
/// Validates and reads; tells the observer. The value carries the marks of the configuration and of the schema.
/// Nothing: an error was reported.
std::optional<Value> read_data(const DataRead& read, Walk& walk, const Value& config, Diagnostics& diags);

}  // namespace terrace::engine
