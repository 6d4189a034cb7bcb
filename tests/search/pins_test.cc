// SPDX-License-Identifier: Apache-2.0
#include "calib/search/pins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "calib/float/executor.h"
#include "calib/search/calibrate.h"
#include "calib/search/report.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/golden/executor.h"
#include "model/num/binary16.h"
#include "model/num/planes.h"
#include "tests/base/temporary_directory.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

net::Network small_cnn() {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  net::Network network = test::NetworkBuilder({6, 6, 1}, 5)
                             .conv(8, window, 0, kInfinity, net::Window{2, 2, 2, 2})
                             .conv(6, window, 0, kInfinity)
                             .dense(4, -kInfinity, kInfinity)
                             .build();
  std::fill_n(network.nodes[1].weight.begin(), network.nodes[1].weight.size() / 6,
              0.0F);  // a channel of zeros
  return network;
}

/// What dpwa calibrate writes of it, made once.
class Pins : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    network_ = small_cnn();
    CalibrationData data;
    data.samples = test::random_samples(64 * network_.tensors[0].shape.size(), 31, 0, 255);
    for (float& value : data.samples) value = std::round(value) / 255;
    SilentProgress progress;
    const Calibration calibration = calibrate(network_, data, config::Config(), {}, progress);
    samples_ = data.samples;
    peak_ = calibration.observation.tensors[1].max;
    write("", calibration.dynamic.best().plan);
    write("baselines/int8", calibration.int8.plan);
    write("baselines/int4", calibration.int4->plan);
    write_file(path() / "report.json", report_json(network_, calibration).dump());
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static const fs::path& path() { return directory_->path(); }
  static void write(const std::string& name, plan::Plan plan) {
    fs::create_directories(path() / name);
    write_file(path() / name / "model.onnx", "model");
    plan.model_hash = content_hash("model");
    plan::save(path() / name, network_, plan);
  }

  static plan::Plan loaded(const std::string& name = "") { return plan::load(path() / name, network_); }
  static plan::Plan pinned(const std::vector<std::string>& texts, const config::Config& config = {},
                           const fs::path& directory = path()) {
    std::vector<Pin> pins;
    for (const std::string& text : texts) pins.push_back(parse_pin(text));
    return apply_pins(directory, network_, config, pins, loaded());
  }
  static std::string text_of(const plan::Plan& plan) {
    std::string text;
    for (const auto& [name, bytes] : plan::files(network_, plan)) text += name + "\n" + bytes;
    return text;
  }
  static std::string refusal(const std::vector<std::string>& texts, ExitCode code,
                             const config::Config& config = {}, const fs::path& directory = path()) {
    try {
      pinned(texts, config, directory);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      return error.what();
    }
    return "not refused";
  }
  static std::string name(int node) { return network_.nodes[node].name; }

  static std::unique_ptr<TemporaryDirectory> directory_;
  static net::Network network_;
  static std::vector<float> samples_;
  static double peak_;  ///< largest value of the first node's output
};
std::unique_ptr<TemporaryDirectory> Pins::directory_;
net::Network Pins::network_;
std::vector<float> Pins::samples_;
double Pins::peak_ = 0;

bool by_magnitude(int a, int b) { return std::abs(a) < std::abs(b); }

TEST_F(Pins, WithoutAnyThePlanStaysAsItIs) { EXPECT_EQ(text_of(pinned({})), text_of(loaded())); }

TEST_F(Pins, Int8AndInt4AreTheBaselines) {
  for (const std::string format : {"int8", "int4"}) {
    const plan::Plan plan = pinned({"all=" + format}), baseline = loaded("baselines/" + format);
    for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
      EXPECT_EQ(plan.nodes[n].q, baseline.nodes[n].q);
      EXPECT_EQ(plan.nodes[n].scale, baseline.nodes[n].scale);
      EXPECT_EQ(plan.nodes[n].bias, baseline.nodes[n].bias);
      EXPECT_TRUE(plan.nodes[n].pinned);
    }
    for (std::size_t t = 0; t + 1 < plan.tensors.size(); ++t) {
      EXPECT_EQ(plan.tensors[t].step_exponent, baseline.tensors[t].step_exponent);
      EXPECT_EQ(plan.tensors[t].upper, baseline.tensors[t].upper);
      EXPECT_EQ(plan.tensors[t].order, loaded().tensors[t].order);
    }
  }
}

TEST_F(Pins, EveryWidthOfAFullyPinnedPlanIsFixed) {
  for (const std::string format : {"int4", "int8", "int12", "int16", "fp16"}) {
    const plan::Plan plan = pinned({"all=" + format});
    EXPECT_THAT(plan::check(network_, plan), IsEmpty());
    for (const plan::TensorPlan& tensor : plan.tensors) {
      EXPECT_EQ(tensor.pcu.policy, plan::Policy::static_);
      EXPECT_EQ(tensor.pcu.min_planes, tensor.pcu.max_planes);
    }
    for (const plan::NodePlan& node : plan.nodes) EXPECT_TRUE(node.pinned);
  }
}

TEST_F(Pins, ALaterPinWins) {
  const std::string last = name(2);
  EXPECT_EQ(text_of(pinned({last + "=int4", "all=int8"})), text_of(pinned({"all=int8"})));
  const plan::Plan plan = pinned({"all=int8", last + "=int4"});
  EXPECT_EQ(plan.nodes[2].q, loaded("baselines/int4").nodes[2].q);
  EXPECT_EQ(plan.nodes[1].q, loaded("baselines/int8").nodes[1].q);
  EXPECT_EQ(plan.tensors[2].pcu.max_planes, 1) << "what the node reads";
  EXPECT_EQ(plan.tensors[1].pcu.max_planes, 2);
  EXPECT_EQ(pinned({"all=fp16", name(0) + "=int8"}).input.format, plan::PortFormat::u8) << "nothing is left";
}

TEST_F(Pins, OtherNodesKeepThePlan) {
  const plan::Plan plan = pinned({name(1) + "=int16"}), before = loaded();
  EXPECT_EQ(plan.nodes[0].q, before.nodes[0].q);
  EXPECT_EQ(plan.nodes[2].q, before.nodes[2].q);
  EXPECT_EQ(plan.tensors[0].pcu.policy, before.tensors[0].pcu.policy);
  EXPECT_EQ(plan.tensors[2].step_exponent, before.tensors[2].step_exponent);
  EXPECT_EQ(plan.tensors[1].pcu.max_planes, 4);
  EXPECT_EQ(plan.tensors.back().pcu.policy, plan::Policy::range);
}

TEST_F(Pins, Int12HasThreePlanes) {
  const plan::Plan plan = pinned({"all=int12"});
  EXPECT_EQ(*std::max_element(plan.nodes[0].q.begin(), plan.nodes[0].q.end(), by_magnitude) % 1911, 0);
  EXPECT_EQ(plan.tensors[1].pcu.max_planes, 3);
  const double top = std::ldexp(peak_, -plan.tensors[1].step_exponent);
  EXPECT_LE(top, 4095.5);
  EXPECT_GT(top, 2047);
}

TEST_F(Pins, WeightFormatsReplaceTheWeightsAlone) {
  const plan::Plan before = loaded();
  for (const num::StorageFormat& format : num::kStorageFormats) {
    const std::string name(format.name);
    if (name == "int4" || name == "int8" || name == "int12" || name == "int16" || name == "fp16") continue;
    const plan::Plan plan = pinned({"all=" + name});
    for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
      EXPECT_EQ(plan.tensors[t].step_exponent, before.tensors[t].step_exponent) << name;
      EXPECT_EQ(plan.tensors[t].pcu.policy, before.tensors[t].pcu.policy) << name;
    }
    for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
      EXPECT_NE(plan.nodes[n].q, before.nodes[n].q) << name;
      EXPECT_EQ(plan.nodes[n].bias,
                std::vector<double>(network_.nodes[n].bias.begin(), network_.nodes[n].bias.end()));
      EXPECT_FALSE(plan.nodes[n].pinned) << name;
    }
    const plan::Plan both = pinned({"all=int8", "all=" + name});
    EXPECT_EQ(both.nodes[1].q, plan.nodes[1].q) << name;
    EXPECT_EQ(both.tensors[1].step_exponent, loaded("baselines/int8").tensors[1].step_exponent) << name;
    EXPECT_EQ(text_of(pinned({"all=" + name, "all=int8"})), text_of(pinned({"all=int8"}))) << name;
  }
}

TEST_F(Pins, Int16UsesTheWholeRange) {
  const plan::Plan plan = pinned({"all=int16"});
  EXPECT_EQ(plan.input.format, plan::PortFormat::u8);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    const net::Node& node = network_.nodes[n];
    const std::size_t count = node.weight.size() / node.out_channels;
    for (int c = 0; c < node.out_channels; ++c) {
      int largest = 0;
      for (std::size_t i = c * count; i < (c + 1) * count; ++i) {
        largest = std::max(largest, std::abs(plan.nodes[n].q[i]));
        EXPECT_NEAR(plan.nodes[n].q[i] * plan.nodes[n].scale[c], node.weight[i],
                    plan.nodes[n].scale[c] * 0.5001);
      }
      EXPECT_EQ(largest, n == 1 && c == 0 ? 0 : 30583);
    }
  }
  const double top = std::ldexp(peak_, -plan.tensors[1].step_exponent);
  EXPECT_LE(top, 65535.5);
  EXPECT_GT(top, 32767);
}

/// Nearest binary16 number, by its definition: 11 significant bits, multiples of 2^-24.
double nearest_binary16(double x) {
  if (x == 0) return 0;
  const double unit = std::ldexp(1.0, std::max(std::ilogb(x) - 10, -24));
  return std::nearbyint(x / unit) * unit;
}

TEST_F(Pins, Fp16WeightsAreBinary16AlignedToAWindow) {
  const plan::Plan plan = pinned({"all=fp16"});
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    const net::Node& node = network_.nodes[n];
    const std::size_t count = node.weight.size() / node.out_channels;
    for (int c = 0; c < node.out_channels; ++c) {
      const double scale = plan.nodes[n].scale[c];
      EXPECT_EQ(std::exp2(std::ilogb(scale)), scale) << "a power of two";
      int largest = 0;
      for (std::size_t i = c * count; i < (c + 1) * count; ++i) {
        EXPECT_EQ(plan.nodes[n].q[i], std::nearbyint(nearest_binary16(node.weight[i]) / scale));
        largest = std::max(largest, std::abs(plan.nodes[n].q[i]));
      }
      if (n == 1 && c == 0) continue;
      EXPECT_LE(largest, 30583);
      EXPECT_GT(2 * largest, 30583) << "the finest window";
    }
  }
}

TEST_F(Pins, Fp16TensorsHaveRoomForSixteenTimesTheObservedRange) {
  const plan::Plan plan = pinned({"all=fp16"});
  EXPECT_EQ(plan.input.format, plan::PortFormat::binary16);
  EXPECT_EQ(plan.input.word_scale, 1);
  EXPECT_EQ(plan.tensors[1].pcu.max_planes, 5);
  EXPECT_EQ(plan.tensors[1].upper, (1 << 20) - 1);
  const double top = std::ldexp(peak_, -plan.tensors[1].step_exponent);
  EXPECT_LE(top, 65535.5);
  EXPECT_GT(top, 32767);

  config::Config narrow;
  narrow.acc_w = plan::derive(network_, plan, 1).acc_bits - 1;
  const plan::Plan narrower = pinned({"all=fp16"}, narrow);
  EXPECT_EQ(narrower.tensors[1].pcu.max_planes, 4) << "headroom goes where the accumulator would overflow";
  EXPECT_EQ(narrower.tensors[1].upper, (1 << 16) - 1);
  EXPECT_EQ(narrower.tensors[1].step_exponent, plan.tensors[1].step_exponent);
  narrow.acc_w = 48;
  narrow.planes_max = 3;
  EXPECT_EQ(pinned({"all=fp16"}, narrow).tensors[1].upper, (1 << 12) - 1);
}

TEST_F(Pins, WiderFormatsComeCloserToTheFloatNetwork) {
  const std::vector<float> expected = floating::FloatExecutor(network_).outputs(samples_.data(), 16);
  const auto error = [&](const std::string& format) {
    const golden::Executor golden(network_, pinned({"all=" + format}));
    double squares = 0;
    for (int i = 0; i < 16; ++i) {
      std::int64_t off_grid = 0;
      const auto outputs = golden.outputs(
          golden.run(golden.port_words(&samples_[i * network_.tensors[0].shape.size()], off_grid)));
      for (std::size_t k = 0; k < outputs.size(); ++k) {
        squares += std::pow(outputs[k] - expected[i * outputs.size() + k], 2);
      }
    }
    return squares;
  };
  const double int4 = error("int4"), int8 = error("int8"), int16 = error("int16"), fp16 = error("fp16");
  EXPECT_LT(int8, int4 / 20);
  EXPECT_LT(int16, int8 / 200);
  EXPECT_LT(fp16, int8 / 100) << "binary16 has 11 bits";
}

TEST_F(Pins, RefusesWhatItCannotDo) {
  EXPECT_THAT(refusal({"no-such=int8"}, ExitCode::usage), HasSubstr(name(1)));
  for (const char* text : {"all", "all=int7", "=int8", "int8", ""}) {
    EXPECT_THAT(refusal({text}, ExitCode::usage), HasSubstr("int2, int4, int8, int12, int16, fp16, bf16"))
        << text;
  }
  config::Config narrow;
  narrow.planes_max = 3;
  EXPECT_THAT(refusal({"all=int16"}, ExitCode::usage, narrow), HasSubstr("PLANES_MAX 4"));
  narrow.planes_max = 2;
  EXPECT_THAT(refusal({"all=fp16"}, ExitCode::usage, narrow), HasSubstr("PLANES_MAX 3"));

  const TemporaryDirectory bare;
  EXPECT_THAT(refusal({"all=int8"}, ExitCode::bad_input, {}, bare.path()), HasSubstr("calibrate"));
  EXPECT_THAT(refusal({"all=fp16"}, ExitCode::bad_input, {}, bare.path()), HasSubstr("calibrate"));
  for (const char* report : {"[", "{}", R"({"tensors": [{"name": "other", "min": 0, "max": 1}]})"}) {
    write_file(bare.path() / "report.json", report);
    EXPECT_THAT(refusal({"all=fp16"}, ExitCode::bad_input, {}, bare.path()), HasSubstr("no range"));
  }
}

}  // namespace
}  // namespace dpwa::search
