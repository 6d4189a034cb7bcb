// SPDX-License-Identifier: Apache-2.0
//
// The commands on a network with two inputs and two outputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "model/config/config.h"
#include "model/golden/executor.h"
#include "model/plan/plan.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"
#include "tests/float/small_networks.h"
#include "tests/host/board_model.h"
#include "tests/host/pseudo_terminal.h"
#include "tests/onnx/small_model.h"

namespace dpwa::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kSamples = 60;
const std::string kExpected =
    "give --data NAME=FILE once for each of the inputs 'image' [1, 4, 4], 'state' [5]";

/// image [N, 1, 4, 4] and state [N, 5] -> a class of three and two numbers between 0 and 1.
std::string model_bytes() {
  onnx::SmallModel model({1, 1, 4, 4});
  auto& graph = *model.proto.mutable_graph();
  graph.mutable_input(0)->set_name("image");
  model.symbolic(0, "N");
  model.input("state", {1, 5});
  const auto weights = [&](const std::string& name, std::int64_t rows, std::int64_t columns) {
    model.constant(name, {rows, columns},
                   test::random_samples(static_cast<int>(rows * columns), 1 + rows, -0.02F, 0.02F));
  };
  weights("w", 16, 8);
  weights("v", 5, 8);
  weights("c", 16, 3);
  weights("b", 16, 2);
  model.node("Flatten", {"image"}, "flat");
  model.node("MatMul", {"flat", "w"}, "wide");
  model.node("MatMul", {"state", "v"}, "narrow");
  onnx::set_integer(model.node("Concat", {"wide", "narrow"}, "joined"), "axis", 1);
  model.node("Relu", {"joined"}, "features");
  model.node("MatMul", {"features", "c"}, "logits");
  model.node("Softmax", {"logits"}, "class");
  model.node("MatMul", {"features", "b"}, "raw");
  model.node("Sigmoid", {"raw"}, "box/xy");
  graph.mutable_output(0)->set_name("class");
  model.output("box/xy");
  return model.proto.SerializeAsString();
}

class SeveralCommands : public testing::Test {
 protected:
  void SetUp() override {
    write_file(path("model.onnx"), model_bytes());
    std::vector<float> pixels = test::random_samples(kSamples * 16, 3, 0, 255);
    std::vector<float> states = test::random_samples(kSamples * 5, 4, 0, 255);
    for (float& value : pixels) value = std::round(value);
    for (float& value : states) value = std::round(value);
    data::write_npy(path("image.npy"), {kSamples, 1, 4, 4}, pixels);
    data::write_npy(path("state.npy"), {kSamples, 5}, states);
    data::write_npy(path("few.npy"), {1, 5}, std::vector<float>(5, 1));
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string given(const std::string& input, const std::string& file) const {
    return input + "=" + path(file);
  }

  Invocation with_data(std::vector<std::string> command, const std::vector<std::string>& data) const {
    for (const std::string& each : data) command.insert(command.end(), {"--data", each});
    return invoke(command);
  }

  /// The answer of a command on both inputs.
  json answer(std::vector<std::string> command) const {
    command.emplace_back("--json");
    const Invocation run = with_data(command, {given("state", "state.npy"), given("image", "image.npy")});
    EXPECT_EQ(run.exit_code, 0) << run.err << run.out;
    return json::parse(run.out);
  }

  /// One line that says what is wrong.
  void refused(const std::vector<std::string>& data, int exit_code, const std::string& text) const {
    const Invocation run = with_data({"evaluate", path("model.onnx"), "--baseline", "float"}, data);
    EXPECT_EQ(run.exit_code, exit_code);
    EXPECT_THAT(run.err, HasSubstr(text));
    const std::string line = run.err.substr(run.err.find("dpwa: error: "));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(SeveralCommands, WrongNamesAndFilesAreOneLineEach) {
  const std::string image = given("image", "image.npy"), state = given("state", "state.npy");
  refused({path("image.npy")}, 2, "--data " + path("image.npy") + ": names no input; " + kExpected);
  refused({image}, 2, "--data: no file for input 'state'; " + kExpected);
  refused({image, state, image}, 2, "input 'image' already has");
  refused({image, given("stat", "state.npy")}, 2, "names no input; " + kExpected);
  refused({image, "state="}, 2, "no file for input 'state'; " + kExpected);
  refused({given("image", "state.npy"), state}, 3,
          "samples of 5 values (shape 60 x 5), input 'image' 1 x 4 x 4");
  refused({image, given("state", "few.npy")}, 3, "1 samples of input 'state'");
  refused({image, given("state", "none.npy")}, 5, "none.npy");
}

TEST_F(SeveralCommands, InspectNamesInputsAndOutputs) {
  const Invocation run = invoke({"inspect", path("model.onnx"), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.out;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("inputs"),
            (json{{{"name", "image"}, {"dims", {1, 4, 4}}}, {{"name", "state"}, {"dims", {5}}}}));
  ASSERT_EQ(object.at("outputs").size(), 2U);
  EXPECT_EQ(object.at("outputs")[0].at("name"), "class");
  EXPECT_EQ(object.at("outputs")[0].at("softmax").at("size"), 3);
  EXPECT_EQ(object.at("outputs")[1].at("name"), "box/xy");
  EXPECT_TRUE(object.at("outputs")[1].at("softmax").is_null());
  EXPECT_THAT(
      invoke({"inspect", path("model.onnx")}).out,
      HasSubstr("input 'image' [1, 4, 4]\ninput 'state' [5]\noutput 'class' [3] (Softmax on the host)\n"
                "output 'box/xy' [2]\n"));
}

TEST_F(SeveralCommands, APlanGoesThroughEveryCommand) {
  const json calibrated =
      answer({"calibrate", path("model.onnx"), "-o", path("plan"), "--set", "RESIDUAL_WORDS=64", "--set",
              "TABLE_WORDS=4096", "--set", "HOST_PORT=uart"});
  EXPECT_EQ(calibrated.at("task"), "classify");
  const json evaluated = answer({"evaluate", path("plan"), "--output", path("y.npy")});
  ASSERT_EQ(evaluated.at("outputs").size(), 2U);
  EXPECT_LT(evaluated.at("outputs")[0].at("mean_kl").get<double>(), 0.02);
  EXPECT_TRUE(evaluated.at("outputs")[1].at("mean_kl").is_null()) << "no Softmax";
  EXPECT_LT(evaluated.at("outputs")[1].at("mse").get<double>(), 0.001);
  EXPECT_EQ(evaluated.at("mean_kl"), evaluated.at("outputs")[0].at("mean_kl"));
  data::ArrayFile file = data::open_array(path("y.box_xy.npy"));
  EXPECT_THAT(file.header.shape, ElementsAre(kSamples, 2));

  ASSERT_EQ(invoke({"generate", path("plan"), "--set", "RESIDUAL_WORDS=64", "--set", "TABLE_WORDS=4096",
                    "--set", "HOST_PORT=uart", "-o", path("out")})
                .exit_code,
            0);
  const net::Network network = onnx::import_onnx(path("plan/model.onnx"));
  const plan::Plan plan = plan::load(path("plan"), network);
  ASSERT_EQ(plan.input.format, plan::PortFormat::u8) << "both are whole numbers up to 255";
  const golden::Executor golden(network, plan);
  host::BoardModel board(
      [&](const auto&, const host::BoardModel::Words& input) {
        std::vector<std::int32_t> words;
        for (std::size_t i = 0; i < 21; ++i)
          words.push_back(static_cast<int>(input.at(i / 4) >> i % 4 * 8 & 255));
        const std::vector<std::int32_t> values = golden.run(words).tensors[network.output].q;
        return host::BoardModel::Words(values.begin(), values.end());
      },
      config::config_hash(config::load(path("out/config.toml"))));
  const host::PseudoTerminal terminal(board);
  const json ran = answer(
      {"run", path("out"), "--port", terminal.path(), "-n", "0", "--compare", "--output", path("z.npy")});
  EXPECT_EQ(ran.at("mismatches"), 0);
  EXPECT_EQ(ran.at("words_checked"), kSamples * 5);
  EXPECT_EQ(ran.at("classes").size(), static_cast<std::size_t>(kSamples));
  for (const char* name : {"class", "box_xy"}) {
    EXPECT_EQ(read_file(path(std::string("y.") + name + ".npy")),
              read_file(path(std::string("z.") + name + ".npy")));
  }
}

TEST_F(SeveralCommands, AFileNameMayHaveAnEqualsSignWhereThereIsOneInput) {
  const auto evaluate = [&](const std::vector<std::string>& data) {
    return with_data({"evaluate", kMlp, "--baseline", "float"}, data);
  };
  data::write_npy(path("x=1.npy"), {1, 784}, std::vector<float>(784, 0.5F));
  EXPECT_EQ(evaluate({path("x=1.npy")}).exit_code, 0);
  const Invocation two = evaluate({path("x=1.npy"), path("x=1.npy")});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_THAT(two.err, HasSubstr("--data: 2 files for one input, 'image' [1, 28, 28]"));
}

}  // namespace
}  // namespace dpwa::cli
