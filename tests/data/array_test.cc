// SPDX-License-Identifier: Apache-2.0
#include "calib/data/array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/data/files.h"

namespace dpwa::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArrayFiles : public ::testing::Test {
 protected:
  std::vector<float> floats(const std::string& bytes) {
    write_file(path_, bytes);
    ArrayFile file = open_array(path_);
    return read_floats(file);
  }
  std::vector<std::int64_t> integers(const std::string& bytes) {
    write_file(path_, bytes);
    ArrayFile file = open_array(path_);
    return read_integers(file);
  }
  std::string refusal(const std::string& bytes) {
    return error_of(ExitCode::bad_input, [&] { floats(bytes); });
  }

  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_.path() / "array";
};

/// The bytes of `value` in the given order, `bytes` of them.
std::string stored(std::uint64_t value, int bytes, bool big_endian) {
  std::string result;
  for (int i = 0; i < bytes; ++i) {
    const int shift = 8 * (big_endian ? bytes - 1 - i : i);
    result += static_cast<char>(value >> shift & 255);
  }
  return result;
}

std::uint64_t bits(double value) {
  std::uint64_t result = 0;
  std::memcpy(&result, &value, sizeof value);
  return result;
}

TEST_F(ArrayFiles, EveryIntegerTypeInBothByteOrders) {
  for (const bool big : {false, true}) {
    for (const int bytes : {1, 2, 4, 8}) {
      const std::string digits = (big ? ">" : "<");
      const std::string minus_two = stored(static_cast<std::uint64_t>(-2), bytes, big);
      const std::uint64_t top = std::uint64_t{1} << (8 * bytes - 1);
      const std::string lowest = stored(top, bytes, big);
      const std::string size = std::to_string(bytes);
      EXPECT_THAT(integers(npy(digits + "i" + size, "2,", false, minus_two + lowest)),
                  ElementsAre(-2, -static_cast<std::int64_t>(top - 1) - 1))
          << bytes << big;
      EXPECT_THAT(floats(npy(digits + "u" + size, "2,", false, stored(200, bytes, big) + lowest)),
                  ElementsAre(200.0F, static_cast<float>(top)))
          << bytes << big;
    }
  }
}

TEST_F(ArrayFiles, AnUnsignedValueBeyondInt64BecomesTheLargest) {
  EXPECT_THAT(integers(npy("<u8", "1,", false, std::string(8, '\xff'))),
              ElementsAre(std::numeric_limits<std::int64_t>::max()));
}

TEST_F(ArrayFiles, EveryRealTypeInBothByteOrders) {
  for (const bool big : {false, true}) {
    const std::string order = big ? ">f" : "<f";
    EXPECT_THAT(floats(npy(order + "8", "1,", false, stored(bits(-0.15625), 8, big))),
                ElementsAre(-0.15625F));
    EXPECT_THAT(floats(npy(order + "4", "1,", false, stored(0xbe200000, 4, big))), ElementsAre(-0.15625F));
    EXPECT_THAT(floats(npy(order + "2", "2,", false, stored(0xb100, 2, big) + stored(0x0001, 2, big))),
                ElementsAre(-0.15625F, std::ldexp(1.0F, -24)));
  }
}

TEST_F(ArrayFiles, Booleans) {
  EXPECT_THAT(floats(npy("|b1", "3,", false, std::string("\0\1\1", 3))), ElementsAre(0, 1, 1));
}

TEST_F(ArrayFiles, FortranOrderBecomesRowMajor) {
  // numpy.arange(12).reshape(2, 3, 2) stored first index fastest
  const std::string values{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11};
  EXPECT_THAT(floats(npy("|u1", "2, 3, 2", true, values)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST_F(ArrayFiles, Version2HasALongerLength) {
  EXPECT_THAT(floats(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "\x05\x06", 2)),
              ElementsAre(5, 6));
}

TEST_F(ArrayFiles, EveryIdxType) {
  EXPECT_THAT(floats(idx(0x08, {2}, "\x01\xff")), ElementsAre(1, 255));
  EXPECT_THAT(floats(idx(0x09, {2}, "\x01\xff")), ElementsAre(1, -1));
  EXPECT_THAT(floats(idx(0x0b, {1}, std::string("\xff\x00", 2))), ElementsAre(-256));
  EXPECT_THAT(floats(idx(0x0c, {1}, std::string("\x00\x01\x00\x02", 4))), ElementsAre(65538));
  EXPECT_THAT(floats(idx(0x0d, {1}, stored(0xbe200000, 4, true))), ElementsAre(-0.15625F));
  EXPECT_THAT(floats(idx(0x0e, {1}, stored(bits(1.5), 8, true))), ElementsAre(1.5F));
}

TEST_F(ArrayFiles, GzipIsSeenByContent) {
  EXPECT_THAT(floats(gzipped(idx(0x08, {1, 2}, "\x03\x04"))), ElementsAre(3, 4));
  EXPECT_THAT(floats(gzipped(npy("|u1", "2,", false, "\x03\x04"))), ElementsAre(3, 4));
}

TEST_F(ArrayFiles, WrittenNpyIsAlignedAndReadBack) {
  write_npy(path_, {2, 2}, std::vector<float>{1, -2, 0.5F, 4});
  ArrayFile file = open_array(path_);
  EXPECT_EQ(file.header.shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_THAT(read_floats(file), ElementsAre(1, -2, 0.5F, 4));
  EXPECT_EQ(read_file(path_).size() % 64, 16U);  // 64-byte header, 16 bytes of values
  write_npy(path_, {3}, std::vector<std::int32_t>{-1, 0, 7});
  ArrayFile labels = open_array(path_);
  EXPECT_THAT(read_integers(labels), ElementsAre(-1, 0, 7));
}

TEST_F(ArrayFiles, WhatIsNoArray) {
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal("hello, world"), HasSubstr("neither a .npy nor an IDX"));
  EXPECT_THAT(refusal("\x93NU"), HasSubstr("neither a .npy nor an IDX"));
  EXPECT_THAT(refusal(std::string("\0\0\x07\x01\0\0\0\1x", 9)), HasSubstr("IDX type code 0x07"));
  EXPECT_THAT(refusal(npy("<c8", "1,", false, "12345678")), HasSubstr("dtype '<c8' is not supported"));
  EXPECT_THAT(refusal(npy("<f16", "1,", false, "")), HasSubstr("dtype '<f16'"));
  EXPECT_THAT(refusal(npy("|O", "1,", false, "")), HasSubstr("dtype '|O'"));
  EXPECT_THAT(refusal(npy("<f1", "1,", false, "")), HasSubstr("dtype '<f1'"));
  EXPECT_THAT(refusal(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "")),
              HasSubstr("structured"));
  EXPECT_THAT(refusal(npy("{'descr': '<f4', 'shape': (1,)}", "1234")), HasSubstr("header cannot be read"));
  EXPECT_THAT(refusal(npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", "1234")),
              HasSubstr("header cannot be read"));
  EXPECT_THAT(refusal(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1", "1234")),
              HasSubstr("header cannot be read"));
  EXPECT_THAT(refusal(npy("", "", 4)), HasSubstr("version 4.0"));
}

TEST_F(ArrayFiles, WhatIsCutOffOrTooLong) {
  const std::string good = npy("<f4", "2,", false, "12345678");
  ASSERT_EQ(refusal(good), "");
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_NE(refusal(good.substr(0, size)), "") << size << " bytes were accepted";
  }
  EXPECT_THAT(refusal(good.substr(0, good.size() - 1)), HasSubstr("needs 8 bytes of values, found 7"));
  EXPECT_THAT(refusal(good + "x"), HasSubstr("goes on after the 2 values"));
  EXPECT_THAT(refusal(idx(0x08, {3}, "ab")), HasSubstr("truncated"));
  EXPECT_THAT(refusal(std::string("\0\0\x08\x02\0\0", 6)), HasSubstr("truncated: an IDX dimension"));
  const std::string zipped = gzipped(idx(0x08, {1000}, std::string(1000, 'q')));
  EXPECT_THAT(refusal(zipped.substr(0, zipped.size() - 12)), HasSubstr("gzip"));
}

TEST_F(ArrayFiles, ClaimsBeyondTheFileAllocateNothing) {
  EXPECT_THAT(refusal(npy("<f8", "1000, 1000000", false, "")), HasSubstr("truncated"));
  EXPECT_THAT(refusal(npy("<f8", "1000000, 1000000, 1000000, 1000000", false, "")),
              HasSubstr("larger than 2^30"));
  EXPECT_THAT(refusal(npy("<f8", "-1, 2", false, "")), HasSubstr("negative"));
  EXPECT_THAT(refusal(idx(0x08, {0x3fffffff}, "a")), HasSubstr("truncated"));
}

TEST_F(ArrayFiles, AShapeWithoutValuesMayHaveAnyOtherDimension) {
  EXPECT_THAT(floats(npy("<f4", "4611686018427387904, 4611686018427387904, 0", true, "")), ElementsAre());
}

TEST_F(ArrayFiles, AGzipBombIsRefusedBeforeItIsUnpacked) {
  const std::string zeros = gzipped(npy("|u1", "1073741825,", false, std::string(1 << 20, '\0')));
  ASSERT_LT(zeros.size(), 2048U);
  EXPECT_THAT(refusal(zeros), HasSubstr("larger than 2^30"));
  EXPECT_THAT(refusal(gzipped(npy("|u1", "10,", false, std::string(1 << 24, '\0')))),
              HasSubstr("goes on after the 10 values"));
}

TEST_F(ArrayFiles, MissingFileAndDirectory) {
  EXPECT_THAT(error_of(ExitCode::io, [&] { open_array(folder_.path() / "none"); }),
              HasSubstr("cannot be opened"));
  EXPECT_THAT(error_of(ExitCode::io, [&] { open_array(folder_.path()); }), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace dpwa::data
