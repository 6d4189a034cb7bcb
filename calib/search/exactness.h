// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// An output of a quantized network that is not what ONNX defines.
struct Difference {
  std::int64_t sample = 0, value = 0;  ///< value: index in ONNX order
  float expected = 0, found = 0;
};

inline constexpr std::size_t kListedDifferences = 20;

/// How the outputs of a quantized network's plan compare with what ONNX defines. Both round a sum of the same
/// integers; where float32 moves it over a tie, they differ by a step.
struct Exactness {
  std::int64_t values = 0, different = 0;
  std::int64_t largest_steps = 0;       ///< of the output's grid
  std::vector<Difference> differences;  ///< the first kListedDifferences

  /// Compares one sample; `step`: of the outputs, output_step().
  void add(std::int64_t sample, const float* expected, const float* found, std::int64_t count, double step);
};

/// One step of the network's output, in what the user sees of it.
double output_step(const net::Network& network, const plan::Plan& plan);

/// {"values", "different", "largest_steps", "differences": [{"sample", "value", "expected", "found"}]}.
nlohmann::ordered_json exactness_json(const Exactness& exactness);

}  // namespace dpwa::search
