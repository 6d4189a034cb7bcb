// SPDX-License-Identifier: Apache-2.0
// The interfaces written in C++ against the Verilog they describe, as Yosys elaborates it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gen/emit/sources.h"
#include "gen/units/interfaces.h"
#include "model/base/error.h"
#include "model/base/process.h"
#include "tests/gen/lint.h"
#include "tests/gen/parameters.h"

namespace dpwa::gen {

// For GoogleTest, which looks for it beside the type.
void PrintTo(const Interface& leaf, std::ostream* out) { *out << leaf.module(); }
namespace {

namespace fs = std::filesystem;

/// One line per parameter and port, so that a difference reads well.
using Lines = std::vector<std::string>;

std::string line(const std::string& name, bool output, std::int64_t width, bool is_signed) {
  return fmt::format("{} {}: {} bits{}", output ? "output" : "input", name, width,
                     is_signed ? ", signed" : "");
}

Lines described(const Interface& leaf, const Environment& parameters) {
  Lines lines;
  for (const ParameterSpec& each : leaf.parameters()) {
    const auto found = parameters.find(each.name);
    const std::int64_t value = found == parameters.end() ? each.default_value.eval() : found->second;
    lines.push_back(fmt::format("parameter {} = {}", each.name, value));
  }
  std::sort(lines.begin(), lines.end());
  for (const PortSpec& port : leaf.ports()) {
    lines.push_back(
        line(port.name, port.direction == Direction::output, port.width.eval(parameters), port.is_signed));
  }
  return lines;
}

/// The leaf and what it instantiates.
std::string files_of(const std::string& module) {
  std::string files;
  for (const EmbeddedFile& file : module_closure({module})) {
    files += fmt::format(" {}/{}", DPWA_SOURCE_DIR, file.path);
  }
  return files;
}

Lines elaborated(const std::string& module, const Environment& parameters) {
  const fs::path json_file = scratch_folder() / "module.json";
  std::string chparam;
  for (const auto& [name, value] : parameters) chparam += fmt::format(" -chparam {} {}", name, value);
  const std::string script = fmt::format("read_verilog{}; hierarchy -top {}{}; proc; write_json {}",
                                         files_of(module), module, chparam, json_file.string());
  EXPECT_EQ(run({{"yosys", "-q", "-p", script}, {}, {}}), 0) << module;
  const auto json = nlohmann::ordered_json::parse(std::ifstream(json_file));
  const auto& found = json.at("modules").at(module);
  Lines lines;
  const auto parameters_found = found.value("parameter_default_values", nlohmann::ordered_json::object());
  for (const auto& [name, bits] : parameters_found.items()) {
    lines.push_back(fmt::format("parameter {} = {}", name, std::stoll(bits.get<std::string>(), nullptr, 2)));
  }
  std::sort(lines.begin(), lines.end());
  for (const auto& [name, port] : found.at("ports").items()) {
    lines.push_back(line(name, port.at("direction") == "output",
                         static_cast<std::int64_t>(port.at("bits").size()), port.contains("signed")));
  }
  return lines;
}

class LeafInterface : public testing::TestWithParam<Interface> {};

TEST_P(LeafInterface, EqualsTheVerilogAtTheDefaults) {
  EXPECT_EQ(described(GetParam(), {}), elaborated(GetParam().module(), {}));
}

TEST_P(LeafInterface, EqualsTheVerilogAtOtherParameters) {
  const Environment parameters = other_parameters(GetParam());
  EXPECT_EQ(described(GetParam(), parameters), elaborated(GetParam().module(), parameters));
}

INSTANTIATE_TEST_SUITE_P(
    Rtl, LeafInterface,
    testing::Values(
        interfaces::mac_lane(), interfaces::corrector(), interfaces::write_back(), interfaces::max_pool(),
        interfaces::residual(), interfaces::activation_table(), interfaces::tile_assembler(),
        interfaces::write_back_serial(), interfaces::digit_writer(), interfaces::digit_ram(),
        interfaces::store_serial(), interfaces::quantizer(), interfaces::dequantizer(),
        interfaces::weight_decoder(), interfaces::pcu(), interfaces::delay(), interfaces::sum_words(),
        interfaces::write_bus(), interfaces::premax(), interfaces::control(), interfaces::sequencer(),
        interfaces::scanner(), interfaces::refill(), interfaces::tile_queue(), interfaces::issue(),
        interfaces::lane_array(), interfaces::drain(), interfaces::write_back_array(), interfaces::store(),
        interfaces::ram(), interfaces::width_table(), interfaces::weight_sram(), interfaces::dense_sram(),
        interfaces::registers(), interfaces::unpacker(), interfaces::input_constants(), interfaces::packer(),
        interfaces::output_reader(), interfaces::output_tail(), interfaces::loader(), interfaces::sticky(),
        interfaces::axil_slave(), interfaces::uart_host(), interfaces::flash_boot(), interfaces::boot_test()),
    [](const auto& each) { return each.param.module(); });

TEST(LeafInterfaceComparison, SeesAWrongWidthDirectionAndDefault) {
  Interface wrong("dpwa_delay");
  const Int width = wrong.parameter("WIDTH", 2);
  wrong.parameter("CYCLES", 1);
  wrong.input("clk_i");
  wrong.output("d_i", width);
  wrong.output("q_o", 1);
  const Lines lines = described(wrong, {});
  const Lines truth = elaborated("dpwa_delay", {});
  ASSERT_EQ(lines.size(), truth.size());
  EXPECT_EQ(lines[0], truth[0]);
  EXPECT_NE(lines[1], truth[1]);
  EXPECT_NE(lines[3], truth[3]);
  EXPECT_NE(described(wrong, {{"WIDTH", 4}})[4], elaborated("dpwa_delay", {{"WIDTH", 4}})[4]);
}

}  // namespace
}  // namespace dpwa::gen
