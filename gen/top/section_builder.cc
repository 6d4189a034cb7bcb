// SPDX-License-Identifier: Apache-2.0
#include "gen/top/section_builder.h"

#include <stdexcept>

namespace dpwa::gen {
namespace {

struct SizeParameter {
  const char* name;
  int config::Config::*member;
  const char* doc;
};

constexpr SizeParameter kSizeParameters[] = {
    {"PRODUCTS", &config::Config::products, "values per tile; the lanes of a group divide it"},
    {"ACC_W", &config::Config::acc_w, "accumulator bits"},
    {"MULT_W", &config::Config::mult_w, "write-back multiplier bits"},
    {"SHIFT_MAX", &config::Config::shift_max, "largest write-back shift"},
    {"LANE_CUTS", &config::Config::lane_cuts, "register levels in a lane's adder tree"},
};

struct SizeConstant {
  const char* name;
  int config::Config::*member;
};

/// What the widths of the descriptor's fields (config::node_fields) follow, LANES and DENSE_WORDS apart:
/// these sizes are numbers in the text, since a change at instantiation could not move the fields.
constexpr SizeConstant kSizeConstants[] = {
    {"WB_LANES", &config::Config::wb_lanes},
    {"PLANES_MAX", &config::Config::planes_max},
    {"SCAN_TILES", &config::Config::scan_tiles},
    {"WEIGHT_WORDS", &config::Config::weight_words},
    {"WEIGHT_TILES", &config::Config::weight_tiles},
    {"ACTIVATION_WORDS", &config::Config::activation_words},
    {"ACTIVATION_TILES", &config::Config::activation_tiles},
    {"CHANNELS", &config::Config::channels},
    {"NODES", &config::Config::nodes},
    {"CONV", &config::Config::conv},
};

}  // namespace

void SectionBuilder::parameter(const std::string& name, const Int& value, const std::string& doc) {
  sizes_.emplace(name, module_.parameter(name, value, doc));
}

void SectionBuilder::derive(const std::string& name, const Int& value) {
  sizes_.emplace(name, module_.localparam(name, value));
}

void SectionBuilder::constant(const std::string& name, int value) { sizes_.emplace(name, value); }

void SectionBuilder::declare_sizes(int lanes) {
  constant("LANES", lanes);
  for (const SizeConstant& each : kSizeConstants) constant(each.name, config_.*each.member);
  for (const SizeParameter& each : kSizeParameters) parameter(each.name, config_.*each.member, each.doc);
  parameter("LUT_STYLE", static_cast<int>(config_.lut_style), "0 generic, 1 ice40, 2 ecp5, 3 asic");
}

void SectionBuilder::derive_sizes() {
  derive("VALUE_W", 4 * size("PLANES_MAX") + 1);
  derive("ENTRY_W", entry_bits());
  derive("PLANE_W", 4 * size("PRODUCTS"));
  derive("ELEMENT_W", clog2(size("PRODUCTS")));
  derive("TILE_W", clog2(size("ACTIVATION_TILES")));
  derive("WORD_W", clog2(size("ACTIVATION_WORDS")));
}

void SectionBuilder::pass_sizes(Instance& group) const {
  for (const SizeParameter& each : kSizeParameters) group.set(each.name, size(each.name));
  group.set("LUT_STYLE", size("LUT_STYLE"));
}

void SectionBuilder::input(const std::string& name, const Int& width, const std::string& doc) {
  nets_.emplace(name, module_.input(name, width, doc));
}

void SectionBuilder::output(const std::string& name, const Int& width, const std::string& doc) {
  nets_.emplace(name, module_.output(name, width, doc));
}

void SectionBuilder::declare(const std::string& name, const Int& width, const std::string& doc) {
  nets_.emplace(name, module_.wire(name, width, doc));
}

Expr SectionBuilder::net(const std::string& name) const {
  const auto found = nets_.find(name);
  if (found == nets_.end()) throw std::logic_error("no net " + name + " in " + module_.name());
  return found->second;
}

Int SectionBuilder::size(const std::string& name) const {
  const auto found = sizes_.find(name);
  if (found == sizes_.end()) throw std::logic_error("no size " + name + " in " + module_.name());
  return found->second;
}

Instance& SectionBuilder::place(const std::string& name, const Interface& leaf) {
  Instance& instance = module_.instance(name, leaf);
  if (leaf.find_port("clk_i") != nullptr) instance.connect("clk_i", net("clk_i"));
  if (leaf.find_port("rst_ni") != nullptr) instance.connect("rst_ni", net("rst_ni"));
  return instance;
}

Expr SectionBuilder::field(const Expr& bus, const lower::Field& f) const { return field(bus, f, f.bits); }

Expr SectionBuilder::field(const Expr& bus, const lower::Field& f, const Int& width) const {
  return part(bus, 32 * f.word + f.lsb, width);
}

}  // namespace dpwa::gen
