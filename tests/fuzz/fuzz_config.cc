// SPDX-License-Identifier: Apache-2.0
// Any text as the one file of a root module, loaded, with its variables collected: diagnostics, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "config/load.h"
#include "diag/render.h"
#include "world/fake_world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace terrace;
  world::FakeWorld fake;
  fake.put_file("/stack/main.tf", std::string(reinterpret_cast<const char*>(data), size));
  SourceFiles sources;
  Diagnostics diags;
  config::LoadOptions options;
  options.directory = "/stack";
  options.data_directory = "/stack/.terraform";
  const Config config = config::load(fake.world(), sources, options, diags);
  config::VariableOptions variables;
  (void)config::collect_variables(fake.world(), sources, config, "/stack", variables, diags);
  for (const Diagnostic& item : diags.sorted(sources)) (void)diag::render(item, sources, {false, 80});
  return 0;
}
