// SPDX-License-Identifier: Apache-2.0
//
// Products with constant weights that no window and no single matrix expresses: ConvTranspose of any rank,
// MatMul of several rows or matrices per sample, Gemm whose rows are data. Each becomes a View.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

constexpr std::int64_t kMaxExtent = 1 << 20;

/// One direction of a transposed window: output position = input position * stride + tap * dilation - pad.
struct Axis {
  std::int64_t in = 0, kernel = 1, stride = 1, dilation = 1, pad = 0, out = 0;
};

/// An attribute with one number per axis, each in least .. kMaxExtent; nothing and a reason otherwise.
std::optional<Dims> per_axis(OperatorCall& call, const std::string& attribute, std::size_t axes,
                             std::int64_t least, std::int64_t otherwise) {
  const Dims values = call.integers(attribute, Dims(axes, otherwise));
  const bool good = values.size() == axes && std::all_of(values.begin(), values.end(), [&](std::int64_t v) {
                      return v >= least && v <= kMaxExtent;
                    });
  if (good) return values;
  call.refuse(attribute, fmt::format("{}; {} numbers from {} on are needed", to_string(values), axes, least));
  return std::nullopt;
}

/// The axes of a ConvTranspose of x with a kernel of these dims.
std::optional<std::vector<Axis>> transposed_window(OperatorCall& call, const Dims& map, const Dims& kernel) {
  const std::size_t n = map.size();
  const std::string mode = call.text("auto_pad", "NOTSET");
  const auto strides = per_axis(call, "strides", n, 1, 1), dilations = per_axis(call, "dilations", n, 1, 1);
  const auto extra = per_axis(call, "output_padding", n, 0, 0), pads = per_axis(call, "pads", 2 * n, 0, 0);
  const auto wanted = per_axis(call, "output_shape", n, 0, 0);
  if (mode != "NOTSET" && mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER") {
    call.refuse("auto_pad", fmt::format("'{}' is not NOTSET, SAME_UPPER, SAME_LOWER or VALID", mode));
  }
  if (call.has("kernel_shape") && call.integers("kernel_shape", {}) != kernel) {
    call.refuse("kernel_shape", fmt::format("{} is not that of the weights, {}",
                                            to_string(call.integers("kernel_shape", {})), to_string(kernel)));
  }
  if (call.refused()) return std::nullopt;
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < n; ++i) {
    Axis axis{map[i], kernel[i], (*strides)[i], (*dilations)[i]};
    const std::int64_t full =
        (axis.in - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 + (*extra)[i];
    axis.pad = (*pads)[i];
    axis.out = full - (*pads)[i] - (*pads)[n + i];
    if (same || call.has("output_shape")) {
      axis.out = call.has("output_shape") ? (*wanted)[i] : axis.in * axis.stride;
      const std::int64_t total = std::max<std::int64_t>(full - axis.out, 0);
      axis.pad = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    }
    if (axis.out < 1 || axis.out > kMaxExtent) {
      call.refuse("", fmt::format("its output has {} positions in dimension {}", axis.out, i + 2));
      return std::nullopt;
    }
    axes.push_back(axis);
  }
  return axes;
}

/// Adds the products of one output value: every tap whose input position exists.
void add_taps(ViewBuilder& view, const std::vector<Axis>& axes, const Dims& at, std::int64_t first_input,
              const Dims& input_strides, const float* kernel) {
  Dims taps;
  for (const Axis& axis : axes) taps.push_back(axis.kernel);
  std::int64_t tap = 0;
  for_each_index(taps, [&](const Dims& k) {
    const float weight = kernel[tap++];
    std::int64_t source = first_input;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const std::int64_t spread = at[i] + axes[i].pad - k[i] * axes[i].dilation;
      if (spread < 0 || spread % axes[i].stride != 0 || spread / axes[i].stride >= axes[i].in) return;
      source += spread / axes[i].stride * input_strides[i];
    }
    view.add(source, weight);
  });
}

/// Whether a result of these dims with so many products per value is small enough; a reason when it is not.
bool within(OperatorCall& call, const Dims& dims, std::int64_t products) {
  constexpr std::int64_t kMaxProducts = 16 * kMaxViewTerms;  // most of a ConvTranspose meet no input position
  const std::int64_t count = element_count(dims).value_or(kMaxProducts);
  if (count <= kMaxViewTerms && products <= kMaxProducts / std::max<std::int64_t>(count, 1)) return true;
  call.refuse("",
              fmt::format("a result of {} with {} products each is too large", to_string(dims), products));
  return false;
}

/// The constant bias of ConvTranspose, one value per output channel.
std::optional<std::vector<float>> bias_of(OperatorCall& call, std::int64_t channels) {
  const Value* const b = call.input(2);
  if (!b) return std::vector<float>(channels, 0.0F);
  auto values = call.floats(*b, "B");
  if (values && *b->dims != Dims{channels}) {
    call.refuse("B", fmt::format("'{}' is {}, expected [{}]", b->name, to_string(*b->dims), channels));
    return std::nullopt;
  }
  return values;
}

/// Dims of a constant or of one sample, as a matrix: a vector on the left is a row, on the right a column.
Dims as_matrix(Dims dims, bool left) {
  if (dims.size() == 1) dims.insert(left ? dims.begin() : dims.end(), 1);
  return dims;
}

/// Leading dims of two operands of MatMul, broadcast.
std::optional<Dims> broadcast_leading(const Dims& a, const Dims& b) {
  Dims result(std::max(a.size(), b.size()) - 2, 1);
  for (const Dims* const dims : {&a, &b}) {
    const std::size_t skipped = result.size() + 2 - dims->size();
    for (std::size_t i = 0; i + 2 < dims->size(); ++i) {
      std::int64_t& dim = result[skipped + i];
      if (dim != 1 && (*dims)[i] != 1 && dim != (*dims)[i]) return std::nullopt;
      dim = std::max(dim, (*dims)[i]);
    }
  }
  return result;
}

}  // namespace

Value import_conv_transpose(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const Value& w = call.required(1);
  const auto weights = call.floats(w, "W");
  if (!weights || !x.dims) return {};
  const std::int64_t group = call.integer("group", 1);
  const Dims &dims = *x.dims, &kernel = *w.dims;
  const bool map = dims.size() >= 3 && dims.size() == kernel.size() && dims[0] == call.batch();
  if (!map || kernel[0] != dims[1] || group < 1 || dims[1] % group != 0 || weights->empty()) {
    call.refuse("W", fmt::format("weights {} in {} groups do not fit '{}' {}", to_string(kernel), group,
                                 x.name, to_string(dims)));
    return {};
  }
  const std::int64_t per_group = kernel[1];
  const auto bias = bias_of(call, per_group * group);
  const auto axes =
      transposed_window(call, Dims(dims.begin() + 2, dims.end()), Dims(kernel.begin() + 2, kernel.end()));
  if (!bias || !axes || call.refused()) return {};
  Dims out{call.batch(), per_group * group}, positions;
  for (const Axis& axis : *axes) {
    out.push_back(axis.out);
    positions.push_back(axis.out);
  }
  const Dims taps(kernel.begin() + 2, kernel.end());
  if (!within(call, out, dims[1] / group * element_count(taps).value_or(kMaxViewTerms))) return {};
  if (!x.is_tensor()) return {"", nullptr, -1, out};
  const Dims strides = strides_of(sample_dims(call, dims)), kernel_strides = strides_of(kernel);
  const Dims map_strides(strides.begin() + 2, strides.end());
  const std::int64_t inputs = dims[1] / group;
  ViewBuilder view(call, builder, x);
  for (std::int64_t channel = 0; channel < out[1]; ++channel) {
    for_each_index(positions, [&](const Dims& at) {
      view.value((*bias)[channel]);
      for (std::int64_t i = 0; i < inputs; ++i) {
        const std::int64_t input = channel / per_group * inputs + i;
        const std::int64_t first = input * kernel_strides[0] + channel % per_group * kernel_strides[1];
        add_taps(view, *axes, at, input * strides[1], map_strides, weights->data() + first);
      }
    });
  }
  return view.finish(out);
}

Value multiply_any(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Value& w, bool right) {
  const auto weights = call.floats(w, right ? "B" : "A");
  if (!weights || !x.dims) return {};
  const Dims sample = sample_dims(call, *x.dims);
  const bool scalar = sample.empty() || w.dims->empty();
  const Dims a = as_matrix(right ? sample : *w.dims, true), b = as_matrix(right ? *w.dims : sample, false);
  const auto leading =
      scalar || a.back() != b[b.size() - 2] || weights->empty() ? std::nullopt : broadcast_leading(a, b);
  // The batch must be the first dimension of the result still, and no matrix dimension.
  const bool leads =
      leading && sample.size() > 2 && leading->size() + 2 == sample.size() && leading->front() == 1;
  const bool rows = sample.size() == 2 && right && w.dims->size() <= 2;
  const bool keeps = !call.keeps_batch() || leads || rows;
  if (!leading || !keeps) {
    call.refuse(right ? "A" : "B", fmt::format("'{}' {} and weights {} do not multiply sample by sample",
                                               x.name, to_string(*x.dims), to_string(*w.dims)));
    return {};
  }
  Dims shape = *leading;
  shape.push_back(a[a.size() - 2]);
  shape.push_back(b.back());
  Dims dims = *leading;
  if ((right ? sample : *w.dims).size() > 1) dims.push_back(a[a.size() - 2]);
  if ((right ? *w.dims : sample).size() > 1) dims.push_back(b.back());
  dims = batch_dims(call, dims, x);
  if (!within(call, shape, a.back())) return {};
  if (!x.is_tensor()) return {"", nullptr, -1, dims};
  const auto strides = [&](const Dims& operand) {
    Dims result = *broadcast_strides(Dims(operand.begin(), operand.end() - 2), *leading);
    for (std::int64_t& stride : result) stride *= operand.back() * operand[operand.size() - 2];
    return result;
  };
  const Dims a_strides = strides(a), b_strides = strides(b);
  ViewBuilder view(call, builder, x);
  for_each_index(shape, [&](const Dims& at) {
    view.value();
    std::int64_t of_a = at[leading->size()] * a.back(), of_b = at.back();
    for (std::size_t i = 0; i < leading->size(); ++i) {
      of_a += at[i] * a_strides[i];
      of_b += at[i] * b_strides[i];
    }
    for (std::int64_t k = 0; k < a.back(); ++k) {
      const std::int64_t from_a = of_a + k, from_b = of_b + k * b.back();
      view.add(right ? from_a : from_b, (*weights)[right ? from_b : from_a]);
    }
  });
  return view.finish(dims);
}

Value gemm_any(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const Value& w = call.required(1);
  const bool across = call.integer("transA", 0) != 0, down = call.integer("transB", 0) != 0;
  const auto weights = call.floats(w, "B");
  if (!weights || !x.dims) return {};
  const Dims &a = *x.dims, &b = *w.dims;
  if (a.size() != 2 || b.size() != 2 || call.keeps_batch() || a[across ? 0 : 1] != b[down ? 1 : 0]) {
    call.refuse("A",
                fmt::format("'{}' {} (transA {}) and weights {} (transB {}) do not multiply sample by sample",
                            x.name, to_string(a), across, to_string(b), down));
    return {};
  }
  const Dims dims{a[across ? 1 : 0], b[down ? 0 : 1]};
  const Dims a_strides = strides_of(a), b_strides = strides_of(b);
  Broadcast c{{0}, {0, 0}};
  if (const Value* const given = call.input(2)) {
    auto constant = broadcast_constant(call, *given, "C", dims, to_string(dims));
    if (!constant) return {};
    c = std::move(*constant);
  }
  if (!within(call, dims, b[down ? 1 : 0])) return {};
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, dims};
  const double alpha = call.real("alpha", 1), beta = call.real("beta", 1);
  ViewBuilder view(call, builder, x);
  for_each_index(dims, [&](const Dims& at) {
    view.value(beta * c.at(at));
    for (std::int64_t k = 0; k < a[across ? 0 : 1]; ++k) {
      const float weight = (*weights)[down ? at[1] * b_strides[0] + k : k * b_strides[0] + at[1]];
      view.add(across ? k * a_strides[0] + at[0] : at[0] * a_strides[0] + k, alpha * weight);
    }
  });
  return view.finish(dims);
}

}  // namespace dpwa::onnx
