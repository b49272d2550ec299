// SPDX-License-Identifier: Apache-2.0
// A provider simulated from its schema pack over the shared cloud. Speaks provider::Provider only, so that the
// same core can be served over the plugin protocol.
#pragma once
#include <memory>
#include <string>

#include "provider/provider.h"
#include "sandbox/cloud.h"
#include "sandbox/faults.h"
#include "sandbox/pack.h"
#include "sandbox/planner.h"

namespace terrace::sandbox {

/// What all simulated providers of one run share.
struct Shared {
  World& world;
  std::shared_ptr<Cloud> cloud;
  Faults faults;
  Dice dice;
  std::string environment;
};

std::unique_ptr<provider::Provider> make_simulated(std::shared_ptr<Pack> pack, std::shared_ptr<Shared> shared);

/// The attributes of a data source: looked up in the cloud first, else made up from type, configuration and place
/// alone, so that they never change.
struct DataRequest {
  const PackType& type;
  const Value& config;
  const Place& place;
  const DefaultTags& default_tags;
  Shared& shared;
};
provider::ReadResponse read_data(const DataRequest& request);

/// Stored JSON attributes as a value of the block's type; what is missing is null, what is unknown is left out.
Result<Value> value_of_json(const schema::Block& block, JsonValue json);

}  // namespace terrace::sandbox
