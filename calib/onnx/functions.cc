// SPDX-License-Identifier: Apache-2.0
//
// Activation functions that are no limits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

using net::Function;

net::Activation gelu(OperatorCall& call) {
  const std::string form = call.text("approximate", "none");
  if (form != "none" && form != "tanh") {
    call.refuse("approximate", fmt::format("'{}' is neither none nor tanh", form));
  }
  return {form == "tanh" ? Function::gelu_tanh : Function::gelu};
}

/// The function of an operator with its attributes.
net::Activation function_of(OperatorCall& call) {
  if (call.op() == "LeakyRelu") return {Function::leaky_relu, call.real("alpha", 0.01F)};
  if (call.op() == "Elu") return {Function::elu, call.real("alpha", 1)};
  if (call.op() == "HardSigmoid") {
    return {Function::hard_sigmoid, call.real("alpha", 0.2F), call.real("beta", 0.5F)};
  }
  if (call.op() == "Selu")
    return {Function::selu, call.real("alpha", 1.67326319F), call.real("gamma", 1.05070102F)};
  if (call.op() == "Gelu") return gelu(call);
  if (call.op() == "Swish") {
    if (call.real("alpha", 1) != 1) call.refuse("alpha", "only 1 is supported");
    return {Function::swish};
  }
  static const std::map<std::string, Function> kPlain = {{"Sigmoid", Function::sigmoid},
                                                         {"Tanh", Function::tanh},
                                                         {"HardSwish", Function::hard_swish},
                                                         {"Softplus", Function::softplus},
                                                         {"Mish", Function::mish}};
  return {kPlain.at(call.op())};
}

/// x times a slope of its channel where it is below 0: slope * x + max(0, (1 - slope) * x), and where a slope
/// is above 1 the maximum of -(1 - slope) * x is subtracted.
Value with_slopes(OperatorCall& call, NetworkBuilder& builder, const Value& x,
                  const std::vector<double>& slopes) {
  const std::vector<double> none(slopes.size(), 0);
  std::vector<double> rest, sign;
  for (const double slope : slopes) {
    rest.push_back(std::fabs(1 - slope));
    sign.push_back(slope > 1 ? -1 : 1);
  }
  const auto layer = [&](int from, const std::string& what, const std::vector<double>& scale) {
    const int tensor = builder.pass(from, call.name() + what, call.output() + what);
    (void)builder.apply_affine(tensor, scale, none, call.output() + what);
    return tensor;
  };
  int positive = layer(x.tensor, "/positive", rest);
  (void)builder.clamp(positive, 0, std::numeric_limits<float>::infinity(), call.output() + "/positive");
  if (std::count(sign.begin(), sign.end(), -1.0) != 0) positive = layer(positive, "/signed", sign);
  const int linear = layer(x.tensor, "/linear", slopes);
  int sum = -1;
  call.accept("", builder.add(linear, positive, call.name(), call.output(), sum));
  return result_of(call, sum, x.dims);
}

}  // namespace

Value import_activation(OperatorCall& call, NetworkBuilder& builder, const net::Activation& activation) {
  const Value& x = call.required(0);
  if (activation.function == Function::leaky_relu && activation.alpha < 0) {
    call.refuse("", fmt::format("a slope of {} is below 0", activation.alpha));
  }
  int tensor = x.tensor;
  if (!call.refused() && x.is_tensor()) {
    const bool relu = activation.function == Function::leaky_relu && activation.alpha == 0;
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    fold_or_pass(call, builder, tensor, [&](int t) {
      return relu ? builder.clamp(t, 0, kInfinity, call.output())
                  : builder.activate(t, activation, call.output());
    });
  }
  return result_of(call, tensor, x.dims);
}

Value import_function(OperatorCall& call, NetworkBuilder& builder) {
  const net::Activation activation = function_of(call);
  if (!std::isfinite(activation.alpha) || !std::isfinite(activation.beta)) {
    call.refuse("alpha", "is not finite");
  }
  const bool scaled = activation.function == Function::selu;
  const bool curved =
      scaled || activation.function == Function::elu || activation.function == Function::hard_sigmoid;
  if (scaled && !(activation.beta > 0))
    call.refuse("gamma", fmt::format("{} is not above 0", activation.beta));
  if (curved && !(activation.alpha > 0)) {
    call.refuse("alpha", fmt::format("{} is not above 0", activation.alpha));
  }
  return import_activation(call, builder, activation);
}

Value import_prelu(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto slopes = call.floats(call.required(1), "slope");
  if (!slopes || !x.dims) return {"", nullptr, -1, x.dims};
  const bool one = !slopes->empty() &&
                   std::adjacent_find(slopes->begin(), slopes->end(), std::not_equal_to<>()) == slopes->end();
  if (one && slopes->front() >= 0)
    return import_activation(call, builder, {Function::leaky_relu, slopes->front()});
  const Dims dims = sample_dims(call, *x.dims);
  const auto constant = broadcast_constant(call, call.required(1), "slope", dims, named_dims(x));
  if (!constant || !x.is_tensor()) return {"", nullptr, -1, x.dims};
  std::vector<double> each;
  for_each_index(dims, [&](const Dims& at) { each.push_back(constant->at(at)); });
  const auto channels = per_channel(each, builder, x.tensor);
  if (!channels) {
    call.refuse("slope", "differs within a channel of a map");
    return {"", nullptr, -1, x.dims};
  }
  return with_slopes(call, builder, x, *channels);
}

Value import_abs(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.is_tensor()) return {"", nullptr, -1, x.dims};
  return with_slopes(call, builder, x, std::vector<double>(builder.tensor(x.tensor).shape.c, -1));
}

}  // namespace dpwa::onnx
