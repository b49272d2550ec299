// SPDX-License-Identifier: Apache-2.0
// The `configuration` member of `show -json` (checklist G8): the configuration as written, expressions as constants
// or as lists of what they refer to.
#include <algorithm>

#include "base/json.h"
#include "config/keywords.h"
#include "config/load.h"
#include "value/json.h"

namespace terrace::config {

namespace {

class Writer {
 public:
  Writer(const Config& config, provider::ProviderSource& providers, std::string& out) : config_(config), providers_(providers), out_(out) {}

  void run() {
    out_.begin_object();
    write_providers();
    out_.key("root_module");
    write_module(*config_.root);
    out_.end_object();
  }

 private:
  // --- expressions ---
  /// A value when the expression needs nothing from anywhere; nothing otherwise.
  std::optional<Value> constant(const hcl::Expr& expr) {
    if (!lang::references(expr).empty()) return std::nullopt;
    const lang::FunctionContext functions;
    const lang::EmptyScope scope(sources_, functions);
    Diagnostics unused;
    Value value = lang::evaluate(expr, scope, unused).unmarked_deep();
    if (unused.has_errors() || !value.is_wholly_known()) return std::nullopt;
    return value;
  }

  static void add_once(std::vector<std::string>& out, std::string text) {
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }

  /// `a.b.c[0].d` gives itself and its shorter forms down to the object it begins with.
  static void add_reference(std::vector<std::string>& out, const hcl::TraversalExpr& traversal) {
    Diagnostics unused;
    const auto reference = addrs::parse_reference(traversal, unused);
    if (!reference) return;
    const auto* resource = std::get_if<addrs::ResourceRef>(&reference->subject);
    const auto* call = std::get_if<addrs::ModuleCallRef>(&reference->subject);
    const std::string subject = reference->text();
    if (resource == nullptr && call == nullptr) return add_once(out, subject);
    std::vector<std::string> forms = {subject};
    for (const hcl::TraversalStep& step : traversal.steps.subspan(reference->consumed)) {
      std::string longer = forms.back();
      if (step.kind == hcl::TraversalStep::Kind::attribute) {
        longer.append(".").append(step.name.text());
      } else if (step.kind == hcl::TraversalStep::Kind::number_key) {
        longer.append("[").append(step.key).append("]");
      } else {
        longer += addrs::InstanceKey(Symbol(step.key)).suffix();
      }
      forms.push_back(std::move(longer));
    }
    for (auto form = forms.rbegin(); form != forms.rend(); ++form) add_once(out, *form);
    if (resource != nullptr && resource->key) add_once(out, resource->resource.text());
    if (call != nullptr) {
      std::string base = "module." + std::string(call->call.text());
      if (!call->output.empty()) {
        add_once(out, call->key ? base + call->key->suffix() : base);
      }
      if (call->key && call->output.empty()) add_once(out, base);
    }
  }

  void write_references(const std::vector<const hcl::TraversalExpr*>& traversals) {
    std::vector<std::string> texts;
    for (const hcl::TraversalExpr* traversal : traversals) add_reference(texts, *traversal);
    if (texts.empty()) return;
    out_.key("references").begin_array();
    for (const std::string& text : texts) out_.string(text);
    out_.end_array();
  }

  void write_expression(const hcl::Expr& expr) {
    out_.begin_object();
    if (const auto value = constant(expr)) {
      out_.key("constant_value");
      write_value(*value);
    } else {
      write_references(lang::references(expr));
    }
    out_.end_object();
  }

  void write_value(const Value& value) {
    // Infinity is the only failure, and constants hold none that JSON could.
    if (auto written = value::write_simple_json(out_, value); !written) out_.null();
  }

  void write_depends_on(const std::vector<const hcl::TraversalExpr*>& depends_on) {
    if (depends_on.empty()) return;
    out_.key("depends_on").begin_array();
    for (const hcl::TraversalExpr* traversal : depends_on) {
      Diagnostics unused;
      if (const auto reference = addrs::parse_reference(*traversal, unused)) out_.string(reference->text());
    }
    out_.end_array();
  }

  /// Arguments and nested blocks of `body` that `block` declares, sorted by name.
  void write_body(const hcl::Body& body, const schema::Block& block, bool top) {
    out_.begin_object();
    struct Member {
      Symbol name;
      const schema::Attribute* attribute;
      const schema::NestedBlock* nested;
    };
    std::vector<Member> members;
    for (const schema::Attribute& attribute : block.attributes) members.push_back({attribute.name, &attribute, nullptr});
    for (const schema::NestedBlock& nested : block.blocks) members.push_back({nested.name, nullptr, &nested});
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
    for (const Member& member : members) {
      const bool meta = top && (member.name == keywords().count || member.name == keywords().for_each || member.name == keywords().depends_on ||
                                member.name == keywords().provider);
      if (meta) continue;
      if (member.attribute != nullptr) {
        const hcl::Attribute* written = body.find(member.name);
        if (written != nullptr) {
          out_.key(member.name.text());
          write_expression(*written->value);
        }
      } else {
        write_nested(body, *member.nested);
      }
    }
    out_.end_object();
  }

  void write_nested(const hcl::Body& body, const schema::NestedBlock& nested) {
    std::vector<const hcl::Block*> found;
    const hcl::Block* dynamic = nullptr;
    for (const hcl::Block& block : body.blocks) {
      if (block.type == nested.name) found.push_back(&block);
      if (block.type == keywords().dynamic && block.labels.size() == 1 && block.labels[0].text == nested.name) dynamic = &block;
    }
    if (found.empty() && dynamic == nullptr) return;
    out_.key(nested.name.text());
    if (dynamic != nullptr) {
      // How many there will be is not known: what is referred to stands for all.
      out_.begin_object();
      write_references(lang::references(*dynamic->body));
      out_.end_object();
      return;
    }
    const bool single = nested.nesting == schema::Nesting::single || nested.nesting == schema::Nesting::group;
    const bool map = nested.nesting == schema::Nesting::map;
    if (single) return write_body(*found[0]->body, *nested.block, false);
    map ? out_.begin_object() : out_.begin_array();
    for (const hcl::Block* block : found) {
      if (map && block->labels.empty()) continue;
      if (map) out_.key(block->labels[0].text.text());
      write_body(*block->body, *nested.block, false);
    }
    map ? out_.end_object() : out_.end_array();
  }

  // --- providers ---
  static std::string key_of(const Module& module, Symbol local_name, Symbol alias) {
    std::string key;
    for (Symbol call : module.path) key.append(key.empty() ? "module." : ".module.").append(call.text());
    if (!key.empty()) key += ':';
    key.append(local_name.text());
    if (!alias.empty()) key.append(".").append(alias.text());
    return key;
  }

  struct ProviderEntry {
    const Module* module;
    Symbol local_name, alias;
    const ProviderBlock* block;
  };
  static void collect_providers(const Module& module, std::map<std::string, ProviderEntry>& into) {
    for (const auto& [key, block] : module.providers) {
      into[key_of(module, key.first, key.second)] = {&module, key.first, key.second, &block};
    }
    for (const auto& [name, requirement] : module.requirements) into.try_emplace(key_of(module, name, {}), ProviderEntry{&module, name, {}, nullptr});
    if (module.path.empty()) {
      for (const Resource& resource : module.resources) {
        const Symbol name = local_name_of(resource);
        into.try_emplace(key_of(module, name, {}), ProviderEntry{&module, name, {}, nullptr});
      }
    }
    for (const auto& [name, call] : module.calls) {
      if (call.module != nullptr) collect_providers(*call.module, into);
    }
  }
  static Symbol local_name_of(const Resource& resource) {
    if (resource.provider_ref) return resource.provider_ref->local_name;
    const std::string_view type = resource.address.type.text();
    return Symbol(type.substr(0, type.find('_')));
  }

  void write_providers() {
    std::map<std::string, ProviderEntry> entries;
    collect_providers(*config_.root, entries);
    if (entries.empty()) return;
    out_.key("provider_config").begin_object();
    for (const auto& [key, entry] : entries) {
      const addrs::Provider provider = entry.module->provider_for(entry.local_name);
      out_.key(key).begin_object();
      out_.member("name", entry.local_name.text());
      out_.member("full_name", provider.text());
      if (!entry.alias.empty()) out_.member("alias", entry.alias.text());
      const auto requirement = entry.module->requirements.find(entry.local_name);
      if (requirement != entry.module->requirements.end() && !requirement->second.constraint.empty()) {
        out_.member("version_constraint", requirement->second.constraint);
      }
      if (!entry.module->path.empty()) {
        const std::string address = key.substr(0, key.find(':'));
        out_.member("module_address", address);
      }
      const bool configured = entry.block != nullptr && !(entry.block->body->attributes.empty() && entry.block->body->blocks.empty());
      auto schema = providers_.schema(provider);
      if (configured && schema && !((*schema)->provider->attributes.empty() && (*schema)->provider->blocks.empty())) {
        out_.key("expressions");
        write_body(*entry.block->body, *(*schema)->provider, true);
      }
      out_.end_object();
    }
    out_.end_object();
  }

  /// Where the configuration of a resource's provider is declared: up through the callers that pass it.
  static std::string provider_key(const Module& module, const Resource& resource) {
    const Module* at = &module;
    Symbol name = local_name_of(resource), alias = resource.provider_alias;
    while (at->parent != nullptr && !at->providers.contains({name, alias})) {
      const auto call = at->parent->calls.find(at->path.back());
      const addrs::Provider wanted = at->provider_for(name);
      const ProviderRef* passed = nullptr;
      if (call != at->parent->calls.end()) {
        for (const auto& [inner, outer] : call->second.providers) {
          if (inner.local_name == name && inner.alias == alias) passed = &outer;
        }
      }
      if (passed == nullptr && !alias.empty()) break;
      at = at->parent;
      if (passed != nullptr) {
        name = passed->local_name;
        alias = passed->alias;
        continue;
      }
      for (const auto& [local, requirement] : at->requirements) {
        if (requirement.provider == wanted) name = local;
      }
    }
    return key_of(*at, name, alias);
  }

  // --- modules ---
  void write_module(const Module& module) {
    out_.begin_object();
    if (!module.outputs.empty()) {
      out_.key("outputs").begin_object();
      for (const auto& [name, output] : module.outputs) {
        out_.key(name.text()).begin_object();
        if (output.sensitive) out_.member("sensitive", true);
        if (output.ephemeral) out_.member("ephemeral", true);
        if (output.value != nullptr) {
          out_.key("expression");
          write_expression(*output.value);
        }
        write_depends_on(output.depends_on);
        if (!output.description.empty()) out_.member("description", output.description);
        out_.end_object();
      }
      out_.end_object();
    }
    write_resources(module);
    write_calls(module);
    if (!module.variables.empty()) {
      out_.key("variables").begin_object();
      for (const auto& [name, variable] : module.variables) {
        out_.key(name.text()).begin_object();
        if (variable.default_value) {
          out_.key("default");
          write_value(*variable.default_value);
        }
        if (!variable.description.empty()) out_.member("description", variable.description);
        if (variable.sensitive) out_.member("sensitive", true);
        out_.end_object();
      }
      out_.end_object();
    }
    out_.end_object();
  }

  void write_resources(const Module& module) {
    if (module.resources.empty()) return;
    std::vector<const Resource*> sorted;
    for (const Resource& resource : module.resources) sorted.push_back(&resource);
    // Managed resources come first here.
    std::sort(sorted.begin(), sorted.end(), [](const Resource* a, const Resource* b) {
      if (a->address.mode != b->address.mode) return a->address.mode == addrs::Mode::managed;
      return a->address < b->address;
    });
    out_.key("resources").begin_array();
    for (const Resource* resource : sorted) write_resource(module, *resource);
    out_.end_array();
  }

  void write_resource(const Module& module, const Resource& resource) {
    const bool managed = resource.address.mode == addrs::Mode::managed;
    out_.begin_object();
    out_.member("address", resource.address.text());
    out_.member("mode", managed ? "managed" : "data");
    out_.member("type", resource.address.type.text());
    out_.member("name", resource.address.name.text());
    out_.member("provider_config_key", provider_key(module, resource));
    auto schema = providers_.schema(resource.provider);
    const schema::ResourceSchema* found = nullptr;
    if (schema) found = managed ? (*schema)->resource(resource.address.type) : (*schema)->data_source(resource.address.type);
    if (found != nullptr) {
      const bool any = resource.body->attributes.size() + resource.body->blocks.size() > 0;
      if (any) {
        std::string expressions;
        Writer nested(config_, providers_, expressions);
        nested.write_body(*resource.body, *found->block, true);
        if (expressions != "{}") out_.key("expressions").raw(expressions);
      }
      out_.member("schema_version", found->version);
    } else {
      out_.member("schema_version", std::int64_t{0});
    }
    write_repetition(resource.count, resource.for_each);
    write_depends_on(resource.depends_on);
    out_.end_object();
  }

  void write_repetition(const hcl::Expr* count, const hcl::Expr* for_each) {
    if (count != nullptr) {
      out_.key("count_expression");
      write_expression(*count);
    }
    if (for_each != nullptr) {
      out_.key("for_each_expression");
      write_expression(*for_each);
    }
  }

  void write_calls(const Module& module) {
    if (module.calls.empty()) return;
    out_.key("module_calls").begin_object();
    for (const auto& [name, call] : module.calls) {
      out_.key(name.text()).begin_object();
      out_.member("source", call.source);
      if (!call.inputs.empty()) {
        std::vector<std::pair<Symbol, const hcl::Attribute*>> inputs(call.inputs.begin(), call.inputs.end());
        std::sort(inputs.begin(), inputs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        out_.key("expressions").begin_object();
        for (const auto& [input, attribute] : inputs) {
          out_.key(input.text());
          write_expression(*attribute->value);
        }
        out_.end_object();
      }
      write_repetition(call.count, call.for_each);
      if (call.module != nullptr) {
        out_.key("module");
        write_module(*call.module);
      }
      write_depends_on(call.depends_on);
      out_.end_object();
    }
    out_.end_object();
  }

  const Config& config_;
  provider::ProviderSource& providers_;
  JsonWriter out_;
  SourceFiles sources_;  // constants name no source: what fails is no constant
};

}  // namespace

std::string configuration_json(const Config& config, provider::ProviderSource& providers) {
  std::string out;
  Writer(config, providers, out).run();
  return out;
}

}  // namespace terrace::config
