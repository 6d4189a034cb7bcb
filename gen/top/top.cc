// SPDX-License-Identifier: Apache-2.0
#include "gen/top/top.h"

#include <optional>

#include "gen/top/group.h"
#include "gen/top/host_registers.h"
#include "gen/top/top_builder.h"
#include "gen/top/uart_top.h"

namespace dpwa::gen {

Design build_top(const config::Config& config) {
  const bool uart = config.host_port == config::HostPort::uart;
  Design design(uart ? "dpwa_uart_top" : "dpwa_top");
  Module& group =
      design.add("dpwa_group",
                 "the lanes that share one activation port, with everything that feeds them.\n\n"
                 "Runs its share of every node from its own descriptors; stores go out on store_* and come "
                 "back, with those of the other groups, on bus_*.");
  GroupBuilder(config, group).build();
  std::optional<Interface> registers;
  if (config.has_registers()) {
    Module& module = design.add("dpwa_host_registers",
                                "the registers that the host reads and writes.\n\n"
                                "docs/registers.md gives their meaning; both come from one table.");
    HostRegistersBuilder(config, module).build();
    registers = module.interface();
  }
  Module& top =
      design.add("dpwa_top",
                 "the accelerator: streams, input and output units, lane groups.\n\n"
                 "Packets come in on s_axis_*, outputs leave on m_axis_*, one word per value, tlast on an "
                 "output's last word. docs/architecture.md tells the path of a value and every contract.");
  TopBuilder(config, top, group.interface(), registers).build();
  if (uart) {
    Module& board =
        design.add("dpwa_uart_top", "the accelerator behind a serial line (docs/host-protocol.md).");
    UartTopBuilder(config, board, top.interface()).build();
  }
  return design;
}

std::vector<std::string> system_bench(const config::Config& config) {
  std::vector<std::string> files = {"tb/system/network_tb.cc", "tb/system/register_port.h",
                                    "tb/common/dump_format.h"};
  if (config.host_port == config::HostPort::uart)
    files.insert(files.end(),
                 {"tb/board/virtual_board.cc", "tb/common/serial_line.h", "tb/common/spi_flash.h"});
  return files;
}

std::map<std::string, std::string> host_files(const config::Config& config) {
  if (!config.has_registers()) return {};
  return {{"dpwa_registers.h", register_header(config)}};
}

}  // namespace dpwa::gen
