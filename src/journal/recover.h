// SPDX-License-Identifier: Apache-2.0
// What an interrupted run left in the journal, laid over the state it had (reliability-security 4.1).
#pragma once
#include <vector>

#include "journal/journal.h"

namespace terrace::journal {

struct Recovery {
  bool changed = false;        ///< `state` differs from what was read
  std::vector<Doubt> doubts;   ///< intents whose outcome is not known
};
/// Applies every outcome that no stored state holds yet, in order of sequence. `contents.snapshot` is not used here.
Recovery recover(State& state, const Journal::Contents& contents);

}  // namespace terrace::journal
