// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "model/golden/dot_products.h"
#include "model/golden/grouped_products.h"
#include "model/net/network.h"
#include "model/num/integer.h"
#include "model/plan/plan.h"

namespace dpwa::golden {

using AnyWeights = std::variant<WeightBlocks<float>, WeightBlocks<double>, WeightBlocks<std::int64_t>,
                                GroupedWeights<float>, GroupedWeights<double>, GroupedWeights<std::int64_t>>;

/// Write-back constants of one node, per stored channel; channels that pad the last block give 0 (N4).
struct WriteBack {
  std::vector<plan::ChannelConstant> channels;
  num::Range limits;                              ///< of y, class 0, or of y0 (N11)
  bool count_above = false, count_below = false;  ///< what is beyond the limit counts as saturated
  std::vector<std::int32_t> table;                ///< y of each y0 within the limits; empty: y0 is stored
  std::int32_t table_lowest = 0;                  ///< smallest y of the table

  /// When every (acc + bias) * m is at most 2^53, doubles compute y exactly; both are empty otherwise.
  std::vector<double> bias;
  std::vector<double> scale;  ///< m / 2^shift

  bool fine = false;        ///< z is rounded to the fine grid first (N10)
  int fine_shift = 0;       ///< d
  bool multiplies = false;  ///< z is rounded to v, which a factor multiplies (N12)
};

/// One node of a plan, ready to run: convolution or dense product, write-back, max pool (docs/numerics.md N3,
/// N4).
class NodeKernel {
 public:
  /// The network must outlive the kernel. Precondition: plan::check() found nothing.
  NodeKernel(const net::Network& network, const plan::Plan& plan, int node);

  /// input: [h][w][c] stored values within the tensor's limits. residual: fine values of the tensor that the
  /// node adds or multiplies by, empty if there is none. Writes the stored output and, on a fine grid (N10),
  /// its fine values, and returns how many values saturated (N4.4), each position before pooling counted as
  /// often as it is computed (N4.3). classes: of each stored row (N5); empty when the output has none.
  std::int64_t run(const std::vector<std::int32_t>& input, const std::vector<std::int32_t>& residual,
                   std::vector<std::int32_t>& output, std::vector<std::int32_t>& fine,
                   std::vector<std::uint8_t>& classes) const;

 private:
  NodeKernel(const net::Network& network, const plan::Plan& plan, const net::Node& node,
             const plan::NodeConstants& constants);

  const net::Node& node_;
  net::Shape input_, stored_;
  plan::PcuRecord record_;  // of the output
  num::Threshold coarser_, finer_;
  AnyWeights weights_;
  WriteBack write_back_;
};

}  // namespace dpwa::golden
