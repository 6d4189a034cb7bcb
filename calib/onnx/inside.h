// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/order.h"

namespace dpwa::onnx {

/// An operator on values of one order as the same operator on them as they are stored.
struct Inside {
  ::onnx::NodeProto node;     ///< its axes are those of the stored values
  std::vector<Value> values;  ///< that `inputs` point to
  std::vector<const Value*> inputs;
  Dims perm;                           ///< from the result's dims to those that the graph has
  std::shared_ptr<const Order> order;  ///< not null: the result has this order and the dims that it has
};

/// Nothing when no input has an order, or the operator cannot work on the stored values.
std::optional<Inside> inside(const ::onnx::NodeProto& node, const std::vector<const Value*>& inputs,
                             ModelContext& model);

/// The operator's result as the graph has it. `name`: the operator's.
Value outside(const Inside& in, Value result, ModelContext& model, const std::string& name);

}  // namespace dpwa::onnx
