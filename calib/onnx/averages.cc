// SPDX-License-Identifier: Apache-2.0
//
// ReduceMean, GlobalAveragePool and AveragePool over the whole map. The mean of a map is no tensor of its
// own: the layer that reads it reads the map, with its weights divided by the number of positions and
// repeated at each.
#include <fmt/format.h>

#include <algorithm>

#include "calib/onnx/operators.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

/// The mean of each channel of x, with these dims.
Value average(OperatorCall& call, NetworkBuilder& builder, const Value& x, Dims dims) {
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, std::move(dims)};
  if (builder.tensor(x.tensor).producer < 0) {
    call.refuse("", "averages the network's input; only what a Conv, Gemm or MatMul makes can be averaged");
    return {"", nullptr, -1, std::move(dims)};
  }
  const Extent map{x.dims->at(2), x.dims->at(3)};
  const net::Shape shape{static_cast<int>(map.h), static_cast<int>(map.w), static_cast<int>(x.dims->at(1))};
  if (!call.accept("X", builder.as_map(x.tensor, shape))) return {"", nullptr, -1, std::move(dims)};
  return {"", nullptr, x.tensor, std::move(dims), true};
}

/// Axes of ReduceMean: an attribute before operator set 18, an input since.
std::optional<Dims> mean_axes(OperatorCall& call) {
  if (call.opset() < kReduceMeanAxesInput) return call.integers("axes", {});
  const Value* const axes = call.input(1);
  return axes ? call.indices(*axes, "axes") : Dims{};
}

}  // namespace

Value import_reduce_mean(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  std::optional<Dims> axes = mean_axes(call);
  if (!axes || !x.dims) return {};
  for (std::int64_t& axis : *axes) axis += axis < 0 ? 4 : 0;
  std::sort(axes->begin(), axes->end());
  const bool of_map = x.dims->size() == 4 && x.dims->at(0) == call.batch() && *axes == Dims{2, 3};
  const bool inside = x.is_tensor() && !x.view && builder.tensor(x.tensor).producer >= 0;
  if (!of_map || !inside) return reduce(call, builder, kReduceMeanAxesInput, true);
  Dims dims{x.dims->at(0), x.dims->at(1)};
  if (call.integer("keepdims", 1) != 0) dims.insert(dims.end(), 2, 1);
  return average(call, builder, x, std::move(dims));
}

Value import_average_pool(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const std::optional<Extent> map = map_extent(call, x);
  if (!map) return {};
  if (call.op() == "AveragePool") {
    const std::optional<Extent> kernel = kernel_shape(call);
    const std::optional<PlacedWindow> placed = kernel ? place_window(call, *kernel, map) : std::nullopt;
    if (!placed) return {};
    const net::Window& w = placed->window;
    const bool padded = w.pad_top + w.pad_left + w.pad_bottom + w.pad_right != 0;
    if (kernel->h != map->h || kernel->w != map->w || padded) {
      call.refuse("kernel_shape",
                  fmt::format("{} x {} on a map of {} x {}; only an average of the whole map is "
                              "supported",
                              kernel->h, kernel->w, map->h, map->w));
    }
  }
  return average(call, builder, x, {x.dims->at(0), x.dims->at(1), 1, 1});
}

}  // namespace dpwa::onnx
