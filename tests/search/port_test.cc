// SPDX-License-Identifier: Apache-2.0
#include "calib/search/port.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dpwa::search {
namespace {

using plan::PortFormat;

void expect_port(const plan::InputPort& port, PortFormat format, double scale, double offset) {
  EXPECT_EQ(port.format, format);
  EXPECT_DOUBLE_EQ(port.word_scale, scale);
  EXPECT_DOUBLE_EQ(port.word_offset, offset);
}

TEST(ChoosePort, PixelsOver255) {
  std::vector<float> samples;
  for (int p : {0, 3, 254, 255, 17}) samples.push_back(static_cast<float>(p) / 255.0F);
  expect_port(choose_port(samples, {}), PortFormat::u8, 1.0 / 255, 0);
}

TEST(ChoosePort, RawPixels) { expect_port(choose_port({0, 12, 255}, {}), PortFormat::u8, 1, 0); }

TEST(ChoosePort, SmallSignedIntegers) { expect_port(choose_port({-128, 5, 127}, {}), PortFormat::s8, 1, 0); }

TEST(ChoosePort, AKnownGridComesFirst) {
  expect_port(choose_port({0.0F, 0.5F, 1.0F}, KnownGrid{0.5, 0}), PortFormat::u8, 0.5, 0);
  // It is not believed when the data are not on it.
  expect_port(choose_port({0.0F, 12.0F, 255.0F}, KnownGrid{0.7, 0}), PortFormat::u8, 1, 0);
}

TEST(ChoosePort, FindsTheSpacingOfAnUnknownGrid) {
  // MFCC as an int8 quantizer left them: (q - 83) * 0.5847029.
  std::vector<float> samples;
  for (int q = -128; q < 128; ++q) samples.push_back(static_cast<float>((q - 83) * 0.5847029));
  const plan::InputPort port = choose_port(samples, {});
  EXPECT_EQ(port.format, PortFormat::u8);
  EXPECT_NEAR(port.word_scale, 0.5847029, 1e-6);
  EXPECT_NEAR(port.word_offset, -211 * 0.5847029, 1e-4);
  std::int64_t off_grid = 0;
  for (float sample : samples) plan::to_port_word(port, sample, off_grid);
  EXPECT_EQ(off_grid, 0);
}

TEST(ChoosePort, RealValuesTravelAsSixteenBitsWithHeadroom) {
  const plan::InputPort port = choose_port({-0.3F, 0.123F, 0.77F, 0.3141F}, {});
  expect_port(port, PortFormat::s16, std::ldexp(1.0, -14), 0);  // 32767 / 2^14 = 2 >= 2 * 0.77
}

TEST(ChoosePort, OffGridByMoreThanAThousandthIsNotAnInteger) {
  EXPECT_EQ(choose_port({0.0F, 1.0F, 2.0F, 3.002F}, {}).format, PortFormat::s16);
  EXPECT_EQ(choose_port({0.0F, 1.0F, 2.0F, 3.0005F}, {}).format, PortFormat::u8);
}

TEST(ChoosePort, ConstantInput) {
  EXPECT_EQ(choose_port({0.0F, 0.0F}, {}).format, PortFormat::u8);
  const plan::InputPort port = choose_port({0.3F, 0.3F}, {});
  EXPECT_GT(port.word_scale, 0);
}

}  // namespace
}  // namespace dpwa::search
