// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::data {

/// Input samples of a network, in the order of its ONNX inputs, behind each other (row-major, batch removed).
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

/// Reads samples of one of the network's inputs from a .npy or IDX file (also gzipped) of shape [count, ...],
/// or of exactly the input's shape as one sample. A sample is accepted when it has as many values as the
/// input, whatever its shape. Throws Error(io), and Error(bad_input): not such a file, truncated, wrong
/// number of values, no samples, a value that is NaN or infinite (as float32, after scaling).
Samples load_samples(const std::filesystem::path& path, const net::Network& network, Scaling scaling = {},
                     std::size_t input = 0);

/// The samples of all inputs, in their order, as samples of the network. Precondition: equal counts.
Samples join(const std::vector<Samples>& inputs);

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
