// SPDX-License-Identifier: Apache-2.0
//
// .npy and IDX files, gzipped or not: as bare arrays, as samples of a network and as labels.
#include "calib/data/array.h"
#include "calib/data/samples.h"
#include "tests/base/temporary_directory.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  static const TemporaryDirectory folder;
  static const auto file = folder.path() / "array";
  static const net::Network network = [] {
    net::Network four_values;
    four_values.inputs = {{"x", {1, 2, 2}}};
    four_values.tensors = {{"x", {2, 2, 1}, -1, {}}};
    return four_values;
  }();
  fuzz::feed(file, data, size, [] {
    data::ArrayFile array = data::open_array(file);
    data::read_floats(array);
  });
  fuzz::feed(file, data, size, [] { data::load_samples(file, network, {0.5, 1}); });
  fuzz::feed(file, data, size, [] { data::load_labels(file, 4, 10); });
  return 0;
}
