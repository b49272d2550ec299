// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/format.h"
#include "sandbox/balancer.h"
#include "sandbox/sandbox.h"
#include "sandbox/simulated.h"
#include "value/convert.h"
#include "value/json.h"
#include "value/path.h"
#include "world/fake_world.h"

namespace terrace::sandbox {
namespace {

using provider::Provider;

/// A provider, and configurations written as JSON.
class SimulatedTest : public testing::Test {
 protected:
  void SetUp() override {
    fake.set_time(*world::parse_rfc3339("2026-01-02T03:04:05Z"));
    shared.reset(new Shared{fake.world(), *Cloud::open(fake.world(), "/cloud"), Faults(fake.world(), "/cloud"), Dice(fake.world().random), "dev"});
    aws = made("hashicorp/aws");
    configure(R"({"region":"us-west-2"})");
  }
  std::unique_ptr<Provider> made(std::string_view source) { return make_simulated(*Pack::embedded(source), shared); }
  void configure(std::string json) { aws->configure(with_block(*aws->schema().provider, std::move(json))); }

  /// A configuration value: what is not written is null, or an empty block.
  static Value with_block(const schema::Block& block, std::string json) {
    auto document = JsonDocument::parse(std::move(json));
    EXPECT_TRUE(document);
    auto value = value_of_json(block, document->root());
    EXPECT_TRUE(value) << value.error().message;
    return *value;
  }
  static Value config(Provider& provider, std::string_view type, std::string json) {
    return with_block(*provider.schema().resource(Symbol(type))->block, std::move(json));
  }
  static Value none(Provider& provider, std::string_view type) { return Value::null(provider.schema().resource(Symbol(type))->block->implied_type); }

  static provider::PlanResponse planned(Provider& provider, std::string_view type, const Value& prior, const Value& config) {
    return provider.plan({Symbol(type), prior, config, config, {}});
  }
  static provider::ApplyResponse applied(Provider& provider, std::string_view type, const Value& prior, const Value& config) {
    const auto plan = planned(provider, type, prior, config);
    EXPECT_TRUE(plan.diagnostics.empty()) << plan.diagnostics.front().detail;
    return provider.apply({Symbol(type), prior, plan.planned, config, {}});
  }
  Value created(std::string_view type, std::string json) {
    auto response = applied(*aws, type, none(*aws, type), config(*aws, type, std::move(json)));
    EXPECT_TRUE(response.diagnostics.empty()) << response.diagnostics.front().detail;
    EXPECT_TRUE(response.state.is_wholly_known());
    return response.state;
  }
  static std::string text(const Value& object, std::string_view name) {
    const Value* value = object.attribute(name);
    if (value == nullptr) return "(absent)";
    return value->is_null() ? "(null)" : value->is_unknown() ? "(unknown)" : value->kind() == Kind::string ? std::string(value->as_string()) : value::simple_json(*value);
  }
  static std::vector<std::string> paths(const std::vector<value::Path>& list) {
    std::vector<std::string> out;
    for (const auto& path : list) out.push_back(value::path_text(path));
    return out;
  }
  std::vector<std::string> errors(std::string_view type, std::string json) {
    std::vector<std::string> out;
    for (const auto& d : aws->validate_resource(Symbol(type), config(*aws, type, std::move(json)))) out.push_back(value::path_text(d.attribute) + ": " + d.detail);
    return out;
  }

  world::FakeWorld fake;
  std::shared_ptr<Shared> shared;
  std::unique_ptr<Provider> aws;
};

TEST_F(SimulatedTest, CreateLeavesComputedUnknownAndFillsDefaults) {
  const Value wanted = config(*aws, "aws_vpc", R"({"cidr_block":"10.0.0.0/16"})");
  const auto plan = planned(*aws, "aws_vpc", none(*aws, "aws_vpc"), wanted);
  EXPECT_EQ(text(plan.planned, "id"), "(unknown)");
  EXPECT_EQ(text(plan.planned, "enable_dns_support"), "true");
  EXPECT_EQ(text(plan.planned, "ipv4_ipam_pool_id"), "(null)");
  EXPECT_TRUE(plan.legacy_type_system);
  const Value made = applied(*aws, "aws_vpc", none(*aws, "aws_vpc"), wanted).state;
  EXPECT_TRUE(text(made, "id").starts_with("vpc-"));
  EXPECT_EQ(text(made, "id").size(), 21u);
  EXPECT_EQ(text(made, "arn"), "arn:aws:ec2:us-west-2:123456789012:vpc/" + text(made, "id"));
  EXPECT_EQ(text(made, "default_route_table_id"), text(made, "main_route_table_id"));
}

TEST_F(SimulatedTest, TheSecondPlanIsEmptyAndReadGivesTheSame) {
  const std::string json = R"({"name":"app","image_id":"ami-1","block_device_mappings":[{"device_name":"/dev/xvda","ebs":[{"volume_type":"gp3","volume_size":20}]}],
    "metadata_options":[{"http_tokens":"required"}],"tag_specifications":[{"resource_type":"instance","tags":{"a":"b"}}]})";
  const Value made = created("aws_launch_template", json);
  EXPECT_EQ(text(made, "latest_version"), "1");
  EXPECT_TRUE(planned(*aws, "aws_launch_template", made, config(*aws, "aws_launch_template", json)).planned.same(made));
  EXPECT_TRUE(aws->read(Symbol("aws_launch_template"), made, {}).state.same(made));
}

TEST_F(SimulatedTest, SetsOfBlocksWithDefaultsConverge) {
  const std::string json = R"({"alarm_name":"a","comparison_operator":"GreaterThanThreshold","evaluation_periods":2,
    "metric_query":[{"id":"q","expression":"m1/m2"},{"id":"m1","metric":[{"metric_name":"x","period":60,"stat":"Sum"}]}]})";
  const Value made = created("aws_cloudwatch_metric_alarm", json);
  EXPECT_TRUE(planned(*aws, "aws_cloudwatch_metric_alarm", made, config(*aws, "aws_cloudwatch_metric_alarm", json)).planned.same(made));
}

TEST_F(SimulatedTest, ContentRaisesTheVersionAndTagsDoNot) {
  const Value made = created("aws_launch_template", R"({"name":"app","image_id":"ami-1"})");
  const Value tagged = config(*aws, "aws_launch_template", R"({"name":"app","image_id":"ami-1","tags":{"a":"b"}})");
  EXPECT_EQ(text(planned(*aws, "aws_launch_template", made, tagged).planned, "latest_version"), "1");
  const Value changed = config(*aws, "aws_launch_template", R"({"name":"app","image_id":"ami-2"})");
  const auto plan = planned(*aws, "aws_launch_template", made, changed);
  EXPECT_EQ(text(plan.planned, "latest_version"), "(unknown)");
  EXPECT_EQ(text(plan.planned, "arn"), text(made, "arn"));
  EXPECT_TRUE(plan.requires_replace.empty());
  EXPECT_EQ(text(applied(*aws, "aws_launch_template", made, changed).state, "latest_version"), "2");
}

TEST_F(SimulatedTest, ReplacesWhereTheOverlaySaysSo) {
  const Value made = created("aws_vpc", R"({"cidr_block":"10.0.0.0/16"})");
  const auto plan = planned(*aws, "aws_vpc", made, config(*aws, "aws_vpc", R"({"cidr_block":"10.9.0.0/16"})"));
  EXPECT_EQ(paths(plan.requires_replace), std::vector<std::string>{".cidr_block"});
  const auto tenancy = planned(*aws, "aws_vpc", made, config(*aws, "aws_vpc", R"({"cidr_block":"10.0.0.0/16","instance_tenancy":"dedicated"})"));
  EXPECT_EQ(paths(tenancy.requires_replace), std::vector<std::string>{".instance_tenancy"});
}

TEST_F(SimulatedTest, AnotherKindOfSourceReplacesARuleAnotherNetworkDoesNot) {
  const Value made = created("aws_vpc_security_group_ingress_rule", R"({"security_group_id":"sg-1","ip_protocol":"tcp","cidr_ipv4":"10.0.0.0/8"})");
  const auto same = planned(*aws, "aws_vpc_security_group_ingress_rule", made,
                            config(*aws, "aws_vpc_security_group_ingress_rule", R"({"security_group_id":"sg-1","ip_protocol":"tcp","cidr_ipv4":"10.1.0.0/16"})"));
  EXPECT_TRUE(same.requires_replace.empty());
  const auto other = planned(*aws, "aws_vpc_security_group_ingress_rule", made,
                             config(*aws, "aws_vpc_security_group_ingress_rule", R"({"security_group_id":"sg-1","ip_protocol":"tcp","referenced_security_group_id":"sg-2"})"));
  EXPECT_EQ(other.requires_replace.size(), 2u);
}

TEST_F(SimulatedTest, JsonThatMeansTheSameIsNoChange) {
  const Value made = created("aws_iam_role", R"({"name":"r","assume_role_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"})");
  const auto plan = planned(*aws, "aws_iam_role", made, config(*aws, "aws_iam_role", R"({"name":"r","assume_role_policy":"{\"Statement\": [], \"Version\": \"2012-10-17\"}"})"));
  EXPECT_TRUE(plan.planned.same(made));
}

TEST_F(SimulatedTest, DefaultTagsAreMergedAndTheResourceWins) {
  configure(R"({"region":"us-west-2","default_tags":[{"tags":{"Team":"a","Layer":"x"}}]})");
  const Value made = created("aws_vpc", R"({"cidr_block":"10.0.0.0/16","tags":{"Layer":"y"}})");
  EXPECT_EQ(text(made, "tags_all"), R"({"Layer":"y","Team":"a"})");
}

TEST_F(SimulatedTest, DefaultTagsUnknownAtPlanAreThereAfterApply) {
  const Value empty = with_block(*aws->schema().provider, R"({"default_tags":[{}]})");
  const Value unknown = value::transform(empty, [](const value::Path& path, const Value& at) {
    return path.size() == 3 && path[2].name == Symbol("tags") ? Value::unknown(Type::map(Type::string())) : at;
  });
  aws->configure(unknown);
  const Value wanted = config(*aws, "aws_vpc", R"({"cidr_block":"10.0.0.0/16","tags":{"a":"b"}})");
  const auto plan = planned(*aws, "aws_vpc", none(*aws, "aws_vpc"), wanted);
  EXPECT_EQ(text(plan.planned, "tags_all"), "(unknown)");
  configure(R"({"default_tags":[{"tags":{"c":"d"}}]})");
  const auto done = aws->apply({Symbol("aws_vpc"), none(*aws, "aws_vpc"), plan.planned, wanted, {}});
  EXPECT_EQ(text(done.state, "tags_all"), R"({"a":"b","c":"d"})");
}

TEST_F(SimulatedTest, AnS3ObjectTakesTenTagsUnlessTheDefaultsAreOverridden) {
  std::string tags;
  for (int i = 0; i < 11; ++i) tags += format("{}\"t{}\":\"v\"", i == 0 ? "" : ",", i);
  configure(format(R"({{"default_tags":[{{"tags":{{{}}}}}]}})", tags));
  const Value plain = config(*aws, "aws_s3_object", R"({"bucket":"b","key":"k","content":"c"})");
  const auto refused = planned(*aws, "aws_s3_object", none(*aws, "aws_s3_object"), plain);
  ASSERT_EQ(refused.diagnostics.size(), 1u);
  EXPECT_EQ(refused.diagnostics[0].summary, "Too many tags");
  const Value made = created("aws_s3_object", R"({"bucket":"b","key":"k","content":"c","override_provider":[{"default_tags":[{"tags":{}}]}]})");
  EXPECT_EQ(text(made, "tags_all"), "{}");
  EXPECT_EQ(text(made, "etag"), "4a8a08f09d37b73795649038408b5f33");
}

TEST_F(SimulatedTest, TheSeedsStorageClassIsRefusedWithAHint) {
  const auto found = errors("aws_s3_bucket_lifecycle_configuration",
                            R"({"bucket":"b","rule":[{"id":"r","status":"Enabled","filter":[{}],"transition":[{"days":30,"storage_class":"STANDARD_INFREQUENT_ACCESS"}]}]})");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("Did you mean \"STANDARD_IA\"?"), std::string::npos) << found[0];
  EXPECT_EQ(found[0].find(".rule[0].transition["), 0u) << found[0];
}

TEST_F(SimulatedTest, ArgumentsThatExcludeOrNeedEachOther) {
  EXPECT_EQ(errors("aws_route", R"({"route_table_id":"rtb-1","destination_cidr_block":"0.0.0.0/0"})").size(), 1u);
  EXPECT_EQ(errors("aws_route", R"({"route_table_id":"rtb-1","destination_cidr_block":"0.0.0.0/0","gateway_id":"igw-1"})").size(), 0u);
  EXPECT_EQ(errors("aws_route", R"({"route_table_id":"rtb-1","destination_cidr_block":"10.0.0.1/8","gateway_id":"igw-1"})").size(), 1u);
  EXPECT_EQ(errors("aws_db_instance", R"({"instance_class":"r5.large","backup_retention_period":40})").size(), 2u);
  EXPECT_EQ(errors("aws_cloudwatch_log_group", R"({"name":"x","retention_in_days":15})").size(), 1u);
}

TEST_F(SimulatedTest, ABucketsNameIsTakenForGood) {
  created("aws_s3_bucket", R"({"bucket":"data-1"})");
  const auto again = applied(*aws, "aws_s3_bucket", none(*aws, "aws_s3_bucket"), config(*aws, "aws_s3_bucket", R"({"bucket":"data-1"})"));
  ASSERT_EQ(again.diagnostics.size(), 1u);
  EXPECT_EQ(value::path_text(again.diagnostics[0].attribute), ".bucket");
  EXPECT_TRUE(again.state.is_null());
}

TEST_F(SimulatedTest, ValuesComeFromOtherObjects) {
  const Value vpc = created("aws_vpc", R"({"cidr_block":"10.0.0.0/16"})");
  const Value subnet = created("aws_subnet", format(R"({{"vpc_id":"{}","cidr_block":"10.0.7.0/24"}})", text(vpc, "id")));
  const Value eip = created("aws_eip", R"({"domain":"vpc"})");
  const Value nat = created("aws_nat_gateway", format(R"({{"subnet_id":"{}","allocation_id":"{}"}})", text(subnet, "id"), text(eip, "id")));
  EXPECT_EQ(text(nat, "public_ip"), text(eip, "public_ip"));
  EXPECT_TRUE(text(nat, "private_ip").starts_with("10.0.7.")) << text(nat, "private_ip");
  const Value balancer = created("aws_lb", format(R"({{"name":"app","subnets":["{}"]}})", text(subnet, "id")));
  EXPECT_EQ(text(balancer, "vpc_id"), text(vpc, "id"));
  EXPECT_TRUE(text(balancer, "arn").ends_with(text(balancer, "arn_suffix")));
}

TEST_F(SimulatedTest, GoneFromTheCloudReadsAsNull) {
  const Value made = created("aws_sns_topic", R"({"name":"t"})");
  ASSERT_TRUE(shared->cloud->remove({"aws_sns_topic", "us-west-2", text(made, "id"), "t"}, ""));
  EXPECT_TRUE(aws->read(Symbol("aws_sns_topic"), made, {}).state.is_null());
}

TEST_F(SimulatedTest, ImportFindsByIdByNameByDocumentedIdAndByAttributes) {
  const Value policy = created("aws_autoscaling_policy", R"({"name":"p","autoscaling_group_name":"g"})");
  for (const char* id : {"p", "g/p", R"({"autoscaling_group_name":"g","name":"p"})"}) {
    const auto imported = aws->import_resource(Symbol("aws_autoscaling_policy"), id);
    ASSERT_EQ(imported.resources.size(), 1u) << id;
    EXPECT_TRUE(imported.resources[0].state.same(policy)) << id;
  }
  EXPECT_EQ(aws->import_resource(Symbol("aws_autoscaling_policy"), "other/p").diagnostics.size(), 1u);
}

TEST_F(SimulatedTest, FaultsBeforeAndAfterTheEffect) {
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "fail-create=aws_sns_topic:once"));
  const Value wanted = config(*aws, "aws_sns_topic", R"({"name":"t"})");
  const auto before = applied(*aws, "aws_sns_topic", none(*aws, "aws_sns_topic"), wanted);
  EXPECT_EQ(before.diagnostics.size(), 1u);
  EXPECT_TRUE(before.state.is_null());
  EXPECT_TRUE(shared->cloud->all()->empty());
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "fail-create=aws_sns_topic:after:once"));
  const auto after = applied(*aws, "aws_sns_topic", none(*aws, "aws_sns_topic"), wanted);
  EXPECT_EQ(after.diagnostics.size(), 1u);
  EXPECT_FALSE(after.state.is_null());
  EXPECT_EQ(shared->cloud->all()->size(), 1u);
}

TEST_F(SimulatedTest, ParameterVersionsRiseWithTheValueAlone) {
  const Value made = created("aws_ssm_parameter", R"({"name":"/a","type":"String","value":"1"})");
  EXPECT_EQ(text(made, "version"), "1");
  EXPECT_EQ(text(made, "arn"), "arn:aws:ssm:us-west-2:123456789012:parameter/a");
  const auto again = applied(*aws, "aws_ssm_parameter", made, config(*aws, "aws_ssm_parameter", R"({"name":"/a","type":"String","value":"2"})"));
  EXPECT_EQ(text(again.state, "version"), "2");
  EXPECT_EQ(text(again.state, "insecure_value"), "2");
}

TEST_F(SimulatedTest, DataSourcesAnswerAlikeEveryTime) {
  const schema::Block& block = *aws->schema().data_source(Symbol("aws_availability_zones"))->block;
  const Value zones = aws->read_data_source(Symbol("aws_availability_zones"), with_block(block, R"({"state":"available"})")).state;
  EXPECT_EQ(text(zones, "names"), R"(["us-west-2a","us-west-2b","us-west-2c","us-west-2d"])");
  EXPECT_EQ(text(zones, "zone_ids"), R"(["usw2-az1","usw2-az2","usw2-az3","usw2-az4"])");
  const schema::Block& parameter = *aws->schema().data_source(Symbol("aws_ssm_parameter"))->block;
  const Value asked = with_block(parameter, R"({"name":"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"})");
  EXPECT_TRUE(aws->read_data_source(Symbol("aws_ssm_parameter"), asked).state.same(aws->read_data_source(Symbol("aws_ssm_parameter"), asked).state));
  EXPECT_FALSE(aws->read_data_source(Symbol("aws_ssm_parameter"), with_block(parameter, R"({"name":"/none"})")).diagnostics.empty());
}

TEST_F(SimulatedTest, RandomValuesAreMadeOnceAndStay) {
  auto random = made("hashicorp/random");
  const Value wanted = config(*random, "random_password", R"({"length":20,"min_numeric":3,"override_special":"_"})");
  const Value first = applied(*random, "random_password", none(*random, "random_password"), wanted).state;
  const std::string secret = text(first, "result");
  EXPECT_EQ(secret.size(), 20u);
  EXPECT_GE(std::count_if(secret.begin(), secret.end(), [](char c) { return c >= '0' && c <= '9'; }), 3);
  EXPECT_EQ(secret.find_first_of("!@#$%"), std::string::npos);
  EXPECT_TRUE(text(first, "bcrypt_hash").starts_with("$2a$10$"));
  EXPECT_TRUE(planned(*random, "random_password", first, wanted).planned.same(first));
  EXPECT_TRUE(random->read(Symbol("random_password"), first, {}).state.same(first));
  EXPECT_TRUE(shared->cloud->all()->empty());
  const auto longer = planned(*random, "random_password", first, config(*random, "random_password", R"({"length":21,"override_special":"_"})"));
  EXPECT_EQ(paths(longer.requires_replace), (std::vector<std::string>{".length", ".min_numeric"}));
}

TEST_F(SimulatedTest, KeysHaveTheirFormats) {
  auto tls = made("hashicorp/tls");
  const Value key = applied(*tls, "tls_private_key", none(*tls, "tls_private_key"), config(*tls, "tls_private_key", R"({"algorithm":"ED25519"})")).state;
  EXPECT_TRUE(text(key, "private_key_pem").starts_with("-----BEGIN PRIVATE KEY-----"));
  EXPECT_TRUE(text(key, "private_key_openssh").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
  EXPECT_TRUE(text(key, "public_key_openssh").starts_with("ssh-ed25519 AAAA"));
}

TEST_F(SimulatedTest, FilesAreWrittenAndGoneWhenDeleted) {
  auto local = made("hashicorp/local");
  const Value wanted = config(*local, "local_file", R"({"filename":"/out/a.txt","content":"hello"})");
  const Value file = applied(*local, "local_file", none(*local, "local_file"), wanted).state;
  EXPECT_EQ(*fake.world().files.read("/out/a.txt"), "hello");
  EXPECT_TRUE(local->read(Symbol("local_file"), file, {}).state.same(file));
  fake.put_file("/out/a.txt", "changed");
  EXPECT_TRUE(local->read(Symbol("local_file"), file, {}).state.is_null());
}

TEST_F(SimulatedTest, OffsetsFollowTheCalendar) {
  auto time = made("hashicorp/time");
  const Value offset = applied(*time, "time_offset", none(*time, "time_offset"), config(*time, "time_offset", R"({"base_rfc3339":"2024-01-31T10:00:00Z","offset_months":1})")).state;
  EXPECT_EQ(text(offset, "rfc3339"), "2024-03-02T10:00:00Z");
  const Value still = applied(*time, "time_static", none(*time, "time_static"), config(*time, "time_static", "{}")).state;
  EXPECT_EQ(text(still, "rfc3339"), "2026-01-02T03:04:05Z");
}

TEST_F(SimulatedTest, BalancersAnswerByTheirTargetGroup) {
  const Value balancer = created("aws_lb", R"({"name":"app"})");
  const Value group = created("aws_lb_target_group", R"({"name":"app-tg","port":80,"protocol":"HTTP","vpc_id":"vpc-1"})");
  created("aws_lb_listener", format(R"({{"load_balancer_arn":"{}","port":80,"protocol":"HTTP","default_action":[{{"type":"forward","target_group_arn":"{}"}}]}})", text(balancer, "arn"), text(group, "arn")));
  const std::string host = text(balancer, "dns_name");
  EXPECT_EQ(answer_request(*shared, host, "/health").status, 200);
  EXPECT_NE(answer_request(*shared, host, "/health").body.find("\"environment\":\"dev\""), std::string::npos);
  EXPECT_EQ(answer_request(*shared, host + ":81", "/health").status, 503);
  EXPECT_EQ(answer_request(*shared, "other.example", "/health").status, 404);
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "unhealthy=aws_lb_target_group.app-tg"));
  EXPECT_EQ(answer_request(*shared, host, "/health").status, 503);
}

TEST_F(SimulatedTest, EveryEmbeddedTypeDecodesAndPlansFromNothing) {
  for (const char* source : {"hashicorp/aws", "hashicorp/random", "hashicorp/null", "hashicorp/time", "hashicorp/local", "hashicorp/tls"}) {
    auto provider = made(source);
    for (Symbol type : provider->schema().resource_names()) {
      const auto* schema = provider->schema().resource(type);
      ASSERT_NE(schema, nullptr) << type.text();
      const Value empty = schema::empty_value(*schema->block);
      const auto plan = provider->plan({type, Value::null(schema->block->implied_type), empty, empty, {}});
      EXPECT_TRUE(plan.planned.type() == schema->block->implied_type) << type.text();
      provider->validate_resource(type, empty);
    }
    for (Symbol type : provider->schema().data_source_names()) ASSERT_NE(provider->schema().data_source(type), nullptr) << type.text();
  }
}

TEST_F(SimulatedTest, StateOfAnOlderSchemaIsTakenOver) {
  const auto upgraded = aws->upgrade_state(Symbol("aws_sns_topic"), 0, R"({"id":"arn:x","name":"t","gone":"1","tags":{"a":"b"}})");
  ASSERT_TRUE(upgraded.diagnostics.empty());
  EXPECT_EQ(text(upgraded.state, "name"), "t");
  EXPECT_EQ(text(upgraded.state, "policy"), "(null)");
  EXPECT_FALSE(aws->upgrade_state(Symbol("aws_sns_topic"), 7, "{}").diagnostics.empty());
}

}  // namespace
}  // namespace terrace::sandbox
