// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/attributes.h"
#include "calib/onnx/import.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::onnx {

/// A small ONNX model written node by node. Input "x", output "y" unless said otherwise.
class SmallModel {
 public:
  explicit SmallModel(std::vector<std::int64_t> input_dims, int opset = 13);

  ::onnx::ModelProto proto;

  /// Adds a node named like its output.
  ::onnx::NodeProto& node(const std::string& op, std::vector<std::string> inputs, const std::string& output);
  ::onnx::TensorProto& constant(const std::string& name, std::vector<std::int64_t> dims,
                                std::vector<float> values);
  ::onnx::TensorProto& indices(const std::string& name, std::vector<std::int64_t> values);
  /// Another input; another output.
  void input(const std::string& name, std::vector<std::int64_t> dims);
  void output(const std::string& name);
  /// Makes dimension `index` of the input symbolic.
  void symbolic(int index, const std::string& name);

  Inspection inspect() const;
  /// The network; fails the test with the reasons when it is refused.
  net::Network import() const;
  /// Every reason as one line.
  std::vector<std::string> reasons() const;
};

/// x [1, 2, 2, 2] -> Conv 1 x 1 'stem' + Relu 'r', read by whoever wants; kernels p and q, 1 x 1, 2 to 2
/// channels.
SmallModel stem_model(int opset = 13);
/// A sample of its input; relu(S x) of it, and P r, Q r, [channel][pixel].
inline const std::vector<float> kStemSample{1, 2, 3, -4, 0.5F, 6, -7, 8};
inline const std::vector<float> kStemR{0.75F, 0, 6.5F, 0, 0.75F, 6.5F, 0, 7};
inline const std::vector<float> kStemP{-0.375F, -6.5F, 3.25F, -7, 1.59375F, 0.8125F, 13, 0.875F};
inline const std::vector<float> kStemQ{0, 6.5F, -6.5F, 7, -0.9375F, -13, 4.875F, -14};

/// x [1, 4] -> MatMul 'a' with w [4, 4] -> the nodes that `add` makes, up to "y"; k [4] is a constant. Its
/// reasons.
std::vector<std::string> reasons_after_dense(const std::function<void(SmallModel&)>& add, int opset = 13);

/// 1, 2, 3 ... as floats.
std::vector<float> counting(std::size_t count);

/// model.onnx in a folder of its own.
class TemporaryModel {
 public:
  explicit TemporaryModel(const std::string& bytes);
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path path() const { return folder() / "model.onnx"; }

 private:
  TemporaryDirectory folder_;
};

/// Folder of the shared models and data, if this machine has it.
std::optional<std::filesystem::path> shared_folder();

}  // namespace dpwa::onnx
