// SPDX-License-Identifier: Apache-2.0
// Activation functions (docs/numerics.md N11): rounded results index a table.
#include "gen/top/group.h"

namespace dpwa::gen {

void GroupBuilder::declare_results(const std::string& prefix) {
  declare(prefix + "_valid");
  declare(prefix + "_slice", 5);
  declare(prefix + "_values", size("WB_LANES") * size("VALUE_W"));
  declare(prefix + "_above", size("WB_LANES"));
  declare(prefix + "_below", size("WB_LANES"));
}

void GroupBuilder::connect_rounded(Instance& instance) {
  for (const char* name : {"valid", "slice", "values", "above", "below"}) {
    instance.connect(std::string(name) + "_o", net(rounded() + "_" + name));
  }
}

void GroupBuilder::table() {
  module_.section("Activation functions: a table that the rounded results index");
  const Int address = clog2(size("TABLE_WORDS"));
  Instance& table = place("u_table", interfaces::activation_table());
  table.set("WB_LANES", size("WB_LANES"))
      .set("VALUE_W", size("VALUE_W"))
      .set("WORDS", size("TABLE_WORDS"))
      .connect("we_i", load_we(lower::Target::table_values))
      .connect("waddr_i", part(net("load_addr_i"), 0, address))
      .connect("wdata_i", part(net("load_data_i"), 0, size("VALUE_W")))
      .connect("table_i", node_field("table"))
      .connect("base_i", node_field("table_base", address));
  for (const char* name : {"valid", "slice", "values", "above", "below"}) {
    table.connect(std::string(name) + "_i", net(std::string("index_") + name));
    table.connect(std::string(name) + "_o", net(std::string("result_") + name));
  }
}

}  // namespace dpwa::gen
