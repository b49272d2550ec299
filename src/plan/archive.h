// SPDX-License-Identifier: Apache-2.0
// Zip archives in memory, over libarchive, which is opened at run time: loading it costs every command 4 ms that
// only plan files need. Private to this folder.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace terrace::plan {

struct ArchiveEntry {
  std::string name, bytes;
};
struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;     ///< out, in total (reliability-security 7.1: plan)
  std::size_t entries = 100'000;
  std::uint64_t ratio = 200;                        ///< out to in, looked at from 64 MiB on
};
Result<std::string> write_zip(const std::vector<ArchiveEntry>& entries);
/// Regular files only, in the order of the archive. Errors (invalid): not a zip, damaged, limits, names twice.
Result<std::vector<ArchiveEntry>> read_zip(std::string_view bytes, const ArchiveLimits& limits = {});

}  // namespace terrace::plan
