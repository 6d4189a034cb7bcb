// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/golden/node_kernel.h"
#include "model/golden/tiles.h"
#include "model/net/network.h"
#include "model/plan/plan.h"
#include "model/plan/policy_trace.h"

namespace dpwa::golden {

/// One stored tensor of one inference: q in stored order (y, x, stored channel), and each tile's plane count.
struct StoredTensor {
  std::vector<std::int32_t> q;       ///< [h][w][c]
  std::vector<std::uint8_t> planes;  ///< plane count of each tile, in tile order (see TileLayout)
  std::vector<std::int32_t>
      fine;  ///< [h][w][c] on the fine grid (N10); empty when no addition joins the tensor
  std::vector<std::uint8_t> classes;  ///< [h] step class of each row (N5); empty: all 0

  /// What the PCU decided for each tile.
  std::vector<plan::TileDecision> decisions() const { return plan::decisions(planes, classes); }
};

/// Counts of one inference, for reports. Tiles of padding taps are not visited; a position before pooling is
/// computed once per pool window that holds it, and once for each position outside the map that it stands for
/// (N4.3).
struct NodeCounts {
  std::int64_t beats = 0;  ///< sum over visited tiles and output channels of planes(a) * granted planes(w)
  std::int64_t tile_macs = 0;          ///< visited tiles x output channels
  std::int64_t saturated = 0;          ///< values that hit the format's limit, counted before pooling (N4.4)
  std::int64_t class_changes = 0;      ///< rows of another step class than the row two before (N5.4)
  std::int64_t activation_planes = 0;  ///< sum of planes(a) over tile_macs; / tile_macs = average

  NodeCounts& operator+=(const NodeCounts& other);
};

struct Inference {
  std::vector<StoredTensor> tensors;  ///< [network.tensors]
  std::vector<NodeCounts> nodes;      ///< [network.nodes]
  std::int64_t input_saturated = 0;   ///< input values beyond the limits of the input tensor
};

/// Bit-exact executor of a plan: an independent reading of docs/numerics.md (it shares no code with gen/).
/// Thread-safe: run() is const.
class Executor {
 public:
  /// The network must outlive the executor. products: T, 8, 16 or 32. Precondition: plan::check() found
  /// nothing.
  Executor(const net::Network& network, const plan::Plan& plan, int products = 16);

  /// `words`: port words of one sample in stored order (y, x, channel), see plan::to_port_word. Throws
  /// Error(bad_input) when their number is not the input's.
  Inference run(const std::vector<std::int32_t>& words) const;

  /// User sample (ONNX order, row-major) -> port words. Adds values that are off the port's grid to
  /// `off_grid`.
  std::vector<std::int32_t> port_words(const float* sample, std::int64_t& off_grid) const;

  /// Outputs of an inference in ONNX order (plan::output_value), before a final Softmax.
  std::vector<float> outputs(const Inference& inference) const;

 private:
  std::vector<std::int32_t> quantize(const std::vector<std::int32_t>& words, std::int64_t& saturated) const;

  const net::Network& network_;
  plan::Plan plan_;
  int products_;
  plan::InputConstants input_;
  std::vector<NodeKernel> kernels_;
};

}  // namespace dpwa::golden
