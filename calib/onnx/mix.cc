// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/mix.h"

#include <algorithm>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

/// Whether value `at` of the view is value `from` with all sources `distance` further.
bool same_but_moved(const View& view, std::int64_t from, std::int64_t at, std::int64_t distance) {
  const std::size_t count = view.first[from + 1] - view.first[from];
  if (view.first[at + 1] - view.first[at] != count || view.offset[at] != view.offset[from]) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const View::Term &a = view.terms[view.first[from] + i], &b = view.terms[view.first[at] + i];
    if (b.source != a.source + distance || b.coefficient != a.coefficient) return false;
  }
  return true;
}

}  // namespace

std::optional<ChannelMix> channel_mix(const Value& x, const NetworkBuilder& builder) {
  if (!x.view || !x.is_tensor() || !x.dims || x.dims->size() < 3 || x.dims->size() > 4) return std::nullopt;
  const View& view = *x.view;
  const net::Shape& shape = builder.tensor(x.tensor).shape;
  const std::int64_t pixels = std::int64_t{shape.h} * shape.w;
  const std::int64_t height = x.dims->size() == 4 ? x.dims->at(2) : 1;
  if (height != shape.h || x.dims->back() != shape.w || view.size() != x.dims->at(1) * pixels)
    return std::nullopt;
  ChannelMix mix;
  for (std::int64_t first = 0; first < view.size(); first += pixels) {
    for (std::int64_t p = 1; p < pixels; ++p) {
      if (!same_but_moved(view, first, first + p, p)) return std::nullopt;
    }
    mix.offset.push_back(view.offset[first]);
    mix.terms.emplace_back();
    for (std::size_t t = view.first[first]; t < view.first[first + 1]; ++t) {
      const View::Term& term = view.terms[t];
      if (term.source % pixels != 0) return std::nullopt;
      mix.terms.back().push_back({static_cast<int>(term.source / pixels), term.coefficient});
    }
  }
  return mix;
}

bool conv_reads(const Value& x, const NetworkBuilder& builder) {
  const std::optional<ChannelMix> mix = channel_mix(x, builder);
  return mix &&
         std::all_of(mix->offset.begin(), mix->offset.end(), [](double offset) { return offset == 0; });
}

std::vector<float> fold_mix(const ChannelMix& mix, const std::vector<float>& weight, int out_channels,
                            int groups, int tensor_channels) {
  const std::size_t channels = mix.terms.size() / groups;
  const std::size_t taps = weight.size() / out_channels / channels;
  std::vector<float> result;
  result.reserve(out_channels * taps * tensor_channels);
  std::vector<double> row(tensor_channels);
  const float* w = weight.data();
  for (int out = 0; out < out_channels; ++out) {
    const std::size_t first = out / (out_channels / groups) * channels;
    for (std::size_t tap = 0; tap < taps; ++tap, w += channels) {
      std::fill(row.begin(), row.end(), 0.0);
      for (std::size_t c = 0; c < channels; ++c) {
        for (const ChannelMix::Term& term : mix.terms[first + c])
          row[term.channel] += w[c] * term.coefficient;
      }
      result.insert(result.end(), row.begin(), row.end());
    }
  }
  return result;
}

bool of_one_tensor(const std::vector<const Value*>& inputs) {
  const Value* first = nullptr;
  bool several = false;
  for (const Value* const input : inputs) {
    if (!input || input->is_constant()) continue;
    if (!input->is_tensor() || input->average || (first && input->tensor != first->tensor)) return false;
    several = several || first;
    first = input;
  }
  return several;
}

Value combine_views(OperatorCall& call, NetworkBuilder& builder) {
  const Value* x = nullptr;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Value& input = call.required(i);
    if (!input.dims) return {};
    if (input.is_constant()) continue;
    if (!x) x = &input;
    if (*input.dims == *x->dims) continue;
    call.refuse("", fmt::format("{} and {}; computed tensors must have the same dimensions", named_dims(*x),
                                named_dims(input)));
    return {"", nullptr, -1, std::nullopt};
  }
  const Dims dims = sample_dims(call, *x->dims);
  std::vector<std::optional<Broadcast>> constants;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    constants.emplace_back();
    if (!call.required(i).is_constant()) continue;
    constants.back() = broadcast_constant(call, call.required(i), "data_0", dims, named_dims(*x));
    if (!constants.back()) return {"", nullptr, -1, x->dims};
  }
  const double factor = call.op() == "Mean" ? 1 / static_cast<double>(call.inputs()) : 1;
  ViewBuilder view(call, builder, *x);
  std::int64_t number = 0;
  for_each_index(dims, [&](const Dims& at) {
    double offset = 0;
    for (const auto& constant : constants) offset += constant ? factor * constant->at(at) : 0;
    view.value(offset);
    for (std::size_t i = 0; i < call.inputs(); ++i) {
      if (constants[i]) continue;
      view.read(call.required(i));
      view.add(number, i > 0 && call.op() == "Sub" ? -1 : factor);
    }
    ++number;
  });
  return view.finish(*x->dims);
}

}  // namespace dpwa::onnx
