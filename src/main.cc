// SPDX-License-Identifier: Apache-2.0
// Builds the World and calls the command line; nothing more.
#include <string>
#include <vector>

#include "cli/command.h"
#include "world/os_world.h"

int main(int argc, char** argv) {
  terrace::world::OsWorld world;
  std::vector<std::string> words(argv + 1, argv + argc);
  return terrace::cli::run(world.world(), words, argc > 0 ? argv[0] : "terrace");
}
