// SPDX-License-Identifier: Apache-2.0
// The lane groups and what lies between them.
#include "gen/top/top_builder.h"

namespace dpwa::gen {

void TopBuilder::groups() {
  module_.section("Lane groups");
  const Int count = size("GROUPS");
  const auto each_bit = [&](const char* name, const char* doc = "") { declare(name, count, doc); };
  each_bit("group_done");
  each_bit("group_busy");
  each_bit("group_start");
  each_bit("group_run_done");
  each_bit("store_tile_we");
  each_bit("store_word_we");
  declare("store_tile", count * size("TILE_W"));
  declare("store_planes", count * size("ENTRY_W"));
  declare("store_addr", count * size("WORD_W"));
  declare("store_word", count * size("PLANE_W"));
  declare("bus_tile_we");
  declare("bus_tile", size("TILE_W"));
  declare("bus_planes", size("ENTRY_W"));
  declare("bus_word_we");
  declare("bus_addr", size("WORD_W"));
  declare("bus_word", size("PLANE_W"));
  if (config_.serial_write_back()) {
    declare("store_digits", size("PRODUCTS"));
    declare("bus_digits", size("PRODUCTS"));
  }
  if (config_.groups > 1) declare("bus_popped", count);
  declare("node_done");
  declare("widths", count * 3);
  declare("words", count * size("PLANE_W"));
  declare("counters", count * 32);
  if (streams()) {
    declare("refills", count * 32);
    declare("stalls", count * 32);
  }
  // Group 0 packs the input and hands out the output; the others see none of it.
  const auto only_first = [&](const char* name, const char* source) {
    declare(name, count);
    const Expr first = net(source);
    module_.assign(net(name), config_.groups == 1 ? first : concat({zeros(count - 1), first}));
  };
  only_first("group_pack_valid", "pack_valid");
  only_first("group_pack_flush", "pack_flush");
  only_first("group_read_table_re", "read_table_re");
  only_first("group_read_word_re", "read_word_re");
  declare("cut_now");
  module_.assign(net("cut_now"), net("value_valid") & net("value_cut") & ~net("input_done"));
  only_first("group_cut", "cut_now");

  Generate& loop = module_.generate_for("gen_group", "g", count);
  Instance& group = loop.instance("u_group", group_);
  const Int g = loop.index();
  const auto of_group = [&](const char* name, const Int& width) { return part(net(name), g * width, width); };
  group.set("INDEX", g);
  pass_sizes(group);
  group.connect("clk_i", net("clk_i")).connect("rst_ni", net("rst_ni"));
  for (const char* shared :
       {"load_we",   "load_target", "load_bank",    "load_addr",    "load_data",   "run",         "node_done",
        "border",    "input_start", "packing",      "pack_element", "pack_mask",   "pack_values", "pack_tile",
        "pack_word", "bus_tile_we", "bus_tile",     "bus_planes",   "bus_word_we", "bus_addr",    "bus_word",
        "read_tile", "read_word",   "counter_node", "counter_index"}) {
    group.connect(std::string(shared) + "_i", net(shared));
  }
  group.connect("value_cut_i", of_group("group_cut", 1))
      .connect("pack_valid_i", of_group("group_pack_valid", 1))
      .connect("pack_flush_i", of_group("group_pack_flush", 1))
      .connect("read_table_re_i", of_group("group_read_table_re", 1))
      .connect("read_word_re_i", of_group("group_read_word_re", 1))
      .connect("run_done_o", of_group("group_run_done", 1))
      .connect("node_start_o", of_group("group_start", 1))
      .connect("done_o", of_group("group_done", 1))
      .connect("busy_o", of_group("group_busy", 1))
      .connect("store_tile_we_o", of_group("store_tile_we", 1))
      .connect("store_tile_o", of_group("store_tile", size("TILE_W")))
      .connect("store_planes_o", of_group("store_planes", size("ENTRY_W")))
      .connect("store_word_we_o", of_group("store_word_we", 1))
      .connect("store_addr_o", of_group("store_addr", size("WORD_W")))
      .connect("store_word_o", of_group("store_word", size("PLANE_W")))
      .connect("read_width_o", of_group("widths", 3))
      .connect("read_data_o", of_group("words", size("PLANE_W")))
      .connect("counter_o", of_group("counters", 32))
      .connect("beat_o", of_group("observe_beats_o", 1));
  if (config_.groups > 1) group.connect("bus_popped_i", of_group("bus_popped", 1));
  if (config_.serial_write_back()) {
    group.connect("store_digits_o", net("store_digits"))
        .connect("bus_digits_i", net("bus_digits"))
        .connect("pack_ready_o", net("pack_ready"));
  } else {
    module_.assign(net("pack_ready"), literal(1, 1));
  }
  if (streams()) {
    group.connect("refill_words_o", of_group("refills", 32))
        .connect("weight_stalls_o", of_group("stalls", 32));
  }

  const auto first_of = [&](const char* name, const char* source, const Int& width) {
    module_.assign(net(name), part(net(source), 0, width));
  };
  first_of("run_done", "group_run_done", 1);
  first_of("read_width", "widths", 3);
  first_of("read_data", "words", size("PLANE_W"));
  first_of("observe_start_o", "group_start", 1);
  store_bus();
  counters();
  if (config_.groups > 1) {
    module_.unused("unused_groups",
                   concat({net("group_run_done"), net("group_start"), net("widths"), net("words")}));
  }
}

void TopBuilder::counters() {
  const auto sum = [&](const std::string& port, const std::string& of_groups) {
    if (config_.groups == 1) {
      module_.assign(net(port), net(of_groups));
      return;
    }
    const std::string name = of_groups + "_sum";
    declare(name, 33);
    place("u_" + name, interfaces::sum_words())
        .set("WORDS", size("GROUPS"))
        .set("X_W", 32)
        .set("Y_W", 33)
        .connect("x_i", net(of_groups))
        .connect("sum_o", net(name));
    module_.assign(net(port), slice(net(name), 31, 0));
    module_.unused("unused_" + of_groups, bit(net(name), 32));
  };
  sum("counter_o", "counters");
  if (streams()) {
    sum("refill_words_o", "refills");
    sum("weight_stalls_o", "stalls");
  }
}

void TopBuilder::store_bus() {
  if (config_.groups == 1) {
    module_.comment("One group: what it stores goes straight into its memories.");
    for (const char* name : {"tile_we", "tile", "planes", "word_we", "addr", "word"}) {
      module_.assign(net(std::string("bus_") + name), net(std::string("store_") + name));
    }
    if (config_.serial_write_back()) module_.assign(net("bus_digits"), net("store_digits"));
    module_.assign(net("node_done"), net("group_done"));
    module_.assign(net("stored"), ~net("group_busy"));
  } else {
    module_.section("Store bus: every group's words and widths go to the memories of all");
    const Int count = size("GROUPS");
    derive("STORE_W", size("TILE_W") + 2 + size("ENTRY_W") + size("WORD_W") + size("PLANE_W"));
    declare("store_entries", count * size("STORE_W"));
    declare("bus_empty", count);
    declare("bus_valid");
    declare("bus_entry", size("STORE_W"));
    Generate& loop = module_.generate_for("gen_entry", "e", count);
    const Int e = loop.index();
    const auto of_group = [&](const char* name, const Int& width) {
      return part(net(name), e * width, width);
    };
    loop.assign(of_group("store_entries", size("STORE_W")),
                concat({of_group("store_tile_we", 1), of_group("store_word_we", 1),
                        of_group("store_planes", size("ENTRY_W")), of_group("store_tile", size("TILE_W")),
                        of_group("store_addr", size("WORD_W")), of_group("store_word", size("PLANE_W"))}));
    place("u_store_bus", interfaces::write_bus())
        .set("GROUPS", count)
        .set("ENTRY_W", size("STORE_W"))
        .set("DEPTH", config::kStoreEntries)
        .connect("start_i", net("observe_start_o"))
        .connect("push_i", net("store_tile_we") | net("store_word_we"))
        .connect("entries_i", net("store_entries"))
        .connect("valid_o", net("bus_valid"))
        .connect("entry_o", net("bus_entry"))
        .connect("popped_o", net("bus_popped"))
        .connect("empty_o", net("bus_empty"));
    declare("entry_tile_we");
    declare("entry_word_we");
    module_.assign(concat({net("entry_tile_we"), net("entry_word_we"), net("bus_planes"), net("bus_tile"),
                           net("bus_addr"), net("bus_word")}),
                   net("bus_entry"));
    module_.assign(net("bus_tile_we"), net("bus_valid") & net("entry_tile_we"));
    module_.assign(net("bus_word_we"), net("bus_valid") & net("entry_word_we"));
    module_.assign(net("node_done"), all(net("group_done")) & all(net("bus_empty")));
    module_.assign(net("stored"), ~any(net("group_busy")) & all(net("bus_empty")));
  }
  for (const auto& [port, source] : {std::pair{"observe_tile_we_o", "bus_tile_we"},
                                     {"observe_tile_o", "bus_tile"},
                                     {"observe_planes_o", "bus_planes"},
                                     {"observe_word_we_o", "bus_word_we"},
                                     {"observe_word_addr_o", "bus_addr"},
                                     {"observe_word_o", "bus_word"}}) {
    module_.assign(net(port), net(source));
  }
  if (config_.serial_write_back()) module_.assign(net("observe_digits_o"), net("bus_digits"));
}

}  // namespace dpwa::gen
