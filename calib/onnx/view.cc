// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "calib/onnx/mix.h"

namespace dpwa::onnx {
namespace {

/// Whether the view is its tensor, value by value.
bool renames_only(const View& view, std::int64_t tensor_size) {
  if (view.size() != tensor_size || view.terms.size() != view.offset.size()) return false;
  for (std::int64_t i = 0; i < tensor_size; ++i) {
    const View::Term& term = view.terms[i];
    if (view.first[i + 1] != view.first[i] + 1 || term.source != i || term.coefficient != 1 ||
        view.offset[i] != 0) {
      return false;
    }
  }
  return true;
}

/// What the view is called as a tensor: an input that is a part of the joined one keeps its name.
std::string tensor_name(const Value& x, const NetworkBuilder& builder) {
  const std::vector<net::Input>& inputs = builder.network().inputs;
  const bool input =
      std::any_of(inputs.begin(), inputs.end(), [&](const net::Input& each) { return each.name == x.name; });
  return input ? x.name + "/part" : x.name;
}

/// The layer of 1 x 1 windows that computes the view.
int add_mix(const ChannelMix& mix, const Value& x, NetworkBuilder& builder) {
  const net::Shape shape = builder.tensor(x.tensor).shape;
  const auto channels = static_cast<int>(mix.terms.size());
  net::Node node;
  node.name = x.view->node;
  node.onnx_operator = "Conv";
  node.out_channels = channels;
  node.conv_shape = {shape.h, shape.w, channels};
  std::vector<float> ones(static_cast<std::size_t>(channels) * channels, 0);
  for (int c = 0; c < channels; ++c) ones[c * channels + c] = 1;
  node.weight = fold_mix(mix, ones, channels, 1, shape.c);
  return builder.add_layer(x.tensor, std::move(node), std::vector<double>(channels, 1), mix.offset,
                           tensor_name(x, builder));
}

}  // namespace

ViewBuilder::ViewBuilder(OperatorCall& call, const NetworkBuilder& builder, const Value& x)
    : call_(call),
      tensor_(x.tensor),
      source_(x.view.get()),
      tensor_size_(builder.tensor(x.tensor).shape.size()),
      view_(std::make_shared<View>()) {
  view_->node = call.name();
  view_->onnx_operator = call.op();
}

void ViewBuilder::value(double offset) {
  view_->first.push_back(view_->terms.size());
  view_->offset.push_back(offset);
}

void ViewBuilder::add(std::int64_t source, double coefficient) {
  const std::size_t more = source_ ? source_->first[source + 1] - source_->first[source] : 1;
  too_large_ = too_large_ || static_cast<std::int64_t>(view_->terms.size() + more) > kMaxViewTerms;
  if (too_large_ || coefficient == 0) return;
  if (!source_) {
    view_->terms.push_back({source, coefficient});
    return;
  }
  view_->offset.back() += coefficient * source_->offset[source];
  for (std::size_t t = source_->first[source]; t < source_->first[source + 1]; ++t) {
    view_->terms.push_back({source_->terms[t].source, coefficient * source_->terms[t].coefficient});
  }
}

Value ViewBuilder::finish(Dims dims) {
  view_->first.push_back(view_->terms.size());
  call_.model().made += static_cast<std::int64_t>(view_->terms.size()) + view_->size();
  if (too_large_) {
    call_.refuse("",
                 fmt::format("its result {} is sums of more than {} values", to_string(dims), kMaxViewTerms));
    return {"", nullptr, -1, std::move(dims)};
  }
  Value result{"", nullptr, tensor_, std::move(dims)};
  if (!renames_only(*view_, tensor_size_)) result.view = std::move(view_);
  return result;
}

Value compute_view(const Value& x, NetworkBuilder& builder, std::vector<Reason>& reasons) {
  const View& view = *x.view;
  const net::Shape shape = builder.tensor(x.tensor).shape;
  Value result{x.name, nullptr, -1, x.dims};
  result.softmax = x.softmax;
  const auto mix = shape.h * shape.w > 1 ? channel_mix(x, builder) : std::nullopt;
  if (mix && static_cast<std::int64_t>(mix->terms.size()) <= kMaxViewWeights / shape.c) {
    result.tensor = add_mix(*mix, x, builder);
    return result;
  }
  if (view.size() == 0 || view.size() > kMaxViewWeights / shape.size()) {
    reasons.push_back({view.node, view.onnx_operator, "",
                       fmt::format("{} values from {} as a layer of their own: more than {} weights",
                                   view.size(), shape.size(), kMaxViewWeights)});
    return result;
  }
  net::Node node;
  node.name = view.node;
  node.onnx_operator = "MatMul";
  node.out_channels = static_cast<int>(view.size());
  node.window.kh = shape.h;
  node.window.kw = shape.w;
  node.conv_shape = {1, 1, node.out_channels};
  std::vector<double> row(shape.size());
  for (std::int64_t i = 0; i < view.size(); ++i) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t t = view.first[i]; t < view.first[i + 1]; ++t) {
      row[view.terms[t].source] += view.terms[t].coefficient;
    }
    const std::vector<float> rounded(row.begin(), row.end());
    const std::vector<float> stored = net::to_channel_last(rounded.data(), shape);
    node.weight.insert(node.weight.end(), stored.begin(), stored.end());
  }
  result.tensor = builder.add_layer(x.tensor, std::move(node), std::vector<double>(view.size(), 1),
                                    view.offset, tensor_name(x, builder));
  return result;
}

std::vector<float> fold_view(const View& view, const std::vector<float>& weight, std::int64_t tensor_size,
                             const std::vector<double>& scale, std::vector<double>& offset) {
  std::vector<float> result;
  result.reserve(scale.size() * tensor_size);
  std::vector<double> row(tensor_size);
  for (std::size_t out = 0; out < scale.size(); ++out) {
    std::fill(row.begin(), row.end(), 0.0);
    for (std::int64_t i = 0; i < view.size(); ++i) {
      const double w = weight[out * view.size() + i];
      offset[out] += scale[out] * w * view.offset[i];
      for (std::size_t t = view.first[i]; t < view.first[i + 1]; ++t) {
        row[view.terms[t].source] += w * view.terms[t].coefficient;
      }
    }
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

Dims sample_dims(std::int64_t batch, const Dims& dims) {
  Dims sample = dims;
  if (batch != 1 && !sample.empty()) sample[0] /= batch;
  return sample;
}

std::optional<Dims> broadcast_strides(const Dims& dims, const Dims& result) {
  if (dims.size() > result.size()) return std::nullopt;
  const Dims own = strides_of(dims);
  Dims strides(result.size(), 0);
  const std::size_t skipped = result.size() - dims.size();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1 && dims[i] != result[skipped + i]) return std::nullopt;
    if (dims[i] != 1) strides[skipped + i] = own[i];
  }
  return strides;
}

std::optional<std::vector<double>> per_channel(const std::vector<double>& each, const net::Shape& shape) {
  const std::int64_t pixels = std::int64_t{shape.h} * shape.w;
  std::vector<double> result;
  for (int c = 0; c < shape.c; ++c) {
    const auto first = each.begin() + c * pixels, last = first + pixels;
    if (!std::all_of(first, last, [&](double v) { return v == *first; })) return std::nullopt;
    result.push_back(*first);
  }
  return result;
}

std::optional<std::vector<double>> per_channel(const std::vector<double>& each, NetworkBuilder& builder,
                                               int tensor) {
  const net::Shape& shape = builder.tensor(tensor).shape;
  auto result = per_channel(each, shape);
  if (result || builder.as_map(tensor, {1, 1, static_cast<int>(shape.size())})) return result;
  return each;
}

}  // namespace dpwa::onnx
