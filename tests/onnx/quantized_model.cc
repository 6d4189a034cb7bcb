// SPDX-License-Identifier: Apache-2.0
#include "tests/onnx/quantized_model.h"

#include <cmath>
#include <random>

namespace dpwa::onnx {

using ::onnx::TensorProto;

void QuantizedModel::input_type(int type) {
  proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(type);
}

void QuantizedModel::output_type(int type) {
  proto.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(type);
}

void QuantizedModel::integers(const std::string& name, std::vector<std::int64_t> dims, int type,
                              const std::vector<int>& values) {
  TensorProto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  for (const int value : values) tensor.add_int32_data(value);
}

void QuantizedModel::parameters(const std::string& name, const Grid& grid) {
  constant(name + "_s", {}, {grid.scale});
  integers(name + "_z", {}, grid.type, {grid.zero_point});
}

void QuantizedModel::quantize(const std::string& from, const Grid& grid, const std::string& to) {
  parameters(to, grid);
  node("QuantizeLinear", {from, to + "_s", to + "_z"}, to);
}

void QuantizedModel::dequantize(const std::string& from, const Grid& grid, const std::string& to) {
  parameters(to, grid);
  node("DequantizeLinear", {from, to + "_s", to + "_z"}, to);
}

void QuantizedModel::fake_quantize(const std::string& from, const Grid& grid, const std::string& to) {
  quantize(from, grid, to + "_q");
  node("DequantizeLinear", {to + "_q", to + "_q_s", to + "_q_z"}, to);
}

void QuantizedModel::weights(const std::string& to, std::vector<std::int64_t> dims, int type,
                             const std::vector<int>& values, const std::vector<float>& scales,
                             const std::vector<int>& zero_points) {
  const auto count = static_cast<std::int64_t>(scales.size());
  integers(to + "_q", std::move(dims), type, values);
  constant(to + "_s", count == 1 ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{count}, scales);
  std::vector<std::string> inputs{to + "_q", to + "_s"};
  if (!zero_points.empty()) {
    integers(to + "_z", {count}, type, zero_points);
    inputs.push_back(to + "_z");
  }
  set_integer(node("DequantizeLinear", inputs, to), "axis", 0);
}

std::vector<int> random_weights(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int> values(count);
  for (int& value : values) value = static_cast<int>(random() % 255) - 127;
  return values;
}

namespace {

std::vector<float> scales(int count, float base, bool exact) {
  std::vector<float> result;
  for (int c = 0; c < count; ++c) {
    const float irregular = base * (1 + 0.037F * static_cast<float>(c));
    result.push_back(exact ? std::exp2(std::round(std::log2(irregular))) : irregular);
  }
  return result;
}

/// Biases of a layer that reads a tensor of this scale, through DequantizeLinear.
void bias(QuantizedModel& model, const std::string& to, float input, const std::vector<float>& weights,
          int largest, unsigned seed) {
  std::vector<int> values = random_weights(weights.size(), seed);
  std::vector<float> steps;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    values[c] = values[c] * largest / 127;
    steps.push_back(input * weights[c]);
  }
  model.weights(to, {static_cast<std::int64_t>(weights.size())}, TensorProto::INT32, values, steps);
}

}  // namespace

QuantizedModel quantized_cnn(bool exact) {
  const auto grid = [&](float scale, int zero_point) {
    return Grid{exact ? std::exp2(std::round(std::log2(scale))) : scale, zero_point};
  };
  const Grid x = grid(0.0199F, 3), a = grid(0.0317F, 0), b = grid(0.157F, 121), y = grid(0.93F, 128);
  QuantizedModel model({1, 1, 12, 12});
  model.fake_quantize("x", x, "x_r");
  const std::vector<float> w1 = scales(8, 0.00413F, exact), w2 = scales(12, 0.0039F, exact);
  model.weights("w1", {8, 1, 3, 3}, TensorProto::INT8, random_weights(72, 1), w1, std::vector<int>(8, 0));
  bias(model, "b1", x.scale, w1, 3000, 2);
  set_integers(model.node("Conv", {"x_r", "w1", "b1"}, "c1"), "pads", {1, 1, 1, 1});
  model.node("Relu", {"c1"}, "r1");
  model.fake_quantize("r1", a, "a");
  auto& pool = model.node("MaxPool", {"a"}, "p");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "strides", {2, 2});
  model.fake_quantize("p", a, "p_r");
  model.weights("w2", {12, 8, 3, 3}, TensorProto::INT8, random_weights(864, 3), w2, std::vector<int>(12, 0));
  bias(model, "b2", a.scale, w2, 20000, 4);
  set_integers(model.node("Conv", {"p_r", "w2", "b2"}, "c2"), "pads", {1, 1, 1, 1});
  model.fake_quantize("c2", b, "b");
  model.node("Flatten", {"b"}, "flat");
  const std::vector<float> w3 = scales(1, 0.0041F, exact);
  model.weights("w3", {10, 432}, TensorProto::INT8, random_weights(4320, 5), w3);
  bias(model, "b3", b.scale, std::vector<float>(10, w3[0]), 30000, 6);
  set_integer(model.node("Gemm", {"flat", "w3", "b3"}, "g"), "transB", 1);
  model.fake_quantize("g", y, "y");
  return model;
}

std::vector<float> quantized_samples(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<std::size_t>(count) * 144);
  for (float& value : values) value = 5.2F * static_cast<float>(random() % 100000) / 100000 - 0.2F;
  return values;
}

}  // namespace dpwa::onnx
