// SPDX-License-Identifier: Apache-2.0
#include "calib/search/energy.h"

#include <cmath>

namespace dpwa::search {

namespace {

// M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, fig. 1.1.9.
constexpr double kMultiply8 = 0.2;  ///< pJ
constexpr double kAdd8 = 0.03;      ///< pJ
constexpr double kAdd32 = 0.1;      ///< pJ
constexpr double kRead8KiB = 10;    ///< pJ for 64 bits; 20 from 32 KiB, 100 from 1 MiB: the root of the size
constexpr double kReferenceBits = 64;  ///< of that read
constexpr double kReferenceBytes = 8192;

/// The partial products of a 4 x 4 multiplier are a quarter of those of an 8 x 8 one.
constexpr double kMultiply4 = kMultiply8 / 4;

double access(int words, int bits) {
  const double bytes = static_cast<double>(words) * bits / 8;
  return kRead8KiB * bits / kReferenceBits * std::sqrt(bytes / kReferenceBytes);
}

}  // namespace

EnergyModel energy_model(const config::Config& config) {
  const int bits = 4 * config.products;
  EnergyModel model;
  model.lane_beat = config.products * kMultiply4 + (config.products - 1) * kAdd8 + kAdd32 * config.acc_w / 32;
  model.fast_word = access(config.weight_words, bits);
  model.dense_word = access(config.dense_words, bits);
  model.activation_word = access(config.activation_words, bits);
  return model;
}

}  // namespace dpwa::search
