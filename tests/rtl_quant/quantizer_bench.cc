// SPDX-License-Identifier: Apache-2.0
// dpwa_quantizer against dpwa::num, every port word of every format. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

#include "Vdut.h"
#include "model/num/border.h"
#include "tests/rtl_quant/ports.h"
#include "tests/rtl_quant/stream.h"

namespace dpwa::rtl_quant {
namespace {

using num::Range;
using rtl_test::low_mask;
using rtl_test::sign_extend;
using rtl_test::Willing;

constexpr int kMultW = TB_MULT_W;
constexpr int kAddendW = TB_ADDEND_W;
constexpr int kShiftMax = TB_SHIFT_MAX;
constexpr int kValueW = TB_VALUE_W;
constexpr bool kFloat = TB_FLOAT != 0;
constexpr bool kStable = TB_STABLE != 0;
constexpr std::size_t kBlock = 256;  ///< words with the same constants when they must be stable
constexpr int kLatency = 6;
constexpr std::int64_t kValueMax = static_cast<std::int64_t>(low_mask(kValueW - 1));
constexpr Range kFormat{-kValueMax - 1, kValueMax};
constexpr unsigned kSeed = 20240203;

enum class Format { u8, s8, s16, binary16 };

struct Word {
  std::uint16_t bits = 0;
  Format format = Format::s16;
  std::uint64_t multiplier = 1;
  std::int64_t addend = 0;
  int shift = 0;
  int exponent = 0;
};

std::int32_t value_of(const Word& word) {
  if (word.format == Format::u8) return word.bits & 0xff;
  return static_cast<std::int32_t>(sign_extend(word.bits, word.format == Format::s8 ? 8 : 16));
}

num::Quantized expected(const Word& word, Range limits) {
  if (word.format == Format::binary16) return num::quantize_binary16(word.bits, word.exponent, limits);
  return num::quantize_integer(value_of(word), static_cast<std::int64_t>(word.multiplier), word.addend,
                               word.shift, limits);
}

class Quantizer : public testing::Test {
 protected:
  void SetUp() override { rtl_test::reset_stream(dut_); }
  void TearDown() override { dut_.final(); }

  /// With stable constants: blocks of words, each with the constants of its first and no word left inside.
  std::int64_t run(std::vector<Word> words, Range limits, Willing source = Willing::always,
                   Willing sink = Willing::always) {
    if (!kStable) return run_block(words, limits, source, sink);
    std::int64_t cycles = 0;
    for (std::size_t first = 0; first < words.size(); first += kBlock) {
      std::vector<Word> block(
          words.begin() + static_cast<std::ptrdiff_t>(first),
          words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), first + kBlock)));
      for (Word& word : block) {
        const std::uint16_t bits = word.bits;
        word = block.front();
        word.bits = bits;
      }
      cycles += run_block(block, limits, source, sink);
    }
    return cycles;
  }

  std::int64_t run_block(const std::vector<Word>& words, Range limits, Willing source, Willing sink) {
    dut_.lower_i = static_cast<std::uint64_t>(limits.lower) & low_mask(kValueW);
    dut_.upper_i = static_cast<std::uint64_t>(limits.upper) & low_mask(kValueW);
    const auto check = [limits](const Vdut& dut, const Word& word) {
      const num::Quantized want = expected(word, limits);
      ASSERT_EQ(sign_extend(dut.q_o, kValueW), want.q) << describe(word);
      ASSERT_EQ(dut.nan_o != 0, want.nan) << describe(word);
      ASSERT_EQ(dut.saturated_o != 0, want.saturated) << describe(word);
    };
    return rtl_test::run_stream(dut_, words, drive, check, source, sink, kSeed);
  }

  Word random_word() {
    Word word;
    word.bits = static_cast<std::uint16_t>(random_());
    word.format = static_cast<Format>(random_() % (kFloat ? 4 : 3));
    word.multiplier = random_() & low_mask(kMultW);
    word.addend = sign_extend(random_(), kAddendW) >> (random_() % kAddendW);
    word.shift = static_cast<int>(random_() % (kShiftMax + 1));
    word.exponent = static_cast<int>(random_() % 256) - 128;
    if (random_() % 4 != 0) word.exponent = word.exponent / 8;
    return word;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};

 private:
  static void drive(Vdut& dut, const Word& word) {
    dut.word_i = word.bits;
    dut.format_i = static_cast<int>(word.format);
    dut.mult_i = word.multiplier;
    dut.addend_i = static_cast<std::uint64_t>(word.addend) & low_mask(kAddendW);
    dut.shift_i = word.shift;
    dut.exponent_i = static_cast<std::uint8_t>(word.exponent);
  }

  static std::string describe(const Word& word) {
    return "word " + std::to_string(word.bits) + ", format " + std::to_string(static_cast<int>(word.format)) +
           ", multiplier " + std::to_string(word.multiplier) + ", addend " + std::to_string(word.addend) +
           ", shift " + std::to_string(word.shift) + ", exponent " + std::to_string(word.exponent);
  }
};

TEST_F(Quantizer, TiesGoToEven) {
  // 1.5, 0.5, 2.5 and their negatives, as integers with shift 1 and as binary16.
  std::vector<Word> words;
  for (const int twice : {1, 3, 5, -1, -3, -5}) {
    Word word;
    word.bits = static_cast<std::uint16_t>(twice);
    word.shift = 1;
    ASSERT_EQ(expected(word, kFormat).q % 2, 0);
    words.push_back(word);
  }
  for (const std::uint16_t half : {0x3800, 0x3e00, 0x4100, 0xb800, 0xbe00, 0xc100}) {
    Word word;
    word.bits = half;
    word.format = Format::binary16;
    ASSERT_EQ(expected(word, kFormat).q % 2, 0);
    if (kFloat) words.push_back(word);
  }
  run(words, kFormat);
}

TEST_F(Quantizer, EveryByteAndEveryShift) {
  for (const Range limits : {kFormat, Range{0, kValueMax}, Range{0, 100}, Range{-8, 7}}) {
    std::vector<Word> words;
    for (const Format format : {Format::u8, Format::s8}) {
      for (int shift = 0; shift <= kShiftMax; ++shift) {
        for (int bits = 0; bits < 256; ++bits) {
          Word word = random_word();
          word.bits =
              static_cast<std::uint16_t>(bits | (word.bits & 0xff00));  // the upper byte does not matter
          word.format = format;
          word.shift = shift;
          words.push_back(word);
        }
      }
    }
    run(words, limits);
  }
}

TEST_F(Quantizer, Every16BitWord) {
  std::vector<Word> words;
  for (int bits = 0; bits < 65536; ++bits) {
    Word word = random_word();
    word.bits = static_cast<std::uint16_t>(bits);
    word.format = Format::s16;
    words.push_back(word);
  }
  run(words, kFormat);
  run(words, {0, 15});
}

TEST_F(Quantizer, ExtremesOfMultiplierAndAddend) {
  std::vector<Word> words;
  const std::int64_t addend_max = static_cast<std::int64_t>(low_mask(kAddendW - 1));
  for (const std::uint16_t bits : {0x0000, 0x0001, 0x7fff, 0x8000, 0xffff}) {
    for (const Format format : {Format::u8, Format::s8, Format::s16}) {
      for (const std::uint64_t multiplier : {std::uint64_t{0}, std::uint64_t{1}, low_mask(kMultW)}) {
        for (const std::int64_t addend : {-addend_max - 1, std::int64_t{0}, addend_max}) {
          for (int shift = 0; shift <= kShiftMax; ++shift) {
            words.insert(words.end(), kStable ? kBlock : 1, {bits, format, multiplier, addend, shift, 0});
          }
        }
      }
    }
  }
  run(words, kFormat);
}

TEST_F(Quantizer, EveryBinary16Code) {
  if (!kFloat) GTEST_SKIP() << "without binary16";
  for (const int exponent :
       {-128, -60, -25, -24, -23, -14, -11, -10, -9, -4, -1, 0, 1, 2, 5, 9, 15, 16, 17, 127}) {
    std::vector<Word> words;
    for (int bits = 0; bits < 65536; ++bits) {
      words.push_back({static_cast<std::uint16_t>(bits), Format::binary16, 0, 0, 0, exponent});
    }
    run(words, kFormat);
    ASSERT_FALSE(HasFailure()) << "exponent " << exponent;
  }
}

TEST_F(Quantizer, EveryBinary16Exponent) {
  if (!kFloat) GTEST_SKIP() << "without binary16";
  std::vector<Word> words;
  for (int exponent = -128; exponent <= 127; ++exponent) {
    for (const int fraction : {0x000, 0x001, 0x200, 0x201, 0x3ff}) {
      for (int biased = 0; biased < 64; ++biased) {
        words.push_back(
            {static_cast<std::uint16_t>((biased << 10) | fraction), Format::binary16, 0, 0, 0, exponent});
      }
    }
  }
  run(words, kFormat);
  run(words, {0, 255});
}

TEST_F(Quantizer, OneWordPerCycle) {
  const std::vector<Word> words(kBlock, random_word());
  EXPECT_EQ(run(words, kFormat), static_cast<std::int64_t>(words.size()) + kLatency);
}

TEST_F(Quantizer, FillsItsStagesWhenNobodyReads) { EXPECT_EQ(rtl_test::taken_when_blocked(dut_), kLatency); }

TEST_F(Quantizer, ResetDropsWhatIsInside) {
  dut_.valid_i = 1;
  dut_.ready_i = 1;
  for (int i = 0; i < 3; ++i) rtl_test::tick(dut_);
  rtl_test::reset_stream(dut_);
  EXPECT_EQ(run({random_word()}, kFormat), 1 + kLatency);
}

class QuantizerStalls : public Quantizer, public testing::WithParamInterface<std::tuple<Willing, Willing>> {};

TEST_P(QuantizerStalls, LoseNothing) {
  const auto [source, sink] = GetParam();
  std::vector<Word> words;
  for (int i = 0; i < 20000; ++i) words.push_back(random_word());
  run(words, {-100, std::min(std::int64_t{1000}, kValueMax)}, source, sink);
}

INSTANTIATE_TEST_SUITE_P(Every, QuantizerStalls,
                         testing::Combine(testing::ValuesIn(rtl_test::every_willing()),
                                          testing::ValuesIn(rtl_test::every_willing())),
                         [](const auto& test) {
                           return "Source" + to_string(std::get<0>(test.param)) + "Sink" +
                                  to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace dpwa::rtl_quant
