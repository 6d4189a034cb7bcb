// SPDX-License-Identifier: Apache-2.0
//
// dpwa evaluate from outside, on a plan without calibration and real images.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "calib/data/samples.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "model/golden/executor.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"
#include "tests/onnx/small_model.h"
#include "tests/support/range_plan.h"

namespace dpwa::cli {
namespace fs = std::filesystem;
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Evaluate : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = (fs::temp_directory_path() / "dpwa-evaluate-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    write_plan(directory_ / "plan", 2);
    write_plan(directory_ / "plan/baselines/int8", 3);
  }
  static void TearDownTestSuite() { fs::remove_all(directory_); }

  static std::vector<std::string> arguments(const std::vector<std::string>& more) {
    std::vector<std::string> all = {
        "evaluate", plan(), "--data", kTestImages, "--scale", "0.00392156862745098", "-n", "200"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  static nlohmann::json evaluate(std::vector<std::string> more) {
    more.push_back("--json");
    const Invocation run = invoke(arguments(more));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return nlohmann::json::parse(run.out);
  }

  static std::string plan() { return (directory_ / "plan").string(); }

  static fs::path directory_;
};
fs::path Evaluate::directory_;

TEST_F(Evaluate, MeasuresThePlanBesideTheFloatNetwork) {
  const nlohmann::json json = evaluate({"--labels", kTestLabels});
  EXPECT_EQ(json["images"], 200);
  EXPECT_NEAR(json["accuracy"], json["float_accuracy"], 0.03);
  EXPECT_GT(json["float_accuracy"], 0.8);
  EXPECT_NEAR(json["loss"], json["float_loss"], 0.05);
  EXPECT_LT(json["mean_kl"], 0.02);
  EXPECT_GT(json["mean_kl"], 0);
  EXPECT_GT(json["agreement"], 0.95);
  EXPECT_GT(json["max_abs_error"], 0);
  EXPECT_GT(json["mse"], 0);
  EXPECT_TRUE(json["float_mse"].is_null());
  EXPECT_EQ(json["average_weight_planes"], 2);
  EXPECT_GT(json["average_activation_planes"], 0.5);
  EXPECT_LT(json["average_activation_planes"], 2);
  EXPECT_EQ(json["off_grid"], 0);
  EXPECT_GT(json["beats_int8"], json["beats"]);
  EXPECT_GT(json["cycles_per_image"], json["beats"].get<double>() / 4) << "4 lanes, a beat per cycle each";
  for (const nlohmann::json& node : json["nodes"]) {
    EXPECT_GE(node["lane_beats"], node["beats"]) << "idle lanes and narrower channels beat too";
    EXPECT_LT(node["lane_beats"], 4 * node["cycles"].get<double>());
  }
  EXPECT_GT(json["cycles_int8"], json["cycles_per_image"]);
  EXPECT_TRUE(json["cycles_static_mix"].is_null());
  EXPECT_TRUE(json["beats_static_mix"].is_null()) << "this plan directory has no static mix";

  ASSERT_EQ(json["nodes"].size(), 3u);
  double beats = 0;
  for (const nlohmann::json& node : json["nodes"]) beats += node["beats"].get<double>();
  EXPECT_NEAR(beats, json["beats"], 1e-6 * beats);
  double tiles = 0;
  for (const nlohmann::json& count : json["nodes"][0]["tile_widths"]) tiles += count.get<double>();
  EXPECT_DOUBLE_EQ(tiles, 128 / 16);
}

TEST_F(Evaluate, TheConfigurationChangesCyclesAndTilesButNoValue) {
  const nlohmann::json four = evaluate({}), many = evaluate({"--config", "ecp5-85"});
  EXPECT_EQ(four["config"], "sim-4");
  EXPECT_EQ(many["config"], "ecp5-85");
  EXPECT_LT(many["cycles_per_image"], four["cycles_per_image"]);
  EXPECT_EQ(many["mean_kl"], four["mean_kl"]);
  EXPECT_EQ(invoke(arguments({"--config", "no-such"})).exit_code, 2);
}

TEST_F(Evaluate, TellsWhatThePlanTakesOfTheConfiguration) {
  const nlohmann::json four = evaluate({});
  EXPECT_EQ(four["fits"], true);
  // Two planes of 4-bit digits: 784 and 128 activations are alive together; 128, 64 and 12 channels' weights.
  EXPECT_EQ(four["activation_bytes"], 784 + 128);
  EXPECT_EQ(four["weight_bytes"], (nlohmann::json{{"fast", 784 * 128 + 128 * 64 + 64 * 12}, {"dense", 0}}));
  EXPECT_EQ(four["nodes"][0]["weights"], (nlohmann::json{{"tier", "fast"}, {"bytes", 784 * 128}}));
  for (const nlohmann::json& node : four["nodes"]) {
    const double lane_cycles = 4 * node["cycles"].get<double>();
    EXPECT_DOUBLE_EQ(node["busy"], node["lane_beats"].get<double>() / lane_cycles);
    EXPECT_GT(node["utilization"], 0);
    EXPECT_LE(node["utilization"], node["busy"]);
  }
  EXPECT_DOUBLE_EQ(four["nodes"][0]["utilization"], four["nodes"][0]["busy"])
      << "128 equal channels, full tiles";
  EXPECT_LT(four["nodes"][2]["utilization"], four["nodes"][2]["busy"]) << "10 channels in groups of 4";

  ASSERT_EQ(four["layer_kinds"].size(), 1U);
  EXPECT_EQ(four["layer_kinds"][0]["kind"], "dense");
  EXPECT_DOUBLE_EQ(four["layer_kinds"][0]["cycles"], four["cycles_per_image"]);
  double useful = 0;
  for (const nlohmann::json& node : four["nodes"])
    useful += node["utilization"].get<double>() * node["cycles"].get<double>();
  EXPECT_DOUBLE_EQ(four["layer_kinds"][0]["utilization"], useful / four["cycles_per_image"].get<double>());

  const nlohmann::json tiers = evaluate({"--config", "up5k"});
  EXPECT_EQ(tiers["nodes"][0]["weights"]["tier"], "dense");
  EXPECT_GE(tiers["weight_bytes"]["dense"], 784 * 128);
}

TEST_F(Evaluate, APlanThatDoesNotFitStillHasValuesAndCycles) {
  const nlohmann::json small = evaluate({"--config", "gw2ar-18"});
  EXPECT_EQ(small["fits"], false);
  EXPECT_GT(small["cycles_per_image"], 0);
  for (const nlohmann::json& r : small["requirements"]) EXPECT_EQ(r["fits"], r["key"] != "WEIGHT_WORDS") << r;
  EXPECT_THAT(invoke(arguments({"--config", "gw2ar-18"})).out,
              HasSubstr("does not fit gw2ar-18; WEIGHT_WORDS needs 1712, has 512"));
}

TEST(EvaluateRefused, APlanThatNoSizeCanHoldStillHasValues) {
  onnx::SmallModel model({1, 1, 4, 4});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "c");
  ::onnx::NodeProto& pool = model.node("MaxPool", {"c"}, "y");
  onnx::set_integers(pool, "kernel_shape", {2, 2});
  onnx::set_integers(pool, "strides", {2, 2});
  onnx::set_integers(pool, "pads", {1, 1, 1, 1});
  const std::string bytes = model.proto.SerializeAsString();
  const onnx::TemporaryModel folder(bytes);
  const net::Network network = model.import();
  const std::vector<float> values = onnx::counting(16);
  plan::Plan plan = plan::range_plan(network, values, 1, 2);
  plan.model_hash = content_hash(bytes);
  plan::save(folder.folder(), network, plan);
  const fs::path data = folder.folder() / "x.npy";
  data::write_npy(data, {1, 1, 4, 4}, values);
  const Invocation run = invoke(
      {"evaluate", folder.folder().string(), "--data", data.string(), "--config", "gw2ar-18", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["fits"], false);
  EXPECT_THAT(json["refusal"].get<std::string>(), HasSubstr("use --set POOL_PADS=1"));
  EXPECT_TRUE(json["nodes"][0]["weights"].is_null());
}

TEST_F(Evaluate, WithoutAConfigurationItIsTheOneThatPricedThePlan) {
  const net::Network network = onnx::import_onnx(kMlp);
  dpwa::plan::Plan changed = dpwa::plan::load(plan(), network);
  changed.config_values = {"NAME=mine", "LANES=8"};
  dpwa::plan::save(plan(), network, changed);
  const nlohmann::json mine = evaluate({});
  changed.config_values = {"LANE=8"};
  dpwa::plan::save(plan(), network, changed);
  const Invocation wrong = invoke(arguments({}));
  changed.config_values = {};
  dpwa::plan::save(plan(), network, changed);
  EXPECT_EQ(mine["config"], "mine");
  EXPECT_LT(mine["cycles_per_image"], evaluate({})["cycles_per_image"]);
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("plan.json"), HasSubstr("'LANE'"), HasSubstr("LANES")));
}

TEST_F(Evaluate, FloatBaselineAgreesWithItself) {
  const nlohmann::json json = evaluate({"--labels", kTestLabels, "--baseline", "float"});
  EXPECT_EQ(json["accuracy"], json["float_accuracy"]);
  EXPECT_EQ(json["max_abs_error"], 0);
  EXPECT_EQ(json["agreement"], 1);
  EXPECT_TRUE(json["beats"].is_null());
}

TEST_F(Evaluate, ABaselineIsEvaluatedInsteadOfThePlan) {
  const nlohmann::json json = evaluate({"--baseline", "int8"});
  EXPECT_EQ(json["beats"], json["beats_int8"]);
  EXPECT_TRUE(json["accuracy"].is_null()) << "no labels were given";
  EXPECT_LT(json["mean_kl"], evaluate({})["mean_kl"]);
}

TEST_F(Evaluate, AMissingBaselineIsOneClearLine) {
  const Invocation run = invoke(arguments({"--baseline", "static-mix"}));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("static-mix"), HasSubstr("calibrate again")));
}

TEST_F(Evaluate, WithoutADecisionTheOutputsAreARegression) {
  const nlohmann::json json = evaluate({"--decision", "none"});
  EXPECT_TRUE(json["mean_kl"].is_null());
  EXPECT_TRUE(json["agreement"].is_null());
  EXPECT_GT(json["mse"], 0);
}

TEST_F(Evaluate, RealLabelsAreTargets) {
  const fs::path targets = directory_ / "targets.npy";
  data::write_npy(targets, {10000, 10}, std::vector<float>(100000, 1.0F));
  const nlohmann::json json = evaluate({"--decision", "none", "--labels", targets.string()});
  EXPECT_GT(json["float_mse"], 1);
  EXPECT_NEAR(json["mse"], json["float_mse"], 0.1 * json["float_mse"].get<double>());

  data::write_npy(targets, {10000, 9}, std::vector<float>(90000, 1.0F));
  const Invocation run = invoke(arguments({"--decision", "none", "--labels", targets.string()}));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("expected 10000 x 10 targets"));
}

TEST_F(Evaluate, WritesTheOutputs) {
  const fs::path file = directory_ / "outputs.npy";
  evaluate({"--output", file.string()});
  data::ArrayFile array = data::open_array(file);
  EXPECT_EQ(array.header.shape, (std::vector<std::int64_t>{200, 10}));
  const std::vector<float> outputs = data::read_floats(array);
  ASSERT_EQ(outputs.size(), 2000u);

  const net::Network network = onnx::import_onnx(kMlp);
  const plan::Plan loaded = dpwa::plan::load(plan(), network);
  const golden::Executor executor(network, loaded);
  const data::Samples samples = data::load_samples(kTestImages, network, {1.0 / 255, 0});
  std::int64_t off_grid = 0;
  const std::vector<float> last =
      executor.outputs(executor.run(executor.port_words(samples.sample(199), off_grid)));
  EXPECT_EQ(std::vector<float>(outputs.end() - 10, outputs.end()), last);
}

TEST_F(Evaluate, ArgminDecidesForTheSmallestOutput) {
  const nlohmann::json json = evaluate({"--labels", kTestLabels, "--decision", "argmin"});
  EXPECT_LT(json["accuracy"], 0.1);
  EXPECT_GT(json["loss"], 1);
}

TEST_F(Evaluate, TheTextNamesEveryNode) {
  const Invocation run = invoke(arguments({"--labels", kTestLabels}));
  EXPECT_EQ(run.exit_code, 0);
  const nlohmann::json json = evaluate({});
  for (const nlohmann::json& node : json["nodes"])
    EXPECT_THAT(run.out, HasSubstr(node["name"].get<std::string>()));
  EXPECT_THAT(run.out, AllOf(HasSubstr("accuracy"), HasSubstr("of pinned INT8")));
}

TEST_F(Evaluate, AModelAloneIsItsFloatNetwork) {
  const fs::path of_plan = directory_ / "of_plan.npy", of_model = directory_ / "of_model.npy";
  evaluate({"--baseline", "float", "--output", of_plan.string()});
  std::vector<std::string> model = arguments({"--baseline", "float", "--output", of_model.string()});
  model[1] = kMlp;
  const Invocation run = invoke(model);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  data::ArrayFile a = data::open_array(of_plan), b = data::open_array(of_model);
  EXPECT_EQ(data::read_floats(a), data::read_floats(b));
}

TEST_F(Evaluate, AModelHasNoPlanToEvaluate) {
  std::vector<std::string> model = arguments({});
  model[1] = kMlp;
  const Invocation run = invoke(model);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("only --baseline float"));
}

TEST_F(Evaluate, RefusesADirectoryThatIsNoPlan) {
  const Invocation run = invoke({"evaluate", directory_.string(), "--data", kTestImages});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("not a plan directory"));
}

}  // namespace
}  // namespace dpwa::cli
