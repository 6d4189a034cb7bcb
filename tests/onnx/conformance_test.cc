// SPDX-License-Identifier: Apache-2.0
//
// The ONNX project's node tests: every model is taken or refused with reasons, and what is taken computes
// what ONNX says. The node tests give weights as inputs; the numeric tests turn those into initializers
// first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "calib/onnx/tensor.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

namespace fs = std::filesystem;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

std::vector<fs::path> cases() {
  std::vector<fs::path> result;
  const auto shared = shared_folder();
  if (!shared) return result;
  for (const auto& entry : fs::recursive_directory_iterator(*shared / "data/onnx-node-conformance")) {
    if (entry.path().filename() == "model.onnx") result.push_back(entry.path().parent_path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

TensorProto read_tensor(const fs::path& path) {
  TensorProto tensor;
  if (!tensor.ParseFromString(read_file(path))) throw std::runtime_error(path.string());
  return tensor;
}

std::vector<std::int64_t> dims_of(const ::onnx::ValueInfoProto& value) {
  std::vector<std::int64_t> dims;
  for (const auto& dim : value.type().tensor_type().shape().dim()) dims.push_back(dim.dim_value());
  return dims;
}

/// A convolution or product with ones on its diagonal before the tested node, so that it has a layer to join.
void prepend_identity(SmallModel& model, std::int64_t channels, bool map) {
  std::vector<float> ones(channels * channels, 0.0F);
  for (std::int64_t c = 0; c < channels; ++c) ones[c * channels + c] = 1;
  const std::vector<std::int64_t> dims = map ? std::vector<std::int64_t>{channels, channels, 1, 1}
                                             : std::vector<std::int64_t>{channels, channels};
  model.constant("identity", dims, ones);
  model.node(map ? "Conv" : "MatMul", {"x", "identity"}, "layer");
}

/// The case as a network of this importer: inputs after the first become initializers.
std::optional<SmallModel> adapted(const fs::path& folder) {
  ModelProto original;
  if (!original.ParseFromString(read_file(folder / "model.onnx"))) return std::nullopt;
  const auto& graph = original.graph();
  static const std::set<std::string> kLayers = {"Conv", "Gemm", "MatMul"};
  static const std::set<std::string> kOnMaps = {"MaxPool", "BatchNormalization"};
  static const std::set<std::string> kOnValues = {"Relu", "Clip", "Add", "Sub", "Mul", "Div", "Softmax"};
  const std::string op = graph.node_size() == 1 ? graph.node(0).op_type() : "";
  std::vector<std::int64_t> dims =
      graph.input_size() > 0 ? dims_of(graph.input(0)) : std::vector<std::int64_t>{};
  if (kOnMaps.count(op) != 0 && dims.size() != 4) return std::nullopt;
  if (kOnValues.count(op) != 0) {
    if (dims.empty()) return std::nullopt;
    if (op != "Softmax") dims.insert(dims.begin(), 1);  // a batch of one, so that any rank is one row
  } else if (kOnMaps.count(op) == 0 && kLayers.count(op) == 0) {
    return std::nullopt;
  }
  // Operator set 22 and later only add types to these operators.
  SmallModel model(dims, std::min<int>(static_cast<int>(original.opset_import(0).version()), 21));
  const bool layer = kLayers.count(op) != 0;
  if (!layer) {
    const bool map = kOnMaps.count(op) != 0;
    if (!map && op != "Softmax") {
      const std::int64_t size = *element_count(dims);
      model.indices("row", {1, size});
      model.node("Reshape", {"x", "row"}, "flat").set_output(0, "flat");
      prepend_identity(model, size, false);
      model.proto.mutable_graph()->mutable_node(1)->set_input(0, "flat");
      model.indices("back", dims);
      model.node("Reshape", {"layer", "back"}, "shaped");
    } else {
      prepend_identity(model, map ? dims[1] : dims.back(), map);
    }
  }
  auto& node = *model.proto.mutable_graph()->add_node();
  node = graph.node(0);
  const bool shaped = kOnValues.count(op) != 0 && op != "Softmax";
  node.set_input(0, layer ? "x" : shaped ? "shaped" : "layer");
  node.set_output(0, "y");
  for (int i = 1; i < graph.input_size(); ++i) {
    TensorProto tensor = read_tensor(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb"));
    tensor.set_name("constant_" + graph.input(i).name());
    *model.proto.mutable_graph()->add_initializer() = tensor;
    std::replace(node.mutable_input()->begin(), node.mutable_input()->end(), graph.input(i).name(),
                 tensor.name());
  }
  return model;
}

void apply_softmax(std::vector<float>& values) {
  const float largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (float& v : values) sum += v = std::exp(v - largest);
  for (float& v : values) v = static_cast<float>(v / sum);
}

/// The network's outputs for all samples of the case's input, one after the other.
std::vector<float> outputs(const net::Network& network, const std::vector<float>& input) {
  const std::size_t size = network.tensors[0].shape.size();
  std::vector<float> result;
  for (std::size_t at = 0; at < input.size(); at += size) {
    std::vector<float> values = evaluate(network, {input.begin() + at, input.begin() + at + size});
    if (network.softmax) apply_softmax(values);
    result.insert(result.end(), values.begin(), values.end());
  }
  return result;
}

TEST(Conformance, EveryModelIsTakenOrRefusedWithReasons) {
  const std::vector<fs::path> folders = cases();
  if (folders.empty()) GTEST_SKIP() << "no shared data (set DPWA_SHARED)";
  EXPECT_EQ(folders.size(), 667U);
  for (const fs::path& folder : folders) {
    const Inspection inspection = inspect_onnx(folder / "model.onnx");
    for (const Reason& reason : inspection.reasons) EXPECT_NE(reason.text, "") << folder;
  }
}

TEST(Conformance, WhatIsTakenComputesWhatOnnxSays) {
  const std::vector<fs::path> folders = cases();
  if (folders.empty()) GTEST_SKIP() << "no shared data (set DPWA_SHARED)";
  std::map<std::string, int> evaluated;
  for (const fs::path& folder : folders) {
    const std::optional<SmallModel> model = adapted(folder);
    if (!model) continue;
    const Inspection inspection = model->inspect();
    if (!inspection.supported()) continue;
    const TensorProto input = read_tensor(folder / "test_data_set_0/input_0.pb");
    const TensorProto output = read_tensor(folder / "test_data_set_0/output_0.pb");
    if (output.data_type() != TensorProto::FLOAT) continue;
    const std::vector<float> expected = float_values(output);
    const std::vector<float> found = outputs(inspection.network, float_values(input));
    ASSERT_EQ(found.size(), expected.size()) << folder;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], 1e-4 + 1e-3 * std::abs(expected[i])) << folder << " value " << i;
    }
    ++evaluated[model->proto.graph().node().rbegin()->op_type()];
  }
  // Both collections together; a case that is suddenly refused is a regression.
  const std::map<std::string, int> expected = {
      {"Add", 4},    {"BatchNormalization", 4}, {"Clip", 14}, {"Conv", 12}, {"Div", 3},     {"Gemm", 16},
      {"MatMul", 2}, {"MaxPool", 23},           {"Mul", 3},   {"Relu", 2},  {"Softmax", 3}, {"Sub", 3}};
  EXPECT_EQ(evaluated, expected);
}

}  // namespace
}  // namespace dpwa::onnx
