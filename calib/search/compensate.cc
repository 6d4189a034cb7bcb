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

/// Windows of a group's input channels over the fit samples, [rows][kh][kw][input c / groups], zero where the
/// window leaves the map. `summed`: over the taps.
std::vector<float> windows(const net::Network& network, int index, int group, bool summed,
                           const std::vector<float>& values) {
  const net::Node& node = network.nodes[index];
  const net::Shape& in = network.tensors[node.input].shape;
  const int channels = net::group_channels(network, node);
  const net::Window& w = node.window;
  const std::int64_t positions = std::int64_t{node.conv_shape.h} * node.conv_shape.w;
  const auto samples = static_cast<std::int64_t>(values.size()) / in.size();
  const std::int64_t all = positions * samples, rows = std::min(all, kMostRows);
  const std::int64_t stride = std::int64_t{channels} * (summed ? 1 : w.kh * w.kw);
  std::vector<float> result(rows * stride, 0.0F);
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t at = r * all / rows, sample = at / positions, position = at % positions;
    const auto oy = static_cast<int>(position / node.conv_shape.w),
               ox = static_cast<int>(position % node.conv_shape.w);
    for (int ky = 0; ky < w.kh; ++ky) {
      for (int kx = 0; kx < w.kw; ++kx) {
        const int iy = oy * w.stride_y + ky * w.dilation_y - w.pad_top,
                  ix = ox * w.stride_x + kx * w.dilation_x - w.pad_left;
        if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w) continue;
        const float* from = values.data() + sample * in.size() + (std::int64_t{iy} * in.w + ix) * in.c;
        float* to = result.data() + r * stride + (summed ? 0 : (ky * w.kw + kx) * channels);
        for (int c = 0; c < channels; ++c) to[c] += from[group * channels + c];
      }
    }
  }
  return result;
}

/// The window values in `members` less their means (bias correction takes care of those), [rows][members].
std::vector<double> centred(const std::vector<float>& rows, std::size_t stride,
                            const std::vector<int>& members) {
  const std::size_t n = members.size(), count = rows.size() / stride;
  std::vector<double> mean(n, 0.0), result(count * n);
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t i = 0; i < n; ++i) mean[i] += rows[r * stride + members[i]];
  }
  for (double& m : mean) m /= static_cast<double>(count);
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t i = 0; i < n; ++i) result[r * n + i] = rows[r * stride + members[i]] - mean[i];
  }
  return result;
}

/// What is kept of a covariance of two inputs, (1 - a) with a = K / (K + rows): few rows say little about
/// pairs of weights.
double kept_share(std::size_t rows, std::size_t stride) {
  return static_cast<double>(rows) / static_cast<double>(stride + rows);
}

/// Covariance of the columns of `values`, [rows][size], shrunk and damped; lower triangle.
Matrix covariance(const std::vector<double>& values, int size, double keep) {
  Matrix matrix(size);
  for (std::size_t r = 0; r < values.size(); r += size) {
    const double* v = values.data() + r;
    for (int i = 0; i < size; ++i) {
      if (v[i] == 0) continue;
      double* row = matrix.row(i);
      for (int j = 0; j <= i; ++j) row[j] += v[i] * v[j];
    }
  }
  double trace = 0;
  for (int i = 0; i < size; ++i) trace += matrix.row(i)[i];
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < i; ++j) matrix.row(i)[j] *= keep;
    matrix.row(i)[i] += trace > 0 ? kDamping * trace / size : 1;
  }
  return matrix;
}

/// Lower Cholesky factor, in place of the lower triangle; column by column.
void factorise(Matrix& matrix) {
  std::vector<double> column(matrix.size);
  for (int j = 0; j < matrix.size; ++j) {
    const double pivot = std::sqrt(matrix.row(j)[j]);
    matrix.row(j)[j] = pivot;
    for (int i = j + 1; i < matrix.size; ++i) column[i] = matrix.row(i)[j] /= pivot;
    for (int i = j + 1; i < matrix.size; ++i) {
      double* row = matrix.row(i);
      const double factor = column[i];
      for (int k = j + 1; k <= i; ++k) row[k] -= factor * column[k];
    }
  }
}

/// Solves L L' x = x in place.
void solve(const Matrix& factor, std::vector<double>& x) {
  for (int i = 0; i < factor.size; ++i) {
    const double* row = factor.row(i);
    for (int k = 0; k < i; ++k) x[i] -= row[k] * x[k];
    x[i] /= row[i];
  }
  for (int i = factor.size - 1; i >= 0; --i) {
    const double* row = factor.row(i);
    x[i] /= row[i];
    for (int k = 0; k < i; ++k) x[k] -= row[k] * x[i];
  }
}

/// Weights of one channel that come closest to the float output on stored inputs: w + H^-1 cov(stored, lost)
/// w, where lost = what storing took away from the inputs.
std::vector<double> retargeted(const Matrix& factor, const std::vector<double>& stored,
                               const std::vector<double>& lost, double keep,
                               const std::vector<double>& weights) {
  const std::size_t n = weights.size();
  std::vector<double> change(n, 0.0), own(n, 0.0);
  for (std::size_t r = 0; r < stored.size(); r += n) {
    double output = 0;
    for (std::size_t i = 0; i < n; ++i) output += lost[r + i] * weights[i];
    for (std::size_t i = 0; i < n; ++i) {
      change[i] += stored[r + i] * output;
      own[i] += stored[r + i] * lost[r + i];
    }
  }
  for (std::size_t i = 0; i < n; ++i) change[i] = keep * change[i] + (1 - keep) * own[i] * weights[i];
  solve(factor, change);
  for (std::size_t i = 0; i < n; ++i) change[i] += weights[i];
  return change;
}

/// Rounds the block's weights of one channel. With H = L L', the loss e'He is the sum over j of
/// (sum over i >= j of L[i][j] e[i])^2: from the last index down, each e[j] cancels what its square has
/// collected.
double compensate(const Matrix& factor, const std::vector<double>& weights, double scale, num::Range range,
                  std::vector<std::int64_t>& rounded) {
  std::vector<double> collected(factor.size, 0.0);
  rounded.resize(factor.size);
  double loss = 0;
  for (int j = factor.size - 1; j >= 0; --j) {
    const double* row = factor.row(j);
    const double target = weights[j] - collected[j] / row[j];
    rounded[j] = num::saturate(num::round_even(target / scale), range);
    const double error = static_cast<double>(rounded[j]) * scale - weights[j];
    for (int k = 0; k < j; ++k) collected[k] += row[k] * error;
    const double left = collected[j] + row[j] * error;
    loss += left * left;
  }
  return loss;
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

/// Rounds the channels of one group with what its windows say.
void round_group(const net::Node& weights, int group, const std::vector<float>& rows, NodeOptions& options) {
  const std::size_t stride = weights.weight.size() / weights.out_channels;
  const int channels = weights.out_channels / weights.groups;
  std::vector<std::int64_t> rounded;
  for (const std::vector<int>& block : blocks_of(rows, stride)) {
    const std::vector<double> inputs = centred(rows, stride, block);
    const int size = static_cast<int>(block.size());
    Matrix factor = covariance(inputs, size, kept_share(rows.size() / stride, stride));
    factorise(factor);
    for (int c = group * channels; c < (group + 1) * channels; ++c) {
      if (is_zero_channel(weights, c)) continue;
      std::vector<double> targets;
      for (int i : block) targets.push_back(weights.weight[c * stride + i]);
      for (int planes = 1; planes <= kWeightPlanes; ++planes) {
        ChannelOption& option = options[c][planes - 1];
        option.loss += compensate(factor, targets, option.scale, num::weight_range(planes), rounded);
        for (int i = 0; i < size; ++i) option.q[block[i]] = static_cast<std::int16_t>(rounded[i]);
      }
    }
  }
}

/// round_for_stored_inputs() for the channels of one group. lost_rows: what storing took away.
void round_group_for_stored_inputs(const net::Node& weights, int group, const std::vector<float>& stored_rows,
                                   const std::vector<float>& lost_rows, plan::NodePlan& plan) {
  const std::size_t stride = weights.weight.size() / weights.out_channels,
                    channel = plan.q.size() / weights.out_channels;
  const int channels = weights.out_channels / weights.groups;
  const double keep = kept_share(stored_rows.size() / stride, stride);
  std::vector<std::int64_t> rounded;
  for (const std::vector<int>& block : blocks_of(stored_rows, stride)) {
    const std::vector<double> stored = centred(stored_rows, stride, block),
                              lost = centred(lost_rows, stride, block);
    Matrix factor = covariance(stored, static_cast<int>(block.size()), keep);
    factorise(factor);
    for (int c = group * channels; c < (group + 1) * channels; ++c) {
      if (plan.planes[c] == 0) continue;
      std::vector<double> targets;
      for (int i : block) targets.push_back(weights.weight[c * stride + i]);
      targets = retargeted(factor, stored, lost, keep, targets);
      compensate(factor, targets, plan.scale[c], num::weight_range(plan.planes[c]), rounded);
      for (std::size_t i = 0; i < block.size(); ++i) {
        plan.q[c * channel + block[i]] = static_cast<std::int16_t>(rounded[i]);
      }
    }
  }
}

}  // namespace

NodeOptions round_compensated(const net::Network& network, int node,
                              const observe::Observation& observation) {
  const net::Node weights = rounded_node(network, node);
  const bool shared = weights.weight.size() < network.nodes[node].weight.size();
  NodeOptions options = round_nearest(network, node, observation);
  for (auto& channel : options) {
    for (ChannelOption& option : channel) option.loss = 0;
  }
  for (int group = 0; group < weights.groups; ++group) {
    round_group(weights, group,
                windows(network, node, group, shared, observation.tensors[weights.input].values), options);
  }
  const std::size_t count = weights.weight.size() / weights.out_channels;
  const std::vector<double> importance = channel_importance(observation.nodes[node], weights.out_channels);
  for (std::size_t c = 0; c < options.size(); ++c) {
    for (ChannelOption& option : options[c]) {
      option.loss = observe::rounded(option.loss * importance[c]);
      repeat_taps(option.q.data(), option.q.data() + option.q.size(), count);
    }
  }
  return options;
}

void round_for_stored_inputs(const net::Network& network, int node, const std::vector<float>& inputs,
                             const std::vector<float>& stored_inputs, plan::NodePlan& plan) {
  const net::Node weights = rounded_node(network, node);
  const bool shared = weights.weight.size() < network.nodes[node].weight.size();
  for (int group = 0; group < weights.groups; ++group) {
    const std::vector<float> stored_rows = windows(network, node, group, shared, stored_inputs);
    std::vector<float> lost_rows = windows(network, node, group, shared, inputs);
    for (std::size_t i = 0; i < lost_rows.size(); ++i) lost_rows[i] -= stored_rows[i];
    round_group_for_stored_inputs(weights, group, stored_rows, lost_rows, plan);
  }
  const std::size_t count = weights.weight.size() / weights.out_channels,
                    channel = plan.q.size() / weights.out_channels;
  for (int c = 0; c < weights.out_channels; ++c) {
    repeat_taps(plan.q.data() + c * channel, plan.q.data() + (c + 1) * channel, count);
  }
}

}  // namespace dpwa::search
