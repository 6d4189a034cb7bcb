// SPDX-License-Identifier: Apache-2.0
//
// --pin of dpwa evaluate and dpwa generate from outside.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/support/range_plan.h"

namespace dpwa::cli {
namespace fs = std::filesystem;
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kImages = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";
const fs::path kModel = DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_mlp.onnx";
constexpr int kObserved = 64;

class Pin : public testing::Test {
 protected:
  void SetUp() override {
    write_plan("plan", 4);
    write_plan("plan/baselines/int8", 2);
    write_plan("plan/baselines/int4", 1);
    write_file(fs::path(path("plan")) / "report.json", report().dump());
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  void write_plan(const std::string& name, int planes) const {
    plan::Plan plan = plan::range_plan(network_, samples_.values, kObserved, planes);
    const std::string model = read_file(kModel);
    plan.model_hash = content_hash(model);
    fs::create_directories(path(name));
    write_file(path(name + "/model.onnx"), model);
    plan::save(path(name), network_, plan);
  }

  /// The observed ranges, where dpwa calibrate leaves them.
  nlohmann::json report() const {
    floating::Pass pass(network_, kObserved);
    pass.forward(samples_.values.data());
    nlohmann::json tensors;
    for (int t = 0; t < static_cast<int>(network_.tensors.size()); ++t) {
      const auto [min, max] = std::minmax_element(pass.tensor(t).begin(), pass.tensor(t).end());
      tensors.push_back({{"name", network_.tensors[t].name}, {"min", std::min(*min, 0.0F)}, {"max", *max}});
    }
    return {{"tensors", tensors}};
  }

  nlohmann::json evaluate(const std::string& plan, const std::vector<std::string>& pins) const {
    std::vector<std::string> arguments = {
        "evaluate", path(plan), "--data", kImages, "--scale", "0.00392156862745098", "-n", "100", "--json"};
    for (const std::string& pin : pins) arguments.insert(arguments.end(), {"--pin", pin});
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return nlohmann::json::parse(run.out);
  }

  const TemporaryDirectory directory_;
  const net::Network network_ = onnx::import_onnx(kModel);
  const data::Samples samples_ = data::load_samples(kImages, network_, {1.0 / 255, 0});
};

TEST_F(Pin, EvaluateRunsThePinnedPlan) {
  const nlohmann::json none = evaluate("plan", {}), fp16 = evaluate("plan", {"all=fp16"});
  EXPECT_EQ(none["pins"], nlohmann::json::array());
  EXPECT_EQ(fp16["pins"], nlohmann::json::array({"all=fp16"}));
  EXPECT_LT(none["cycles_per_image"], none["worst_case_cycles"]);
  EXPECT_EQ(fp16["cycles_per_image"], fp16["worst_case_cycles"]);
  EXPECT_EQ(fp16["average_activation_planes"], 5);
  EXPECT_EQ(fp16["average_weight_planes"], 4);
  EXPECT_LT(fp16["mean_kl"], 1e-5);
  EXPECT_GT(evaluate("plan", {"all=int8"})["mean_kl"], 1e-5);

  const std::string last = network_.nodes.back().name;
  const nlohmann::json mixed = evaluate("plan", {"all=int8", last + "=int4"});
  EXPECT_EQ(mixed["nodes"].back()["average_activation_planes"], 1);
  EXPECT_EQ(mixed["nodes"][0]["average_activation_planes"], 2);
}

TEST_F(Pin, GenerateTakesThePinnedPlanAlong) {
  const Invocation run =
      invoke({"generate", path("plan"), "--pin", "all=int16", "--pin", "all=fp16", "-o", path("out")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const plan::Plan plan = plan::load(path("out/plan"), network_);
  EXPECT_EQ(plan.input.format, plan::PortFormat::binary16);
  for (const plan::TensorPlan& tensor : plan.tensors) EXPECT_EQ(tensor.pcu.policy, plan::Policy::static_);
  EXPECT_EQ(evaluate("out/plan", {})["mean_kl"], evaluate("plan", {"all=fp16"})["mean_kl"]);
}

TEST_F(Pin, TheFloatNetworkTakesNone) {
  const Invocation run =
      invoke({"evaluate", path("plan"), "--data", kImages, "--baseline", "float", "--pin", "all=int8"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("float network takes no --pin"));
}

TEST_F(Pin, AWrongPinIsOneClearLine) {
  const std::vector<std::string> evaluate = {"evaluate", path("plan"), "--data", kImages};
  const std::vector<std::string> generate = {"generate", path("plan"), "-o", path("out")};
  for (std::vector<std::string> arguments : {evaluate, generate}) {
    arguments.insert(arguments.end(), {"--pin", "all=int5"});
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err,
                AllOf(HasSubstr("int2, int4, int8, int12, int16, fp16, bf16"), HasSubstr("all=int5")));
  }
  const Invocation run = invoke({"generate", "--pin", "all=int8", "-o", path("out")});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("PLANDIR"));
  EXPECT_FALSE(fs::exists(path("out")));
}

}  // namespace
}  // namespace dpwa::cli
