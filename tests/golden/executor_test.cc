// SPDX-License-Identifier: Apache-2.0
#include "model/golden/executor.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "model/base/error.h"
#include "tests/golden/random_network.h"
#include "tests/golden/reference.h"

namespace dpwa::golden {
namespace {

using testing::HasSubstr;

void expect_equal(const RandomCase& one, const Inference& found, const Inference& expected) {
  ASSERT_EQ(found.tensors.size(), expected.tensors.size());
  for (std::size_t t = 0; t < expected.tensors.size(); ++t) {
    ASSERT_EQ(found.tensors[t].q, expected.tensors[t].q) << "tensor " << one.network.tensors[t].name;
    ASSERT_EQ(found.tensors[t].fine, expected.tensors[t].fine) << "tensor " << one.network.tensors[t].name;
    ASSERT_EQ(found.tensors[t].classes, expected.tensors[t].classes)
        << "tensor " << one.network.tensors[t].name;
    ASSERT_EQ(found.tensors[t].planes, expected.tensors[t].planes)
        << "tensor " << one.network.tensors[t].name;
  }
  ASSERT_EQ(found.nodes.size(), expected.nodes.size());
  for (std::size_t n = 0; n < expected.nodes.size(); ++n) {
    const NodeCounts &a = found.nodes[n], &b = expected.nodes[n];
    EXPECT_EQ(a.beats, b.beats) << "node " << n;
    EXPECT_EQ(a.tile_macs, b.tile_macs) << "node " << n;
    EXPECT_EQ(a.saturated, b.saturated) << "node " << n;
    EXPECT_EQ(a.class_changes, b.class_changes) << "node " << n;
    EXPECT_EQ(a.activation_planes, b.activation_planes) << "node " << n;
  }
}

void expect_golden_equals_reference(const RandomCase& one) {
  ASSERT_EQ(plan::check(one.network, one.plan), std::vector<std::string>{});
  const Executor executor(one.network, one.plan, one.products);
  expect_equal(one, executor.run(one.words), reference::run(one.network, one.plan, one.products, one.words));
}

TEST(Executor, EqualsTheReferenceOnRandomNetworks) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_golden_equals_reference(random_case(seed));
    if (HasFatalFailure()) return;
  }
}

TEST(Executor, EqualsTheReferenceOnActivationFunctions) {
  std::int64_t saturated = 0;
  std::set<net::Function> functions;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomCase one = random_table_case(seed);
    expect_golden_equals_reference(one);
    if (HasFatalFailure()) return;
    for (const net::Node& node : one.network.nodes) functions.insert(node.activation.function);
    for (const NodeCounts& node : Executor(one.network, one.plan, one.products).run(one.words).nodes) {
      saturated += node.saturated;
    }
  }
  EXPECT_EQ(functions.size(), 12U);
  EXPECT_GT(saturated, 0);
}

// Steps that are no powers of two, one alpha for the tensors that additions join, multipliers of 24 bits.
TEST(Executor, ImportedGridsEqualTheReference) {
  int compared = 0, added = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    RandomCase one = random_case(seed);
    const std::vector<int> classes = net::residual_classes(one.network);
    one.plan.multiplier_bits = plan::kImportedMultiplierBits;
    for (std::size_t t = 0; t < classes.size(); ++t) {
      if (one.plan.input.format == plan::PortFormat::binary16 && t == 0) continue;
      const std::uint64_t owner = classes[t] < 0 ? t : static_cast<std::uint64_t>(classes[t]);
      one.plan.tensors[t].alpha = 1 + static_cast<double>((seed * 31 + owner * 17) % 97) / 97;
    }
    if (!plan::check(one.network, one.plan).empty()) continue;  // a Clip that the coarser step widens
    ++compared;
    for (const int owner : classes) added += owner >= 0 ? 1 : 0;
    expect_golden_equals_reference(one);
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(compared, 30);
  EXPECT_GE(added, 30);
}

// The random networks must reach what they are there for, or the comparison above proves little.
TEST(Executor, RandomNetworksReachEveryRule) {
  int added = 0, finer = 0, both = 0, packed = 0, pinned = 0, pooled = 0, saturated = 0, is_signed = 0,
      zero_tiles = 0, wide_tiles = 0, coarse_rows = 0, changes = 0, depthwise = 0, grouped = 0, dilated = 0,
      padded_pools = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const RandomCase one = random_case(seed);
    const Inference inference = Executor(one.network, one.plan, one.products).run(one.words);
    packed += tile_layout(one.network, 0, one.products).packed ? 1 : 0;
    for (const plan::NodePlan& node : one.plan.nodes) pinned += node.pinned ? 1 : 0;
    for (const net::Node& node : one.network.nodes) {
      pooled += node.pool ? 1 : 0;
      padded_pools += node.pool && net::has_pads(*node.pool) ? 1 : 0;
      depthwise += net::is_depthwise(one.network, node) ? 1 : 0;
      grouped += node.groups > 1 && !net::is_depthwise(one.network, node) ? 1 : 0;
      dilated += node.window.dilation_y * node.window.dilation_x > 1 ? 1 : 0;
    }
    for (std::size_t n = 0; n < one.network.nodes.size(); ++n) {
      const net::Node& node = one.network.nodes[n];
      if (node.residual < 0) continue;
      added += 1;
      finer += plan::derive(one.network, one.plan, static_cast<int>(n)).fine_shift > 0 ? 1 : 0;
      both += one.network.tensors[node.residual].consumers.empty() ? 0 : 1;
    }
    for (const NodeCounts& counts : inference.nodes) {
      saturated += counts.saturated > 0 ? 1 : 0;
      changes += counts.class_changes > 0 ? 1 : 0;
    }
    for (const plan::TensorPlan& tensor : one.plan.tensors) is_signed += tensor.is_signed ? 1 : 0;
    for (const StoredTensor& tensor : inference.tensors) {
      for (const std::uint8_t k : tensor.classes) coarse_rows += k > 0 ? 1 : 0;
      for (const std::uint8_t planes : tensor.planes) {
        zero_tiles += planes == 0 ? 1 : 0;
        wide_tiles += planes == 4 ? 1 : 0;
      }
    }
  }
  EXPECT_GE(changes, 25);
  EXPECT_GE(grouped, 25);
  for (const int reached : {added, finer, both, packed, pinned, pooled, saturated, is_signed, zero_tiles,
                            wide_tiles, coarse_rows, depthwise, dilated, padded_pools}) {
    EXPECT_GE(reached, 50);
  }
}

/// A convolution of one weight that passes 2 x 2 values of 1 on, and a pool of 3 x 3 with one row and one
/// column of padding on every side.
RandomCase padded_pool() {
  RandomCase one = dense_case(1, 1, 1, 2, 1);
  net::Node& node = one.network.nodes[0];
  one.network.tensors[0].shape = node.conv_shape = one.network.tensors[1].shape = {2, 2, 1};
  node.window = {};
  node.pool = net::Window{3, 3, 1, 1, 1, 1, 1, 1};
  return one;
}

// N4.3, N4.4: nine positions are computed for each value, whatever lies inside.
TEST(Executor, APositionOutsideTheMapIsComputedAsTheNearestInside) {
  const RandomCase one = padded_pool();
  const Executor executor(one.network, one.plan, one.products);
  const std::vector<std::int32_t> words(4, 255);
  const Inference inference = executor.run(words);
  EXPECT_EQ(inference.nodes[0].tile_macs, 4 * 9);
  EXPECT_EQ(inference.nodes[0].activation_planes, 4 * 9 * inference.tensors[0].planes[0]);
}

TEST(Executor, RandomProductsEqualTheReference) {
  int products = 0, spread = 0, added = 0, squares = 0, functions = 0;
  std::int64_t saturated = 0, largest = 0;
  std::set<int> shifts;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomCase one = random_product_case(seed);
    ASSERT_THAT(plan::check(one.network, one.plan), testing::IsEmpty());
    expect_golden_equals_reference(one);
    if (HasFatalFailure()) return;
    const Inference inference = Executor(one.network, one.plan, one.products).run(one.words);
    for (std::size_t n = 0; n < one.network.nodes.size(); ++n) {
      const net::Node& node = one.network.nodes[n];
      added += node.residual >= 0 ? 1 : 0;
      functions += node.activation.is_identity() ? 0 : 1;
      if (node.factor < 0) continue;
      products += 1;
      spread += net::spreads(node.window) ? 1 : 0;
      squares += node.factor == node.input ? 1 : 0;
      saturated += inference.nodes[n].saturated;
      shifts.insert(plan::derive(one.network, one.plan, static_cast<int>(n)).fine_shift);
      for (const std::int32_t u : inference.tensors[node.factor].fine)
        largest = std::max<std::int64_t>(largest, std::abs(u));
    }
  }
  for (const int reached : {products, spread, added, squares, functions}) EXPECT_GE(reached, 30);
  EXPECT_GT(saturated, 0);
  EXPECT_GE(shifts.size(), 10U);
  EXPECT_GE(largest, 130000);
}

// The three number types of dot_products.h and both write-backs, on both sides of each border.
struct Size {
  int inputs, input_planes, weight_planes, acc_bits;
};
void PrintTo(const Size& size, std::ostream* out) {
  *out << size.inputs << " inputs, " << size.acc_bits << " bits";
}
class ExecutorAtABorder : public testing::TestWithParam<Size> {};
TEST_P(ExecutorAtABorder, EqualsTheReference) {
  const Size& size = GetParam();
  const RandomCase one = dense_case(1, size.inputs, 2, size.input_planes, size.weight_planes);
  EXPECT_EQ(plan::derive(one.network, one.plan, 0).acc_bits, size.acc_bits);
  expect_golden_equals_reference(one);
}
INSTANTIATE_TEST_SUITE_P(Sums, ExecutorAtABorder,
                         testing::Values(Size{9399, 2, 1, 25},      // 255 * 7 * 9399 < 2^24: float
                                         Size{9400, 2, 1, 25},      // above: double
                                         Size{1600, 3, 3, 34},      // written back in double
                                         Size{3200, 3, 3, 35},      // written back in integers
                                         Size{280000, 5, 4, 54},    // below 2^53: double
                                         Size{290000, 5, 4, 54}));  // above: int64

TEST(Executor, ResultsDoNotDependOnThreads) {
  const RandomCase one = random_case(7);
  const Executor executor(one.network, one.plan, one.products);
  const Inference expected = executor.run(one.words);
  std::vector<Inference> found(4);
  std::vector<std::thread> threads;
  for (Inference& inference : found) threads.emplace_back([&] { inference = executor.run(one.words); });
  for (std::thread& thread : threads) thread.join();
  for (const Inference& inference : found) expect_equal(one, inference, expected);
}

TEST(Executor, StoredValuesDoNotDependOnTheTileSize) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomCase one = random_case(seed);
    const Inference narrow = Executor(one.network, one.plan, 8).run(one.words);
    const Inference wide = Executor(one.network, one.plan, 32).run(one.words);
    for (std::size_t t = 0; t < narrow.tensors.size(); ++t) EXPECT_EQ(narrow.tensors[t].q, wide.tensors[t].q);
  }
}

TEST(Executor, RefusesAWrongNumberOfWords) {
  RandomCase one = random_case(3);
  one.words.push_back(0);
  const Executor executor(one.network, one.plan, one.products);
  EXPECT_THAT([&] { executor.run(one.words); }, testing::ThrowsMessage<Error>(HasSubstr("'t0': expected")));
}

TEST(Executor, PortWordsAndOutputsChangeTheOrderOfChannels) {
  RandomCase one = dense_case(1, 4, 2, 2, 1);
  one.network.tensors[0].shape = {1, 2, 2};
  one.network.nodes[0].window = {1, 2};
  one.network.input_affine = {{1, 1}, {0, 0}};
  one.plan.tensors[0].order = {0, 1};
  one.plan.input = {plan::PortFormat::u8, 0.5, 0};
  const Executor executor(one.network, one.plan);
  const float sample[] = {1, 2, 10, 20};  // channel 0: 1 2, channel 1: 10 20
  std::int64_t off_grid = 0;
  EXPECT_EQ(executor.port_words(sample, off_grid), (std::vector<std::int32_t>{2, 20, 4, 40}));
  EXPECT_EQ(off_grid, 0);

  one.plan.tensors[1].step_exponent = -2;
  Inference inference;
  inference.tensors.resize(2);
  inference.tensors[1].q = {3, -5};
  EXPECT_EQ(Executor(one.network, one.plan).outputs(inference), (std::vector<float>{0.75f, -1.25f}));

  one.network.input_order = net::Transposition{{1, 2, 2}, {2, 0, 1}};
  one.network.tensors[1].shape = {2, 1, 2};
  inference.tensors[1].q = {3, -5, 7, 9};
  const Executor last(one.network, one.plan);
  const float pixels[] = {1, 10, 2, 20};
  EXPECT_EQ(last.port_words(pixels, off_grid), (std::vector<std::int32_t>{2, 20, 4, 40}));
  EXPECT_EQ(last.outputs(inference), (std::vector<float>{0.75f, 1.75f, -1.25f, 2.25f}));
  one.network.output_order = net::Transposition{{2, 2, 1}, {1, 2, 0}};
  EXPECT_EQ(last.outputs(inference), (std::vector<float>{0.75f, -1.25f, 1.75f, 2.25f}));
}

}  // namespace
}  // namespace dpwa::golden
