// SPDX-License-Identifier: Apache-2.0
#include "gen/top/uart_top.h"

#include <map>
#include <string>

#include "gen/top/registers.h"

namespace dpwa::gen {
namespace {

/// The net of a port of dpwa_uart_host: m_axil_addr_o is axil_addr, machine_rst_no is machine_rst_n.
std::string net_of(const std::string& port) {
  if (port == "machine_rst_no") return "machine_rst_n";
  const std::string name = port.substr(0, port.size() - 2);
  return name.rfind("m_axil_", 0) == 0 ? name.substr(2) : name;
}

/// Whether a port of dpwa_uart_host leads to the machine.
bool is_link(const PortSpec& port) {
  return port.name != "clk_i" && port.name != "rst_ni" && port.name.rfind("uart_", 0) != 0;
}

/// Ports of dpwa_top whose nets are not called as they are without s_ and the suffix.
const std::map<std::string, std::string>& renamed() {
  static const std::map<std::string, std::string> table = {
      {"rst_ni", "machine_rst_n"},         {"s_axis_tdata_i", "packet_data"},
      {"s_axis_tvalid_i", "packet_valid"}, {"s_axis_tready_o", "packet_ready"},
      {"m_axis_tdata_o", "output_data"},   {"m_axis_tvalid_o", "output_valid"},
      {"m_axis_tlast_o", "output_last"},   {"m_axis_tready_i", "output_ready"},
      {"s_axil_awaddr_i", "axil_addr"},    {"s_axil_araddr_i", "axil_addr"},
      {"s_axil_bready_i", "axil_ready"},   {"s_axil_rready_i", "axil_ready"},
  };
  return table;
}

}  // namespace

void UartTopBuilder::build() {
  parameter("CLOCKS_PER_BIT", 16, "clock cycles per bit of the serial line, 4 to 65535");
  ports();
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

void UartTopBuilder::link() {
  const Interface leaf = interfaces::uart_host();
  for (const PortSpec& port : leaf.ports()) {
    if (is_link(port)) declare(net_of(port.name), port.width.eval({{"ADDR_W", kRegisterAddressBits}}));
  }
  module_.section("Host: frames on the serial line become words and register accesses");
  Instance& host = place("u_host", leaf);
  host.set("CLOCKS_PER_BIT", size("CLOCKS_PER_BIT")).set("ADDR_W", kRegisterAddressBits);
  host.connect("uart_rx_i", net("uart_rx_i")).connect("uart_tx_o", net("uart_tx_o"));
  for (const PortSpec& port : leaf.ports()) {
    if (is_link(port)) host.connect(port.name, net(net_of(port.name)));
  }
}

void UartTopBuilder::machine() {
  module_.section("Machine");
  Instance& machine = module_.instance("u_machine", machine_);
  machine.connect("clk_i", net("clk_i")).connect("image_valid_o", net("image_valid_o"));
  for (const PortSpec& port : machine_.ports()) {
    if (port.name == "clk_i" || port.name == "image_valid_o") continue;
    const auto found = renamed().find(port.name);
    if (found != renamed().end()) {
      machine.connect(port.name, net(found->second));
    } else if (port.name == "s_axil_wstrb_i") {
      machine.connect(port.name, literal(4, 15));
    } else if (port.name.rfind("s_axil_", 0) == 0) {
      machine.connect(port.name, net(port.name.substr(2, port.name.size() - 4)));
    } else {
      machine.leave_open(port.name);
    }
  }
}

}  // namespace dpwa::gen
