// SPDX-License-Identifier: Apache-2.0
// Variables, bodies against a provider's schema, modules.json, the configuration as JSON, versions, growth.

#include "base/format.h"
#include "config/fake_providers.h"
#include "config/load.h"
#include "config/version.h"
#include "gtest/gtest.h"
#include "world/fake_world.h"

namespace terrace::config {

namespace {

struct Bench {
  world::FakeWorld fake;
  SourceFiles sources;
  Diagnostics diags;
  FakeProviders providers;
  Config config;

  void load_main(const std::string& text) {
    fake.put_file("/main.tf", text);
    config = load(fake.world(), sources, {}, diags);
  }
  std::vector<std::string> messages() {
    std::vector<std::string> out;
    for (const Diagnostic& one : diags.sorted(sources)) {
      out.push_back(format("{} {}", diag::code_id(one.code), one.subject ? sources.describe(*one.subject) : std::string("-")));
    }
    return out;
  }
  std::vector<std::string> check_main(const std::string& text) {
    load_main(text);
    check(config, providers, sources, diags);
    return messages();
  }
  std::map<std::string, VariableOrigin> collect(const VariableOptions& options) {
    return collect_variables(fake.world(), sources, config, ".", options, diags);
  }
};
using Given = VariableOptions::Given;
using Messages = std::vector<std::string>;

TEST(Variables, LaterSourcesWin) {
  Bench bench;
  for (const char* name : {"a", "b", "c", "d", "e"}) bench.fake.world().env[std::string("TF_VAR_") + name] = "environment";
  bench.fake.put_file("/terraform.tfvars", "b = \"file\"\nc = \"file\"\nd = \"file\"\ne = \"file\"\n");
  bench.fake.put_file("/x.auto.tfvars", "c = \"auto\"\nd = \"auto\"\ne = \"auto\"\n");
  bench.fake.put_file("/late.tfvars.json", R"({"d": "late", "e": "late"})");
  bench.load_main("variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\nvariable \"d\" {}\nvariable \"e\" {}\n");
  VariableOptions options;
  options.given = {{Given::Kind::file, "late.tfvars.json"}, {Given::Kind::var, "e=option"}};
  const auto values = bench.collect(options);
  EXPECT_EQ(bench.messages(), Messages{});
  EXPECT_EQ(values.at("a").value.as_string(), "environment");
  EXPECT_EQ(values.at("b").value.as_string(), "file");
  EXPECT_EQ(values.at("c").value.as_string(), "auto");
  EXPECT_EQ(values.at("d").value.as_string(), "late");
  EXPECT_EQ(values.at("e").value.as_string(), "option");
}

TEST(Variables, TextIsParsedByTheDeclaredType) {
  Bench bench;
  bench.load_main("variable \"text\" {}\nvariable \"any\" {\n type = any\n}\nvariable \"list\" {\n type = list(string)\n}\n");
  VariableOptions options;
  options.given = {{Given::Kind::var, "text=[1]"}, {Given::Kind::var, "any=[1]"}, {Given::Kind::var, "list=[1, \"b\"]"}};
  const auto values = bench.collect(options);
  EXPECT_EQ(values.at("text").value.as_string(), "[1]");
  EXPECT_EQ(values.at("any").value.kind(), Kind::tuple);
  const Value list = final_variable_value(bench.config.root->variables.at(Symbol("list")), &values.at("list").value, {}, bench.diags);
  EXPECT_TRUE(list.same(Value::list(Type::string(), {Value::string("1"), Value::string("b")})));
  EXPECT_EQ(bench.messages(), Messages{});
}

TEST(Variables, UndeclaredAndMissingOnesAreNamed) {
  Bench bench;
  bench.fake.put_file("/terraform.tfvars", "x1 = 1\nx2 = 2\nx3 = 3\nx4 = 4\n");
  bench.fake.world().env["TF_VAR_unknown"] = "1";
  bench.load_main("variable \"a\" {}\nvariable \"b\" {}\n");
  VariableOptions options;
  options.given = {{Given::Kind::var, "nope=1"}, {Given::Kind::var, "a =1"}, {Given::Kind::var, "a"}};
  bench.collect(options);
  int warnings = 0, missing = 0, others = 0;
  for (const Diagnostic& one : bench.diags.take()) {
    warnings += one.severity == Severity::warning;
    missing += one.code == DiagCode::variable_missing;
    others += one.severity == Severity::error && one.code != DiagCode::variable_missing;
  }
  EXPECT_EQ(warnings, 3);
  EXPECT_EQ(missing, 2);
  EXPECT_EQ(others, 3);
}

TEST(Variables, FinalValueConvertsAndMarks) {
  Bench bench;
  bench.load_main(
      "variable \"n\" {\n  type = number\n  default = 3\n  nullable = false\n  sensitive = true\n}\n"
      "variable \"o\" {\n  type = object({ a = optional(string, \"d\") })\n}\n");
  const auto& variables = bench.config.root->variables;
  const Value null = Value::null(Type::dynamic());
  const Value number = final_variable_value(variables.at(Symbol("n")), &null, {}, bench.diags);
  EXPECT_TRUE(number.marks().has(MarkKind::sensitive));
  EXPECT_EQ(number.unmarked().as_int64(), 3);
  const Value empty = Value::object(std::vector<std::pair<Symbol, Value>>{});
  EXPECT_EQ(final_variable_value(variables.at(Symbol("o")), &empty, {}, bench.diags).attribute("a")->as_string(), "d");
  EXPECT_TRUE(bench.diags.empty());
  const Value text = Value::string("x");
  final_variable_value(variables.at(Symbol("n")), &text, {}, bench.diags);
  EXPECT_TRUE(bench.diags.has_errors());
}

TEST(Check, BodiesAgainstTheSchema) {
  Bench bench;
  const Messages found = bench.check_main(R"(resource "aws_thing" "a" {
  nam = "x"
  arn = "x"
  old = "x"
  rule = []
  lable {
  }
  label "x" {
  }
  one {
  }
  one {
  }
  rule {
  }
  ingress {
    prt = 1
  }
}
)");
  // Warnings first: the deprecated argument.
  EXPECT_EQ(found, (Messages{"LNG028 main.tf:4", "HCL012 main.tf:2", "LNG027 main.tf:3", "HCL012 main.tf:5", "HCL013 main.tf:6", "HCL017 main.tf:8",
                             "HCL016 main.tf:12", "HCL014 main.tf:15", "HCL012 main.tf:17", "HCL014 main.tf:19"}));
}

TEST(Check, ReferencesIntoNestedBlocks) {
  Bench bench;
  const Messages found = bench.check_main(R"(resource "aws_thing" "a" {
  name = "x"
  dynamic "rule" {
    for_each = [1]
    content {
      port = rule.value
    }
  }
}
locals {
  fine   = [aws_thing.a.rule[0].port, aws_thing.a.one.x, aws_thing.a.tags["x"], aws_thing.a.ingress]
  set    = aws_thing.a.label[0]
  list   = aws_thing.a.rule.port
  absent = aws_thing.a.rule[0].prt
  itself = rule.value
}
)");
  EXPECT_EQ(found, (Messages{"CFG037 main.tf:12", "CFG037 main.tf:13", "CFG037 main.tf:14", "CFG034 main.tf:15"}));
}

TEST(Load, UnsupportedPiecesAreNamed) {
  Bench bench;
  bench.fake.put_file("/other.tf.json", "{}");
  const Messages found = bench.check_main(
      "ephemeral \"a\" \"b\" {\n}\nterraform {\n  cloud {\n  }\n}\nresource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n  }\n}\n"
      "import {\n  to = terraform_data.a\n  id = \"x\"\n}\nmodule \"m\" {\n  source = \"hashicorp/x/y\"\n}\n");
  EXPECT_EQ(found, (Messages{"GEN002 -", "GEN002 main.tf:1", "GEN002 main.tf:4", "GEN002 main.tf:8", "GEN002 main.tf:11", "GEN002 main.tf:16"}));
}

TEST(Load, TofuFilesTakeThePlaceOfTheirNeighbours) {
  Bench bench;
  bench.fake.put_file("/main.tofu", "locals {\n  x = 1\n}\n");
  EXPECT_EQ(bench.check_main("locals {\n  x = 2\n  y = 3\n}\n"), Messages{});
  EXPECT_EQ(bench.config.root->locals.size(), 1u);
}

TEST(Load, ModuleThatCallsItselfEnds) {
  Bench bench;
  bench.fake.put_file("/m/main.tf", "module \"n\" {\n  source = \"../m\"\n}\n");
  EXPECT_TRUE(bench.check_main("module \"m\" {\n  source = \"./m\"\n}\n") == Messages{"CFG016 m/main.tf:1"});
}

TEST(Install, WritesTheManifestThatTerraformWrites) {
  Bench bench;
  bench.fake.put_file("/mod/main.tf", "module \"s\" {\n  source = \"./sub\"\n}\n");
  bench.fake.put_file("/mod/sub/main.tf", "");
  bench.load_main("module \"b\" {\n  source = \"./mod\"\n}\nmodule \"a\" {\n  source = \"./mod\"\n  count = 2\n}\n");
  ASSERT_TRUE(install_modules(bench.fake.world(), bench.config, ".terraform"));
  EXPECT_EQ(bench.fake.world().files.read(".terraform/modules/modules.json").value(),
            R"({"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"a","Source":"./mod","Dir":"mod"},)"
            R"({"Key":"a.s","Source":"./sub","Dir":"mod/sub"},{"Key":"b","Source":"./mod","Dir":"mod"},{"Key":"b.s","Source":"./sub","Dir":"mod/sub"}]})");
}

TEST(ConfigurationJson, AsTerraformShowsIt) {
  Bench bench;
  bench.fake.put_file("/m/main.tf", "variable \"inp\" {}\noutput \"out\" {\n  value = var.inp\n}\n");
  bench.load_main(R"(variable "b" {}
resource "terraform_data" "x" {
  count = 2
  input = { a = var.b, b = terraform_data.y["k"].output[0], c = "lit" }
  depends_on = [terraform_data.y]
}
resource "terraform_data" "y" {
  for_each = toset(["k"])
  input = "lit"
}
module "m" {
  source = "./m"
  inp = terraform_data.x[0].id
}
output "o" {
  value = module.m.out
  sensitive = true
}
)");
  EXPECT_EQ(configuration_json(bench.config, bench.providers),
            R"({"provider_config":{"terraform":{"name":"terraform","full_name":"terraform.io/builtin/terraform"}},"root_module":{)"
            R"("outputs":{"o":{"sensitive":true,"expression":{"references":["module.m.out","module.m"]}}},)"
            R"("resources":[{"address":"terraform_data.x","mode":"managed","type":"terraform_data","name":"x","provider_config_key":"terraform",)"
            R"("expressions":{"input":{"references":["var.b","terraform_data.y[\"k\"].output[0]","terraform_data.y[\"k\"].output","terraform_data.y[\"k\"]","terraform_data.y"]}},)"
            R"("schema_version":0,"count_expression":{"constant_value":2},"depends_on":["terraform_data.y"]},)"
            R"({"address":"terraform_data.y","mode":"managed","type":"terraform_data","name":"y","provider_config_key":"terraform",)"
            R"("expressions":{"input":{"constant_value":"lit"}},"schema_version":0,"for_each_expression":{"constant_value":["k"]}}],)"
            R"("module_calls":{"m":{"source":"./m","expressions":{"inp":{"references":["terraform_data.x[0].id","terraform_data.x[0]","terraform_data.x"]}},)"
            R"("module":{"outputs":{"out":{"expression":{"references":["var.inp"]}}},"variables":{"inp":{}}}}},"variables":{"b":{}}}})");
}

TEST(Version, Constraints) {
  auto fits = [](std::string_view version, std::string_view constraint) {
    return satisfies(parse_version(version).value(), parse_version_constraint(constraint).value());
  };
  EXPECT_TRUE(fits("1.11.4", "~> 1.2"));
  EXPECT_FALSE(fits("2.0.0", "~> 1.2"));
  EXPECT_TRUE(fits("1.2.9", "~> 1.2.3"));
  EXPECT_FALSE(fits("1.3.0", "~> 1.2.3"));
  EXPECT_TRUE(fits("1.11.4", ">= 1.0, < 2, != 1.11.3"));
  EXPECT_FALSE(fits("1.12.0-beta1", "> 1.11"));
  EXPECT_TRUE(fits("1.12.0-beta1", "1.12.0-beta1"));
  for (const char* wrong : {"", "x", "1.2.3.4", "~>", "1,,2", ">> 1"}) EXPECT_FALSE(parse_version_constraint(wrong)) << wrong;
}

// How long this takes is measured by `./dev bench` (B4); here only that nothing goes wrong with many files.
TEST(Load, TakesFiveThousandBlocksInAHundredFiles) {
  Bench bench;
  for (int f = 0; f < 100; ++f) {
    std::string text;
    for (int i = 0; i < 50; ++i) {
      text += format("resource \"terraform_data\" \"r{0}_{1}\" {{\n  input = {{ a = \"x\", b = local.l{0}, c = \"${{local.l{0}}}-{1}\" }}\n", f, i);
      text += format("  triggers_replace = terraform_data.r{0}_{1}.id\n}}\n", f, (i + 1) % 50);
    }
    text += format("locals {{\n  l{0} = {0}\n}}\n", f);
    bench.fake.put_file(format("/f{}.tf", f), text);
  }
  bench.config = load(bench.fake.world(), bench.sources, {}, bench.diags);
  check(bench.config, bench.providers, bench.sources, bench.diags);
  EXPECT_TRUE(bench.diags.empty());
  EXPECT_EQ(bench.config.root->resources.size(), 5000u);
}

}  // namespace

}  // namespace terrace::config
