// SPDX-License-Identifier: Apache-2.0
//
// dpwa calibrate from outside: what it writes, what it says, what it refuses.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "model/plan/plan.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"
#include "tests/float/small_networks.h"
#include "tests/onnx/small_model.h"

namespace dpwa::cli {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;

class Calibrate : public testing::Test {
 protected:
  Invocation calibrate(const std::string& data, const std::vector<std::string>& more,
                       const std::string& output = "plan",
                       const std::vector<std::string>& prefix = {}) const {
    std::vector<std::string> arguments = {"calibrate", kMlp, "--data", data, "-o", directory_ / output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return invoke(arguments, "", prefix);
  }

  /// A .npy of `count` samples with one value.
  std::string constant_data(std::int64_t count, float value) const {
    const fs::path path = directory_ / "data.npy";
    data::write_npy(path, {count, 28, 28}, std::vector<float>(count * 784, value));
    return path;
  }

  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

TEST_F(Calibrate, WritesAPlanAndItsBaselinesThatLoad) {
  const Invocation run =
      calibrate(kTrainImages, {"--scale", "0.00392156862745098", "--labels", kTrainLabels, "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_TRUE(json["budget_met"].get<bool>());
  EXPECT_EQ(json["held_out"]["samples"], 384);
  EXPECT_LE(json["held_out"]["mean_kl"].get<double>(), 0.006);
  EXPECT_TRUE(json["held_out"]["accuracy_drop"].is_number());
  EXPECT_EQ(json["nodes"].size(), 3U);
  EXPECT_GT(json["nodes"][0]["sensitivity"]["gradient_magnitude"].get<double>(), 0);
  EXPECT_LT(json["beats"].get<double>(), 0.26 * json["beats_int8"].get<double>());
  EXPECT_TRUE(json["held_out"]["expected_disagreement"].is_null());
  EXPECT_TRUE(json["warnings"].empty());
  for (const char* name : {".", "baselines/int8", "baselines/int4", "baselines/static-mix"}) {
    const fs::path plan = directory_ / "plan" / name;
    EXPECT_NO_THROW(plan::load(plan, onnx::import_onnx(plan / "model.onnx"))) << name;
  }
  const nlohmann::json report = nlohmann::json::parse(read_file(directory_ / "plan/report.json"));
  EXPECT_GT(report["dynamic"]["points"].size(), 5U);
  const nlohmann::json pareto = nlohmann::json::parse(read_file(directory_ / "plan/pareto.json"));
  EXPECT_EQ(pareto["dynamic"].size(), report["dynamic"]["points"].size());
  EXPECT_THAT(read_file(directory_ / "plan/pareto.svg"), testing::StartsWith("<svg"));
  EXPECT_LE(json["weight_bytes"].get<double>(), 0.6 * json["weight_bytes_int8"].get<double>());
}

TEST_F(Calibrate, RecordsTheConfigurationThatPricedThePlan) {
  ASSERT_EQ(calibrate(constant_data(40, 1), {"--config", "sim-4", "--set", "LANES=8"}).exit_code, 0);
  for (const char* name : {"plan", "plan/baselines/int8"}) {
    const nlohmann::json plan = nlohmann::json::parse(read_file(directory_ / name / "plan.json"));
    EXPECT_EQ(plan["config_values"], nlohmann::json({"LANES=8"})) << name;
  }
}

// One core, and what the float library and the C library would do on an older processor.
TEST_F(Calibrate, SameBytesOnEveryMachine) {
  const std::vector<std::string> options = {"--scale", "0.00392156862745098", "--samples", "60"};
  ASSERT_EQ(calibrate(kTrainImages, options, "here").exit_code, 0);
  ASSERT_EQ(calibrate(kTrainImages, options, "elsewhere",
                      {"taskset", "-c", "0", "env", "DNNL_MAX_CPU_ISA=SSE41",
                       "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA"})
                .exit_code,
            0);
  EXPECT_EQ(contents(directory_ / "here"), contents(directory_ / "elsewhere"));
}

TEST_F(Calibrate, FewSamplesGiveAPlanAndAWarning) {
  const Invocation run =
      calibrate(kTrainImages, {"--scale", "0.00392156862745098", "--samples", "30", "--json"});
  EXPECT_EQ(run.exit_code, 0);
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_FALSE(json["budget_met"].get<bool>());
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("only 15 held-out samples"));
  EXPECT_THAT(run.err, HasSubstr("warning: only 15 held-out samples"));
}

TEST_F(Calibrate, HoldsDecisionsToTheirBudget) {
  const Invocation run =
      calibrate(kTrainImages, {"--scale", "0.00392156862745098", "--samples", "100", "--decision", "argmax",
                               "--budget-disagreement", "1e-6", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_GT(json["held_out"]["expected_disagreement"].get<double>(), 1e-6);
  EXPECT_FALSE(json["budget_met"].get<bool>());
  EXPECT_THAT(json["warnings"].dump(), HasSubstr("(KL 0.006, changed decisions 1e-06)"));
}

// Layers, one of which pools with padding, are joined; the bit-exact model judges the plan, and a machine
// holds it.
TEST_F(Calibrate, LayersThatAreJoined) {
  onnx::SmallModel model({1, 1, 8, 8});
  model.constant("one", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "one"}, "first");
  for (const std::string name : {"a", "b"}) {
    model.constant(name + "w", {6, 1, 3, 3}, test::random_samples(54, name[0], -0.01F, 0.01F));
    onnx::set_integers(model.node("Conv", {"first", name + "w"}, name + "c"), "pads", {1, 1, 1, 1});
    model.node("Relu", {name + "c"}, name);
  }
  ::onnx::NodeProto& pool = model.node("MaxPool", {"b"}, "p");
  onnx::set_integers(pool, "kernel_shape", {3, 3});
  onnx::set_integers(pool, "pads", {1, 1, 1, 1});
  onnx::set_integer(model.node("Concat", {"a", "p"}, "join"), "axis", 1);
  model.constant("k", {5, 12, 8, 8}, test::random_samples(5 * 768, 3, -0.05F, 0.05F));
  model.node("Conv", {"join", "k"}, "y");
  const onnx::TemporaryModel file(model.proto.SerializeAsString());
  const std::string data = directory_ / "x.npy", plan = directory_ / "plan";
  std::vector<float> values = test::random_samples(300 * 64, 7, 0, 255);
  for (float& value : values) value = std::round(value);
  data::write_npy(data, {300, 1, 8, 8}, values);
  const Invocation run =
      invoke({"calibrate", file.path(), "--data", data, "-o", plan, "--task", "classify", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(nlohmann::json::parse(run.out)["budget_met"].get<bool>()) << run.out;
  const Invocation tried = invoke({"evaluate", plan, "--data", data, "--config", "ecp5-85", "--json"});
  ASSERT_EQ(tried.exit_code, 0) << tried.err;
  const nlohmann::json json = nlohmann::json::parse(tried.out);
  EXPECT_TRUE(json["fits"].get<bool>());
  EXPECT_LE(json["mean_kl"].get<double>(), 0.01);
  EXPECT_LT(json["beats"].get<double>(), json["beats_int8"].get<double>());
}

TEST_F(Calibrate, ConstantSamplesAreCalledSo) {
  const Invocation run = calibrate(constant_data(40, 0), {"--json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(nlohmann::json::parse(run.out)["warnings"].dump(), HasSubstr("samples are all the same"));
}

void expect_refused(const Invocation& run, int exit_code, const std::string& text, const fs::path& output) {
  EXPECT_EQ(run.exit_code, exit_code);
  EXPECT_THAT(run.err, HasSubstr(text));
  EXPECT_FALSE(fs::exists(output));
}

TEST_F(Calibrate, RefusesBadInputInOneLine) {
  const fs::path plan = directory_ / "plan";
  expect_refused(calibrate(constant_data(0, 0), {}), 3, "no samples", plan);
  expect_refused(calibrate(constant_data(40, std::nanf("")), {}), 3, "sample 0, value 0: nan", plan);
  expect_refused(calibrate(constant_data(1, 0), {}), 3, "needs 2 samples or more, found 1", plan);
  expect_refused(calibrate(constant_data(40, 0), {"--labels", kTrainLabels}), 3,
                 "60000 labels for 40 samples", plan);
  expect_refused(calibrate(kTrainImages, {"--samples", "1"}), 2, "--samples", plan);
  expect_refused(calibrate(kTrainImages, {"--config", "sim-5"}), 2, "sim-4", plan);
  expect_refused(calibrate(kTrainImages, {"--budget-disagreement", "0.01"}), 2, "--decision", plan);
  expect_refused(calibrate(kTrainImages, {"--optimise", "speed"}), 2, "--optimise", plan);
  expect_refused(calibrate("absent.npy", {}), 5, "absent.npy", plan);
}

}  // namespace
}  // namespace dpwa::cli
