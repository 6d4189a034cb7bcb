// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/top/section_builder.h"
#include "model/config/descriptor.h"

namespace dpwa::gen {

/// Fills the module dpwa_group: the lanes that share one activation port, with sequencer, memories, scan,
/// issue, write-back and precision control, in the order of the data path.
class GroupBuilder : private SectionBuilder {
 public:
  GroupBuilder(const config::Config& config, Module& module)
      : SectionBuilder(config, module), fields_(config::node_fields(config)) {}
  void build();

 private:
  void sizes();
  void ports();
  void nets();
  void sequence();
  void memories();
  void scan();
  void issue();
  void bank_ports();     // who writes and reads the weight banks
  void weight_stream();  // dense tier and refill
  void arithmetic();
  void write_back();
  void residual();  // additions, behind the write-back
  void table();     // activation functions, behind both
  void store();
  void serial_store();  // both of them with WRITE_BACK = serial
  void precision_control();
  void store_entry();
  void assembler();
  void digit_writer();  // the same with WRITE_BACK = serial

  /// What both forms of write-back, of store and of tile writer have in common.
  void connect_constants(Instance& instance);
  /// Whether the node has tap windows, for what walks over its jobs.
  void connect_windowed(Instance& instance);
  void connect_results(Instance& store);
  /// Prefix of the nets that the last rounding drives: results, or what a table reads.
  std::string rounded() const { return config_.has_tables() ? "index" : "result"; }
  void declare_results(const std::string& prefix);
  void connect_rounded(Instance& instance);
  Instance& tile_writer(const std::string& name, const Interface& leaf);

  const config::NodeField& field_of(const std::string& name) const;
  int field_bits(const std::string& name) const;
  /// Descriptor field as a port of `width` bits takes it, extended with zeros.
  Expr node_field(const std::string& name, const Int& width = 1) const;
  Expr border_field(const std::string& name) const;
  Expr border_field(const std::string& name, const Int& width) const;
  /// Pool window as drain and store see it, - 1: with PREMAX every drained job is a whole window.
  Expr drained_window() const;
  Expr lane_last() const;
  Expr load_we(lower::Target target) const;
  bool serial() const { return config_.serial_write_back(); }
  bool cut() const { return config_.stage_cuts != 0; }
  /// What the issue says of the words to be read, when the memories take it.
  Expr at_memories(const std::string& name) const;
  /// STAGE_CUTS: `to` is `from` one cycle later.
  void register_between(const std::string& name, const Int& width, const Expr& from, const Expr& to);

  const std::vector<config::NodeField> fields_;
};

}  // namespace dpwa::gen
