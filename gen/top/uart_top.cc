// SPDX-License-Identifier: Apache-2.0
#include "gen/top/uart_top.h"

#include <map>
#include <string>

#include "gen/top/registers.h"

namespace dpwa::gen {
namespace {

/// Ports of dpwa_top that the host link answers or drives, and the net between.
const std::map<std::string, std::string>& links() {
  static const std::map<std::string, std::string> table = {
      {"rst_ni", "machine_rst_n"},          {"s_axis_tdata_i", "packet_data"},
      {"s_axis_tvalid_i", "packet_valid"},  {"s_axis_tready_o", "packet_ready"},
      {"m_axis_tdata_o", "output_data"},    {"m_axis_tvalid_o", "output_valid"},
      {"m_axis_tlast_o", "output_last"},    {"m_axis_tready_i", "output_ready"},
      {"s_axil_awaddr_i", "axil_addr"},     {"s_axil_awvalid_i", "axil_awvalid"},
      {"s_axil_awready_o", "axil_awready"}, {"s_axil_wdata_i", "axil_wdata"},
      {"s_axil_wvalid_i", "axil_wvalid"},   {"s_axil_wready_o", "axil_wready"},
      {"s_axil_bresp_o", "axil_bresp"},     {"s_axil_bvalid_o", "axil_bvalid"},
      {"s_axil_bready_i", "axil_ready"},    {"s_axil_araddr_i", "axil_addr"},
      {"s_axil_arvalid_i", "axil_arvalid"}, {"s_axil_arready_o", "axil_arready"},
      {"s_axil_rdata_o", "axil_rdata"},     {"s_axil_rresp_o", "axil_rresp"},
      {"s_axil_rvalid_o", "axil_rvalid"},   {"s_axil_rready_i", "axil_ready"},
  };
  return table;
}

}  // namespace

void UartTopBuilder::build() {
  parameter("CLOCKS_PER_BIT", 16, "clock cycles per bit of the serial line, 4 to 65535");
  ports();
  nets();
  link();
  machine();
}

void UartTopBuilder::ports() {
  input("clk_i");
  input("rst_ni", 1, "synchronous, active low");
  module_.port_group("serial line: 8 data bits, no parity, 1 stop bit");
  input("uart_rx_i");
  output("uart_tx_o");
  module_.port_group("status");
  output("image_valid_o", 1, "an image is loaded and whole");
}

void UartTopBuilder::nets() {
  for (const char* name : {"machine_rst_n", "packet_valid", "packet_ready", "output_valid", "output_last",
                           "output_ready", "axil_awvalid", "axil_awready", "axil_wvalid", "axil_wready",
                           "axil_bvalid", "axil_arvalid", "axil_arready", "axil_rvalid", "axil_ready"}) {
    declare(name);
  }
  for (const char* name : {"packet_data", "output_data", "axil_wdata", "axil_rdata"}) declare(name, 32);
  for (const char* name : {"axil_bresp", "axil_rresp"}) declare(name, 2);
  declare("axil_addr", kRegisterAddressBits);
}

void UartTopBuilder::link() {
  module_.section("Host: frames on the serial line become words and register accesses");
  const Interface leaf = interfaces::uart_host();
  Instance& host = place("u_host", leaf);
  host.set("CLOCKS_PER_BIT", size("CLOCKS_PER_BIT")).set("ADDR_W", kRegisterAddressBits);
  for (const PortSpec& port : leaf.ports()) {
    if (port.name == "clk_i" || port.name == "rst_ni") continue;
    const bool own = port.name.rfind("uart_", 0) == 0;
    // m_axil_addr_o is the net axil_addr, machine_rst_no the net machine_rst_n.
    std::string name = port.name.substr(0, port.name.size() - (port.name == "machine_rst_no" ? 1 : 2));
    if (name.rfind("m_axil_", 0) == 0) name = name.substr(2);
    host.connect(port.name, net(own ? port.name : name));
  }
}

void UartTopBuilder::machine() {
  module_.section("Machine");
  Instance& machine = module_.instance("u_machine", machine_);
  machine.connect("clk_i", net("clk_i")).connect("image_valid_o", net("image_valid_o"));
  for (const PortSpec& port : machine_.ports()) {
    if (port.name == "clk_i" || port.name == "image_valid_o") continue;
    const auto found = links().find(port.name);
    if (found != links().end()) {
      machine.connect(port.name, net(found->second));
    } else if (port.name == "s_axil_wstrb_i") {
      machine.connect(port.name, literal(4, 15));
    } else {
      machine.leave_open(port.name);
    }
  }
}

}  // namespace dpwa::gen
