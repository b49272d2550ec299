// SPDX-License-Identifier: Apache-2.0
#include "addrs/addrs.h"

#include "addrs/reference.h"
#include "hcl/parser.h"

namespace terrace::addrs {
namespace {

TEST(ModuleInstance, OneNodePerPathAndOrder) {
  const ModuleInstance root;
  const auto a0 = root.child(Symbol("a"), InstanceKey(0));
  EXPECT_EQ(a0.node(), root.child(Symbol("a"), InstanceKey(0)).node());
  const auto b = a0.child(Symbol("b"), InstanceKey(Symbol("x\"${y}\n")));
  EXPECT_EQ(b.text(), R"(module.a[0].module.b["x\"$${y}\n"])");
  EXPECT_EQ(b.static_text(), "module.a.module.b");
  EXPECT_EQ(b.parent(), a0);
  EXPECT_TRUE(b.is_within(a0));
  EXPECT_TRUE(b.is_within(root));
  EXPECT_FALSE(a0.is_within(b));
  EXPECT_LT(root, a0);
  EXPECT_LT(root.child(Symbol("z"), {}), b);  // shorter first
  EXPECT_LT(root.child(Symbol("a"), {}), a0);
  EXPECT_LT(a0, root.child(Symbol("a"), InstanceKey(10)));
  EXPECT_LT(root.child(Symbol("a"), InstanceKey(10)), root.child(Symbol("a"), InstanceKey(Symbol("1"))));
  EXPECT_LT(a0.child(Symbol("z"), {}), root.child(Symbol("a"), InstanceKey(1)).child(Symbol("a"), {}));
}

TEST(Parse, RoundTrip) {
  for (std::string_view text :
       {"aws_vpc.main", "aws_vpc.main[0]", "data.aws_ami.x[\"a.b[0]\"]", "module.a.aws_vpc.x",
        R"(module.a["k"].module.b[3].data.t.n["\"\\ \u0001 $${x} %%{y}"])"}) {
    auto parsed = parse_instance(text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->text(), text);
  }
  EXPECT_EQ(parse_instance("resource.aws_vpc.main")->text(), "aws_vpc.main");
  EXPECT_EQ(parse_resource("module.a.aws_vpc.x")->text(), "module.a.aws_vpc.x");
  EXPECT_EQ(parse_module("module.a[\"k\"].module.b")->text(), "module.a[\"k\"].module.b");
}

TEST(Parse, Errors) {
  for (std::string_view text : {"", ".", "aws_vpc", "aws_vpc.", "aws_vpc.main.x", "aws_vpc.main[0][1]", "aws_vpc.main[-1]",
                                "aws_vpc.main[\"a]", "aws_vpc.main[\"a\"", "aws_vpc.main[a]", "module", "module.", "module[0].a",
                                "data.aws_ami", "aws_vpc.*", "0a.b", "aws_vpc.main[\"${x}\"]", "aws_vpc.main[99999999999999999999]",
                                "aws_vpc.main[\"\\x\"]", "aws_vpc..main", "\xff.a", "aws vpc.main"}) {
    EXPECT_FALSE(parse_instance(text)) << text;
  }
  EXPECT_FALSE(parse_instance("module.a"));
  EXPECT_FALSE(parse_resource("aws_vpc.x[0]"));
  EXPECT_FALSE(parse_module("aws_vpc.x"));
}

TEST(Target, Covers) {
  const auto covers = [](std::string_view target, std::string_view instance) {
    return parse_target(target)->covers(*parse_instance(instance));
  };
  EXPECT_TRUE(covers("aws_vpc.x", "aws_vpc.x[3]"));
  EXPECT_FALSE(covers("aws_vpc.x", "module.a.aws_vpc.x"));
  EXPECT_FALSE(covers("aws_vpc.x[0]", "aws_vpc.x[1]"));
  EXPECT_TRUE(covers("module.a", "module.a[1].module.b.aws_vpc.x"));
  EXPECT_FALSE(covers("module.a[0]", "module.a[1].aws_vpc.x"));
  EXPECT_FALSE(covers("module.a", "aws_vpc.x"));
  EXPECT_FALSE(covers("module.a.module.b", "module.a[0].module.b.aws_vpc.x"));
}

TEST(Provider, Parse) {
  EXPECT_EQ(parse_provider("aws")->text(), "registry.terraform.io/hashicorp/aws");
  EXPECT_EQ(parse_provider("terraform")->text(), "terraform.io/builtin/terraform");
  EXPECT_EQ(parse_provider("Foo/bar")->display(), "foo/bar");
  EXPECT_EQ(parse_provider("example.com:8080/foo/bar")->display(), "example.com:8080/foo/bar");
  for (std::string_view text : {"", "/", "a/b/c/d", "hashicorp/terraform-provider-aws", "-/aws", "a b/c", "nohost/a/b", "a//b"}) {
    EXPECT_FALSE(parse_provider(text)) << text;
  }
  for (std::string_view text : {"provider[\"registry.terraform.io/hashicorp/aws\"]", "provider[\"registry.terraform.io/hashicorp/aws\"].west",
                                "module.a[\"k\"].provider[\"terraform.io/builtin/terraform\"].x"}) {
    auto parsed = parse_provider_config(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->text(), text);
  }
  EXPECT_FALSE(parse_provider_config("provider[\"aws\""));
  EXPECT_FALSE(parse_provider_config("aws"));
  EXPECT_FALSE(parse_provider_config("provider[\"aws\"].a.b"));
}

struct Case {
  std::string_view expression, text;
  std::size_t consumed;
};
TEST(Reference, Subjects) {
  for (const Case& c : {Case{"var.a.b", "var.a", 1}, {"local.a[0]", "local.a", 1}, {"module.m.out.x", "module.m.out", 2},
                        {"module.m[\"k\"].out", "module.m[\"k\"].out", 3}, {"module.m", "module.m", 1},
                        {"data.t.n.x", "data.t.n", 2}, {"data.t.n[1].x", "data.t.n[1]", 3}, {"aws_vpc.main[0].id", "aws_vpc.main[0]", 2},
                        {"aws_vpc.main.id", "aws_vpc.main", 1}, {"resource.t.n[\"a\"]", "t.n[\"a\"]", 3}, {"self.x", "self", 0},
                        {"each.value.a", "each.value", 1}, {"tofu.workspace", "terraform.workspace", 1}, {"aws_vpc.main[1.5]", "aws_vpc.main", 1}}) {
    SourceFiles sources;
    Diagnostics diags;
    auto parsed = hcl::parse_expression(sources, sources.add("t", std::string(c.expression)), diags);
    const auto* traversal = hcl::as_traversal(*parsed.expr);
    ASSERT_NE(traversal, nullptr) << c.expression;
    auto reference = parse_reference(*traversal, diags);
    ASSERT_TRUE(reference) << c.expression;
    EXPECT_EQ(reference->text(), c.text);
    EXPECT_EQ(reference->consumed, c.consumed) << c.expression;
  }
}
TEST(Reference, Errors) {
  for (std::string_view text : {"var", "local[0]", "module", "data.x", "aws_vpc", "resource.x", "foo[0]", "path"}) {
    SourceFiles sources;
    Diagnostics diags;
    auto parsed = hcl::parse_expression(sources, sources.add("t", std::string(text)), diags);
    ASSERT_FALSE(diags.has_errors());
    EXPECT_FALSE(parse_reference(*hcl::as_traversal(*parsed.expr), diags)) << text;
    EXPECT_EQ(diags.take().at(0).code, DiagCode::invalid_reference);
  }
}

}  // namespace
}  // namespace terrace::addrs
