// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface pcu() {
  Interface leaf("dpwa_pcu");
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  leaf.parameter("PLANES_MAX", 4);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int nodes = leaf.parameter("NODES", 32);
  leaf.parameter("RANGE", 1);
  leaf.parameter("STATIC", 1);
  leaf.parameter("VARIANCE", 0);
  const Int column_w = leaf.parameter("COLUMN_W", 15);
  leaf.parameter("COUNTERS", 1);
  const Int counter_w = leaf.parameter("COUNTER_W", 32);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("record_we_i");
  leaf.input("record_addr_i", index_bits(nodes));
  leaf.input("record_data_i", 32);
  leaf.input("node_start_i");
  leaf.input("node_i", index_bits(nodes));
  leaf.input("signed_i");
  leaf.input("columns_i", column_w);
  leaf.input("valid_i");
  leaf.input("mask_i", wb_lanes);
  leaf.input("values_i", wb_lanes * value_w);
  leaf.input("flush_i");
  leaf.input("position_i");
  leaf.output("planes_o", 3);
  leaf.output("class_o", 2);
  leaf.input("drained_i");
  leaf.output("drain_class_o", 2);
  leaf.input("saturated_i", clog2(wb_lanes + 1));
  leaf.input("counter_node_i", index_bits(nodes));
  leaf.input("beat_i");
  leaf.input("stall_i");
  leaf.input("counter_index_i", 4);
  leaf.output("counter_o", counter_w);
  leaf.output("trace_valid_o");
  leaf.output("trace_node_o", index_bits(nodes));
  leaf.output("trace_planes_o", 3);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
