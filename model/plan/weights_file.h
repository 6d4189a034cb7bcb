// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/net/network.h"

/// The weights of one node as NumPy's .npy format, version 1.0, little-endian int16, C order.
namespace dpwa::plan {

using WeightShape = std::array<int, 4>;  ///< [out_channels][kh][kw][input c]

WeightShape weight_shape(const net::Network& network, int node);

/// File name inside weights/: the node's name with everything but letters, digits, '.', '-' and '_' replaced
/// by
/// '_', and the node's index where two nodes would share a file.
std::string weights_file_name(const net::Network& network, int node);

/// The bytes of the file.
std::string weights_bytes(const WeightShape& shape, const std::vector<std::int16_t>& q);

/// Throws Error(bad_input) naming the file unless it holds exactly `shape` int16 values; Error(io).
std::vector<std::int16_t> read_weights(const std::filesystem::path& path, const WeightShape& shape);

}  // namespace dpwa::plan
