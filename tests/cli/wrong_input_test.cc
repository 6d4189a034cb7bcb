// SPDX-License-Identifier: Apache-2.0
//
// What a user may give that cannot be taken: one line that says what to do, the documented exit code, nothing
// half-written, earlier results untouched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "model/base/files.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"
#include "tests/onnx/small_model.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using onnx::SmallModel;
using testing::HasSubstr;

class WrongInput : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return directory_.path() / name; }

  /// Runs the command, whose answer must be this exit code and one line with these texts.
  void refused(const std::vector<std::string>& arguments, int exit_code,
               const std::vector<std::string>& texts) const {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const auto before = contents(directory_.path());
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_EQ(run.out, "");
    const std::size_t line = run.err.find("dpwa: error: ");  // after notes and progress
    ASSERT_NE(line, std::string::npos) << run.err;
    EXPECT_EQ(run.err.find('\n', line), run.err.size() - 1) << run.err;
    for (const std::string& text : texts) EXPECT_THAT(run.err.substr(line), HasSubstr(text));
    EXPECT_EQ(contents(directory_.path()), before);
  }

  void calibrate_refused(const fs::path& model, const fs::path& data, const std::vector<std::string>& texts,
                         const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"calibrate", model, "--data", data, "-o", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    refused(arguments, 3, texts);
  }

  /// Calibrate and inspect, on a model that cannot be taken.
  void model_refused(const SmallModel& model, const std::string& reason) const {
    write_file(path("model.onnx"), model.proto.SerializeAsString());
    calibrate_refused(path("model.onnx"), kTrainImages, {"model.onnx", reason});
    const Invocation run = invoke({"inspect", path("model.onnx"), "--json"});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.out + run.err, HasSubstr(reason));
  }

  /// A .npy of `count` images for kMlp, all `others` but `value` as value 5 of sample 3.
  fs::path images(std::int64_t count, float value = 0, std::int64_t columns = 28, float others = 0) const {
    std::vector<float> values(count * 28 * columns, others);
    if (count > 3) values[3 * 28 * columns + 5] = value;
    data::write_npy(path("images.npy"), {count, 28, columns}, values);
    return path("images.npy");
  }

  /// An IDX file of 40 labels, the last of them `last`.
  fs::path labels(int count, char last = 0) const {
    std::string bytes = {0, 0, 8, 1, 0, 0, 0, static_cast<char>(count)};
    bytes.append(count - 1, 0);
    write_file(path("labels.idx"), bytes + last);
    return path("labels.idx");
  }

  /// All three commands that take a plan refuse the plan directory `plan`.
  void plan_refused(const std::vector<std::string>& texts) const {
    refused({"evaluate", path("plan"), "--data", kTestImages}, 3, texts);
    refused({"generate", path("plan"), "-o", path("out")}, 3, texts);
  }

  /// A plan whose JSON `change` edits.
  template <typename Change>
  void edited_plan(Change change) const {
    write_plan(path("plan"), 2);
    json plan = json::parse(read_file(path("plan/plan.json")));
    change(plan);
    write_file(path("plan/plan.json"), plan.dump());
  }

 private:
  TemporaryDirectory directory_;
};

/// x [1, 4] -> MatMul with w [4, 3] -> y
SmallModel product() {
  SmallModel model({1, 4});
  model.constant("w", {4, 3}, onnx::counting(12));
  model.node("MatMul", {"x", "w"}, "y");
  return model;
}

TEST_F(WrongInput, NoOnnxFile) {
  for (const std::string& bytes :
       {std::string(), std::string("#!/bin/sh\n"), read_file(kMlp).substr(0, 3000)}) {
    write_file(path("model.onnx"), bytes);
    refused({"inspect", path("model.onnx")}, 3, {"model.onnx", "ONNX model"});
    calibrate_refused(path("model.onnx"), images(40), {"model.onnx", "ONNX model"});
  }
  refused({"inspect", path("none.onnx")}, 5, {"none.onnx", "No such file"});
}

TEST_F(WrongInput, ExternalDataMissing) {
  SmallModel model = product();
  auto& weights = *model.proto.mutable_graph()->mutable_initializer(0);
  weights.clear_float_data();
  weights.set_data_location(::onnx::TensorProto::EXTERNAL);
  auto* const location = weights.add_external_data();
  location->set_key("location");
  location->set_value("weights.bin");
  model_refused(model, "external data file 'weights.bin' is missing");
}

TEST_F(WrongInput, OperatorOrAttributeThatIsNotSupported) {
  SmallModel model({1, 4});
  model.node("Sin", {"x"}, "y");
  model_refused(model, "operator is not supported");
  SmallModel dilated({1, 2, 4, 4});
  dilated.constant("w", {3, 2, 3, 3}, onnx::counting(54));
  onnx::set_integers(dilated.node("Conv", {"x", "w"}, "y"), "dilations", {2, 2});
  model_refused(dilated, "a kernel of 5 is higher");
}

TEST_F(WrongInput, DynamicInnerDimension) {
  SmallModel model = product();
  model.symbolic(1, "length");
  model_refused(model, "length");
}

TEST_F(WrongInput, WeightsThatAreNotFinite) {
  SmallModel model = product();
  auto& weights = *model.proto.mutable_graph()->mutable_initializer(0);
  weights.set_float_data(5, std::nanf(""));
  model_refused(model, "'w' is NaN at index 5");
  weights.set_float_data(5, INFINITY);
  model_refused(model, "'w' is infinite at index 5");
}

TEST_F(WrongInput, Data) {
  calibrate_refused(kMlp, images(40, 0, 27), {"images.npy", "756 values", "needs 784"});
  calibrate_refused(kMlp, images(0), {"images.npy", "no samples"});
  calibrate_refused(kMlp, images(1), {"needs 2 samples or more, found 1"});
  calibrate_refused(kMlp, images(40, std::nanf("")), {"images.npy", "sample 3, value 5: nan"});
  calibrate_refused(kMlp, images(40, -INFINITY), {"sample 3, value 5: -inf"});
  calibrate_refused(kMlp, images(40, 0, 28, 3e38F), {"sample 0", "not finite", "check the data's range"});
  std::string text = read_file(images(40));
  text.replace(text.find("<f4"), 3, "<c8");
  write_file(path("images.npy"), text);
  calibrate_refused(kMlp, path("images.npy"), {"images.npy", "dtype '<c8'", "expected"});
  write_file(path("images.npy"), text.substr(0, 1000));
  calibrate_refused(kMlp, path("images.npy"), {"images.npy"});
}

TEST_F(WrongInput, DataOfAPlan) {
  write_plan(path("plan"), 2);
  const auto evaluate_refused = [&](const fs::path& data, const std::vector<std::string>& texts) {
    refused({"evaluate", path("plan"), "--data", data}, 3, texts);
  };
  evaluate_refused(images(40, 0, 27), {"756 values", "needs 784"});
  evaluate_refused(images(0), {"no samples"});
  evaluate_refused(images(40, std::nanf("")), {"sample 3, value 5: nan"});
  evaluate_refused(images(40, 0, 28, 3e38F), {"sample 0", "output", "check the data's range"});
  refused({"evaluate", path("plan"), "--data", path("none.npy")}, 5, {"none.npy"});
}

TEST_F(WrongInput, Labels) {
  write_plan(path("plan"), 2);
  const auto labels_refused = [&](const fs::path& labels, const std::vector<std::string>& texts) {
    calibrate_refused(kMlp, images(40), texts, {"--labels", labels});
    refused({"evaluate", path("plan"), "--data", images(40), "--labels", labels, "--decision", "argmax"}, 3,
            texts);
  };
  labels_refused(labels(39), {"labels.idx", "39 labels for 40 samples"});
  labels_refused(labels(40, 10), {"labels.idx", "label 10 of sample 39", "0 .. 9"});
  data::write_npy(path("real.npy"), {40}, std::vector<float>(40, 0));
  labels_refused(path("real.npy"), {"real.npy", "float32", "integer"});
}

TEST_F(WrongInput, PlanEditedByHand) {
  edited_plan([](json& plan) { plan["nodes"][0]["channels"][3]["planes"] = 7; });
  plan_refused({"plan.json", "node '/d1/Gemm'", "channel 3", "planes is 7, must be 0 to 5"});
  edited_plan([](json& plan) { plan["tensors"][1]["pcu"]["max_planes"] = 9; });
  plan_refused({"tensor '/Relu_output_0'", "max_planes is 9, must be 1 to 5"});
  edited_plan([](json& plan) { plan["nodes"].erase(1); });
  plan_refused({"plan.json", "node 1 must be '/d2/Gemm'", "found '/d3/Gemm'"});
  edited_plan([](json& plan) { plan["nodes"].erase(2); });
  plan_refused({"plan.json", "/d3/Gemm"});
}

TEST_F(WrongInput, PlanWithMissingOrForeignFiles) {
  write_plan(path("plan"), 2);
  fs::rename(path("plan/weights/_d2_Gemm.npy"), path("kept"));
  plan_refused({"_d2_Gemm.npy", "missing"});
  fs::rename(path("kept"), path("plan/weights/_d2_Gemm.npy"));
  fs::copy_file(DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_cnn.onnx", path("plan/model.onnx"),
                fs::copy_options::overwrite_existing);
  plan_refused({"plan.json", "model.onnx"});
  fs::remove(path("plan/plan.json"));
  plan_refused({"no plan.json", "dpwa calibrate"});
}

TEST_F(WrongInput, PresetsAndKeys) {
  write_plan(path("plan"), 2);
  write_file(path("c.toml"), "LANEZ = 4\n");
  const std::vector<std::vector<std::string>> commands = {
      {"inspect", kMlp},
      {"calibrate", kMlp, "--data", kTrainImages, "-o", path("out")},
      {"evaluate", path("plan"), "--data", kTestImages},
      {"generate", "-o", path("out")}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--config", "sim-5"});
    refused(command, 2, {"'sim-5'", "sim-4"});
    command.back() = path("c.toml");
    refused(command, 2, {"c.toml", "'LANEZ'", "LANES"});
  }
}

TEST_F(WrongInput, OutputThatCannotBeWrittenShowsBeforeTheWork) {
  write_plan(path("plan"), 2);
  fs::create_directories(path("thesis/chapter"));
  write_file(path("thesis/chapter/1"), "words");
  for (const std::string name : {"thesis", "plan/model.onnx"}) {
    refused({"calibrate", kMlp, "--data", kTrainImages, "-o", path(name)}, 5, {name, "choose another"});
    refused({"generate", path("plan"), "-o", path(name)}, 5, {name, "choose another"});
  }
  refused({"evaluate", path("plan"), "--data", kTestImages, "--output", path("none/y.npy")}, 5,
          {"none/y.npy", "No such file"});
  const OutputDirectory held(path("held"), "plan");
  refused({"calibrate", kMlp, "--data", kTrainImages, "-o", path("held")}, 5,
          {"held", "in use by another dpwa"});
}

TEST_F(WrongInput, DegenerateNetworksAreTaken) {
  SmallModel model({1, 4});
  model.constant("zero", {4, 4}, std::vector<float>(16, 0));  // an all-zero layer
  model.constant("dead", {4, 3}, {1, 0, 2, 3, 0, 4, 5, 0, 6, 7, 0, 8});
  model.constant("bias", {4}, {1, 2, 3, 4});
  model.node("Gemm", {"x", "zero", "bias"}, "constant");
  model.node("Relu", {"constant"}, "r");
  model.node("MatMul", {"r", "dead"}, "y");
  write_file(path("model.onnx"), model.proto.SerializeAsString());
  data::write_npy(path("data.npy"), {40, 4}, onnx::counting(160));
  const std::vector<std::string> data = {"--data", path("data.npy")};
  const Invocation calibrated =
      invoke({"calibrate", path("model.onnx"), data[0], data[1], "-o", path("plan")});
  ASSERT_EQ(calibrated.exit_code, 0) << calibrated.err;
  const Invocation run = invoke({"evaluate", path("plan"), data[0], data[1], "--decision", "none", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_LT(json::parse(run.out)["max_abs_error"], 3) << "outputs of 50 to 60";
  EXPECT_EQ(invoke({"generate", path("plan"), "-o", path("design")}).exit_code, 0);
}

}  // namespace
}  // namespace dpwa::cli
