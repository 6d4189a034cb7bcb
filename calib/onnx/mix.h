// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "calib/onnx/operators.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {

/// A view of a map whose values are sums of those at the same pixel of the tensor's map: channels of several
/// inputs, of a Split, sums of them.
struct ChannelMix {
  struct Term {
    int channel = 0;
    double coefficient = 1;
  };
  std::vector<std::vector<Term>> terms;  ///< [channels of the view]
  std::vector<double> offset;            ///< [channels of the view]
};

/// The view of x as a mix of the channels of its tensor; nothing when it is none.
std::optional<ChannelMix> channel_mix(const Value& x, const NetworkBuilder& builder);

/// Whether a Conv can read the view from its tensor: a mix without offsets, which would not be there in the
/// padding.
bool conv_reads(const Value& x, const NetworkBuilder& builder);

/// Weights [out][tap][channels of the view / groups] -> [out][tap][channels of the tensor], without groups.
/// Precondition: conv_reads().
std::vector<float> fold_mix(const ChannelMix& mix, const std::vector<float>& weight, int out_channels,
                            int groups, int tensor_channels);

/// Sum, Mean, Add or Sub of inputs that are all views of one tensor, or constants: a view.
Value combine_views(OperatorCall& call, NetworkBuilder& builder);

/// Whether all computed ones are the same tensor or views of it, and there are several.
bool of_one_tensor(const std::vector<const Value*>& inputs);

}  // namespace dpwa::onnx
