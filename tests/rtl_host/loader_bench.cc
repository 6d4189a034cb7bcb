// SPDX-License-Identifier: Apache-2.0
// dpwa_loader: what a whole image does, and that nothing but a whole image makes the machine take inputs.
#include <algorithm>

#include "tests/rtl_host/loader_driver.h"

namespace dpwa::rtl_host {
namespace {

const std::vector<Entry> kWide = {{2, 5, 7, {0x11111111, 0x22222222, 0x33333333}},
                                  {2, 5, 8, {0x44444444, 0x55555555, 0x66666666}}};
const std::vector<Entry> kNarrow = {
    {0, 255, 0xfffffffe, {1}}, {0, 255, 0xffffffff, {0xffffffff}}, {0, 255, 0, {3}}};

/// Every kind of packet that an image may hold.
std::vector<Words> small_image() {
  return {begin_packet(), load_packet(kWide), load_packet({}), load_packet(kNarrow), end_packet(5)};
}

TEST_F(Loader, WritesEveryEntryOnce) {
  for (const bool stalls : {false, true}) {
    send(begin_packet());
    EXPECT_EQ(send_load(load_packet(kWide), stalls), kWide);
    EXPECT_EQ(send_load(load_packet(kNarrow), stalls), kNarrow);
    EXPECT_TRUE(send_load(load_packet({}), stalls).empty());
    EXPECT_FALSE(image_valid()) << "before END";
    send(end_packet(5), stalls);
    EXPECT_TRUE(image_valid());
    EXPECT_EQ(errors(), 0U);
  }
}

TEST_F(Loader, EntriesOfEverySizeTargetAndBank) {
  for (std::uint32_t size = 1; size <= TB_ENTRY_WORDS; ++size) {
    for (std::uint32_t target = 0; target < 16; ++target) {
      std::vector<Entry> entries;
      for (std::uint32_t i = 0; i < 5; ++i) {
        Entry entry{target, 37 * target % 256, 1000 * size + i, Words(size)};
        for (std::uint32_t& word : entry.words) word = random_();
        entries.push_back(entry);
      }
      ASSERT_EQ(send_load(load_packet(entries), true), entries) << "seed " << kSeed;
    }
  }
}

// A flipped bit in any word: the flag says what is wrong, and the image never becomes valid.
TEST_F(Loader, EveryFlippedBitIsFound) {
  const std::vector<Words> image = small_image();
  for (std::size_t p = 0; p < image.size(); ++p) {
    for (std::size_t w = 0; w < image[p].size(); ++w) {
      for (int bit = 0; bit < 32; ++bit) {
        std::vector<Words> broken = image;
        broken[p][w] ^= 1U << bit;
        reset();
        send(joined(broken));
        ASSERT_FALSE(ever_valid_) << "packet " << p << " word " << w << " bit " << bit;
        const bool is_load = image[p][0] >> 28 == kLoad;
        const bool length_changed =
            is_load && ((w == 0 && bit >= 12 && bit < 16) || w == 2);  // words per entry, number of entries
        if ((w == 0 && bit >= 28) || length_changed) continue;         // read as another packet
        std::uint32_t expected = kCrc;
        if (p == 0 && w == 1) expected |= kHash;
        if (p + 1 == image.size() && w == 1) expected |= kCount;
        ASSERT_EQ(errors(), expected) << "packet " << p << " word " << w << " bit " << bit;
      }
    }
  }
}

TEST_F(Loader, AMissingOrDoubledWordIsFound) {
  const Words image = joined(small_image());
  for (std::size_t at = 0; at < image.size(); ++at) {
    Words missing = image, doubled = image;
    missing.erase(missing.begin() + at);
    doubled.insert(doubled.begin() + at, image[at]);
    for (const Words& words : {missing, doubled}) {
      reset();
      send(words);
      ASSERT_FALSE(image_valid()) << (words.size() < image.size() ? "missing" : "doubled") << " word " << at;
    }
  }
}

TEST_F(Loader, AMissingOrDoubledPacketIsFound) {
  const std::vector<Words> image = small_image();
  for (std::size_t at = 0; at < image.size(); ++at) {
    std::vector<Words> missing = image, doubled = image;
    missing.erase(missing.begin() + at);
    doubled.insert(doubled.begin() + at, image[at]);
    reset();
    send(joined(missing));
    EXPECT_FALSE(ever_valid_) << "packet " << at << " missing";
    const bool end_is_there = at + 1 < image.size();
    EXPECT_EQ(errors(), end_is_there ? kCount : 0U) << "packet " << at << " missing";
    if (at == 0) continue;  // a second BEGIN just starts again
    reset();
    send(joined(doubled));
    EXPECT_EQ(image_valid(), false) << "packet " << at << " doubled";
    EXPECT_EQ(errors(), kCount) << "packet " << at << " doubled";
  }
}

// An image cut anywhere, and sent again: valid only when the new BEGIN was read as one.
TEST_F(Loader, ACutImageIsNotCompletedByTheNext) {
  const std::vector<Words> packets = small_image();
  const Words image = joined(packets);
  std::vector<std::size_t> borders = {0};
  for (const Words& packet : packets) borders.push_back(borders.back() + packet.size());
  for (std::size_t cut = 0; cut < image.size(); ++cut) {
    reset();
    send({image.begin(), image.begin() + static_cast<std::ptrdiff_t>(cut)});
    EXPECT_FALSE(image_valid());
    send(image);
    const bool at_border = std::count(borders.begin(), borders.end(), cut) != 0;
    ASSERT_EQ(image_valid(), at_border) << "cut before word " << cut;
  }
}

TEST_F(Loader, WrongConfiguration) {
  for (const std::uint32_t hash : {0U, kConfigHash ^ 1, ~kConfigHash}) {
    send(begin_packet(hash));
    EXPECT_EQ(errors(), kHash);
    send(end_packet(2));
    EXPECT_EQ(errors(), kHash);
    EXPECT_FALSE(image_valid());
  }
}

TEST_F(Loader, WrongNumberOfPackets) {
  for (const std::uint32_t count : {0U, 1U, 3U, 0x80000002U}) {
    send(begin_packet());
    send(end_packet(count));
    EXPECT_EQ(errors(), kCount) << count;
    EXPECT_FALSE(image_valid());
  }
}

TEST_F(Loader, UnknownOpcodes) {
  for (std::uint32_t opcode = 0; opcode < 16; ++opcode) {
    if (opcode >= kBegin && opcode <= kInput) continue;
    send(begin_packet());
    EXPECT_EQ(errors(), 0U);
    send({opcode << 28});
    EXPECT_EQ(errors(), kOpcode) << opcode;
    send(end_packet(3));
    EXPECT_EQ(errors(), kOpcode) << opcode;
    EXPECT_FALSE(image_valid());
  }
}

TEST_F(Loader, AnEndNeedsABegin) {
  for (std::uint32_t count = 0; count < 8; ++count) {
    send(joined(small_image()));  // leaves a packet count behind
    ASSERT_TRUE(image_valid());
    reset();
    send(end_packet(count));
    EXPECT_FALSE(image_valid());
    EXPECT_EQ(errors(), kCount) << count;
  }
}

TEST_F(Loader, BeginClearsErrorsAndAnImageMayFollow) {
  send(begin_packet(0));
  send({0});
  send(input_packet({1}));
  send(with_crc({kEnd << 28, 77}));
  Words wrong = begin_packet(0);
  wrong.back() ^= 1;
  EXPECT_EQ(errors(), kHash | kOpcode | kRefused | kCount);
  send({kBegin << 28});
  EXPECT_EQ(errors(), 0U) << "with its first word";
  send({wrong.begin() + 1, wrong.end()});
  EXPECT_EQ(errors(), kHash | kCrc);
  send(joined(small_image()));
  EXPECT_EQ(errors(), 0U);
  EXPECT_TRUE(image_valid());
}

TEST_F(Loader, ANewImageInvalidatesTheOldOne) {
  for (const Words& first : {begin_packet(), load_packet(kNarrow)}) {
    send(joined(small_image()));
    ASSERT_TRUE(image_valid());
    send({first.front()});
    EXPECT_FALSE(image_valid());
    reset();
  }
}

TEST_F(Loader, AnInputWithoutAnImageIsDropped) {
  EXPECT_EQ(send(input_packet({1, 2, 3})), 5U);
  EXPECT_EQ(errors(), kRefused);
  EXPECT_TRUE(inputs_.empty());
  send(begin_packet());
  EXPECT_EQ(errors(), 0U);
  EXPECT_EQ(send(input_packet({4})), 3U);
  EXPECT_EQ(errors(), kRefused) << "an image that is not whole is none";
  send(joined(small_image()));
  EXPECT_EQ(send(input_packet({5, 6})), 4U);
  EXPECT_EQ(errors(), 0U);
  EXPECT_EQ(inputs_, (Words{5, 6}));
}

TEST_F(Loader, InputsOfEveryLengthPassUnchanged) {
  send(joined(small_image()));
  for (const bool stalls : {false, true}) {
    for (std::uint32_t length = 1; length < 20; ++length) {
      expect_inputs_of(length);
      Words data(length);
      for (std::uint32_t& word : data) word = random_();
      inputs_.clear();
      ASSERT_EQ(send(input_packet(data), stalls), length + 2) << "length " << length;
      ASSERT_EQ(inputs_, data);
    }
  }
  EXPECT_EQ(errors(), 0U);
  EXPECT_TRUE(image_valid()) << "an input leaves the image";
}

TEST_F(Loader, AnInputOfTheWrongLengthIsDropped) {
  send(joined(small_image()));
  for (const std::uint32_t right : {1U, 2U, 7U, 1U << 20}) {
    expect_inputs_of(right);
    for (const std::uint32_t wrong : {0U, 1U, 2U, 3U, 6U, 7U, 8U, 40U}) {
      if (wrong == right) continue;
      for (const bool stalls : {false, true}) {
        inputs_.clear();
        ASSERT_EQ(send(input_packet(Words(wrong, 7)), stalls), wrong + 2) << wrong << " instead of " << right;
        ASSERT_EQ(errors(), kLength) << wrong << " instead of " << right;
        EXPECT_TRUE(inputs_.empty());
        EXPECT_TRUE(image_valid());
        if (right > 7) continue;
        ASSERT_EQ(send(input_packet(Words(right, 8)), stalls), right + 2);
        EXPECT_EQ(inputs_, Words(right, 8));
        EXPECT_EQ(errors(), 0U) << "an accepted input clears the flag";
      }
    }
  }
}

TEST_F(Loader, EveryBitOfAnInputsLengthIsCompared) {
  send(joined(small_image()));
  expect_inputs_of(3);
  for (int bit = 0; bit < 32; ++bit) {
    send({kInput << 28, 3U ^ 1U << bit});
    EXPECT_EQ(errors(), kLength) << "bit " << bit;
    EXPECT_FALSE(dut_.input_begin_o) << "bit " << bit;
    reset();
    send(joined(small_image()));
    expect_inputs_of(3);
  }
}

TEST_F(Loader, AnInputWaitsForTheMachine) {
  send(joined(small_image()));
  machine_runs_ = false;
  dut_.receive_i = 0;
  const Words packet = input_packet({8, 9});
  EXPECT_EQ(send(packet), 2U) << "no data before receive_i";
  EXPECT_TRUE(dut_.input_begin_o);
  EXPECT_TRUE(inputs_.empty());
  dut_.receive_i = 1;
  EXPECT_EQ(send({8, 9}), 2U);
  EXPECT_FALSE(dut_.input_begin_o);
  EXPECT_EQ(inputs_, (Words{8, 9}));
}

TEST_F(Loader, ABusyMachineTakesNoPacket) {
  dut_.idle_i = 0;
  EXPECT_EQ(send(begin_packet()), 0U);
  dut_.idle_i = 1;
  EXPECT_EQ(send({kBegin << 28}), 1U);
  dut_.idle_i = 0;  // only the first word waits
  EXPECT_EQ(send({kConfigHash}), 1U);
}

TEST_F(Loader, InAPacketFromItsFirstWordToItsLast) {
  send(joined(small_image()));
  for (const Words& packet :
       {load_packet({{1, 2, 3, {4, 5}}}), input_packet({8, 9, 10}), begin_packet(), Words{kInput << 28, 0}}) {
    for (std::size_t word = 0; word < packet.size(); ++word) {
      EXPECT_EQ(in_packet(), word > 0) << word;
      EXPECT_EQ(send({packet[word]}), 1U);
    }
    EXPECT_FALSE(in_packet());
  }
  send({0xf0000000});
  EXPECT_FALSE(in_packet()) << "a word that starts no packet";
}

TEST_F(Loader, InAPacketFromTheFirstNibbleOn) {
  dut_.idle_i = 0;
  EXPECT_EQ(send({kBegin << 28}, false, 20), 0U);
  EXPECT_FALSE(in_packet()) << "a busy machine has not begun it";
  dut_.idle_i = 1;
  EXPECT_EQ(send({kBegin << 28}, false, 3), 0U);
  EXPECT_TRUE(in_packet());
}

// Packets with any mix of faults; the flags as the header of dpwa_loader.v defines them.
TEST_F(Loader, RandomPackets) {
  std::uint32_t errors_expected = 0, packets = 0;
  bool valid = false, begun = false;
  int valid_images = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::uint32_t kind = random_() % 8;
    const bool break_crc = random_() % 12 == 0;
    Words packet;
    if (kind == 0 || (kind == 1 && !begun)) {
      const bool right = random_() % 8 != 0;
      packet = begin_packet(right ? kConfigHash : static_cast<std::uint32_t>(random_()));
      errors_expected = (packet[1] != kConfigHash ? kHash : 0U) | (break_crc ? kCrc : 0U);
      packets = 1;
      begun = true;
      valid = false;
    } else if (kind <= 3) {
      std::vector<Entry> entries(random_() % 4, {3, 1, 50, Words(2)});
      for (std::size_t i = 0; i < entries.size(); ++i) entries[i].address += static_cast<std::uint32_t>(i);
      packet = load_packet(entries);
      ++packets;
      if (break_crc) errors_expected |= kCrc;
      valid = false;
    } else if (kind <= 5) {
      ++packets;
      const bool right = begun && random_() % 8 != 0;
      packet = end_packet(right ? packets : packets + 1 + random_() % 9);
      valid = right && !break_crc && (errors_expected & (kCrc | kHash | kCount | kOpcode)) == 0;
      if (!right) errors_expected |= kCount;
      if (break_crc) errors_expected |= kCrc;
      valid_images += valid;
    } else if (kind == 6) {
      ++packets;
      const std::uint32_t length = random_() % 5;
      packet = input_packet(Words(length, 42));
      if (!valid) {
        errors_expected |= kRefused;
      } else {
        errors_expected = (errors_expected & ~kLength) | (length == 2 ? 0U : kLength);
      }
    } else if (random_() % 16 == 0) {
      ++packets;
      packet = {0xf0000000U};
      errors_expected |= kOpcode;
      valid = false;
    }
    if (packet.empty()) continue;
    if (break_crc && packet.size() > 1 && packet[0] >> 28 != kInput) packet.back() ^= 1U << (random_() % 32);
    ASSERT_EQ(send(packet, true), packet.size()) << "round " << round << ", seed " << kSeed;
    ASSERT_EQ(errors(), errors_expected) << "round " << round << ", seed " << kSeed;
    ASSERT_EQ(image_valid(), valid) << "round " << round << ", seed " << kSeed;
  }
  EXPECT_GT(valid_images, 20);
}

}  // namespace
}  // namespace dpwa::rtl_host
