// SPDX-License-Identifier: Apache-2.0
#include "gen/top/top.h"

#include "gen/top/builder.h"

namespace dpwa::gen {

Design build_top(const config::Config& config) {
  Design design("dpwa_top");
  Module& top = design.add("dpwa_top",
                           "one lane group with its memories, sequencer and streams.\n\n"
                           "Packets come in on s_axis_*, outputs leave on m_axis_*, one word per value, "
                           "tlast on an output's last word. "
                           "docs/architecture.md tells the path of a value and the contract of every unit.");
  TopBuilder(config, top).build();
  return design;
}

}  // namespace dpwa::gen
