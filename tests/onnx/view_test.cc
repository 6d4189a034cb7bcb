// SPDX-License-Identifier: Apache-2.0
//
// Values that are moved or summed by constant amounts: what a dense layer folds into its weights, and what
// becomes a layer of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using Floats = std::vector<float>;
using Dims = std::vector<std::int64_t>;

/// The outputs of one node on counting input 1, 2, 3 ...
Floats outputs(const SmallModel& model) {
  const net::Network network = model.import();
  return evaluate(network, counting(network.tensors[0].shape.size()));
}

TEST(View, ALoneTransposeIsTheHosts) {
  SmallModel model({2, 3});
  model.node("Transpose", {"x"}, "y");
  const net::Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.nodes[0].weight.size(), 6U) << "values are passed on";
  EXPECT_EQ(network.output_order, (net::Transposition{{2, 3}, {1, 0}}));
  EXPECT_EQ(network.tensors[1].name, "y/stored");
  EXPECT_THAT(evaluate(network, {1, 2, 3, 4, 5, 6}), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(View, ADenseLayerFoldsWhatIsMovedIntoItsWeights) {
  SmallModel model({1, 2, 1, 3});
  model.constant("identity", {2, 2, 1, 1}, {1, 0, 0, 1});
  model.constant("w", {6, 2}, counting(12));
  model.node("Conv", {"x", "identity"}, "map");
  set_integers(model.node("Transpose", {"map"}, "nhwc"), "perm", {0, 2, 3, 1});
  model.node("Flatten", {"nhwc"}, "flat");
  model.node("Gemm", {"flat", "w"}, "y");
  const net::Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 2U) << "no layer for the Transpose";
  // channel-last order of (1 2 3 / 4 5 6) is 1 4 2 5 3 6
  EXPECT_THAT(evaluate(network, counting(6)), ElementsAre(1 + 4 * 3 + 2 * 5 + 5 * 7 + 3 * 9 + 6 * 11,
                                                          2 + 4 * 4 + 2 * 6 + 5 * 8 + 3 * 10 + 6 * 12));
}

TEST(View, AConstantPerValueIsThatOfOneSampleOfAFixedBatch) {
  for (const std::int64_t batch : {1, 4}) {
    SmallModel model({batch, 2, 1, 2});
    model.constant("identity", {2, 2, 1, 1}, {1, 0, 0, 1});
    model.constant("k", {1, 2, 1, 2}, {10, 20, 30, 40});
    model.node("Conv", {"x", "identity"}, "map");
    model.node("Add", {"map", "k"}, "sum");
    model.node("Flatten", {"sum"}, "y");
    EXPECT_THAT(outputs(model), ElementsAre(11, 22, 33, 44)) << batch;
  }
}

TEST(View, TransposesThatCancelLeaveNothing) {
  SmallModel model({1, 2, 3, 4});
  model.constant("w", {2, 2, 1, 1}, {1, 0, 0, 1});
  set_integers(model.node("Transpose", {"x"}, "a"), "perm", {0, 2, 3, 1});
  set_integers(model.node("Transpose", {"a"}, "b"), "perm", {0, 3, 1, 2});
  model.node("Conv", {"b", "w"}, "y");
  EXPECT_EQ(model.import().nodes.size(), 1U);
  EXPECT_EQ(outputs(model), counting(24));
}

TEST(View, EveryLayerThatOneBecomesHasANameOfItsOwn) {
  SmallModel model({1, 1, 2, 2});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "c");
  model.indices("s", {1});
  model.indices("e", {-3});
  model.indices("a", {2});
  model.indices("t", {-1});
  model.node("Slice", {"c", "s", "e", "a", "t"}, "rows");
  model.node("Flatten", {"rows"}, "f");
  model.node("Flatten", {"rows"}, "g");
  model.node("Sigmoid", {"f"}, "p");
  model.node("Tanh", {"g"}, "q");
  model.node("Add", {"p", "q"}, "y");
  const net::Network network = model.import();
  std::set<std::string> names;
  for (const net::Node& node : network.nodes) EXPECT_TRUE(names.insert(node.name).second) << node.name;
}

TEST(View, SliceTakesStepsAndLimitsBeyondTheEnds) {
  const auto slice = [](Dims starts, Dims ends, Dims steps) {
    SmallModel model({6});
    model.indices("s", starts);
    model.indices("e", ends);
    model.indices("a", {0});
    model.indices("t", steps);
    model.node("Slice", {"x", "s", "e", "a", "t"}, "y");
    return outputs(model);
  };
  EXPECT_THAT(slice({1}, {4}, {1}), ElementsAre(2, 3, 4));
  EXPECT_THAT(slice({-2}, {1000}, {1}), ElementsAre(5, 6));
  EXPECT_THAT(slice({1000}, {-1000}, {-2}), ElementsAre(6, 4, 2));
  EXPECT_THAT(slice({4}, {0}, {-3}), ElementsAre(5, 2));
  SmallModel old({1, 4}, 9);
  auto& node = old.node("Slice", {"x"}, "y");
  set_integers(node, "starts", {1});
  set_integers(node, "ends", {-1});
  set_integers(node, "axes", {1});
  EXPECT_THAT(outputs(old), ElementsAre(2, 3));
}

TEST(View, GatherPicksAlongAnAxis) {
  SmallModel model({1, 2, 3});
  model.indices("i", {2, -3});
  set_integer(model.node("Gather", {"x", "i"}, "y"), "axis", 2);
  EXPECT_THAT(outputs(model), ElementsAre(3, 1, 6, 4));
  model.proto.mutable_graph()->mutable_initializer(0)->set_int64_data(0, 3);
  EXPECT_THAT(model.reasons(), testing::Contains(HasSubstr("indices: 3 is outside a dimension of 3")));
}

TEST(View, PadModes) {
  const auto pad = [](const std::string& mode) {
    SmallModel model({1, 3}, 19);
    model.indices("p", {0, 2, 0, 1});
    model.constant("v", {}, {9});
    set_text(model.node("Pad", {"x", "p", "v"}, "y"), "mode", mode);
    return outputs(model);
  };
  EXPECT_THAT(pad("constant"), ElementsAre(9, 9, 1, 2, 3, 9));
  EXPECT_THAT(pad("edge"), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(pad("reflect"), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(pad("wrap"), ElementsAre(2, 3, 1, 2, 3, 1));
}

TEST(View, ZerosAroundAMapBecomePadsOfTheConvolutionThatReadsIt) {
  const auto network = [](bool padded) {
    SmallModel model({1, 2, 3, 4});
    model.constant("w", {1, 2, 3, 3}, counting(18));
    model.indices("p", {0, 0, 1, 0, 0, 0, 0, 2});
    if (padded) model.node("Pad", {"x", "p"}, "m");
    auto& conv = model.node("Conv", {padded ? "m" : "x", "w"}, "y");
    set_integers(conv, "pads", padded ? Dims{1, 1, 0, 0} : Dims{2, 1, 0, 2});
    return model.import();
  };
  EXPECT_THAT(differences(network(true), network(false)), testing::IsEmpty());
  SmallModel wide({1, 1, 1, 2});
  wide.constant("w", {1, 1, 1, 1}, {1});
  wide.indices("p", {0, 0, 0, 0, 0, 0, 0, 1});
  wide.node("Pad", {"x", "p"}, "m");
  wide.node("Conv", {"m", "w"}, "y");
  EXPECT_THAT(wide.reasons(), ElementsAre(HasSubstr("pads [0, 0, 0, 1], not smaller than the kernel 1 x 1")));
}

TEST(View, ConcatJoinsConstantsAndPartsOfOneTensor) {
  SmallModel model({1, 2, 2});
  model.constant("k", {1, 2, 1}, {10, 20});
  set_integer(model.node("Concat", {"k", "x", "k"}, "y"), "axis", 2);
  EXPECT_THAT(outputs(model), ElementsAre(10, 1, 2, 10, 20, 3, 4, 20));
  SmallModel two({1, 2});
  two.constant("w", {2, 1}, {1, 1});
  two.node("MatMul", {"x", "w"}, "a");
  two.node("MatMul", {"a", "one"}, "b");
  two.constant("one", {1, 1}, {1});
  set_integer(two.node("Concat", {"a", "b"}, "y"), "axis", 1);
}

TEST(View, RepeatsAndRegroups) {
  SmallModel expand({3, 1});
  expand.indices("shape", {2, 1, 2});
  expand.node("Expand", {"x", "shape"}, "y");
  EXPECT_THAT(outputs(expand), ElementsAre(1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3));
  SmallModel tile({1, 2});
  tile.indices("times", {1, 2});
  tile.node("Tile", {"x", "times"}, "y");
  EXPECT_THAT(outputs(tile), ElementsAre(1, 2, 1, 2));
  SmallModel depth({1, 4, 1, 2});
  set_integer(depth.node("DepthToSpace", {"x"}, "y"), "blocksize", 2);
  EXPECT_THAT(outputs(depth), ElementsAre(1, 3, 2, 4, 5, 7, 6, 8));
  SmallModel space({1, 1, 2, 4});
  set_integer(space.node("SpaceToDepth", {"x"}, "y"), "blocksize", 2);
  EXPECT_THAT(outputs(space), ElementsAre(1, 3, 2, 4, 5, 7, 6, 8));
  SmallModel resize({1, 1, 1, 2});
  resize.constant("scales", {4}, {1, 1, 2, 2});
  resize.node("Resize", {"x", "", "scales"}, "y");
  EXPECT_THAT(outputs(resize), ElementsAre(1, 1, 2, 2, 1, 1, 2, 2));
}

TEST(View, SumsOverAxes) {
  SmallModel sum({2, 3});
  sum.indices("axes", {0});
  sum.node("ReduceSum", {"x", "axes"}, "y");
  EXPECT_THAT(outputs(sum), ElementsAre(5, 7, 9));
  SmallModel mean({2, 3}, 18);
  mean.node("ReduceMean", {"x"}, "y");
  EXPECT_THAT(outputs(mean), ElementsAre(3.5F));
  SmallModel samples({1, 3});
  samples.symbolic(0, "N");
  samples.node("ReduceMean", {"x"}, "y");
  EXPECT_THAT(samples.reasons(), ElementsAre(HasSubstr("axes: 0 of 'x' [1, 3] is the batch")));
  SmallModel constants({1, 2});
  constants.constant("k", {2}, {3, 6});
  constants.node("Mean", {"k", "x", "k"}, "y");
  EXPECT_THAT(outputs(constants), ElementsAre(7.0F / 3, 14.0F / 3));
  SmallModel negated({2});
  negated.node("Neg", {"x"}, "y");
  EXPECT_THAT(outputs(negated), ElementsAre(-1, -2));
}

TEST(View, ProductsOfSeveralRows) {
  SmallModel rows({1, 2, 2});
  rows.constant("w", {2, 3}, {1, 0, 1, 0, 1, 1});
  rows.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(outputs(rows), ElementsAre(1, 2, 3, 3, 4, 7));
  SmallModel stacked({2, 1, 2});
  stacked.constant("w", {2, 2, 1}, {1, 1, 2, 2});
  stacked.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(outputs(stacked), ElementsAre(3, 14)) << "a matrix of its own for each of two rows";
  SmallModel gemm({2, 1});
  gemm.constant("w", {2, 2}, {1, 2, 3, 4});
  gemm.constant("c", {1, 2}, {100, 200});
  auto& node = gemm.node("Gemm", {"x", "w", "c"}, "y");
  set_integer(node, "transA", 1);
  EXPECT_THAT(outputs(gemm), ElementsAre(107, 210));
}

TEST(View, TransposedConvolutions) {
  SmallModel model({1, 1, 2});
  model.constant("w", {1, 1, 3}, {1, 10, 100});
  set_integers(model.node("ConvTranspose", {"x", "w"}, "y"), "strides", {2});
  EXPECT_THAT(outputs(model), ElementsAre(1, 10, 102, 20, 200));
  set_integers(*model.proto.mutable_graph()->mutable_node(0), "pads", {1, 0});
  EXPECT_THAT(outputs(model), ElementsAre(10, 102, 20, 200));
  SmallModel groups({1, 2, 1});
  groups.constant("w", {2, 1, 1}, {3, 5});
  groups.constant("b", {2}, {0.5F, -1});
  set_integer(groups.node("ConvTranspose", {"x", "w", "b"}, "y"), "group", 2);
  EXPECT_THAT(outputs(groups), ElementsAre(3.5F, 9));
}

TEST(View, MovedConstantsAreConstants) {
  SmallModel model({1, 2});
  model.constant("w", {3, 2}, counting(6));
  model.node("Transpose", {"w"}, "t");
  model.node("MatMul", {"x", "t"}, "y");
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes.size(), 1U);
  EXPECT_THAT(evaluate(network, {1, 2}), ElementsAre(5, 11, 17));
}

TEST(View, NothingMixesTheSamplesOfABatch) {
  const auto reasons = [](const std::string& op, const std::string& attribute, Dims value) {
    SmallModel model({1, 2, 2});
    model.symbolic(0, "N");
    auto& node = model.node(op, {"x"}, "y");
    value.size() == 1 ? set_integer(node, attribute, value[0]) : set_integers(node, attribute, value);
    return model.reasons();
  };
  EXPECT_THAT(reasons("Transpose", "perm", {1, 0, 2}), ElementsAre(HasSubstr("moves the batch")));
  EXPECT_THAT(reasons("Concat", "axis", {0}),
              ElementsAre(HasSubstr("axis: 0 of 'x' [1, 2, 2] is the batch")));
}

// A kilobyte could ask for gigabytes.
TEST(View, ManyLargeViewsAreRefusedTogether) {
  const auto refused = [](const std::function<void(SmallModel&, const std::string&)>& add) {
    SmallModel model({1, 2, 512, 512});
    for (int i = 0; i < 40; ++i) add(model, std::to_string(i));
    return model.reasons();
  };
  const auto too_many =
      HasSubstr("more than 16777216 values that are moved or repeated; the rest was not read");
  EXPECT_THAT(refused([](SmallModel& model, const std::string& name) {
                set_integers(model.node("Transpose", {"x"}, "t" + name), "perm", {0, 2, 3, 1});
                model.node("Relu", {"t" + name}, "y" + name);
                model.output("y" + name);
              }),
              Contains(too_many));
  EXPECT_THAT(refused([](SmallModel& model, const std::string& name) {
                model.indices("axes" + name, {2});
                model.indices("one" + name, {1});
                model.indices("end" + name, {512});
                model.node("Slice", {"x", "one" + name, "end" + name, "axes" + name}, "y" + name);
                model.output("y" + name);
              }),
              Contains(too_many));
}

TEST(View, AClaimOfManyValuesIsRefusedBeforeTheyExist) {
  SmallModel model({1, 1});
  model.indices("shape", {1, 1 << 30});
  model.node("Expand", {"x", "shape"}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("a result of 1073741824 values")));
  SmallModel products({1, 1, 1000, 1000});
  products.constant("w", {1, 4, 9, 9}, Floats(324, 1));
  products.node("ConvTranspose", {"x", "w"}, "y");
  EXPECT_THAT(products.reasons(),
              ElementsAre(HasSubstr("[1, 4, 1008, 1008] with 81 products each is too large")));
  SmallModel large({1, 4, 1000, 1000});
  set_integer(large.node("DepthToSpace", {"x"}, "y"), "blocksize", 2);
  EXPECT_THAT(large.reasons(), ElementsAre(HasSubstr("more than 1048576 weights")));
}

}  // namespace
}  // namespace dpwa::onnx
