// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstddef>
#include <filesystem>
#include <memory>

namespace dpwa::data {

/// A file read from front to back, decompressed when its content is gzip.
class ByteSource {
 public:
  /// Throws Error(io) when the file cannot be opened.
  explicit ByteSource(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }

  /// Up to `size` bytes; fewer only at the end. Throws Error(io), and Error(bad_input) for damaged gzip data.
  std::size_t read(unsigned char* bytes, std::size_t size);

  /// Exactly `size` bytes; throws Error(bad_input) "truncated" with `what` otherwise.
  void read_exactly(unsigned char* bytes, std::size_t size, const char* what);

 private:
  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

}  // namespace dpwa::data
