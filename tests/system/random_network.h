// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::system_test {

/// A network with a legal plan: random weights, biases, widths and channel orders, no training.
class RandomNetwork {
 public:
  /// `planes`: most planes of the input.
  RandomNetwork(net::Shape input, bool is_signed, int planes, std::uint32_t seed);

  struct Layer {
    int channels = 16;
    int kernel_rows = 1, kernel_columns = 1;
    int stride = 1;
    int pad = 0;
    int pool = 1;
    bool is_signed = false;
    int planes = 2;       ///< most planes of the stored output
    bool pinned = false;  ///< output and weights with a fixed number of planes
    int input = -1;       ///< tensor that it multiplies; -1: the last one
    int residual = -1;    ///< tensor that it adds; -1: none
    int groups = 1;       ///< of its input's channels
    int dilation = 1;
    net::Activation activation{};  ///< its range says whether the output is signed
    bool shared_taps = false;      ///< all taps have the weights of the first
    net::Window pool_window{};     ///< instead of `pool`, where it is larger than 1 x 1
    int factor = -1;  ///< tensor that multiplies it, over which it spreads one position; -1: none
  };
  RandomNetwork& add(const Layer& layer);

  /// Ends the network: the output keeps graph order.
  void finish();

  const net::Network& network() const { return network_; }
  const plan::Plan& plan() const { return plan_; }
  plan::Plan& plan() { return plan_; }

  /// Samples in ONNX order; a third of the values is 0, every second sample is small.
  std::vector<std::vector<float>> samples(int count);

 private:
  void activate(net::Node& node, const net::Activation& activation);
  int add_tensor(net::Shape shape, bool is_signed, int planes, bool pinned);
  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint32_t>(limit)); }

  net::Network network_;
  plan::Plan plan_;
  std::mt19937 random_;
};

}  // namespace dpwa::system_test
