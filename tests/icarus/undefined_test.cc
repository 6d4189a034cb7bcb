// SPDX-License-Identifier: Apache-2.0
//
// A design in Icarus Verilog from power-up, where everything is undefined: a host's recorded bytes load an
// image and run inputs; no output is ever undefined, and the answers are those of the golden model.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "fpga/host/board.h"
#include "gen/emit/emission.h"
#include "gen/lower/lower.h"
#include "gen/top/top.h"
#include "model/base/files.h"
#include "model/base/process.h"
#include "model/golden/executor.h"
#include "tests/base/temporary_directory.h"
#include "tests/host/board_model.h"
#include "tests/host/memory_line.h"
#include "tests/system/random_network.h"

namespace dpwa {
namespace {

namespace fs = std::filesystem;
using host::BoardModel;
using host::Frame;

constexpr int kInputs = 40, kImages = 2;

/// A line that keeps what passes: one string per request.
class RecordingLine : public host::MemoryLine {
 public:
  using MemoryLine::MemoryLine;
  void write(std::string_view bytes) override {
    requests.emplace_back(bytes);
    MemoryLine::write(bytes);
  }
  std::vector<std::string> requests;
};

system_test::RandomNetwork small_network() {
  system_test::RandomNetwork n({1, 1, kInputs}, false, 2, 7);
  n.add({21}).add({6, 1, 1, 1, 0, 1, true, 3});
  n.finish();
  return n;
}

/// What a host says to a board of this configuration that runs the network, and the outputs.
struct Session {
  Session(const config::Config& config, system_test::RandomNetwork& n) {
    const golden::Executor golden(n.network(), n.plan(), config.products);
    const std::vector<std::vector<float>> samples = n.samples(kImages);
    std::vector<std::vector<std::int32_t>> inputs;
    std::int64_t off_grid = 0;
    for (const std::vector<float>& sample : samples) {
      inputs.push_back(golden.port_words(sample.data(), off_grid));
      outputs.push_back(golden.run(inputs.back()).tensors[n.network().output].q);
    }
    std::size_t image = 0;
    BoardModel model(
        [&](const auto&, const auto&) {
          const auto& words = outputs.at(image++);
          return BoardModel::Words(words.begin(), words.end());
        },
        config::config_hash(config));
    RecordingLine line(model);
    host::Link link(line, {}, 0x12345678);
    host::Board board(link, config);
    SilentProgress silent;
    board.load(lower::lower(config, n.network(), n.plan()).words, silent);
    for (const auto& words : inputs)
      board.infer(lower::input_packet(n.plan().input, words), outputs[0].size());
    requests = line.requests;
  }
  std::vector<std::string> requests;
  std::vector<std::vector<std::int32_t>> outputs;  // [image]
};

/// What board_tb says of the Verilog in `sources`, options of iverilog among them; `answers`: the board's
/// frames.
std::string simulate(const fs::path& directory, const std::vector<std::string>& sources,
                     const Session& session, std::vector<Frame>& answers) {
  std::string host;
  for (const std::string& request : session.requests) {
    for (const char byte : request) host += fmt::format("{:02x}\n", static_cast<unsigned char>(byte));
    host += "100\n";
  }
  write_file(directory / "host.hex", host);
  std::vector<std::string> compile = {
      "iverilog", "-g2005", "-o", "sim", "-s", "board_tb", DPWA_SOURCE_DIR "/tests/icarus/board_tb.v"};
  compile.insert(compile.end(), sources.begin(), sources.end());
  std::string said;
  const auto keep = [&](const std::string& line) { said += line + "\n"; };
  if (run({compile, directory, keep}) != 0) return said;
  run({{"vvp", "-n", "sim", "+host=host.hex", "+board=board.hex"}, directory, keep});
  std::istringstream lines(read_file(directory / "board.hex"));
  host::FrameReader reader;
  for (std::string line; std::getline(lines, line);) {
    if (auto frame = reader.take(static_cast<std::uint8_t>(std::stoi(line, nullptr, 16))))
      answers.push_back(*frame);
  }
  return said;
}

/// Words of the answers to TAKE.
std::vector<std::int32_t> taken(const std::vector<Frame>& answers) {
  std::vector<std::int32_t> words;
  for (const Frame& answer : answers) {
    if (answer.code != (static_cast<int>(host::Request::take) | 0x80)) continue;
    for (std::size_t at = 2; at < answer.payload.size(); at += 4)
      words.push_back(static_cast<std::int32_t>(host::little_endian_at(answer.payload, at)));
  }
  return words;
}

class Undefined : public testing::Test {
 protected:
  /// The design's files; the line's speed is that of the bench.
  std::vector<std::string> write_design(const config::Config& config) {
    gen::Emission emission = gen::emit_design(config, gen::build_top(config), {});
    std::string& top = emission.files.at("rtl/dpwa_uart_top.v");
    const std::string speed = "CLOCKS_PER_BIT = 16";
    top.replace(top.find(speed), speed.size(), "CLOCKS_PER_BIT = 4");
    gen::write(emission, directory_.path() / "design");
    std::vector<std::string> files;
    for (const auto& [path, text] : emission.files) {
      if (fs::path(path).extension() == ".v") files.push_back("design/" + path);
    }
    return files;
  }
  void expect_answers(const Session& session, const std::vector<std::string>& files) const {
    std::vector<Frame> answers;
    EXPECT_EQ(simulate(directory_.path(), files, session, answers), "passed\n");
    EXPECT_EQ(answers.size(), session.requests.size());
    std::vector<std::int32_t> expected;
    for (const auto& output : session.outputs) expected.insert(expected.end(), output.begin(), output.end());
    EXPECT_EQ(taken(answers), expected);
  }

  TemporaryDirectory directory_;
};

const config::Config kConfig = config::load("icebreaker", {"BOOT=spi"});

TEST_F(Undefined, ADesignThatIsDefinedByItsResetAndItsImage) {
  system_test::RandomNetwork n = small_network();
  expect_answers(Session(kConfig, n), write_design(kConfig));
}

/// The cells of Yosys with flip-flops that power up undefined, as written into `file`.
void write_cells(const fs::path& file) {
  const fs::path tool = look_for_tool("yosys").value();
  std::string cells = read_file(tool.parent_path() / "../share/yosys/ice40/cells_sim.v");
  const std::string initial = "`define SB_DFF_INIT initial Q = 0;";
  ASSERT_NE(cells.find(initial), std::string::npos);
  write_file(file, cells.replace(cells.find(initial), initial.size(), "`define SB_DFF_INIT"));
}

TEST_F(Undefined, TheNetlistOfTheIce40) {
  system_test::RandomNetwork n = small_network();
  std::string script;
  for (const std::string& file : write_design(kConfig)) script += "read_verilog " + file + "\n";
  script += "synth_ice40 -dsp -top dpwa_uart_top\nwrite_verilog -noattr netlist.v\n";
  write_file(directory_.path() / "netlist.ys", script);
  ASSERT_EQ(run({{"yosys", "-q", "-s", "netlist.ys"}, directory_.path(), {}}), 0);
  ASSERT_NO_FATAL_FAILURE(write_cells(directory_.path() / "cells.v"));
  // Icarus has no default values of ports; the netlist connects all of them.
  expect_answers(Session(kConfig, n), {"-DNO_ICE40_DEFAULT_ASSIGNMENTS", "netlist.v", "cells.v"});
}

TEST_F(Undefined, WhatIsUndefinedIsFound) {
  system_test::RandomNetwork n = small_network();
  const std::vector<std::string> files = write_design(kConfig);
  const fs::path loader = directory_.path() / "design/rtl/dpwa_loader.v";
  std::string text = read_file(loader);
  const std::string reset = "      valid_q  <= 1'b0;\n";
  ASSERT_NE(text.find(reset), std::string::npos);
  write_file(loader, text.erase(text.find(reset), reset.size()));
  std::vector<Frame> answers;
  EXPECT_EQ(simulate(directory_.path(), files, Session(kConfig, n), answers).rfind("undefined output", 0),
            0U);
}

}  // namespace
}  // namespace dpwa
