// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/net/network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {

/// What differs between two networks, bit for bit; empty: nothing.
std::vector<std::string> differences(const net::Network& a, const net::Network& b);

/// The model's network; fails the test unless its export is the same network.
net::Network network_of(const SmallModel& model);

/// One sample through the network in plain loops (double sums), ONNX order in and out, Softmax not applied.
std::vector<float> evaluate(const net::Network& network, const std::vector<float>& sample);

}  // namespace dpwa::onnx
