// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "calib/onnx/movement.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

/// A part with the channels of the result before it and behind it.
struct Part {
  const Value* value;
  int before, channels, after;
};

/// Channels of all parts together; 0 and a reason when they are no maps or vectors that fit.
std::int64_t joined_channels(OperatorCall& call, const std::vector<const Value*>& parts) {
  const Dims& first = *parts.front()->dims;
  const auto rank = static_cast<std::int64_t>(first.size());
  const std::int64_t axis = call.integer("axis", 1);
  if (rank < 2 || rank > 4 || first[0] != call.batch() || (axis != 1 && axis != 1 - rank)) {
    call.refuse(
        "axis",
        fmt::format("joins '{}' {} with what another layer computes; only along the channels of "
                    "[batch, channels], [batch, channels, length] or [batch, channels, height, width]",
                    parts.front()->name, to_string(first)));
    return 0;
  }
  std::int64_t channels = 0;
  for (const Value* const part : parts) {
    Dims dims = *part->dims;
    if (part->is_constant()) {
      call.refuse("", fmt::format("joins the constant '{}' with what several layers compute", part->name));
      return 0;
    }
    if (dims.size() == first.size()) {
      channels += dims[1];
      dims[1] = first[1];
    }
    if (dims != first) {
      call.refuse("", fmt::format("{} does not fit {}", named_dims(*part), named_dims(*parts.front())));
      return 0;
    }
  }
  return channels;
}

/// The layer that passes the part on. A vector's values may lie in a map.
int add_passing_layer(NetworkBuilder& builder, const Part& part, const std::string& name) {
  const net::Shape in = builder.tensor(part.value->tensor).shape;
  const bool map = part.value->dims->size() > 2;
  const int channels = part.before + part.channels + part.after;
  net::Node node;
  node.name = name;
  node.onnx_operator = map ? "Conv" : "MatMul";
  node.out_channels = channels;
  if (!map) node.window = {in.h, in.w};
  node.conv_shape = map ? net::Shape{in.h, in.w, channels} : net::Shape{1, 1, channels};
  const net::Shape kernel = map ? net::Shape{1, 1, in.c} : in;
  std::vector<float> row(part.channels);
  for (int c = 0; c < channels; ++c) {
    std::fill(row.begin(), row.end(), 0.0F);
    if (c >= part.before && c < part.before + part.channels) row[c - part.before] = 1;
    const std::vector<float> stored = net::to_channel_last(row.data(), kernel);
    node.weight.insert(node.weight.end(), stored.begin(), stored.end());
  }
  return builder.add_layer(part.value->tensor, std::move(node), std::vector<double>(channels, 1),
                           std::vector<double>(channels, 0), name);
}

/// The limits that all parts have and the result can have instead; nothing when they differ.
std::optional<Limits> common_limits(const NetworkBuilder& builder, const std::vector<Part>& parts) {
  const std::optional<Limits> first = builder.open_limits(parts.front().value->tensor);
  if (!first) return std::nullopt;
  const bool same = std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
    return builder.open_limits(part.value->tensor) == first;
  });
  return same ? first : std::nullopt;
}

/// Whether the layer that makes the part can make the result's other channels as zeros.
bool can_widen(const NetworkBuilder& builder, const std::vector<Part>& parts, const Part& part,
               const std::optional<Limits>& common) {
  const int tensor = part.value->tensor;
  const auto same = [&](const Part& other) { return other.value->tensor == tensor; };
  if (std::count_if(parts.begin(), parts.end(), same) != 1) return false;
  if (part.value->dims->size() == 2 && builder.tensor(tensor).shape.c != part.channels) return false;
  const std::optional<Limits> limits = builder.open_limits(tensor);
  if (!limits || !(common || *limits == Limits{})) return false;
  const net::Node& node = builder.network().nodes[builder.tensor(tensor).producer];
  const auto each = static_cast<std::int64_t>(node.weight.size()) / node.out_channels;
  return each <= kMaxValues / (part.before + part.channels + part.after);
}

/// The parts and where they go; nothing, and a reason or an earlier one, when a layer cannot read one.
std::optional<std::vector<Part>> parts_of(OperatorCall& call, NetworkBuilder& builder,
                                          const std::vector<const Value*>& values, std::int64_t channels) {
  std::vector<Part> parts;
  int before = 0;
  for (const Value* const value : values) {
    if (!value->is_tensor()) return std::nullopt;
    const auto own = static_cast<int>(value->dims->at(1));
    if (channels * own > kMaxViewWeights) {
      call.refuse("", fmt::format("'{}' as {} of {} channels: more than {} weights", value->name, own,
                                  channels, kMaxViewWeights));
      return std::nullopt;
    }
    const Dims& dims = *value->dims;
    const bool map = dims.size() > 2;
    if (map && !call.accept("", builder.as_map(value->tensor, map_shape(*value, *map_extent(call, *value)))))
      return std::nullopt;
    parts.push_back({value, before, own, static_cast<int>(channels) - before - own});
    before += own;
  }
  return parts;
}

}  // namespace

bool of_several_layers(const std::vector<const Value*>& parts) {
  const Value* first = nullptr;
  for (const Value* const part : parts) {
    if (!part || !part->is_tensor()) continue;
    if (first && first->tensor != part->tensor) return true;
    first = part;
  }
  return false;
}

Value join_layers(OperatorCall& call, NetworkBuilder& builder, const std::vector<const Value*>& values) {
  const std::int64_t channels = joined_channels(call, values);
  if (channels == 0) return {};
  Dims dims = *values.front()->dims;
  dims[1] = channels;
  if (element_count(dims).value_or(kMaxValues + 1) > kMaxValues * call.batch()) {
    call.refuse("", fmt::format("a result of {} is larger than {} values", to_string(dims), kMaxValues));
    return {"", nullptr, -1, dims};
  }
  const std::optional<std::vector<Part>> parts = parts_of(call, builder, values, channels);
  if (!parts) return {"", nullptr, -1, dims};
  const std::optional<Limits> common = common_limits(builder, *parts);
  const bool positive = std::all_of(parts->begin(), parts->end(), [&](const Part& part) {
    return builder.never_negative(part.value->tensor);
  });
  int sum = -1;
  for (std::size_t p = 0; p < parts->size(); ++p) {
    const Part& part = (*parts)[p];
    int tensor = part.value->tensor;
    if (can_widen(builder, *parts, part, common)) {
      builder.add_channels(tensor, part.before, part.after);
    } else {
      tensor = add_passing_layer(builder, part, fmt::format("{}/{}", call.name(), p));
    }
    if (p == 0) {
      sum = tensor;
      continue;
    }
    const std::string name = p + 1 == parts->size() ? call.output() : fmt::format("{}/{}", call.output(), p);
    if (!call.accept("", builder.add(sum, tensor, call.name(), name, sum))) return {"", nullptr, -1, dims};
  }
  Limits limits = common.value_or(Limits{});
  if (positive) limits.lower = std::max(limits.lower, 0.0F);
  if (!(limits == Limits{})) call.accept("", builder.clamp(sum, limits.lower, limits.upper, call.output()));
  return result_of(call, sum, dims);
}

}  // namespace dpwa::onnx
