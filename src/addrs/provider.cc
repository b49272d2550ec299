// SPDX-License-Identifier: Apache-2.0
// Provider source addresses (D3) and provider configuration addresses as the state writes them (G1).
#include "addrs/addrs.h"
#include "base/format.h"
#include "base/strings.h"

namespace terrace::addrs {

namespace {

Error wrong(std::string what) { return {base::ErrorKind::invalid, std::move(what)}; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Letters, digits, `-` and `_`, with a letter or digit at both ends.
bool is_part(std::string_view text) {
  if (text.empty()) return false;
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
  };
  for (char c : text) {
    if (!alphanumeric(c) && c != '-' && c != '_') return false;
  }
  return alphanumeric(text.front()) && alphanumeric(text.back()) && text.find("--") == std::string_view::npos;
}

bool is_host(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const auto port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return false;
    text = text.substr(0, colon);
  }
  bool dotted = false;
  for (auto label : base::split(text, '.')) {
    if (!is_part(label)) return false;
    dotted = dotted || label.size() != text.size();
  }
  return dotted || text == "localhost";
}

}  // namespace

Result<Provider> parse_provider(std::string_view source) {
  const auto parts = base::split(source, '/');
  if (source.empty()) return wrong("the provider source address is empty");
  if (parts.size() > 3) return wrong(format("\"{}\" has too many parts; write [HOST/]NAMESPACE/TYPE", source));
  for (auto part : parts) {
    if (part.empty()) return wrong(format("\"{}\" has an empty part; write [HOST/]NAMESPACE/TYPE", source));
  }
  const std::string type = lower(parts.back());
  if (!is_part(type)) {
    return wrong(format("\"{}\" is not a valid provider type: only letters, digits, dashes and underscores are allowed", parts.back()));
  }
  constexpr std::string_view kPrefix = "terraform-provider-";
  if (type.starts_with(kPrefix)) {
    return wrong(format("provider types have no \"{}\" prefix; did you mean \"{}\"?", kPrefix, type.substr(kPrefix.size())));
  }
  if (parts.size() == 1) return Provider::implied(Symbol(type));
  const std::string ns = lower(parts[parts.size() - 2]);
  if (ns == "-") {
    return wrong(format("\"{}\" is a provider address of Terraform 0.12; write its namespace, for example \"hashicorp/{}\"", source, type));
  }
  if (!is_part(ns)) {
    return wrong(format("\"{}\" is not a valid provider namespace: only letters, digits, dashes and underscores are allowed", parts[parts.size() - 2]));
  }
  const std::string host = parts.size() == 3 ? lower(parts[0]) : std::string(kDefaultRegistry);
  if (!is_host(host)) return wrong(format("\"{}\" is not a valid host name of a provider registry", parts[0]));
  return Provider{Symbol(host), Symbol(ns), Symbol(type)};
}

Result<ProviderConfig> parse_provider_config(std::string_view text) {
  ProviderConfig out;
  // `provider["…"]` cannot be part of a key before it, keys being quoted with escapes.
  constexpr std::string_view kStart = "provider[\"";
  std::size_t start = text.starts_with(kStart) ? 0 : text.rfind(".provider[\"");
  if (start == std::string_view::npos) return wrong(format("\"{}\" is no provider configuration address", base::printable(text)));
  if (start > 0 || text[0] == '.') {
    auto module = parse_module(text.substr(0, start));
    if (!module) return std::move(module).error();
    out.module = *module;
    ++start;
  }
  std::string_view rest = text.substr(start + kStart.size());
  const std::size_t close = rest.find("\"]");
  if (close == std::string_view::npos) return wrong("the closing \"]\" of the provider address is missing");
  out.provider = TRY(parse_provider(rest.substr(0, close)));
  rest = rest.substr(close + 2);
  if (rest.empty()) return out;
  if (rest[0] != '.' || !base::is_identifier(rest.substr(1))) {
    return wrong(format("\"{}\" is not a valid provider alias", base::printable(rest)));
  }
  out.alias = Symbol(rest.substr(1));
  return out;
}

}  // namespace terrace::addrs
