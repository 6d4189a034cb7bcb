// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/operator_call.h"
#include "model/net/network.h"

namespace dpwa::onnx {

/// The order of the data of a value whose tensor, or view, has them in another one: they are `dims` (one
/// sample, the batch as 1), transposed so that dimension i is dimension perm[i]. So graphs that transpose
/// between layers move nothing: operators work on the tensor as it is (inside.h), and what is transposed back
/// is the tensor again. Value::padding is that of `dims`.
struct Order {
  Dims dims;
  Dims perm;
  std::string node, onnx_operator;  ///< whose name a layer that moves the data gets
};

/// Stored dims, and how they are transposed to others.
struct Frame {
  Dims dims, perm;
};

/// The order as a transposition to these dims, which may have other dimensions of 1 than it gives; nothing
/// when a Reshape stands between them. Channels go to dimension 1 if they can.
std::optional<Frame> frame_of(const std::shared_ptr<const Order>& order, const Dims& dims);

Dims inverse(const Dims& perm);

/// dims[perm[i]]
Dims permuted(const Dims& dims, const Dims& perm);

/// Whether transposing moves no value of `dims`, only dimensions of 1.
bool keeps_order(const Dims& dims, const Dims& perm);

/// x with its data in the order of its dims: a View, if they are not.
Value in_order(const Value& x, ModelContext& model);

/// An operator needs the data of x in the order of its dims. If x is the network's input, the host should
/// bring them into it (ModelContext::wanted_order).
void want_order(const Value& x, ModelContext& model);

/// Constants, one for each value of x, that differ along the last of four dimensions only: if x is the
/// network's input, its channels are there, and the host should put them first. Whether it should.
bool want_channels_first(const Value& x, const std::vector<double>& each, ModelContext& model);

/// Transpose of a computed value.
Value transpose(OperatorCall& call, const Value& x, const Dims& perm);

/// Whether the operator passes its input's order on by itself.
bool passes_order(const std::string& op_type);

/// What the host does to bring values of `dims` (the batch as 1, or none) into this order.
net::Transposition transposition(Dims dims, Dims perm);

}  // namespace dpwa::onnx
