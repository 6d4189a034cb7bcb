// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/order.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "calib/onnx/view.h"

namespace dpwa::onnx {
namespace {

const Dims kChannelsFirst = {0, 3, 1, 2};

Dims identity(std::size_t rank) {
  Dims perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  return perm;
}

/// Axes of more than one value.
Dims wide_axes(const Dims& dims) {
  Dims axes;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1) axes.push_back(static_cast<std::int64_t>(i));
  }
  return axes;
}

}  // namespace

Dims inverse(const Dims& perm) {
  Dims result(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) result[perm[i]] = static_cast<std::int64_t>(i);
  return result;
}

Dims permuted(const Dims& dims, const Dims& perm) {
  Dims result;
  for (const std::int64_t axis : perm) result.push_back(dims[axis]);
  return result;
}

bool keeps_order(const Dims& dims, const Dims& perm) {
  const Dims wide = permuted(perm, wide_axes(permuted(dims, perm)));
  return std::is_sorted(wide.begin(), wide.end());
}

std::optional<Frame> frame_of(const std::shared_ptr<const Order>& order, const Dims& dims) {
  if (!order) return Frame{dims, identity(dims.size())};
  const Dims given = permuted(order->dims, order->perm);
  if (given == dims) return Frame{order->dims, order->perm};
  const Dims from = wide_axes(given), to = wide_axes(dims);
  if (permuted(given, from) != permuted(dims, to)) return std::nullopt;
  Dims stored = permuted(order->perm, from);  // of each wide axis
  const auto fits = [&](const Dims& perm) {
    const auto before = [&](std::size_t a, std::size_t b) {
      return (perm[to[a]] < perm[to[b]]) == (stored[a] < stored[b]);
    };
    for (std::size_t a = 0; a < to.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (!before(a, b)) return false;
      }
    }
    return true;
  };
  Dims perm = identity(dims.size());
  if (perm.size() > 2) std::rotate(perm.begin() + 1, perm.begin() + 2, perm.end());
  if (!fits(perm)) {
    perm = identity(dims.size());
    Dims sorted = stored;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t a = 0; a < to.size(); ++a) {
      perm[to[a]] = to[std::lower_bound(sorted.begin(), sorted.end(), stored[a]) - sorted.begin()];
    }
  }
  return Frame{permuted(dims, inverse(perm)), perm};
}

Value in_order(const Value& x, ModelContext& model) {
  if (!x.order) return x;
  const Order& order = *x.order;
  const auto view = std::make_shared<View>();
  view->node = order.node;
  view->onnx_operator = order.onnx_operator;
  const Dims strides = permuted(strides_of(order.dims), order.perm);
  for_each_index(permuted(order.dims, order.perm), [&](const Dims& at) {
    const std::int64_t source = number_of(at, strides);
    view->first.push_back(view->terms.size());
    view->offset.push_back(x.view ? x.view->offset[source] : 0);
    if (!x.view) {
      view->terms.push_back({source, 1});
      return;
    }
    const auto terms = x.view->terms.begin();
    view->terms.insert(view->terms.end(), terms + static_cast<std::ptrdiff_t>(x.view->first[source]),
                       terms + static_cast<std::ptrdiff_t>(x.view->first[source + 1]));
  });
  view->first.push_back(view->terms.size());
  model.made += static_cast<std::int64_t>(view->terms.size()) + view->size();
  Value result = x;
  result.order = nullptr;
  result.padding = std::nullopt;
  result.view = view;
  return result;
}

void want_order(const Value& x, ModelContext& model) {
  if (x.tensor != 0 || !x.order || model.input_order || model.wanted_order) return;
  const Dims& perm = x.order->perm;
  const bool padded = element_count(x.order->dims) != element_count(model.input_dims);
  const Dims& dims = padded ? model.input_dims : x.order->dims;
  if (dims.size() == perm.size() && !keeps_order(dims, perm)) model.wanted_order = transposition(dims, perm);
}

bool want_channels_first(const Value& x, const std::vector<double>& each, ModelContext& model) {
  const Dims& dims = model.input_dims;
  if (x.tensor != 0 || x.order || model.input_order || dims.size() != 4) return false;
  if (!x.dims || sample_dims(model.batch, *x.dims) != dims || keeps_order(dims, kChannelsFirst)) return false;
  const auto channels = static_cast<std::size_t>(dims[3]);
  for (std::size_t i = channels; i < each.size(); ++i) {
    if (each[i] != each[i - channels]) return false;
  }
  if (!model.wanted_order) model.wanted_order = transposition(dims, kChannelsFirst);
  return true;
}

Value transpose(OperatorCall& call, const Value& x, const Dims& perm) {
  const Dims from = sample_dims(call, *x.dims);
  Dims dims = permuted(*x.dims, perm);
  if (!x.is_tensor()) return {"", nullptr, -1, std::move(dims)};
  std::optional<Frame> frame = frame_of(x.order, from);
  Value result = frame ? x : in_order(x, call.model());
  if (!frame) frame = Frame{from, identity(from.size())};
  const Dims whole = permuted(frame->perm, perm);
  result.dims = std::move(dims);
  result.order = nullptr;
  if (!keeps_order(frame->dims, whole)) {
    result.order =
        std::make_shared<const Order>(Order{std::move(frame->dims), whole, call.name(), call.op()});
  } else if (whole != identity(whole.size())) {
    result.padding = std::nullopt;
  }
  return result;
}

bool passes_order(const std::string& op_type) {
  static const std::set<std::string> kOperators = {"Transpose", "Flatten",  "Reshape", "Squeeze",
                                                   "Unsqueeze", "Identity", "Dropout"};
  return kOperators.count(op_type) != 0;
}

net::Transposition transposition(Dims dims, Dims perm) {
  if (perm[0] == 0 && dims[0] == 1) {
    dims.erase(dims.begin());
    perm.erase(perm.begin());
    for (std::int64_t& axis : perm) --axis;
  }
  return {std::move(dims), {perm.begin(), perm.end()}};
}

}  // namespace dpwa::onnx
