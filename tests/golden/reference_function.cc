// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/reference_function.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace dpwa::golden::reference {

double function_of(const net::Activation& a, double x) {
  using net::Function;
  const double root = std::sqrt(2 / 3.14159265358979323846);
  switch (a.function) {
    case Function::leaky_relu:
      return x < 0 ? x * a.alpha : x;
    case Function::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Function::hard_sigmoid:
      return std::max(0.0, std::min(1.0, a.alpha * x + a.beta));
    case Function::tanh:
      return std::tanh(x);
    case Function::hard_swish:
      return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
    case Function::swish:
      return x / (1 + std::exp(-x));
    case Function::gelu:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Function::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(root * (x + 0.044715 * x * x * x)));
    case Function::elu:
      return x < 0 ? a.alpha * (std::exp(x) - 1) : x;
    case Function::selu:
      return a.beta * (x < 0 ? a.alpha * (std::exp(x) - 1) : x);
    case Function::softplus:
      return x > 30 ? x : std::log(1 + std::exp(x));
    case Function::mish: {
      const double e = 1 + std::exp(std::min(x, 30.0));
      return x * (e * e - 1) / (e * e + 1);
    }
    case Function::identity:
      break;
  }
  return x;
}

int index_exponent(const net::Activation& a, int output_exponent) {
  using net::Function;
  const std::set<Function> bent = {Function::hard_swish, Function::swish, Function::gelu, Function::gelu_tanh,
                                   Function::mish};
  double steepest = bent.count(a.function) != 0 ? 1.5 : 1;
  if (a.function == Function::sigmoid) steepest = 0.25;
  if (a.function == Function::hard_sigmoid) steepest = a.alpha;
  if (a.function == Function::elu || a.function == Function::leaky_relu) {
    steepest = std::max(1.0, std::abs(double{a.alpha}));
  }
  if (a.function == Function::selu) steepest = std::max(1.0, double{a.alpha}) * a.beta;
  int finer = -20;
  while (std::exp2(finer) < steepest) ++finer;
  return output_exponent - finer;
}

}  // namespace dpwa::golden::reference
