// SPDX-License-Identifier: Apache-2.0
// dpwa_boot_test between words of a flash, a machine that adds 1 to what it is sent, and a host.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vdut.h"

namespace {

using Words = std::vector<std::uint32_t>;

constexpr unsigned kSeed = 20261130;
constexpr std::uint32_t kSend = 1U << 24, kExpect = 2U << 24, kOver = 0;

class BootTest : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    dut_.boot_i = 1;
    dut_.word_valid_i = dut_.image_valid_i = dut_.refused_i = dut_.output_valid_i = dut_.host_ready_i = 0;
    clock();
    dut_.rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }
  bool coin() { return random_() % 2 == 0; }

  /// One cycle: the flash offers its next word now and then, the machine and the host take theirs now and
  /// then.
  void tick() {
    dut_.word_valid_i = !flash_.empty() && (offered_ || coin());
    offered_ = dut_.word_valid_i;
    dut_.word_i = flash_.empty() ? 0 : flash_.front();
    dut_.machine_ready_i = coin();
    dut_.output_valid_i = !outputs_.empty();
    dut_.output_i = outputs_.empty() ? 0 : outputs_.front();
    dut_.host_ready_i = coin();
    dut_.clk_i = 0;
    dut_.eval();
    const bool sent = dut_.machine_valid_o && dut_.machine_ready_i;
    const bool taken = dut_.word_valid_i && dut_.word_ready_o;
    const bool given = dut_.output_valid_i && dut_.output_ready_o;
    if (dut_.host_valid_o && dut_.host_ready_i) {
      EXPECT_TRUE(given);
      host_.push_back(dut_.output_i);
    }
    EXPECT_FALSE(sent && !taken);
    if (sent) machine_.push_back(dut_.word_i);
    if (given) outputs_.pop_front();
    if (sent) outputs_.push_back(dut_.word_i + 1);
    if (taken) {
      flash_.pop_front();
      offered_ = false;
    }
    clock();
  }
  void run(const Words& flash) {
    flash_.assign(flash.begin(), flash.end());
    for (int i = 0; i < 400; ++i) tick();
    EXPECT_TRUE(flash_.empty());
  }
  void expect_verdict(bool passed, bool failed) {
    EXPECT_EQ(dut_.passed_o, passed);
    EXPECT_EQ(dut_.failed_o, failed);
  }

  Vdut dut_;
  std::mt19937 random_{kSeed};
  std::deque<std::uint32_t> flash_, outputs_;
  bool offered_ = false;
  Words machine_, host_;
};

TEST_F(BootTest, EveryOutputIsComparedAndNoneReachesTheHost) {
  run({kSend | 3, 7, 8, 0xffffffff, kExpect | 2, 8, 9, kSend | 1, 5, kExpect | 2, 0, 6});
  expect_verdict(false, false);
  run({kOver});
  expect_verdict(true, false);
  EXPECT_EQ(machine_, (Words{7, 8, 0xffffffff, 5}));
  EXPECT_TRUE(host_.empty());
  run({77, kSend | 1, 88});
  EXPECT_EQ(machine_, (Words{7, 8, 0xffffffff, 5, 77, kSend | 1, 88})) << "what follows is no command";
  EXPECT_EQ(host_, (Words{78, (kSend | 1) + 1, 89}));
  expect_verdict(true, false);
}

TEST_F(BootTest, OneBitThatDiffersFailsIt) {
  for (int bit = 0; bit < 32; ++bit) {
    SetUp();
    outputs_.clear();
    run({kSend | 2, 7, 8, kExpect | 2, 8, 9 ^ 1U << bit, kSend | 1, 5, kExpect | 1, 6, kOver});
    expect_verdict(false, true);
  }
}

TEST_F(BootTest, AnImageIsThatOfTheFlashOnlyWhenNoTestsIsThere) {
  dut_.image_valid_i = 1;
  run({kSend | 1, 7, kExpect | 1, 8});
  EXPECT_FALSE(dut_.image_valid_o);
  run({kOver, 9});
  EXPECT_FALSE(dut_.image_valid_o) << "it is still that of the test";
  dut_.image_valid_i = 0;
  run({10});
  dut_.image_valid_i = 1;
  run({});
  EXPECT_TRUE(dut_.image_valid_o);
}

TEST_F(BootTest, AFlashWithoutTestsIsNoFailure) {
  run({0xffffffff, 0xffffffff});
  expect_verdict(false, false);
  EXPECT_EQ(machine_, Words{0xffffffff}) << "which the machine will refuse";
}

TEST_F(BootTest, WhatTheMachineRefusesFailsIt) {
  flash_ = {kSend | 3, 7};
  for (int i = 0; i < 100; ++i) tick();
  dut_.refused_i = 1;
  dut_.boot_i = 0;
  run({55});
  expect_verdict(false, true);
  EXPECT_EQ(machine_, (Words{7, 55})) << "the host's words pass";
}

TEST_F(BootTest, AHostThatResetsTheMachineEndsIt) {
  flash_ = {kSend | 1, 7, kExpect | 3, 8};
  for (int i = 0; i < 100; ++i) tick();
  dut_.boot_i = 0;
  run({55});
  expect_verdict(false, false);
  EXPECT_EQ(host_, Words{56});
}

}  // namespace
