// SPDX-License-Identifier: Apache-2.0
// templatefile and templatestring: a text is parsed and evaluated with the given variables and nothing else.
#include "base/format.h"
#include "base/strings.h"
#include "diag/suggest.h"
#include "hcl/parser.h"
#include "lang/call.h"
#include "value/convert.h"

namespace terrace::lang {

namespace {

/// The variables given to a template. Its sources are those of the template alone.
class TemplateScope : public Scope {
 public:
  TemplateScope(const Scope& caller, const SourceFiles& sources, const Value& variables) : caller_(caller), sources_(sources) {
    const auto elements = variables.elements();
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const std::string_view name = variables.kind() == Kind::map ? std::string_view(variables.keys()[i]) : variables.type().attributes()[i].name.text();
      names_.emplace(name, elements[i]);
    }
  }
  std::optional<Resolved> resolve(const hcl::TraversalExpr& traversal, Diagnostics& diags) const override {
    const auto found = names_.find(traversal.root.text());
    if (found != names_.end()) return Resolved{found->second, 0};
    std::vector<std::string_view> candidates;
    for (const auto& [name, value] : names_) candidates.push_back(name);
    diags.error(DiagCode::invalid_reference,
                format("The variables given to the template do not contain \"{}\".{}", traversal.root.text(),
                       diag::did_you_mean(traversal.root.text(), candidates)), traversal.root_range);
    return std::nullopt;
  }
  const FunctionContext& functions() const override { return caller_.functions(); }
  const SourceFiles& sources() const override { return sources_; }

 private:
  const Scope& caller_;
  const SourceFiles& sources_;
  std::map<std::string_view, Value> names_;
};

std::string describe(const SourceFiles& sources, const Diagnostic& diagnostic) {
  std::string out;
  if (diagnostic.subject) {
    const auto at = sources.locate(diagnostic.subject->file, diagnostic.subject->begin);
    out = format("{}:{},{}: ", sources.name(diagnostic.subject->file), at.line, at.column);
  }
  return out + format("{}; {}", diag::code_summary(diagnostic.code), diagnostic.detail);
}

constexpr std::string_view kFileSignature = "templatefile(path, vars)";
constexpr std::string_view kStringSignature = "templatestring(template, vars)";

}  // namespace

Value Evaluator::eval_templatefile(const hcl::CallExpr& expr, const std::vector<Argument>& arguments) {
  if (arguments.size() != 2) {
    call_error(arguments.size() < 2 ? DiagCode::not_enough_arguments : DiagCode::too_many_arguments,
               "Function \"templatefile\" takes exactly two arguments, \"path\" and \"vars\".", expr.close, expr, kFileSignature);
    return unknown_dynamic();
  }
  const Value& path = arguments[0].value;
  const Marks marks = path.has_marks() ? path.marks() : Marks();
  auto text = value::convert(path.unmarked(), Type::string());
  if (!text || text.value.is_null()) {
    call_error(DiagCode::invalid_function_argument,
               format("Invalid value for \"path\" parameter: {}.", text ? std::string("argument must not be null") : text.mismatch->text()),
               arguments[0].expr->range, expr, kFileSignature);
    return unknown_with(Type::dynamic(), marks);
  }
  if (text.value.is_unknown() || arguments[1].value.is_unknown()) return unknown_with(Type::dynamic(), marks);
  // The rules for paths, encodings and allowed places are file()'s.
  const Builtin* file = find_builtin("file");
  CHECK(file != nullptr && file->call != nullptr, "file() is built in");
  const Value file_arguments[] = {text.value};
  CallResult read = file->call(Call{file_arguments, scope_.functions(), scope_});
  if (const auto* failed = std::get_if<CallError>(&read)) {
    call_error(DiagCode::invalid_function_argument,
               format("Invalid value for \"path\" parameter: {}.", marks.empty() ? std::string_view(failed->message) : "the file cannot be read"),
               arguments[0].expr->range, expr, kFileSignature);
    return unknown_with(Type::dynamic(), marks);
  }
  const Value& content = std::get<Value>(read);
  if (content.kind() != Kind::string) return unknown_with(Type::dynamic(), marks);
  return eval_text_template(expr, std::string(text.value.as_string()), std::string(content.as_string()), arguments[1], marks);
}

Value Evaluator::eval_templatestring(const hcl::CallExpr& expr, const std::vector<Argument>& arguments) {
  if (arguments.size() != 2) {
    call_error(arguments.size() < 2 ? DiagCode::not_enough_arguments : DiagCode::too_many_arguments,
               "Function \"templatestring\" takes exactly two arguments, \"template\" and \"vars\".", expr.close, expr, kStringSignature);
    return unknown_dynamic();
  }
  const Value& source = arguments[0].value;
  const Marks marks = source.has_marks() ? source.marks() : Marks();
  auto text = value::convert(source.unmarked(), Type::string());
  if (!text || text.value.is_null()) {
    call_error(DiagCode::invalid_function_argument,
               format("Invalid value for \"template\" parameter: {}.", text ? std::string("argument must not be null") : text.mismatch->text()),
               arguments[0].expr->range, expr, kStringSignature);
    return unknown_with(Type::dynamic(), marks);
  }
  if (text.value.is_unknown() || arguments[1].value.is_unknown()) return unknown_with(Type::dynamic(), marks);
  return eval_text_template(expr, "<template>", std::string(text.value.as_string()), arguments[1], marks);
}

Value Evaluator::eval_text_template(const hcl::CallExpr& expr, std::string name, std::string text, const Argument& given, const Marks& outer) {
  Marks marks = outer;
  const std::string_view signature = plain_function_name(expr.name.text()) == "templatefile" ? kFileSignature : kStringSignature;
  const Value variables = given.value.unmarked();
  if (given.value.has_marks()) marks.merge(given.value.marks());
  const TypeKind kind = variables.type().kind();
  const auto refuse = [&](std::string why) {
    call_error(DiagCode::invalid_function_argument, format("Invalid value for \"vars\" parameter: {}.", why), given.expr->range, expr, signature);
    return unknown_with(Type::dynamic(), marks);
  };
  if (variables.is_null() || (kind != TypeKind::map && kind != TypeKind::object)) return refuse("a map or object is needed, whose keys are the names of the template's variables");
  for (std::size_t i = 0; i < variables.length(); ++i) {
    const std::string_view key = kind == TypeKind::map ? std::string_view(variables.keys()[i]) : variables.type().attributes()[i].name.text();
    if (!base::is_identifier(key)) return refuse(format("\"{}\" is not a valid name for a template variable", base::printable(key)));
  }
  if (!charge_bytes(text.size(), expr.range)) return unknown_with(Type::dynamic(), marks);

  SourceFiles sources;
  Diagnostics diags;
  const FileId file = sources.add(std::move(name), std::move(text));
  const hcl::StandaloneExpr parsed = hcl::parse_template(sources, file, diags);
  Value result = unknown_dynamic();
  if (!diags.has_errors()) {
    const TemplateScope scope(scope_, sources, variables);
    result = Evaluator(scope, diags).eval(*parsed.expr);
  }
  if (!diags.has_errors()) return marked(std::move(result), marks);
  std::string detail;
  for (const Diagnostic& diagnostic : diags.sorted(sources)) {
    if (diagnostic.severity != Severity::error) continue;
    if (diagnostic.code == DiagCode::limit_exceeded) {
      detail = diagnostic.detail;  // as it is: it may have come up through many templates
      break;
    }
    if (!detail.empty()) detail += "\n";
    detail += describe(sources, diagnostic);
  }
  if (current_run()->exhausted) {
    // error() is silent once the budget is gone, and the template's own report names another file.
    ++failures_;
    diags_.error(DiagCode::limit_exceeded, std::move(detail), expr.range);
  } else {
    call_error(DiagCode::function_failed, format("Call to function \"{}\" failed: {}", plain_function_name(expr.name.text()), detail), expr.range, expr, signature);
  }
  return unknown_with(Type::dynamic(), marks);
}

}  // namespace terrace::lang
