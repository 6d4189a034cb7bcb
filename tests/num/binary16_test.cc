// SPDX-License-Identifier: Apache-2.0
#include "model/num/binary16.h"

#include <gtest/gtest.h>

namespace dpwa::num {
namespace {

TEST(Binary16, NamedCodes) {
  EXPECT_EQ(decode_binary16(0x0001), std::ldexp(1.0, -24));  // smallest subnormal
  EXPECT_EQ(decode_binary16(0x03ff), std::ldexp(1023.0, -24));
  EXPECT_EQ(decode_binary16(0x0400), std::ldexp(1.0, -14));  // smallest normal
  EXPECT_EQ(decode_binary16(0x3c00), 1.0);
  EXPECT_EQ(decode_binary16(0xc000), -2.0);
  EXPECT_EQ(decode_binary16(0x7bff), 65504.0);
  EXPECT_EQ(decode_binary16(0xfc00), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(decode_binary16(0x7c01)));
  EXPECT_TRUE(std::signbit(decode_binary16(0x8000)));
}

TEST(Binary16, EncodingUndoesDecodingForEveryCode) {
  for (int code = 0; code < 65536; ++code) {
    const auto word = static_cast<std::uint16_t>(code);
    if (is_binary16_nan(word)) {
      ASSERT_EQ(encode_binary16(decode_binary16(word)), kBinary16Nan);
    } else {
      ASSERT_EQ(encode_binary16(decode_binary16(word)), word);
    }
  }
}

// Between every two neighbouring codes: the tie goes to the even one, its double neighbours to the nearer
// one.
TEST(Binary16, RoundsToTheNearestAndTiesToEvenBetweenEveryTwoCodes) {
  for (int code = 0; code < kBinary16Largest; ++code) {
    const auto below = static_cast<std::uint16_t>(code);
    const auto above = static_cast<std::uint16_t>(code + 1);
    const double tie = (decode_binary16(below) + decode_binary16(above)) / 2;
    const std::uint16_t even = (below & 1) == 0 ? below : above;
    ASSERT_EQ(encode_binary16(tie), even) << "tie above code " << code;
    ASSERT_EQ(encode_binary16(std::nextafter(tie, 0.0)), below);
    ASSERT_EQ(encode_binary16(std::nextafter(tie, HUGE_VAL)), above);
    ASSERT_EQ(encode_binary16(-tie), even | 0x8000);
  }
}

TEST(Binary16, Overflow) {
  EXPECT_EQ(encode_binary16(65519.999), kBinary16Largest);
  EXPECT_EQ(encode_binary16(65520), kBinary16Infinity);  // the tie, and infinity is its even side
  EXPECT_EQ(encode_binary16(-1e300), 0x8000 | kBinary16Infinity);
  EXPECT_EQ(encode_binary16(1e-300), 0);
  EXPECT_EQ(encode_binary16(std::nan("")), kBinary16Nan);
}

}  // namespace
}  // namespace dpwa::num
