// SPDX-License-Identifier: Apache-2.0
// Every directory of tests/golden/config: what we say of it (expected.txt, rewritten with ACCEPT=1), and whether the
// peer's verdict and the lines of its errors (peer.txt) agree. A case whose lines differ says why in differs.txt.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "config/fake_providers.h"
#include "config/load.h"
#include "diag/render.h"
#include "gtest/gtest.h"
#include "world/fake_world.h"

namespace terrace::config {

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Answer {
  std::string text;
  std::string verdict = "valid";
  std::set<std::string> errors;
};

Answer answer_to(const fs::path& directory) {
  world::FakeWorld fake;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".txt") continue;
    fake.put_file("/" + entry.path().lexically_relative(directory).string(), read_text(entry.path()));
  }
  SourceFiles sources;
  Diagnostics diags;
  FakeProviders providers;
  const Config config = load(fake.world(), sources, {}, diags);
  check(config, providers, sources, diags);
  Answer out;
  for (const Diagnostic& diagnostic : diags.sorted(sources)) {
    out.text += diag::render(diagnostic, sources, {});
    if (diagnostic.severity != Severity::error) continue;
    out.verdict = "invalid";
    if (diagnostic.subject) out.errors.insert("error " + sources.describe(*diagnostic.subject));
  }
  if (out.text.empty()) out.text = "Nothing to say.\n";
  return out;
}

class ConfigGolden : public testing::TestWithParam<std::string> {};

TEST_P(ConfigGolden, SaysWhatIsExpected) {
  const fs::path directory = fs::path(TERRACE_GOLDEN) / GetParam();
  const Answer answer = answer_to(directory);
  if (std::getenv("ACCEPT") != nullptr) std::ofstream(directory / "expected.txt", std::ios::binary) << answer.text;
  EXPECT_EQ(read_text(directory / "expected.txt"), answer.text);
  if (!fs::exists(directory / "peer.txt") || fs::exists(directory / "differs.txt")) return;
  std::set<std::string> peer;
  std::string verdict;
  const std::string text = read_text(directory / "peer.txt");
  for (std::string_view line : base::split(text, '\n')) {
    if (verdict.empty()) {
      verdict = line;
    } else if (!line.empty()) {
      peer.emplace(line);
    }
  }
  EXPECT_EQ(verdict, answer.verdict);
  EXPECT_EQ(peer, answer.errors);
}

std::vector<std::string> cases() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(TERRACE_GOLDEN)) {
    if (entry.is_directory()) out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Cases, ConfigGolden, testing::ValuesIn(cases()), [](const auto& test) { return test.param; });

}  // namespace

}  // namespace terrace::config
