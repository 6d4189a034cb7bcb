// SPDX-License-Identifier: Apache-2.0
// What the host reads and writes: registers, or bare ports.
#include "gen/top/top_builder.h"

namespace dpwa::gen {

void TopBuilder::register_ports() {
  if (config_.has_registers()) {
    module_.port_group("registers: AXI4-Lite (docs/registers.md)");
    for (const PortSpec& port : registers_->ports()) {
      if (port.name.rfind("s_axil_", 0) != 0) continue;
      port.direction == Direction::input ? input(port.name, port.width) : output(port.name, port.width);
    }
  } else {
    module_.port_group("host");
    if (floats()) input("output_mode_i", 2, "0 integer, 1 float32, 2 binary16; stable during an inference");
    input("counter_node_i", clog2(size("NODES")), "PCU counter: tensor");
    input("counter_index_i", 4, "PCU counter: index (dpwa_pcu)");
  }
}

void TopBuilder::host_registers() {
  if (!config_.has_registers()) {
    module_.section("Host: bare ports");
    module_.unused("unused_packet", net("packet"));
    for (const char* name : {"counter_node", "counter_index"}) {
      module_.assign(net(name), net(std::string(name) + "_i"));
    }
    if (floats()) {
      module_.assign(net("output_mode"), net("output_mode_i"));
      module_.unused("unused_events", concat({net("value_nan"), net("word_overflow")}));
    } else {
      module_.unused("unused_nan", net("value_nan"));
    }
    return;
  }
  module_.section("Host: registers");
  if (config_.pcu_counters != 0) declare("counter_tensor", 16);
  const Expr image_id = module_.reg("image_id_q", 32);
  TextBlock identity(
      "always @(posedge ${clk}) begin\n"
      "  if (!${rst_n}) ${q} <= 32'd0;\n"
      "  else if (${we}) ${q} <= ${data};\n"
      "end");
  identity.read("clk", net("clk_i")).read("rst_n", net("rst_ni")).drive("q", image_id);
  identity.read("we", load_we(lower::Target::image_id)).read("data", slice(net("load_data"), 31, 0));
  module_.text(identity);
  Instance& registers = place("u_host_registers", *registers_);
  for (const ParameterSpec& parameter : registers_->parameters()) {
    registers.set(parameter.name, size(parameter.name));
  }
  for (const PortSpec& port : registers_->ports()) {
    if (port.name.rfind("s_axil_", 0) == 0) registers.connect(port.name, net(port.name));
  }
  registers.connect("status_image_valid_i", net("image_valid_o"))
      .connect("status_busy_i", ~net("idle"))
      .connect("status_packet_i", net("packet"))
      .connect("status_loader_errors_i", net("errors_o"))
      .connect("set_flags_crc_i", bit(net("errors_o"), 0))
      .connect("set_flags_hash_i", bit(net("errors_o"), 1))
      .connect("set_flags_count_i", bit(net("errors_o"), 2))
      .connect("set_flags_opcode_i", bit(net("errors_o"), 3))
      .connect("set_flags_refused_i", bit(net("errors_o"), 4))
      .connect("set_flags_length_i", bit(net("errors_o"), 5))
      .connect("set_flags_input_saturated_i", net("value_valid") & net("value_cut"))
      .connect("images_i", net("images_o"))
      .connect("cycles_i", net("cycles_o"))
      .connect("transfer_cycles_i", net("transfer_o"))
      .connect("image_id_i", image_id);
  if (config_.boots()) {
    registers.connect("status_boot_i", net("boot_i"));
    module_.assign(net("busy_o"), ~net("idle"));
  }
  if (config_.tests_at_boot()) {
    registers.connect("status_test_passed_i", net("test_passed_i"))
        .connect("status_test_failed_i", net("test_failed_i"));
  }
  if (config_.pcu_counters != 0) {
    registers.connect("counter_select_tensor_o", net("counter_tensor"))
        .connect("counter_select_index_o", net("counter_index"))
        .connect("counter_value_i", net("counter_o"));
    module_.assign(net("counter_node"), part(net("counter_tensor"), 0, clog2(size("NODES"))));
    module_.unused("unused_tensor_bits", net("counter_tensor"));
  } else {
    module_.assign(net("counter_node"), zeros(clog2(size("NODES"))));
    module_.assign(net("counter_index"), literal(4, 0));
  }
  if (floats()) {
    registers.connect("set_flags_input_nan_i", net("value_valid") & net("value_nan"))
        .connect("set_flags_output_overflow_i", net("m_axis_tvalid_o") & net("word_overflow"))
        .connect("output_mode_o", net("output_mode"));
  } else {
    module_.unused("unused_nan", net("value_nan"));
  }
}

}  // namespace dpwa::gen
