// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world/fake_world.h"
#include "world/os_world.h"
#include "world/world.h"

namespace terrace::world {
namespace {

using namespace std::chrono_literals;

TEST(Paths, FollowGo) {
  EXPECT_EQ(clean_path(""), ".");
  EXPECT_EQ(clean_path("/.."), "/");
  EXPECT_EQ(clean_path("a//b/./../c/"), "a/c");
  EXPECT_EQ(clean_path("../../a/.."), "../..");
  EXPECT_EQ(clean_path("/a/../../b"), "/b");
  EXPECT_EQ(join_path("a/b", "c"), "a/b/c");
  EXPECT_EQ(join_path("a", "/c"), "/c");
  EXPECT_EQ(join_path("", "c"), "c");
  EXPECT_EQ(join_path("a", ""), "a");
  EXPECT_EQ(base_name("a/b/"), "b");
  EXPECT_EQ(base_name("/"), "/");
  EXPECT_EQ(base_name(""), ".");
  EXPECT_EQ(dir_name("a"), ".");
  EXPECT_EQ(dir_name("/a"), "/");
  EXPECT_EQ(dir_name("a/b/"), "a/b");
  EXPECT_EQ(relative_path("/a/b", "/a/c/d"), "../c/d");
  EXPECT_EQ(relative_path("/a/b", "/a/bc"), "../bc");
  EXPECT_EQ(relative_path(".", "x"), "x");
  EXPECT_EQ(relative_path("x/y", "x"), "..");
  EXPECT_EQ(relative_path("/", "/a"), "a");
  EXPECT_EQ(relative_path("a", "a/"), ".");
}

TEST(Time, RoundTripsAndRefuses) {
  auto t = parse_rfc3339("2024-02-29T23:59:59Z");
  ASSERT_TRUE(t);
  EXPECT_EQ(rfc3339(*t), "2024-02-29T23:59:59Z");
  EXPECT_EQ(rfc3339(*parse_rfc3339("2024-01-01T01:00:00.5+02:30")), "2023-12-31T22:30:00Z");
  EXPECT_EQ((*parse_rfc3339("2024-01-01T00:00:00.25Z") - *parse_rfc3339("2024-01-01T00:00:00Z")).count(), 250'000'000);
  for (const char* bad : {"", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01 00:00:00Z",
                          "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0100", "0001-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

/// Both implementations must agree on what the interface promises.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/terrace-world-XXXXXX";
    directory_ = mkdtemp(name);
    ASSERT_TRUE(fake_.world().files.make_directories(directory_).has_value());
  }
  void TearDown() override { EXPECT_TRUE(os_.world().files.remove_tree(directory_).has_value()); }
  void on_both(const std::function<void(FileSystem&)>& test) {
    {
      SCOPED_TRACE("os");
      test(os_.world().files);
    }
    SCOPED_TRACE("fake");
    test(fake_.world().files);
  }
  std::string path(std::string_view name) const { return join_path(directory_, name); }
  OsWorld os_;
  FakeWorld fake_;
  std::string directory_;
};

TEST_F(Files, WriteReadListRemove) {
  on_both([&](FileSystem& files) {
    EXPECT_EQ(files.read(path("none")).error().kind, ErrorKind::not_found);
    EXPECT_EQ(files.read(directory_).error().kind, ErrorKind::invalid);
    EXPECT_EQ(files.write_atomic(path("no/file"), "x", Mode600::shared).error().kind, ErrorKind::not_found);
    ASSERT_TRUE(files.make_directories(path("d/e")).has_value());
    ASSERT_TRUE(files.make_directories(path("d/e")).has_value());
    ASSERT_TRUE(files.write_atomic(path("d/b"), "one", Mode600::shared).has_value());
    ASSERT_TRUE(files.write_atomic(path("d/b"), "two", Mode600::shared).has_value());
    ASSERT_TRUE(files.write_in_place(path("d/a"), "a longer text", Mode600::secret).has_value());
    ASSERT_TRUE(files.write_in_place(path("d/a"), "short", Mode600::secret).has_value());
    EXPECT_EQ(*files.read(path("d/b")), "two");
    EXPECT_EQ(*files.read(path("d/a")), "short");
    EXPECT_EQ(*files.read_from(path("d/a"), 2), "ort");
    EXPECT_EQ(*files.read_from(path("d/a"), 20), "");
    EXPECT_EQ(files.read(path("d/a"), 4).error().kind, ErrorKind::invalid);
    EXPECT_EQ(files.read(path("d/a"), 5).value(), "short");
    auto listed = *files.list(path("d"));
    ASSERT_EQ(listed.size(), 3u);  // no temporary file is left behind
    EXPECT_EQ(listed[0].name, "a");
    EXPECT_EQ(listed[2].kind, FileKind::directory);
    EXPECT_EQ(files.stat(path("d/a")).size, 5u);
    EXPECT_EQ(files.stat(path("d/zz")).kind, FileKind::none);
    ASSERT_TRUE(files.rename(path("d"), path("f")).has_value());
    EXPECT_EQ(*files.read(path("f/a")), "short");
    EXPECT_EQ(files.stat(path("f/e")).kind, FileKind::directory);
    EXPECT_TRUE(files.remove(path("f/a")).has_value());
    EXPECT_TRUE(files.remove(path("f/a")).has_value());
    EXPECT_TRUE(files.remove_tree(path("f")).has_value());
    EXPECT_EQ(files.stat(path("f")).kind, FileKind::none);
    EXPECT_TRUE(files.remove_tree(path("f")).has_value());
  });
}

TEST_F(Files, AppendKeepsWhatIsThere) {
  on_both([&](FileSystem& files) {
    for (const char* text : {"one\n", "two\n"}) {
      auto log = files.open_append(path("log"), Mode600::secret);
      ASSERT_TRUE(log.has_value());
      EXPECT_TRUE((*log)->append(text).has_value());
      EXPECT_TRUE((*log)->sync().has_value());
    }
    EXPECT_EQ(*files.read(path("log")), "one\ntwo\n");
  });
}

TEST_F(Files, LockExcludesAndEnds) {
  on_both([&](FileSystem& files) {
    auto lock = files.try_lock(path("state"));
    ASSERT_TRUE(lock.has_value());
    EXPECT_EQ(files.try_lock(path("state")).error().kind, ErrorKind::busy);
    EXPECT_TRUE(files.write_in_place(path("state"), "{}", Mode600::secret).has_value());
    EXPECT_EQ(*files.read(path("state")), "{}");
    EXPECT_EQ(files.open_append(path("state"), Mode600::secret).error().kind, ErrorKind::busy);
    lock->reset();
    EXPECT_TRUE(files.try_lock(path("state")).has_value());
  });
}

/// 0 when another process can lock the file, 1 when not.
int lock_from_outside(World& world, const std::string& path) {
  ProcessSpec spec;
  spec.argv = {"/usr/bin/python3", "-c",
               "import fcntl,sys\nf=open(sys.argv[1],'r+')\n"
               "try: fcntl.lockf(f,fcntl.LOCK_EX|fcntl.LOCK_NB)\nexcept OSError: sys.exit(1)", path};
  return world.processes.run(spec)->exit_code;
}

TEST_F(Files, LockSurvivesReadingAndWritingTheFile) {
  if (access("/usr/bin/python3", X_OK) != 0) GTEST_SKIP() << "python3 is not installed";
  World& world = os_.world();
  auto lock = world.files.try_lock(path("state"));
  ASSERT_TRUE(lock.has_value());
  ASSERT_TRUE(world.files.write_in_place(path("state"), "{}", Mode600::secret).has_value());
  EXPECT_EQ(*world.files.read(path("state")), "{}");
  EXPECT_EQ(lock_from_outside(world, path("state")), 1);
  lock->reset();
  EXPECT_EQ(lock_from_outside(world, path("state")), 0);
}

TEST_F(Files, ModesLinksAndInodes) {
  FileSystem& files = os_.world().files;
  struct stat info;
  ASSERT_TRUE(files.write_atomic(path("secret"), "x", Mode600::secret).has_value());
  ASSERT_EQ(::stat(path("secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::chmod(path("secret").c_str(), 0640), 0);
  ASSERT_EQ(::symlink("secret", path("link").c_str()), 0);
  ASSERT_TRUE(files.write_atomic(path("link"), "through", Mode600::shared).has_value());
  ASSERT_EQ(::lstat(path("link").c_str(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  EXPECT_EQ(*files.read(path("secret")), "through");
  ASSERT_EQ(::stat(path("secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  ino_t before = info.st_ino;
  ASSERT_TRUE(files.write_in_place(path("secret"), "in place", Mode600::secret).has_value());
  ASSERT_EQ(::stat(path("secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_ino, before);
  // A tree is removed without what its links lead to.
  ASSERT_TRUE(files.make_directories(path("tree/sub")).has_value());
  ASSERT_EQ(::symlink(path("secret").c_str(), path("tree/sub/out").c_str()), 0);
  ASSERT_TRUE(files.remove_tree(path("tree")).has_value());
  EXPECT_EQ(*files.read(path("secret")), "in place");
  EXPECT_EQ(files.absolute(path("link")), files.absolute(path("secret")));
  EXPECT_EQ(base_name(files.absolute(path("not/yet"))), "yet");
}

TEST_F(Files, FullDiskKeepsTheOldBytes) {
  FileSystem& files = os_.world().files;
  EXPECT_EQ(files.open_append("/dev/full", Mode600::shared).value()->append("x").error().kind, ErrorKind::no_space);
  fake_.fail_write(1, {ErrorKind::no_space, "full"});
  FileSystem& fake = fake_.world().files;
  EXPECT_TRUE(fake.write_atomic(path("a"), "1", Mode600::shared).has_value());
  EXPECT_EQ(fake.write_atomic(path("a"), "2", Mode600::shared).error().kind, ErrorKind::no_space);
  EXPECT_EQ(*fake.read(path("a")), "1");
  EXPECT_TRUE(fake.write_atomic(path("a"), "3", Mode600::shared).has_value());
}

ProcessSpec shell(std::string script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", std::move(script)};
  spec.env = {{"PATH", "/usr/bin:/bin"}, {"WORD", "hello"}};
  return spec;
}

TEST(OsProcesses, StreamsEnvironmentAndExitCode) {
  OsWorld os;
  ProcessSpec spec = shell("cat; echo $WORD; pwd; printf 'a\\nb' >&2; exit 3");
  spec.input = std::string(200'000, 'x') + "\n";
  spec.directory = "/";
  std::vector<std::string> lines;
  spec.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  auto result = os.world().processes.run(spec);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->out, spec.input + "hello\n/\n");
  EXPECT_EQ(result->err, "a\nb");
  EXPECT_NE(std::find(lines.begin(), lines.end(), "hello"), lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "b"), lines.end());
}

TEST(OsProcesses, CapsOutputAndReportsFailures) {
  OsWorld os;
  ProcessSpec spec = shell("head -c 100000 /dev/zero");
  spec.max_output = 1000;
  auto result = os.world().processes.run(spec);
  EXPECT_EQ(result->out.size(), 1000u);
  EXPECT_TRUE(result->truncated);
  EXPECT_EQ(result->exit_code, 0);
  spec.argv = {"no-such-program"};
  EXPECT_EQ(os.world().processes.run(spec).error().kind, ErrorKind::not_found);
  spec.argv = {"/"};
  EXPECT_EQ(os.world().processes.run(spec).error().kind, ErrorKind::permission);
  spec = shell("true");
  spec.directory = "/no/such/place";
  EXPECT_EQ(os.world().processes.run(spec).error().kind, ErrorKind::not_found);
  EXPECT_EQ(os.world().processes.run(shell("kill -KILL $$"))->exit_code, 137);
}

TEST(OsProcesses, TimeoutEndsTheWholeGroup) {
  OsWorld os;
  ProcessSpec spec = shell("sleep 60 & sleep 60; echo not reached");
  spec.timeout = 100ms;
  auto start = os.world().clock.monotonic();
  auto result = os.world().processes.run(spec);
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->exit_code, 128 + 15);
  EXPECT_EQ(result->out, "");
  EXPECT_LT(os.world().clock.monotonic() - start, 5s);
}

TEST(OsWorld, RandomClockEnvironment) {
  OsWorld os;
  World& world = os.world();
  EXPECT_NE(world.random.bytes(16), world.random.bytes(16));
  std::string id = world.random.uuid();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_GT(world.clock.now(), *parse_rfc3339("2024-01-01T00:00:00Z"));
  EXPECT_FALSE(world.user.empty());
  EXPECT_FALSE(world.hostname.empty());
  EXPECT_EQ(world.variable("TERRACE_NO_SUCH_VARIABLE"), "");
  auto refused = world.http.connect("127.0.0.1", 1, 2s);
  EXPECT_FALSE(refused.has_value());
}

TEST(FakeWorld, ScriptsAndClock) {
  FakeWorld fake;
  World& world = fake.world();
  TimePoint before = world.clock.now();
  world.clock.sleep(5s);
  EXPECT_EQ(world.clock.now() - before, 5s);
  fake.type_line("yes");
  EXPECT_TRUE(world.terminal.can_prompt());
  EXPECT_EQ(world.terminal.read_line(), "yes");
  EXPECT_EQ(world.terminal.read_line(), std::nullopt);
  world.terminal.write(Stream::err, "oops");
  EXPECT_EQ(fake.output(Stream::err), "oops");
  fake.interrupt();
  EXPECT_EQ(world.interrupts.count(), 1);
  fake.on_http([](const HttpRequest& request) -> Result<HttpResponse> {
    return HttpResponse{request.method == "GET" ? 200 : 405, "ok", {}};
  });
  EXPECT_EQ(world.http.send({})->status, 200);
}

}  // namespace
}  // namespace terrace::world
