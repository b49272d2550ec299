// SPDX-License-Identifier: Apache-2.0
// Line tables are built on first use: a run without diagnostics never pays for them.
#include "diag/source.h"

#include <algorithm>

#include "base/check.h"
#include "base/format.h"
#include "base/strings.h"

namespace terrace::diag {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::vector<std::uint32_t> line_table(std::string_view text) {
  std::vector<std::uint32_t> starts;
  starts.push_back(text.starts_with(kByteOrderMark) ? 3 : 0);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  }
  return starts;
}

/// Columns of printable ASCII are bytes; everything else goes through the segmenter.
std::uint32_t columns_of(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; });
  return static_cast<std::uint32_t>(plain ? text.size() : base::grapheme_count(text));
}

/// Labels quoted, one space between words: how people refer to the block.
std::string header_text(std::string_view header) {
  std::string out;
  bool first = true;
  for (std::size_t at = 0; at < header.size();) {
    const char c = header[at];
    if (c == ' ' || c == '\t') {
      ++at;
      continue;
    }
    std::size_t end = at;
    if (c == '"') {
      for (++end; end < header.size() && header[end] != '"'; ++end) {
        if (header[end] == '\\') ++end;
      }
      end = std::min(end + 1, header.size());
    } else if (header.substr(at).starts_with("/*")) {
      end = header.find("*/", at);
      at = end == std::string_view::npos ? header.size() : end + 2;
      continue;
    } else {
      while (end < header.size() && header[end] != ' ' && header[end] != '\t' && header[end] != '"') ++end;
    }
    const std::string_view word = header.substr(at, end - at);
    if (first) {
      out += word;
    } else if (c == '"') {
      out += ' ';
      out += word;
    } else {
      out += format(" \"{}\"", word);
    }
    first = false;
    at = end;
  }
  return out;
}
}  // namespace

FileId SourceFiles::add(std::string name, std::string text) {
  std::lock_guard guard(mutex_);
  files_.push_back({std::move(name), std::move(text), {}, {}});
  return FileId{static_cast<std::uint32_t>(files_.size() - 1)};
}

const SourceFiles::File& SourceFiles::file(FileId id) const {
  std::lock_guard guard(mutex_);
  CHECK(id.index < files_.size(), "a file id comes from SourceFiles::add");
  return files_[id.index];
}

std::string_view SourceFiles::name(FileId id) const { return file(id).name; }
std::string_view SourceFiles::text(FileId id) const { return file(id).text; }

Position SourceFiles::locate(FileId id, std::uint32_t offset) const {
  const File& source = file(id);
  const std::string_view text = source.text;
  offset = std::min<std::uint32_t>(offset, static_cast<std::uint32_t>(text.size()));
  Position position;
  std::uint32_t line_begin = 0;
  {
    std::lock_guard guard(mutex_);
    auto& starts = source.line_starts;
    if (starts.empty()) starts = line_table(text);
    auto next = std::upper_bound(starts.begin(), starts.end(), offset);
    if (next != starts.begin()) --next;
    line_begin = *next;
    position.line = static_cast<std::uint32_t>(next - starts.begin()) + 1;
  }
  position.byte = offset;
  position.column = offset <= line_begin ? 1 : 1 + columns_of(text.substr(line_begin, offset - line_begin));
  return position;
}

std::string_view SourceFiles::line_at(FileId id, std::uint32_t offset, std::uint32_t* line_begin) const {
  const std::string_view text = file(id).text;
  const std::size_t at = std::min<std::size_t>(offset, text.size());
  std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1);
  begin = (at == 0 || begin == std::string_view::npos) ? 0 : begin + 1;
  if (begin == 0 && text.starts_with(kByteOrderMark)) begin = 3;
  std::size_t end = text.find('\n', std::max(at, begin));
  if (end == std::string_view::npos) end = text.size();
  if (line_begin != nullptr) *line_begin = static_cast<std::uint32_t>(begin);
  std::string_view line = text.substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string SourceFiles::describe(SourceRange range) const {
  return format("{}:{}", name(range.file), locate(range.file, range.begin).line);
}

void SourceFiles::set_outline(FileId id, std::vector<BlockOutline> blocks) const {
  const File& source = file(id);
  std::lock_guard guard(mutex_);
  source.outline = std::move(blocks);
}

std::string SourceFiles::block_at(FileId id, std::uint32_t offset) const {
  const File& source = file(id);
  BlockOutline found;
  {
    std::lock_guard guard(mutex_);
    const auto& blocks = source.outline;
    auto next = std::lower_bound(blocks.begin(), blocks.end(), offset,
                                 [](const BlockOutline& block, std::uint32_t at) { return block.begin < at; });
    if (next == blocks.begin()) return {};
    found = *--next;
  }
  if (offset > found.end || found.header_end > source.text.size()) return {};
  return header_text(std::string_view(source.text).substr(found.begin, found.header_end - found.begin));
}

}  // namespace terrace::diag
