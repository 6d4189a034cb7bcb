// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/onnx/operators.h"

namespace dpwa::onnx {

/// Whether different layers compute the inputs of Concat, so that no view joins them.
bool of_several_layers(const std::vector<const Value*>& parts);

/// Concat of what different layers compute, along channels or of vectors: a sum of tensors with all channels,
/// of which each part makes its own and leaves the others zero. A layer into which that can be folded still
/// gets channels of zeros; any other part is passed on by a layer of zeros and ones.
Value join_layers(OperatorCall& call, NetworkBuilder& builder, const std::vector<const Value*>& parts);

}  // namespace dpwa::onnx
