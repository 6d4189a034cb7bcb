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
      {"image_valid_o", "image_valid_o"},
  };
  return table;
}

/// Those of a machine that the flash is read for.
const std::map<std::string, std::string>& behind_flash() {
  static const std::map<std::string, std::string> table = {
      {"s_axis_tdata_i", "machine_data"},
      {"s_axis_tvalid_i", "machine_valid"},
      {"s_axis_tready_o", "machine_ready"},
      {"errors_o", "loader_errors"},
      {"boot_i", "boot"},
      {"busy_o", "machine_busy"},
  };
  return table;
}

/// Those of a machine that is tested before.
const std::map<std::string, std::string>& behind_tests() {
  static const std::map<std::string, std::string> table = {
      {"m_axis_tvalid_o", "result_valid"},  {"m_axis_tready_i", "result_ready"},
      {"image_valid_o", "any_image_valid"}, {"test_passed_i", "test_passed"},
      {"test_failed_i", "test_failed"},
  };
  return table;
}

}  // namespace

void UartTopBuilder::build() {
  parameter("CLOCKS_PER_BIT", 16, "clock cycles per bit of the serial line, 4 to 65535");
  if (config_.boots())
    parameter("FLASH_ADDRESS", kFlashAddress, "byte address of the image in the flash, below 2^24");
  ports();
  link();
  if (config_.boots()) boot();
  machine();
}

void UartTopBuilder::ports() {
  input("clk_i");
  input("rst_ni", 1, "synchronous, active low");
  module_.port_group("serial line: 8 data bits, no parity, 1 stop bit");
  input("uart_rx_i");
  output("uart_tx_o");
  if (config_.boots()) {
    module_.port_group("SPI flash");
    output("flash_cs_no");
    output("flash_sck_o");
    output("flash_mosi_o");
    input("flash_miso_i");
  }
  module_.port_group("status");
  output("image_valid_o", 1, "an image is loaded and whole");
  if (!config_.boots()) return;
  output("busy_o", 1, "the flash is being read, or an inference is under way");
  output("error_o", 1,
         std::string("there is no image though the flash was read, or the loader") +
             (config_.tests_at_boot() ? " or a test" : "") + " has found an error");
}

void UartTopBuilder::link() {
  const Interface leaf = interfaces::uart_host();
  for (const PortSpec& port : leaf.ports()) {
    if (is_link(port)) declare(net_of(port.name), port.width.eval({{"ADDR_W", kRegisterAddressBits}}));
  }
  module_.section("Host: frames on the serial line become words and register accesses");
  Instance& host = place("u_host", leaf);
  host.set("CLOCKS_PER_BIT", size("CLOCKS_PER_BIT")).set("ADDR_W", kRegisterAddressBits);
  if (config_.stage_cuts != 0) host.set("CUTS", 1);
  host.connect("uart_rx_i", net("uart_rx_i")).connect("uart_tx_o", net("uart_tx_o"));
  for (const PortSpec& port : leaf.ports()) {
    if (is_link(port)) host.connect(port.name, net(net_of(port.name)));
  }
}

void UartTopBuilder::boot() {
  declare("boot", 1, "the flash is being read");
  declare("machine_busy");
  declare("loader_errors", 6);
  declare("machine_data", 32);
  declare("machine_valid");
  declare("machine_ready");
  const bool tests = config_.tests_at_boot();
  if (tests) {
    declare("flash_valid");
    declare("flash_ready");
  }
  module_.section("Flash: its image comes first, then what the host sends");
  place("u_boot", interfaces::flash_boot())
      .set("FLASH_ADDRESS", size("FLASH_ADDRESS"))
      .set("WORDS_W", kFlashWordsBits)
      .connect("flash_cs_no", net("flash_cs_no"))
      .connect("flash_sck_o", net("flash_sck_o"))
      .connect("flash_mosi_o", net("flash_mosi_o"))
      .connect("flash_miso_i", net("flash_miso_i"))
      .connect("packet_data_i", net("packet_data"))
      .connect("packet_valid_i", net("packet_valid"))
      .connect("packet_ready_o", net("packet_ready"))
      .connect("machine_rst_ni", net("machine_rst_n"))
      .connect("machine_data_o", net("machine_data"))
      .connect("machine_valid_o", net(tests ? "flash_valid" : "machine_valid"))
      .connect("machine_ready_i", net(tests ? "flash_ready" : "machine_ready"))
      .connect("image_valid_i", net("image_valid_o"))
      .connect("refused_i", any(net("loader_errors")))
      .connect("boot_o", net("boot"));
  module_.assign(net("busy_o"), net("boot") | net("machine_busy"));
  Expr errors = any(net("loader_errors"));
  if (tests) {
    boot_test();
    errors = errors | net("test_failed");
  }
  module_.assign(net("error_o"), errors | ~(net("boot") | net("image_valid_o")));
}

void UartTopBuilder::boot_test() {
  for (const char* name : {"any_image_valid", "result_valid", "result_ready", "test_passed", "test_failed"})
    declare(name);
  module_.section("Tests of the machine: what the flash holds before the image");
  place("u_boot_test", interfaces::boot_test())
      .connect("boot_i", net("boot"))
      .connect("word_i", net("machine_data"))
      .connect("word_valid_i", net("flash_valid"))
      .connect("word_ready_o", net("flash_ready"))
      .connect("image_valid_o", net("image_valid_o"))
      .connect("machine_valid_o", net("machine_valid"))
      .connect("machine_ready_i", net("machine_ready"))
      .connect("image_valid_i", net("any_image_valid"))
      .connect("refused_i", any(net("loader_errors")))
      .connect("output_i", net("output_data"))
      .connect("output_valid_i", net("result_valid"))
      .connect("output_ready_o", net("result_ready"))
      .connect("host_valid_o", net("output_valid"))
      .connect("host_ready_i", net("output_ready"))
      .connect("passed_o", net("test_passed"))
      .connect("failed_o", net("test_failed"));
}

std::string UartTopBuilder::machine_net(const std::string& port) const {
  if (config_.tests_at_boot()) {
    const auto found = behind_tests().find(port);
    if (found != behind_tests().end()) return found->second;
  }
  if (config_.boots()) {
    const auto found = behind_flash().find(port);
    if (found != behind_flash().end()) return found->second;
  }
  const auto found = renamed().find(port);
  if (found != renamed().end()) return found->second;
  return port.rfind("s_axil_", 0) == 0 ? port.substr(2, port.size() - 4) : "";
}

void UartTopBuilder::machine() {
  module_.section("Machine");
  Instance& machine = module_.instance("u_machine", machine_);
  machine.connect("clk_i", net("clk_i"));
  for (const PortSpec& port : machine_.ports()) {
    if (port.name == "clk_i") continue;
    const std::string name = machine_net(port.name);
    if (port.name == "s_axil_wstrb_i") {
      machine.connect(port.name, literal(4, 15));
    } else if (!name.empty()) {
      machine.connect(port.name, net(name));
    } else {
      machine.leave_open(port.name);
    }
  }
}

}  // namespace dpwa::gen
