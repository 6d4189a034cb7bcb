// SPDX-License-Identifier: Apache-2.0
//
// Grids of the file in the network that is being built.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calib/onnx/network_builder.h"

namespace dpwa::onnx {

Refusal NetworkBuilder::on_grid(int tensor) const {
  if (!network_.tensors[tensor].grid) return std::nullopt;
  return fmt::format("'{}' is quantized, so its values stay on its grid", network_.tensors[tensor].name);
}

Refusal NetworkBuilder::quantize(int tensor, const net::FileGrid& grid, const std::string& output) {
  if (Refusal refusal = closed(tensor)) return refusal;
  if (Refusal refusal = multiplied(tensor)) return refusal;
  if (Refusal refusal = on_grid(tensor)) return refusal;
  net::Tensor& quantized = network_.tensors[tensor];
  quantized.grid = grid;
  if (quantized.producer >= 0) quantized.name = output;
  return std::nullopt;
}

Refusal NetworkBuilder::read_integers(int tensor, const net::FileGrid& grid, const std::string& output) {
  net::Tensor& read = network_.tensors[tensor];
  if (!read.grid && read.producer >= 0) {
    return fmt::format(
        "the integers of '{}' have no scale; DequantizeLinear must come before what moves them", read.name);
  }
  if (!read.grid) {  // the network's input
    read.grid = grid;
    read.grid->exposed = true;
    for (double& scale : folds_[tensor].scale) scale = grid.scale;
    for (double& offset : folds_[tensor].offset) offset = -double{grid.scale} * grid.zero_point;
    return std::nullopt;
  }
  if (read.grid->scale != grid.scale || read.grid->zero_point != grid.zero_point) {
    return fmt::format("'{}' has scale {} and zero point {}, it is read with {} and {}", read.name,
                       read.grid->scale, read.grid->zero_point, grid.scale, grid.zero_point);
  }
  if (read.producer >= 0 && !folds_[tensor].closed) read.name = output;
  return std::nullopt;
}

bool NetworkBuilder::makes_integers(int tensor) const {
  const Fold& fold = folds_[tensor];
  if (fold.stage != Stage::linear) return false;
  const net::Node& node = network_.nodes[network_.tensors[tensor].producer];
  const std::optional<net::FileGrid>& grid = network_.tensors[node.input].grid;
  const auto whole = [](auto value) { return value == std::nearbyint(value); };
  return grid && grid->scale == 1 && node.residual < 0 && node.factor < 0 &&
         std::all_of(node.weight.begin(), node.weight.end(), whole) &&
         std::all_of(fold.scale.begin(), fold.scale.end(), [](double s) { return s == 1; }) &&
         std::all_of(fold.offset.begin(), fold.offset.end(), whole);
}

}  // namespace dpwa::onnx
