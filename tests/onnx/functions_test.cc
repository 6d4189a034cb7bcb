// SPDX-License-Identifier: Apache-2.0
//
// Activation functions that are no limits: as operators, as patterns of operators, and back to ONNX.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "calib/onnx/export.h"
#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// x [1, 4] -> Gemm 'a' with w [4, 4], then what `add` makes of "a", up to "y".
SmallModel dense(const std::function<void(SmallModel&)>& add, int opset = 14) {
  SmallModel model({1, 4}, opset);
  model.constant("w", {4, 4}, {1, 2, 0, 1, 0, 1, -1, 0, 3, 0, 1, 0, 0, -2, 0, 1});
  model.node("MatMul", {"x", "w"}, "a");
  add(model);
  return model;
}

/// The only node of the network, and that its export is the same network.
net::Node only_node(const SmallModel& model) {
  const net::Network network = model.import();
  const TemporaryModel file(export_onnx(network));
  const Inspection again = inspect_onnx(file.path());
  for (const Reason& reason : again.reasons) ADD_FAILURE() << to_string(reason);
  EXPECT_THAT(differences(network, again.network), IsEmpty());
  return network.nodes.size() == 1 ? network.nodes.front() : net::Node{};
}

TEST(Functions, OperatorsWithTheirDefaults) {
  const std::vector<std::pair<std::string, net::Activation>> operators = {
      {"LeakyRelu", {net::Function::leaky_relu, 0.01F}},
      {"Sigmoid", {net::Function::sigmoid}},
      {"HardSigmoid", {net::Function::hard_sigmoid, 0.2F, 0.5F}},
      {"Tanh", {net::Function::tanh}},
      {"HardSwish", {net::Function::hard_swish}},
      {"Elu", {net::Function::elu, 1}},
      {"Selu", {net::Function::selu, 1.67326319F, 1.05070102F}},
      {"Softplus", {net::Function::softplus}},
      {"Mish", {net::Function::mish}},
      {"Gelu", {net::Function::gelu}}};
  for (const auto& [op, activation] : operators) {
    const std::string name = op;
    const net::Node node = only_node(dense([&](SmallModel& m) { m.node(name, {"a"}, "y"); }, 20));
    EXPECT_TRUE(node.activation == activation) << name;
    EXPECT_EQ(node.lower, net::range(activation).lower) << name;
  }
}

TEST(Functions, Attributes) {
  const net::Node hard = only_node(dense([](SmallModel& m) {
    auto& node = m.node("HardSigmoid", {"a"}, "y");
    set_float(node, "alpha", 0.5F);
    set_float(node, "beta", 0.25F);
  }));
  EXPECT_TRUE((hard.activation == net::Activation{net::Function::hard_sigmoid, 0.5F, 0.25F}));
  const net::Node gelu = only_node(
      dense([](SmallModel& m) { set_text(m.node("Gelu", {"a"}, "y"), "approximate", "tanh"); }, 20));
  EXPECT_EQ(gelu.activation.function, net::Function::gelu_tanh);
  const net::Node zero =
      only_node(dense([](SmallModel& m) { set_float(m.node("LeakyRelu", {"a"}, "y"), "alpha", 0); }));
  EXPECT_TRUE(zero.activation.is_identity());
  EXPECT_EQ(zero.lower, 0);
}

TEST(Functions, SeluHasTwoFactorsAboveZero) {
  const auto selu = [](float alpha, float gamma) {
    return dense([=](SmallModel& m) {
      auto& node = m.node("Selu", {"a"}, "y");
      set_float(node, "alpha", alpha);
      set_float(node, "gamma", gamma);
    });
  };
  EXPECT_TRUE((only_node(selu(2, 3)).activation == net::Activation{net::Function::selu, 2, 3}));
  EXPECT_THAT(selu(2, 0).reasons(), ElementsAre("Selu 'y', gamma: 0 is not above 0"));
  EXPECT_THAT(selu(-1, 1).reasons(), ElementsAre("Selu 'y', alpha: -1 is not above 0"));
}

TEST(Functions, PReluWithOneSlope) {
  const net::Node node = only_node(dense([](SmallModel& m) {
    m.constant("slope", {4}, {0.25F, 0.25F, 0.25F, 0.25F});
    m.node("PRelu", {"a", "slope"}, "y");
  }));
  EXPECT_TRUE((node.activation == net::Activation{net::Function::leaky_relu, 0.25F}));
  SmallModel map({1, 2, 1, 2});
  map.constant("slope", {2}, {0.25F, 0.5F});
  map.constant("w", {2, 2, 1, 1}, {1, 0, 0, 1});
  map.node("Conv", {"x", "w"}, "c");
  map.node("PRelu", {"c", "slope"}, "y");
  EXPECT_THAT(map.reasons(), ElementsAre(HasSubstr("differs within a channel of a map")));
}

TEST(Functions, GatedPatterns) {
  const net::Node swish = only_node(dense([](SmallModel& m) {
    m.node("Sigmoid", {"a"}, "s");
    m.node("Mul", {"s", "a"}, "y");
  }));
  EXPECT_EQ(swish.activation.function, net::Function::swish);
  const net::Node hard = only_node(dense([](SmallModel& m) {
    auto& gate = m.node("HardSigmoid", {"a"}, "s");
    set_float(gate, "alpha", 1.0F / 6);
    set_float(gate, "beta", 0.5F);
    m.node("Mul", {"a", "s"}, "y");
  }));
  EXPECT_EQ(hard.activation.function, net::Function::hard_swish);
}

TEST(Functions, SwishIsAnOperatorSince24) {
  const auto swish = [](float alpha) {
    return [=](SmallModel& m) { set_float(m.node("Swish", {"a"}, "y"), "alpha", alpha); };
  };
  EXPECT_EQ(only_node(dense(swish(1), 24)).activation.function, net::Function::swish);
  EXPECT_THAT(dense(swish(2), 24).reasons(), ElementsAre(HasSubstr("only 1")));
  EXPECT_THAT(dense(swish(1), 23).reasons(), ElementsAre(HasSubstr("operator set 23 has no Swish")));
}

TEST(Functions, ErfPatternsInAnyOrder) {
  const auto erf = [](SmallModel& m) {
    m.constant("root", {}, {std::sqrt(2.0F)});
    m.constant("one", {}, {1});
    m.constant("half", {}, {0.5F});
    m.node("Div", {"a", "root"}, "d");
    m.node("Erf", {"d"}, "e");
    m.node("Add", {"one", "e"}, "p");
  };
  const std::vector<std::function<void(SmallModel&)>> orders = {
      [](SmallModel& m) {
        m.node("Mul", {"a", "p"}, "q"), m.node("Mul", {"q", "half"}, "y");
      },
      [](SmallModel& m) {
        m.node("Mul", {"half", "p"}, "q"), m.node("Mul", {"q", "a"}, "y");
      },
      [](SmallModel& m) {
        m.node("Mul", {"a", "half"}, "q"), m.node("Mul", {"q", "p"}, "y");
      }};
  for (const auto& order : orders) {
    const net::Node node = only_node(dense([&](SmallModel& m) { erf(m), order(m); }));
    EXPECT_EQ(node.activation.function, net::Function::gelu);
  }
  // A factor that is missing, or another number, is no Gelu.
  EXPECT_THAT(dense([&](SmallModel& m) {
                erf(m), m.node("Mul", {"a", "p"}, "y");
              }).reasons(),
              ::testing::Contains(HasSubstr("Erf 'e': operator is not supported")));
  EXPECT_THAT(dense([&](SmallModel& m) {
                erf(m), m.node("Mul", {"a", "p"}, "q"), m.node("Mul", {"q", "one"}, "y");
              }).reasons(),
              ::testing::Contains(HasSubstr("Erf 'e': operator is not supported")));
}

TEST(Functions, WithPoolsLimitsAndSums) {
  SmallModel model({1, 1, 4, 4}, 14);
  model.constant("w", {2, 1, 1, 1}, {1, -1});
  model.node("Conv", {"x", "w"}, "c");
  set_integers(model.node("MaxPool", {"c"}, "p"), "kernel_shape", {2, 2});
  model.node("Tanh", {"p"}, "t");
  model.node("Relu", {"t"}, "y");
  const net::Node node = only_node(model);
  EXPECT_EQ(node.activation.function, net::Function::tanh);
  EXPECT_TRUE(node.pool.has_value());
  EXPECT_EQ(node.lower, 0);
  EXPECT_EQ(node.upper, 1);
  SmallModel wrong({1, 1, 4, 4}, 14);
  wrong.constant("w", {2, 1, 1, 1}, {1, -1});
  wrong.node("Conv", {"x", "w"}, "c");
  set_integers(wrong.node("MaxPool", {"c"}, "p"), "kernel_shape", {2, 2});
  wrong.node("HardSwish", {"p"}, "y");
  EXPECT_EQ(wrong.import().nodes.size(), 2U) << "not monotone: a layer of its own";
}

TEST(Functions, Refused) {
  const auto reasons = [](const std::function<void(SmallModel&)>& add, int opset = 14) {
    return dense(add, opset).reasons();
  };
  EXPECT_THAT(reasons([](SmallModel& m) { m.node("Gelu", {"a"}, "y"); }),
              ElementsAre(HasSubstr("operator set 14 has no Gelu")));
  EXPECT_THAT(reasons([](SmallModel& m) { set_text(m.node("Gelu", {"a"}, "y"), "approximate", "sine"); }, 20),
              ElementsAre(HasSubstr("'sine' is neither")));
  EXPECT_THAT(reasons([](SmallModel& m) { set_float(m.node("Elu", {"a"}, "y"), "alpha", -1); }),
              ElementsAre(HasSubstr("not above 0")));
  EXPECT_THAT(reasons([](SmallModel& m) { set_float(m.node("LeakyRelu", {"a"}, "y"), "alpha", -1); }),
              ElementsAre(HasSubstr("a slope of -1 is below 0")));
}

TEST(Functions, SumsOfWhatAFunctionGivesPassItOn) {
  const auto sum = [](const std::string& op) {
    SmallModel model({1, 4}, 14);
    model.constant("w", {4, 4}, counting(16));
    model.node("MatMul", {"x", "w"}, "a");
    model.node(op, {"a"}, "f");
    model.node("MatMul", {"f", "w"}, "b");
    model.node("Add", {"f", "b"}, "s");
    model.node("Tanh", {"s"}, "y");
    return model;
  };
  // What is added has fine values, which the result of a table has not: it is passed on once more.
  // A sum has no table: the function behind it has a layer of its own.
  const net::Network network = sum("Tanh").import();
  ASSERT_EQ(network.nodes.size(), 4U);
  EXPECT_EQ(network.nodes[2].groups, 4);
  EXPECT_EQ(network.nodes[2].input, network.nodes[0].output);
  EXPECT_EQ(network.nodes[2].residual, network.nodes[1].output);
  EXPECT_TRUE(network.nodes[2].activation.is_identity());
  EXPECT_EQ(network.nodes[3].activation.function, net::Function::tanh);
  EXPECT_EQ(sum("Relu").import().nodes.back().residual, -1);
}

}  // namespace
}  // namespace dpwa::onnx
