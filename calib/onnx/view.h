// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"
#include "model/net/network.h"

namespace dpwa::onnx {

/// Values that are sums of a tensor's values and that nothing has computed yet: value i of a sample is
/// offset[i] + the sum over its terms of coefficient * (value `source` of the tensor). Both in ONNX order.
/// Operators that move or add up values make one; a dense layer folds it into its weights, and any other
/// reader makes it a layer of its own (NetworkBuilder::add_layer).
struct View {
  struct Term {
    std::int64_t source = 0;
    double coefficient = 1;
  };
  std::string node, onnx_operator;  ///< whose name that layer gets
  std::vector<std::size_t> first;   ///< [values + 1], into terms
  std::vector<Term> terms;
  std::vector<double> offset;  ///< [values]

  std::int64_t size() const { return static_cast<std::int64_t>(offset.size()); }
};

/// Most terms of a view, and most weights of the layer that one becomes. The rest of a layer's matrix is
/// zeros, so views are for what no window operator can do, not for large maps.
inline constexpr std::int64_t kMaxViewTerms = std::int64_t{1} << 22;
inline constexpr std::int64_t kMaxViewWeights = std::int64_t{1} << 20;

/// Describes the values of a result one after the other, in ONNX order, as sums of the values of x.
class ViewBuilder {
 public:
  /// Precondition: x is a tensor or a view of one.
  ViewBuilder(OperatorCall& call, const NetworkBuilder& builder, const Value& x);

  /// From here on another value, of the same tensor, is meant.
  void read(const Value& x) { source_ = x.view.get(); }

  /// Begins the next value.
  void value(double offset = 0);
  /// Adds coefficient * x[source] to it.
  void add(std::int64_t source, double coefficient = 1);
  /// The result, of these dims (batch included). What only renames the tensor is the tensor with other dims.
  Value finish(Dims dims);

 private:
  OperatorCall& call_;
  const int tensor_;
  const View* source_;  ///< null: the tensor itself
  const std::int64_t tensor_size_;
  std::shared_ptr<View> view_;
  bool too_large_ = false;
};

/// A layer that computes the view `x`: the value as a tensor of its own. Adds a reason when it would be too
/// large.
Value compute_view(const Value& x, NetworkBuilder& builder, std::vector<Reason>& reasons);

/// Weights [out][value of the view] -> [out][value of its tensor]; adds what the offsets give to `offset`.
std::vector<float> fold_view(const View& view, const std::vector<float>& weight, std::int64_t tensor_size,
                             const std::vector<double>& scale, std::vector<double>& offset);

/// Dims of one sample: the batch as 1.
Dims sample_dims(std::int64_t batch, const Dims& dims);
inline Dims sample_dims(const OperatorCall& call, const Dims& dims) {
  return sample_dims(call.batch(), dims);
}

using net::strides_of;

/// The number of the value at an index.
inline std::int64_t number_of(const Dims& at, const Dims& strides) {
  return std::inner_product(at.begin(), at.end(), strides.begin(), std::int64_t{0});
}

/// Strides with which an operand of `dims` is read at indices of `result` that it broadcasts to (0 where it
/// repeats); nothing when it does not.
std::optional<Dims> broadcast_strides(const Dims& dims, const Dims& result);

/// One number per value of a sample -> one per channel of a tensor of this shape; nothing when they differ
/// within a channel.
std::optional<std::vector<double>> per_channel(const std::vector<double>& each, const net::Shape& shape);

/// The same for a tensor. The network's input may still become a vector, whose channels are single values.
std::optional<std::vector<double>> per_channel(const std::vector<double>& each, NetworkBuilder& builder,
                                               int tensor);

/// Calls visit(index) for every index of `dims` in ONNX order; once for no dims.
template <typename Visit>
void for_each_index(const Dims& dims, Visit visit) {
  for (const std::int64_t dim : dims) {
    if (dim <= 0) return;
  }
  Dims at(dims.size(), 0);
  while (true) {
    visit(static_cast<const Dims&>(at));
    std::size_t i = dims.size();
    while (i > 0 && ++at[i - 1] == dims[i - 1]) at[--i] = 0;
    if (i == 0) return;
  }
}

}  // namespace dpwa::onnx
