// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace dpwa::onnx {
namespace {

constexpr std::int64_t kMaxExtent = 1 << 20;  // keeps every sum below far from overflow

/// One direction of a window.
struct Axis {
  std::int64_t kernel = 1;  ///< from the first tap to the last
  std::int64_t stride = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
};

/// A list attribute of `each` numbers in smallest .. kMaxExtent for height and width; `otherwise` when absent
/// or refused. A line gives those of the width; the height has the smallest.
Dims numbers(OperatorCall& call, const std::string& attribute, std::size_t each, std::int64_t smallest,
             std::int64_t otherwise) {
  const std::size_t axes = map_axes(call), count = each * axes;
  const Dims fallback(2 * each, otherwise);
  Dims values = call.integers(attribute, Dims(count, otherwise));
  if (values.size() != count) {
    call.refuse(attribute, fmt::format("{} has {} numbers, {}-D needs {}", to_string(values), values.size(),
                                       axes, count));
    return fallback;
  }
  const bool good = std::all_of(values.begin(), values.end(),
                                [&](std::int64_t v) { return v >= smallest && v <= kMaxExtent; });
  if (!good) {
    call.refuse(attribute, fmt::format("{} is outside {} .. {}", to_string(values), smallest, kMaxExtent));
    return fallback;
  }
  for (std::size_t i = 0; axes == 1 && i < 2 * each; i += 2) {
    values.insert(values.begin() + static_cast<std::ptrdiff_t>(i), smallest);
  }
  return values;
}

void pad_same(Axis& axis, bool extra_at_end) {
  const std::int64_t out = (axis.in + axis.stride - 1) / axis.stride;
  const std::int64_t total = std::max<std::int64_t>((out - 1) * axis.stride + axis.kernel - axis.in, 0);
  axis.pad_begin = extra_at_end ? total / 2 : total - total / 2;
  axis.pad_end = total - axis.pad_begin;
}

/// Pads from `pads` or `auto_pad`, in place.
void read_pads(OperatorCall& call, bool wide_pads, Axis& y, Axis& x) {
  const std::string mode = call.text("auto_pad", "NOTSET");
  const Dims pads = given_pads(call);
  if (mode == "NOTSET") {
    y.pad_begin = pads[0];
    x.pad_begin = pads[1];
    y.pad_end = pads[2];
    x.pad_end = pads[3];
    const bool small =
        std::max(y.pad_begin, y.pad_end) < y.kernel && std::max(x.pad_begin, x.pad_end) < x.kernel;
    if (!small && !wide_pads) {
      call.refuse("pads", fmt::format("{} is not smaller than the kernel {} x {}",
                                      to_string(call.integers("pads", {})), y.kernel, x.kernel));
    }
    return;
  }
  if (std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p != 0; })) {
    call.refuse("pads", fmt::format("{} together with auto_pad {}; only one of them is allowed",
                                    to_string(pads), mode));
  }
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    pad_same(y, mode == "SAME_UPPER");
    pad_same(x, mode == "SAME_UPPER");
  } else if (mode != "VALID") {
    call.refuse("auto_pad", fmt::format("'{}' is not NOTSET, SAME_UPPER, SAME_LOWER or VALID", mode));
  }
}

/// Number of positions; with ceil_mode the end is padded until the last, partly outside position fits.
bool place(OperatorCall& call, Axis& axis, const char* direction, bool ceil_mode) {
  const std::int64_t room = axis.in + axis.pad_begin + axis.pad_end - axis.kernel;
  if (room < 0) {
    call.refuse("kernel_shape", fmt::format("a kernel of {} is {} than the padded map of {}", axis.kernel,
                                            direction, axis.in + axis.pad_begin + axis.pad_end));
    return false;
  }
  axis.out = room / axis.stride + 1;
  if (!ceil_mode || room % axis.stride == 0) return true;
  const std::int64_t last = axis.out * axis.stride;   // in the padded map
  if (last - axis.pad_begin >= axis.in) return true;  // would start after the map: never visited
  axis.pad_end += last - room;
  axis.out += 1;
  return true;
}

}  // namespace

bool has_lines(const ::onnx::GraphProto& graph) {
  std::set<std::string> kernels;
  for (const ::onnx::TensorProto& tensor : graph.initializer()) {
    if (tensor.dims_size() == 3) kernels.insert(tensor.name());
  }
  return std::any_of(graph.node().begin(), graph.node().end(), [&](const ::onnx::NodeProto& node) {
    const auto& attributes = node.attribute();
    if (node.op_type() == "Conv" && node.input_size() > 1 && kernels.count(node.input(1)) != 0) return true;
    const bool window =
        node.op_type() == "Conv" || node.op_type() == "MaxPool" || node.op_type() == "AveragePool";
    return window && std::any_of(attributes.begin(), attributes.end(), [](const auto& attribute) {
             return attribute.name() == "kernel_shape" && attribute.ints_size() == 1;
           });
  });
}

std::size_t map_axes(const OperatorCall& call) {
  const std::optional<Dims>& dims = call.required(0).dims;
  return (dims ? dims->size() == 3 : call.integers("kernel_shape", {}).size() == 1) ? 1 : 2;
}

std::optional<Extent> kernel_shape(OperatorCall& call) {
  const Dims kernel = numbers(call, "kernel_shape", 1, 1, 0);
  if (kernel[1] == 0) return std::nullopt;
  return Extent{kernel[0], kernel[1]};
}

Dims given_pads(OperatorCall& call) { return numbers(call, "pads", 2, 0, 0); }

std::optional<Extent> map_extent(OperatorCall& call, const Value& x) {
  if (!x.dims) return std::nullopt;
  const Dims& dims = *x.dims;
  if (dims.size() == 4 && dims[0] == call.batch()) return Extent{dims[2], dims[3]};
  if (dims.size() == 3 && dims[0] == call.batch()) return Extent{1, dims[2]};
  call.refuse("X", fmt::format("'{}' is {}; only maps [batch, channels, height, width] and "
                               "[batch, channels, length] are supported",
                               x.name, to_string(dims)));
  return std::nullopt;
}

Dims map_dims(const Value& x, std::int64_t channels, const Extent& extent) {
  if (x.dims->size() == 3) return {x.dims->front(), channels, extent.w};
  return {x.dims->front(), channels, extent.h, extent.w};
}

net::Shape map_shape(const Value& x, const Extent& extent) {
  return {static_cast<int>(extent.h), static_cast<int>(extent.w), static_cast<int>(x.dims->at(1))};
}

std::optional<PlacedWindow> place_window(OperatorCall& call, Extent kernel, std::optional<Extent> map,
                                         bool wide_pads) {
  const int before = call.refusals();
  const Dims strides = numbers(call, "strides", 1, 1, 1);
  const Dims dilations = numbers(call, "dilations", 1, 1, 1);
  if (call.op() != "Conv" && dilations != Dims{1, 1}) {
    call.refuse("dilations", fmt::format("{}; only 1 is supported", to_string(dilations)));
  }
  const Extent in = map.value_or(kernel);
  Axis y{(kernel.h - 1) * dilations[0] + 1, strides[0], 0, 0, in.h, 0};
  Axis x{(kernel.w - 1) * dilations[1] + 1, strides[1], 0, 0, in.w, 0};
  read_pads(call, wide_pads, y, x);
  if (!map || call.refusals() != before) return std::nullopt;
  const bool ceil_mode = call.integer("ceil_mode", 0) != 0;
  if (!place(call, y, "higher", ceil_mode) || !place(call, x, "wider", ceil_mode)) return std::nullopt;
  const auto narrow = [](std::int64_t v) { return static_cast<int>(v); };
  return PlacedWindow{
      {narrow(kernel.h), narrow(kernel.w), narrow(y.stride), narrow(x.stride), narrow(y.pad_begin),
       narrow(x.pad_begin), narrow(y.pad_end), narrow(x.pad_end), narrow(dilations[0]), narrow(dilations[1])},
      {y.out, x.out}};
}

}  // namespace dpwa::onnx
