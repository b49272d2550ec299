// SPDX-License-Identifier: Apache-2.0
// Source texts and small positions in them. Line and column are worked out only when something is printed.
#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace terrace::diag {

using FileId = Id<struct FileTag>;

/// Half-open byte range in one source file. Line and column: SourceFiles::locate().
struct SourceRange {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const SourceRange&) const = default;
};
static_assert(sizeof(SourceRange) == 12);

/// From the start of `a` to the end of `b`; both in one file.
inline SourceRange span(SourceRange a, SourceRange b) { return {a.file, a.begin, b.end}; }

struct Position {
  std::uint32_t line = 1;    ///< 1-based
  std::uint32_t column = 1;  ///< 1-based, in grapheme clusters
  std::uint32_t byte = 0;    ///< 0-based offset
};

/// One top-level block of a file: from its type to after its closing brace; the header ends at `header_end`.
struct BlockOutline {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t header_end = 0;
};

/// All texts of a run. Texts never move or go away while the SourceFiles lives. Thread-safe.
class SourceFiles {
 public:
  /// `name` is the path as shown to people. A leading byte-order mark is kept; the lexer skips it.
  FileId add(std::string name, std::string text);
  std::string_view name(FileId file) const;
  std::string_view text(FileId file) const;
  Position locate(FileId file, std::uint32_t offset) const;
  /// The whole line (without newline) that holds `offset`, and where it starts.
  std::string_view line_at(FileId file, std::uint32_t offset, std::uint32_t* line_begin = nullptr) const;
  /// "main.tf:3".
  std::string describe(SourceRange range) const;
  /// The parser leaves the top-level blocks here, in source order, so that any diagnostic can name the block
  /// around it. Only a cache beside the text, hence const.
  void set_outline(FileId file, std::vector<BlockOutline> blocks) const;
  /// `resource "aws_vpc" "main"` for an offset inside that block (after its first byte), else empty.
  std::string block_at(FileId file, std::uint32_t offset) const;

 private:
  struct File {
    std::string name, text;
    mutable std::vector<std::uint32_t> line_starts;  // filled on first use
    mutable std::vector<BlockOutline> outline;
  };
  const File& file(FileId id) const;
  mutable std::mutex mutex_;
  std::deque<File> files_;
};

}  // namespace terrace::diag

namespace terrace {
using diag::FileId;
using diag::SourceFiles;
using diag::SourceRange;
}  // namespace terrace
