// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/onnx/small_model.h"

namespace dpwa::onnx {

/// Scale and zero point of one tensor.
struct Grid {
  float scale = 1;
  int zero_point = 0;
  int type = ::onnx::TensorProto::UINT8;
};

/// A small quantized ONNX model: SmallModel with constants of integers, QuantizeLinear and DequantizeLinear.
class QuantizedModel : public SmallModel {
 public:
  using SmallModel::SmallModel;

  /// The input, or the output, is integers.
  void input_type(int type);
  void output_type(int type);

  void integers(const std::string& name, std::vector<std::int64_t> dims, int type,
                const std::vector<int>& values);
  /// Adds the constants `name`_s and `name`_z.
  void parameters(const std::string& name, const Grid& grid);
  /// from -> QuantizeLinear -> to.
  void quantize(const std::string& from, const Grid& grid, const std::string& to);
  /// from -> DequantizeLinear -> to.
  void dequantize(const std::string& from, const Grid& grid, const std::string& to);
  /// from -> QuantizeLinear -> DequantizeLinear -> to.
  void fake_quantize(const std::string& from, const Grid& grid, const std::string& to);
  /// Integers with one scale per index of axis 0 and their DequantizeLinear: `to`.
  void weights(const std::string& to, std::vector<std::int64_t> dims, int type,
               const std::vector<int>& values, const std::vector<float>& scales,
               const std::vector<int>& zero_points = {});
};

/// Weights -127 .. 127 from a fixed seed.
std::vector<int> random_weights(std::size_t count, unsigned seed);

/// x [1, 1, 12, 12], float -> two convolutions with Relu and max pool between them -> Gemm -> y [1, 10],
/// float, everything quantized as exporters write it: per-channel int8 weights, int32 biases, uint8 tensors
/// with and without zero point. `exact`: scales are powers of two, so float32 rounds nothing.
QuantizedModel quantized_cnn(bool exact);

/// Samples for it, `count` of 144 values.
std::vector<float> quantized_samples(int count, unsigned seed);

}  // namespace dpwa::onnx
