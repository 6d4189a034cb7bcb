// SPDX-License-Identifier: Apache-2.0
//
// dpwa run from outside, with a model of a board behind a pseudo-terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "calib/onnx/import.h"
#include "fpga/host/serial_port.h"
#include "model/base/files.h"
#include "model/config/config.h"
#include "model/golden/executor.h"
#include "model/plan/plan.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"
#include "tests/host/board_model.h"
#include "tests/host/pseudo_terminal.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using host::BoardModel;
using host::PseudoTerminal;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kPixels = 784, kClasses = 10;

class Run : public testing::Test {
 protected:
  void SetUp() override {
    write_plan(path("plan"), 2);
    ASSERT_EQ(invoke({"generate", path("plan"), "--set", "HOST_PORT=uart", "-o", path("out")}).exit_code, 0);
    network_ = onnx::import_onnx(path("plan/model.onnx"));
    plan_ = plan::load(path("plan"), network_);
    golden_ = std::make_unique<golden::Executor>(network_, plan_);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }

  /// A board whose machine is the golden model.
  BoardModel make_board() const {
    return BoardModel([this](const auto&, const BoardModel::Words& input) { return outputs(input); },
                      config::config_hash(config::load(path("out/config.toml"))));
  }

  BoardModel::Words outputs(const BoardModel::Words& input) const {
    std::vector<std::int32_t> pixels;
    for (std::size_t i = 0; i < kPixels; ++i)
      pixels.push_back(static_cast<int>(input.at(i / 4) >> i % 4 * 8 & 255));
    const std::vector<std::int32_t> values = golden_->run(pixels).tensors[network_.output].q;
    return {values.begin(), values.end()};
  }

  Invocation run(const std::string& port, const std::vector<std::string>& more = {},
                 const std::vector<std::string>& prefix = {}) const {
    std::vector<std::string> arguments = {"run",    path("out"), "--port",  port,
                                          "--data", kTestImages, "--scale", "0.00392156862745098",
                                          "-n",     "3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return invoke(arguments, "", prefix);
  }

  /// One line that says what is wrong, and nothing that could be taken for an answer.
  void failed(const Invocation& run, int exit_code, const std::string& text) const {
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(text));
    const std::string line = run.err.substr(run.err.find("dpwa: error: "));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    EXPECT_EQ(run.out, "");
    EXPECT_FALSE(fs::exists(path("y.npy")));
  }

 private:
  TemporaryDirectory directory_;
  net::Network network_;
  plan::Plan plan_;
  std::unique_ptr<golden::Executor> golden_;
};

TEST_F(Run, OutputsAreThoseOfTheBoardAndOfEvaluate) {
  BoardModel board = make_board();
  board.counters = {{1 | 9 << 16, 42}, {1 | 2 << 16, 7}};
  const PseudoTerminal terminal(board);
  const Invocation first =
      run(terminal.path(), {"--compare", "--labels", kTestLabels, "--output", path("y.npy"), "--json"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("load the image"));
  const json object = json::parse(first.out);
  EXPECT_EQ(object.at("images"), 3);
  EXPECT_EQ(object.at("image_loaded"), true);
  EXPECT_EQ(object.at("words_checked"), 3 * kClasses);
  EXPECT_EQ(object.at("mismatches"), 0);
  EXPECT_EQ(object.at("accuracy"), 1.0);
  EXPECT_EQ(object.at("classes"), (json{9, 2, 1}));
  EXPECT_EQ(object.at("cycles_per_image"), 1002);  // 1001, 1002, 1003 of the model
  EXPECT_EQ(object.at("transfer_cycles_per_image"), 102);
  EXPECT_EQ(object.at("nodes").size(), 3U);
  EXPECT_EQ(object.at("nodes")[0].at("counters").at("beats"), 42);
  EXPECT_EQ(object.at("nodes")[0].at("counters").at("tiles_per_width")[2], 7);
  const Invocation evaluated = invoke({"evaluate", path("plan"), "--data", kTestImages, "--scale",
                                       "0.00392156862745098", "-n", "3", "--output", path("golden.npy")});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(read_file(path("y.npy")), read_file(path("golden.npy")));

  const Invocation second = run(terminal.path(), {"--labels", kTestLabels});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.out, AllOf(HasSubstr("label 9"), HasSubstr("accuracy 100.00 %"),
                                HasSubstr("image was on the board"), HasSubstr("1005.0 cycles per image")));
  EXPECT_EQ(board.images_loaded, 1);
}

TEST_F(Run, AWrongMachineIsFoundByComparing) {
  BoardModel board(
      [this](const auto&, const BoardModel::Words& input) {
        BoardModel::Words words = outputs(input);
        ++words[4];
        return words;
      },
      config::config_hash(config::load(path("out/config.toml"))));
  const PseudoTerminal terminal(board);
  EXPECT_EQ(run(terminal.path()).exit_code, 0);
  const Invocation compared = run(terminal.path(), {"--compare", "--json"});
  EXPECT_EQ(compared.exit_code, 1);
  const json object = json::parse(compared.out);
  EXPECT_EQ(object.at("mismatches"), 3);
  EXPECT_THAT(object.at("mismatch_reports")[1].get<std::string>(),
              AllOf(HasSubstr("image 1: output word 4"), HasSubstr("golden model")));
}

TEST_F(Run, DecisionsMayBeTheSmallestOrNone) {
  BoardModel board = make_board();
  const PseudoTerminal terminal(board);
  const json smallest = json::parse(run(terminal.path(), {"--decision", "argmin", "--json"}).out);
  const json none = json::parse(run(terminal.path(), {"--decision", "none", "--json"}).out);
  EXPECT_EQ(smallest.at("classes").size(), 3U);
  EXPECT_NE(smallest.at("classes"), (json{9, 2, 1}));
  EXPECT_TRUE(none.at("classes").is_null());
  EXPECT_TRUE(none.at("mismatches").is_null());
}

TEST_F(Run, WrongBitstream) {
  BoardModel board([](const auto&, const BoardModel::Words& input) { return input; }, 0x0badcafe);
  const PseudoTerminal terminal(board);
  failed(run(terminal.path(), {"--output", path("y.npy")}), 3, "wrong bitstream");
}

TEST_F(Run, ADesignWithoutASerialLine) {
  ASSERT_EQ(invoke({"generate", path("plan"), "-o", path("axi")}).exit_code, 0);
  fs::remove_all(path("out"));
  fs::rename(path("axi"), path("out"));
  failed(run(path("none")), 3, "--set HOST_PORT=uart");
}

TEST_F(Run, PortInUse) {
  BoardModel board = make_board();
  const PseudoTerminal terminal(board);
  const host::SerialPort other(terminal.path(), 115200);
  failed(run(terminal.path()), 5, terminal.path() + ": in use by another program");
}

TEST_F(Run, TheVirtualBoardIsTheDesign) {
  const std::vector<std::string> samples = {"--data", kTestImages, "--scale", "0.00392156862745098",
                                            "-n",     "3"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), samples.begin(), samples.end());
    return invoke(arguments, "", {"env", "DPWA_CACHE=" DPWA_BINARY_DIR "/system-test/models"});
  };
  const Invocation run = with({"run", path("out"), "--virtual", "--compare", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  ASSERT_EQ(invoke({"generate", path("plan"), "-o", path("bench")}).exit_code, 0);
  const Invocation simulated = with({"simulate", path("bench"), "--json"});
  ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
  const json board = json::parse(run.out), bench = json::parse(simulated.out);
  EXPECT_EQ(board.at("words_checked"), 3 * kClasses);
  EXPECT_EQ(board.at("mismatches"), 0);
  EXPECT_EQ(board.at("classes"), (json{9, 2, 1}));
  // The machine counts the cycles before its first node and after its last one too.
  EXPECT_EQ(board.at("cycles_per_image"), bench.at("cycles_per_image").get<double>() + 2);
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(board.at("nodes")[n].at("counters"), bench.at("nodes")[n].at("counters"));
  }
}

TEST_F(Run, EitherAPortOrTheVirtualBoard) {
  failed(invoke({"run", path("out"), "--data", kTestImages}), 2, "--virtual");
  failed(run(path("none"), {"--virtual"}), 2, "--virtual");
}

TEST_F(Run, NoSuchPortAndNoSuchSpeed) {
  failed(run(path("none")), 5, "none: No such file");
  failed(run(path("none"), {"--baud", "1234"}), 2, "--baud 1234");
}

TEST_F(Run, UnpluggedWhileItLoadsAndWhileItRuns) {
  BoardModel whole = make_board();
  std::size_t bytes = 0;
  {
    const PseudoTerminal terminal(whole);
    ASSERT_EQ(run(terminal.path()).exit_code, 0);
    bytes = terminal.heard();
  }
  for (const std::size_t part : {1UL, bytes / 2, bytes - 3000, bytes - 300}) {
    BoardModel board = make_board();
    const PseudoTerminal terminal(board, part);
    failed(run(terminal.path(), {"--output", path("y.npy")}), 5, "the port is gone");
  }
}

TEST_F(Run, AfterAHostThatWasKilledOrStopped) {
  BoardModel board = make_board();
  for (const std::string signal : {"KILL", "INT"}) {
    board.busy_takes = 1 << 30;  // the host waits for its first output
    {
      const PseudoTerminal terminal(board);
      const Invocation stopped =
          run(terminal.path(), {}, {"timeout", "--foreground", "--preserve-status", "-s", signal, "1.5"});
      EXPECT_EQ(stopped.exit_code, signal == "KILL" ? 137 : 130);
    }
    board.busy_takes = 0;
    const PseudoTerminal terminal(board);
    const Invocation next = run(terminal.path(), {"--compare"});
    EXPECT_EQ(next.exit_code, 0) << next.err;
    EXPECT_THAT(next.out, AllOf(HasSubstr("image loaded"), HasSubstr(": 0 mismatches")));
  }
}

}  // namespace
}  // namespace dpwa::cli
