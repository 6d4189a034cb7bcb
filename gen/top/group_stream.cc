// SPDX-License-Identifier: Apache-2.0
// The weight tiers of dpwa_group: docs/architecture.md, "Weight tiers".
#include "gen/top/group.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::bank_ports() {
  declare("bank_we");
  declare("bank", 8);
  declare("bank_addr", size("WWORD_W"));
  declare("bank_data", size("PLANE_W"));
  declare("bank_raddr", size("WWORD_W"));
  const Expr load_addr = part(net("load_addr_i"), 0, size("WWORD_W"));
  const Expr load_data = part(net("load_data_i"), 0, size("PLANE_W"));
  if (!streams()) {
    module_.assign(net("bank_we"), load_we(Target::weight_words));
    module_.assign(net("bank"), net("load_bank_i"));
    module_.assign(net("bank_addr"), load_addr);
    module_.assign(net("bank_data"), load_data);
    module_.assign(net("bank_raddr"), at_memories("beat_weight"));
    return;
  }
  declare("scan_index", size("INDEX_W"), "oldest weight word that the scanner may still queue");
  declare("scan_too_far", 1, "refill: the scanner has to wait");
  declare("weight_ready");
  declare("starved");
  declare("beat_weight_plane", 3);
  declare("refill_we");
  declare("refill_bank", 8);
  declare("refill_addr", size("WWORD_W"));
  declare("dense_data", size("PLANE_W"));
  module_.assign(net("bank_we"), load_we(Target::weight_words) | net("refill_we"));
  module_.assign(net("bank"), mux(net("refill_we"), net("refill_bank"), net("load_bank_i")));
  module_.assign(net("bank_addr"), mux(net("refill_we"), net("refill_addr"), load_addr));
  module_.assign(net("bank_data"), mux(net("refill_we"), net("dense_data"), load_data));
}

void GroupBuilder::weight_stream() {
  module_.section("Weight stream: dense tier -> ring in the lanes' banks");
  derive("DENSE_W", clog2(size("DENSE_WORDS")));
  declare("dense_re");
  declare("dense_addr", size("DENSE_W"));
  place("u_dense", interfaces::dense_sram())
      .set("WORD_BITS", size("PLANE_W"))
      .set("WORDS", size("DENSE_WORDS"))
      .set("BANK", size("INDEX"))
      .set("STYLE", size("LUT_STYLE"))
      .connect("we_i", load_we(Target::dense_words))
      .connect("bank_i", net("load_bank_i"))
      .connect("waddr_i", part(net("load_addr_i"), 0, size("DENSE_W")))
      .connect("wdata_i", part(net("load_data_i"), 0, size("PLANE_W")))
      .connect("re_i", net("dense_re"))
      .connect("raddr_i", net("dense_addr"))
      .connect("rdata_o", net("dense_data"));
  place("u_refill", interfaces::refill())
      .set("LANES", size("LANES"))
      .set("FIRST_BANK", size("INDEX") * size("LANES"))
      .set("WWORD_W", size("WWORD_W"))
      .set("DENSE_W", size("DENSE_W"))
      .set("INDEX_W", size("INDEX_W"))
      .connect("node_start_i", net("node_start_o"))
      .connect("node_done_i", net("node_done_i"))
      .set("TILE_W", size("TILE_W"))
      .set("CONV", size("CONV"))
      .connect("streamed_i", node_field("streamed"))
      .connect("keep_i", node_field("keep"))
      .connect("first_row_i", node_field("dense_first_row", size("DENSE_W") - clog2(size("LANES"))))
      .connect("last_row_i", node_field("dense_last_row", size("DENSE_W") - clog2(size("LANES"))))
      .connect("ring_mask_i", node_field("ring_mask", size("WWORD_W")))
      .connect("positions_i", node_field("positions", size("TILE_W")))
      .connect("scan_index_i", net("scan_index"))
      .connect("too_far_o", net("scan_too_far"))
      .connect("head_valid_i", net("head_valid"))
      .connect("step_index_i", net("head_step_word"))
      .connect("tile_offset_i", net("head_tile_offset"))
      .connect("plane_i", net("beat_weight_plane"))
      .connect("window_last_i", bit(net("head_job"), 0))
      .connect("word_index_i", net("beat_weight"))
      .connect("word_ready_o", net("weight_ready"))
      .connect("word_addr_o", net("bank_raddr"))
      .connect("dense_re_o", net("dense_re"))
      .connect("dense_addr_o", net("dense_addr"))
      .connect("bank_we_o", net("refill_we"))
      .connect("bank_o", net("refill_bank"))
      .connect("bank_addr_o", net("refill_addr"))
      .connect("clear_i", net("run_i"))
      .connect("stall_i", net("starved"))
      .connect("words_o", net("refill_words_o"))
      .connect("stalls_o", net("weight_stalls_o"));
}

}  // namespace dpwa::gen
