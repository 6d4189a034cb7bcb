// SPDX-License-Identifier: Apache-2.0
//
// A quantized network through the commands: what the file says is what the plan and the reports say.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "model/base/files.h"
#include "tests/cli/invocation.h"
#include "tests/onnx/quantized_model.h"
#include "tests/support/onnx_definition.h"

namespace dpwa::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Quantized : public testing::Test {
 protected:
  void SetUp() override {
    write_file(path("net.onnx"), model_.proto.SerializeAsString());
    data::write_npy(path("x.npy"), {40, 1, 12, 12}, samples_);
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  json answer(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err << run.out;
    return json::parse(run.out);
  }

  TemporaryDirectory folder_;
  const onnx::QuantizedModel model_ = onnx::quantized_cnn(true);
  const std::vector<float> samples_ = onnx::quantized_samples(40, 3);
};

TEST_F(Quantized, CalibrateAndEvaluateCountWhatDiffersFromOnnx) {
  const json calibrated =
      answer({"calibrate", path("net.onnx"), "--data", path("x.npy"), "-o", path("plan")});
  EXPECT_EQ(calibrated["held_out"]["exactness"],
            json::parse(R"({"values": 200, "different": 0, "largest_steps": 0, "differences": []})"));
  const json report = json::parse(read_file(path("plan/report.json")));
  EXPECT_EQ(report["held_out"]["exactness"]["different"], 0);
  EXPECT_THAT(read_file(path("plan/plan.json")), HasSubstr("\"multiplier_bits\": 24"));

  const json plan = answer({"evaluate", path("plan"), "--data", path("x.npy"), "--output", path("y.npy")});
  EXPECT_EQ(plan["exactness"]["values"], 400);
  EXPECT_EQ(plan["exactness"]["different"], 0);
  EXPECT_EQ(plan["off_grid"], 0);
  EXPECT_LT(plan["beats"].get<double>(), plan["beats_static_mix"].get<double>());
  data::ArrayFile file = data::open_array(path("y.npy"));
  const std::vector<float> outputs = data::read_floats(file);
  const std::vector<float> first =
      test::run_definition(model_.proto, {samples_.begin(), samples_.begin() + 144});
  EXPECT_TRUE(std::equal(first.begin(), first.end(), outputs.begin()));

  const json real = answer({"evaluate", path("plan"), "--baseline", "float", "--data", path("x.npy")});
  EXPECT_FALSE(real.contains("exactness"));
  EXPECT_THAT(invoke({"evaluate", path("plan"), "--data", path("x.npy")}).out,
              HasSubstr("400 of 400 output values as ONNX defines them"));
}

// Nothing is left to choose but the order of channels, which moves a word or two.
TEST_F(Quantized, InspectNeedsTheMemoriesThatThePlanNeeds) {
  answer({"calibrate", path("net.onnx"), "--data", path("x.npy"), "-o", path("plan")});
  const auto needs = [](const json& footprint) {
    std::map<std::string, int> needed;
    for (const json& each : footprint["requirements"]) needed[each["key"]] = each["needed"];
    return needed;
  };
  const auto inspected = needs(answer({"inspect", path("net.onnx"), "--config", "sim-4"}));
  const auto planned = needs(answer({"evaluate", path("plan"), "--data", path("x.npy")}));
  EXPECT_NEAR(inspected.at("WEIGHT_WORDS"), planned.at("WEIGHT_WORDS"), 2);
  for (const char* const key : {"WEIGHT_TILES", "ACTIVATION_WORDS", "ACTIVATION_TILES", "PLANES_MAX"})
    EXPECT_EQ(inspected.at(key), planned.at(key)) << key;
  EXPECT_THAT(invoke({"inspect", path("net.onnx"), "--config", "sim-4"}).out,
              HasSubstr("as quantized on sim-4: fits"));
}

TEST_F(Quantized, WhatWouldRoundAgainIsRefused) {
  ASSERT_EQ(invoke({"calibrate", path("net.onnx"), "--data", path("x.npy"), "-o", path("plan")}).exit_code,
            0);
  const Invocation pinned = invoke({"evaluate", path("plan"), "--data", path("x.npy"), "--pin", "all=int4"});
  EXPECT_EQ(pinned.exit_code, 2);
  EXPECT_THAT(pinned.err, HasSubstr("a quantized network has the formats of its file; it takes no pins"));
  const Invocation policy =
      invoke({"calibrate", path("net.onnx"), "--data", path("x.npy"), "--policy", "variance", "--set",
              "POLICIES=range,static,variance", "-o", path("other")});
  EXPECT_EQ(policy.exit_code, 2);
  EXPECT_THAT(policy.err, HasSubstr("its policy is range or static"));
  EXPECT_EQ(invoke({"calibrate", path("net.onnx"), "--data", path("x.npy"), "--policy", "static", "-o",
                    path("static")})
                .exit_code,
            0);
}

// A plan whose grid is not the file's is no plan of it.
TEST_F(Quantized, AnEditedGridIsRefused) {
  ASSERT_EQ(invoke({"calibrate", path("net.onnx"), "--data", path("x.npy"), "-o", path("plan")}).exit_code,
            0);
  std::string text = read_file(path("plan/plan.json"));
  const std::string key = "\"step_exponent\": ";
  const std::size_t at = text.find(key) + key.size();
  text.replace(at, text.find(',', at) - at, "-3");
  write_file(path("plan/plan.json"), text);
  const Invocation run = invoke({"evaluate", path("plan"), "--data", path("x.npy")});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("but the network gives the scale"));
}

}  // namespace
}  // namespace dpwa::cli
