// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "model/base/error.h"

// The entry point of every target, called by libFuzzer or by replay.cc.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace dpwa::fuzz {

/// Calls `work`, which must return or throw Error. Any other exception ends the process, and so does an Error
/// that blames dpwa.
template <typename Work>
void attempt(Work work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.code() == ExitCode::internal) std::abort();
  }
}

/// Makes `file` hold the input, then attempts `read`.
template <typename Read>
void feed(const std::filesystem::path& file, const std::uint8_t* data, std::size_t size, Read read) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  attempt(read);
}

}  // namespace dpwa::fuzz
