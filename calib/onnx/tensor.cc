// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;

// ONNX raw data are little endian and are copied as they are.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a big-endian host needs a byte swap here");

template <typename T>
std::vector<T> from_raw(const std::string& raw) {
  std::vector<T> values(raw.size() / sizeof(T));
  std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
  return values;
}

/// Elements in the typed field of a tensor without raw data.
std::int64_t typed_count(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return tensor.float_data_size();
    case TensorProto::DOUBLE:
      return tensor.double_data_size();
    case TensorProto::INT64:
      return tensor.int64_data_size();
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return tensor.uint64_data_size();
    case TensorProto::STRING:
      return tensor.string_data_size();
    case TensorProto::COMPLEX64:
      return tensor.float_data_size() / 2;
    case TensorProto::COMPLEX128:
      return tensor.double_data_size() / 2;
    default:
      return tensor.int32_data_size();
  }
}

}  // namespace

std::optional<std::int64_t> element_count(const Dims& dims) {
  constexpr std::int64_t kMax = std::int64_t{1} << 62;
  if (std::any_of(dims.begin(), dims.end(), [](std::int64_t d) { return d < 0; })) return std::nullopt;
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t d : dims) {
    if (count > kMax / d) return std::nullopt;
    count *= d;
  }
  return count;
}

std::string to_string(const Dims& dims) { return fmt::format("[{}]", fmt::join(dims, ", ")); }

Dims dims_of(const TensorProto& tensor) { return {tensor.dims().begin(), tensor.dims().end()}; }

std::string type_name(int data_type) {
  if (!::onnx::TensorProto_DataType_IsValid(data_type)) return fmt::format("type {}", data_type);
  std::string name = ::onnx::TensorProto_DataType_Name(static_cast<::onnx::TensorProto_DataType>(data_type));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::optional<std::int64_t> element_bytes(int data_type) {
  switch (data_type) {
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
      return 1;
    case TensorProto::INT16:
    case TensorProto::UINT16:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return 2;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
    case TensorProto::COMPLEX64:
      return 8;
    case TensorProto::COMPLEX128:
      return 16;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> size_problem(const TensorProto& tensor) {
  const Dims dims = dims_of(tensor);
  const std::optional<std::int64_t> count = element_count(dims);
  if (!count) return fmt::format("dimensions {} are negative or too large", to_string(dims));
  if (tensor.has_segment()) return std::string("segmented tensors are not part of a model file");
  const std::optional<std::int64_t> bytes = element_bytes(tensor.data_type());
  if (tensor.has_raw_data()) {
    if (!bytes) return std::nullopt;  // refused by its type where it is used
    const std::int64_t found = static_cast<std::int64_t>(tensor.raw_data().size());
    if (found % *bytes == 0 && found / *bytes == *count) return std::nullopt;
    return fmt::format("dimensions {} claim {} {} values of {} bytes, found {} bytes", to_string(dims),
                       *count, type_name(tensor.data_type()), *bytes, found);
  }
  if (!bytes && tensor.data_type() != TensorProto::STRING) return std::nullopt;
  const std::int64_t found = typed_count(tensor);
  if (found == *count) return std::nullopt;
  return fmt::format("dimensions {} claim {} {} values, found {}", to_string(dims), *count,
                     type_name(tensor.data_type()), found);
}

std::vector<float> float_values(const TensorProto& tensor) {
  if (tensor.has_raw_data()) return from_raw<float>(tensor.raw_data());
  return {tensor.float_data().begin(), tensor.float_data().end()};
}

std::vector<std::int64_t> integer_values(const TensorProto& tensor) {
  if (tensor.data_type() == TensorProto::INT64) {
    if (tensor.has_raw_data()) return from_raw<std::int64_t>(tensor.raw_data());
    return {tensor.int64_data().begin(), tensor.int64_data().end()};
  }
  if (!tensor.has_raw_data()) return {tensor.int32_data().begin(), tensor.int32_data().end()};
  if (tensor.data_type() == TensorProto::BOOL) {
    return {tensor.raw_data().begin(), tensor.raw_data().end()};
  }
  const std::vector<std::int32_t> values = from_raw<std::int32_t>(tensor.raw_data());
  return {values.begin(), values.end()};
}

}  // namespace dpwa::onnx
