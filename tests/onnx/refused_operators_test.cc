// SPDX-License-Identifier: Apache-2.0
//
// Operators, attributes and constants that this importer does not take: each reason by its words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// x [1, 2, 4, 4] -> Conv 'conv' with w [3, 2, 3, 3] -> Relu -> y; `change` edits the Conv.
std::vector<std::string> conv_reasons(const std::function<void(SmallModel&, NodeProto&)>& change) {
  SmallModel model({1, 2, 4, 4});
  model.constant("w", {3, 2, 3, 3}, counting(54));
  auto& conv = model.node("Conv", {"x", "w"}, "conv");
  change(model, conv);
  model.node("Relu", {"conv"}, "y");
  return model.reasons();
}

TEST(Refused, ConvAttributes) {
  EXPECT_THAT(conv_reasons([](auto& m, auto& conv) {
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(1, 1);
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, 3);
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(2, 6);
                set_integer(conv, "group", 2);
              }),
              ElementsAre("Conv 'conv', group: 2 groups do not divide 3 outputs",
                          HasSubstr("a kernel of 6 is higher")));
  EXPECT_THAT(
      conv_reasons([](auto&, auto& conv) { set_integer(conv, "group", 3); }),
      ElementsAre("Conv 'conv', W: weights [3, 2, 3, 3] read 2 channels in each of 3 groups, 'x' has 2"));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) { set_integer(conv, "group", 0); }),
              ElementsAre("Conv 'conv', group: 0 groups; 1 or more are needed"));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_integers(conv, "dilations", {2, 1});
              }),
              ElementsAre("Conv 'conv', kernel_shape: a kernel of 5 is higher than the padded map of 4"));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_integers(conv, "pads", {0, 3, 0, 0});
              }),
              ElementsAre("Conv 'conv', pads: [0, 3, 0, 0] is not smaller than the kernel 3 x 3"));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_integers(conv, "pads", {0, -1, 0, 0});
              }),
              ElementsAre(HasSubstr("pads: [0, -1, 0, 0] is outside 0")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_integers(conv, "strides", {0, 1});
              }),
              ElementsAre(HasSubstr("strides: [0, 1] is outside 1")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) { set_integers(conv, "strides", {1}); }),
              ElementsAre(HasSubstr("strides: [1] has 1 numbers, 2-D needs 2")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) { set_text(conv, "auto_pad", "SAME"); }),
              ElementsAre(HasSubstr("auto_pad: 'SAME' is not NOTSET")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_text(conv, "auto_pad", "VALID");
                set_integers(conv, "pads", {1, 1, 1, 1});
              }),
              ElementsAre(HasSubstr("together with auto_pad VALID")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) {
                set_integers(conv, "kernel_shape", {3, 5});
              }),
              ElementsAre(HasSubstr("kernel_shape: [3, 5] is not that of the weights [3, 2, 3, 3]")));
  EXPECT_THAT(conv_reasons([](auto&, auto& conv) { set_integer(conv, "magic", 1); }),
              ElementsAre(HasSubstr("Conv 'conv': not valid ONNX: Unrecognized attribute: magic")));
}

TEST(Refused, ConvShapes) {
  EXPECT_THAT(conv_reasons([](auto& m, auto&) {
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, 2);
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(1, 3);
              }),
              ElementsAre(HasSubstr("W: weights [2, 3, 3, 3] read 3 channels, 'x' has 2")));
  EXPECT_THAT(conv_reasons([](auto& m, auto&) {
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(2, 9);
                m.proto.mutable_graph()->mutable_initializer(0)->set_dims(3, 1);
              }),
              ElementsAre(HasSubstr("a kernel of 9 is higher than the padded map of 4")));
  EXPECT_THAT(conv_reasons([](auto& m, auto& conv) {
                m.constant("b", {2}, {1, 2});
                conv.add_input("b");
              }),
              ElementsAre(HasSubstr("B: 'b' is [2], expected [3]")));
  SmallModel volume({1, 2, 4, 4, 4});
  volume.constant("w", {3, 2, 3, 3, 3}, counting(162));
  volume.node("Conv", {"x", "w"}, "y");
  EXPECT_THAT(volume.reasons(), ElementsAre(HasSubstr("X: 'x' is [1, 2, 4, 4, 4]; only maps"),
                                            HasSubstr("W: 'w' is [3, 2, 3, 3, 3]; weights of rank 4")));
  SmallModel line({1, 2, 4});
  line.constant("w", {3, 2, 3, 3}, counting(54));
  line.node("Conv", {"x", "w"}, "y");
  EXPECT_THAT(line.reasons(), ElementsAre(HasSubstr("W: 'w' is [3, 2, 3, 3]; weights of rank 3")));
}

TEST(Refused, WeightsThatAreNotFiniteFloats) {
  EXPECT_THAT(conv_reasons([](auto& m, auto&) {
                m.proto.mutable_graph()->mutable_initializer(0)->set_float_data(7, kNan);
              }),
              ElementsAre("Conv 'conv', W: 'w' is NaN at index 7"));
  EXPECT_THAT(conv_reasons([](auto& m, auto&) {
                m.proto.mutable_graph()->mutable_initializer(0)->set_float_data(
                    53, -std::numeric_limits<float>::infinity());
              }),
              ElementsAre("Conv 'conv', W: 'w' is infinite at index 53"));
  EXPECT_THAT(conv_reasons([](auto& m, auto&) {
                TensorProto& w = *m.proto.mutable_graph()->mutable_initializer(0);
                w.set_data_type(TensorProto::FLOAT16);
                w.clear_float_data();
                w.set_raw_data(std::string(108, '\0'));
              }),
              ElementsAre("Conv 'conv', W: 'w' has type float16, expected float"));
  EXPECT_THAT(
      reasons_after_dense([](SmallModel& m) {
        m.constant("big", {}, {std::numeric_limits<float>::max()});
        m.node("Mul", {"a", "big"}, "y");
      }),
      ElementsAre(HasSubstr("folding the constants into its weights gives values that are not finite")));
}

TEST(Refused, DenseShapes) {
  SmallModel gemm({1, 5});
  gemm.constant("w", {4, 2}, counting(8));
  auto& node = gemm.node("Gemm", {"x", "w"}, "y");
  set_integer(node, "transA", 1);
  EXPECT_THAT(gemm.reasons(), ElementsAre(HasSubstr("A: 'x' [1, 5] (transA true) and weights [4, 2]")));
  gemm.symbolic(0, "N");
  EXPECT_THAT(gemm.reasons(),
              ElementsAre(HasSubstr("Gemm 'y', transA: 1 would mix the samples of a batch"),
                          HasSubstr("A: 'x' is [1, 5], weights [4, 2] (transB 0) need [1, 4]")));
  SmallModel matmul({1, 3, 4});
  matmul.constant("w", {5, 2}, counting(10));
  matmul.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(matmul.reasons(),
              ElementsAre(HasSubstr("A: 'x' [1, 3, 4] and weights [5, 2] do not multiply sample by sample")));
  SmallModel left({1, 5});
  left.symbolic(0, "N");
  left.constant("w", {2, 1}, counting(2));
  left.node("MatMul", {"w", "x"}, "y");
  EXPECT_THAT(left.reasons(),
              ElementsAre(HasSubstr("B: 'x' [1, 5] and weights [2, 1] do not multiply sample by sample")));
}

TEST(Refused, Constants) {
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Div", {"k", "a"}, "y");
              }),
              ElementsAre(HasSubstr("Div 'y', A: a constant divided by a computed tensor")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.constant("zero", {}, {0});
                m.node("Div", {"a", "zero"}, "y");
              }),
              ElementsAre(HasSubstr("not finite (division by zero?)")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.constant("column", {4, 1}, counting(4));
                m.node("Add", {"a", "column"}, "y");
              }),
              ElementsAre(HasSubstr("'column' [4, 1] does not broadcast to 'a' [1, 4]")));
}

TEST(Refused, PerSampleConstants) {
  SmallModel model({2, 4});
  model.constant("k", {2, 1}, {1, 2});
  model.node("Add", {"x", "k"}, "a");
  model.node("Missing", {"a"}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("'k' [2, 1] does not broadcast to 'x' [2, 4]"),
                                           HasSubstr("operator is not supported")));
}

TEST(Refused, BatchNormalization) {
  for (const char* name : {"training_mode", "spatial"}) {
    const bool training = std::string(name) == "training_mode";
    EXPECT_THAT(reasons_after_dense(
                    [&](SmallModel& m) {
                      set_integer(m.node("BatchNormalization", {"a", "k", "k", "k", "k"}, "y"), name,
                                  training ? 1 : 0);
                    },
                    training ? 15 : 7),
                ElementsAre(HasSubstr(std::string("BatchNormalization 'y', ") + name)));
  }
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.constant("three", {3}, counting(3));
                m.node("BatchNormalization", {"a", "k", "k", "k", "three"}, "y");
              }),
              ElementsAre(HasSubstr("var: 'three' is [3], one value per channel of 'a' [1, 4]")));
}

TEST(Refused, Activations) {
  const auto clip = [](float min, float max) {
    return reasons_after_dense([=](SmallModel& m) {
      m.constant("min", {}, {min});
      m.constant("max", {}, {max});
      m.node("Clip", {"a", "min", "max"}, "y");
    });
  };
  EXPECT_THAT(clip(2, 1), ElementsAre(HasSubstr("Clip 'y', min: limits 2 .. 1 leave one value")));
  EXPECT_THAT(clip(kNan, 1), ElementsAre(HasSubstr("min: 'min' is NaN at index 0")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Clip", {"a", "", "k"}, "y");
              }),
              ElementsAre(HasSubstr("max: 'k' is [4], expected a scalar")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Softsign", {"a"}, "y"); }),
              ElementsAre("Softsign 'y': operator is not supported"));
}

TEST(Refused, Softmax) {
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Softmax", {"a"}, "b");
                m.node("MatMul", {"b", "w"}, "y");
              }),
              ElementsAre("MatMul 'y': Softmax is only supported as the last operator"));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Softmax", {"a"}, "b");
                m.node("Relu", {"b"}, "y");
              }),
              ElementsAre(HasSubstr("Relu 'y'")));
  EXPECT_THAT(
      reasons_after_dense([](SmallModel& m) { set_integer(m.node("LogSoftmax", {"a"}, "y"), "axis", 2); }),
      ElementsAre("LogSoftmax 'y', axis: 2 does not fit 'a' [1, 4]"));
  SmallModel samples({1, 4});
  samples.symbolic(0, "N");
  samples.constant("w", {4, 4}, counting(16));
  samples.node("MatMul", {"x", "w"}, "a");
  set_integer(samples.node("Softmax", {"a"}, "y"), "axis", 0);
  EXPECT_THAT(samples.reasons(), ElementsAre("Softmax 'y', axis: 0 of 'a' [1, 4] goes across samples"));
}

TEST(Refused, MaxPool) {
  const auto pool = [](const std::function<void(NodeProto&)>& change) {
    return conv_reasons([&](SmallModel& m, NodeProto& conv) {
      conv.set_output(0, "c");
      auto& node = m.node("MaxPool", {"c"}, "conv");
      change(node);
    });
  };
  EXPECT_THAT(pool([](auto& n) { set_integers(n, "kernel_shape", {2}); }),
              ElementsAre(HasSubstr("[2] has 1 numbers")));
  EXPECT_THAT(pool([](auto& n) {
                set_integers(n, "kernel_shape", {0, 2});
              }),
              ElementsAre(HasSubstr("[0, 2] is outside 1")));
  EXPECT_THAT(pool([](auto& n) {
                set_integers(n, "kernel_shape", {3, 1});
              }),
              ElementsAre(HasSubstr("a kernel of 3 is higher than the padded map of 2")));
  EXPECT_THAT(pool([](auto& n) {
                set_integers(n, "kernel_shape", {2, 2});
                set_integers(n, "dilations", {2, 2});
              }),
              ElementsAre(HasSubstr("dilations: [2, 2]")));
  EXPECT_THAT(pool([](auto& n) {
                set_integers(n, "kernel_shape", {1, 1});
                set_integers(n, "pads", {1, 0, 0, 0});
              }),
              ElementsAre(HasSubstr("pads: [1, 0, 0, 0] is not smaller than the kernel 1 x 1")));
}

}  // namespace
}  // namespace dpwa::onnx
