// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "calib/observe/observation.h"
#include "calib/observe/tiles.h"
#include "calib/search/rounding.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// A float run of the fit samples in which chosen tensors lie on their grid and chosen nodes have quantised
/// weights. Every node's mean pre-activation is brought back to the float network's by a change of its bias:
/// rounding errors of one sign would else add up over a sum.
class Simulation {
 public:
  explicit Simulation(const net::Network& network);

  void set_grid(int tensor, const observe::Grid& grid) { grids_[tensor] = grid; }
  /// All channels of a node at one plane count.
  void set_weights(int node, const NodeOptions& options, int planes);

  /// `samples`: those of the observation, ONNX order. Runs on the calling thread.
  void run(const std::vector<float>& samples, const observe::Observation& observation);

  /// After run(): [samples][output values] in stored order.
  const std::vector<float>& outputs() const { return outputs_; }

 private:
  net::Network network_;  ///< with the quantised weights
  std::vector<std::optional<observe::Grid>> grids_;
  std::vector<float> outputs_;
};

/// Adds to each channel of [values][channels] what brings its mean to `target`; returns what was added.
std::vector<double> shift_to_means(float* values, std::size_t count, const std::vector<double>& target);

/// Rounds pre-activations as the table of a node with an activation function reads them (docs/numerics.md
/// N11).
void round_for_table(const net::Node& node, int output_exponent, float* values, std::size_t count);

/// A plan's weights and biases as real values.
void load_weights(const plan::NodePlan& plan, net::Node& node);

}  // namespace dpwa::search
