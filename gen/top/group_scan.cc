// SPDX-License-Identifier: Apache-2.0
// The sections of dpwa_group that decide the beats: scan, queue and issue.
#include "gen/top/group.h"

namespace dpwa::gen {

void GroupBuilder::scan() {
  module_.section("Scan: SCAN_TILES tiles looked at per cycle");
  declare("queue_space");
  declare("queue_step");
  declare("queue_act", 3 * size("SCAN_TILES"));
  declare("queue_weight", 3 * size("SCAN_TILES"));
  declare("queue_act_word", size("WORD_W"));
  declare("queue_weight_word", size("INDEX_W"));
  declare("queue_end");
  declare("queue_job", 3);
  declare("queue_tag", size("JOB_W"), config_.has_classes() ? "{step class, job}" : "");
  Instance& scanner = place("u_scanner", interfaces::scanner());
  scanner.set("READS", size("SCAN_TILES"));
  const int kernel_bits = std::max(1, field_bits("kernel_rows"));
  scanner.set("TILE_W", size("TILE_W")).set("WORD_W", size("WORD_W"));
  scanner.set("WTILE_W", size("WTILE_W")).set("WWORD_W", size("INDEX_W"));
  scanner.set("GROUP_W", size("GROUP_W")).set("KERNEL_W", kernel_bits);
  scanner.set("CONV", size("CONV"));
  scanner.set("POOL_PADS", config_.pads_pools() ? 1 : 0);
  if (cut()) scanner.set("CUTS", 1);
  connect_windowed(scanner);
  if (config_.has_tap_windows()) scanner.set("COLUMN_W", field_bits("pool_columns"));
  scanner.connect("start_i", net("node_start_o") & ~node_field("idle"));
  const auto fields = [&](const Int& width, std::initializer_list<const char*> names) {
    for (const char* name : names) scanner.connect(std::string(name) + "_i", node_field(name, width));
  };
  fields(size("TILE_W"),
         {"in_tile_base", "in_tiles", "row_tiles", "out_columns", "first_column", "positions"});
  fields(size("COORD_W"), {"t_first", "t_column", "t_window", "t_group", "t_line", "x_first", "x_column",
                           "x_group", "x_position", "x_line", "t_low", "t_high", "x_low", "x_high"});
  fields(size("WORD_W"), {"in_word_base"});
  fields(3, {"in_planes"});
  fields(field_bits("run_steps"), {"run_steps"});
  fields(field_bits("run_rest"), {"run_rest"});
  fields(kernel_bits, {"kernel_rows"});
  fields(1, {"shared", "pool_pads"});
  fields(4, {"pool_rows", "window_wait", "window_skip"});
  fields(config_.has_tap_windows() ? field_bits("pool_columns") : 4, {"pool_columns"});
  fields(size("GROUP_W"), {"groups"});
  fields(size("WTILE_W"), {"weight_tile_base"});
  fields(size("INDEX_W"), {"weight_word_base"});
  scanner.connect("table_re_o", net("scan_re"))
      .connect("act_tile_o", net("scan_tile"))
      .connect("act_widths_i", net("act_widths"))
      .connect("weight_tile_o", net("scan_wtile"))
      .connect("weight_widths_i", net("weight_widths"))
      .connect("space_i", streams() ? net("queue_space") & ~net("scan_too_far") : net("queue_space"))
      .connect("step_o", net("queue_step"))
      .connect("act_planes_o", net("queue_act"))
      .connect("weight_planes_o", net("queue_weight"))
      .connect("act_word_o", net("queue_act_word"))
      .connect("weight_word_o", net("queue_weight_word"))
      .connect("end_o", net("queue_end"))
      .connect("job_o", net("queue_job"));
  if (streams()) {
    scanner.connect("endless_i", node_field("streamed") & ~node_field("keep"));
    scanner.connect("oldest_word_o", net("scan_index"));
  } else {
    scanner.connect("endless_i", literal(1, 0)).leave_open("oldest_word_o");
  }
}

void GroupBuilder::issue() {
  module_.section("Issue: one beat per cycle");
  declare("stall");
  declare("head_pop");
  declare("head_valid");
  declare("head_end");
  declare("head_tag", size("JOB_W"));
  declare("head_job", 3);
  declare("head_act", 3);
  declare("head_weight", 3);
  declare("head_act_word", size("WORD_W"));
  declare("head_step_word", size("INDEX_W"));
  declare("head_tile_offset", 5);
  if (config_.has_classes()) {
    module_.comment("The tiles of a step lie in one row, so they have one step class.");
    Expr step_class = zeros(2);
    for (int tile = 0; tile < config_.scan_tiles; ++tile) {
      const Expr taken = any(part(net("queue_act"), 3 * tile, 3));
      step_class = step_class | mux(taken, part(net("act_entries"), entry_bits() * tile + 3, 2), zeros(2));
    }
    module_.assign(net("queue_tag"), concat({step_class, net("queue_job")}));
  } else {
    module_.assign(net("queue_tag"), net("queue_job"));
  }
  module_.assign(net("head_job"), part(net("head_tag"), 0, 3));
  place("u_queue", interfaces::tile_queue())
      .set("READS", size("SCAN_TILES"))
      .set("JOB_W", size("JOB_W"))
      .set("WORD_W", size("WORD_W"))
      .set("WWORD_W", size("INDEX_W"))
      .connect("step_i", net("queue_step"))
      .connect("act_planes_i", net("queue_act"))
      .connect("weight_planes_i", net("queue_weight"))
      .connect("act_word_i", net("queue_act_word"))
      .connect("weight_word_i", net("queue_weight_word"))
      .connect("end_i", net("queue_end"))
      .connect("job_i", net("queue_tag"))
      .connect("space_o", net("queue_space"))
      .connect("slot_planes_i", node_field("in_planes", 3))
      .connect("pop_i", net("head_pop"))
      .connect("valid_o", net("head_valid"))
      .connect("end_o", net("head_end"))
      .connect("job_o", net("head_tag"))
      .connect("act_planes_o", net("head_act"))
      .connect("weight_planes_o", net("head_weight"))
      .connect("act_word_o", net("head_act_word"))
      .connect("step_word_o", net("head_step_word"))
      .connect("tile_offset_o", net("head_tile_offset"));
  Instance& issue = place("u_issue", interfaces::issue());
  issue.set("LANES", size("LANES"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("SLICES", size("SLICES"))
      .set("PREMAX", size("PREMAX"))
      .set("SERIAL", serial() ? 1 : 0)
      .set("WORD_W", size("WORD_W"))
      .set("WWORD_W", size("INDEX_W"))
      .set("LEVEL_W", size("LEVEL_W"))
      .set("SLOT_W", field_bits("flush_cycles"))
      .connect("start_i", net("node_start_o"))
      .connect("signed_i", node_field("in_signed"))
      .connect("windowed_i", node_field("windowed"))
      .connect("flush_cycles_i", node_field("flush_cycles", field_bits("flush_cycles")))
      .connect("free_i", serial() ? net("store_free") : literal(1, 1))
      .connect("room_i", config_.groups > 1 ? net("store_room") : literal(1, 1))
      .connect("valid_i", net("head_valid"))
      .connect("end_i", net("head_end"))
      .connect("job_i", net("head_job"))
      .connect("class_i", config_.has_classes() ? part(net("head_tag"), 3, 2) : zeros(2))
      .connect("act_planes_i", net("head_act"))
      .connect("weight_planes_i", net("head_weight"))
      .connect("act_word_i", net("head_act_word"))
      .connect("step_word_i", net("head_step_word"))
      .connect("tile_offset_i", net("head_tile_offset"))
      .connect("pop_o", net("head_pop"))
      .connect("stall_o", net("stall"))
      .connect("read_o", net("read"))
      .connect("beat_o", net("beat"))
      .connect("last_o", net("beat_last"))
      .connect("level_o", net("beat_level"))
      .connect("top_signed_o", net("beat_signed"))
      .connect("act_addr_o", net("beat_act"))
      .connect("weight_addr_o", net("beat_weight"));
  if (streams()) {
    issue.connect("ready_i", net("weight_ready"))
        .connect("starved_o", net("starved"))
        .connect("weight_plane_o", net("beat_weight_plane"));
  } else {
    issue.connect("ready_i", literal(1, 1)).leave_open("starved_o").leave_open("weight_plane_o");
  }
  if (config_.has_tap_windows()) {
    issue.set("WINDOW_PLANES", config_.window_planes).set("WINDOW_TAPS", config::kWindowTaps);
    issue.connect("window_o", net("beat_window"));
  } else {
    issue.leave_open("window_o");
  }
  if (config_.groups > 1) {
    issue.connect("flush_o", net("beat_flush"));
    place("u_store_room", interfaces::store_room())
        .set("DEPTH", config::kStoreEntries)
        .connect("start_i", net("node_start_o"))
        .connect("slot_i", node_field("out_planes", 3))
        .connect("job_i", net("beat_flush"))
        .connect("tile_i", net("store_tile_we_o"))
        .connect("planes_i", part(net("store_planes_o"), 0, 3))
        .connect("popped_i", net("bus_popped_i"))
        .connect("room_o", net("store_room"));
  } else {
    issue.leave_open("flush_o");
  }
  module_.assign(net("beat_o"), net("beat"));
}

}  // namespace dpwa::gen
