// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "calib/data/byte_source.h"

namespace dpwa::data {

/// How one element is stored.
struct ElementType {
  enum class Kind { boolean, signed_integer, unsigned_integer, real };
  Kind kind = Kind::real;
  int bytes = 4;  ///< 1, 2, 4 or 8; 2, 4 or 8 for reals
  bool big_endian = false;

  bool is_integer() const { return kind == Kind::signed_integer || kind == Kind::unsigned_integer; }
  /// "uint8", "float32", "bool".
  std::string name() const;
};

struct ArrayHeader {
  std::string format;  ///< "npy" or "IDX", for messages
  ElementType type;
  std::vector<std::int64_t> shape;
  bool fortran_order = false;  ///< the first dimension moves fastest
};

/// An array file whose header has been read; the values follow in `source`.
struct ArrayFile {
  ByteSource source;
  ArrayHeader header;
  std::int64_t count = 0;  ///< product of the shape, at most 2^30
};

/// Opens a .npy (version 1 to 3) or IDX file, either also gzipped; told apart by content, not by name.
/// Throws Error(io), and Error(bad_input) for anything else, for a type that is not a real number, and for a
/// header that is cut off or contradicts itself.
ArrayFile open_array(const std::filesystem::path& path);

/// All values in row-major order. Memory grows with the bytes that are really there. Throws Error(bad_input)
/// when the file ends early or goes on after the last value.
std::vector<float> read_floats(ArrayFile& file);

/// Like read_floats for integer types; values outside the int64 range cannot occur except in uint64, where
/// they become the largest int64.
std::vector<std::int64_t> read_integers(ArrayFile& file);

/// "28 x 28".
std::string shape_text(const std::vector<std::int64_t>& shape);

/// Header of .npy: reads after the magic's first 6 bytes.
ArrayHeader read_npy_header(ByteSource& source);

/// Header of IDX: `type_code` and `rank` are bytes 2 and 3 of the file.
ArrayHeader read_idx_header(ByteSource& source, int type_code, int rank);

/// Writes a version 1.0 .npy file, little endian, C order. Precondition: values.size() is the shape's
/// product. Throws Error(io).
void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
               const std::vector<float>& values);
void write_npy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
               const std::vector<std::int32_t>& values);

}  // namespace dpwa::data
