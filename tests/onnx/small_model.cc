// SPDX-License-Identifier: Apache-2.0
#include "tests/onnx/small_model.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "model/base/files.h"

namespace dpwa::onnx {

namespace fs = std::filesystem;

SmallModel::SmallModel(std::vector<std::int64_t> input_dims, int opset) {
  proto.set_ir_version(7);
  proto.add_opset_import()->set_version(opset);
  proto.mutable_graph()->set_name("small");
  input("x", std::move(input_dims));
  output("y");
}

void SmallModel::input(const std::string& name, std::vector<std::int64_t> dims) {
  auto* const input = proto.mutable_graph()->add_input();
  input->set_name(name);
  auto* const type = input->mutable_type()->mutable_tensor_type();
  type->set_elem_type(::onnx::TensorProto::FLOAT);
  type->mutable_shape();
  for (const std::int64_t dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

void SmallModel::output(const std::string& name) { proto.mutable_graph()->add_output()->set_name(name); }

::onnx::NodeProto& SmallModel::node(const std::string& op, std::vector<std::string> inputs,
                                    const std::string& output) {
  auto* const node = proto.mutable_graph()->add_node();
  node->set_op_type(op);
  node->set_name(output);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return *node;
}

::onnx::TensorProto& SmallModel::constant(const std::string& name, std::vector<std::int64_t> dims,
                                          std::vector<float> values) {
  auto* const tensor = proto.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(::onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor->add_dims(dim);
  for (const float value : values) tensor->add_float_data(value);
  return *tensor;
}

::onnx::TensorProto& SmallModel::indices(const std::string& name, std::vector<std::int64_t> values) {
  auto* const tensor = proto.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(::onnx::TensorProto::INT64);
  tensor->add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor->add_int64_data(value);
  return *tensor;
}

void SmallModel::symbolic(int index, const std::string& name) {
  auto* const type = proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  type->mutable_shape()->mutable_dim(index)->set_dim_param(name);
}

Inspection SmallModel::inspect() const {
  const TemporaryModel file(proto.SerializeAsString());
  return inspect_onnx(file.path());
}

net::Network SmallModel::import() const {
  const Inspection inspection = inspect();
  for (const Reason& reason : inspection.reasons) ADD_FAILURE() << to_string(reason);
  return inspection.network;
}

std::vector<std::string> SmallModel::reasons() const {
  std::vector<std::string> lines;
  for (const Reason& reason : inspect().reasons) lines.push_back(to_string(reason));
  return lines;
}

SmallModel stem_model(int opset) {
  SmallModel model({1, 2, 2, 2}, opset);
  model.constant("s", {2, 2, 1, 1}, {1, -0.5F, 0.25F, 1});
  model.constant("p", {2, 2, 1, 1}, {0.5F, -1, 2, 0.125F});
  model.constant("q", {2, 2, 1, 1}, {-1, 1, 0.75F, -2});
  model.node("Conv", {"x", "s"}, "stem");
  model.node("Relu", {"stem"}, "r");
  return model;
}

std::vector<std::string> reasons_after_dense(const std::function<void(SmallModel&)>& add, int opset) {
  SmallModel model({1, 4}, opset);
  model.constant("w", {4, 4}, counting(16));
  model.constant("k", {4}, counting(4));
  model.node("MatMul", {"x", "w"}, "a");
  add(model);
  return model.reasons();
}

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

TemporaryModel::TemporaryModel(const std::string& bytes) { write_file(path(), bytes); }

std::optional<fs::path> shared_folder() {
  const char* const environment = std::getenv("DPWA_SHARED");
  const fs::path folder = environment ? fs::path(environment) : fs::path(DPWA_SOURCE_DIR "/../shared");
  if (fs::exists(folder / "data")) return folder;
  return std::nullopt;
}

}  // namespace dpwa::onnx
