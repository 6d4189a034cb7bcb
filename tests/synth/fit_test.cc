// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/base/error.h"

namespace dpwa::synth {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kNetlist = R"({"modules": {"top": {"ports": {
  "clk_i": {"direction": "input", "bits": [2]}, "rst_ni": {"direction": "input", "bits": [3]},
  "a_i": {"direction": "input", "bits": [4, 5, 6]}, "y_o": {"direction": "output", "bits": [7, 8, 9, 10]}}}}})";

TEST(SerialWrapper, ConnectsEveryPortOnce) {
  int cells = 0;
  const std::string wrapper = serial_wrapper(kNetlist, "top", cells);
  EXPECT_EQ(cells, 3 + 2) << "one flip-flop per input bit, one LUT per three output bits";
  EXPECT_THAT(wrapper, HasSubstr(".clk_i(clk_i)"));
  EXPECT_THAT(wrapper, HasSubstr(".rst_ni(rst_ni)"));
  EXPECT_THAT(wrapper, HasSubstr(".a_i(in_q[0 +: 3])"));
  EXPECT_THAT(wrapper, HasSubstr(".y_o(out[0 +: 4])"));
}

TEST(SerialWrapper, UnknownTopIsAnError) {
  int cells = 0;
  EXPECT_THROW(serial_wrapper(kNetlist, "other", cells), Error);
  EXPECT_THROW(serial_wrapper("not JSON", "top", cells), Error);
}

TEST(Utilisation, IsReadFromTheLog) {
  const auto sites = parse_utilisation(
      "Info: Device utilisation:\n"
      "Info:            ICESTORM_LC:  1398/ 5280    26%\n"
      "Info:           ICESTORM_RAM:    10/   30    33%\n"
      "Info:                  SB_IO:     4/   96     4%\n");
  ASSERT_THAT(sites, SizeIs(2));
  EXPECT_EQ(sites[0].kind, "logic_cells");
  EXPECT_EQ(sites[0].used, 1398);
  EXPECT_EQ(sites[0].available, 5280);
  EXPECT_EQ(sites[1].kind, "block_rams");
}

TEST(Utilisation, IsReadOfEcp5) {
  const auto sites = parse_utilisation(
      "Info:             TRELLIS_IO:       5/    365     1%\n"
      "Info:                 DP16KD:      66/    208    31%\n"
      "Info:             MULT18X18D:      36/    156    23%\n"
      "Info:           TRELLIS_COMB:   27533/  83640    32%\n");
  ASSERT_THAT(sites, SizeIs(3));
  EXPECT_EQ(sites[0].kind, "block_rams");
  EXPECT_EQ(sites[1].kind, "dsps");
  EXPECT_EQ(sites[2].kind, "logic_cells");
  EXPECT_EQ(sites[2].used, 27533);
}

TEST(Fit, OneSiteTooManyDoesNotFit) {
  EXPECT_TRUE((Fit{"up5k", {{"logic_cells", 5280, 5280}}, 0}.fits()));
  EXPECT_FALSE((Fit{"up5k", {{"logic_cells", 10, 5280}, {"dsps", 9, 8}}, 0}.fits()));
}

}  // namespace
}  // namespace dpwa::synth
