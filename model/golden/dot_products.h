// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/net/network.h"

/// Exact dot products of stored values and weights (docs/numerics.md N3.1), planes and digits summed
/// beforehand: the sum over all beats of 16^(i+j) * digit * digit is the product of the whole numbers.
///
/// `Number` is float when no sum of products can reach 2^24, double below 2^53, else std::int64_t. Within
/// those bounds floating point adds integers without rounding, in any order, and is what the processor does
/// fastest.
namespace dpwa::golden {

inline constexpr int kBlock = 32;  ///< output channels per pass: accumulators that stay in vector registers

/// The nonzero values of a map, row by row. Zeros add nothing, and ReLU makes about half of the values zero.
template <typename Number>
struct NonZeros {
  std::vector<int> index;     ///< x * channels + channel, within the row
  std::vector<Number> value;  ///< beside its index
  std::vector<int> begin;     ///< [h][w + 1]: where pixel (y, x) begins in the lists

  NonZeros(const std::vector<std::int32_t>& q, const net::Shape& shape)
      : index(q.size()), value(q.size()), begin(std::size_t(shape.h) * (shape.w + 1)) {
    int count = 0;
    const std::int32_t* next = q.data();
    int* pixel = begin.data();
    for (int y = 0; y < shape.h; ++y) {
      for (int x = 0; x < shape.w; ++x) {
        *pixel++ = count;
        for (int at = x * shape.c; at < (x + 1) * shape.c; ++at) {
          index[count] = at;
          value[count] = static_cast<Number>(*next);
          count += *next++ != 0 ? 1 : 0;
        }
      }
      *pixel++ = count;
    }
  }
};

/// A run of nonzero values in one kernel row, and what to add to their index to get their row of weights.
struct Segment {
  int begin = 0, end = 0;
  int weight_row = 0;
};

/// The part of the window at output position (cy, cx) that lies inside the map: one segment per kernel row.
template <typename Number>
void find_segments(const net::Window& window, const net::Shape& shape, const NonZeros<Number>& values, int cy,
                   int cx, std::vector<Segment>& segments) {
  const int top = cy * window.stride_y - window.pad_top;
  const int left = cx * window.stride_x - window.pad_left;
  const int from = std::clamp(left, 0, shape.w);
  const int to = std::clamp(left + window.kw, from, shape.w);
  segments.clear();
  for (int ky = std::max(0, -top); ky < std::min(window.kh, shape.h - top); ++ky) {
    const int* row = &values.begin[std::size_t(top + ky) * (shape.w + 1)];
    segments.push_back({row[from], row[to], (ky * window.kw - left) * shape.c});
  }
}

/// The weights of one node, ready for dot products of kBlock output channels at a time.
template <typename Number>
class WeightBlocks {
 public:
  using Value = Number;

  /// weight: [channels][rows], a row for each (ky, kx, input channel). Missing channels of the last block are
  /// zero.
  WeightBlocks(const std::vector<std::int16_t>& weight, int channels)
      : blocks_((channels + kBlock - 1) / kBlock),
        rows_(weight.size() / channels),
        weights_(blocks_ * rows_ * kBlock) {
    for (int channel = 0; channel < channels; ++channel) {
      Number* block = &weights_[channel / kBlock * rows_ * kBlock];
      for (std::size_t row = 0; row < rows_; ++row) {
        block[row * kBlock + channel % kBlock] = static_cast<Number>(weight[channel * rows_ + row]);
      }
    }
  }

  int padded_channels() const { return blocks_ * kBlock; }

  /// Dot products at the positions of one input map.
  class Reader {
   public:
    Reader(const WeightBlocks& weights, const std::vector<std::int32_t>& q, const net::Shape& shape,
           const net::Window& window)
        : weights_(weights), values_(q, shape), shape_(shape), window_(net::undilated(window)) {}

    /// sums[channel] of the window at output position (cy, cx), for all padded channels.
    void multiply(int cy, int cx, Number* sums) {
      find_segments(window_, shape_, values_, cy, cx, segments_);
      weights_.multiply(values_, segments_, sums);
    }

   private:
    const WeightBlocks& weights_;
    NonZeros<Number> values_;
    net::Shape shape_;
    net::Window window_;
    std::vector<Segment> segments_;
  };

 private:
  void multiply(const NonZeros<Number>& values, const std::vector<Segment>& segments, Number* sums) const {
    for (int block = 0; block < blocks_; ++block) {
      multiply_block(&weights_[block * rows_ * kBlock], values, segments, sums + block * kBlock);
    }
  }

  static void multiply_block(const Number* weights, const NonZeros<Number>& values,
                             const std::vector<Segment>& segments, Number* sums) {
    Number even[kBlock] = {}, odd[kBlock] = {};  // two chains hide the latency of an addition
    for (const Segment& segment : segments) {
      const Number* base = weights;
      const auto row = [&](int k) {
        return base + (values.index[k] + segment.weight_row) * std::ptrdiff_t{kBlock};
      };
      int k = segment.begin;
      for (; k + 1 < segment.end; k += 2) {
        const Number a = values.value[k], b = values.value[k + 1];
        const Number *at = row(k), *bt = row(k + 1);
        for (int c = 0; c < kBlock; ++c) even[c] += a * at[c];
        for (int c = 0; c < kBlock; ++c) odd[c] += b * bt[c];
      }
      if (k < segment.end) {
        const Number a = values.value[k];
        const Number* at = row(k);
        for (int c = 0; c < kBlock; ++c) even[c] += a * at[c];
      }
    }
    for (int c = 0; c < kBlock; ++c) sums[c] = even[c] + odd[c];
  }

  int blocks_;
  std::size_t rows_;
  std::vector<Number> weights_;  ///< [block][row][kBlock]
};

}  // namespace dpwa::golden
