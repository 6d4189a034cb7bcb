// SPDX-License-Identifier: Apache-2.0
#include "gen/top/top.h"

#include "gen/top/group.h"
#include "gen/top/top_builder.h"

namespace dpwa::gen {

Design build_top(const config::Config& config) {
  Design design("dpwa_top");
  Module& group =
      design.add("dpwa_group",
                 "the lanes that share one activation port, with everything that feeds them.\n\n"
                 "Runs its share of every node from its own descriptors; stores go out on store_* and come "
                 "back, with those of the other groups, on bus_*.");
  GroupBuilder(config, group).build();
  Module& top =
      design.add("dpwa_top",
                 "the accelerator: streams, input and output units, lane groups.\n\n"
                 "Packets come in on s_axis_*, outputs leave on m_axis_*, one word per value, tlast on an "
                 "output's last word. docs/architecture.md tells the path of a value and every contract.");
  TopBuilder(config, top, group.interface()).build();
  return design;
}

}  // namespace dpwa::gen
