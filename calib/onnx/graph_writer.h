// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::onnx {

using Numbers = std::vector<std::int64_t>;

/// Writes a graph front to back: operators and their constants. Names that it makes are unique; those that
/// the caller gives are the caller's to keep so.
class GraphWriter {
 protected:
  ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  /// `stem`, or the first of stem_1, stem_2 .. that is not taken, which is then.
  std::string fresh(std::set<std::string>& taken, const std::string& stem);

  /// An input or output of these dims behind the batch: float32, or the integers of the tensor's grid.
  void declare(::onnx::ValueInfoProto& info, const std::string& name, const Numbers& dims,
               const net::Tensor& tensor);

  ::onnx::NodeProto& add(const std::string& op, const std::vector<std::string>& inputs,
                         const std::string& output, const std::string& node_name = "");

  // Constants: the name of each.
  std::string constant(const std::string& stem, const Numbers& dims, const std::vector<float>& values);
  std::string scalar(const std::string& stem, float value);
  std::string numbers(const std::string& stem, const Numbers& values);

  /// Weights of a layer: float32, or int32 times the channels' steps, which `axis` of the dims are.
  std::string weights(const net::Node& node, const Numbers& dims, const std::vector<float>& values, int axis);

  /// A value on a grid of the file: its integers where they are the network's output, else its real numbers,
  /// named `output`.
  std::string on_grid(const std::string& value, const net::FileGrid& grid, const std::string& output);

  /// Names of scale and zero point.
  std::vector<std::string> grid_parameters(const net::FileGrid& grid, const std::string& stem);

  void reshape(const std::string& name, const Numbers& shape, const std::string& output);

  /// A value of these dims, behind the batch, as the host reorders it.
  void add_transpose(std::string name, const Numbers& dims, const net::Transposition& order,
                     const std::string& output);

  ::onnx::ModelProto model_;
  std::set<std::string> names_;       ///< of values
  std::set<std::string> node_names_;  ///< of nodes
};

}  // namespace dpwa::onnx
