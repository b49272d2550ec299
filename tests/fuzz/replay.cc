// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without a fuzzer: every file of the corpus folders as it is, then a fixed number of seeded
// mutations of them. The input that crashes or runs longer than ten seconds is left in crash-<seed>.
//   replay [-mutations=N] FOLDER…
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string current;
char crash_path[64] = "crash-input";

// Only calls that are safe in a signal handler.
void on_signal(int number) {
  const int file = ::open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0) {
    (void)!::write(file, current.data(), current.size());
    ::close(file);
  }
  constexpr char kText[] = "the input is in crash-input\n";
  (void)!::write(STDERR_FILENO, kText, sizeof kText - 1);
  std::signal(number, SIG_DFL);
  ::raise(number == SIGALRM ? SIGABRT : number);
}

void run(const std::string& input) {
  current = input;
  ::alarm(10);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
  ::alarm(0);
}

using Dice = std::mt19937_64;
std::size_t below(Dice& dice, std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(dice() % end); }

/// One to four edits: a bit, a byte, a piece doubled, removed or taken from another input, a known nasty text.
std::string mutated(std::string text, const std::vector<std::string>& corpus, Dice& dice) {
  static const std::vector<std::string> kNasty = {"\"", "${", "%{", "}", "{", "[", "]", "(", ")", "<<EOT\n", "\n", "\\", "\\u", "null", "-0", "1e999999999", "99999999999999999999999999", "\xff",
                                                  std::string(1, '\0'), "\xc1", "\xdf", "*", "...", "...]", "=>", "[[[[[[[[", "((((((((", "{\"a\":", "\"\":"};
  for (std::size_t edits = 1 + below(dice, 4); edits > 0; --edits) {
    const std::size_t at = below(dice, text.size() + 1);
    switch (below(dice, 7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(dice, 8)));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(below(dice, 256));
        break;
      case 2: text.erase(at, below(dice, 32)); break;
      case 3: text.insert(at, text.substr(below(dice, text.size() + 1), below(dice, 64))); break;
      case 4: text.insert(at, kNasty[below(dice, kNasty.size())]); break;
      case 5: {
        const std::string& other = corpus[below(dice, corpus.size())];
        text.insert(at, other.substr(below(dice, other.size() + 1), below(dice, 128)));
        break;
      }
      default: text.resize(at); break;
    }
    if (text.size() > 64u << 10) text.resize(64u << 10);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t mutations = 2000;
  std::vector<std::string> corpus = {""};
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("-mutations=", 0) == 0) {
      mutations = std::strtoul(word.c_str() + 11, nullptr, 10);
      continue;
    }
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(word)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      std::ifstream in(path, std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
      ++files;
    }
  }
  if (files == 0) {
    std::fprintf(stderr, "no inputs\n");
    return 1;
  }
  for (int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM}) std::signal(number, on_signal);
  for (const auto& input : corpus) run(input);
  Dice dice(20260102);
  for (std::size_t i = 0; i < mutations; ++i) run(mutated(corpus[below(dice, corpus.size())], corpus, dice));
  std::printf("%zu inputs of the corpus and %zu mutations passed\n", files, mutations);
  return 0;
}
