// SPDX-License-Identifier: Apache-2.0
// dpwa_pcu: record, decision, counters, trace.
#include "tests/rtl_pcu/pcu_driver.h"

namespace dpwa::rtl_pcu {
namespace {

using num::Range;

// The reason for a record: the same values, another record, another precision.
TEST_F(Pcu, EditingTheRecordChangesTheDecision) {
  const auto planes_of = [this](const Record& record, std::int64_t value) {
    write_record(0, record);
    start({0, false});
    one_value(value);
    const int planes = static_cast<int>(dut_.trace_planes_o);
    idle(30);
    return planes;
  };
  EXPECT_EQ(planes_of({0, 0, 2}, 0), 0);  // a tile of zeros costs nothing
  EXPECT_EQ(planes_of({0, 1, 2}, 0), 1);  // ... unless the record asks for one plane
  EXPECT_EQ(planes_of({1, 2, 2}, 0), 2);  // ... or pins two
  EXPECT_EQ(planes_of({0, 0, 2}, 15), 1);
  EXPECT_EQ(planes_of({0, 0, 2}, 16), 2);
  EXPECT_EQ(planes_of({1, 1, 1}, 15), 1);
  if (!kVariance) return;
  EXPECT_EQ(planes_of({1, 2, 2, 1}, 15), 1);  // ... or drops one
  EXPECT_EQ(planes_of({2, 0, 2, 1}, 0), 0);
  EXPECT_EQ(planes_of({2, 0, 2, 0}, 16), 2);
}

TEST_F(Pcu, EveryValueAloneInATile) {
  write_record(0, {0, 0, kPlanesMax});
  for (const bool is_signed : {false, true}) {
    ASSERT_NO_FATAL_FAILURE(idle(30));
    start({0, is_signed});
    const Range format = num::activation_range(kPlanesMax, is_signed);
    for (std::int64_t value = format.lower; value <= format.upper; ++value) {
      ASSERT_NO_FATAL_FAILURE(one_value(value));
      if (value % 64 == 0) {
        ASSERT_NO_FATAL_FAILURE(idle(12));
      }
    }
    ASSERT_NO_FATAL_FAILURE(expect_counters({0}));
    ASSERT_EQ(counters_[0][kViolations], 0);
  }
}

TEST_F(Pcu, WidestValueOfATileDecides) {
  for (int round = 0; round < 300; ++round) {
    Record record{0, static_cast<int>(random_() % (kPlanesMax + 1)), 0};
    record.max_planes =
        record.min_planes + static_cast<int>(random_() % (kPlanesMax + 1 - record.min_planes));
    if (random_() % 4 == 0) record = {1, record.max_planes, record.max_planes};
    if (kVariance && record.max_planes > 1 && random_() % 2 == 0) {
      record.step_class = static_cast<int>(random_() % std::min(4, record.max_planes));
      if (record.policy == 0) record = {2, 0, record.max_planes, record.step_class};
    }
    const int node = static_cast<int>(random_() % kNodes);
    write_record(node, record);
    const bool is_signed = random_() % 2 != 0;
    start({node, is_signed});
    for (int i = 0; i < 60; ++i) {
      std::optional<Transfer> transfer;
      if (random_() % 4 != 0) {
        transfer.emplace();
        transfer->mask = random_() & rtl_test::low_mask(kWbLanes);
        for (std::int64_t& value : transfer->values)
          value = random_value(num::activation_range(record.max_planes - record.step_class, is_signed));
      }
      ASSERT_NO_FATAL_FAILURE(cycle(transfer, random_() % 3 == 0)) << "seed " << kSeed;
    }
    ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, true));
    ASSERT_NO_FATAL_FAILURE(expect_counters({node}));
    ASSERT_EQ(counters_[node][kViolations], 0);
  }
  EXPECT_GT(decisions_, 3000);
}

TEST_F(Pcu, ValuesBeyondTheRecordAreViolations) {
  write_record(0, {0, 0, 1});
  start({0, false});
  for (const std::int64_t value : {std::int64_t{16}, std::int64_t{15}, std::int64_t{-1}, kValueMax}) {
    ASSERT_NO_FATAL_FAILURE(one_value(value));
    ASSERT_NO_FATAL_FAILURE(idle(1));
  }
  ASSERT_NO_FATAL_FAILURE(expect_counters({0}));
  EXPECT_EQ(counter(0, kViolations), counted(3));
  for (int i = 0; i < 5; ++i) ASSERT_NO_FATAL_FAILURE(one_value(16));
  ASSERT_NO_FATAL_FAILURE(expect_counters({0}));
  EXPECT_EQ(counter(0, kViolations), counted(4));  // without a pause: one
}

TEST_F(Pcu, IllegalRecordsAreViolations) {
  const std::vector<Record> illegal{
      {kVariance ? 3 : 2, 0, 1}, {3, 1, 1}, {0, 2, 1}, {1, 0, 1}, {0, 0, kPlanesMax + 1}};
  for (const Record& record : illegal) {
    write_record(0, record);
    start({0, false});
    EXPECT_LE(flush_unchecked(), kPlanesMax);  // the decision is not specified, but within the hardware
    ASSERT_NO_FATAL_FAILURE(idle(30));
    EXPECT_EQ(counter(0, kViolations), counted(1)) << "record " << record.bits();
  }
}

TEST_F(Pcu, CountersArePerNodeAndRestartWithIt) {
  for (int node = 0; node < kNodes; ++node) {
    write_record(node, {0, 0, kPlanesMax});
    start({node, false});
    ASSERT_NO_FATAL_FAILURE(expect_counters({node}));  // no event yet: all zero
  }
  std::vector<int> all;
  for (int node = 0; node < kNodes; ++node) all.push_back(node);
  for (int round = 0; round < 100; ++round) {
    const int node = static_cast<int>(random_() % kNodes);
    start({node, true});
    const int tiles = static_cast<int>(random_() % 40);
    for (int i = 0; i < tiles; ++i) {
      ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, false, static_cast<int>(random_() % (kWbLanes + 1))));
      // Runs of one width: every event follows the one before in the next cycle.
      const std::int64_t value = random_value({-kValueMax / 2, kValueMax / 2});
      for (std::uint64_t run = random_() % 4; run > 0; --run) ASSERT_NO_FATAL_FAILURE(one_value(value));
    }
    ASSERT_NO_FATAL_FAILURE(round % 10 == 9 ? expect_counters(all) : idle(28));
  }
}

// The shortest node: events from the first allowed cycle on, the next start right after the last one.
TEST_F(Pcu, EventsNextToTheStartOfANodeAreCounted) {
  write_record(0, {0, 0, kPlanesMax});
  write_record(kNodes - 1, {0, 0, kPlanesMax});
  for (int round = 0; round < 20; ++round) {
    start({round % 2 == 0 ? 0 : kNodes - 1, false});
    Transfer transfer;
    transfer.values[0] = round;
    ASSERT_NO_FATAL_FAILURE(cycle(transfer, true, 1));
    ASSERT_NO_FATAL_FAILURE(idle(28));
    ASSERT_NO_FATAL_FAILURE(cycle(transfer, true, kWbLanes));
    settle();
  }
  ASSERT_NO_FATAL_FAILURE(
      expect_counters(kNodes > 1 ? std::vector<int>{0, kNodes - 1} : std::vector<int>{0}));
}

TEST_F(Pcu, ResetKeepsTheRecords) {
  write_record(0, {1, 2, 2});
  start({0, false});
  ASSERT_NO_FATAL_FAILURE(cycle(Transfer{}, false));
  reset();
  start({0, false});
  ASSERT_NO_FATAL_FAILURE(one_value(1));
  EXPECT_EQ(dut_.trace_planes_o, 2U);
  ASSERT_NO_FATAL_FAILURE(expect_counters({0}));
}

}  // namespace
}  // namespace dpwa::rtl_pcu
