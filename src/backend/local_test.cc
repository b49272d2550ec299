// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "backend/backend.h"
#include "world/fake_world.h"

namespace terrace::backend {
namespace {

struct LocalTest : testing::Test {
  LocalTest() {
    fake.put_file("/w/.keep", "");
    fake.set_time(*world::parse_rfc3339("2026-01-02T03:04:05Z"));
  }
  world::FakeWorld fake;
  world::FileSystem& files() { return fake.world().files; }
  std::unique_ptr<Backend> local(LocalOptions options = {"/w/s.tfstate", "", ""}) { return make_local(fake.world(), std::move(options)); }
  std::string content(std::string_view path) {
    auto text = files().read(path);
    return text ? *text : "(none)";
  }
  LockInfo info() { return {"id-1", "OperationTypeApply", "", "ann@host", "1.11.4", "2026-01-02T03:04:05Z", ""}; }
};

TEST_F(LocalTest, absent_empty_and_present_are_told_apart) {
  auto backend = local();
  EXPECT_TRUE(backend->read()->absent);
  fake.put_file("/w/s.tfstate", "");
  EXPECT_FALSE(backend->read()->absent);
  EXPECT_EQ(backend->read()->text, "");
  fake.put_file("/w/s.tfstate", "{}");
  EXPECT_EQ(backend->read()->text, "{}");
}

TEST_F(LocalTest, writes_only_over_what_was_read) {
  fake.put_file("/w/s.tfstate", "one");
  auto backend = local();
  auto stored = *backend->read();
  auto token = backend->write("two", stored.token);
  ASSERT_TRUE(token);
  EXPECT_EQ(content("/w/s.tfstate"), "two");
  EXPECT_EQ(content("/w/s.tfstate.backup"), "one");
  fake.put_file("/w/s.tfstate", "theirs");
  auto conflict = backend->write("three", *token);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().kind, ErrorKind::conflict);
  EXPECT_EQ(content("/w/s.tfstate"), "theirs");
}

TEST_F(LocalTest, the_backup_is_of_before_the_run) {
  fake.put_file("/w/s.tfstate", "one");
  auto backend = local();
  auto token = *backend->write("two", backend->read()->token);
  token = *backend->write("three", token);
  EXPECT_EQ(content("/w/s.tfstate.backup"), "one");
  auto none = local({"/w/s.tfstate", "-", ""});
  ASSERT_TRUE(none->write("four", token));
  EXPECT_EQ(content("/w/s.tfstate.backup"), "one");
  auto elsewhere = local({"/w/s.tfstate", "/w/b", "/w/out"});
  ASSERT_TRUE(elsewhere->write("five", elsewhere->read()->token));
  EXPECT_EQ(content("/w/s.tfstate"), "four");
  EXPECT_EQ(content("/w/out"), "five");
}

TEST_F(LocalTest, a_failed_write_leaves_the_old_state) {
  for (int nth = 0; nth < 2; ++nth) {  // the backup, the state
    fake.put_file("/w/s.tfstate", "one");
    auto backend = local();
    auto token = backend->read()->token;
    fake.fail_write(nth, {ErrorKind::no_space, "No space left on device", 28});
    auto written = backend->write("two", token);
    ASSERT_FALSE(written) << nth;
    EXPECT_EQ(written.error().kind, ErrorKind::no_space);
    EXPECT_EQ(content("/w/s.tfstate"), "one");
    EXPECT_TRUE(backend->write("two", token));
  }
}

TEST_F(LocalTest, the_lock_names_its_holder_and_leaves_nothing_behind) {
  auto backend = local(), other = local();
  {
    auto lock = backend->lock(info(), {});
    ASSERT_TRUE(lock);
    EXPECT_NE(content("/w/.s.tfstate.lock.info").find(R"("Who":"ann@host")"), std::string::npos);
    EXPECT_TRUE(backend->read()->absent) << "the empty file is the lock's";
    auto refused = other->lock(info(), {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::busy);
    EXPECT_NE(refused.error().message.find("ann@host"), std::string::npos);
    EXPECT_NE(refused.error().message.find("id-1"), std::string::npos);
  }
  EXPECT_EQ(files().stat("/w/s.tfstate").kind, world::FileKind::none);
  EXPECT_EQ(files().stat("/w/.s.tfstate.lock.info").kind, world::FileKind::none);
  {
    auto lock = backend->lock(info(), {});
    ASSERT_TRUE(backend->write("state", backend->read()->token));
  }
  EXPECT_EQ(content("/w/s.tfstate"), "state");
}

TEST_F(LocalTest, an_empty_file_left_by_a_killed_first_run_is_no_torn_state) {
  fake.put_file("/w/s.tfstate", "");
  fake.put_file("/w/.s.tfstate.lock.info", R"({"ID":"x","Operation":"OperationTypeApply","Info":"no state yet","Who":"","Version":"","Created":"","Path":""})");
  EXPECT_TRUE(local()->read()->absent);
  fake.put_file("/w/s.tfstate.journal.snapshot", "there was a state on its way");
  EXPECT_FALSE(local()->read()->absent);
}

TEST_F(LocalTest, waiting_doubles_up_to_the_timeout) {
  auto held = files().try_lock("/w/s.tfstate");
  ASSERT_TRUE(held);
  auto before = fake.world().clock.monotonic();
  EXPECT_FALSE(local()->lock(info(), std::chrono::seconds(40)));
  EXPECT_EQ(fake.world().clock.monotonic() - before, std::chrono::seconds(40));
}

}  // namespace
}  // namespace terrace::backend
