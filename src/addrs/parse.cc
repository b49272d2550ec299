// SPDX-License-Identifier: Apache-2.0
// Addresses from text: instances, resources, modules, targets.
#include "addrs/addrs.h"
#include "addrs/scanner.h"
#include "base/format.h"

namespace terrace::addrs {

namespace {

struct Parsed {
  ModuleInstance module;
  bool module_has_key = false;  // the last module step was written with a key
  std::optional<Resource> resource;
  InstanceKey key;
};

Error wrong(std::string what) { return {base::ErrorKind::invalid, std::move(what)}; }
Error wrong_at(const AddressStep& step, std::string_view what) {
  return wrong(format("at column {}: {}", step.column, what));
}

Result<Parsed> parse_any(std::string_view text) {
  const auto steps = TRY(scan_address(text));
  Parsed out;
  std::size_t at = 0;
  const auto name_at = [&steps](std::size_t i) { return i < steps.size() && !steps[i].is_key; };
  const auto key_at = [&steps](std::size_t i) { return i < steps.size() && steps[i].is_key; };
  while (name_at(at) && steps[at].name == "module") {
    if (!name_at(at + 1)) return wrong("\"module\" must be followed by a dot and the name of a module call");
    const Symbol call(steps[at + 1].name);
    at += 2;
    out.module_has_key = key_at(at);
    out.module = out.module.child(call, out.module_has_key ? steps[at].key : InstanceKey());
    if (out.module_has_key) ++at;
  }
  if (at == steps.size()) return out;
  if (steps[at].is_key) return wrong_at(steps[at], "a module call has one instance key only");
  Resource resource;
  if (steps[at].name == "data") {
    resource.mode = Mode::data;
    ++at;
    if (!name_at(at)) return wrong("\"data\" must be followed by a data source type and a name, as in data.TYPE.NAME");
  } else if (steps[at].name == "resource" && steps.size() > at + 2 && !steps[at + 1].is_key) {
    ++at;
  }
  if (!name_at(at + 1)) {
    return wrong(format("\"{}\" must be followed by a dot and a name, as in TYPE.NAME", steps[at].name));
  }
  resource.type = Symbol(steps[at].name);
  resource.name = Symbol(steps[at + 1].name);
  at += 2;
  if (key_at(at)) out.key = steps[at++].key;
  out.resource = resource;
  if (at < steps.size()) return wrong_at(steps[at], "unexpected text after the resource address");
  return out;
}

}  // namespace

Result<Instance> parse_instance(std::string_view text) {
  Parsed parsed = TRY(parse_any(text));
  if (!parsed.resource) return wrong("this is the address of a module; a resource instance is needed, as in module.a.TYPE.NAME");
  return Instance{parsed.module, *parsed.resource, parsed.key};
}

Result<AbsResource> parse_resource(std::string_view text) {
  Parsed parsed = TRY(parse_any(text));
  if (!parsed.resource) return wrong("this is the address of a module; a resource is needed, as in module.a.TYPE.NAME");
  if (parsed.key.kind() != InstanceKey::Kind::none) return wrong("a resource is needed here, not one of its instances: leave the key out");
  return AbsResource{parsed.module, *parsed.resource};
}

Result<ModuleInstance> parse_module(std::string_view text) {
  if (text.empty()) return ModuleInstance();
  Parsed parsed = TRY(parse_any(text));
  if (parsed.resource) return wrong("this is the address of a resource; a module is needed, as in module.NAME");
  return parsed.module;
}

Result<Target> parse_target(std::string_view text) {
  Parsed parsed = TRY(parse_any(text));
  if (!parsed.resource) return Target{parsed.module, !parsed.module_has_key};
  if (parsed.key.kind() == InstanceKey::Kind::none) return Target{AbsResource{parsed.module, *parsed.resource}};
  return Target{Instance{parsed.module, *parsed.resource, parsed.key}};
}

}  // namespace terrace::addrs
