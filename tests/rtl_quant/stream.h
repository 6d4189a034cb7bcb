// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// Drives a unit with one valid/ready input and one valid/ready output, under every combination of stalls.
namespace dpwa::rtl_test {

/// When one side of a handshake is willing.
enum class Willing { always, random, bursts };

inline std::string to_string(Willing willing) {
  return willing == Willing::always ? "Always" : willing == Willing::random ? "Random" : "Bursts";
}

inline std::vector<Willing> every_willing() { return {Willing::always, Willing::random, Willing::bursts}; }

class Pattern {
 public:
  Pattern(Willing willing, unsigned seed) : willing_(willing), random_(seed) {}

  bool next() {
    if (willing_ == Willing::always) return true;
    if (willing_ == Willing::random) return random_() % 2 != 0;
    if (left_ == 0) {
      on_ = !on_;
      left_ = 1 + random_() % 12;
    }
    --left_;
    return on_;
  }

 private:
  Willing willing_;
  std::mt19937 random_;
  bool on_ = false;
  unsigned left_ = 0;
};

template <typename Dut>
void tick(Dut& dut) {
  dut.clk_i = 0;
  dut.eval();
  dut.clk_i = 1;
  dut.eval();
}

/// One cycle of reset with nothing offered.
template <typename Dut>
void reset_stream(Dut& dut) {
  dut.rst_ni = 0;
  dut.valid_i = 0;
  dut.ready_i = 0;
  tick(dut);
  dut.rst_ni = 1;
}

/// Offers words that nobody reads. Returns how many the unit takes before it stops, which it must, with
/// valid_o high: valid may not wait for ready.
template <typename Dut>
int taken_when_blocked(Dut& dut) {
  constexpr int kPatience = 100;
  int taken = 0;
  dut.valid_i = 1;
  dut.ready_i = 0;
  for (int cycle = 0; cycle < kPatience; ++cycle) {
    dut.clk_i = 0;
    dut.eval();
    if (dut.ready_o != 0) ++taken;
    tick(dut);
  }
  dut.valid_i = 0;
  return dut.valid_o != 0 && dut.ready_o == 0 ? taken : -1;
}

/// Sends all `words` through. `drive(dut, word)` sets the payload, `check(dut, word)` compares the output
/// that belongs to `word` (in every cycle in which it is offered, so a payload that changes while stalled is
/// found). A word that is offered stays offered until it is taken. Returns the cycles from first offer to
/// last output.
template <typename Dut, typename Word, typename Drive, typename Check>
std::int64_t run_stream(Dut& dut, const std::vector<Word>& words, Drive drive, Check check, Willing source,
                        Willing sink, unsigned seed) {
  Pattern offers(source, seed), reads(sink, seed + 1);
  std::size_t sent = 0, received = 0;
  bool offered = false;
  std::int64_t cycles = 0;
  const std::int64_t patience = 100 + 20 * static_cast<std::int64_t>(words.size());
  for (; received < words.size(); ++cycles) {
    if (cycles == patience) {
      ADD_FAILURE() << received << " of " << words.size() << " words after " << cycles << " cycles";
      break;
    }
    offered = sent < words.size() && (offered || offers.next());
    dut.valid_i = offered;
    if (offered) drive(dut, words[sent]);
    dut.ready_i = reads.next();
    dut.clk_i = 0;
    dut.eval();
    const bool taken = offered && dut.ready_o != 0;
    if (dut.valid_o != 0) {
      if (received >= sent) {
        ADD_FAILURE() << "an output that no input asked for, cycle " << cycles;
        break;
      }
      check(dut, words[received]);
      if (testing::Test::HasFatalFailure()) {
        ADD_FAILURE() << "word " << received << ", cycle " << cycles << ", seed " << seed;
        break;
      }
      if (dut.ready_i != 0) ++received;
    }
    if (taken) {
      ++sent;
      offered = false;
    }
    dut.clk_i = 1;
    dut.eval();
  }
  dut.valid_i = 0;
  return cycles;
}

}  // namespace dpwa::rtl_test
