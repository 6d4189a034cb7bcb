// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dpwa::net {

/// Activation functions that hardware reads from a table (docs/numerics.md N11); ReLU and Clip are limits of
/// a node instead.
enum class Function {
  identity,
  leaky_relu,    ///< x < 0 ? alpha x : x (also PRelu); alpha > 0
  sigmoid,       ///< 1 / (1 + e^-x)
  hard_sigmoid,  ///< max(0, min(1, alpha x + beta)); alpha > 0
  tanh,
  hard_swish,  ///< x max(0, min(1, x / 6 + 1/2))
  swish,       ///< x / (1 + e^-x)
  gelu,        ///< x / 2 (1 + erf(x / sqrt 2))
  gelu_tanh,   ///< x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  elu,         ///< x < 0 ? alpha (e^x - 1) : x; alpha > 0
  selu,        ///< beta elu; alpha > 0, beta > 0
  softplus,    ///< ln(1 + e^x)
  mish         ///< x tanh(ln(1 + e^x))
};

struct Activation {
  Function function = Function::identity;
  float alpha = 0, beta = 0;  ///< 0 where the function has none

  bool is_identity() const { return function == Function::identity; }
  bool operator==(const Activation& o) const {
    return function == o.function && alpha == o.alpha && beta == o.beta;
  }
};

/// The function and its derivative (at a kink that of the right side), in double.
double value(const Activation& activation, double x);
double slope(const Activation& activation, double x);

/// What the function never leaves; infinite where it has no bound.
struct FunctionRange {
  float lower, upper;
};
FunctionRange range(const Activation& activation);

/// Whether a larger x never has a smaller value.
bool is_monotone(const Activation& activation);

/// A bound of the derivative's magnitude.
double steepest(const Activation& activation);

/// Whether the function tends to a value, its value at -kFar or kFar, below or above all x.
inline constexpr double kFar = 1e30;
bool is_flat_below(const Activation& activation);
bool is_flat_above(const Activation& activation);

/// "sigmoid"
const char* to_string(Function function);

}  // namespace dpwa::net
