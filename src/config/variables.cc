// SPDX-License-Identifier: Apache-2.0
// Values of root variables: where they come from and which wins (checklist D5, D6).
#include <algorithm>

#include "base/format.h"
#include "base/strings.h"
#include "config/load.h"
#include "diag/suggest.h"
#include "hcl/parser.h"
#include "value/convert.h"
#include "value/json.h"

namespace terrace::config {

namespace {

constexpr std::string_view kEnvironmentPrefix = "TF_VAR_";
constexpr std::size_t kUndeclaredShown = 2;

class Collector {
 public:
  Collector(World& world, SourceFiles& sources, const Config& config, const std::string& directory, const VariableOptions& options, Diagnostics& diags)
      : world_(world), sources_(sources), module_(*config.root), directory_(directory), options_(options), diags_(diags) {}

  std::map<std::string, VariableOrigin> run() {
    if (options_.read_auto_files) {
      read_environment();
      for (const char* name : {"terraform.tfvars", "terraform.tfvars.json"}) {
        const std::string path = world::clean_path(world::join_path(directory_, name));
        if (world_.files.stat(path).kind == world::FileKind::regular) read_file(path);
      }
    }
    if (options_.read_auto_files) read_automatic_files();
    for (const std::string& path : options_.files_first) read_file(path);
    for (const VariableOptions::Given& given : options_.given) {
      if (given.kind == VariableOptions::Given::Kind::file) {
        read_file(given.text);
      } else {
        read_option(given.text);
      }
    }
    for (const auto& [name, value] : options_.injected) {
      if (find(name) != nullptr) out_.insert_or_assign(name, VariableOrigin{value, "the release", std::nullopt});
    }
    if (undeclared_ > kUndeclaredShown) {
      diags_.warning(DiagCode::variable_undeclared,
                     format("{} in variables files are not declared in the configuration and have no effect.",
                            base::count_of(undeclared_ - kUndeclaredShown, "further value")));
    }
    ask_or_report();
    return std::move(out_);
  }

 private:
  const Variable* find(std::string_view name) const {
    auto found = module_.variables.find(Symbol(name));
    return found == module_.variables.end() ? nullptr : &found->second;
  }
  std::string suggestion(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const auto& [known, variable] : module_.variables) names.push_back(known.text());
    return diag::did_you_mean(name, names);
  }

  /// Text to a value: as it is for primitive types and without a type, else as an expression of constants.
  std::optional<Value> parse_text(const Variable& variable, const std::string& text, const std::string& where) {
    const bool literal = !variable.type_declared || variable.type.type.is_primitive();
    if (literal) return Value::string(text);
    const FileId file = sources_.add(format("<{}>", where), text);
    Diagnostics own;
    const hcl::StandaloneExpr parsed = hcl::parse_expression(sources_, file, own);
    std::optional<Value> value;
    if (!own.has_errors()) {
      lang::FunctionContext functions;
      const lang::EmptyScope scope(sources_, functions);
      value = lang::evaluate(*parsed.expr, scope, own);
    }
    if (own.has_errors() && variable.sensitive) {
      // The text itself is a secret: no snippet of it.
      diags_.error(DiagCode::invalid_variable_value, format("The value of the variable \"{}\", given by {}, is not a valid expression.",
                                                            variable.name.text(), where));
    } else {
      diags_.append(std::move(own));
    }
    return value;
  }

  void read_environment() {
    for (auto at = world_.env.lower_bound(std::string(kEnvironmentPrefix)); at != world_.env.end() && at->first.starts_with(kEnvironmentPrefix); ++at) {
      const std::string name = at->first.substr(kEnvironmentPrefix.size());
      const Variable* variable = find(name);
      if (variable == nullptr) continue;
      const std::string where = format("the environment variable {}", at->first);
      if (auto value = parse_text(*variable, at->second, where)) out_.insert_or_assign(name, VariableOrigin{*value, where, std::nullopt});
    }
  }

  void read_automatic_files() {
    auto listed = world_.files.list(directory_);
    if (!listed) return;  // loading the configuration has reported it
    for (const auto& entry : *listed) {
      const bool automatic = entry.name.ends_with(".auto.tfvars") || entry.name.ends_with(".auto.tfvars.json");
      if (automatic && entry.kind != world::FileKind::directory) read_file(world::clean_path(world::join_path(directory_, entry.name)));
    }
  }

  void read_file(const std::string& path) {
    auto text = world_.files.read(path, std::uint64_t{64} << 20);
    if (!text) {
      diags_.error(DiagCode::invalid_variables_file, format("The variables file {} cannot be read: {}.", path, text.error().message));
      return;
    }
    const bool native = path.ends_with(".tfvars") || path.ends_with(".hcl");
    const bool json = path.ends_with(".json") || (!native && base::trim(*text).starts_with('{'));
    if (json) {
      read_json(path, std::move(*text));
    } else {
      read_native(path, std::move(*text));
    }
  }

  void read_native(const std::string& path, std::string text) {
    const FileId id = sources_.add(path, std::move(text));
    const hcl::File file = hcl::parse_file(sources_, id, diags_);
    if (file.body == nullptr) return;
    for (const hcl::Block& block : file.body->blocks) {
      const bool declaration = block.type.text() == "variable";
      diags_.error(DiagCode::invalid_variables_file,
                   declaration ? std::string("A variables file gives values, it declares nothing: write NAME = VALUE. A \"variable\" block belongs in a .tf file.")
                               : format("A variables file holds only NAME = VALUE, no blocks such as \"{}\".", block.type.text()),
                   block.header);
    }
    lang::FunctionContext functions;
    const lang::EmptyScope scope(sources_, functions);
    for (const hcl::Attribute& attribute : file.body->attributes) {
      const std::string name(attribute.name.text());
      const Value value = lang::evaluate(*attribute.value, scope, diags_);
      if (find(name) == nullptr) {
        undeclared(name, path, attribute.name_range);
        continue;
      }
      out_.insert_or_assign(name, VariableOrigin{value, path, attribute.value->range});
    }
  }

  void read_json(const std::string& path, std::string text) {
    auto document = JsonDocument::parse(std::move(text));
    if (!document || document->root().kind() != JsonKind::object) {
      diags_.error(DiagCode::invalid_variables_file,
                   format("The variables file {} is not a JSON object: {}.", path, document ? "it holds another kind of value" : document.error().message));
      return;
    }
    const JsonValue root = document->root();
    for (std::size_t i = 0; i < root.size(); ++i) {
      const std::string name(root.key(i));
      if (find(name) == nullptr) {
        undeclared(name, path, std::nullopt);
        continue;
      }
      out_.insert_or_assign(name, VariableOrigin{value::parse_simple_json(root.member(i)), path, std::nullopt});
    }
  }

  void undeclared(const std::string& name, const std::string& path, std::optional<SourceRange> range) {
    if (++undeclared_ > kUndeclaredShown) return;
    diags_.warning(DiagCode::variable_undeclared,
                   format("{} gives a value for \"{}\", but the root module declares no variable of that name; the value has no effect.{}", path, name,
                          suggestion(name)),
                   range);
  }

  void read_option(const std::string& text) {
    const std::size_t equal = text.find('=');
    if (equal == std::string::npos) {
      diags_.error(DiagCode::invalid_variable_option, format("-var \"{}\" has no equals sign. Write -var \"NAME=VALUE\".", text));
      return;
    }
    const std::string name = text.substr(0, equal);
    if (name.ends_with(' ')) {
      diags_.error(DiagCode::invalid_variable_option,
                   format("-var \"{0}=…\" has a space before the equals sign. Write -var \"{1}=VALUE\".", name, base::trim(name)));
      return;
    }
    const Variable* variable = find(name);
    if (variable == nullptr) {
      diags_.error(DiagCode::variable_undeclared,
                   format("-var gives a value for \"{0}\", but the root module declares no variable of that name.{1} To declare it, add: variable \"{0}\" {{}}",
                          name, suggestion(name)));
      return;
    }
    const std::string where = format("-var {}", name);
    if (auto value = parse_text(*variable, text.substr(equal + 1), where)) out_.insert_or_assign(name, VariableOrigin{*value, where, std::nullopt});
  }

  void ask_or_report() {
    for (const auto& [symbol, variable] : module_.variables) {
      const std::string name(symbol.text());
      if (variable.default_value || out_.contains(name)) continue;
      if (options_.prompt && world_.terminal.can_prompt()) {
        world_.terminal.write(world::Stream::out, format("var.{}\n", name));
        if (!variable.description.empty()) world_.terminal.write(world::Stream::out, format("  {}\n", base::printable(variable.description)));
        world_.terminal.write(world::Stream::out, "\n  Enter a value: ");
        world_.terminal.flush();
        if (auto line = world_.terminal.read_line()) {
          world_.terminal.write(world::Stream::out, "\n");
          if (auto value = parse_text(variable, *line, "the prompt")) out_.insert_or_assign(name, VariableOrigin{*value, "the prompt", std::nullopt});
          continue;
        }
      }
      diags_.error(DiagCode::variable_missing,
                   format("The variable \"{0}\" has no value and no default. Give it one with -var \"{0}=VALUE\", a variables file or the environment "
                          "variable TF_VAR_{0}.",
                          name),
                   variable.range);
    }
  }

  World& world_;
  SourceFiles& sources_;
  const Module& module_;
  const std::string& directory_;
  const VariableOptions& options_;
  Diagnostics& diags_;
  std::map<std::string, VariableOrigin> out_;
  std::size_t undeclared_ = 0;
};

}  // namespace

std::map<std::string, VariableOrigin> collect_variables(World& world, SourceFiles& sources, const Config& config, const std::string& directory,
                                                        const VariableOptions& options, Diagnostics& diags) {
  return Collector(world, sources, config, directory, options, diags).run();
}

Value final_variable_value(const Variable& variable, const Value* given, std::optional<SourceRange> range, Diagnostics& diags) {
  const Type type = variable.type.type.without_optional();
  auto finish = [&variable](Value value) {
    if (variable.sensitive) value = value.mark(MarkKind::sensitive);
    if (variable.ephemeral) value = value.mark(MarkKind::ephemeral);
    return value;
  };
  // Null selects the default where null itself is not allowed.
  const bool use_default = given == nullptr || (given->is_null() && !variable.nullable && variable.default_value);
  if (use_default) return finish(variable.default_value ? *variable.default_value : Value::unknown(type));
  if (given->is_null() && !variable.nullable) {
    diags.error(DiagCode::invalid_variable_value,
                format("The variable \"{}\" cannot be null: it is declared with nullable = false.", variable.name.text()), range ? range : variable.range);
    return finish(Value::unknown(type));
  }
  const Value with_defaults = variable.type.defaults.apply(*given);
  value::Conversion converted = value::convert(with_defaults, variable.type.type);
  if (!converted) {
    diags.error(DiagCode::invalid_variable_value,
                format("The value of the variable \"{}\" does not fit its type: {}.", variable.name.text(), converted.mismatch->text()),
                range ? range : variable.range);
    return finish(Value::unknown(type));
  }
  if (converted.value.is_null() && !variable.nullable) {
    return finish(variable.default_value ? *variable.default_value : Value::unknown(type));
  }
  return finish(std::move(converted.value));
}

}  // namespace terrace::config
