// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <utility>

#include "model/base/error.h"
#include "model/config/config.h"

namespace dpwa::config {
namespace {

Error wrong_value(const char* key, const std::string& allowed, const std::string& found) {
  return fail(ExitCode::usage, "{}: expected {}, found '{}'", key, allowed, found);
}

Field integer(const char* key, int Config::*member, int lowest, int highest, const char* meaning) {
  const std::string allowed = fmt::format("an integer {}..{}", lowest, highest);
  const auto set = [=](Config& config, const std::string& text) {
    int value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc() || stop != end || value < lowest || value > highest) {
      throw wrong_value(key, allowed, text);
    }
    config.*member = value;
  };
  return {key, meaning, allowed, true, [=](const Config& c) { return std::to_string(c.*member); }, set};
}

template <typename Enum>
Field choice(const char* key, Enum Config::*member, std::vector<std::pair<std::string, Enum>> names,
             const char* meaning) {
  std::string allowed;
  for (const auto& [name, value] : names) allowed += (allowed.empty() ? "" : " | ") + name;
  const auto get = [=](const Config& config) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& each) { return each.second == config.*member; });
    return found->first;
  };
  const auto set = [=](Config& config, const std::string& text) {
    for (const auto& [name, value] : names) {
      if (name == text) {
        config.*member = value;
        return;
      }
    }
    throw wrong_value(key, allowed, text);
  };
  return {key, meaning, allowed, false, get, set};
}

constexpr std::pair<const char*, bool Policies::*> kPolicies[] = {
    {"range", &Policies::range}, {"static", &Policies::static_}, {"variance", &Policies::variance}};

/// Names from the table in its order, separated by commas.
Field policies_field() {
  const char* const allowed = "some of range,static,variance, in this order";
  const auto set = [=](Config& config, const std::string& text) {
    Policies policies;
    for (const auto& [name, member] : kPolicies) {
      policies.*member = ("," + text + ",").find("," + std::string(name) + ",") != std::string::npos;
    }
    if (text.empty() || policy_names(policies) != text) throw wrong_value("POLICIES", allowed, text);
    config.policies = policies;
  };
  const auto get = [](const Config& config) { return policy_names(config.policies); };
  return {"POLICIES", "policies of the precision control unit", allowed, false, get, set};
}

Field optional(Field field) {
  field.optional = true;
  return field;
}

Field name_field() {
  const char* const allowed = "1 to 32 letters, digits, '-' or '_'";
  const auto set = [allowed](Config& config, const std::string& text) {
    const auto legal = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '_';
    };
    if (text.empty() || text.size() > 32 || !std::all_of(text.begin(), text.end(), legal)) {
      throw wrong_value("NAME", allowed, text);
    }
    config.name = text;
  };
  return {"NAME", "name in messages and reports",         allowed,
          false,  [](const Config& c) { return c.name; }, set};
}

}  // namespace

std::string policy_names(const Policies& policies) {
  std::string text;
  for (const auto& [name, member] : kPolicies) {
    if (policies.*member) text += (text.empty() ? "" : ",") + std::string(name);
  }
  return text;
}

const std::vector<Field>& fields() {
  constexpr int kWords = 1 << 24;
  static const std::vector<Field> table = {
      name_field(),
      integer("LANES", &Config::lanes, 1, 256, "MAC lanes in all groups together"),
      integer("GROUPS", &Config::groups, 1, 64,
              "lane groups, each with its own sequencer and activation port"),
      integer("WB_LANES", &Config::wb_lanes, 1, 16, "write-back lanes per group"),
      integer("PRODUCTS", &Config::products, 8, 32,
              "4x4 products per lane and beat = values per tile: 8, 16, 32"),
      integer("PLANES_MAX", &Config::planes_max, 2, 5, "most 4-bit planes of a tile"),
      integer("ACC_W", &Config::acc_w, 24, 64, "accumulator bits"),
      integer("MULT_W", &Config::mult_w, 20, 32, "write-back multiplier bits"),
      integer("SHIFT_MAX", &Config::shift_max, 1, 63, "largest write-back right shift"),
      integer("SCAN_TILES", &Config::scan_tiles, 2, 4, "tiles whose widths are looked at per cycle: 2, 4"),
      integer("LANE_CUTS", &Config::lane_cuts, 0, 3, "register levels in the lane's adder tree"),
      optional(integer("STAGE_CUTS", &Config::stage_cuts, 0, 1,
                       "1: registers between memories, lanes and write-back, for a faster clock")),
      integer("PREMAX", &Config::premax, 0, 1, "1: max pool on accumulators, one drain per pool window"),
      integer("CONV", &Config::conv, 0, 1, "1: convolutions and max pools, 0: dense layers only"),
      integer("POOL_PADS", &Config::pool_pads, 0, 1, "1: max pools with padding"),
      choice<WriteBack>("WRITE_BACK", &Config::write_back,
                        {{"parallel", WriteBack::parallel}, {"serial", WriteBack::serial}},
                        "one value per cycle and write-back lane, or one unit that works bit by bit"),
      policies_field(),
      integer("PCU_COUNTERS", &Config::pcu_counters, 0, 1, "1: event counters of every node"),
      choice<LutStyle>("LUT_STYLE", &Config::lut_style,
                       {{"generic", LutStyle::generic},
                        {"ice40", LutStyle::ice40},
                        {"ecp5", LutStyle::ecp5},
                        {"asic", LutStyle::asic}},
                       "how the lane's adders are written"),
      choice<HostPort>(
          "HOST_PORT", &Config::host_port,
          {{"axi", HostPort::axi}, {"uart", HostPort::uart}, {"none", HostPort::none}},
          "AXI4-Stream data with AXI4-Lite registers, these behind a serial line, or bare streams"),
      optional(choice<Boot>(
          "BOOT", &Config::boot, {{"none", Boot::none}, {"spi", Boot::spi}, {"spi-test", Boot::spi_test}},
          "image at power-up: none, or read from the board's SPI flash, after tests of the machine")),
      choice<PortFormats>("PORT_FORMATS", &Config::port_formats,
                          {{"all", PortFormats::all}, {"integer", PortFormats::integer}},
                          "words at the ports: all, or only u8, s8, s16 in and integers out"),
      integer("WEIGHT_WORDS", &Config::weight_words, 16, kWords, "fast-tier weight plane words per lane"),
      integer("WEIGHT_TILES", &Config::weight_tiles, 16, kWords, "weight width-table entries per group"),
      integer("DENSE_WORDS", &Config::dense_words, 0, kWords,
              "dense-tier weight plane words in all, 0 = none"),
      integer("ACTIVATION_WORDS", &Config::activation_words, 256, kWords, "activation plane words per group"),
      integer("ACTIVATION_TILES", &Config::activation_tiles, 256, kWords,
              "activation width-table entries per group"),
      integer("RESIDUAL_WORDS", &Config::residual_words, 0, kWords,
              "words of WB_LANES fine values per group for additions, 0 = without additions"),
      optional(integer("FACTORS", &Config::factors, 0, 1,
                       "1: products of two computed tensors, one of them in the memory of additions")),
      optional(integer("WINDOW_PLANES", &Config::window_planes, 0, 5,
                       "planes of the tap windows in which lanes gather a depthwise node's taps, 0 = one-hot "
                       "weights")),
      integer("TABLE_WORDS", &Config::table_words, 0, 65536,
              "values of all activation tables together, 0 = without activation tables"),
      integer("INPUT_VALUES", &Config::input_values, 16, kWords, "values of one network input"),
      integer("INPUT_PLANES", &Config::input_planes, 1, 5,
              "most 4-bit planes of an input value; PLANES_MAX bounds it too"),
      integer("INPUT_CHANNELS", &Config::input_channels, 1, 16,
              "input channels with quantizer constants of their own"),
      integer("CHANNELS", &Config::channels, 16, 1 << 20, "channel constants of all nodes together"),
      integer("NODES", &Config::nodes, 2, 4096, "node descriptors"),
  };
  return table;
}

}  // namespace dpwa::config
