// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "calib/observe/objective.h"
#include "model/base/progress.h"
#include "model/net/network.h"

namespace dpwa::observe {

/// How often magnitudes fall into [2^e, 2^(e+1)), e = kLowest .. kLowest + kBins - 1 (the ends collect the
/// rest).
struct MagnitudeHistogram {
  static constexpr int kLowest = -24;
  static constexpr int kBins = 48;
  std::int64_t zeros = 0;
  std::array<std::int64_t, kBins> counts{};
  void add(float value);
};

/// One stored tensor over the fit samples.
struct TensorObservation {
  float min = 0, max = 0;  ///< zero included
  double mean = 0, variance = 0;
  MagnitudeHistogram magnitudes;
  std::vector<float> channel_peak;  ///< [c] largest magnitude
  std::vector<int> order;     ///< channels as they are stored where nothing else decides: strongest first
  std::vector<float> values;  ///< [samples][h][w][c]
  /// Diagonal Fisher information of each value: an error e costs about 1/2 * sum of fisher * e^2. Same shape.
  std::vector<float> fisher;
};

/// One node over the fit samples.
struct NodeObservation {
  double gradient_rms = 0;  ///< of the pre-activations, over heads (by their weight), samples and positions
  std::optional<double> label_gradient_rms;  ///< the same for the cross-entropy of the labels
  double variance = 0;                       ///< of the stored output: the other half of a node's sensitivity
  std::vector<double> mean_preactivation;    ///< [out_channels]
  std::vector<float> weight_fisher;          ///< [out_channels][kh][kw][input c], mean over the samples
};

/// What calibration knows about a network: everything that the search decides from.
struct Observation {
  int samples = 0;                         ///< fit samples
  std::vector<TensorObservation> tensors;  ///< [network.tensors]
  std::vector<NodeObservation> nodes;      ///< [network.nodes]
};

/// Runs the fit samples forward and every head of the objective backward.
/// `samples`: [count] user samples in ONNX order; `labels`: [count], or empty. One sample per step, sums in
/// sample order: the same bytes for any number of threads (0: one per core). Throws Error(bad_input) naming
/// the tensor where a value is not finite.
Observation observe(const net::Network& network, const Objective& objective,
                    const std::vector<float>& samples, const std::vector<int>& labels, int threads,
                    Progress& progress);

/// Rounds a sensitivity or a price to 12 significant bits: decisions do not hang on the last bits of a float
/// sum.
double rounded(double value);

/// One sample of the output tensor as the objective takes it: in ONNX order where the network has several
/// outputs; the order of a single one changes nothing.
std::vector<float> objective_order(const Objective& objective, const std::vector<float>& stored,
                                   const net::Shape& shape);

}  // namespace dpwa::observe
