// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/weights.h"

#include <algorithm>

namespace dpwa::lower {
namespace {

/// Radix-16 digits of [-8, 7], lowest first, until nothing is left (N2.2).
std::vector<int> digits(int q) {
  std::vector<int> result;
  while (q != 0) {
    const int digit = ((q + 8) & 15) - 8;
    result.push_back(digit);
    q = (q - digit) / 16;
  }
  return result;
}

/// The values of one channel under the kernel, tile by tile, last tile zero-filled.
std::vector<std::int16_t> tiled(const Geometry& g, int input_channels, const net::Window& window,
                                const std::int16_t* channel, int products) {
  const int taps = window.kh * window.kw;
  const int pixel =
      g.packed ? taps * input_channels : input_channels;  // values that share the tiles of a pixel
  const int pixels = g.packed ? 1 : taps;
  std::vector<std::int16_t> result(static_cast<std::size_t>(pixels) * g.tiles_per_pixel * products, 0);
  for (int p = 0; p < pixels; ++p) {
    std::copy_n(channel + static_cast<std::ptrdiff_t>(p) * pixel, pixel,
                result.begin() + static_cast<std::ptrdiff_t>(p) * g.tiles_per_pixel * products);
  }
  return result;
}

/// Whether stored output channels first .. last have weights in tile `t` of a kernel (N2.3).
bool is_read(const net::Network& network, const net::Node& node, const Geometry& g, int t, int first,
             int last, int products) {
  const int pixel = t / g.tiles_per_pixel, channel = t % g.tiles_per_pixel * products;
  const net::ChannelRange read = net::channels_read(network, node, first, last);
  return net::is_tap(node.window, pixel / g.window.kw, pixel % g.window.kw) && channel < read.end &&
         channel + products > read.begin;
}

/// Appends a tile: values [lane][products] of each lane's word, at least so many planes.
void append_tile(PackedWeights& packed, const std::vector<std::vector<std::int16_t>>& values, int products,
                 int planes) {
  std::vector<std::vector<int>> lane_digits;
  for (const std::vector<std::int16_t>& lane : values) {
    for (const std::int16_t value : lane) {
      planes = std::max(planes, static_cast<int>(lane_digits.emplace_back(digits(value)).size()));
    }
  }
  packed.planes.push_back(static_cast<std::uint8_t>(planes));
  for (std::size_t l = 0; l < packed.banks.size(); ++l) {
    for (int j = 0; j < planes; ++j) {
      std::vector<std::uint32_t> word(products / 8, 0);
      for (int e = 0; l < values.size() && e < products; ++e) {
        const std::vector<int>& d = lane_digits[l * products + e];
        const std::uint32_t nibble = j < static_cast<int>(d.size()) ? d[j] & 15 : 0;
        word[e / 8] |= nibble << (4 * (e % 8));
      }
      packed.banks[l].push_back(std::move(word));
    }
  }
}

/// The taps of depthwise channel `channel` in the order of its tap window: the newest, that of the kernel's
/// last column and row, first.
std::vector<std::int16_t> window_taps(const net::Network& network, const net::Node& node,
                                      const plan::NodeConstants& constants, int channel, int products) {
  const net::Window kernel = net::undilated(node.window);
  const int channels = network.tensors[node.input].shape.c;
  const int taps = kernel.kh * kernel.kw;
  std::vector<std::int16_t> result(products, 0);
  for (int tap = 0; tap < taps; ++tap) {
    const int ky = kernel.kh - 1 - tap % kernel.kh, kx = kernel.kw - 1 - tap / kernel.kh;
    const std::ptrdiff_t row = std::ptrdiff_t{channel} * taps + ky * kernel.kw + kx;
    result[tap] = constants.weight[row * channels + channel];
  }
  return result;
}

}  // namespace

PackedWeights pack_weights(const Geometry& geometry, const net::Network& network, const net::Node& node,
                           const plan::NodeConstants& constants, const std::vector<int>& first_channels,
                           int lanes, int products) {
  const int input_channels = network.tensors[node.input].shape.c;
  const net::Window window = geometry.shared ? net::Window{} : net::undilated(node.window);
  const std::size_t per_channel = constants.weight.size() / node.out_channels;
  const int granted = *std::max_element(constants.planes.begin(), constants.planes.end());
  PackedWeights packed;
  packed.banks.resize(lanes);
  for (const int first : first_channels) {
    const int channels = std::min(lanes, node.out_channels - first);
    std::vector<std::vector<std::int16_t>> values;
    if (geometry.windowed) {
      for (int l = 0; l < channels; ++l)
        values.push_back(window_taps(network, node, constants, first + l, products));
      append_tile(packed, values, products, std::max(1, constants.pinned ? granted : 0));
      continue;
    }
    for (int l = 0; l < channels; ++l) {
      values.push_back(tiled(geometry, input_channels, window,
                             constants.weight.data() + (first + l) * per_channel, products));
    }
    const int tiles = static_cast<int>(values[0].size()) / products;
    for (int t = 0; t < tiles; ++t) {
      std::vector<std::vector<std::int16_t>> tile;
      for (const std::vector<std::int16_t>& lane : values)
        tile.emplace_back(lane.begin() + t * products, lane.begin() + (t + 1) * products);
      const bool read =
          geometry.packed || is_read(network, node, geometry, t, first, first + channels - 1, products);
      append_tile(packed, tile, products, constants.pinned && read ? granted : 0);
    }
  }
  return packed;
}

}  // namespace dpwa::lower
