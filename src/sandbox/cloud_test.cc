// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cloud.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/format.h"
#include "sandbox/faults.h"
#include "sandbox/sandbox.h"
#include "world/fake_world.h"
#include "world/os_world.h"

namespace terrace::sandbox {
namespace {

class CloudTest : public testing::Test {
 protected:
  std::shared_ptr<Cloud> opened() {
    auto cloud = Cloud::open(fake.world(), "/cloud");
    EXPECT_TRUE(cloud) << cloud.error().message;
    return *cloud;
  }
  std::string log() { return *fake.world().files.read("/cloud/effects.log"); }
  world::FakeWorld fake;
  const CloudKey vpc{"aws_vpc", "us-west-2", "vpc-1", ""};
  const CloudKey bucket{"aws_s3_bucket", "global", "data", "data"};
};

TEST_F(CloudTest, WhatWasMadeIsThereForTheNextProcess) {
  ASSERT_TRUE(opened()->create(vpc, "dev", R"({"id":"vpc-1"})"));
  const auto found = opened()->read(vpc);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->json, R"({"id":"vpc-1"})");
  EXPECT_EQ((*found)->environment, "dev");
}

TEST_F(CloudTest, TwoProcessesSeeEachOther) {
  auto one = opened(), two = opened();
  ASSERT_TRUE(one->create(bucket, "", "{}"));
  EXPECT_TRUE(two->read(bucket)->has_value());
  ASSERT_TRUE(two->remove(bucket, ""));
  EXPECT_FALSE(one->read(bucket)->has_value());
}

TEST_F(CloudTest, ANameIsGivenOnceOnly) {
  auto cloud = opened();
  ASSERT_TRUE(cloud->create(bucket, "", "{}"));
  const auto again = cloud->create(bucket, "", "{}");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::exists);
  ASSERT_TRUE(cloud->remove(bucket, ""));
  EXPECT_TRUE(cloud->create(bucket, "", "{}"));
}

TEST_F(CloudTest, ARenameInPlaceFreesTheOldName) {
  auto cloud = opened();
  CloudKey now = bucket;
  now.unique = "other";
  ASSERT_TRUE(cloud->create(bucket, "", "{}"));
  ASSERT_TRUE(cloud->update(bucket, now, "", R"({"n":2})"));
  EXPECT_FALSE(cloud->read(bucket)->has_value());
  EXPECT_TRUE(opened()->find("aws_s3_bucket", "global", "other")->has_value());
  EXPECT_TRUE(cloud->create(bucket, "", "{}"));
}

TEST_F(CloudTest, ATornLineNeverHappened) {
  ASSERT_TRUE(opened()->create(vpc, "", "{}"));
  const std::string whole = log();
  fake.put_file("/cloud/effects.log", whole + whole.substr(0, whole.size() / 2));
  auto cloud = opened();
  ASSERT_TRUE(cloud->create(bucket, "", "{}"));
  auto later = opened();
  EXPECT_TRUE(later->read(vpc)->has_value());
  EXPECT_TRUE(later->read(bucket)->has_value());
  EXPECT_EQ(later->all()->size(), 2u);
}

TEST_F(CloudTest, AChangedLineIsNotBelieved) {
  ASSERT_TRUE(opened()->create(vpc, "", R"({"id":"vpc-1"})"));
  std::string text = log();
  text.replace(text.find("vpc-1\"}"), 5, "vpc-9");
  fake.put_file("/cloud/effects.log", text);
  EXPECT_TRUE(opened()->all()->empty());
}

TEST_F(CloudTest, FieldsWithBlanksComeBackWhole) {
  const CloudKey odd{"aws_iam_role", "global", "a b%c", "x\ny"};
  ASSERT_TRUE(opened()->create(odd, "my env", "{}"));
  const auto all = *opened()->all();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].second.id, "a b%c");
  EXPECT_EQ(all[0].second.unique, "x\ny");
  EXPECT_EQ(all[0].second.environment, "my env");
}

TEST_F(CloudTest, DriftChangesWhatIsRead) {
  ASSERT_TRUE(opened()->create(vpc, "", R"({"id":"vpc-1","enable_dns_support":true,"tags":{"a":"1"}})"));
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "drift=vpc-1.enable_dns_support=false"));
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "drift=vpc-1.tags.a=2"));
  const auto found = *opened()->read(vpc);
  EXPECT_EQ(found->json, R"({"id":"vpc-1","enable_dns_support":false,"tags":{"a":"2"}})");
  EXPECT_FALSE(set_fault(fake.world(), "/cloud", "drift=vpc-7.tags.a=2"));
  EXPECT_FALSE(set_fault(fake.world(), "/cloud", "explode=all"));
}

TEST_F(CloudTest, FaultsHoldForLaterCommandsUntilCleared) {
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "fail-create=aws_nat_gateway:after"));
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "slow=aws_db_instance:200ms"));
  Faults faults(fake.world(), "/cloud");
  const auto fail = faults.take(Fault::Kind::fail_create, "aws_nat_gateway", {"nat-1"});
  ASSERT_TRUE(fail);
  EXPECT_TRUE(fail->after);
  EXPECT_EQ(faults.take(Fault::Kind::slow, "aws_db_instance", {})->delay, std::chrono::milliseconds(200));
  EXPECT_FALSE(faults.take(Fault::Kind::fail_create, "aws_vpc", {"vpc-1"}));
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "clear=slow"));
  EXPECT_FALSE(Faults(fake.world(), "/cloud").take(Fault::Kind::slow, "aws_db_instance", {}));
}

TEST_F(CloudTest, AFaultThatActsOnceIsGoneThen) {
  ASSERT_TRUE(set_fault(fake.world(), "/cloud", "fail-create=aws_vpc:once"));
  Faults faults(fake.world(), "/cloud");
  EXPECT_TRUE(faults.take(Fault::Kind::fail_create, "aws_vpc", {}));
  EXPECT_FALSE(faults.take(Fault::Kind::fail_create, "aws_vpc", {}));
}

TEST(FaultMatchTest, MeansTypesNamesAndAddresses) {
  EXPECT_TRUE(fault_matches("aws_lb", "aws_lb", {"x"}));
  EXPECT_TRUE(fault_matches("module.c.aws_lb_target_group.app[0]", "aws_lb_target_group", {"arn:1", "myapp-dev-app"}));
  EXPECT_FALSE(fault_matches("aws_lb_target_group.web", "aws_lb_target_group", {"arn:1", "myapp-dev-app"}));
  EXPECT_TRUE(fault_matches("myapp-*-app", "aws_lb_target_group", {"arn:1", "myapp-dev-app"}));
  EXPECT_FALSE(fault_matches("aws_lb", "aws_lb_listener", {"x"}));
}

/// On the real file system: threads of two stores over one directory lose nothing.
TEST(CloudOnDiskTest, ParallelWritersLoseNothing) {
  world::OsWorld os;
  World& world = os.world();
  const std::string directory = testing::TempDir() + "terrace-cloud-" + world.random.uuid();
  constexpr int kEach = 50;
  {
    auto one = *Cloud::open(world, directory), two = *Cloud::open(world, directory);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const CloudKey key{"aws_vpc", "r", format("vpc-{}-{}", t, i), ""};
          EXPECT_TRUE((t % 2 == 0 ? one : two)->create(key, "", "{}"));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(one->all()->size(), 4u * kEach);
  }
  EXPECT_EQ((*Cloud::open(world, directory))->all()->size(), 4u * kEach);
  EXPECT_TRUE(world.files.remove_tree(directory));
}

}  // namespace
}  // namespace terrace::sandbox
