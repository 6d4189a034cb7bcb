// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/onnx/import.h"

namespace dpwa::onnx {

/// Makes a folded network with grids of the file complete: grids of tensors that only move values, the step
/// of every weight, weights that are whole multiples of it. The reasons why it cannot be run with the file's
/// integers alone. A network without grids is none of these: its weights have no steps.
std::vector<Reason> complete_quantized(net::Network& network);

}  // namespace dpwa::onnx
