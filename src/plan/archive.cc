// SPDX-License-Identifier: Apache-2.0
#include "plan/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>

#include <memory>
#include <set>

#include "base/format.h"
#include "base/strings.h"

namespace terrace::plan {
namespace {

#define TERRACE_ARCHIVE_FUNCTIONS(F)                                                                             \
  F(archive_read_new) F(archive_read_free) F(archive_read_support_format_zip_seekable) F(archive_read_open_memory) \
  F(archive_read_next_header) F(archive_read_data) F(archive_error_string) F(archive_write_new) F(archive_write_free) \
  F(archive_write_set_format_zip) F(archive_write_set_options) F(archive_write_open) F(archive_write_header)     \
  F(archive_write_data) F(archive_write_close) F(archive_write_set_bytes_in_last_block) F(archive_entry_new)     \
  F(archive_entry_free) F(archive_entry_set_pathname) F(archive_entry_set_size) F(archive_entry_set_filetype)    \
  F(archive_entry_set_perm) F(archive_entry_set_mtime) F(archive_entry_pathname) F(archive_entry_filetype)

struct Library {
#define TERRACE_MEMBER(name) decltype(&::name) name = nullptr;
  TERRACE_ARCHIVE_FUNCTIONS(TERRACE_MEMBER)
#undef TERRACE_MEMBER
  bool complete = false;
};

Library open_library() {
  Library library;
  void* handle = ::dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return library;
  bool found = true;
#define TERRACE_LOAD(name)                                                                \
  library.name = reinterpret_cast<decltype(library.name)>(::dlsym(handle, #name)); \
  found = found && library.name != nullptr;
  TERRACE_ARCHIVE_FUNCTIONS(TERRACE_LOAD)
#undef TERRACE_LOAD
  library.complete = found;
  return library;
}

Result<const Library*> library() {
  static const Library opened = open_library();
  if (!opened.complete) {
    return Error{ErrorKind::unsupported, "libarchive.so.13 is needed for plan files and could not be opened; install the package libarchive13", 0};
  }
  return &opened;
}

Error failure(const Library& lib, struct archive* archive) {
  const char* text = lib.archive_error_string(archive);
  return {ErrorKind::invalid, format("the archive is damaged: {}", text == nullptr ? "no reason given" : base::printable(text)), 0};
}

la_ssize_t append(struct archive*, void* out, const void* bytes, std::size_t count) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

}  // namespace

Result<std::string> write_zip(const std::vector<ArchiveEntry>& entries) {
  const Library& lib = *TRY(library());
  std::string out;
  std::unique_ptr<struct archive, decltype(lib.archive_write_free)> archive(lib.archive_write_new(), lib.archive_write_free);
  lib.archive_write_set_format_zip(archive.get());
  lib.archive_write_set_options(archive.get(), "zip:compression=deflate,zip:compression-level=1");
  lib.archive_write_set_bytes_in_last_block(archive.get(), 1);
  if (lib.archive_write_open(archive.get(), &out, nullptr, append, nullptr) != ARCHIVE_OK) return failure(lib, archive.get());
  for (const auto& entry : entries) {
    std::unique_ptr<struct archive_entry, decltype(lib.archive_entry_free)> header(lib.archive_entry_new(), lib.archive_entry_free);
    lib.archive_entry_set_pathname(header.get(), entry.name.c_str());
    lib.archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.bytes.size()));
    lib.archive_entry_set_filetype(header.get(), AE_IFREG);
    lib.archive_entry_set_perm(header.get(), 0600);
    lib.archive_entry_set_mtime(header.get(), 315532800, 0);  // 1980: equal plans give equal bytes
    if (lib.archive_write_header(archive.get(), header.get()) != ARCHIVE_OK) return failure(lib, archive.get());
    std::string_view rest = entry.bytes;
    while (!rest.empty()) {
      la_ssize_t written = lib.archive_write_data(archive.get(), rest.data(), rest.size());
      if (written <= 0) return failure(lib, archive.get());
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  if (lib.archive_write_close(archive.get()) != ARCHIVE_OK) return failure(lib, archive.get());
  return out;
}

Result<std::vector<ArchiveEntry>> read_zip(std::string_view bytes, const ArchiveLimits& limits) {
  const Library& lib = *TRY(library());
  std::unique_ptr<struct archive, decltype(lib.archive_read_free)> archive(lib.archive_read_new(), lib.archive_read_free);
  lib.archive_read_support_format_zip_seekable(archive.get());
  if (lib.archive_read_open_memory(archive.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return failure(lib, archive.get());
  std::vector<ArchiveEntry> entries;
  std::set<std::string> names;
  std::uint64_t total = 0;
  for (;;) {
    struct archive_entry* header = nullptr;
    int code = lib.archive_read_next_header(archive.get(), &header);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return failure(lib, archive.get());
    const char* name = lib.archive_entry_pathname(header);
    if (name == nullptr || std::string_view(name).size() > 255) return Error{ErrorKind::invalid, "an entry of the archive has no usable name", 0};
    if (lib.archive_entry_filetype(header) != AE_IFREG) {
      return Error{ErrorKind::invalid, format("the entry {} of the archive is not a file", base::printable(name)), 0};
    }
    if (!names.insert(name).second) return Error{ErrorKind::invalid, format("the entry {} is in the archive twice", base::printable(name)), 0};
    if (names.size() > limits.entries) return Error{ErrorKind::invalid, format("the archive has more than {} entries", limits.entries), 0};
    ArchiveEntry entry{name, {}};
    for (;;) {
      char buffer[64 << 10];
      la_ssize_t got = lib.archive_read_data(archive.get(), buffer, sizeof buffer);
      if (got < 0) return failure(lib, archive.get());
      if (got == 0) break;
      total += static_cast<std::uint64_t>(got);
      if (total > limits.bytes || (total > (std::uint64_t{64} << 20) && total / limits.ratio > bytes.size())) {
        return Error{ErrorKind::invalid, format("the archive unpacks to more than {} allows", total > limits.bytes ? format("{} bytes", limits.bytes) : format("a ratio of {}", limits.ratio)), 0};
      }
      entry.bytes.append(buffer, static_cast<std::size_t>(got));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace terrace::plan
