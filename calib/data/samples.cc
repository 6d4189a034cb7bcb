// SPDX-License-Identifier: Apache-2.0
#include "calib/data/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "calib/data/array.h"
#include "model/base/error.h"

namespace dpwa::data {
namespace {

using Dims = std::vector<std::int64_t>;

/// "the network's input 1 x 28 x 28", or "input 'image' 1 x 28 x 28" of several.
std::string input_text(const net::Network& network, const net::Input& input) {
  const std::string name =
      network.inputs.size() > 1 ? "input '" + input.name + "' " : std::string("the network's input ");
  return name + shape_text(input.dims);
}

/// Splits the file's shape into count and sample shape; the sample's element count must be the input's.
Dims sample_shape(const ArrayFile& file, const net::Network& network, const net::Input& input) {
  const std::int64_t size = input.size();
  const Dims& shape = file.header.shape;
  const std::string path = file.source.path().string();
  if (shape.empty()) throw fail(ExitCode::bad_input, "{}: a scalar, expected samples", path);
  if (file.count == 0) throw fail(ExitCode::bad_input, "{}: no samples (shape {})", path, shape_text(shape));
  const Dims rest(shape.begin() + 1, shape.end());
  const std::int64_t found = std::accumulate(rest.begin(), rest.end(), std::int64_t{1}, std::multiplies<>());
  if (found != size && shape == input.dims) return shape;
  if (shape.front() == 0)
    throw fail(ExitCode::bad_input, "{}: no samples (shape {})", path, shape_text(shape));
  if (found == size) return rest;
  throw fail(ExitCode::bad_input, "{}: samples of {} values (shape {}), {} needs {} values per sample", path,
             found, shape_text(shape), input_text(network, input), size);
}

void scale(Samples& samples, const Scaling& scaling) {
  if (scaling.scale == 1 && scaling.offset == 0) return;
  for (float& v : samples.values) v = static_cast<float>(v * scaling.scale + scaling.offset);
}

void check_finite(const Samples& samples, const std::string& path) {
  const auto bad =
      std::find_if(samples.values.begin(), samples.values.end(), [](float v) { return !std::isfinite(v); });
  if (bad == samples.values.end()) return;
  const std::int64_t index = bad - samples.values.begin();
  throw fail(ExitCode::bad_input, "{}: sample {}, value {}: {} is not a finite float32 number", path,
             index / samples.size, index % samples.size, *bad);
}

}  // namespace

Samples load_samples(const std::filesystem::path& path, const net::Network& network, Scaling scaling,
                     std::size_t input) {
  ArrayFile file = open_array(path);
  const net::Input& read = network.inputs.at(input);
  Samples samples;
  samples.size = read.size();
  const Dims shape = sample_shape(file, network, read);
  samples.count = file.count / samples.size;
  samples.values = read_floats(file);
  scale(samples, scaling);
  check_finite(samples, path.string());
  if (shape != read.dims) {
    samples.notes.push_back(fmt::format("{}: samples of shape {} are read row-major as the input's {}",
                                        path.string(), shape_text(shape), shape_text(read.dims)));
  }
  return samples;
}

Samples join(const std::vector<Samples>& inputs) {
  if (inputs.size() == 1) return inputs.front();
  Samples joined;
  joined.count = inputs.front().count;
  for (const Samples& input : inputs) {
    joined.size += input.size;
    joined.notes.insert(joined.notes.end(), input.notes.begin(), input.notes.end());
  }
  joined.values.reserve(joined.count * joined.size);
  for (std::int64_t i = 0; i < joined.count; ++i) {
    for (const Samples& input : inputs)
      joined.values.insert(joined.values.end(), input.sample(i), input.sample(i) + input.size);
  }
  return joined;
}

std::vector<int> load_labels(const std::filesystem::path& path, std::int64_t samples, std::int64_t classes) {
  ArrayFile file = open_array(path);
  if (!file.header.type.is_integer()) {
    throw fail(ExitCode::bad_input, "{}: labels of type {}, expected an integer type", path.string(),
               file.header.type.name());
  }
  const Dims& shape = file.header.shape;
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    throw fail(ExitCode::bad_input, "{}: labels of shape {}, expected one number per sample", path.string(),
               shape_text(shape));
  }
  if (file.count != samples) {
    throw fail(ExitCode::bad_input, "{}: {} labels for {} samples; one label per sample is needed",
               path.string(), file.count, samples);
  }
  const std::vector<std::int64_t> values = read_integers(file);
  const auto bad =
      std::find_if(values.begin(), values.end(), [&](std::int64_t v) { return v < 0 || v >= classes; });
  if (bad != values.end()) {
    throw fail(ExitCode::bad_input,
               "{}: label {} of sample {} is outside 0 .. {} (the network has {} outputs)", path.string(),
               *bad, bad - values.begin(), classes - 1, classes);
  }
  return {values.begin(), values.end()};
}

std::vector<std::int64_t> evenly_spaced(std::int64_t count, std::int64_t n) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, count)));
  const auto taken = static_cast<std::int64_t>(indices.size());
  for (std::int64_t i = 0; i < taken; ++i) indices[i] = i * count / taken;
  return indices;
}

Samples select(const Samples& samples, const std::vector<std::int64_t>& indices) {
  Samples result;
  result.count = static_cast<std::int64_t>(indices.size());
  result.size = samples.size;
  result.notes = samples.notes;
  result.values.reserve(indices.size() * samples.size);
  for (const std::int64_t i : indices) {
    result.values.insert(result.values.end(), samples.sample(i), samples.sample(i) + samples.size);
  }
  return result;
}

std::vector<int> select(const std::vector<int>& labels, const std::vector<std::int64_t>& indices) {
  std::vector<int> result;
  result.reserve(indices.size());
  for (const std::int64_t i : indices) result.push_back(labels.at(i));
  return result;
}

}  // namespace dpwa::data
