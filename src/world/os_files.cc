// SPDX-License-Identifier: Apache-2.0
// Files on Linux. POSIX record locks vanish when *any* descriptor of the file is closed in the process, so a
// locked file has exactly one descriptor here, and every read and in-place write of it goes through that one.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <shared_mutex>

#include "base/format.h"
#include "base/strings.h"
#include "world/os_internal.h"

namespace terrace::world {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}
void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

ErrorKind error_kind(int code) {
  switch (code) {
    case ENOENT: case ENOTDIR: return ErrorKind::not_found;
    case EEXIST: case ENOTEMPTY: return ErrorKind::exists;
    case EACCES: case EPERM: case EROFS: return ErrorKind::permission;
    case ENOSPC: case EDQUOT: case EFBIG: return ErrorKind::no_space;
    case EAGAIN: case EBUSY: case ETXTBSY: return ErrorKind::busy;
    case ETIMEDOUT: return ErrorKind::timeout;
    case EISDIR: case EINVAL: case ENAMETOOLONG: case ELOOP: return ErrorKind::invalid;
    case ENOSYS: case ENOTSUP: return ErrorKind::unsupported;
    case ECANCELED: return ErrorKind::cancelled;
    default: return ErrorKind::io;
  }
}

Error os_error(std::string_view what, int code) {
  char buffer[256];
  const char* text = strerror_r(code, buffer, sizeof buffer);
  return {error_kind(code), format("{}: {}", what, text), code};
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view what) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error(what, errno);
    if (n == 0) return os_error(what, EIO);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

namespace {

Result<void> write_at(int fd, std::string_view bytes, off_t at, std::string_view what) {
  while (!bytes.empty()) {
    ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return os_error(what, n < 0 ? errno : EIO);
    at += n;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

int open_retry(const std::string& path, int flags, mode_t mode = 0) {
  int fd;
  do fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

mode_t mode_bits(Mode600 mode) { return mode == Mode600::secret ? 0600 : 0666; }

/// A failed fsync is reported and never tried again: the kernel may already have dropped the dirty pages.
Result<void> sync_descriptor(int fd, std::string_view what) {
  if (::fsync(fd) != 0) return os_error(what, errno);
  return {};
}
/// Makes a rename or a new name durable. File systems that cannot sync directories say EINVAL.
Result<void> sync_directory(const std::string& directory) {
  Descriptor fd(open_retry(directory, O_RDONLY | O_DIRECTORY));
  if (!fd) return os_error(directory, errno);
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) return os_error(directory, errno);
  return {};
}

Result<std::string> read_descriptor(int fd, std::uint64_t offset, std::uint64_t max_bytes, std::string_view what) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return os_error(what, errno);
  if (S_ISDIR(info.st_mode)) return os_error(what, EISDIR);
  bool regular = S_ISREG(info.st_mode);
  auto too_large = [&] {
    return Error{ErrorKind::invalid, format("{}: larger than the limit of {} bytes", what, max_bytes), EFBIG};
  };
  auto size = static_cast<std::uint64_t>(info.st_size);
  if (regular && size > offset && size - offset > max_bytes) return too_large();
  std::string out;
  // One byte more than expected, so that the ordinary file ends with one read that returns 0.
  std::size_t step = regular && size > offset ? static_cast<std::size_t>(size - offset) + 1 : std::size_t{64} << 10;
  std::size_t used = 0;
  for (;;) {
    if (out.size() < used + step) out.resize(used + step);
    ssize_t n = regular ? ::pread(fd, out.data() + used, out.size() - used, static_cast<off_t>(offset + used))
                        : ::read(fd, out.data() + used, out.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error(what, errno);
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
    if (used > max_bytes) return too_large();
    step = std::size_t{64} << 10;
  }
  out.resize(used);
  return out;
}

/// Content first, then the length: a full disk is noticed by fallocate before the old bytes are touched.
Result<void> rewrite(int fd, std::string_view bytes, std::string_view what) {
  if (!bytes.empty()) {
    int rc;
    do rc = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes.size()));
    while (rc != 0 && errno == EINTR);
    if (rc != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) return os_error(what, errno);
  }
  // New bytes over old ones could make a text that reads well and was never written. Until all of it is there the
  // file starts with a byte that no text has; what fits a sector needs no such care.
  const bool guarded = bytes.size() > 512;
  if (guarded) {
    TRY(write_at(fd, std::string_view("\0", 1), 0, what));
    TRY(sync_descriptor(fd, what));
  }
  TRY(write_at(fd, bytes.substr(guarded ? 1 : 0), guarded ? 1 : 0, what));
  int rc;
  do rc = ::ftruncate(fd, static_cast<off_t>(bytes.size()));
  while (rc != 0 && errno == EINTR);
  if (rc != 0) return os_error(what, errno);
  TRY(sync_descriptor(fd, what));
  if (!guarded) return {};
  TRY(write_at(fd, bytes.substr(0, 1), 0, what));
  return sync_descriptor(fd, what);
}

class OsAppendFile : public AppendFile {
 public:
  OsAppendFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<void> append(std::string_view bytes) override { return write_all(fd_.get(), bytes, path_); }
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return os_error(path_, errno);
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

struct FileKey {
  dev_t device;
  ino_t inode;
  auto operator<=>(const FileKey&) const = default;
};

/// The files this process holds locked. Ordinary opens hold the mutex shared from open to close, so that no
/// descriptor of a file is closed after the file became locked.
struct LockTable {
  std::shared_mutex mutex;
  std::map<FileKey, int> held;
  int find(const std::string& path) const {
    struct stat info;
    if (held.empty() || ::stat(path.c_str(), &info) != 0) return -1;
    auto it = held.find({info.st_dev, info.st_ino});
    return it == held.end() ? -1 : it->second;
  }
};

class OsFileLock : public FileLock {
 public:
  OsFileLock(std::shared_ptr<LockTable> table, FileKey key) : table_(std::move(table)), key_(key) {}
  ~OsFileLock() override {
    std::unique_lock guard(table_->mutex);
    auto it = table_->held.find(key_);
    ::close(it->second);  // closing releases the lock
    table_->held.erase(it);
  }

 private:
  std::shared_ptr<LockTable> table_;
  FileKey key_;
};

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  return FileKind::other;
}

class OsFileSystem : public FileSystem {
 public:
  explicit OsFileSystem(Random& random) : random_(random), locks_(std::make_shared<LockTable>()) {}

  Result<std::string> read(std::string_view path, std::uint64_t max_bytes) override {
    return read_part(std::string(path), 0, max_bytes);
  }
  Result<std::string> read_from(std::string_view path, std::uint64_t offset) override {
    return read_part(std::string(path), offset, std::uint64_t{4} << 30);
  }

  FileInfo stat(std::string_view path) override {
    struct stat info;
    if (::stat(std::string(path).c_str(), &info) != 0) return {};
    auto modified = std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
    return {kind_of(info.st_mode), static_cast<std::uint64_t>(info.st_size), TimePoint(modified)};
  }

  Result<std::vector<DirectoryEntry>> list(std::string_view directory) override {
    std::string name(directory);
    std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(name.c_str()), ::closedir);
    if (!handle) return os_error(name, errno);
    std::vector<DirectoryEntry> entries;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(handle.get());
      if (entry == nullptr) break;
      std::string_view entry_name = entry->d_name;
      if (entry_name == "." || entry_name == "..") continue;
      struct stat info;
      FileKind kind = FileKind::other;
      if (entry->d_type == DT_REG) {
        kind = FileKind::regular;
      } else if (entry->d_type == DT_DIR) {
        kind = FileKind::directory;
      } else if (::fstatat(::dirfd(handle.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        kind = kind_of(info.st_mode);
      }
      entries.push_back({std::string(entry_name), kind});
    }
    if (errno != 0) return os_error(name, errno);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  Result<void> write_atomic(std::string_view path, std::string_view bytes, Mode600 mode) override {
    std::string target = link_target(std::string(path));
    std::string directory = dir_name(target);
    std::string temporary = format("{}/.{}.{}", directory, base_name(target), base::hex(random_.bytes(8)));
    Descriptor fd(open_retry(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode_bits(mode)));
    if (!fd) return os_error(path, errno);
    auto written = [&]() -> Result<void> {
      struct stat old;
      if (mode == Mode600::shared && ::stat(target.c_str(), &old) == 0) {
        if (S_ISDIR(old.st_mode)) return os_error(path, EISDIR);
        // Refusal (a file system without modes) leaves the default mode, which is harmless.
        (void)!::fchmod(fd.get(), old.st_mode & 07777);
      }
      TRY(write_all(fd.get(), bytes, path));
      TRY(sync_descriptor(fd.get(), path));
      if (::rename(temporary.c_str(), target.c_str()) != 0) return os_error(path, errno);
      return {};
    }();
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
    return sync_directory(directory);
  }

  Result<void> write_in_place(std::string_view path, std::string_view bytes, Mode600 mode) override {
    std::string name(path);
    std::shared_lock guard(locks_->mutex);
    if (int held = locks_->find(name); held >= 0) return rewrite(held, bytes, path);
    bool fresh = ::access(name.c_str(), F_OK) != 0;
    Descriptor fd(open_retry(name, O_WRONLY | O_CREAT, mode_bits(mode)));
    if (!fd) return os_error(path, errno);
    TRY(rewrite(fd.get(), bytes, path));
    if (fresh) return sync_directory(dir_name(name));
    return {};
  }

  Result<std::unique_ptr<AppendFile>> open_append(std::string_view path, Mode600 mode) override {
    std::string name(path);
    std::shared_lock guard(locks_->mutex);
    if (locks_->find(name) >= 0) return Error{ErrorKind::busy, format("{}: locked by this process", path)};
    bool fresh = ::access(name.c_str(), F_OK) != 0;
    Descriptor fd(open_retry(name, O_WRONLY | O_CREAT | O_APPEND, mode_bits(mode)));
    if (!fd) return os_error(path, errno);
    if (fresh) TRY(sync_directory(dir_name(name)));
    return std::unique_ptr<AppendFile>(std::make_unique<OsAppendFile>(std::move(fd), std::move(name)));
  }

  Result<void> make_directories(std::string_view path, Mode600 mode) override {
    std::string full = clean_path(path);
    std::size_t at = 0;
    do {
      at = full.find('/', at + 1);
      std::string part = full.substr(0, at);
      if (::mkdir(part.c_str(), mode == Mode600::secret ? 0700 : 0777) == 0) continue;
      int code = errno;
      // An unwritable or read-only parent reports EACCES or EROFS even for what exists.
      struct stat info;
      if (::stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
      return os_error(part, code);
    } while (at != std::string::npos);
    return {};
  }

  Result<void> remove(std::string_view path) override {
    std::string name(path);
    if (::unlink(name.c_str()) == 0 || errno == ENOENT) return {};
    if ((errno == EISDIR || errno == EPERM) && ::rmdir(name.c_str()) == 0) return {};
    return os_error(path, errno);
  }

  Result<void> remove_tree(std::string_view path) override {
    std::string name = clean_path(path);
    if (::unlink(name.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
    if (errno != EISDIR && errno != EPERM) return os_error(path, errno);
    Descriptor parent(open_retry(dir_name(name), O_RDONLY | O_DIRECTORY));
    if (!parent) return os_error(path, errno);
    return remove_directory(parent.get(), base_name(name), name, 0);
  }

  Result<void> rename(std::string_view from, std::string_view to) override {
    std::string target(to);
    if (::rename(std::string(from).c_str(), target.c_str()) != 0) return os_error(from, errno);
    return sync_directory(dir_name(target));
  }

  Result<std::unique_ptr<FileLock>> try_lock(std::string_view path) override {
    std::string name(path);
    std::unique_lock guard(locks_->mutex);
    auto busy = [&] { return Error{ErrorKind::busy, format("{}: locked by another process", path), EAGAIN}; };
    if (locks_->find(name) >= 0) return busy();
    Descriptor fd(open_retry(name, O_RDWR | O_CREAT, 0600));
    if (!fd) return os_error(path, errno);
    struct stat info;
    if (::fstat(fd.get(), &info) != 0) return os_error(path, errno);
    FileKey key{info.st_dev, info.st_ino};
    if (locks_->held.count(key) != 0) {
      fd.release();  // renamed onto a locked file since find(): closing would drop that lock, a leak does not
      return busy();
    }
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_SETLK, &range) != 0) {
      if (errno == EAGAIN || errno == EACCES) return busy();
      return os_error(path, errno);
    }
    locks_->held[key] = fd.release();
    return std::unique_ptr<FileLock>(std::make_unique<OsFileLock>(locks_, key));
  }

  std::string cwd() override {
    std::unique_ptr<char, void (*)(void*)> text(::getcwd(nullptr, 0), ::free);
    return text ? std::string(text.get()) : "/";
  }
  Result<void> change_directory(std::string_view path) override {
    if (::chdir(std::string(path).c_str()) != 0) return os_error(path, errno);
    return {};
  }

  std::string absolute(std::string_view path) override {
    std::string full = join_path(cwd(), path);
    // The longest part that exists is resolved; what is yet to be made is appended as it is.
    std::string rest;
    for (std::string part = full;; part = dir_name(part)) {
      std::unique_ptr<char, void (*)(void*)> real(::realpath(part.c_str(), nullptr), ::free);
      if (real) return rest.empty() ? real.get() : join_path(real.get(), rest);
      if (part == "/") return full;
      rest = rest.empty() ? base_name(part) : base_name(part) + "/" + rest;
    }
  }

 private:
  Result<std::string> read_part(const std::string& path, std::uint64_t offset, std::uint64_t max_bytes) {
    std::shared_lock guard(locks_->mutex);
    if (int held = locks_->find(path); held >= 0) return read_descriptor(held, offset, max_bytes, path);
    // A pipe (`-var-file <(…)`) may block for long and is never locked: not under the mutex.
    struct stat info;
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) guard.unlock();
    Descriptor fd(open_retry(path, O_RDONLY));
    if (!fd) return os_error(path, errno);
    return read_descriptor(fd.get(), offset, max_bytes, path);
  }

  /// A link is written through, so that a linked variables file stays a link.
  static std::string link_target(std::string path) {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
    std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    return real ? std::string(real.get()) : path;
  }

  Result<void> remove_directory(int parent, const std::string& name, const std::string& shown, int depth) {
    if (depth > 1000) return Error{ErrorKind::invalid, format("{}: nested too deeply to remove", shown)};
    Descriptor fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return os_error(shown, errno);
    int own = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    std::unique_ptr<DIR, int (*)(DIR*)> handle(::fdopendir(own), ::closedir);
    if (!handle) return os_error(shown, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(handle.get())) {
      std::string_view entry_name = entry->d_name;
      if (entry_name != "." && entry_name != "..") names.emplace_back(entry_name);
    }
    handle.reset();
    for (const auto& child : names) {
      if (::unlinkat(fd.get(), child.c_str(), 0) == 0 || errno == ENOENT) continue;
      if (errno != EISDIR && errno != EPERM) return os_error(shown + "/" + child, errno);
      TRY(remove_directory(fd.get(), child, shown + "/" + child, depth + 1));
    }
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return os_error(shown, errno);
    return {};
  }

  Random& random_;
  std::shared_ptr<LockTable> locks_;
};

}  // namespace

std::unique_ptr<FileSystem> make_os_files(Random& random) { return std::make_unique<OsFileSystem>(random); }

}  // namespace terrace::world
