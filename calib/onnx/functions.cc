// SPDX-License-Identifier: Apache-2.0
//
// Activation functions that are no limits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "calib/onnx/operators.h"

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
  if (call.op() == "Gelu") return gelu(call);
  if (call.op() == "Swish") {
    if (call.real("alpha", 1) != 1) call.refuse("alpha", "only 1 is supported");
    return {Function::swish};
  }
  return {call.op() == "Sigmoid" ? Function::sigmoid
          : call.op() == "Tanh"  ? Function::tanh
                                 : Function::hard_swish};
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
  const bool curved = activation.function == Function::elu || activation.function == Function::hard_sigmoid;
  if (curved && !(activation.alpha > 0)) {
    call.refuse("alpha", fmt::format("{} is not above 0", activation.alpha));
  }
  return import_activation(call, builder, activation);
}

Value import_prelu(OperatorCall& call, NetworkBuilder& builder) {
  const auto slopes = call.floats(call.required(1), "slope");
  if (!slopes) return {"", nullptr, -1, call.required(0).dims};
  const bool one = !slopes->empty() &&
                   std::adjacent_find(slopes->begin(), slopes->end(), std::not_equal_to<>()) == slopes->end();
  if (!one) {
    call.refuse("slope", "differs between channels; one slope for all is needed");
    return {"", nullptr, -1, call.required(0).dims};
  }
  return import_activation(call, builder, {Function::leaky_relu, slopes->front()});
}

}  // namespace dpwa::onnx
