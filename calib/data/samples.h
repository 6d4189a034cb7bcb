// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::data {

/// Input samples of a network, in the order of its ONNX input (row-major, batch removed).
struct Samples {
  std::int64_t count = 0;          ///< at least 1
  std::int64_t size = 0;           ///< values per sample
  std::vector<float> values;       ///< [count][size], all finite
  std::vector<std::string> notes;  ///< one line each, for the user: a shape that differs but fits

  const float* sample(std::int64_t index) const { return values.data() + index * size; }
};

/// What is done to each value before it is a network input: value * scale + offset, in double.
struct Scaling {
  double scale = 1;
  double offset = 0;
};

/// Reads a .npy or IDX file (also gzipped) of shape [count, ...], or of exactly the input's shape as one
/// sample. A sample is accepted when it has as many values as the network's input, whatever its shape. Throws
/// Error(io), and Error(bad_input): not such a file, truncated, wrong number of values, no samples, a value
/// that is NaN or infinite (as float32, after scaling).
Samples load_samples(const std::filesystem::path& path, const net::Network& network, Scaling scaling = {});

/// Reads one label per sample, shape [samples] or [samples, 1], of an integer type.
/// Throws Error(io), and Error(bad_input): another type or shape, not `samples` labels, a label outside
/// 0 .. classes - 1.
std::vector<int> load_labels(const std::filesystem::path& path, std::int64_t samples, std::int64_t classes);

/// `n` indices spread evenly over 0 .. count - 1, ascending, the first is 0; all of them when n >= count.
std::vector<std::int64_t> evenly_spaced(std::int64_t count, std::int64_t n);

/// The samples (or labels) at these indices, in their order.
Samples select(const Samples& samples, const std::vector<std::int64_t>& indices);
std::vector<int> select(const std::vector<int>& labels, const std::vector<std::int64_t>& indices);

}  // namespace dpwa::data
