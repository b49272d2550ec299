// SPDX-License-Identifier: Apache-2.0
// The language's own words as symbols, interned once. Private to this folder.
#pragma once
#include "base/symbol.h"

namespace terrace::config {

struct Keywords {
  Symbol terraform{"terraform"}, provider{"provider"}, variable{"variable"}, locals{"locals"}, output{"output"};
  Symbol module{"module"}, resource{"resource"}, data{"data"}, ephemeral{"ephemeral"}, moved{"moved"};
  Symbol import{"import"}, removed{"removed"}, check{"check"}, language{"language"}, action{"action"};
  Symbol count{"count"}, for_each{"for_each"}, depends_on{"depends_on"}, lifecycle{"lifecycle"};
  Symbol providers{"providers"}, source{"source"}, version{"version"}, alias{"alias"}, connection{"connection"};
  Symbol provisioner{"provisioner"}, dynamic{"dynamic"}, escape{"_"}, backend{"backend"}, cloud{"cloud"};
  Symbol encryption{"encryption"}, provider_meta{"provider_meta"}, required_providers{"required_providers"};
  Symbol required_version{"required_version"}, experiments{"experiments"}, validation{"validation"};
  Symbol precondition{"precondition"}, postcondition{"postcondition"}, assertion{"assert"};
  Symbol create_before_destroy{"create_before_destroy"}, prevent_destroy{"prevent_destroy"};
  Symbol ignore_changes{"ignore_changes"}, replace_triggered_by{"replace_triggered_by"}, all{"all"};
  Symbol index{"index"}, key{"key"}, value{"value"}, enabled{"enabled"}, content{"content"};
};
inline const Keywords& keywords() {
  static const Keywords made;
  return made;
}

}  // namespace terrace::config
