// SPDX-License-Identifier: Apache-2.0
//
// Conv, Gemm and MatMul: the operators that carry weights and become nodes of the network.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "calib/onnx/mix.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/quantized.h"
#include "calib/onnx/view.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

/// Weights [out][channel][y][x] -> [out][y][x][channel].
std::vector<float> channel_last(const std::vector<float>& weight, int out_channels,
                                const net::Shape& kernel) {
  std::vector<float> result;
  result.reserve(weight.size());
  for (int oc = 0; oc < out_channels; ++oc) {
    const std::vector<float> row = net::to_channel_last(weight.data() + oc * kernel.size(), kernel);
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

/// rows x columns -> columns x rows.
std::vector<float> transposed(const std::vector<float>& matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<float> result(matrix.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) result[c * rows + r] = matrix[r * columns + c];
  }
  return result;
}

/// Weights of a constant input of the given rank; nothing and a reason otherwise.
std::optional<std::vector<float>> weights(OperatorCall& call, const Value& w, const char* what,
                                          std::size_t rank) {
  std::optional<std::vector<float>> values = call.floats(w, what);
  if (!values) return std::nullopt;
  if (w.dims->size() != rank) {
    call.refuse(what,
                fmt::format("'{}' is {}; weights of rank {} are needed", w.name, to_string(*w.dims), rank));
    return std::nullopt;
  }
  if (values->empty()) {
    call.refuse(what, fmt::format("'{}' is {}, it has no values", w.name, to_string(*w.dims)));
    return std::nullopt;
  }
  return values;
}

bool fits(OperatorCall& call, std::int64_t channels, std::int64_t h, std::int64_t w) {
  if (channels <= kMaxValues && channels * h <= kMaxValues && channels * h * w <= kMaxValues) return true;
  call.refuse("",
              fmt::format("an output of {} x {} x {} values is larger than {}", channels, h, w, kMaxValues));
  return false;
}

/// Bias of Conv: [channels].
std::vector<double> conv_bias(OperatorCall& call, std::int64_t channels) {
  std::vector<double> bias(channels, 0.0);
  const Value* const b = call.input(2);
  if (!b) return bias;
  const auto values = call.floats(*b, "B");
  if (!values) return bias;
  if (*b->dims != Dims{channels}) {
    call.refuse("B", fmt::format("'{}' is {}, expected [{}]", b->name, to_string(*b->dims), channels));
    return bias;
  }
  return {values->begin(), values->end()};
}

/// C of Gemm times beta: a scalar, [1], [m], [1, 1] or [1, m].
std::vector<double> gemm_bias(OperatorCall& call, std::int64_t channels, double beta) {
  std::vector<double> bias(channels, 0.0);
  const Value* const c = call.input(2);
  if (!c) return bias;
  const auto values = call.floats(*c, "C");
  if (!values) return bias;
  const Dims& dims = *c->dims;
  const std::int64_t last = dims.empty() ? 1 : dims.back();
  const std::int64_t rows = dims.size() == 2 ? dims.front() : 1;
  if (dims.size() > 2 || rows != 1 || (last != 1 && last != channels)) {
    call.refuse("C", fmt::format("'{}' is {}, expected [{}]", c->name, to_string(dims), channels));
    return bias;
  }
  for (std::int64_t i = 0; i < channels; ++i) bias[i] = beta * (*values)[last == 1 ? 0 : i];
  return bias;
}

/// What Pad put zeros around, or x itself.
Value without_padding(const Value& x) {
  Value inner = x;
  if (!x.padding) return inner;
  inner.view = x.unpadded;
  inner.dims->back() -= (*x.padding)[1] + (*x.padding)[3];
  if (inner.dims->size() == 4) inner.dims->at(2) -= (*x.padding)[0] + (*x.padding)[2];
  return inner;
}

/// The zeros of a Pad become pads of the window that reads them.
void add_pads(OperatorCall& call, const std::array<int, 4>& padding, net::Window& window) {
  window.pad_top += padding[0];
  window.pad_left += padding[1];
  window.pad_bottom += padding[2];
  window.pad_right += padding[3];
  const net::Window dense = net::undilated(window);
  if (std::max(window.pad_top, window.pad_bottom) >= dense.kh ||
      std::max(window.pad_left, window.pad_right) >= dense.kw) {
    call.refuse(
        "X", fmt::format("with the zeros of a Pad it has pads [{}, {}, {}, {}], not smaller than the kernel "
                         "{} x {}",
                         window.pad_top, window.pad_left, window.pad_bottom, window.pad_right, dense.kh,
                         dense.kw));
  }
}

struct Dense {
  std::int64_t out_channels = 0;
  std::vector<float> weight;  // [out][input value in ONNX order]
  std::vector<double> scale;
  std::vector<double> offset;
  std::vector<float> step{};  // [out] of dequantized weights
};

/// Weights on the mean of a map -> weights on the map: divided by the positions, the same at each.
void spread(const net::Shape& shape, Dense& dense) {
  const int positions = shape.h * shape.w;
  std::vector<float> weight;
  weight.reserve(dense.weight.size() * positions);
  for (const float w : dense.weight) weight.insert(weight.end(), positions, w);
  dense.weight = std::move(weight);
  for (double& scale : dense.scale) scale /= positions;
}

/// A dense layer is a convolution whose kernel is the whole map, so its columns follow the stored order.
Value add_dense(OperatorCall& call, NetworkBuilder& builder, const Value& x, Dense dense, Dims dims) {
  const int input = x.tensor;
  const net::Shape shape = builder.tensor(input).shape;
  if (x.average) {
    if (!fits(call, dense.out_channels, shape.size(), 1)) return {"", nullptr, -1, std::move(dims)};
    spread(shape, dense);
  }
  if (x.view) {
    if (dense.out_channels > kMaxValues / shape.size()) {
      call.refuse("", fmt::format("{} outputs of {} values: more than {} weights", dense.out_channels,
                                  shape.size(), kMaxValues));
      return {"", nullptr, -1, std::move(dims)};
    }
    dense.weight = fold_view(*x.view, dense.weight, shape.size(), dense.scale, dense.offset);
  }
  net::Node node;
  node.name = call.name();
  node.onnx_operator = call.op();
  node.out_channels = static_cast<int>(dense.out_channels);
  node.window.kh = shape.h;
  node.window.kw = shape.w;
  node.weight = channel_last(dense.weight, node.out_channels, shape);
  node.weight_step = std::move(dense.step);
  node.conv_shape = {1, 1, node.out_channels};
  const int tensor = builder.add_layer(input, std::move(node), std::move(dense.scale),
                                       std::move(dense.offset), call.output());
  return {"", nullptr, tensor, std::move(dims)};
}

/// Whether x is one row of W's height per sample.
bool one_row(const OperatorCall& call, const Value& x, const Value& w) {
  return w.dims->size() == 2 && x.dims && !x.dims->empty() && x.dims->back() == w.dims->front() &&
         element_count(*x.dims) == call.batch() * w.dims->front();
}

/// Whether x is a vector, or a column of W's width per sample.
bool one_column(const OperatorCall& call, const Value& w, const Value& x) {
  if (w.dims->size() != 2 || !x.dims) return false;
  const Dims& dims = *x.dims;
  const std::int64_t inner = w.dims->back();
  if (dims == Dims{inner}) return true;
  return dims.size() >= 2 && dims.back() == 1 && dims[dims.size() - 2] == inner &&
         element_count(dims) == call.batch() * inner;
}

/// Whether the rows of Gemm's A are values of one sample, not samples.
bool rows_are_data(const OperatorCall& call, const Value& x) {
  if (call.keeps_batch() || !x.dims || x.dims->size() != 2) return false;
  const Value* const c = call.input(2);
  return call.integer("transA", 0) != 0 || x.dims->front() != 1 ||
         (c && c->dims && c->dims->size() == 2 && c->dims->front() != 1);
}

/// x * W, W [values, channels].
Value matmul_right(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Value& w) {
  auto values = weights(call, w, "B", 2);
  if (!values) return {};
  const std::int64_t inner = w.dims->at(0);
  const std::int64_t channels = w.dims->at(1);
  Dims dims = *x.dims;
  dims.back() = channels;
  if (!fits(call, channels, 1, 1) || !x.is_tensor()) return {"", nullptr, -1, dims};
  Dense dense{channels, transposed(*values, inner, channels), std::vector<double>(channels, 1),
              std::vector<double>(channels, 0), channel_steps(call, w, 1)};
  return add_dense(call, builder, x, std::move(dense), std::move(dims));
}

/// W * x, W [channels, values].
Value matmul_left(OperatorCall& call, NetworkBuilder& builder, const Value& w, const Value& x) {
  auto values = weights(call, w, "A", 2);
  if (!values) return {};
  const std::int64_t channels = w.dims->at(0);
  Dims dims = *x.dims;
  dims[dims.size() == 1 ? 0 : dims.size() - 2] = channels;
  if (!fits(call, channels, 1, 1) || !x.is_tensor()) return {"", nullptr, -1, dims};
  Dense dense{channels, std::move(*values), std::vector<double>(channels, 1),
              std::vector<double>(channels, 0), channel_steps(call, w, 0)};
  return add_dense(call, builder, x, std::move(dense), std::move(dims));
}

/// The weights for all channels of the tensor, zero for those that the view does not read.
bool read_mix(OperatorCall& call, const ChannelMix& mix, int channels, net::Node& node) {
  const std::int64_t taps = std::int64_t{node.window.kh} * node.window.kw * node.out_channels;
  if (channels > kMaxValues / taps) {
    call.refuse("W", fmt::format("{} channels of which it reads {}: more than {} weights", channels,
                                 mix.terms.size(), kMaxValues));
    return false;
  }
  node.weight = fold_mix(mix, node.weight, node.out_channels, node.groups, channels);
  node.groups = 1;
  return true;
}

}  // namespace

Value import_conv(OperatorCall& call, NetworkBuilder& builder) {
  const Value& padded = call.required(0);
  const Value x = without_padding(padded);
  const Value& w = call.required(1);
  const std::int64_t group = call.integer("group", 1);
  if (group < 1) call.refuse("group", fmt::format("{} groups; 1 or more are needed", group));
  const std::optional<Extent> map = map_extent(call, padded);
  const auto weight = weights(call, w, "W", map_axes(call) + 2);
  if (!weight) return {};
  const Dims& dims = *w.dims;
  const Extent kernel{dims.size() == 3 ? 1 : dims[2], dims.back()};
  if (call.has("kernel_shape") && call.integers("kernel_shape", {}) != Dims(dims.begin() + 2, dims.end())) {
    call.refuse("kernel_shape", fmt::format("{} is not that of the weights {}",
                                            to_string(call.integers("kernel_shape", {})), to_string(dims)));
  }
  if (map && group >= 1 && (x.dims->at(1) % group != 0 || x.dims->at(1) / group != dims[1])) {
    const std::string groups = group == 1 ? "" : fmt::format(" in each of {} groups", group);
    call.refuse("W", fmt::format("weights {} read {} channels{}, '{}' has {}", to_string(dims), dims[1],
                                 groups, x.name, x.dims->at(1)));
  }
  if (group >= 1 && dims[0] % group != 0) {
    call.refuse("group", fmt::format("{} groups do not divide {} outputs", group, dims[0]));
  }
  std::vector<double> bias = conv_bias(call, dims[0]);
  std::optional<PlacedWindow> placed = place_window(call, kernel, map, x.tensor > 0);
  if (placed && padded.padding) add_pads(call, *padded.padding, placed->window);
  if (!placed || !fits(call, dims[0], placed->out.h, placed->out.w)) return {};
  const Dims out = map_dims(x, dims[0], placed->out);
  if (x.average && group != 1) {
    call.refuse("group",
                fmt::format("'{}' is the average of a map; only a Conv of one group can read it", x.name));
  }
  if (x.average && !call.refused() && x.is_tensor()) {
    Dense dense{dims[0], *weight, std::vector<double>(dims[0], 1), std::move(bias),
                channel_steps(call, w, 0)};
    return add_dense(call, builder, x, std::move(dense), out);
  }
  const net::Shape shape = map_shape(x, *map_extent(call, x));
  const auto mix = channel_mix(x, builder);
  if (call.refused() || !x.is_tensor() || (!mix && !call.accept("X", builder.as_map(x.tensor, shape)))) {
    return {"", nullptr, -1, out};
  }
  net::Node node;
  node.name = call.name();
  node.onnx_operator = call.op();
  node.out_channels = static_cast<int>(dims[0]);
  node.groups = static_cast<int>(group);
  node.window = placed->window;
  node.weight =
      channel_last(*weight, node.out_channels, {placed->window.kh, placed->window.kw, shape.c / node.groups});
  if (mix && !read_mix(call, *mix, builder.tensor(x.tensor).shape.c, node)) return {"", nullptr, -1, out};
  node.weight_step = channel_steps(call, w, 0);
  node.conv_shape = {static_cast<int>(placed->out.h), static_cast<int>(placed->out.w), node.out_channels};
  const int tensor = builder.add_layer(x.tensor, std::move(node), std::vector<double>(dims[0], 1),
                                       std::move(bias), call.output());
  return {"", nullptr, tensor, out};
}

Value import_gemm(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const Value& w = call.required(1);
  const double alpha = call.real("alpha", 1);
  const double beta = call.real("beta", 1);
  if (!std::isfinite(alpha)) call.refuse("alpha", fmt::format("{} is not finite", alpha));
  if (!std::isfinite(beta)) call.refuse("beta", fmt::format("{} is not finite", beta));
  if (rows_are_data(call, x)) return gemm_any(call, builder);
  if (call.integer("transA", 0) != 0) call.refuse("transA", "1 would mix the samples of a batch");
  const bool transposed_b = call.integer("transB", 0) != 0;
  auto values = weights(call, w, "B", 2);
  if (!values) return {};
  const std::int64_t channels = w.dims->at(transposed_b ? 0 : 1);
  const std::int64_t inner = w.dims->at(transposed_b ? 1 : 0);
  std::vector<double> offset = gemm_bias(call, channels, beta);
  const Dims out{call.batch(), channels};
  if (!fits(call, channels, 1, 1)) return {};
  if (!x.dims) return {"", nullptr, -1, out};
  if (*x.dims != Dims{call.batch(), inner}) {
    call.refuse("A",
                fmt::format("'{}' is {}, weights {} (transB {}) need [{}, {}]", x.name, to_string(*x.dims),
                            to_string(*w.dims), transposed_b ? 1 : 0, call.batch(), inner));
  }
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, out};
  if (!transposed_b) *values = transposed(*values, inner, channels);
  Dense dense{channels, std::move(*values), std::vector<double>(channels, alpha), std::move(offset),
              channel_steps(call, w, transposed_b ? 0 : 1)};
  return add_dense(call, builder, x, std::move(dense), out);
}

Value import_matmul(OperatorCall& call, NetworkBuilder& builder) {
  const Value& a = call.required(0);
  const Value& b = call.required(1);
  if (b.is_constant()) {
    return one_row(call, a, b) ? matmul_right(call, builder, a, b) : multiply_any(call, builder, a, b, true);
  }
  if (a.is_constant()) {
    return one_column(call, a, b) ? matmul_left(call, builder, a, b)
                                  : multiply_any(call, builder, b, a, false);
  }
  call.refuse("", fmt::format("multiplies two computed tensors ('{}' and '{}'); one constant is needed",
                              a.name, b.name));
  return {};
}

}  // namespace dpwa::onnx
