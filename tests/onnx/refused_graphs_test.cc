// SPDX-License-Identifier: Apache-2.0
//
// Shapes, graphs, operator sets and inputs that this importer does not take: each reason by its words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RefusedGraph, Shapes) {
  const auto reshape = [](std::vector<std::int64_t> shape) {
    return reasons_after_dense([&](SmallModel& m) {
      m.indices("shape", shape);
      m.node("Reshape", {"a", "shape"}, "y");
    });
  };
  EXPECT_THAT(reshape({3}), ElementsAre(HasSubstr("shape: [3] does not fit 'a' [1, 4]")));
  EXPECT_THAT(reshape({-1, -1}), ElementsAre(HasSubstr("does not fit")));
  EXPECT_THAT(reshape({-2, 2}), ElementsAre(HasSubstr("does not fit")));
  EXPECT_THAT(reshape({1, 4, 0}), ElementsAre(HasSubstr("does not fit")));
  EXPECT_THAT(
      reasons_after_dense([](SmallModel& m) { set_integer(m.node("Flatten", {"a"}, "y"), "axis", 3); }),
      ElementsAre(HasSubstr("axis: 3 does not fit 'a' [1, 4]")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.indices("axes", {1});
                m.node("Squeeze", {"a", "axes"}, "y");
              }),
              ElementsAre(HasSubstr("axes: dimension 1 of 'a' [1, 4] is not 1")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.indices("axes", {1, 1});
                m.node("Unsqueeze", {"a", "axes"}, "y");
              }),
              ElementsAre(HasSubstr("axes: [1, 1] do not fit a tensor of rank 4")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.indices("shape", {1, 1, 2, 2});
                m.constant("kernel", {1, 1, 2, 2}, counting(4));
                m.node("Reshape", {"a", "shape"}, "map");
                m.node("Conv", {"map", "kernel"}, "y");
              }),
              ElementsAre(HasSubstr("only the network's input can change its shape")));
}

TEST(RefusedGraph, DropoutInTraining) {
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.constant("ratio", {}, {0.5F});
                TensorProto& training = m.constant("training", {}, {});
                training.set_data_type(TensorProto::BOOL);
                training.add_int32_data(1);
                m.node("Dropout", {"a", "ratio", "training"}, "y");
              }),
              ElementsAre(HasSubstr("training_mode: 'training' is not the constant false")));
}

TEST(RefusedGraph, Graphs) {
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"a"}, "b");
                m.node("Div", {"a", "b"}, "y");
              }),
              ElementsAre(HasSubstr("Div 'y': combines two computed tensors")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"b"}, "y"); }),
              Contains("Relu 'y', b: input does not exist (produced by no earlier node)"));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, "z"); }),
              ElementsAre(HasSubstr("Relu 'z', z: output is read by nothing"),
                          HasSubstr("y: the network's output is produced by no node")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, "y").set_domain("com.acme"); }),
              ElementsAre("Relu 'y': operator of domain 'com.acme' is not supported"));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"a"}, "y");
                m.node("Relu", {"y"}, "y");
              }),
              Contains(HasSubstr("output has the name of an earlier value")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"k"}, "b");
                m.node("Add", {"a", "b"}, "y");
              }),
              Contains(HasSubstr("Relu 'b': computes a constant")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {""}, "y"); }),
              Contains(HasSubstr("Relu 'y': not valid ONNX")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, ""); }),
              Contains(HasSubstr("not valid ONNX")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, "y").clear_output(); }),
              Contains(HasSubstr("not valid ONNX")));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"a"}, "y");
                m.output("z");
              }),
              ElementsAre("z: the network's output is produced by no node"));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"a"}, "y");
                m.proto.mutable_graph()->clear_output();
              }),
              Contains("outputs: the graph has no output"));
  EXPECT_THAT(reasons_after_dense([](SmallModel& m) {
                m.node("Relu", {"a"}, "y");
                for (int i = 0; i < 256; ++i) m.output("y" + std::to_string(i));
              }),
              Contains("outputs: 257 outputs, more than 256"));
}

// What their operators mean is not known, so nothing else is said of them.
TEST(RefusedGraph, NodesOfAnOldOperatorSetAreNotRead) {
  SmallModel model({1, 4}, 4);
  model.node("Reshape", {"x"}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre("opset_import: operator set 4 is not supported, only 7 to 25"));
}

TEST(RefusedGraph, OperatorSets) {
  for (const int opset : {6, 26}) {
    EXPECT_THAT(
        reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, "y"); }, opset),
        Contains("opset_import: operator set " + std::to_string(opset) + " is not supported, only 7 to 25"));
  }
  for (const int opset : {7, 21}) {
    EXPECT_THAT(reasons_after_dense([](SmallModel& m) { m.node("Relu", {"a"}, "y"); }, opset), ElementsAre());
  }
}

TEST(RefusedGraph, ARequiredInputThatIsLeftOut) {
  const auto left_out = [](const char* op, std::vector<std::string> inputs, int opset) {
    return reasons_after_dense([&](SmallModel& m) { m.node(op, inputs, "y"); }, opset);
  };
  const auto refused = Contains(HasSubstr("a required input is left out"));
  EXPECT_THAT(left_out("Max", {"a", ""}, 13), refused);
  EXPECT_THAT(left_out("Pad", {"a", ""}, 18), refused);
  EXPECT_THAT(left_out("ReduceMax", {""}, 18), refused);
}

TEST(RefusedGraph, Inputs) {
  SmallModel dynamic({1, 2, 4, 4});
  dynamic.symbolic(0, "batch");
  dynamic.symbolic(3, "width");
  dynamic.constant("w", {3, 2, 3, 3}, counting(54));
  dynamic.node("Conv", {"x", "w"}, "y");
  EXPECT_THAT(
      dynamic.reasons(),
      ElementsAre(HasSubstr("x: dimension 3 of the input is dynamic ('width'); only a leading batch")));
  SmallModel vector({4});
  vector.symbolic(0, "n");
  vector.constant("w", {4, 1}, counting(4));
  vector.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(vector.reasons(), ElementsAre(HasSubstr("dimension 0 of the input is dynamic ('n')")));
  SmallModel typed({1, 4});
  typed.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      TensorProto::UINT8);
  typed.constant("w", {4, 1}, counting(4));
  typed.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(typed.reasons(), ElementsAre("MatMul 'y', x: 'x' has type uint8, expected float; "
                                           "DequantizeLinear makes it so"));
  typed.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      TensorProto::DOUBLE);
  EXPECT_THAT(typed.reasons(), ElementsAre("x: the input has type double, expected float"));
  SmallModel huge({1, 1 << 15, 1 << 15});
  huge.node("Flatten", {"x"}, "y");
  EXPECT_THAT(huge.reasons(), Contains(HasSubstr("is larger than 4194304 values")));
  SmallModel zero({1, 0});
  zero.node("Flatten", {"x"}, "y");
  EXPECT_THAT(zero.reasons(), Contains(HasSubstr("dimension 1 of the input is 0")));
}

}  // namespace
}  // namespace dpwa::onnx
