// SPDX-License-Identifier: Apache-2.0
// Steps of an address written as text: names, and keys in brackets. Private to this folder.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "addrs/addrs.h"

namespace terrace::addrs {

/// One `.name` or `[key]` of an address; `column` is 1-based, in bytes.
struct AddressStep {
  bool is_key = false;
  std::string_view name;
  InstanceKey key;
  std::size_t column = 1;
};
/// Splits the whole of `text`. Errors: ErrorKind::invalid, "at column N: what".
Result<std::vector<AddressStep>> scan_address(std::string_view text);

}  // namespace terrace::addrs
