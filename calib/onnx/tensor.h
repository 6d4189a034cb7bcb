// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dpwa::onnx {

using Dims = std::vector<std::int64_t>;

/// Product of the dimensions; nothing when one is negative or the product exceeds 2^62.
std::optional<std::int64_t> element_count(const Dims& dims);

/// "[1, 3, 32, 32]".
std::string to_string(const Dims& dims);

Dims dims_of(const ::onnx::TensorProto& tensor);

/// "float", "float16", "int64" ... of a TensorProto::DataType.
std::string type_name(int data_type);

/// Bytes of one element in raw data; nothing for strings and unknown types.
std::optional<std::int64_t> element_bytes(int data_type);

/// What is wrong with the size of a tensor's data, or nothing. External tensors are not looked at.
std::optional<std::string> size_problem(const ::onnx::TensorProto& tensor);

/// Values of a float32 tensor, NaN and infinity included. Preconditions: data type FLOAT, no size_problem.
std::vector<float> float_values(const ::onnx::TensorProto& tensor);

/// Values of an integer or bool tensor. Preconditions: data type INT64, INT32 or BOOL, no size_problem.
std::vector<std::int64_t> integer_values(const ::onnx::TensorProto& tensor);

}  // namespace dpwa::onnx
