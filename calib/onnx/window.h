// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "calib/onnx/operator_call.h"
#include "model/net/network.h"

namespace dpwa::onnx {

struct Extent {
  std::int64_t h = 0;
  std::int64_t w = 0;
};

/// Kernel geometry of a Conv or MaxPool on a known map, with explicit pads whatever the attributes say.
struct PlacedWindow {
  net::Window window;
  Extent out;
};

/// Reads strides, pads, auto_pad, dilations and ceil_mode. `kernel`: from the weights or kernel_shape; `map`:
/// what the window moves over, if known. Adds a reason for everything that is not supported; gives a result
/// only if the map is known and none of them was refused. ceil_mode becomes larger bottom and right pads.
std::optional<PlacedWindow> place_window(OperatorCall& call, Extent kernel, std::optional<Extent> map,
                                         bool wide_pads = false);

/// Whether a window of the graph slides over one dimension.
bool has_lines(const ::onnx::GraphProto& graph);

/// Spatial dimensions of a Conv or pool: two of a map, one of a line, which is a map of height 1.
std::size_t map_axes(const OperatorCall& call);

/// The attribute kernel_shape as an extent; a reason when it is not one positive number per dimension.
std::optional<Extent> kernel_shape(OperatorCall& call);

/// The attribute pads: top, left, bottom, right.
Dims given_pads(OperatorCall& call);

/// Height and width of [batch, c, h, w] or [batch, c, w]; nothing when unknown. A reason when it is known and
/// not such a map.
std::optional<Extent> map_extent(OperatorCall& call, const Value& x);

/// Dims of a map of this extent, of the rank of x.
Dims map_dims(const Value& x, std::int64_t channels, const Extent& extent);

/// The stored shape of the map x, of this extent.
net::Shape map_shape(const Value& x, const Extent& extent);

}  // namespace dpwa::onnx
