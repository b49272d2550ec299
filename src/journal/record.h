// SPDX-License-Identifier: Apache-2.0
// One line of a journal: `<16 hex digits> [record,…]`. A line is what one group commit made durable, so a torn
// write spoils whole groups that nobody was told of. Private to this folder.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "journal/journal.h"

namespace terrace::journal {

/// Appends one record, with a comma before it when `out` already holds some.
void append_record(std::string& out, const Intent& intent);
void append_record(std::string& out, const Outcome& outcome);
/// `records` as append_record built it → a line with newline.
std::string make_line(std::string_view records);

using Record = std::variant<Intent, Outcome>;
/// True if the line (without newline) carries the digest of its content.
bool line_is_whole(std::string_view line);
/// The records of a whole line. Error: what is wrong with one.
Result<std::vector<Record>> read_line(std::string_view line);

/// The snapshot file: one line about the text, then the text.
struct SnapshotHeader {
  std::string lineage;
  std::uint64_t serial = 0;
  std::vector<std::uint64_t> holds;   ///< sequences whose outcomes the text reflects
};
std::string make_snapshot(const SnapshotHeader& header, std::string_view text);
/// Nothing when it is damaged.
std::optional<std::pair<SnapshotHeader, std::string>> read_snapshot(std::string_view bytes);

}  // namespace terrace::journal
