// SPDX-License-Identifier: Apache-2.0
//
// IDX, the format of MNIST and its relatives: 0, 0, type, rank, then big-endian dimensions and values.
#include "calib/data/array.h"
#include "model/base/error.h"

namespace dpwa::data {
namespace {

ElementType idx_type(const ByteSource& source, int code) {
  using Kind = ElementType::Kind;
  switch (code) {
    case 0x08:
      return {Kind::unsigned_integer, 1, true};
    case 0x09:
      return {Kind::signed_integer, 1, true};
    case 0x0b:
      return {Kind::signed_integer, 2, true};
    case 0x0c:
      return {Kind::signed_integer, 4, true};
    case 0x0d:
      return {Kind::real, 4, true};
    case 0x0e:
      return {Kind::real, 8, true};
    default:
      throw fail(ExitCode::bad_input, "{}: IDX type code 0x{:02x} is not one of 08, 09, 0b, 0c, 0d, 0e",
                 source.path().string(), code);
  }
}

}  // namespace

ArrayHeader read_idx_header(ByteSource& source, int type_code, int rank) {
  ArrayHeader header{"IDX", idx_type(source, type_code), {}, false};
  for (int i = 0; i < rank; ++i) {
    unsigned char b[4];
    source.read_exactly(b, sizeof b, "an IDX dimension");
    header.shape.push_back(std::int64_t{b[0]} << 24 | b[1] << 16 | b[2] << 8 | b[3]);
  }
  return header;
}

}  // namespace dpwa::data
