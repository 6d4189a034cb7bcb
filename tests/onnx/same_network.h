// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::onnx {

/// What differs between two networks, bit for bit; empty: nothing.
std::vector<std::string> differences(const net::Network& a, const net::Network& b);

/// One sample through the network in plain loops (double sums), ONNX order in and out, Softmax not applied.
std::vector<float> evaluate(const net::Network& network, const std::vector<float>& sample);

}  // namespace dpwa::onnx
