// SPDX-License-Identifier: Apache-2.0
#include "calib/search/compensate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/num/planes.h"

namespace dpwa::search {

namespace {

/// Most windows that a covariance is taken from, spread evenly over samples and positions.
constexpr std::int64_t kMostRows = 4096;
/// Part of the mean variance added to every variance, so that the factorisation exists.
constexpr double kDamping = 0.01;

/// Square matrix, row-major.
struct Matrix {
  explicit Matrix(int n) : size(n), values(std::size_t{1} * n * n, 0.0) {}
  double* row(int i) { return values.data() + std::size_t{1} * i * size; }
  const double* row(int i) const { return values.data() + std::size_t{1} * i * size; }
  int size;
  std::vector<double> values;
};

/// Windows of a node's input over the fit samples, [rows][kh][kw][input c], zero where the window leaves the
/// map.
std::vector<float> windows(const net::Network& network, const net::Node& node,
                           const observe::Observation& observation) {
  const net::Shape& in = network.tensors[node.input].shape;
  const net::Window& w = node.window;
  const std::vector<float>& values = observation.tensors[node.input].values;
  const std::int64_t positions = std::int64_t{node.conv_shape.h} * node.conv_shape.w;
  const std::int64_t all = positions * observation.samples, rows = std::min(all, kMostRows);
  std::vector<float> result(rows * w.kh * w.kw * in.c, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t at = r * all / rows, sample = at / positions, position = at % positions;
    const auto oy = static_cast<int>(position / node.conv_shape.w),
               ox = static_cast<int>(position % node.conv_shape.w);
    for (int ky = 0; ky < w.kh; ++ky) {
      for (int kx = 0; kx < w.kw; ++kx) {
        const int iy = oy * w.stride_y + ky - w.pad_top, ix = ox * w.stride_x + kx - w.pad_left;
        if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) continue;
        const float* from = values.data() + sample * in.size() + (std::int64_t{iy} * in.w + ix) * in.c;
        std::copy_n(from, in.c, result.data() + ((r * w.kh + ky) * w.kw + kx) * in.c);
      }
    }
  }
  return result;
}

/// Covariance of the window values in `members` (bias correction takes care of the mean), shrunk and damped.
Matrix covariance(const std::vector<float>& rows, std::size_t stride, const std::vector<int>& members) {
  const int n = static_cast<int>(members.size());
  const auto count = static_cast<std::int64_t>(rows.size() / stride);
  std::vector<double> mean(n, 0.0), centred(n);
  for (std::int64_t r = 0; r < count; ++r) {
    for (int i = 0; i < n; ++i) mean[i] += rows[r * stride + members[i]];
  }
  for (double& m : mean) m /= static_cast<double>(count);
  Matrix matrix(n);
  for (std::int64_t r = 0; r < count; ++r) {
    for (int i = 0; i < n; ++i) centred[i] = rows[r * stride + members[i]] - mean[i];
    for (int i = 0; i < n; ++i) {
      if (centred[i] == 0) continue;
      double* row = matrix.row(i);
      for (int j = 0; j <= i; ++j) row[j] += centred[i] * centred[j];
    }
  }
  // (1 - a) H + a diag(H), a = K / (K + rows): few rows say little about pairs of weights.
  const double keep = static_cast<double>(count) / (static_cast<double>(stride) + static_cast<double>(count));
  double trace = 0;
  for (int i = 0; i < n; ++i) trace += matrix.row(i)[i];
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) matrix.row(i)[j] *= keep;
    matrix.row(i)[i] += trace > 0 ? kDamping * trace / n : 1;
  }
  return matrix;
}

/// Lower Cholesky factor, in place of the lower triangle.
void factorise(Matrix& matrix) {
  for (int i = 0; i < matrix.size; ++i) {
    double* row = matrix.row(i);
    for (int j = 0; j <= i; ++j) {
      const double* other = matrix.row(j);
      double sum = row[j];
      for (int k = 0; k < j; ++k) sum -= row[k] * other[k];
      row[j] = i == j ? std::sqrt(sum) : sum / other[j];
    }
  }
}

/// Rounds the block's weights of one channel. With H = L L', the loss e'He is the sum over j of
/// (sum over i >= j of L[i][j] e[i])^2: from the last index down, each e[j] cancels what its square has
/// collected.
void compensate(const Matrix& factor, const std::vector<int>& members, const float* weights, num::Range range,
                ChannelOption& option) {
  std::vector<double> collected(factor.size, 0.0);
  for (int j = factor.size - 1; j >= 0; --j) {
    const double* row = factor.row(j);
    const double target = weights[members[j]] - collected[j] / row[j];
    const std::int64_t q = num::saturate(num::round_even(target / option.scale), range);
    const double error = static_cast<double>(q) * option.scale - weights[members[j]];
    option.q[members[j]] = static_cast<std::int16_t>(q);
    for (int k = 0; k < j; ++k) collected[k] += row[k] * error;
    const double left = collected[j] + row[j] * error;
    option.loss += left * left;
  }
}

/// Blocks of window positions, each sorted by the strength of its inputs, weakest first.
std::vector<std::vector<int>> blocks_of(const std::vector<float>& rows, std::size_t stride) {
  std::vector<double> strength(stride, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) strength[i % stride] += double{rows[i]} * rows[i];
  const auto count = static_cast<int>((stride + kCompensationBlock - 1) / kCompensationBlock);
  std::vector<std::vector<int>> blocks(count);
  for (std::size_t i = 0; i < stride; ++i) blocks[i * count / stride].push_back(static_cast<int>(i));
  for (std::vector<int>& block : blocks) {
    std::stable_sort(block.begin(), block.end(), [&](int a, int b) { return strength[a] < strength[b]; });
  }
  return blocks;
}

}  // namespace

NodeOptions round_compensated(const net::Network& network, int node,
                              const observe::Observation& observation) {
  const net::Node& weights = network.nodes[node];
  const std::size_t stride = weights.weight.size() / weights.out_channels;
  NodeOptions options = round_nearest(network, node, observation);
  const std::vector<float> rows = windows(network, weights, observation);
  for (auto& channel : options) {
    for (ChannelOption& option : channel) option.loss = 0;
  }
  for (const std::vector<int>& block : blocks_of(rows, stride)) {
    Matrix factor = covariance(rows, stride, block);
    factorise(factor);
    for (int c = 0; c < weights.out_channels; ++c) {
      if (is_zero_channel(weights, c)) continue;
      for (int planes = 1; planes <= kWeightPlanes; ++planes) {
        compensate(factor, block, weights.weight.data() + c * stride, num::weight_range(planes),
                   options[c][planes - 1]);
      }
    }
  }
  const std::vector<double> importance = channel_importance(observation.nodes[node], weights.out_channels);
  for (std::size_t c = 0; c < options.size(); ++c) {
    for (ChannelOption& option : options[c]) option.loss = observe::rounded(option.loss * importance[c]);
  }
  return options;
}

}  // namespace dpwa::search
