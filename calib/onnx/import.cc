// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/import.h"

#include <fmt/format.h>

#include <utility>

#include "calib/onnx/graph_importer.h"
#include "calib/onnx/model_file.h"
#include "model/base/error.h"

namespace dpwa::onnx {

std::string to_string(const Reason& reason) {
  std::string where = reason.onnx_operator;
  if (!reason.node.empty()) where += fmt::format("{}'{}'", where.empty() ? "" : " ", reason.node);
  if (!reason.attribute.empty()) where += fmt::format("{}{}", where.empty() ? "" : ", ", reason.attribute);
  return where.empty() ? reason.text : where + ": " + reason.text;
}

namespace {

/// `batch`: how much of the inputs' first dimension is one. What the graph transposes its input by, the host
/// does instead.
Inspection import_as(const ::onnx::ModelProto& model, const std::string& name,
                     const std::vector<GraphInput>& inputs, std::int64_t batch) {
  GraphImporter importer(model, name, inputs, batch);
  Inspection result = importer.run();
  if (!importer.wanted_order()) return result;
  return GraphImporter(model, name, inputs, batch, importer.wanted_order()).run();
}

}  // namespace

Inspection inspect_onnx(const std::filesystem::path& path) {
  const ::onnx::ModelProto model = load_model(path);
  const std::string name = path.stem().string();
  std::vector<Reason> reasons;
  const std::vector<GraphInput> inputs = read_inputs(model.graph(), reasons);
  const std::int64_t batch = common_batch(inputs);
  Inspection result = import_as(model, name, inputs, batch);
  if (batch > 1 && !result.supported()) {
    // A first dimension above 1 is a fixed batch, unless the graph only makes sense with it as data.
    Inspection unbatched = import_as(model, name, inputs, 1);
    if (unbatched.supported()) result = std::move(unbatched);
  }
  result.reasons.insert(result.reasons.begin(), reasons.begin(), reasons.end());
  return result;
}

net::Network import_onnx(const std::filesystem::path& path) {
  Inspection inspection = inspect_onnx(path);
  if (inspection.supported()) return std::move(inspection.network);
  const std::size_t more = inspection.reasons.size() - 1;
  throw fail(ExitCode::bad_input, "{}: {}{}", path.string(), to_string(inspection.reasons.front()),
             more == 0 ? "" : fmt::format(" (and {} more: dpwa inspect lists all)", more));
}

}  // namespace dpwa::onnx
