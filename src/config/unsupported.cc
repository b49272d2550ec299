// SPDX-License-Identifier: Apache-2.0
// What is recognised but not done yet: one clear error each, never silence. Support for a piece begins by
// removing its line here.
#include <array>
#include <string_view>

#include "base/format.h"
#include "config/decode.h"
#include "config/keywords.h"

namespace terrace::config {

namespace {

struct Piece {
  std::string_view word;
  std::string_view what;
};
const Piece* find(std::span<const Piece> pieces, Symbol word) {
  for (const Piece& piece : pieces) {
    if (piece.word == word.text()) return &piece;
  }
  return nullptr;
}
void report(std::string_view what, SourceRange range, Diagnostics& diags, std::string_view advice = {}) {
  std::string detail = format("{} not supported yet.", what);
  if (!advice.empty()) detail.append(" ").append(advice);
  diags.error(DiagCode::not_supported_yet, std::move(detail), range);
}

constexpr std::array kTopLevel = {
    Piece{"ephemeral", "Ephemeral resources are"},
    Piece{"action", "Actions are"},
    Piece{"list", "Blocks of type \"list\" are"},
    Piece{"language", "Blocks of type \"language\" are"},
    Piece{"component", "Stacks (blocks of type \"component\") are"},
    Piece{"stack", "Stacks (blocks of type \"stack\") are"},
    Piece{"deployment", "Stacks (blocks of type \"deployment\") are"},
};
constexpr std::array kTerraform = {
    Piece{"cloud", "The \"cloud\" block is"},
    Piece{"encryption", "Encryption of state and plans (the \"encryption\" block) is"},
    Piece{"provider_meta", "The \"provider_meta\" block is"},
    Piece{"state_store", "The \"state_store\" block is"},
};
constexpr std::array kResource = {
    Piece{"provisioner", "Provisioners are"},
    Piece{"connection", "Connections for provisioners are"},
    Piece{"_", "The escape block \"_\" is"},
};

}  // namespace

bool report_unsupported_block(const hcl::Block& block, Diagnostics& diags) {
  const Piece* piece = find(kTopLevel, block.type);
  if (piece == nullptr) return false;
  report(piece->what, block.header, diags);
  return true;
}

void report_unsupported_terraform_block(const hcl::Block& block, Diagnostics& diags) {
  if (const Piece* piece = find(kTerraform, block.type)) report(piece->what, block.header, diags);
}

void report_unsupported_resource_block(const hcl::Block& block, Diagnostics& diags) {
  if (const Piece* piece = find(kResource, block.type)) report(piece->what, block.header, diags);
}

void report_unsupported_argument(const hcl::Attribute& attribute, std::string_view what, Diagnostics& diags) {
  report(what, attribute.name_range, diags);
}

void report_unsupported_source(std::string_view call, std::string_view source, SourceRange range, Diagnostics& diags) {
  report(format("The module \"{}\" comes from \"{}\"; sources other than local directories are", call, source), range, diags,
         "Copy the module into the project and name its directory, beginning with \"./\" or \"../\".");
}

void report_unsupported_json(const std::string& path, std::optional<SourceRange> range, Diagnostics& diags) {
  diags.error(DiagCode::not_supported_yet,
              format("The file {} is written in JSON syntax, which is not supported yet. Write it as a .tf file.", path), range);
}

void report_unsupported(const Module& module, Diagnostics& diags) {
  for (const Removed& removed : module.removed) report("Blocks of type \"removed\" are", removed.range, diags);
  for (const Import& import : module.imports) report("Blocks of type \"import\" are", import.range, diags);
}

}  // namespace terrace::config
