// SPDX-License-Identifier: Apache-2.0
// dpwa_axil_slave: every pattern of stalls on the five channels, error responses, partial strobes, reset.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vdut.h"

namespace {

constexpr unsigned kSeed = 20240311;
constexpr std::uint32_t kOkay = 0;
constexpr std::uint32_t kSlverr = 2;
constexpr std::uint32_t kWords = 1U << (TB_ADDR_W - 2);
constexpr std::uint32_t kMapped = 12;   // word addresses below exist
constexpr std::uint32_t kWritable = 8;  // ... and below this one may be written
constexpr int kPatternBits = 4;
constexpr unsigned kPatterns = 1U << kPatternBits;  // 0 would be "never"

struct Write {
  std::uint32_t word = 0;
  std::uint32_t data = 0;
  std::uint32_t strobes = 15;
  std::uint32_t low_bits = 0;  ///< of the address; ignored

  std::uint32_t response() const { return strobes == 15 && word < kWritable ? kOkay : kSlverr; }
};

struct Read {
  std::uint32_t word = 0;
  std::uint32_t low_bits = 0;
};

/// When each channel is willing: bit (cycle mod kPatternBits).
struct Stalls {
  unsigned aw = kPatterns - 1, w = kPatterns - 1, b = kPatterns - 1, ar = kPatterns - 1, r = kPatterns - 1;
};

/// A master that sends lists of accesses, the register map behind the slave, and the protocol's rules in
/// every cycle.
class AxilSlave : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.rst_ni = 0;
    dut_.s_axil_awvalid_i = dut_.s_axil_wvalid_i = dut_.s_axil_arvalid_i = 0;
    dut_.s_axil_bready_i = dut_.s_axil_rready_i = 0;
    tick();
    dut_.rst_ni = 1;
  }

  void tick() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  std::uint32_t read_value(std::uint32_t word) const {
    return word < kMapped ? registers_[word] : 0xdeadbeefU;
  }

  /// The register map: combinational answers, writes at the clock edge. Call after eval.
  void answer() {
    dut_.write_error_i = dut_.write_addr_o >= kWritable;
    dut_.read_error_i = dut_.read_addr_o >= kMapped;
    dut_.read_data_i = read_value(dut_.read_addr_o);
    dut_.eval();
  }

  /// Sends everything and checks everything. Returns the cycles from the first offer to the last response.
  int run(const std::vector<Write>& writes, const std::vector<Read>& reads, const Stalls& stalls) {
    const auto willing = [](unsigned pattern, int cycle) {
      return ((pattern >> (cycle % kPatternBits)) & 1) != 0;
    };
    std::size_t aw = 0, w = 0, ar = 0, reached = 0, b = 0, asked = 0, r = 0;
    bool aw_offered = false, w_offered = false, ar_offered = false;
    std::deque<std::uint32_t> read_data;  // what the map answered, in order
    int cycle = 0;
    for (; b < writes.size() || r < reads.size(); ++cycle) {
      if (cycle > 100 + 40 * static_cast<int>(writes.size() + reads.size())) {
        ADD_FAILURE() << "time limit: " << b << " write and " << r << " read responses";
        return cycle;
      }
      // An offer stays until it is taken.
      aw_offered = aw < writes.size() && (aw_offered || willing(stalls.aw, cycle));
      w_offered = w < writes.size() && (w_offered || willing(stalls.w, cycle));
      ar_offered = ar < reads.size() && (ar_offered || willing(stalls.ar, cycle));
      offer(aw_offered ? &writes[aw] : nullptr, w_offered ? &writes[w] : nullptr,
            ar_offered ? &reads[ar] : nullptr);
      dut_.s_axil_bready_i = willing(stalls.b, cycle);
      dut_.s_axil_rready_i = willing(stalls.r, cycle);
      dut_.clk_i = 0;
      dut_.eval();
      answer();

      if (dut_.write_o) {
        while (reached < writes.size() && writes[reached].strobes != 15) ++reached;  // never reach the map
        // Its data may be taken in this very cycle.
        const std::size_t data = w + (dut_.s_axil_wvalid_i && dut_.s_axil_wready_o ? 1 : 0);
        if (reached >= std::min(aw, data)) return fail("a write that was not asked for");
        EXPECT_EQ(dut_.write_addr_o, writes[reached].word);
        EXPECT_EQ(dut_.write_data_o, writes[reached].data);
        if (dut_.write_addr_o < kWritable) registers_[dut_.write_addr_o] = dut_.write_data_o;
        ++reached;
      }
      if (dut_.read_o) {
        if (asked >= ar) return fail("a read that was not asked for");
        EXPECT_EQ(dut_.read_addr_o, reads[asked].word);
        read_data.push_back(dut_.read_data_i);
        ++asked;
      }
      if (dut_.s_axil_bvalid_o) {
        if (b >= std::min(aw, w)) return fail("a response before address and data");
        EXPECT_EQ(dut_.s_axil_bresp_o, writes[b].response());
        if (dut_.s_axil_bready_i) ++b;
      } else {
        EXPECT_FALSE(b_waits_) << "bvalid fell before bready";
      }
      b_waits_ = dut_.s_axil_bvalid_o && !dut_.s_axil_bready_i;
      if (dut_.s_axil_rvalid_o) {
        if (r >= asked) return fail("data before the address");
        EXPECT_EQ(dut_.s_axil_rresp_o, reads[r].word < kMapped ? kOkay : kSlverr);
        EXPECT_EQ(dut_.s_axil_rdata_o, read_data.front());
        if (dut_.s_axil_rready_i) {
          read_data.pop_front();
          ++r;
        }
      } else {
        EXPECT_FALSE(r_waits_) << "rvalid fell before rready";
      }
      r_waits_ = dut_.s_axil_rvalid_o && !dut_.s_axil_rready_i;

      if (dut_.s_axil_awvalid_i && dut_.s_axil_awready_o) aw_offered = (++aw, false);
      if (dut_.s_axil_wvalid_i && dut_.s_axil_wready_o) w_offered = (++w, false);
      if (dut_.s_axil_arvalid_i && dut_.s_axil_arready_o) ar_offered = (++ar, false);
      dut_.clk_i = 1;
      dut_.eval();
      if (HasFailure()) return fail("cycle " + std::to_string(cycle));
    }
    // Whatever reached the map was asked for; whatever was asked for and legal reached it.
    while (reached < writes.size() && writes[reached].strobes != 15) ++reached;
    EXPECT_EQ(reached, writes.size());
    EXPECT_EQ(asked, reads.size());
    return cycle;
  }

  Vdut dut_;
  std::array<std::uint32_t, kMapped> registers_{};
  int written_ = 0;

 private:
  static int fail(const std::string& what) {
    ADD_FAILURE() << what;
    return -1;
  }

  void offer(const Write* address, const Write* data, const Read* read) {
    dut_.s_axil_awvalid_i = address != nullptr;
    dut_.s_axil_wvalid_i = data != nullptr;
    dut_.s_axil_arvalid_i = read != nullptr;
    // What is not offered is noise.
    dut_.s_axil_awaddr_i =
        (address != nullptr ? 4 * address->word + address->low_bits : noise_()) & (4 * kWords - 1);
    dut_.s_axil_wdata_i = data != nullptr ? data->data : noise_();
    dut_.s_axil_wstrb_i = (data != nullptr ? data->strobes : noise_()) & 15;
    dut_.s_axil_araddr_i = (read != nullptr ? 4 * read->word + read->low_bits : noise_()) & (4 * kWords - 1);
  }

  std::mt19937 noise_{kSeed};
  bool b_waits_ = false, r_waits_ = false;
};

TEST_F(AxilSlave, EveryPatternOfStalls) {
  std::mt19937 random(kSeed);
  int runs = 0;
  for (unsigned aw = 1; aw < kPatterns; ++aw) {
    for (unsigned w = 1; w < kPatterns; ++w) {
      for (unsigned b = 1; b < kPatterns; ++b) {
        // Every pair of read patterns meets many write patterns.
        const unsigned ar = 1 + runs % (kPatterns - 1);
        const unsigned r = 1 + (runs / (kPatterns - 1)) % (kPatterns - 1);
        std::vector<Write> writes;
        std::vector<Read> reads;
        for (int i = 0; i < 4; ++i) {
          writes.push_back(
              {static_cast<std::uint32_t>(random() % (kMapped + 2)), static_cast<std::uint32_t>(random())});
          reads.push_back({static_cast<std::uint32_t>(random() % (kMapped + 2)),
                           static_cast<std::uint32_t>(random() % 4)});
        }
        run(writes, reads, {aw, w, b, ar, r});
        ++runs;
        ASSERT_FALSE(HasFailure()) << "patterns aw " << aw << " w " << w << " b " << b << " ar " << ar
                                   << " r " << r << ", seed " << kSeed;
      }
    }
  }
  EXPECT_EQ(runs, 15 * 15 * 15);
}

TEST_F(AxilSlave, EveryAddressIsReadAndWritten) {
  for (std::uint32_t word = 0; word < kWords; ++word) {
    for (std::uint32_t low_bits = 0; low_bits < 4; ++low_bits) {
      const std::uint32_t before = read_value(word);
      const std::uint32_t data = 0x9e3779b9U * (4 * word + low_bits + 1);
      run({{word, data, 15, low_bits}}, {}, {});
      run({}, {{word, low_bits}}, {});
      ASSERT_FALSE(HasFailure()) << "word " << word;
      ASSERT_EQ(dut_.s_axil_rdata_o, word < kWritable ? data : before);
    }
  }
}

TEST_F(AxilSlave, AWriteOfLessThanAWordIsRefused) {
  run({{3, 0x11223344U}}, {}, {});
  for (std::uint32_t strobes = 0; strobes < 16; ++strobes) {
    const std::uint32_t data = 0x55667788U + strobes;
    run({{3, data, strobes}}, {}, {});
    ASSERT_FALSE(HasFailure()) << "strobes " << strobes;
    ASSERT_EQ(registers_[3], strobes == 15 ? data : 0x11223344U);
  }
}

TEST_F(AxilSlave, AddressAndDataMayBeFarApart) {
  // One cycle in which what is offered stays until it is taken.
  const auto cycle = [this] {
    dut_.clk_i = 0;
    dut_.eval();
    const bool address_taken = dut_.s_axil_awready_o, data_taken = dut_.s_axil_wready_o;
    written_ += dut_.write_o;
    tick();
    if (address_taken) dut_.s_axil_awvalid_i = 0;
    if (data_taken) dut_.s_axil_wvalid_i = 0;
  };
  for (const bool address_first : {true, false}) {
    written_ = 0;
    dut_.s_axil_awaddr_i = 4 * 5;
    dut_.s_axil_wdata_i = 77;
    dut_.s_axil_wstrb_i = 15;
    dut_.s_axil_awvalid_i = address_first;
    dut_.s_axil_wvalid_i = !address_first;
    for (int i = 0; i < 20; ++i) {
      cycle();
      ASSERT_FALSE(written_ > 0 || dut_.s_axil_bvalid_o) << "half a write";
    }
    (address_first ? dut_.s_axil_wvalid_i : dut_.s_axil_awvalid_i) = 1;
    for (int i = 0; i < 3; ++i) cycle();
    EXPECT_EQ(written_, 1) << "one cycle";
    EXPECT_TRUE(dut_.s_axil_bvalid_o);
    reset();
  }
}

TEST_F(AxilSlave, AWaitingResponseStopsTheNextAccess) {
  dut_.s_axil_awvalid_i = dut_.s_axil_wvalid_i = dut_.s_axil_arvalid_i = 1;
  dut_.s_axil_wstrb_i = 15;
  int writes = 0, reads = 0;
  for (int i = 0; i < 50; ++i) {
    dut_.clk_i = 0;
    dut_.eval();
    writes += dut_.write_o;
    reads += dut_.read_o;
    tick();
  }
  EXPECT_EQ(writes, 1);
  EXPECT_EQ(reads, 1);
  EXPECT_TRUE(dut_.s_axil_bvalid_o && dut_.s_axil_rvalid_o);
  EXPECT_FALSE(dut_.s_axil_awready_o || dut_.s_axil_wready_o || dut_.s_axil_arready_o);
}

TEST_F(AxilSlave, OneAccessEveryTwoCycles) {
  const int count = 50;
  const int cycles = run(std::vector<Write>(count, Write{1, 2}), std::vector<Read>(count, Read{1, 0}), {});
  EXPECT_EQ(cycles, 2 * count + 1);
}

TEST_F(AxilSlave, ResetForgetsWhatWasUnderWay) {
  dut_.s_axil_awvalid_i = dut_.s_axil_arvalid_i = 1;
  for (int i = 0; i < 4; ++i) tick();
  ASSERT_FALSE(dut_.s_axil_awready_o);
  ASSERT_TRUE(dut_.s_axil_rvalid_o);
  reset();
  EXPECT_TRUE(dut_.s_axil_awready_o && dut_.s_axil_arready_o);
  EXPECT_FALSE(dut_.s_axil_bvalid_o || dut_.s_axil_rvalid_o);
  run({{2, 99}}, {{2, 0}}, {});
  EXPECT_EQ(registers_[2], 99U);
}

}  // namespace
