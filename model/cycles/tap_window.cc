// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/tap_window.h"

#include <algorithm>
#include <deque>

namespace dpwa::cycles {
namespace {

/// Most that the descriptor fields window_skip, column_tiles and column_words hold.
constexpr int kMostSkipped = 15, kMostColumnWords = 255;

}  // namespace

bool fits_tap_windows(const config::Config& config, const net::Network& network, const net::Node& node) {
  if (!config.has_tap_windows() || !net::is_depthwise(network, node) || node.pool || node.joined() >= 0)
    return false;
  const net::Tensor &input = network.tensors[node.input], &output = network.tensors[node.output];
  const bool packed = input.producer < 0 && input.shape.c < config.products;
  if (packed || !output.adders.empty()) return false;
  const net::Window kernel = net::undilated(node.window);
  const net::Shape& stored = output.shape;
  const int tiles = (stored.c + config.products - 1) / config.products;
  const bool strides = kernel.stride_x > 0 && kernel.stride_y > 0;  // else one position is spread (N12)
  return strides && kernel.stride_x < kernel.kw && kernel.kh * kernel.kw <= config::kWindowTaps &&
         stored.h >= config.groups && stored.w <= config::kWindowStoredColumns &&
         scanned_columns(kernel, stored) <= 1 << config::kWindowColumnBits &&
         kernel.stride_x - 1 <= kMostSkipped && tiles * config.planes_max <= kMostColumnWords;
}

bool has_tap_windows(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                     int n) {
  const net::Node& node = network.nodes[n];
  return plan.tensors[node.input].pcu.max_planes <= config.window_planes &&
         fits_tap_windows(config, network, node);
}

void visit_tap_windows(const net::Window& kernel, const net::Shape& map, const net::Shape& stored,
                       int pixel_tiles, int begin, int end, const std::vector<std::uint8_t>& widths,
                       const std::function<void(const TapWindow&)>& window) {
  std::deque<int> taps(config::kWindowTaps, 0);  // planes, the newest first
  for (int y = begin; y < end; ++y) {
    for (int tile = 0; tile < pixel_tiles; ++tile) {
      TapWindow next{y, 0, tile, {}, 1};
      for (int column = 0; column < scanned_columns(kernel, stored); ++column) {
        const int x = column - kernel.pad_left;
        for (int ky = 0; ky < kernel.kh; ++ky) {
          const int row = y * kernel.stride_y + ky - kernel.pad_top;
          const bool inside = row >= 0 && row < map.h && x >= 0 && x < map.w;
          const std::size_t pixel = inside ? static_cast<std::size_t>(row) * map.w + x : 0;
          taps.push_front(inside ? widths[pixel * pixel_tiles + tile] : 0);
          taps.pop_back();
          next.gathers.push_back(static_cast<std::uint8_t>(std::max(1, taps.front())));
        }
        const int after = column - (kernel.kw - 1);
        if (after < 0 || after % kernel.stride_x != 0) continue;
        next.planes = std::max(1, *std::max_element(taps.begin(), taps.end()));
        window(next);
        next.gathers.clear();
        ++next.column;
      }
    }
  }
}

}  // namespace dpwa::cycles
