// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dpwa {

/// Whole file as bytes. Throws Error(io) with the path and the system's reason.
std::string read_file(const std::filesystem::path& path);

/// Writes to `path` + ".partial", flushes, renames: a reader sees the old file or the new one, never a part.
/// Throws Error(io) (full disk, permissions) and removes the partial file. A device or pipe is written in
/// place.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// The same for a file that grows piece by piece. Without commit() nothing is left of it.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void append(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void give_up(int error) const;

  std::filesystem::path path_, partial_;
  bool in_place_ = false;
  int fd_ = -1;
};

/// Throws Error(io) when write_file(path) could not succeed: to be asked before long work, not after it.
void require_writable(const std::filesystem::path& path);

/// A directory that is filled under a temporary name beside its final one and renamed by commit().
/// Holds a lock file, so that two commands never fill the same directory ("in use by another dpwa").
/// An existing target is replaced only if it is empty or an earlier output of the same `kind` (marker file
/// ".dpwa-<kind>"); anything else is refused. Without commit() everything written is removed.
class OutputDirectory {
 public:
  OutputDirectory(std::filesystem::path target, std::string kind);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where to write until commit().
  const std::filesystem::path& path() const { return staging_; }
  void commit();

 private:
  void release();  ///< removes what was not committed and gives the lock back

  std::filesystem::path target_;
  std::filesystem::path staging_;
  std::filesystem::path lock_;
  std::string kind_;
  int lock_fd_ = -1;
};

/// CRC-32 (IEEE 802.3, reflected, initial and final XOR 0xffffffff), as the images carry it.
std::uint32_t crc32(std::string_view bytes, std::uint32_t previous = 0);

/// 16 hexadecimal digits of a 64-bit FNV-1a hash: content names in manifests and caches. Not cryptographic.
std::string content_hash(std::string_view bytes);

}  // namespace dpwa
