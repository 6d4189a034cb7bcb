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

void set_int(::onnx::NodeProto& node, const std::string& name, std::int64_t value);
void set_ints(::onnx::NodeProto& node, const std::string& name, std::vector<std::int64_t> values);

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
