// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::golden {

/// One stored tensor of one inference: q in stored order (y, x, stored channel), and each tile's plane count.
struct StoredTensor {
  std::vector<std::int32_t> q;       ///< [h][w][c]
  std::vector<std::uint8_t> planes;  ///< plane count of each tile, in tile order (see TileLayout)
};

/// How a tensor is cut into tiles (N1.5). Unpacked: tile (y, x, ct) holds channels ct*T .. ct*T+T-1, zero-filled.
/// Packed (network input with fewer than T channels): per output position of its consumer, the kh*kw*c values
/// of the window in (ky, kx, c) order, ceil(kh*kw*c / T) tiles; padding counts as zeros.
struct TileLayout {
  bool packed = false;
  int rows = 0, columns = 0;   ///< positions: (h, w) unpacked, the consumer's conv_shape (h, w) packed
  int tiles_per_position = 0;
  int values_per_position = 0; ///< c unpacked, kh*kw*c packed
  int tiles() const { return rows * columns * tiles_per_position; }
};
TileLayout tile_layout(const net::Network& network, int tensor, int products);

/// Counts of one inference, for reports (beats: sum of planes(a) * planes(w), each channel's own width, padding
/// taps excluded).
struct NodeCounts {
  std::int64_t beats = 0;       ///< sum over tiles and output channels of planes(a) * planes(w); lanes do not matter
  std::int64_t tile_macs = 0;   ///< tiles x output channels visited (padding taps excluded)
  std::int64_t saturated = 0;   ///< stored values that hit the grid limit without an activation asking for it
  std::int64_t activation_planes = 0;  ///< sum of planes(a) over tile_macs; / tile_macs = average
};

struct Inference {
  std::vector<StoredTensor> tensors;  ///< [network.tensors]
  std::vector<NodeCounts> nodes;      ///< [network.nodes]
};

/// Bit-exact executor of a plan: an independent reading of docs/numerics.md (it shares no code with gen/).
/// Thread-safe: run() is const.
class Executor {
 public:
  Executor(const net::Network& network, const plan::Plan& plan, int products = 16);

  /// `words`: port words of one sample in stored order (y, x, channel), see plan::to_port_word.
  Inference run(const std::vector<std::int32_t>& words) const;

  /// User sample (ONNX order, row-major) -> port words.
  std::vector<std::int32_t> port_words(const float* sample, std::int64_t& off_grid) const;

  /// Real outputs of an inference in ONNX order: q * 2^step, before a final Softmax.
  std::vector<float> outputs(const Inference& inference) const;

 private:
  const net::Network& network_;
  const plan::Plan& plan_;
  int products_;
  std::vector<plan::NodeConstants> constants_;
  plan::InputConstants input_;
};

}  // namespace dpwa::golden
