// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "model/net/network.h"

namespace dpwa::test {

/// All stored tensors and pre-activations of one sample, in double, by loops that follow model/net/network.h.
struct NaiveRun {
  std::vector<std::vector<double>> tensors, preactivations;
};

inline std::vector<double> naive_product(const net::Node& node, const net::Shape& in,
                                         const std::vector<double>& x) {
  const net::Window& w = node.window;
  const int channels = in.c / node.groups, outputs = node.out_channels / node.groups;
  std::vector<double> y;
  for (int oy = 0; oy < node.conv_shape.h; ++oy) {
    for (int ox = 0; ox < node.conv_shape.w; ++ox) {
      for (int oc = 0; oc < node.out_channels; ++oc) {
        double sum = node.bias[oc];
        for (int ky = 0; ky < w.kh; ++ky) {
          for (int kx = 0; kx < w.kw; ++kx) {
            const int iy = oy * w.stride_y + ky * w.dilation_y - w.pad_top;
            const int ix = ox * w.stride_x + kx * w.dilation_x - w.pad_left;
            if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) continue;
            for (int ic = 0; ic < channels; ++ic) {
              sum += x[(iy * in.w + ix) * in.c + oc / outputs * channels + ic] *
                     node.weight[((oc * w.kh + ky) * w.kw + kx) * channels + ic];
            }
          }
        }
        y.push_back(sum);
      }
    }
  }
  return y;
}

inline std::vector<double> naive_pool(const net::Window& w, const net::Shape& in, const net::Shape& out,
                                      const std::vector<double>& x) {
  std::vector<double> y;
  for (int oy = 0; oy < out.h; ++oy) {
    for (int ox = 0; ox < out.w; ++ox) {
      for (int c = 0; c < out.c; ++c) {
        double best = -std::numeric_limits<double>::infinity();
        for (int ky = 0; ky < w.kh; ++ky) {
          for (int kx = 0; kx < w.kw; ++kx) {
            const int iy = oy * w.stride_y + ky - w.pad_top, ix = ox * w.stride_x + kx - w.pad_left;
            if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) continue;
            best = std::max(best, x[(iy * in.w + ix) * in.c + c]);
          }
        }
        y.push_back(best);
      }
    }
  }
  return y;
}

/// `sample` in ONNX order (channel, y, x).
inline NaiveRun naive_run(const net::Network& network, const float* sample) {
  NaiveRun run;
  run.tensors.resize(network.tensors.size());
  const net::Shape& shape = network.tensors[0].shape;
  const int pixels = shape.h * shape.w;
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < shape.c; ++c) {
      run.tensors[0].push_back(sample[c * pixels + p] * network.input_affine.scale[c] +
                               network.input_affine.offset[c]);
    }
  }
  for (const net::Node& node : network.nodes) {
    std::vector<double> y = naive_product(node, network.tensors[node.input].shape, run.tensors[node.input]);
    for (std::size_t i = 0; node.residual >= 0 && i < y.size(); ++i) y[i] += run.tensors[node.residual][i];
    run.preactivations.push_back(y);
    for (std::size_t i = 0; node.factor >= 0 && i < y.size(); ++i) y[i] *= run.tensors[node.factor][i];
    for (double& value : y) {
      value = std::clamp<double>(net::value(node.activation, value), node.lower, node.upper);
    }
    run.tensors[node.output] =
        node.pool ? naive_pool(*node.pool, node.conv_shape, network.tensors[node.output].shape, y) : y;
  }
  return run;
}

}  // namespace dpwa::test
