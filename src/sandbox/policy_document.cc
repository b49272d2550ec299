// SPDX-License-Identifier: Apache-2.0
#include "sandbox/policy_document.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/format.h"
#include "base/json.h"

namespace terrace::sandbox {
namespace {

/// One text, or several: a list of one is written as its element.
struct Texts {
  std::vector<std::string> items;
  bool is_list = false;                       ///< a list in a source document stays one
  bool empty() const { return items.empty(); }
};
struct Principal { std::string type; Texts identifiers; };
struct Condition { std::string test, variable; Texts values; };
struct Statement {
  std::string sid, effect;
  Texts actions, not_actions, resources, not_resources;
  std::vector<Principal> principals, not_principals;
  std::vector<Condition> conditions;
};
struct Document {
  std::string version, id;
  std::vector<Statement> statements;
};

Error bad(std::string message) { return {ErrorKind::invalid, std::move(message), 0}; }

std::string text_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() ? std::string() : std::string(value->as_string());
}
const Value* list_at(const Value& object, std::string_view name) {
  const Value* value = object.attribute(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

/// AWS's own variables are written &{…} in HCL and ${…} in the document.
Result<std::string> with_variables(std::string_view text, std::string_view version) {
  std::string out(text);
  for (std::size_t at = out.find("&{"); at != std::string::npos; at = out.find("&{", at)) {
    if (version == "2008-10-17") return bad(format("found \"&{{\" in \"{}\": variables in policies need version 2012-10-17", text));
    out[at] = '$';
  }
  return out;
}

enum class Order { descending, as_given };

Result<Texts> texts_at(const Value& object, std::string_view name, std::string_view version, Order order) {
  Texts out;
  const Value* values = list_at(object, name);
  if (values == nullptr) return out;
  for (const Value& each : values->elements())
    if (!each.is_null()) out.items.push_back(TRY(with_variables(each.as_string(), version)));
  // Observed: sets of the data source come out in descending order.
  if (order == Order::descending) std::sort(out.items.rbegin(), out.items.rend());
  out.is_list = out.items.size() > 1;
  return out;
}

Result<std::vector<Principal>> principals_at(const Value& object, std::string_view name, std::string_view version) {
  std::vector<Principal> out;
  const Value* blocks = list_at(object, name);
  if (blocks == nullptr) return out;
  for (const Value& block : blocks->elements())
    out.push_back({text_at(block, "type"), TRY(texts_at(block, "identifiers", version, Order::descending))});
  return out;
}

Result<Document> configured(const Value& config) {
  Document out;
  out.version = text_at(config, "version");
  if (out.version.empty()) out.version = "2012-10-17";
  out.id = text_at(config, "policy_id");
  const Value* statements = list_at(config, "statement");
  if (statements == nullptr) return out;
  for (const Value& block : statements->elements()) {
    Statement made;
    made.sid = text_at(block, "sid");
    if (!made.sid.empty()) {
      for (const Statement& other : out.statements)
        if (other.sid == made.sid) return bad(format("two statements have the sid \"{}\"; give each its own, or none", made.sid));
    }
    made.effect = text_at(block, "effect");
    if (made.effect.empty()) made.effect = "Allow";
    made.actions = TRY(texts_at(block, "actions", {}, Order::descending));
    made.not_actions = TRY(texts_at(block, "not_actions", {}, Order::descending));
    made.resources = TRY(texts_at(block, "resources", out.version, Order::descending));
    made.not_resources = TRY(texts_at(block, "not_resources", out.version, Order::descending));
    made.principals = TRY(principals_at(block, "principals", out.version));
    made.not_principals = TRY(principals_at(block, "not_principals", out.version));
    if (const Value* conditions = list_at(block, "condition")) {
      for (const Value& each : conditions->elements())
        made.conditions.push_back({text_at(each, "test"), TRY(with_variables(text_at(each, "variable"), out.version)),
                                   TRY(texts_at(each, "values", out.version, Order::as_given))});
    }
    out.statements.push_back(std::move(made));
  }
  return out;
}

Result<Texts> texts_of(JsonValue json) {
  Texts out;
  if (!json || json.is_null()) return out;
  if (json.kind() == JsonKind::string) {
    out.items.emplace_back(json.string());
    return out;
  }
  if (json.kind() == JsonKind::boolean || json.kind() == JsonKind::number) {
    out.items.emplace_back(json.raw());
    return out;
  }
  if (json.kind() != JsonKind::array) return bad("expected a text or a list of texts");
  for (std::size_t i = 0; i < json.size(); ++i)
    out.items.emplace_back(json.at(i).kind() == JsonKind::string ? json.at(i).string() : json.at(i).raw());
  out.is_list = true;
  return out;
}
Result<std::vector<Principal>> principals_of(JsonValue json) {
  std::vector<Principal> out;
  if (json.kind() == JsonKind::string) {
    out.push_back({"*", {{"*"}, false}});
    return out;
  }
  for (std::size_t i = 0; i < json.size(); ++i) out.push_back({std::string(json.key(i)), TRY(texts_of(json.member(i)))});
  return out;
}

Result<Statement> statement_of(JsonValue json) {
  if (json.kind() != JsonKind::object) return bad("a statement is not an object");
  Statement out;
  out.sid = json["Sid"].string();
  out.effect = json["Effect"].string();
  out.actions = TRY(texts_of(json["Action"]));
  out.not_actions = TRY(texts_of(json["NotAction"]));
  out.resources = TRY(texts_of(json["Resource"]));
  out.not_resources = TRY(texts_of(json["NotResource"]));
  out.principals = TRY(principals_of(json["Principal"]));
  out.not_principals = TRY(principals_of(json["NotPrincipal"]));
  const JsonValue tests = json["Condition"];
  for (std::size_t i = 0; i < tests.size(); ++i)
    for (std::size_t j = 0; j < tests.member(i).size(); ++j)
      out.conditions.push_back({std::string(tests.key(i)), std::string(tests.member(i).key(j)), TRY(texts_of(tests.member(i).member(j)))});
  return out;
}

Result<Document> parsed(std::string_view text) {
  const JsonDocument document = TRY(JsonDocument::parse(std::string(text)));
  const JsonValue root = document.root();
  if (root.kind() != JsonKind::object) return bad("it is not an object");
  Document out;
  out.version = root["Version"].string();
  out.id = root["Id"].string();
  const JsonValue statements = root["Statement"];
  if (statements.kind() == JsonKind::object) {
    out.statements.push_back(TRY(statement_of(statements)));
  } else {
    for (std::size_t i = 0; i < statements.size(); ++i) out.statements.push_back(TRY(statement_of(statements.at(i))));
  }
  return out;
}

/// Statements with a known id take the old one's place, the others come last.
void merge(Document& into, const Document& from) {
  if (!from.id.empty()) into.id = from.id;
  if (!from.version.empty()) into.version = from.version;
  for (const Statement& statement : from.statements) {
    const auto same = std::find_if(into.statements.begin(), into.statements.end(),
                                   [&](const Statement& other) { return !statement.sid.empty() && other.sid == statement.sid; });
    if (same != into.statements.end()) *same = statement;
    else into.statements.push_back(statement);
  }
}

void write_texts(JsonWriter& json, const Texts& texts) {
  if (!texts.is_list && texts.items.size() == 1) {
    json.string(texts.items.front());
    return;
  }
  json.begin_array();
  for (const std::string& each : texts.items) json.string(each);
  json.end_array();
}

void write_principals(JsonWriter& json, const std::vector<Principal>& principals) {
  if (principals.size() == 1 && principals[0].type == "*" && principals[0].identifiers.items == std::vector<std::string>{"*"}) {
    json.string("*");
    return;
  }
  std::map<std::string, Texts> by_type;
  for (const Principal& principal : principals) {
    Texts& texts = by_type[principal.type];
    const bool more = !texts.items.empty();
    texts.items.insert(texts.items.end(), principal.identifiers.items.begin(), principal.identifiers.items.end());
    texts.is_list = texts.is_list || principal.identifiers.is_list || more;
  }
  json.begin_object();
  for (auto& [type, texts] : by_type) {
    std::sort(texts.items.rbegin(), texts.items.rend());
    write_texts(json.key(type), texts);
  }
  json.end_object();
}

void write_conditions(JsonWriter& json, const std::vector<Condition>& conditions) {
  std::map<std::string, std::map<std::string, Texts>> by_test;
  for (const Condition& condition : conditions) {
    Texts& texts = by_test[condition.test][condition.variable];
    const bool more = !texts.items.empty();
    texts.items.insert(texts.items.end(), condition.values.items.begin(), condition.values.items.end());
    texts.is_list = texts.is_list || condition.values.is_list || more;
  }
  json.begin_object();
  for (const auto& [test, variables] : by_test) {
    json.key(test).begin_object();
    for (const auto& [variable, texts] : variables) write_texts(json.key(variable), texts);
    json.end_object();
  }
  json.end_object();
}

std::string written(const Document& document, int indent) {
  std::string out;
  JsonWriter json(out, indent);
  const auto texts = [&](std::string_view name, const Texts& value) {
    if (!value.empty()) write_texts(json.key(name), value);
  };
  json.begin_object();
  if (!document.version.empty()) json.member("Version", std::string_view(document.version));
  if (!document.id.empty()) json.member("Id", std::string_view(document.id));
  if (!document.statements.empty()) {
    json.key("Statement").begin_array();
    for (const Statement& each : document.statements) {
      json.begin_object();
      if (!each.sid.empty()) json.member("Sid", std::string_view(each.sid));
      if (!each.effect.empty()) json.member("Effect", std::string_view(each.effect));
      texts("Action", each.actions);
      texts("NotAction", each.not_actions);
      texts("Resource", each.resources);
      texts("NotResource", each.not_resources);
      if (!each.principals.empty()) write_principals(json.key("Principal"), each.principals);
      if (!each.not_principals.empty()) write_principals(json.key("NotPrincipal"), each.not_principals);
      if (!each.conditions.empty()) write_conditions(json.key("Condition"), each.conditions);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return out;
}

}  // namespace

Result<PolicyTexts> policy_document(const Value& config) {
  Document out;
  const auto merge_all = [&](std::string_view name) -> Result<void> {
    const Value* sources = list_at(config, name);
    if (sources == nullptr) return {};
    for (std::size_t i = 0; i < sources->elements().size(); ++i) {
      const Value& source = sources->elements()[i];
      if (source.is_null() || source.as_string().empty()) continue;
      auto document = parsed(source.as_string());
      if (!document) return std::move(document).error().during(format("{}[{}] is not a policy", name, i));
      merge(out, *document);
    }
    return {};
  };
  TRY(merge_all("source_policy_documents"));
  merge(out, TRY(configured(config)));
  TRY(merge_all("override_policy_documents"));
  return PolicyTexts{written(out, 2), written(out, 0)};
}

}  // namespace terrace::sandbox
