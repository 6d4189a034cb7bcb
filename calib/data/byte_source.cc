// SPDX-License-Identifier: Apache-2.0
#include "calib/data/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "model/base/error.h"

namespace dpwa::data {

ByteSource::ByteSource(std::filesystem::path path) : path_(std::move(path)), file_(nullptr, gzclose) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) {
    throw fail(ExitCode::io, "{}: is a directory, expected a data file", path_.string());
  }
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) throw fail(ExitCode::io, "{}: cannot be opened: {}", path_.string(), std::strerror(errno));
}

std::size_t ByteSource::read(unsigned char* bytes, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto step = static_cast<unsigned>(std::min<std::size_t>(size - done, 1U << 20));
    const int got = gzread(file_.get(), bytes + done, step);
    int code = Z_OK;
    const char* const message = gzerror(file_.get(), &code);
    if (code == Z_ERRNO)
      throw fail(ExitCode::io, "{}: cannot be read: {}", path_.string(), std::strerror(errno));
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
      throw fail(ExitCode::bad_input, "{}: damaged or truncated gzip data ({})", path_.string(), message);
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void ByteSource::read_exactly(unsigned char* bytes, std::size_t size, const char* what) {
  const std::size_t got = read(bytes, size);
  if (got == size) return;
  throw fail(ExitCode::bad_input, "{}: truncated: {} needs {} bytes, found {}", path_.string(), what, size,
             got);
}

}  // namespace dpwa::data
