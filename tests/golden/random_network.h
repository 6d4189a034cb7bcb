// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::golden {

/// A small random network with a legal random plan and one sample of port words. Same seed, same network.
struct RandomCase {
  net::Network network;
  plan::Plan plan;
  int products = 16;
  std::vector<std::int32_t> words;
};

/// Convolutions (stride, padding, odd channel counts, overlapping and padded pools), additions (of what is
/// multiplied too, or only added) and a dense output layer; all port formats; signed and unsigned tensors of
/// 1 to 4 planes; every policy, narrowed limits; permuted channels; pinned nodes; powers of two as
/// scales, so that ties are common.
RandomCase random_case(std::uint64_t seed);

/// Convolutions with activation functions (docs/numerics.md N11), some pooled, some with a limit behind them.
RandomCase random_table_case(std::uint64_t seed);

/// Products of two computed tensors (docs/numerics.md N12): of maps, one of which the other node may read; of
/// a map and a tensor of one position, some behind an activation function; beside additions.
RandomCase random_product_case(std::uint64_t seed);

/// One dense node of `inputs` values to `channels` outputs: unsigned inputs of `input_planes` planes, weights
/// with `weight_planes` planes of which every one is the largest, and a step that leaves most outputs
/// unsaturated.
RandomCase dense_case(std::uint64_t seed, int inputs, int channels, int input_planes, int weight_planes);

}  // namespace dpwa::golden
