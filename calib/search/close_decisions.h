// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "calib/observe/objective.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// Samples with a close decision: the float network's best class is hardly before the runner-up.
struct CloseDecisions {
  std::vector<float> samples;  ///< [count] user samples, ONNX order, on the port's grid
  std::vector<float> outputs;  ///< [count] float outputs, ONNX order
  std::int64_t count = 0;
};

/// Most samples with a close decision.
inline constexpr int kCloseDecisions = 128;

/// For pairs of samples that the float network decides differently, neighbours first: the last point of the
/// way from one to the other that is decided as the first one is. None when all have the same decision.
/// `outputs`: float, of `samples`; both in ONNX order.
CloseDecisions find_close_decisions(const net::Network& network, const observe::Objective& objective,
                                    const plan::InputPort& port, const std::vector<float>& samples,
                                    const std::vector<float>& outputs, int threads);

/// How far the best class is before the runner-up, for every sample of `outputs`, sorted.
std::vector<double> sorted_margins(const observe::Objective& objective, const std::vector<float>& outputs);

/// Expected share of the decisions that a plan changes: a margin m and an independent, symmetric error e of
/// the lead of the best class over the runner-up change one when e < -m, so it is the mean over the errors of
/// half the share of margins up to |e|. Below the closest tenth of the margins (ten of them or more, all of
/// fewer) their density is taken to be constant: few samples hold no close one. `margins`: sorted, not empty;
/// `errors`: not empty.
double expected_disagreement(const std::vector<double>& margins, const std::vector<double>& errors);

}  // namespace dpwa::search
