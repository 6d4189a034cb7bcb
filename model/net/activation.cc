// SPDX-License-Identifier: Apache-2.0
#include "model/net/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dpwa::net {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kRootHalf = 0.70710678118654752440;
constexpr double kRootTwoOverPi = 0.79788456080286535588;
constexpr double kTanhCubic = 0.044715;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

double tanh_argument(double x) { return kRootTwoOverPi * (x + kTanhCubic * x * x * x); }

}  // namespace

double value(const Activation& a, double x) {
  switch (a.function) {
    case Function::identity:
      return x;
    case Function::leaky_relu:
      return x < 0 ? a.alpha * x : x;
    case Function::sigmoid:
      return sigmoid(x);
    case Function::hard_sigmoid:
      return std::clamp(a.alpha * x + a.beta, 0.0, 1.0);
    case Function::tanh:
      return std::tanh(x);
    case Function::hard_swish:
      return x * std::clamp(x + 3, 0.0, 6.0) / 6;
    case Function::swish:
      return x * sigmoid(x);
    case Function::gelu:
      return x / 2 * std::erfc(-x * kRootHalf);
    case Function::gelu_tanh:
      return x * sigmoid(2 * tanh_argument(x));  // (1 + tanh t) / 2
    case Function::elu:
      return x < 0 ? a.alpha * std::expm1(x) : x;
    case Function::selu:
      return a.beta * (x < 0 ? a.alpha * std::expm1(x) : x);
    case Function::softplus:
      return softplus(x);
    case Function::mish:
      return x * std::tanh(softplus(x));
  }
  return x;
}

double slope(const Activation& a, double x) {
  switch (a.function) {
    case Function::identity:
      return 1;
    case Function::leaky_relu:
      return x < 0 ? a.alpha : 1;
    case Function::sigmoid:
      return sigmoid(x) * sigmoid(-x);
    case Function::hard_sigmoid: {
      const double y = a.alpha * x + a.beta;
      return y >= 0 && y < 1 ? a.alpha : 0;
    }
    case Function::tanh: {
      const double y = std::tanh(x);
      return 1 - y * y;
    }
    case Function::hard_swish:
      return x < -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1;
    case Function::swish:
      return sigmoid(x) * (1 + x * sigmoid(-x));
    case Function::gelu:
      return std::erfc(-x * kRootHalf) / 2 + x * kRootTwoOverPi / 2 * std::exp(-x * x / 2);
    case Function::gelu_tanh: {
      const double t = 2 * tanh_argument(x);
      return sigmoid(t) * (1 + x * sigmoid(-t) * 2 * kRootTwoOverPi * (1 + 3 * kTanhCubic * x * x));
    }
    case Function::elu:
      return x < 0 ? a.alpha * std::exp(x) : 1;
    case Function::selu:
      return a.beta * (x < 0 ? a.alpha * std::exp(x) : 1);
    case Function::softplus:
      return sigmoid(x);
    case Function::mish: {
      const double y = std::tanh(softplus(x));
      return y + x * (1 - y * y) * sigmoid(x);
    }
  }
  return 1;
}

FunctionRange range(const Activation& a) {
  switch (a.function) {
    case Function::identity:
      return {-kInfinity, kInfinity};
    case Function::leaky_relu:
      return {-kInfinity, kInfinity};
    case Function::sigmoid:
    case Function::hard_sigmoid:
      return {0, 1};
    case Function::tanh:
      return {-1, 1};
    case Function::hard_swish:
      return {-0.375F, kInfinity};  // at -3/2
    case Function::swish:
      return {-0.2784646F, kInfinity};  // at -1.2785
    case Function::gelu:
      return {-0.1699713F, kInfinity};  // at -0.7518
    case Function::gelu_tanh:
      return {-0.1700410F, kInfinity};  // at -0.7525
    case Function::elu:
      return {-a.alpha, kInfinity};
    case Function::selu: {
      const double lowest = -double{a.alpha} * a.beta;
      const auto lower = static_cast<float>(lowest);
      return {lower > lowest ? std::nextafter(lower, -kInfinity) : lower, kInfinity};
    }
    case Function::softplus:
      return {0, kInfinity};
    case Function::mish:
      return {-0.3088435F, kInfinity};  // at -1.1924
  }
  return {-kInfinity, kInfinity};
}

bool is_monotone(const Activation& a) {
  switch (a.function) {
    case Function::hard_swish:
    case Function::swish:
    case Function::gelu:
    case Function::gelu_tanh:
    case Function::mish:
      return false;
    default:
      return true;
  }
}

double steepest(const Activation& a) {
  switch (a.function) {
    case Function::leaky_relu:
    case Function::elu:
      return std::max(1.0, double{a.alpha});
    case Function::selu:
      return a.beta * std::max(1.0, double{a.alpha});
    case Function::sigmoid:
      return 0.25;
    case Function::hard_sigmoid:
      return a.alpha;
    case Function::hard_swish:
      return 1.5;
    case Function::swish:
      return 1.1;
    case Function::gelu:
    case Function::gelu_tanh:
      return 1.13;
    case Function::mish:
      return 1.09;
    default:
      return 1;
  }
}

bool is_flat_below(const Activation& a) {
  return a.function != Function::identity && a.function != Function::leaky_relu;
}

bool is_flat_above(const Activation& a) {
  return a.function == Function::sigmoid || a.function == Function::hard_sigmoid ||
         a.function == Function::tanh;
}

const char* to_string(Function function) {
  switch (function) {
    case Function::identity:
      return "identity";
    case Function::leaky_relu:
      return "leaky_relu";
    case Function::sigmoid:
      return "sigmoid";
    case Function::hard_sigmoid:
      return "hard_sigmoid";
    case Function::tanh:
      return "tanh";
    case Function::hard_swish:
      return "hard_swish";
    case Function::swish:
      return "swish";
    case Function::gelu:
      return "gelu";
    case Function::gelu_tanh:
      return "gelu_tanh";
    case Function::elu:
      return "elu";
    case Function::selu:
      return "selu";
    case Function::softplus:
      return "softplus";
    case Function::mish:
      return "mish";
  }
  return "";
}

}  // namespace dpwa::net
