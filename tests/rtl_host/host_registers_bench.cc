// SPDX-License-Identifier: Apache-2.0
// dpwa_host_registers, as generated, against the register table: every register, every flag, every address.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "Vdut.h"
#include "gen/top/registers.h"
#include "tb/system/register_port.h"

namespace {

using dpwa::gen::Register;
using dpwa::gen::RegisterKind;
using dpwa::gen::registers;

constexpr unsigned kSeed = 20240313;

class HostRegisters : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    cycle();
    dut_.rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  void cycle() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  /// -1: the port answered with an error.
  std::int64_t read(const std::string& name) { return read_offset(of(name).offset); }
  std::int64_t read_offset(int offset) {
    try {
      return port_.read(static_cast<std::uint32_t>(offset));
    } catch (const std::runtime_error&) {
      return -1;
    }
  }
  bool write(int offset, std::uint32_t value) {
    try {
      port_.write(static_cast<std::uint32_t>(offset), value);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  bool write(const std::string& name, std::uint32_t value) { return write(of(name).offset, value); }

  static const Register& of(const std::string& name) {
    for (const Register& reg : registers()) {
      if (name == reg.name) return reg;
    }
    throw std::logic_error("no register " + name);
  }

  /// One cycle in which the machine sets flags, as FLAGS has them.
  void set_flags(std::uint32_t flags) {
    dut_.set_flags_crc_i = flags & 1;
    dut_.set_flags_hash_i = flags >> 1 & 1;
    dut_.set_flags_count_i = flags >> 2 & 1;
    dut_.set_flags_opcode_i = flags >> 3 & 1;
    dut_.set_flags_refused_i = flags >> 4 & 1;
    dut_.set_flags_length_i = flags >> 5 & 1;
    dut_.set_flags_input_nan_i = flags >> 8 & 1;
    dut_.set_flags_input_saturated_i = flags >> 9 & 1;
    dut_.set_flags_output_overflow_i = flags >> 10 & 1;
    cycle();
    dut_.set_flags_crc_i = dut_.set_flags_hash_i = dut_.set_flags_count_i = dut_.set_flags_opcode_i = 0;
    dut_.set_flags_refused_i = dut_.set_flags_length_i = dut_.set_flags_input_nan_i = 0;
    dut_.set_flags_input_saturated_i = dut_.set_flags_output_overflow_i = 0;
  }

  Vdut dut_;
  std::mt19937 random_{kSeed};
  RegisterPort<Vdut> port_{dut_, [this] { cycle(); }, [this] { return random_() % 3 == 0; }};
};

constexpr std::uint32_t kAllFlags = 0x73f;

TEST_F(HostRegisters, EveryAddressAnswersAsTheTableSays) {
  for (int offset = 0; offset < 256; offset += 4) {
    const Register* found = nullptr;
    for (const Register& reg : registers()) {
      if (reg.offset == offset) found = &reg;
    }
    EXPECT_EQ(read_offset(offset) >= 0, found != nullptr) << offset;
    const bool writable =
        found != nullptr && (found->kind == RegisterKind::control || found->kind == RegisterKind::flags);
    EXPECT_EQ(write(offset, 0), writable) << offset;
  }
}

TEST_F(HostRegisters, ConstantsAndResetValues) {
  EXPECT_EQ(read("ID"), 0x44505741);
  EXPECT_EQ(read("VERSION"), 0x00020000);
  EXPECT_EQ(read("CONFIG_HASH"), TB_CONFIG_HASH);
  EXPECT_EQ(read("LANES"), TB_LANES);
  EXPECT_EQ(read("GROUPS"), TB_GROUPS);
  EXPECT_EQ(read("PRODUCTS"), TB_PRODUCTS);
  EXPECT_EQ(read("PLANES_MAX"), TB_PLANES_MAX);
  for (const char* name : {"FLAGS", "OUTPUT_MODE", "COUNTER_SELECT"})
    EXPECT_EQ(read(name), of(name).reset) << name;
}

TEST_F(HostRegisters, StatusShowsTheMachine) {
  for (int round = 0; round < 100; ++round) {
    dut_.status_image_valid_i = random_() & 1;
    dut_.status_busy_i = random_() & 1;
    dut_.status_packet_i = random_() & 1;
    dut_.status_loader_errors_i = random_() & 63;
    dut_.images_i = random_();
    dut_.cycles_i = random_();
    dut_.transfer_cycles_i = random_();
    dut_.counter_value_i = random_();
    dut_.image_id_i = random_();
    EXPECT_EQ(read("STATUS"), dut_.status_image_valid_i | dut_.status_busy_i << 1 |
                                  dut_.status_packet_i << 2 | dut_.status_loader_errors_i << 8);
    EXPECT_EQ(read("IMAGES"), dut_.images_i);
    EXPECT_EQ(read("CYCLES"), dut_.cycles_i);
    EXPECT_EQ(read("TRANSFER_CYCLES"), dut_.transfer_cycles_i);
    EXPECT_EQ(read("IMAGE_ID"), dut_.image_id_i);
    ASSERT_EQ(read("COUNTER_VALUE"), dut_.counter_value_i) << "seed " << kSeed;
  }
}

TEST_F(HostRegisters, ControlsHoldWhatWasWritten) {
  for (int round = 0; round < 100; ++round) {
    const std::uint32_t mode = random_(), select = random_();
    ASSERT_TRUE(write("OUTPUT_MODE", mode) && write("COUNTER_SELECT", select));
    EXPECT_EQ(read("OUTPUT_MODE"), mode & 3);
    EXPECT_EQ(dut_.output_mode_o, mode & 3);
    EXPECT_EQ(read("COUNTER_SELECT"), select & 0xfffff);
    EXPECT_EQ(dut_.counter_select_tensor_o, select & 0xffff);
    ASSERT_EQ(dut_.counter_select_index_o, select >> 16 & 15) << "seed " << kSeed;
  }
}

TEST_F(HostRegisters, EveryFlagIsSetAndClearedAlone) {
  for (int bit = 0; bit < 32; ++bit) {
    const std::uint32_t flag = 1U << bit;
    if ((flag & kAllFlags) == 0) continue;
    set_flags(flag);
    EXPECT_EQ(read("FLAGS"), flag);
    set_flags(kAllFlags);
    EXPECT_EQ(read("FLAGS"), kAllFlags);
    ASSERT_TRUE(write("FLAGS", flag));
    EXPECT_EQ(read("FLAGS"), kAllFlags & ~flag);
    ASSERT_TRUE(write("FLAGS", 0));
    EXPECT_EQ(read("FLAGS"), kAllFlags & ~flag) << "a written 0 leaves a flag";
    ASSERT_TRUE(write("FLAGS", ~0U));
    EXPECT_EQ(read("FLAGS"), 0);
  }
}

TEST_F(HostRegisters, WritesToOthersLeaveFlagsAndControls) {
  set_flags(kAllFlags);
  ASSERT_TRUE(write("OUTPUT_MODE", 2) && write("COUNTER_SELECT", 0x30005));
  for (int offset = 0; offset < 256; offset += 4) {
    if (offset == of("FLAGS").offset || offset == of("OUTPUT_MODE").offset ||
        offset == of("COUNTER_SELECT").offset) {
      continue;
    }
    EXPECT_FALSE(write(offset, ~0U));
  }
  EXPECT_EQ(read("FLAGS"), kAllFlags);
  EXPECT_EQ(read("OUTPUT_MODE"), 2);
  EXPECT_EQ(read("COUNTER_SELECT"), 0x30005);
}

}  // namespace
