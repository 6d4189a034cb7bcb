// SPDX-License-Identifier: Apache-2.0
#include "verify/self_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "model/base/error.h"
#include "model/golden/executor.h"
#include "model/num/planes.h"

namespace dpwa::verify {
namespace {

using Values = std::vector<std::int32_t>;

constexpr int kOutputPlanes = 2, kLargestOutput = 100;
constexpr int kFillPlanes = 3;  // of weights that fill a memory: 16 bits hold all of them

/// Seeded by the test's name alone: not a library's distribution, so that all platforms make the same.
class Random {
 public:
  explicit Random(const std::string& name) {
    std::seed_seq seed(name.begin(), name.end());
    engine_.seed(seed);
  }
  std::int32_t within(std::int64_t lowest, std::int64_t highest) {
    return static_cast<std::int32_t>(
        lowest + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(highest - lowest + 1)));
  }
  /// Not 0.
  std::int32_t nonzero(std::int64_t lowest, std::int64_t highest) {
    std::int32_t value = 0;
    while (value == 0) value = within(lowest, highest);
    return value;
  }

 private:
  std::mt19937 engine_;
};

/// Weights that `planes` planes and 16 bits hold.
num::Range weights_of(int planes) { return num::intersection(num::weight_range(planes), {-32768, 32767}); }

/// Grows a network layer by layer together with the values that one input gives.
class Maker {
 public:
  Maker(const config::Config& config, const std::string& name) : config_(config) { test_.name = name; }

  /// values: [h][w][c].
  void input(const net::Shape& shape, const Values& values, num::Range limits, int planes) {
    test_.words = values;
    const bool narrow = limits.lower == 0 && limits.upper < 256;
    test_.plan.input = {narrow ? plan::PortFormat::u8 : plan::PortFormat::s16, 1, 0};
    test_.network.name = "self-test";
    test_.network.inputs = {{"input", {shape.c, shape.h, shape.w}}};
    test_.network.input_affine.scale.assign(shape.c, 1);
    test_.network.input_affine.offset.assign(shape.c, 0);
    values_ = values;
    tensor(shape, limits, planes);
  }
  void input(const Values& values, num::Range limits, int planes) {
    input({1, 1, static_cast<int>(values.size())}, values, limits, planes);
  }

  /// A dense layer. q: [outputs][inputs]. The bias makes the outputs `wanted`.
  void layer(const std::vector<std::int16_t>& q, const Values& wanted, int planes) {
    node(q, wanted, {1, 1, static_cast<int>(wanted.size())}, 1, planes);
    values_ = wanted;
  }

  /// A depthwise layer whose kernel is a row of the input, all rows of which are equal. q: [c][w].
  void rows(const std::vector<std::int16_t>& q, const Values& wanted, int planes) {
    const net::Shape in = test_.network.tensors.back().shape;
    node(q, wanted, {in.h, 1, in.c}, in.c, planes);
    net::Node& made = test_.network.nodes.back();
    made.onnx_operator = "Conv";
    made.window = {1, in.w, 1, 1, 0, 0, 0, 0};
  }

  SelfTest take() { return std::move(test_); }

 private:
  /// A node on the newest tensor. q: [channels][inputs of a group].
  void node(const std::vector<std::int16_t>& q, const Values& wanted, const net::Shape& shape, int groups,
            int planes) {
    const int index = static_cast<int>(test_.network.nodes.size());
    net::Node node;
    node.name = fmt::format("n{}", index);
    node.onnx_operator = "Gemm";
    node.input = static_cast<int>(test_.network.tensors.size()) - 1;
    node.output = node.input + 1;
    node.out_channels = shape.c;
    node.groups = groups;
    node.conv_shape = shape;
    node.weight.assign(q.size(), 0);
    node.bias.assign(shape.c, 0);
    plan::NodePlan made;
    made.q = q;
    const int inputs = static_cast<int>(q.size()) / shape.c;
    for (int channel = 0; channel < shape.c; ++channel) {
      std::int64_t sum = 0;
      int most = 0;
      for (int i = 0; i < inputs; ++i) {
        const std::int16_t weight = q[static_cast<std::size_t>(channel) * inputs + i];
        sum += std::int64_t{weight} * values_[groups == 1 ? i : i * groups + channel];
        most = std::max(most, num::weight_planes(weight));
      }
      made.planes.push_back(most);
      made.scale.push_back(1);
      made.bias.push_back(static_cast<double>(wanted[channel] - sum));
    }
    test_.network.tensors[node.input].consumers.push_back(index);
    test_.network.nodes.push_back(node);
    test_.plan.nodes.push_back(made);
    tensor(shape, num::activation_range(planes, true), planes);
    test_.network.tensors.back().producer = index;
    test_.network.output = node.output;
  }

  void tensor(const net::Shape& shape, num::Range limits, int planes) {
    net::Tensor tensor;
    tensor.name = fmt::format("t{}", test_.network.tensors.size());
    tensor.shape = shape;
    test_.network.tensors.push_back(tensor);
    plan::TensorPlan t;
    t.is_signed = limits.lower < 0;
    t.lower = static_cast<std::int32_t>(limits.lower);
    t.upper = static_cast<std::int32_t>(limits.upper);
    const bool follows = config_.policies.range;
    t.pcu = {follows ? plan::Policy::range : plan::Policy::static_, follows ? 0 : planes, planes};
    t.order.resize(shape.c);
    std::iota(t.order.begin(), t.order.end(), 0);
    test_.plan.tensors.push_back(t);
  }

  const config::Config& config_;
  SelfTest test_;
  Values values_;  ///< of the newest tensor, or of all its rows
};

/// Output channels that give every lane the same number of channels, and how many each then has.
struct Unit {
  int channels, per_lane;
};

Unit unit_of(const config::Config& config) {
  const int lanes = config.lanes_per_group();
  if (config.groups == 1) return {lanes, 1};
  return {config.products * config.groups, config.products / lanes};
}

/// Sums of products, and a bias as large, stay below this.
std::int64_t room_of(const config::Config& config) {
  return std::int64_t{1} << (std::min(config.acc_w, 60) - 2);
}

Values some_outputs(Random& random, int count) {
  Values values;
  for (int i = 0; i < count; ++i) values.push_back(random.within(-kLargestOutput, kLargestOutput));
  return values;
}

/// Random values, or their complements.
Values some_inputs(Random& random, int count, const num::Range& range, bool complement) {
  Values values;
  for (int i = 0; i < count; ++i) {
    const std::int32_t value = random.within(range.lower, range.upper);
    values.push_back(complement ? static_cast<std::int32_t>(range.upper + range.lower) - value : value);
  }
  return values;
}

constexpr int kLargestWeight = 8;  // of one plane

std::vector<std::int16_t> some_weights(Random& random, int count) {
  std::vector<std::int16_t> q;
  for (int i = 0; i < count; ++i)
    q.push_back(static_cast<std::int16_t>(random.nonzero(-kLargestWeight, kLargestWeight - 1)));
  return q;
}

/// Hidden tiles of 0 to PLANES_MAX planes times weights of 1 to PLANES_MAX planes. A channel has as many
/// weights as its accumulator has room for.
SelfTest lanes_test(const config::Config& config, int hidden_tiles) {
  const std::string name = "lanes";
  Random random(name);
  Maker maker(config, name);
  constexpr int kInputs = 8;
  maker.input(some_inputs(random, kInputs, {1, 15}, false), {0, 15}, 1);
  const int hidden = hidden_tiles * config.products;
  const std::vector<std::int16_t> first = some_weights(random, hidden * kInputs);
  Values values;
  for (int h = 0; h < hidden; ++h) {
    const int planes = (h / config.products) % (config.planes_max + 1);
    const num::Range range = num::activation_range(planes, true);
    values.push_back(planes == 0 ? 0 : random.nonzero(range.lower, range.upper));
  }
  maker.layer(first, values, config.planes_max);

  const Unit unit = unit_of(config);
  const int outputs = unit.channels * config.planes_max;
  const std::int64_t largest = -num::activation_range(config.planes_max, true).lower;
  std::vector<std::int16_t> second(static_cast<std::size_t>(outputs) * hidden, 0);
  for (int channel = 0; channel < outputs; ++channel) {
    int planes = 1 + channel / unit.channels;
    while (planes > 1 && -weights_of(planes).lower * largest > room_of(config)) --planes;
    const num::Range range = weights_of(planes);
    const auto count =
        static_cast<int>(std::clamp<std::int64_t>(room_of(config) / (-range.lower * largest), 1, hidden));
    for (int i = 0; i < count; ++i) {
      const int at = (channel * 7 + static_cast<int>(std::int64_t{i} * hidden / count)) % hidden;
      second[static_cast<std::size_t>(channel) * hidden + at] =
          static_cast<std::int16_t>(random.nonzero(range.lower, range.upper));
    }
  }
  maker.layer(second, some_outputs(random, outputs), kOutputPlanes);
  return maker.take();
}

/// A single layer: input tiles, channels of every lane, planes of every weight.
struct Fill {
  int tiles = 0, channels = 0, planes = 0;
  std::int64_t words() const { return std::int64_t{tiles} * channels * planes; }
};

/// Input tiles that a layer with so many channels per lane may have.
int most_tiles(const config::Config& config, int channels, int input_planes) {
  const Unit unit = unit_of(config);
  const int outputs = channels / unit.per_lane * unit.channels;
  const int out_tiles = (outputs + config.products - 1) / config.products;
  return std::max(0, std::min({config.input_values / config.products, config.activation_tiles - out_tiles,
                               (config.activation_words - out_tiles * kOutputPlanes) / input_planes,
                               config.weight_tiles / channels}));
}

/// The layer that fills most of `capacity` plane words per lane, with the fewest channels.
Fill largest_fill(const config::Config& config, std::int64_t capacity) {
  const Unit unit = unit_of(config);
  Fill best;
  for (int planes = std::min(config.planes_max, kFillPlanes); planes >= 1; --planes) {
    const int most_channels = config.channels / config.lanes_per_group();
    for (int channels = unit.per_lane; channels <= most_channels; channels += unit.per_lane) {
      const std::int64_t most = capacity / (std::int64_t{channels} * planes);
      Fill fill{static_cast<int>(std::min<std::int64_t>(most, most_tiles(config, channels, 1))), channels,
                planes};
      const std::int64_t inputs = std::int64_t{fill.tiles} * config.products;
      if (fill.tiles > 0 && inputs * -weights_of(planes).lower <= room_of(config) &&
          fill.words() > best.words())
        best = fill;
    }
  }
  return best;
}

/// -1 - digit for every digit.
std::int16_t complement_of_weight(std::int16_t q, int planes) {
  const std::int64_t ones = (num::plane_weight(planes) - 1) / 15;
  return static_cast<std::int16_t>(num::saturate(-ones - q, weights_of(planes)));
}

/// Weights that fill the fast or the dense tier. `capacity`: plane words per lane.
SelfTest weights_test(const config::Config& config, const std::string& name, bool complement,
                      std::int64_t capacity) {
  const Fill fill = largest_fill(config, capacity);
  const Unit unit = unit_of(config);
  const int inputs = fill.tiles * config.products, outputs = fill.channels / unit.per_lane * unit.channels;
  const num::Range range = weights_of(fill.planes);
  Random random(name);
  Maker maker(config, fmt::format("{} {}", name, complement ? 2 : 1));
  const std::int64_t most = room_of(config) / (inputs * -range.lower);
  const auto largest = static_cast<std::int32_t>(std::clamp<std::int64_t>(most, 1, 15));
  maker.input(some_inputs(random, inputs, {1, largest}, false), {0, largest}, 1);
  std::vector<std::int16_t> q;
  for (std::int64_t i = 0; i < std::int64_t{inputs} * outputs; ++i) {
    const auto weight = static_cast<std::int16_t>(random.within(range.lower, range.upper));
    q.push_back(complement ? complement_of_weight(weight, fill.planes) : weight);
  }
  maker.layer(q, some_outputs(random, outputs), kOutputPlanes);
  SelfTest test = maker.take();
  test.fills = fmt::format("{} of {} plane words per lane", fill.words(), capacity);
  return test;
}

/// Activation memory, as much of it at a time as an input takes.
void add_activation_tests(const config::Config& config, std::vector<SelfTest>& tests) {
  const Unit unit = unit_of(config);
  const int planes = std::min(config.input_planes_max(), 4);
  const bool is_signed = planes > 2;
  const num::Range range = num::activation_range(planes, is_signed);
  const std::int64_t largest = std::max(range.upper, -range.lower);
  const int resident = std::max(config.weight_words, config.dense_words / config.lanes) / unit.per_lane;
  const auto bounded = static_cast<int>(
      std::min<std::int64_t>(resident, room_of(config) / (kLargestWeight * largest * config.products)));
  const int tiles = std::min(most_tiles(config, unit.per_lane, planes), bounded);
  const int inputs = tiles * config.products;
  const int out_tiles = (unit.channels + config.products - 1) / config.products;
  const int last_tile = config.activation_tiles - tiles - out_tiles;
  const int last_word = config.activation_words - tiles * planes - out_tiles * kOutputPlanes;
  const int steps =
      1 + std::max((last_tile + tiles - 1) / tiles, (last_word + tiles * planes - 1) / (tiles * planes));
  for (int step = 0; step < steps; ++step) {
    for (const bool complement : {false, true}) {
      const std::string name = fmt::format("activations {}", 2 * step + (complement ? 2 : 1));
      Random random(fmt::format("activations at {}", step));
      Maker maker(config, name);
      maker.input(some_inputs(random, inputs, range, complement), range, planes);
      const std::vector<std::int16_t> q = some_weights(random, inputs * unit.channels);
      maker.layer(q, some_outputs(random, unit.channels), kOutputPlanes);
      SelfTest test = maker.take();
      test.origin = {std::min(step * tiles, last_tile), std::min(step * tiles * planes, last_word)};
      test.fills = fmt::format("plane words {} to {} of {}, widths {} to {} of {}", test.origin.word,
                               test.origin.word + tiles * planes - 1, config.activation_words,
                               test.origin.tile, test.origin.tile + tiles - 1, config.activation_tiles);
      tests.push_back(std::move(test));
    }
  }
}

/// Tap windows of all lanes: as many activation planes as they, the input and the machine's memories hold.
void add_window_tests(const config::Config& config, std::vector<SelfTest>& tests) {
  constexpr int kTaps = config::kWindowTaps;
  const int channels = config.products;
  for (int planes = std::min({config.window_planes, config.input_planes_max(), 4}); planes >= 1; --planes) {
    const num::Range range = num::activation_range(planes, planes > 2);
    const std::int64_t largest = std::max(range.upper, -range.lower);
    if (kTaps * kLargestWeight * largest > room_of(config)) continue;
    std::vector<SelfTest> made;
    for (const bool complement : {false, true}) {
      Random random("windows");
      Maker maker(config, fmt::format("windows {}", complement ? 2 : 1));
      const Values row = some_inputs(random, kTaps * channels, range, complement);
      Values input;
      for (int group = 0; group < config.groups; ++group) input.insert(input.end(), row.begin(), row.end());
      maker.input({config.groups, kTaps, channels}, input, range, planes);
      const std::vector<std::int16_t> q = some_weights(random, kTaps * channels);
      maker.rows(q, some_outputs(random, channels), kOutputPlanes);
      made.push_back(maker.take());
      made.back().fills = fmt::format("{} of {} planes of {} taps", planes, config.window_planes, kTaps);
    }
    if (!lower::footprint(config, made[0].network, made[0].plan).shortfall.empty()) continue;
    tests.insert(tests.end(), made.begin(), made.end());
    return;
  }
}

}  // namespace

int lane_of(const config::Config& config, int channel) {
  const int lanes = config.lanes_per_group();
  const int group = config.groups == 1 ? 0 : channel / config.products % config.groups;
  return group * lanes + channel % lanes;
}

std::vector<SelfTest> self_tests(const config::Config& config) {
  std::vector<SelfTest> tests;
  for (int tiles = config.planes_max + 1; tiles >= 1; --tiles) {
    SelfTest test = lanes_test(config, tiles);
    if (tiles > 1 && !lower::footprint(config, test.network, test.plan).shortfall.empty()) continue;
    tests.push_back(std::move(test));
    break;
  }
  for (const bool complement : {false, true})
    tests.push_back(weights_test(config, "fast weights", complement, config.weight_words));
  for (const bool complement : {false, true}) {
    if (config.dense_words / config.lanes > config.weight_words)
      tests.push_back(weights_test(config, "dense weights", complement, config.dense_words / config.lanes));
  }
  add_activation_tests(config, tests);
  add_window_tests(config, tests);
  return tests;
}

std::vector<std::int32_t> expected_outputs(const config::Config& config, const SelfTest& test) {
  const golden::Executor golden(test.network, test.plan, config.products);
  return golden.run(test.words).tensors[test.network.output].q;
}

std::vector<std::uint32_t> boot_tests(const config::Config& config) {
  // Codes of rtl/host/dpwa_boot_test.v.
  constexpr std::uint32_t kOver = 0, kSend = 1, kExpect = 2;
  std::vector<std::uint32_t> flash;
  const auto add = [&](std::uint32_t code, const auto& words) {
    flash.push_back(code << 24 | static_cast<std::uint32_t>(words.size()));
    for (const auto word : words) flash.push_back(static_cast<std::uint32_t>(word));
  };
  for (const SelfTest& test : self_tests(config)) {
    add(kSend, lower::lower(config, test.network, test.plan, test.origin).words);
    add(kSend, lower::input_packet(test.plan.input, test.words));
    add(kExpect, expected_outputs(config, test));
  }
  flash.push_back(kOver << 24);
  return flash;
}

}  // namespace dpwa::verify
