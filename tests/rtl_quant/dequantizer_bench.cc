// SPDX-License-Identifier: Apache-2.0
// dpwa_dequantizer against dpwa::num. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <tuple>
#include <vector>

#include "Vdut.h"
#include "model/num/border.h"
#include "tests/rtl_quant/ports.h"
#include "tests/rtl_quant/stream.h"

namespace dpwa::rtl_quant {
namespace {

using rtl_test::low_mask;
using rtl_test::sign_extend;
using rtl_test::Willing;

constexpr int kValueW = TB_VALUE_W;
constexpr int kLatency = 4;
constexpr std::int32_t kValueMax = static_cast<std::int32_t>(low_mask(kValueW - 1));
constexpr std::int32_t kValueMin = -kValueMax - 1;
constexpr std::int32_t kStride = kValueW > 17 ? (1 << (kValueW - 17)) + 1 : 1;  // every value up to 17 bits
constexpr unsigned kSeed = 20240204;

enum class Mode { integer, float32, binary16 };

struct Value {
  std::int32_t q = 0;
  int exponent = 0;
  Mode mode = Mode::integer;
};

struct Word {
  std::uint32_t bits = 0;
  bool overflow = false;
};

/// N6.3.
Word expected(const Value& value) {
  if (value.mode == Mode::integer) return {static_cast<std::uint32_t>(value.q), false};
  if (value.mode == Mode::binary16) {
    const num::Dequantized16 half = num::dequantize_binary16(value.q, value.exponent);
    return {half.word, half.overflow};
  }
  const float single = num::dequantize_float32(value.q, value.exponent);
  Word word;
  std::memcpy(&word.bits, &single, sizeof single);
  word.overflow = std::isinf(single);
  return word;
}

class Dequantizer : public testing::Test {
 protected:
  void SetUp() override { rtl_test::reset_stream(dut_); }
  void TearDown() override { dut_.final(); }

  std::int64_t run(const std::vector<Value>& values, Willing source = Willing::always,
                   Willing sink = Willing::always) {
    const auto drive = [](Vdut& dut, const Value& value) {
      dut.q_i = static_cast<std::uint64_t>(value.q) & low_mask(kValueW);
      dut.exponent_i = static_cast<std::uint8_t>(value.exponent);
      dut.mode_i = static_cast<int>(value.mode);
    };
    const auto check = [](const Vdut& dut, const Value& value) {
      const Word want = expected(value);
      ASSERT_EQ(dut.word_o, want.bits) << describe(value);
      ASSERT_EQ(dut.overflow_o != 0, want.overflow) << describe(value);
    };
    return rtl_test::run_stream(dut_, values, drive, check, source, sink, kSeed);
  }

  Word word_of(const Value& value) {
    run({value});
    return {dut_.word_o, dut_.overflow_o != 0};
  }

  Value random_value() {
    return {static_cast<std::int32_t>(sign_extend(random_(), kValueW) >> (random_() % kValueW)),
            static_cast<int>(random_() % 256) - 128, static_cast<Mode>(random_() % 3)};
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};

 private:
  static std::string describe(const Value& value) {
    return "q " + std::to_string(value.q) + ", exponent " + std::to_string(value.exponent) + ", mode " +
           std::to_string(static_cast<int>(value.mode));
  }
};

TEST_F(Dequantizer, EveryValueOfAFewExponents) {
  for (const int exponent : {-128, -24, -20, -12, -1, 0, 1, 8, 127}) {
    std::vector<Value> values;
    for (std::int32_t q = kValueMin; q <= kValueMax; q += kStride) {
      for (const Mode mode : {Mode::integer, Mode::float32, Mode::binary16})
        values.push_back({q, exponent, mode});
    }
    run(values);
    ASSERT_FALSE(HasFailure()) << "exponent " << exponent;
  }
}

TEST_F(Dequantizer, EveryExponent) {
  std::vector<Value> values;
  for (int exponent = -128; exponent <= 127; ++exponent) {
    for (int bit = 0; bit < kValueW - 1; ++bit) {
      for (const std::int32_t near : {-1, 0, 1}) {
        for (const Mode mode : {Mode::float32, Mode::binary16}) {
          values.push_back({(1 << bit) + near, exponent, mode});
          values.push_back({-(1 << bit) + near, exponent, mode});
          values.push_back({(3 << bit) / 2 + near, exponent, mode});
        }
      }
    }
    values.push_back({kValueMin, exponent, Mode::float32});
    values.push_back({kValueMin, exponent, Mode::binary16});
  }
  run(values);
}

TEST_F(Dequantizer, Float32Corners) {
  EXPECT_EQ(word_of({1, -127, Mode::float32}).bits, 0x00400000U);   // subnormal
  EXPECT_EQ(word_of({-1, -128, Mode::float32}).bits, 0x80200000U);  // subnormal
  EXPECT_EQ(word_of({1, 127, Mode::float32}).bits, 0x7f000000U);
  const Word over = word_of({-2, 127, Mode::float32});
  EXPECT_EQ(over.bits, 0xff800000U);
  EXPECT_TRUE(over.overflow);
}

TEST_F(Dequantizer, Binary16TiesAndCorners) {
  EXPECT_EQ(word_of({1, -25, Mode::binary16}).bits, 0x0000U);   // half the smallest subnormal: to even, zero
  EXPECT_EQ(word_of({3, -25, Mode::binary16}).bits, 0x0002U);   // 1.5 of it: to even, two
  EXPECT_EQ(word_of({-1, -25, Mode::binary16}).bits, 0x8000U);  // the sign stays
  EXPECT_EQ(word_of({0, 0, Mode::binary16}).bits, 0x0000U);
  EXPECT_EQ(word_of({1, 15, Mode::binary16}).bits, 0x7800U);
  EXPECT_EQ(word_of({4095, 4, Mode::binary16}).bits, 0x7bffU);  // 65520 = the tie between 65504 and 65536
  EXPECT_TRUE(word_of({4095, 4, Mode::binary16}).overflow);
  if (kValueW < 18) return;  // values beyond need more bits
  EXPECT_FALSE(word_of({65519, 0, Mode::binary16}).overflow);
  EXPECT_EQ(word_of({65519, 0, Mode::binary16}).bits, 0x7bffU);
  EXPECT_TRUE(word_of({65520, 0, Mode::binary16}).overflow);
  EXPECT_EQ(word_of({-65520, 0, Mode::binary16}).bits, 0xfbffU);
}

TEST_F(Dequantizer, OneValuePerCycle) {
  const std::vector<Value> values(1000, random_value());
  EXPECT_EQ(run(values), static_cast<std::int64_t>(values.size()) + kLatency);
}

TEST_F(Dequantizer, FillsItsStagesWhenNobodyReads) {
  EXPECT_EQ(rtl_test::taken_when_blocked(dut_), kLatency);
}

TEST_F(Dequantizer, ResetDropsWhatIsInside) {
  dut_.valid_i = 1;
  dut_.ready_i = 1;
  for (int i = 0; i < 3; ++i) rtl_test::tick(dut_);
  rtl_test::reset_stream(dut_);
  EXPECT_EQ(run({random_value()}), 1 + kLatency);
}

class DequantizerStalls : public Dequantizer,
                          public testing::WithParamInterface<std::tuple<Willing, Willing>> {};

TEST_P(DequantizerStalls, LoseNothing) {
  const auto [source, sink] = GetParam();
  std::vector<Value> values;
  for (int i = 0; i < 20000; ++i) values.push_back(random_value());
  run(values, source, sink);
}

INSTANTIATE_TEST_SUITE_P(Every, DequantizerStalls,
                         testing::Combine(testing::ValuesIn(rtl_test::every_willing()),
                                          testing::ValuesIn(rtl_test::every_willing())),
                         [](const auto& test) {
                           return "Source" + to_string(std::get<0>(test.param)) + "Sink" +
                                  to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace dpwa::rtl_quant
