// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/net/network.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::data {

/// Bytes of a .npy file with this header dictionary.
inline std::string npy(const std::string& dictionary, const std::string& values, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  const std::size_t size = dictionary.size() + 1;
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(size >> (8 * i) & 255);
  return bytes + dictionary + "\n" + values;
}

inline std::string npy(const std::string& descr, const std::string& shape, bool fortran,
                       const std::string& values) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" +
                 shape + "), }",
             values);
}

/// Bytes of an IDX file.
inline std::string idx(int type, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const std::uint32_t dim : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(dim >> shift & 255);
  }
  return bytes + values;
}

inline std::string gzipped(const std::string& bytes) {
  const TemporaryDirectory folder;
  const std::filesystem::path path = folder.path() / "z";
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return read_file(path);
}

/// A network with an input of these dimensions and nothing else.
inline net::Network with_input(std::vector<std::int64_t> dims) {
  net::Network network;
  net::Shape shape;
  for (const std::int64_t dim : dims) shape.c *= static_cast<int>(dim);
  network.inputs = {{"x", std::move(dims)}};
  network.tensors = {{"x", shape, -1, {}}};
  return network;
}

/// The message of the Error that `action` throws, which must have this code; "" when it throws none.
template <typename Action>
std::string error_of(ExitCode code, Action action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.code() != code) return std::string("wrong exit code: ") + error.what();
    return error.what();
  }
  return "";
}

}  // namespace dpwa::data
