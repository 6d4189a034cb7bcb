// SPDX-License-Identifier: Apache-2.0
//
// ReduceMean, GlobalAveragePool and AveragePool. The mean of a map is no tensor of its own when a layer reads
// it: that layer reads the map, with its weights divided by the number of positions and repeated at each.
// Every other average is a depthwise layer.
#include <fmt/format.h>

#include <algorithm>

#include "calib/onnx/operators.h"
#include "calib/onnx/view.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

/// The mean of each channel of x, with these dims.
Value average(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Extent& map, Dims dims) {
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, std::move(dims)};
  if (!call.accept("X", builder.as_map(x.tensor, map_shape(x, map))))
    return {"", nullptr, -1, std::move(dims)};
  return {"", nullptr, x.tensor, std::move(dims), true};
}

/// The layer of depthwise windows whose taps all weigh the same.
int add_window(NetworkBuilder& builder, int tensor, const net::Window& window, const net::Shape& out,
               const std::string& name, const std::string& output) {
  const int channels = out.c, taps = window.kh * window.kw;
  net::Node node;
  node.name = name;
  node.onnx_operator = "Conv";
  node.out_channels = node.groups = channels;
  node.window = window;
  node.weight.assign(static_cast<std::size_t>(channels) * taps, 1);
  node.conv_shape = out;
  return builder.add_layer(tensor, std::move(node), std::vector<double>(channels, 1.0 / taps),
                           std::vector<double>(channels, 0), output);
}

/// How many positions of one direction of a window at `at` count: those within `from` .. `to` - 1.
std::int64_t counted(std::int64_t at, std::int64_t kernel, std::int64_t from, std::int64_t to) {
  return std::min(at + kernel, to) - std::max(at, from);
}

/// Windows that are divided by how many of their values lie in the map (count_include_pad 1: in the padded
/// map, which what ceil_mode adds is no part of).
Value average_view(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Extent& map,
                   const PlacedWindow& placed) {
  const net::Window& w = placed.window;
  const std::int64_t h = map.h, width = map.w;
  std::int64_t top = 0, left = 0, bottom = h, right = width;  // what counts
  if (call.integer("count_include_pad", 0) != 0) {
    const Dims pads = call.text("auto_pad", "NOTSET") == "NOTSET"
                          ? given_pads(call)
                          : Dims{w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
    top = -pads[0];
    left = -pads[1];
    bottom += pads[2];
    right += pads[3];
  }
  const Dims out{x.dims->at(1), placed.out.h, placed.out.w};
  const Dims terms{out[0], out[1], out[2], std::min<std::int64_t>(w.kh, h),
                   std::min<std::int64_t>(w.kw, width)};
  if (element_count(terms).value_or(kMaxViewTerms + 1) > kMaxViewTerms) {
    call.refuse("", fmt::format("{} averages of {} x {} values: more than {} values", to_string(out),
                                terms[3], terms[4], kMaxViewTerms));
    return {};
  }
  ViewBuilder view(call, builder, x);
  for_each_index(out, [&](const Dims& at) {
    const std::int64_t y = at[1] * w.stride_y - w.pad_top, z = at[2] * w.stride_x - w.pad_left;
    const std::int64_t count = counted(y, w.kh, top, bottom) * counted(z, w.kw, left, right);
    view.value();
    for (std::int64_t iy = std::max<std::int64_t>(y, 0); iy < std::min(y + w.kh, h); ++iy) {
      for (std::int64_t ix = std::max<std::int64_t>(z, 0); ix < std::min(z + w.kw, width); ++ix)
        view.add((at[0] * h + iy) * width + ix, 1.0 / static_cast<double>(count));
    }
  });
  return view.finish(map_dims(x, out[0], placed.out));
}

/// An average of windows smaller than the map, or padded.
Value average_windows(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Extent& map,
                      const PlacedWindow& placed) {
  const net::Window& w = placed.window;
  Dims dims = map_dims(x, x.dims->at(1), placed.out);
  if (call.refused() || !x.is_tensor() || !call.accept("X", builder.as_map(x.tensor, map_shape(x, map)))) {
    return {"", nullptr, -1, std::move(dims)};
  }
  if (net::has_pads(w) && (call.integer("count_include_pad", 0) == 0 || call.integer("ceil_mode", 0) != 0))
    return average_view(call, builder, x, map, placed);
  const net::Shape out = map_shape(x, placed.out);
  return {"", nullptr, add_window(builder, x.tensor, w, out, call.name(), call.output()), std::move(dims)};
}

/// Axes of ReduceMean: an attribute before operator set 18, an input since.
std::optional<Dims> mean_axes(OperatorCall& call) {
  if (call.opset() < kReduceMeanAxesInput) return call.integers("axes", {});
  const Value* const axes = call.input(1);
  return axes ? call.indices(*axes, "axes") : Dims{};
}

}  // namespace

Value compute_average(const Value& x, NetworkBuilder& builder) {
  const net::Shape map = builder.tensor(x.tensor).shape;
  Value result = x;
  result.average = false;
  result.tensor = add_window(builder, x.tensor, {map.h, map.w}, {1, 1, map.c}, x.name, x.name);
  return result;
}

Value import_reduce_mean(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  std::optional<Dims> axes = mean_axes(call);
  if (!axes || !x.dims) return {};
  const std::size_t rank = x.dims->size();
  for (std::int64_t& axis : *axes) axis += axis < 0 ? static_cast<std::int64_t>(rank) : 0;
  std::sort(axes->begin(), axes->end());
  const bool of_map = rank == 4 ? *axes == Dims{2, 3} : rank == 3 && *axes == Dims{2};
  const bool inside = x.is_tensor() && !x.view && builder.tensor(x.tensor).producer >= 0;
  if (!of_map || x.dims->at(0) != call.batch() || !inside)
    return reduce(call, builder, kReduceMeanAxesInput, true);
  const Extent map = *map_extent(call, x);
  if (rank == 3 && !(builder.tensor(x.tensor).shape == map_shape(x, map)))
    return reduce(call, builder, kReduceMeanAxesInput, true);
  Dims dims{x.dims->at(0), x.dims->at(1)};
  if (call.integer("keepdims", 1) != 0) dims.resize(rank, 1);
  return average(call, builder, x, map, std::move(dims));
}

Value import_average_pool(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const std::optional<Extent> map = map_extent(call, x);
  if (!map) return {};
  if (call.op() == "AveragePool") {
    const std::optional<Extent> kernel = kernel_shape(call);
    const std::optional<PlacedWindow> placed = kernel ? place_window(call, *kernel, map) : std::nullopt;
    if (!placed) return {};
    if (kernel->h != map->h || kernel->w != map->w || net::has_pads(placed->window))
      return average_windows(call, builder, x, *map, *placed);
  }
  return average(call, builder, x, *map, map_dims(x, x.dims->at(1), {1, 1}));
}

}  // namespace dpwa::onnx
