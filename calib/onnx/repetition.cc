// SPDX-License-Identifier: Apache-2.0
//
// Operators whose results repeat or regroup values of a map: Expand, Tile, DepthToSpace, SpaceToDepth, and
// Resize and Upsample to the nearest value.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

/// x over dims that are multiples of its own (with leading ones): every index modulo its own size.
Value repeated(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Dims& from,
               const Dims& dims) {
  const Dims strides = strides_of(from);
  return move_values(call, builder, x, dims, [&](const Dims& at) {
    std::int64_t source = 0;
    for (std::size_t i = 0; i < at.size(); ++i) source += at[i] % from[i] * strides[i];
    return source;
  });
}

/// [batch, c, h, w] with a blocksize, or nothing and a reason.
std::optional<std::int64_t> block_of(OperatorCall& call, const Value& x) {
  const std::int64_t block = call.integer("blocksize", 0);
  if (x.dims && x.dims->size() == 4 && block > 0 && block <= kMaxValues) return block;
  if (x.dims)
    call.refuse("blocksize", fmt::format("{} does not fit '{}' {}", block, x.name, to_string(*x.dims)));
  return std::nullopt;
}

/// Where output position `at` of a resized axis comes from.
using Nearest = std::int64_t (*)(double);

std::int64_t prefer_floor(double v) { return static_cast<std::int64_t>(std::ceil(v - 0.5)); }
std::int64_t prefer_ceil(double v) { return static_cast<std::int64_t>(std::floor(v + 0.5)); }
std::int64_t down(double v) { return static_cast<std::int64_t>(std::floor(v)); }
std::int64_t up(double v) { return static_cast<std::int64_t>(std::ceil(v)); }

std::optional<Nearest> nearest_of(OperatorCall& call) {
  const bool has_mode = call.op() == "Resize" && call.opset() >= 11;
  const std::string mode = call.text("nearest_mode", has_mode ? "round_prefer_floor" : "floor");
  if (mode == "round_prefer_floor") return prefer_floor;
  if (mode == "round_prefer_ceil") return prefer_ceil;
  if (mode == "floor") return down;
  if (mode == "ceil") return up;
  call.refuse("nearest_mode", fmt::format("'{}' is not supported", mode));
  return std::nullopt;
}

/// One factor per axis of x, from scales or sizes; nothing and a reason otherwise.
std::optional<std::vector<double>> scales_of(OperatorCall& call, const Value& x) {
  const std::size_t rank = x.dims->size();
  const bool attribute = call.op() == "Upsample" && call.opset() < 9;
  const std::size_t place = call.op() == "Resize" && call.opset() >= 11 ? 2 : 1;
  std::vector<double> scales;
  if (attribute) {
    if (const auto* const given = call.find("scales"))
      scales = {given->floats().begin(), given->floats().end()};
  } else if (const Value* const given = call.input(place); given && element_count(*given->dims) != 0) {
    const auto values = call.floats(*given, "scales");
    if (!values) return std::nullopt;
    scales = {values->begin(), values->end()};
  } else if (const Value* const sizes = call.input(3)) {
    const auto values = call.indices(*sizes, "sizes");
    if (!values) return std::nullopt;
    for (std::size_t i = 0; i < values->size() && i < rank; ++i) {
      scales.push_back(static_cast<double>((*values)[i]) / static_cast<double>(x.dims->at(i)));
    }
  }
  const auto bad = [](double s) { return !(s > 0 && s <= 1 << 20); };
  if (scales.size() == rank && std::none_of(scales.begin(), scales.end(), bad)) return scales;
  call.refuse("scales", fmt::format("one factor above 0 per dimension of '{}' {} is needed", x.name,
                                    to_string(*x.dims)));
  return std::nullopt;
}

}  // namespace

Value import_expand(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  auto target = call.indices(call.required(1), "shape");
  if (!target || !x.dims) return {};
  Dims from = own_dims(call, x);
  if (target->size() > from.size()) {
    if (call.keeps_batch() && !x.is_constant()) {
      call.refuse("shape", fmt::format("{} moves the batch of '{}' {}", to_string(*target), x.name,
                                       to_string(*x.dims)));
      return {};
    }
    from.insert(from.begin(), target->size() - from.size(), 1);
  }
  Dims dims = from;
  const std::size_t skipped = dims.size() - target->size();
  for (std::size_t i = 0; i < target->size(); ++i) {
    std::int64_t& dim = dims[skipped + i];
    const bool batch = skipped + i == 0 && call.keeps_batch() && !x.is_constant();
    const std::int64_t wanted = (*target)[i];
    const bool same = wanted == 1 || wanted == (batch ? call.batch() : dim);
    if (!same && (batch || dim != 1 || wanted < 1)) {
      call.refuse("shape",
                  fmt::format("{} does not fit '{}' {}", to_string(*target), x.name, to_string(*x.dims)));
      return {};
    }
    if (!same) dim = wanted;
  }
  return repeated(call, builder, x, from, dims);
}

Value import_tile(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto repeats = call.indices(call.required(1), "repeats");
  if (!repeats || !x.dims) return {};
  const Dims from = own_dims(call, x);
  Dims dims = from;
  const bool fits = repeats->size() == from.size();
  for (std::size_t i = 0; fits && i < from.size(); ++i) {
    const std::int64_t times = (*repeats)[i];
    if (times != 1 && !own_axis(call, "repeats", static_cast<std::int64_t>(i), x)) return {};
    dims[i] = times < 1 || times > kMaxValues ? 0 : dims[i] * times;
  }
  if (!fits) {
    call.refuse("repeats",
                fmt::format("{} do not fit '{}' {}", to_string(*repeats), x.name, to_string(*x.dims)));
    return {};
  }
  return repeated(call, builder, x, from, dims);
}

Value import_depth_to_space(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto block = block_of(call, x);
  if (!block) return {};
  const std::int64_t b = *block;
  const Dims from = own_dims(call, x);
  const std::string mode = call.text("mode", "DCR");
  if ((mode != "DCR" && mode != "CRD") || from[1] % (b * b) != 0) {
    call.refuse("blocksize",
                fmt::format("{} in mode {} does not fit '{}' {}", b, mode, x.name, to_string(*x.dims)));
    return {};
  }
  const std::int64_t depth = from[1] / (b * b);
  const Dims strides = strides_of(from);
  return move_values(call, builder, x, {from[0], depth, from[2] * b, from[3] * b}, [&](const Dims& at) {
    const std::int64_t part = at[2] % b * b + at[3] % b;
    const std::int64_t channel = mode == "DCR" ? part * depth + at[1] : at[1] * b * b + part;
    return number_of({at[0], channel, at[2] / b, at[3] / b}, strides);
  });
}

Value import_space_to_depth(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto block = block_of(call, x);
  if (!block) return {};
  const std::int64_t b = *block;
  const Dims from = own_dims(call, x);
  if (from[2] % b != 0 || from[3] % b != 0) {
    call.refuse("blocksize", fmt::format("{} does not divide '{}' {}", b, x.name, to_string(*x.dims)));
    return {};
  }
  const Dims strides = strides_of(from);
  return move_values(
      call, builder, x, {from[0], from[1] * b * b, from[2] / b, from[3] / b}, [&](const Dims& at) {
        const std::int64_t part = at[1] / from[1];
        return number_of({at[0], at[1] % from[1], at[2] * b + part / b, at[3] * b + part % b}, strides);
      });
}

Value import_resize(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const bool transforms = call.op() == "Resize" && call.opset() >= 11;
  const std::string place =
      call.text("coordinate_transformation_mode", transforms ? "half_pixel" : "asymmetric");
  if (call.text("mode", "nearest") != "nearest") call.refuse("mode", "only nearest is supported");
  if (place != "half_pixel" && place != "asymmetric") {
    call.refuse("coordinate_transformation_mode", fmt::format("'{}' is not supported", place));
  }
  if (call.has("axes")) call.refuse("axes", "only all dimensions are supported");
  const auto nearest = nearest_of(call);
  const auto scales = scales_of(call, x);
  if (call.refused() || !scales) return {};
  const Dims from = own_dims(call, x);
  Dims dims = from;
  std::vector<Dims> sources(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double scale = (*scales)[i];
    if (scale != 1 && !own_axis(call, "scales", static_cast<std::int64_t>(i), x)) return {};
    dims[i] = static_cast<std::int64_t>(std::floor(static_cast<double>(from[i]) * scale));
    if (dims[i] > kMaxViewTerms) dims[i] = 0;
    for (std::int64_t at = 0; at < dims[i]; ++at) {
      const double position = static_cast<double>(at);
      const double exact = place == "half_pixel" ? (position + 0.5) / scale - 0.5 : position / scale;
      sources[i].push_back(std::clamp<std::int64_t>((*nearest)(exact), 0, from[i] - 1));
    }
  }
  const Dims strides = strides_of(from);
  return move_values(call, builder, x, dims, [&](const Dims& at) {
    std::int64_t source = 0;
    for (std::size_t i = 0; i < at.size(); ++i) source += sources[i][at[i]] * strides[i];
    return source;
  });
}

}  // namespace dpwa::onnx
