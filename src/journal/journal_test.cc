// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/format.h"
#include "journal/recover.h"
#include "state/file.h"
#include "world/fake_world.h"

namespace terrace::journal {
namespace {

const std::string kPath = "/work/terraform.tfstate.journal";

addrs::Instance instance(std::string_view text) { return *addrs::parse_instance(text); }
addrs::ProviderConfig builtin() { return {{}, addrs::Provider::builtin(), {}}; }
state::ObjectRef object(std::string_view id) {
  Value value = Value::object({{Symbol("id"), Value::string(id)}});
  return *state::make_object(value, value.type(), {});
}
Intent intent(std::string_view address, std::string action = "create") {
  Intent out;
  out.address = instance(address);
  out.provider = builtin();
  out.action = std::move(action);
  out.run = "r1";
  out.planned_identity = R"({"name":"<x>"})";
  return out;
}
Outcome stored(std::uint64_t sequence, state::ObjectRef object) { return {sequence, Outcome::Kind::stored, std::move(object)}; }

struct JournalTest : testing::Test {
  JournalTest() { fake.put_file("/work/.keep", ""); }
  world::FakeWorld fake;
  std::unique_ptr<Journal> open() {
    auto journal = Journal::open(fake.world(), kPath);
    EXPECT_TRUE(journal) << (journal ? "" : journal.error().message);
    return journal ? std::move(*journal) : nullptr;
  }
  std::string text() {
    auto read = fake.world().files.read(kPath);
    return read ? *read : "";
  }
};

TEST_F(JournalTest, reading_leaves_no_trace) {
  open();
  EXPECT_EQ(fake.world().files.stat(kPath).kind, world::FileKind::none);
}

TEST_F(JournalTest, intents_without_outcome_are_doubts_and_outcomes_are_laid_over_the_state) {
  {
    auto journal = open();
    auto a = *journal->intend(intent("t.a[\"k\"]")), b = *journal->intend(intent("t.b", "delete")), c = *journal->intend(intent("t.c"));
    EXPECT_LT(a, b);
    ASSERT_TRUE(journal->conclude(stored(a, object("new"))));
    ASSERT_TRUE(journal->conclude({b, Outcome::Kind::gone, nullptr}));
    (void)c;
  }
  auto journal = open();
  ASSERT_EQ(journal->contents().doubts.size(), 1u);
  EXPECT_EQ(journal->contents().doubts[0].intent.address.text(), "t.c");
  EXPECT_EQ(journal->contents().doubts[0].intent.planned_identity, R"({"name":"<x>"})");
  State state;
  state.set_object(instance("t.b"), builtin(), object("b"));
  auto recovery = recover(state, journal->contents());
  EXPECT_TRUE(recovery.changed);
  EXPECT_EQ(recovery.doubts.size(), 1u);
  EXPECT_TRUE(state::same_object(state.object(instance("t.a[\"k\"]")), object("new")));
  EXPECT_EQ(state.object(instance("t.b")), nullptr);
  EXPECT_FALSE(recover(state, journal->contents()).changed);  // laying them again changes nothing
  // A new run goes on numbering, and settling the doubt ends it.
  auto next = *journal->intend(intent("t.d"));
  EXPECT_GT(next, journal->contents().doubts[0].intent.sequence);
  ASSERT_TRUE(journal->settle(journal->contents().doubts[0].intent.sequence, {0, Outcome::Kind::failed_without_effect, nullptr}));
  EXPECT_FALSE(journal->settle(99, {0, Outcome::Kind::gone, nullptr}));
  EXPECT_EQ(open()->contents().doubts.size(), 1u);
}

TEST_F(JournalTest, create_before_destroy_is_recovered_with_its_deposed_object) {
  {
    auto journal = open();
    auto create = intent("t.a");
    create.deposes = "0a1b2c3d";
    auto sequence = *journal->intend(create);
    ASSERT_TRUE(journal->conclude(stored(sequence, object("new"))));
  }
  State state;
  state.set_object(instance("t.a"), builtin(), object("old"));
  ASSERT_TRUE(recover(state, open()->contents()).changed);
  EXPECT_TRUE(state::same_object(state.object(instance("t.a")), object("new")));
  const auto& deposed = state.find(instance("t.a").abs_resource())->instances.front().deposed;
  ASSERT_EQ(deposed.size(), 1u);
  EXPECT_TRUE(state::same_object(deposed[0].object, object("old")));
}

TEST_F(JournalTest, a_torn_tail_is_dropped_and_a_damaged_middle_is_named) {
  {
    auto journal = open();
    for (auto address : {"t.a", "t.b", "t.c"}) ASSERT_TRUE(journal->intend(intent(address)));
  }
  const std::string whole = text();
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t length = last; length < whole.size(); ++length) {
    fake.put_file(kPath, whole.substr(0, length));
    auto journal = open();
    ASSERT_EQ(journal->contents().doubts.size(), 2u) << length;
    EXPECT_EQ(journal->contents().torn, length != last);
    ASSERT_TRUE(journal->intend(intent("t.d")));
    EXPECT_EQ(open()->contents().doubts.size(), 3u);  // nothing follows the torn tail
  }
  // Every single damaged byte before the last line is found.
  for (std::size_t at = 0; at + 1 < last; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    fake.put_file(kPath, damaged);
    auto journal = Journal::open(fake.world(), kPath);
    ASSERT_FALSE(journal) << at;
    EXPECT_NE(journal.error().message.find("line "), std::string::npos);
  }
}

TEST_F(JournalTest, folding_keeps_what_the_stored_state_did_not_hold) {
  auto journal = open();
  State state;
  auto a = *journal->intend(intent("t.a")), b = *journal->intend(intent("t.b"));
  auto made = object("a");
  ASSERT_TRUE(journal->conclude(stored(a, made)));
  state.set_object(instance("t.a"), builtin(), made);
  auto mark = journal->observe(state);
  const State copy = state;
  ASSERT_TRUE(journal->conclude(stored(b, object("b"))));  // while the copy is being written
  ASSERT_TRUE(journal->snapshot(state::write_state(copy, state::StateFormat::indented), "l", 2, mark));
  ASSERT_TRUE(journal->fold(mark));
  {
    auto again = open();
    ASSERT_EQ(again->contents().unfolded.size(), 1u);
    EXPECT_EQ(again->contents().unfolded[0].first.address.text(), "t.b");
    EXPECT_FALSE(again->contents().snapshot);
  }
  ASSERT_TRUE(journal->fold());
  EXPECT_EQ(fake.world().files.stat(kPath).kind, world::FileKind::none);
  ASSERT_TRUE(journal->intend(intent("t.c")));  // the file comes back
  EXPECT_EQ(open()->contents().doubts.size(), 1u);
}

TEST_F(JournalTest, the_delete_of_a_replacement_is_past_once_its_create_is_stored) {
  auto journal = open();
  State state;
  auto gone = *journal->intend(intent("t.a", "delete"));
  ASSERT_TRUE(journal->conclude({gone, Outcome::Kind::gone, nullptr}));
  auto create = *journal->intend(intent("t.a"));
  auto made = object("a");
  ASSERT_TRUE(journal->conclude(stored(create, made)));
  state.set_object(instance("t.a"), builtin(), made);
  ASSERT_TRUE(journal->fold(journal->observe(state)));
  EXPECT_TRUE(open()->contents().unfolded.empty());
}

TEST_F(JournalTest, a_snapshot_that_reached_the_state_is_not_laid_again) {
  State state;
  state.lineage = "l";
  state.serial = 5;
  {
    auto journal = open();
    auto a = *journal->intend(intent("t.a"));
    ASSERT_TRUE(journal->conclude(stored(a, object("made"))));
    // The run went on to mark the object tainted, which no intent tells of.
    state::Object tainted = *object("made");
    tainted.status = state::ObjectStatus::tainted;
    state.set_object(instance("t.a"), builtin(), std::make_shared<state::Object>(tainted));
    ASSERT_TRUE(journal->snapshot(state::write_state(state, state::StateFormat::indented), "l", 5));
  }
  auto journal = open();
  ASSERT_TRUE(journal->contents().snapshot);
  State stored_state = *state::parse_state(*journal->contents().snapshot);
  EXPECT_FALSE(recover(stored_state, journal->contents()).changed);
  EXPECT_EQ(stored_state.object(instance("t.a"))->status, state::ObjectStatus::tainted);
  // With another content at that serial the outcome counts.
  State other;
  other.lineage = "l";
  other.serial = 5;
  EXPECT_TRUE(recover(other, journal->contents()).changed);
  // A state of another lineage is not touched; the effect is in doubt.
  State foreign;
  foreign.lineage = "m";
  auto recovery = recover(foreign, journal->contents());
  EXPECT_FALSE(recovery.changed);
  EXPECT_EQ(recovery.doubts.size(), 1u);
}

TEST_F(JournalTest, concurrent_records_are_all_durable) {
  auto journal = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto sequence = journal->intend(intent(format("t.a[{}]", t * 100 + i)));
        ASSERT_TRUE(sequence);
        bool concluded = i % 2 != 0 || journal->conclude(stored(*sequence, object("x")));
        bool folded = i % 10 != 9 || journal->fold(0);  // rewrites without forgetting
        ASSERT_TRUE(concluded && folded);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto again = open();
  EXPECT_EQ(again->contents().doubts.size(), 200u);
  EXPECT_EQ(again->contents().unfolded.size(), 200u);
}

/// One run of three effects that stops at the first failed write; `effects` counts what the cloud did.
struct Effects {
  int effects = 0, acknowledged = 0;
  bool failed = false;
  void operator()(Journal& journal) {
    for (int i = 0; i < 3; ++i) {
      auto sequence = journal.intend(intent(format("t.a[{}]", i)));
      if (!sequence) {
        failed = true;
        return;
      }
      ++effects;  // the provider call
      if (!journal.conclude(stored(*sequence, object("x")))) {
        failed = true;
        return;
      }
      ++acknowledged;
    }
  }
};

TEST_F(JournalTest, a_failed_write_loses_no_effect) {
  bool ever_failed = false;
  for (int nth = 0; nth < 20; ++nth) {
    fake.world().files.remove(kPath).value();
    Effects run;
    {
      auto journal = open();
      fake.fail_write(nth, {ErrorKind::no_space, "No space left on device", 28});
      run(*journal);
    }
    fake.fail_write(1 << 20, {ErrorKind::io, "never", 5});
    ever_failed = ever_failed || run.failed;
    auto after = open();
    ASSERT_NE(after, nullptr) << nth;
    State state;
    auto recovery = recover(state, after->contents());
    EXPECT_EQ(run.failed, nth < 13) << nth;
    EXPECT_GE(state.instance_count() + recovery.doubts.size(), static_cast<std::size_t>(run.effects)) << nth;
    EXPECT_GE(state.instance_count(), static_cast<std::size_t>(run.acknowledged)) << nth;
  }
  EXPECT_TRUE(ever_failed);
}

TEST_F(JournalTest, a_fold_heals_what_a_failed_write_broke) {
  auto journal = open();
  auto a = *journal->intend(intent("t.a"));
  fake.fail_write(0, {ErrorKind::no_space, "No space left on device", 28});
  auto refused = journal->conclude(stored(a, object("x")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::no_space);
  EXPECT_FALSE(journal->intend(intent("t.b")));
  ASSERT_TRUE(journal->fold(0));
  ASSERT_TRUE(journal->intend(intent("t.c")));
  auto again = open();
  EXPECT_EQ(again->contents().unfolded.size(), 1u);
  EXPECT_EQ(again->contents().doubts.size(), 1u);
}

TEST_F(JournalTest, a_failed_fold_forgets_nothing) {
  auto journal = open();
  auto a = *journal->intend(intent("t.a"));
  ASSERT_TRUE(journal->intend(intent("t.b")));
  ASSERT_TRUE(journal->conclude(stored(a, object("x"))));
  fake.fail_write(0, {ErrorKind::no_space, "No space left on device", 28});
  EXPECT_FALSE(journal->fold());
  ASSERT_TRUE(journal->intend(intent("t.c")));
  auto again = open();
  EXPECT_EQ(again->contents().unfolded.size(), 1u);
  EXPECT_EQ(again->contents().doubts.size(), 2u);
}

}  // namespace
}  // namespace terrace::journal
