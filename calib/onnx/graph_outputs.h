// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "calib/onnx/import.h"
#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"

namespace dpwa::onnx {

/// For each of several outputs, whether the host takes it from a tensor whose values are all some output's:
/// the tensor itself, or a view of values that follow each other. No layer is needed for it then.
std::vector<bool> taken_by_host(const std::vector<const Value*>& outputs, const NetworkBuilder& builder);

struct JoinedOutputs {
  int tensor = 0;  ///< holds the values of all outputs
  std::vector<net::Output> outputs;
};

/// Joins what several layers compute (join.h) in one tensor, and says where each output lies in it. Views
/// must be those that taken_by_host() named. Adds a reason where it cannot.
JoinedOutputs join_outputs(const std::vector<const Value*>& outputs, ModelContext& context,
                           NetworkBuilder& builder, std::vector<Reason>& reasons);

}  // namespace dpwa::onnx
