// SPDX-License-Identifier: Apache-2.0
#include "fpga/host/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace dpwa::host {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<Frame> frames_in(const std::string& bytes) {
  FrameReader reader;
  std::vector<Frame> frames;
  for (const char byte : bytes) {
    if (const auto frame = reader.take(static_cast<std::uint8_t>(byte))) frames.push_back(*frame);
  }
  return frames;
}

void expect_only(const std::string& bytes, const Frame& frame) {
  const std::vector<Frame> found = frames_in(bytes);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sequence, frame.sequence);
  EXPECT_EQ(found[0].code, frame.code);
  EXPECT_EQ(found[0].payload, frame.payload);
}

std::string counting(std::size_t size, int first) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<char>(first + static_cast<int>(i)));
  return text;
}

// The CRC-32 of 01 01 00 is zlib's.
TEST(Frame, BytesAreThoseOfThePage) {
  EXPECT_EQ(encode({1, 1, std::string(1, '\0')}), std::string("\x7e\x01\x01\x00\x64\x82\x98\xe7\x7e", 9));
}

TEST(Frame, BordersAndEscapesAreStuffed) {
  const Frame frame{0x7e, 0x7d, "\x7e\x7d\x5e\x5d"};
  const std::string bytes = encode(frame);
  EXPECT_EQ(bytes.substr(0, 11), "\x7e\x7d\x5e\x7d\x5d\x7d\x5e\x7d\x5d\x5e\x5d");
  EXPECT_THAT(bytes.substr(1, bytes.size() - 2), Not(HasSubstr("\x7e")));
  expect_only(bytes, frame);
}

TEST(Frame, EverySizeAndEveryByteComesBack) {
  for (std::size_t size = 0; size <= kPayloadMax; ++size) {
    const Frame frame{static_cast<std::uint8_t>(size), 0x83, counting(size, static_cast<int>(3 * size))};
    expect_only(encode(frame), frame);
  }
  EXPECT_THROW(encode({0, 0, std::string(kPayloadMax + 1, 'x')}), std::logic_error);
}

TEST(Frame, OneBorderServesTwoFramesAndEmptyOnesAreIgnored) {
  const std::string one = encode({1, 2, "a"}), two = encode({2, 2, "b"});
  EXPECT_EQ(frames_in(one + two.substr(1)).size(), 2U);
  EXPECT_EQ(frames_in("\x7e\x7e" + one + "\x7e\x7e" + two).size(), 2U);
}

TEST(Frame, EveryDamagedByteDropsTheFrameAndNotTheNext) {
  const std::string good = encode({9, 0x81, "next"});
  const std::string bytes = encode({7, 0x81, "\x7e gone \x7d"});
  for (std::size_t at = 1; at + 1 < bytes.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      expect_only(damaged + good, {9, 0x81, "next"});
    }
    expect_only(bytes.substr(0, at) + bytes.substr(at + 1) + good, {9, 0x81, "next"});  // lost
    expect_only(bytes.substr(0, at) + good, {9, 0x81, "next"});                         // cut off
    expect_only(bytes.substr(at + 1) + good, {9, 0x81, "next"});                        // begun late
  }
}

TEST(Frame, TooShortAndTooLongOnesAreDropped) {
  const std::string good = encode({9, 0x81, "next"});
  // Content of one byte with its CRC.
  expect_only(std::string("\x7e\x00\x8d\xef\x02\xd2\x7e", 7) + good, {9, 0x81, "next"});
  expect_only("\x7e" + std::string(100000, 'x') + good, {9, 0x81, "next"});
  expect_only("\x7e" + std::string(100000, '\x7d') + good, {9, 0x81, "next"});
}

TEST(Frame, AnEscapeBeforeAnEscapeIsDamage) {
  std::string bytes = encode({0x5d, 1, ""});  // 0x5d could be read from 0x7d 0x7d
  bytes.replace(1, 1, "\x7d\x7d");
  expect_only(bytes + encode({9, 0x81, "next"}), {9, 0x81, "next"});
}

TEST(Frame, NoiseIsNoFrame) {
  std::mt19937 random(20261);
  std::string noise;
  for (int i = 0; i < 200000; ++i) noise.push_back(static_cast<char>(random() % 4 == 0 ? 0x7e : random()));
  EXPECT_TRUE(frames_in(noise).empty());
}

}  // namespace
}  // namespace dpwa::host
