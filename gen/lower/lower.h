// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::lower {

/// One limit of a configuration against what a network and plan need.
struct Requirement {
  std::string key;  ///< configuration key, e.g. "WEIGHT_WORDS"
  std::int64_t needed;
  std::int64_t available;
  bool fits() const { return needed <= available; }
};

/// Where a tensor lies in activation memory.
struct TensorPlace {
  int tile_base = 0;
  int word_base = 0;
  int planes = 0;  ///< words of a slot
  int tiles = 0;
};

/// Where in activation memory the tensors begin: 0 for networks; tests of a memory move on.
struct Origin {
  int tile = 0;
  int word = 0;
};

/// A network laid out for a configuration.
struct Image {
  std::vector<std::uint32_t> words;  ///< the loader's packets, BEGIN .. END (rtl/host/dpwa_loader.v)
  std::vector<TensorPlace> tensors;  ///< [network.tensors]
};

/// Plane words of a node's weights in the lanes' memories, idle lanes of a short last group included.
struct StoredWeights {
  bool streamed = false;  ///< they live in the dense tier, not in the fast one
  std::int64_t bytes = 0;
};

/// What a network and plan take of a configuration, whether they fit or not.
struct Footprint {
  std::vector<Requirement> requirements;  ///< memories, ACC_W, MULT_W, SHIFT_MAX, PLANES_MAX
  std::string shortfall;  ///< every limit that is exceeded, with the `--set` that would do; empty: it fits
  std::int64_t activation_bytes = 0;   ///< most plane words that are alive at a time
  std::vector<StoredWeights> weights;  ///< [network.nodes]
};

/// Throws Error(bad_input) for what no size can mend.
Footprint footprint(const config::Config& config, const net::Network& network, const plan::Plan& plan);

/// Lays the network out. Throws Error(mismatch) with the shortfall of its footprint when it does not fit;
/// Error(bad_input) for what no configuration can do.
Image lower(const config::Config& config, const net::Network& network, const plan::Plan& plan,
            const Origin& origin = {});

/// The packet that carries one input (dpwa_loader, INPUT): port words of one sample in stored order.
std::vector<std::uint32_t> input_packet(const plan::InputPort& port, const std::vector<std::int32_t>& words);

}  // namespace dpwa::lower
