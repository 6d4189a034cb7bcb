// SPDX-License-Identifier: Apache-2.0
//
// A network with a squeeze-and-excitation block through the commands, from the ONNX file to the image.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "calib/data/array.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/float/small_networks.h"
#include "tests/onnx/small_model.h"

namespace dpwa::cli {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;

/// Conv 'c', its mean through a layer and HardSigmoid, times 'r'; a layer of the output.
std::string excitation() {
  onnx::SmallModel model({1, 1, 8, 8});
  const auto weights = [&](const std::string& name, std::vector<std::int64_t> dims, unsigned seed) {
    std::int64_t count = 1;
    for (const std::int64_t dim : dims) count *= dim;
    const float most = 2 / std::sqrt(static_cast<float>(count / dims[0]));
    model.constant(name, std::move(dims), test::random_samples(count, seed, -most, most));
  };
  weights("w", {8, 1, 3, 3}, 1);
  weights("v", {8, 8, 1, 1}, 2);
  weights("u", {4, 8, 8, 8}, 3);
  onnx::set_integers(model.node("Conv", {"x", "w"}, "c"), "pads", {1, 1, 1, 1});
  model.node("Relu", {"c"}, "r");
  model.node("GlobalAveragePool", {"r"}, "mean");
  model.node("Conv", {"mean", "v"}, "d");
  model.node("HardSigmoid", {"d"}, "gate");
  model.node("Mul", {"r", "gate"}, "scaled");
  model.node("Conv", {"scaled", "u"}, "y");
  return model.proto.SerializeAsString();
}

TEST(Products, GoThroughTheCommands) {
  const TemporaryDirectory temporary;
  const auto path = [&](const char* name) { return (temporary.path() / name).string(); };
  write_file(path("model.onnx"), excitation());
  data::write_npy(path("x.npy"), {64, 1, 8, 8}, test::random_samples(64 * 64, 4));

  const Invocation inspected = invoke({"inspect", path("model.onnx")});
  ASSERT_EQ(inspected.exit_code, 0) << inspected.out;
  EXPECT_THAT(inspected.out, HasSubstr("MACs  times"));
  const auto nodes = nlohmann::json::parse(invoke({"inspect", path("model.onnx"), "--json"}).out).at("nodes");
  ASSERT_EQ(nodes.size(), 4U);
  EXPECT_EQ(nodes.at(2).at("factor"), "r");
  EXPECT_EQ(nodes.at(2).at("stride"), nlohmann::json({0, 0}));
  EXPECT_EQ(nodes.at(0).count("factor"), 0U);
  const Invocation fit = invoke({"inspect", path("model.onnx"), "--config", "sim-4"});
  EXPECT_EQ(fit.exit_code, 1);
  EXPECT_THAT(fit.out, HasSubstr("FACTORS"));

  const Invocation calibrated =
      invoke({"calibrate", path("model.onnx"), "--data", path("x.npy"), "-o", path("plan")});
  ASSERT_EQ(calibrated.exit_code, 0) << calibrated.err;
  const Invocation evaluated = invoke({"evaluate", path("plan"), "--data", path("x.npy"), "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;

  const Invocation refused = invoke({"generate", path("plan"), "-o", path("out")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("FACTORS needs 1, has 0 (--set FACTORS=1)"));
  const Invocation generated = invoke({"generate", path("plan"), "-o", path("out"), "--set", "FACTORS=1",
                                       "--set", "RESIDUAL_WORDS=1024", "--set", "TABLE_WORDS=8192"});
  ASSERT_EQ(generated.exit_code, 0) << generated.err;
  EXPECT_THAT(read_file(temporary.path() / "out/config.toml"), HasSubstr("FACTORS = 1"));
}

}  // namespace
}  // namespace dpwa::cli
