// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/graph_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "calib/onnx/attributes.h"
#include "calib/onnx/quantized.h"

namespace dpwa::onnx {

using ::onnx::NodeProto;
using ::onnx::TensorProto;

std::string GraphWriter::fresh(std::set<std::string>& taken, const std::string& stem) {
  std::string name = stem;
  for (int i = 1; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", stem, i);
  return name;
}

void GraphWriter::declare(::onnx::ValueInfoProto& info, const std::string& name, const Numbers& dims,
                          const net::Tensor& tensor) {
  info.set_name(name);
  auto* const type = info.mutable_type()->mutable_tensor_type();
  const bool exposed = tensor.grid && tensor.grid->exposed;
  type->set_elem_type(exposed ? integer_type(*tensor.grid) : static_cast<int>(TensorProto::FLOAT));
  type->mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

NodeProto& GraphWriter::add(const std::string& op, const std::vector<std::string>& inputs,
                            const std::string& output, const std::string& node_name) {
  NodeProto& node = *graph().add_node();
  node.set_op_type(op);
  node.set_name(node_name.empty() ? fresh(node_names_, output + "/" + op) : node_name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

std::string GraphWriter::constant(const std::string& stem, const Numbers& dims,
                                  const std::vector<float>& values) {
  TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(fresh(names_, stem));
  tensor.set_data_type(TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return tensor.name();
}

std::string GraphWriter::weights(const net::Node& node, const Numbers& dims, const std::vector<float>& values,
                                 int axis) {
  const std::string stem = node.name + "/weight";
  if (node.weight_step.empty()) return constant(stem, dims, values);
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < dims.size(); ++i) inner *= dims[i];
  TensorProto& integers = *graph().add_initializer();
  integers.set_name(fresh(names_, stem + "/integers"));
  integers.set_data_type(TensorProto::INT32);
  for (const std::int64_t dim : dims) integers.add_dims(dim);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float step = node.weight_step[static_cast<std::int64_t>(i) / inner % node.out_channels];
    integers.add_int32_data(static_cast<std::int32_t>(std::nearbyint(values[i] / step)));
  }
  const std::string name = integers.name(), output = fresh(names_, stem);
  const std::string scale = constant(stem + "/scale", {node.out_channels}, node.weight_step);
  set_integer(add("DequantizeLinear", {name, scale}, output), "axis", axis);
  return output;
}

std::string GraphWriter::on_grid(const std::string& value, const net::FileGrid& grid,
                                 const std::string& output) {
  const std::string integers = grid.exposed ? output : fresh(names_, output + "/integers");
  const int type = integer_type(grid);
  if (type == TensorProto::INT32) {
    set_integer(add("Cast", {value}, integers), "to", TensorProto::INT32);
    if (!grid.exposed) set_integer(add("Cast", {integers}, output), "to", TensorProto::FLOAT);
    return output;
  }
  const std::vector<std::string> parameters = grid_parameters(grid, output);
  add("QuantizeLinear", {value, parameters[0], parameters[1]}, integers);
  if (!grid.exposed) add("DequantizeLinear", {integers, parameters[0], parameters[1]}, output);
  return output;
}

std::vector<std::string> GraphWriter::grid_parameters(const net::FileGrid& grid, const std::string& stem) {
  TensorProto& zero = *graph().add_initializer();
  zero.set_name(fresh(names_, stem + "/zero_point"));
  zero.set_data_type(integer_type(grid));
  zero.add_int32_data(grid.zero_point);
  const std::string name = zero.name();
  return {scalar(stem + "/scale", grid.scale), name};
}

std::string GraphWriter::scalar(const std::string& stem, float value) { return constant(stem, {}, {value}); }

void GraphWriter::reshape(const std::string& name, const Numbers& shape, const std::string& output) {
  add("Reshape", {name, numbers(output + "/shape", shape)}, output);
}

std::string GraphWriter::numbers(const std::string& stem, const Numbers& values) {
  TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(fresh(names_, stem));
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return tensor.name();
}

void GraphWriter::add_transpose(std::string name, const Numbers& dims, const net::Transposition& order,
                                const std::string& output) {
  if (dims != order.dims) {
    Numbers shape = order.dims;
    shape.insert(shape.begin(), -1);
    const std::string reshaped = fresh(names_, name + "/dims");
    reshape(name, shape, reshaped);
    name = reshaped;
  }
  Numbers perm{0};
  for (const int axis : order.perm) perm.push_back(axis + 1);
  set_integers(add("Transpose", {name}, output), "perm", perm);
}

}  // namespace dpwa::onnx
