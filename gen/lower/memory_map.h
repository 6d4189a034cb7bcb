// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gen/lower/geometry.h"
#include "gen/lower/lower.h"

namespace dpwa::lower {

/// Where every tensor lies, and how much of each memory is used.
struct MemoryMap {
  std::vector<TensorPlace> tensors;  ///< [network.tensors]
  int tiles = 0;
  int words = 0;
  std::vector<int>
      fine_base;  ///< [network.tensors] word of the first fine values, in every group alike; -1: none
  int fine_words = 0;
};

/// First fit over lifetimes: a tensor lives from the node that writes it to the last node that reads it, the
/// output to the end. A node never writes over its own input.
MemoryMap map_memory(const net::Network& network, const plan::Plan& plan, int products);

/// Moves all tensors up.
void move(MemoryMap& map, const Origin& origin);

/// Places the fine values of tensors with adders: they live from the node that writes them to the last one
/// that adds or multiplies by them, which may write its own fine values over them, as it has read them before
/// (rtl/quant/dpwa_residual.v).
void map_fine_values(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                     MemoryMap& map);

/// 32-bit words of one channel constant.
inline int constant_words(const config::Config& config) {
  return ceil_div(6 + config.mult_w + config.acc_w, 32);
}

/// {shift[6], multiplier[MULT_W], bias[ACC_W]} as 32-bit words, low word first.
std::vector<std::uint32_t> constant_entry(const config::Config& config,
                                          const plan::ChannelConstant& constant);

/// Input channels with constants of their own: 1 when all are equal.
int input_constant_count(const plan::InputConstants& constants);

/// The PCU ROM word of a record (rtl/pcu/dpwa_pcu.v). `maker`: constants of the node that makes the tensor.
std::uint32_t pcu_record(const plan::PcuRecord& record, const plan::NodeConstants& maker);

}  // namespace dpwa::lower
