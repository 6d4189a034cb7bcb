// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/plan_directory.h"

#include "calib/data/samples.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "tests/support/range_plan.h"

namespace dpwa::cli {

namespace fs = std::filesystem;

const std::string kTestImages = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";
const std::string kTestLabels = "/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz";
const std::string kTrainImages = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
const std::string kTrainLabels = "/usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz";
const fs::path kMlp = DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_mlp.onnx";

void write_plan(const fs::path& directory, int planes) {
  const net::Network network = onnx::import_onnx(kMlp);
  const data::Samples samples = data::load_samples(kTestImages, network, {1.0 / 255, 0});
  plan::Plan plan = plan::range_plan(network, samples.values, 64, planes);
  const std::string model = read_file(kMlp);
  plan.model_hash = content_hash(model);
  fs::create_directories(directory);
  write_file(directory / "model.onnx", model);
  plan::save(directory, network, plan);
}

std::map<std::string, std::string> contents(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), directory)] = read_file(entry.path());
  }
  return files;
}

}  // namespace dpwa::cli
