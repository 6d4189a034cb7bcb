// SPDX-License-Identifier: Apache-2.0
#include "model/base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "model/base/error.h"

namespace dpwa {
namespace fs = std::filesystem;
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  /// 0 or the error number: a full disk may show only here.
  int close_now() { return fd_ < 0 || ::close(release()) == 0 ? 0 : errno; }

 private:
  int fd_;
};

/// 0 or the error number.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

fs::path sibling(const fs::path& target, const std::string& suffix) {
  return target.parent_path() / ("." + target.filename().string() + suffix);
}

std::string marker_name(const std::string& kind) { return ".dpwa-" + kind; }

/// Absolute path without symbolic links and without a trailing slash.
fs::path normal_target(const fs::path& target) {
  if (target.empty()) throw fail(ExitCode::usage, "the name of the output directory is empty");
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(target, error), error);
  if (error)
    throw fail(ExitCode::io, "{}: cannot be used as output directory: {}", target.string(), error.message());
  if (!whole.has_filename()) whole = whole.parent_path();
  if (!whole.has_filename())
    throw fail(ExitCode::usage, "{}: not usable as output directory", target.string());
  return whole;
}

/// Refuses a target that holds anything but an earlier output of the same kind.
void check_replaceable(const fs::path& target, const std::string& kind) {
  std::error_code error;
  if (!fs::exists(target, error)) return;
  if (!fs::is_directory(target, error)) {
    throw fail(ExitCode::io, "{}: exists and is not a directory; choose another output directory",
               target.string());
  }
  if (fs::exists(target / marker_name(kind), error)) return;
  const bool empty = fs::is_empty(target, error);
  if (error) throw fail(ExitCode::io, "{}: cannot be read: {}", target.string(), error.message());
  if (!empty) {
    throw fail(ExitCode::io,
               "{}: holds files that are not an earlier {} output of dpwa; remove it or choose another "
               "output directory",
               target.string(), kind);
  }
}

/// Opens and locks `lock`. The name may have been unlinked by the holder before us: then lock the new file.
int take_lock(const fs::path& lock, const fs::path& target) {
  while (true) {
    Descriptor file(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (file.get() < 0) {
      throw fail(ExitCode::io, "{}: cannot be written: {}", target.parent_path().string(), reason(errno));
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      throw fail(ExitCode::io, "{}: in use by another dpwa; wait for it or choose another output directory",
                 target.string());
    }
    struct stat held {};
    struct stat named {};
    const bool same = ::fstat(file.get(), &held) == 0 && ::stat(lock.c_str(), &named) == 0 &&
                      held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (same) return file.release();
  }
}

}  // namespace

std::string read_file(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw fail(ExitCode::io, "{}: cannot be opened: {}", path.string(), reason(errno));
  std::string bytes;
  std::string block(std::size_t{1} << 16, '\0');
  while (true) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw fail(ExitCode::io, "{}: cannot be read: {}", path.string(), reason(errno));
    if (count == 0) return bytes;
    bytes.append(block, 0, static_cast<std::size_t>(count));
  }
}

void write_file(const fs::path& path, std::string_view bytes) {
  OutputFile file(path);
  file.append(bytes);
  file.commit();
}

OutputFile::OutputFile(fs::path path) : path_(std::move(path)) {
  std::error_code ignored;
  // A device or pipe (/dev/stdout) has no "old content" to protect, and renaming over it would remove it.
  const fs::file_status status = fs::status(path_, ignored);
  in_place_ = fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
  partial_ = in_place_ ? path_ : fs::path(path_.string() + ".partial");
  fd_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) give_up(errno);
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!in_place_) ::unlink(partial_.c_str());
}

void OutputFile::append(std::string_view bytes) {
  if (const int error = write_all(fd_, bytes); error != 0) give_up(error);
}

void OutputFile::commit() {
  int error = ::close(std::exchange(fd_, -1)) == 0 ? 0 : errno;  // a full disk may show only here
  if (error == 0 && !in_place_ && ::rename(partial_.c_str(), path_.c_str()) != 0) error = errno;
  if (error == 0) return;
  if (!in_place_) ::unlink(partial_.c_str());
  give_up(error);
}

void OutputFile::give_up(int error) const {
  throw fail(ExitCode::io, "{}: cannot be written: {}", path_.string(), reason(error));
}

void require_writable(const fs::path& path) {
  std::error_code ignored;
  const bool device = fs::is_other(path, ignored);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const fs::path& written = device ? path : folder;
  const int error = fs::is_directory(path, ignored)        ? EISDIR
                    : ::access(written.c_str(), W_OK) != 0 ? errno
                                                           : 0;
  if (error != 0) throw fail(ExitCode::io, "{}: cannot be written: {}", path.string(), reason(error));
}

OutputDirectory::OutputDirectory(fs::path target, std::string kind)
    : target_(normal_target(target)), kind_(std::move(kind)) {
  staging_ = sibling(target_, ".partial");
  lock_ = sibling(target_, ".lock");
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  if (error) {
    throw fail(ExitCode::io, "{}: cannot be created: {}", target_.parent_path().string(), error.message());
  }
  check_replaceable(target_, kind_);
  lock_fd_ = take_lock(lock_, target_);
  fs::remove_all(staging_, error);  // left by a killed run; nobody else can use it while we hold the lock
  if (!error) fs::create_directory(staging_, error);
  if (error) {
    release();
    throw fail(ExitCode::io, "{}: cannot be created: {}", staging_.string(), error.message());
  }
}

OutputDirectory::~OutputDirectory() { release(); }

void OutputDirectory::commit() {
  write_file(staging_ / marker_name(kind_), "");
  check_replaceable(target_, kind_);
  const fs::path old = sibling(target_, ".old");
  std::error_code error;
  fs::remove_all(old, error);
  std::error_code no_old;
  fs::rename(target_, old, no_old);
  fs::rename(staging_, target_, error);
  if (error) {
    std::error_code ignored;
    if (!no_old) fs::rename(old, target_, ignored);
    throw fail(ExitCode::io, "{}: cannot be written: {}", target_.string(), error.message());
  }
  fs::remove_all(old, error);
  release();
}

void OutputDirectory::release() {
  if (lock_fd_ < 0) return;
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
  fs::remove(lock_, ignored);
  ::close(std::exchange(lock_fd_, -1));
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t previous) {
  return static_cast<std::uint32_t>(
      ::crc32_z(previous, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string content_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) {
    hash ^= static_cast<std::uint8_t>(byte);
    hash *= 0x100000001b3u;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace dpwa
