// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/net/network.h"

namespace dpwa::lower {

/// How a node's input lies in activation memory and how its kernel walks over it, all in tiles (N1.5).
/// A packed input is a map of output positions, each with all tiles of its window, under a 1 x 1 kernel.
/// Taps that share their weights are rows of a map one pixel wide. A node with tap windows reads one tile of
/// a pixel at a time.
struct Geometry {
  bool packed = false;
  bool shared = false;    ///< the kernel's rows have the same weights
  bool windowed = false;  ///< cycles::has_tap_windows
  int tiles_per_pixel = 0;
  int rows = 0, columns = 0;  ///< of the stored input map
  net::Window window;         ///< kernel over that map, without dilation
  int run_tiles() const { return windowed ? 1 : window.kw * tiles_per_pixel; }
  int row_tiles() const { return columns * tiles_per_pixel; }
  int tiles() const { return rows * row_tiles(); }
};

inline int ceil_div(int a, int b) { return (a + b - 1) / b; }

inline bool is_packed(const net::Tensor& tensor, int products) {
  return tensor.producer < 0 && tensor.shape.c < products;
}

inline Geometry geometry(const net::Network& network, const net::Node& node, int products,
                         bool shared_taps = false) {
  const net::Tensor& input = network.tensors[node.input];
  Geometry g;
  const net::Window window = net::undilated(node.window);
  g.packed = is_packed(input, products);
  if (g.packed) {
    g.tiles_per_pixel = ceil_div(window.kh * window.kw * input.shape.c, products);
    g.rows = node.conv_shape.h;
    g.columns = node.conv_shape.w;
  } else {
    g.tiles_per_pixel = ceil_div(input.shape.c, products);
    g.rows = input.shape.h;
    g.columns = input.shape.w;
    g.window = window;
  }
  if (shared_taps && !g.packed) {
    g.shared = true;
    g.rows *= g.columns;
    g.columns = 1;
    g.window.kh = g.rows;
    g.window.kw = 1;
  }
  return g;
}

/// Tiles of a stored tensor.
inline int tensor_tiles(const net::Network& network, int tensor, int products) {
  const net::Tensor& t = network.tensors[tensor];
  if (is_packed(t, products)) return geometry(network, network.nodes[t.consumers.at(0)], products).tiles();
  return t.shape.h * t.shape.w * ceil_div(t.shape.c, products);
}

}  // namespace dpwa::lower
