// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/model_file.h"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calib/onnx/tensor.h"
#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::onnx {
namespace {

namespace fs = std::filesystem;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

Error broken(const fs::path& model, const TensorProto& tensor, const std::string& text) {
  return fail(ExitCode::bad_input, "{}: tensor '{}': {}", model.string(), tensor.name(), text);
}

/// The standard fields of TensorProto.external_data. A checksum is not needed to read the values.
struct ExternalData {
  std::string location;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
};

std::int64_t non_negative(const fs::path& model, const TensorProto& tensor, const std::string& key,
                          const std::string& value) {
  std::int64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || last != end || number < 0) {
    throw broken(model, tensor, fmt::format("external data: {} = '{}' is not a byte count", key, value));
  }
  return number;
}

ExternalData external_data(const fs::path& model, const TensorProto& tensor) {
  ExternalData data;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") {
      data.location = entry.value();
    } else if (entry.key() == "offset") {
      data.offset = non_negative(model, tensor, entry.key(), entry.value());
    } else if (entry.key() == "length") {
      data.length = non_negative(model, tensor, entry.key(), entry.value());
    } else if (entry.key() != "checksum") {
      throw broken(model, tensor, fmt::format("external data: unknown field '{}'", entry.key()));
    }
  }
  if (data.location.empty()) throw broken(model, tensor, "external data without a location");
  return data;
}

/// The data file, which must lie inside the model's folder (links followed): a model cannot make this program
/// read other files.
fs::path external_path(const fs::path& model, const TensorProto& tensor, const std::string& location) {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(model).parent_path(), error);
  const fs::path file = fs::weakly_canonical(folder / location, error);
  const fs::path relative = file.lexically_relative(folder);
  if (error || fs::path(location).is_absolute() || relative.empty() || *relative.begin() == "..") {
    throw broken(model, tensor,
                 fmt::format("external data file '{}' is outside the model's folder", location));
  }
  if (!fs::is_regular_file(file, error)) {
    throw broken(model, tensor,
                 fmt::format("external data file '{}' is missing; it belongs beside the model", location));
  }
  return file;
}

void load_external(const fs::path& model, TensorProto& tensor) {
  const ExternalData data = external_data(model, tensor);
  const fs::path file = external_path(model, tensor, data.location);
  const Dims dims = dims_of(tensor);
  const std::optional<std::int64_t> count = element_count(dims);
  const std::optional<std::int64_t> bytes = element_bytes(tensor.data_type());
  if (!count || !bytes || *count > std::numeric_limits<std::int32_t>::max() / *bytes) {
    throw broken(model, tensor,
                 fmt::format("external data: dimensions {} of {} are not supported (at most 2 GiB)",
                             to_string(dims), type_name(tensor.data_type())));
  }
  const std::int64_t size = *count * *bytes;
  if (data.length && *data.length != size) {
    throw broken(model, tensor,
                 fmt::format("external data: dimensions {} of {} need {} bytes, length is {}",
                             to_string(dims), type_name(tensor.data_type()), size, *data.length));
  }
  const std::int64_t available = static_cast<std::int64_t>(fs::file_size(file));
  if (data.offset > available || available - data.offset < size) {
    throw broken(model, tensor,
                 fmt::format("external data file '{}' is too short: {} bytes needed at offset {}, it has {}",
                             data.location, size, data.offset, available));
  }
  std::string values(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(data.offset);
  if (!stream.read(values.data(), size)) {
    throw fail(ExitCode::io, "{}: cannot read {} bytes at offset {}", file.string(), size, data.offset);
  }
  tensor.set_raw_data(std::move(values));
  tensor.set_data_location(TensorProto::DEFAULT);
  tensor.clear_external_data();
}

void complete(const fs::path& model, TensorProto& tensor) {
  if (tensor.data_location() == TensorProto::EXTERNAL) load_external(model, tensor);
  if (const auto problem = size_problem(tensor)) throw broken(model, tensor, *problem);
}

}  // namespace

ModelProto load_model(const fs::path& path) {
  const std::string bytes = read_file(path);
  if (bytes.empty())
    throw fail(ExitCode::bad_input, "{}: the file is empty, expected an ONNX model", path.string());
  if (bytes.size() > std::numeric_limits<std::int32_t>::max()) {
    throw fail(ExitCode::bad_input, "{}: {} bytes; an ONNX model has at most 2 GiB (use external data)",
               path.string(), bytes.size());
  }
  ModelProto model;
  if (!model.ParseFromString(bytes)) {
    throw fail(ExitCode::bad_input, "{}: not an ONNX model, or truncated ({} bytes cannot be parsed)",
               path.string(), bytes.size());
  }
  if (!model.has_graph() || !model.has_ir_version() || model.graph().node_size() == 0) {
    throw fail(ExitCode::bad_input, "{}: not an ONNX model (no graph with nodes inside)", path.string());
  }
  GraphProto& graph = *model.mutable_graph();
  for (TensorProto& tensor : *graph.mutable_initializer()) complete(path, tensor);
  for (auto& node : *graph.mutable_node()) {
    if (node.op_type() != "Constant") continue;
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) complete(path, *attribute.mutable_t());
    }
  }
  return model;
}

}  // namespace dpwa::onnx
