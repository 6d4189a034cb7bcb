// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/net/network.h"

namespace dpwa::golden {

/// Exact dot products of a node with groups of channels, tap by tap over all channels at once: what each
/// group multiplies is short. `Number` as in dot_products.h.
template <typename Number>
class GroupedWeights {
 public:
  using Value = Number;

  /// weight: as plan::NodeConstants. inputs, outputs: channels of a group.
  GroupedWeights(const std::vector<std::int16_t>& weight, const net::Window& window, int groups, int inputs,
                 int outputs)
      : inputs_(inputs), channels_(groups * outputs), first_(channels_) {
    const net::Window dense = net::undilated(window);
    const std::size_t pixel = std::size_t(groups) * inputs;
    for (int oc = 0; oc < channels_; ++oc) first_[oc] = oc / outputs * inputs;
    for (int y = 0; y < dense.kh; y += window.dilation_y) {
      for (int x = 0; x < dense.kw; x += window.dilation_x) {
        for (int j = 0; j < inputs; ++j) {
          for (int oc = 0; oc < channels_; ++oc) {
            const std::size_t at = ((std::size_t(oc) * dense.kh + y) * dense.kw + x) * pixel;
            weights_.push_back(static_cast<Number>(weight[at + first_[oc] + j]));
          }
        }
      }
    }
  }

  int padded_channels() const { return channels_; }

  /// Dot products at the positions of one input map.
  class Reader {
   public:
    Reader(const GroupedWeights& weights, const std::vector<std::int32_t>& q, const net::Shape& shape,
           const net::Window& window)
        : weights_(weights), values_(q.begin(), q.end()), shape_(shape), window_(window) {}

    /// sums[channel] of the window at output position (cy, cx).
    void multiply(int cy, int cx, Number* sums) const {
      for (int c = 0; c < weights_.channels_; ++c) sums[c] = 0;
      for (int ky = 0; ky < window_.kh; ++ky) {
        const int y = cy * window_.stride_y - window_.pad_top + ky * window_.dilation_y;
        if (y < 0 || y >= shape_.h) continue;
        for (int kx = 0; kx < window_.kw; ++kx) {
          const int x = cx * window_.stride_x - window_.pad_left + kx * window_.dilation_x;
          if (x < 0 || x >= shape_.w) continue;
          weights_.add_tap(ky * window_.kw + kx, &values_[(std::size_t(y) * shape_.w + x) * shape_.c], sums);
        }
      }
    }

   private:
    const GroupedWeights& weights_;
    std::vector<Number> values_;
    net::Shape shape_;
    net::Window window_;
  };

 private:
  void add_tap(int tap, const Number* pixel, Number* sums) const {
    const Number* w = &weights_[std::size_t(tap) * inputs_ * channels_];
    if (inputs_ == 1 && first_.back() + 1 == channels_) {  // depthwise: channel c reads channel c
      for (int c = 0; c < channels_; ++c) sums[c] += pixel[c] * w[c];
      return;
    }
    for (int j = 0; j < inputs_; ++j, w += channels_) {
      for (int c = 0; c < channels_; ++c) sums[c] += pixel[first_[c] + j] * w[c];
    }
  }

  int inputs_, channels_;
  std::vector<int> first_;       ///< [channel] first input channel of its group
  std::vector<Number> weights_;  ///< [tap][channel of the group][channel]
};

}  // namespace dpwa::golden
