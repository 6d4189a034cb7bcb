// SPDX-License-Identifier: Apache-2.0
// Additions and products (docs/numerics.md N10, N12): fine sums of the write-back lanes become results, and
// the memory of fine values.
#include "gen/top/group.h"

namespace dpwa::gen {

void GroupBuilder::residual() {
  module_.section("Additions: fine values of another tensor, in the order in which results are stored");
  const Int address = clog2(size("RESIDUAL_WORDS"));
  const Int word = size("WB_LANES") * config::kFineBits;
  declare("window_first");
  declare("window_last");
  declare("residual_re");
  declare("residual_raddr", address);
  declare("residual_rdata", word);
  declare("residual_we");
  declare("residual_waddr", address);
  declare("residual_wdata", word);
  Instance& sums = place("u_residual", interfaces::residual());
  connect_rounded(sums);
  if (cut()) sums.set("CUTS", 1);
  sums.set("WB_LANES", size("WB_LANES"))
      .set("SLICES", size("SLICES"))
      .set("SUM_W", config::kFineSumBits)
      .set("FINE_W", config::kFineBits)
      .set("VALUE_W", size("VALUE_W"))
      .set("WORDS", size("RESIDUAL_WORDS"))
      .set("POOL_DELAY", config_.has_tables() ? config::kTableLatency : 0)
      .connect("start_i", net("node_start_o"))
      .connect("add_i", node_field("adds"))
      .connect("keep_i", node_field("kept"))
      .connect("shift_i", node_field("fine_shift", config_.multiplies() ? 6 : 4))
      .connect("read_base_i", node_field("residual_base", address))
      .connect("write_base_i", node_field("fine_base", address))
      .connect("lower_i", node_field("lower", size("VALUE_W")))
      .connect("upper_i", node_field("upper", size("VALUE_W")))
      .connect("valid_i", net("fine_valid"))
      .connect("slice_i", net("fine_slice"))
      .connect("fine_i", net("fine_sums"))
      .connect("window_first_i", net("window_first"))
      .connect("window_last_i", net("window_last"))
      .connect("re_o", net("residual_re"))
      .connect("raddr_o", net("residual_raddr"))
      .connect("rdata_i", net("residual_rdata"))
      .connect("we_o", net("residual_we"))
      .connect("waddr_o", net("residual_waddr"))
      .connect("wdata_o", net("residual_wdata"));
  if (config_.multiplies()) {
    sums.set("FACTORS", size("FACTORS")).connect("multiply_i", node_field("multiplies"));
  } else {
    sums.connect("multiply_i", literal(1, 0));
  }
  place("u_fine_values", interfaces::ram())
      .set("WIDTH", word)
      .set("DEPTH", size("RESIDUAL_WORDS"))
      .connect("we_i", net("residual_we"))
      .connect("waddr_i", net("residual_waddr"))
      .connect("wdata_i", net("residual_wdata"))
      .connect("re_i", net("residual_re"))
      .connect("raddr_i", net("residual_raddr"))
      .connect("rdata_o", net("residual_rdata"));
}

}  // namespace dpwa::gen
