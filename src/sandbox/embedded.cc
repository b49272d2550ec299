// SPDX-License-Identifier: Apache-2.0
#include "sandbox/embedded.h"

#include <zlib.h>

#include <charconv>

#include "base/strings.h"

#ifndef TERRACE_PACKS
#define TERRACE_PACKS "/dev/null"
#endif
// The assembler reads the file; the build makes this object depend on it.
asm(".section .rodata\n"
    ".global terrace_packs_begin\n"
    ".global terrace_packs_end\n"
    ".balign 16\n"
    "terrace_packs_begin:\n"
    ".incbin \"" TERRACE_PACKS "\"\n"
    "terrace_packs_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char terrace_packs_begin[];
extern "C" const char terrace_packs_end[];

namespace terrace::sandbox {
namespace {

constexpr std::size_t kIndexAt = 16;  // "TPACK1\n" and eight digits and "\n"

std::uint32_t number(std::string_view digits) {
  std::uint32_t n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return n;
}

struct Index {
  std::unordered_map<std::string, EmbeddedPack> packs;
  const char* streams = nullptr;
};

Index read_index() {
  Index index;
  std::string_view all(terrace_packs_begin, static_cast<std::size_t>(terrace_packs_end - terrace_packs_begin));
  CHECK(all.size() > kIndexAt && all.substr(0, 7) == "TPACK1\n", "the program carries its schema packs");
  const std::size_t size = number(all.substr(7, 8));
  std::string_view text = all.substr(kIndexAt, size);
  index.streams = all.data() + kIndexAt + size;
  EmbeddedPack* pack = nullptr;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::vector<std::string_view> words = base::split(text.substr(0, end), ' ');
    text.remove_prefix(end + 1);
    const std::size_t n = words.size();
    const EmbeddedEntry entry{number(words[n - 3]), number(words[n - 2]), number(words[n - 1])};
    if (words[0] == "provider") {
      pack = &index.packs[std::string(words[1])];
      pack->version = words[2];
      pack->provider = entry;
    } else {
      (words[0] == "resource" ? pack->resources : pack->data_sources)[Symbol(words[1])] = entry;
    }
  }
  return index;
}
const Index& index() {
  static const Index kIndex = read_index();
  return kIndex;
}

}  // namespace

const EmbeddedPack* find_embedded(std::string_view source) {
  const auto& packs = index().packs;
  const auto it = packs.find(std::string(source));
  return it == packs.end() ? nullptr : &it->second;
}

std::string unpack(const EmbeddedEntry& entry) {
  std::string out(entry.size, '\0');
  uLongf size = entry.size;
  const int status = uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                                reinterpret_cast<const Bytef*>(index().streams + entry.offset), entry.length);
  CHECK(status == Z_OK && size == entry.size, "an embedded schema pack is whole");
  return out;
}

}  // namespace terrace::sandbox
