// SPDX-License-Identifier: Apache-2.0
//
// Operators whose results are values of their input in another order or number: Transpose, Slice, Pad,
// Concat. More of them: gather.cc, repetition.cc.
#include "calib/onnx/movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "calib/onnx/join.h"
#include "calib/onnx/mix.h"
#include "calib/onnx/order.h"

namespace dpwa::onnx {
namespace {

struct Range {
  std::int64_t start = 0, step = 1, count = 0;
};

Range slice(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  const std::int64_t last = step > 0 ? size : size - 1, least = step > 0 ? 0 : -1;
  const auto place = [&](std::int64_t v, std::int64_t from) {
    return std::clamp(v < 0 ? v + size : v, from, last);
  };
  start = place(start, 0);
  end = place(end, least);
  const std::int64_t span = step > 0 ? end - start : start - end;
  const std::int64_t stride = std::abs(step);
  return {start, step, span > 0 ? (span - 1) / stride + 1 : 0};
}

/// starts, ends, axes and steps of Slice: attributes before operator set 10, inputs since.
struct SliceBounds {
  Dims starts, ends, axes, steps;
};

std::optional<SliceBounds> slice_bounds(OperatorCall& call) {
  SliceBounds b;
  if (call.opset() < 10) {
    b.starts = call.integers("starts", {});
    b.ends = call.integers("ends", {});
    b.axes = call.integers("axes", {});
  } else {
    static constexpr const char* kNames[] = {"", "starts", "ends", "axes", "steps"};
    Dims* const lists[] = {nullptr, &b.starts, &b.ends, &b.axes, &b.steps};
    for (std::size_t i = 1; i <= 4; ++i) {
      if (!call.input(i)) continue;
      auto values = call.indices(*call.input(i), kNames[i]);
      if (!values) return std::nullopt;
      *lists[i] = std::move(*values);
    }
  }
  if (b.axes.empty()) {
    b.axes.resize(b.starts.size());
    std::iota(b.axes.begin(), b.axes.end(), 0);
  }
  if (b.steps.empty()) b.steps.assign(b.starts.size(), 1);
  const std::size_t n = b.starts.size();
  const auto far = [](std::int64_t step) { return step == 0 || std::abs(step / 2) > kMaxValues; };
  if (b.ends.size() == n && b.axes.size() == n && b.steps.size() == n &&
      std::none_of(b.steps.begin(), b.steps.end(), far)) {
    return b;
  }
  call.refuse("starts",
              fmt::format("{}, ends {}, axes {} and steps {} do not go together", to_string(b.starts),
                          to_string(b.ends), to_string(b.axes), to_string(b.steps)));
  return std::nullopt;
}

/// Pads per axis of x: an attribute before operator set 11, an input since, for some axes since 18.
std::optional<std::pair<Dims, Dims>> read_pads(OperatorCall& call, const Value& x) {
  const std::size_t rank = x.dims->size();
  std::optional<Dims> pads;
  if (call.opset() < 11) {
    pads = call.integers("pads", {});
  } else {
    pads = call.indices(call.required(1), "pads");
  }
  Dims axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (const Value* const given = call.input(3)) {
    const auto values = call.indices(*given, "axes");
    if (!values) return std::nullopt;
    axes = *values;
  }
  if (!pads) return std::nullopt;
  const auto far = [](std::int64_t pad) { return pad > kMaxValues || pad < -kMaxValues; };
  if (pads->size() != 2 * axes.size() || std::any_of(pads->begin(), pads->end(), far)) {
    call.refuse("pads", fmt::format("{} do not fit '{}' {}", to_string(*pads), x.name, to_string(*x.dims)));
    return std::nullopt;
  }
  Dims before(rank, 0), after(rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t b = (*pads)[i], a = (*pads)[axes.size() + i];
    if (b == 0 && a == 0) continue;
    const auto axis = own_axis(call, "axes", axes[i], x);
    if (!axis) return std::nullopt;
    before[*axis] = b;
    after[*axis] = a;
  }
  return std::make_pair(before, after);
}

/// Where position `at` of a padded axis of `size` values comes from; -1: from nowhere.
std::int64_t padded_source(const std::string& mode, std::int64_t at, std::int64_t size) {
  if (at >= 0 && at < size) return at;
  if (mode == "constant") return -1;
  if (mode == "edge") return at < 0 ? 0 : size - 1;
  if (mode == "wrap") return ((at % size) + size) % size;
  const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);  // reflect
  const std::int64_t phase = ((at % period) + period) % period;
  return std::min(phase, period - phase);
}

/// Pads that a window could have: of a map, in space only.
std::optional<std::array<int, 4>> around_map(const Dims& before, const Dims& after) {
  const std::size_t rank = before.size();
  if (rank < 3 || rank > 4 || before[0] != 0 || before[1] != 0 || after[0] != 0 || after[1] != 0)
    return std::nullopt;
  std::array<int, 4> pads{};
  const std::int64_t sizes[] = {rank == 4 ? before[2] : 0, before.back(), rank == 4 ? after[2] : 0,
                                after.back()};
  for (std::size_t i = 0; i < 4; ++i) {
    if (sizes[i] < 0) return std::nullopt;
    pads[i] = static_cast<int>(sizes[i]);
  }
  return pads;
}

/// The dims of Concat's result; nothing and a reason when the parts do not fit.
std::optional<Dims> joined_dims(OperatorCall& call, const std::vector<const Value*>& parts,
                                std::size_t axis) {
  std::optional<Dims> result;
  for (const Value* const part : parts) {
    Dims dims = own_dims(call, *part);
    if (!result) {
      result = dims;
      continue;
    }
    const std::int64_t more = axis < dims.size() ? dims[axis] : 0;
    if (axis < dims.size()) dims[axis] = (*result)[axis];
    if (dims != *result) {
      call.refuse("", fmt::format("'{}' {} does not fit '{}' {}", part->name, to_string(*part->dims),
                                  parts[0]->name, to_string(*parts[0]->dims)));
      return std::nullopt;
    }
    (*result)[axis] += more;
  }
  return result;
}

}  // namespace

std::optional<std::size_t> own_axis(OperatorCall& call, const std::string& attribute, std::int64_t axis,
                                    const Value& x) {
  const auto rank = static_cast<std::int64_t>(x.dims->size());
  const std::int64_t own = axis < 0 ? axis + rank : axis;
  if (own < 0 || own >= rank) {
    call.refuse(attribute, fmt::format("{} does not fit '{}' {}", axis, x.name, to_string(*x.dims)));
    return std::nullopt;
  }
  if (own == 0 && !x.is_constant() && call.keeps_batch()) {
    call.refuse(attribute, fmt::format("{} of '{}' {} is the batch", axis, x.name, to_string(*x.dims)));
    return std::nullopt;
  }
  return static_cast<std::size_t>(own);
}

Dims own_dims(const OperatorCall& call, const Value& x) {
  return x.is_constant() ? *x.dims : sample_dims(call, *x.dims);
}

Dims batch_dims(const OperatorCall& call, Dims sample, const Value& x) {
  if (!x.is_constant() && call.batch() != 1 && !sample.empty()) sample[0] *= call.batch();
  return sample;
}

Value literal_floats(OperatorCall& call, Dims dims, const std::vector<float>& values) {
  ::onnx::TensorProto tensor;
  tensor.set_name(call.output());
  tensor.set_data_type(::onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return {"", call.model().keep(std::move(tensor)), -1, std::move(dims)};
}

Value import_transpose(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const std::size_t rank = x.dims->size();
  Dims reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const Dims perm = call.integers("perm", reversed);
  Dims sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  if (!std::equal(sorted.begin(), sorted.end(), reversed.rbegin(), reversed.rend())) {
    call.refuse("perm", fmt::format("{} does not fit '{}' {}", to_string(perm), x.name, to_string(*x.dims)));
    return {};
  }
  if (rank > 0 && perm[0] != 0 && !x.is_constant() && call.keeps_batch()) {
    call.refuse("perm",
                fmt::format("{} moves the batch of '{}' {}", to_string(perm), x.name, to_string(*x.dims)));
    return {};
  }
  if (!x.is_constant()) return transpose(call, x, perm);
  const Dims moved = permuted(strides_of(*x.dims), perm);
  return move_values(call, builder, x, permuted(*x.dims, perm),
                     [&](const Dims& at) { return number_of(at, moved); });
}

Value import_slice(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto bounds = slice_bounds(call);
  if (!bounds || !x.dims) return {};
  const Dims from = own_dims(call, x);
  std::vector<Range> ranges;
  for (const std::int64_t size : from) ranges.push_back({0, 1, size});
  for (std::size_t i = 0; i < bounds->starts.size(); ++i) {
    const auto rank = static_cast<std::int64_t>(from.size());
    const std::int64_t given = bounds->axes[i] < 0 ? bounds->axes[i] + rank : bounds->axes[i];
    const std::int64_t size = given >= 0 && given < rank ? x.dims->at(given) : 0;
    const Range range = slice(size, bounds->starts[i], bounds->ends[i], bounds->steps[i]);
    const bool to_the_end = !call.model().symbolic_batch || bounds->ends[i] >= kMaxValues;
    if (given == 0 && range.step == 1 && range.count == size && to_the_end) continue;  // all of the batch
    const auto axis = own_axis(call, "axes", bounds->axes[i], x);
    if (!axis) return {};
    ranges[*axis] = range;
  }
  Dims dims;
  for (const Range& range : ranges) dims.push_back(range.count);
  const Dims strides = strides_of(from);
  return move_values(call, builder, x, dims, [&](const Dims& at) {
    std::int64_t source = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
      source += (ranges[i].start + at[i] * ranges[i].step) * strides[i];
    return source;
  });
}

Value import_pad(OperatorCall& call, NetworkBuilder& builder) {
  static const std::set<std::string> kModes = {"constant", "edge", "reflect", "wrap"};
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const std::string mode = call.text("mode", "constant");
  if (kModes.count(mode) == 0) call.refuse("mode", fmt::format("'{}' is not supported", mode));
  float value = call.opset() < 11 ? call.real("value", 0) : 0;
  if (const Value* const given = call.opset() < 11 ? nullptr : call.input(2)) {
    const auto values = call.floats(*given, "constant_value");
    if (!values || values->size() != 1) return {};
    value = values->front();
  }
  const auto pads = read_pads(call, x);
  if (!pads || call.refused()) return {};
  const auto& [before, after] = *pads;
  const Dims from = own_dims(call, x), strides = strides_of(from);
  Dims dims = from;
  for (std::size_t i = 0; i < dims.size(); ++i) dims[i] += before[i] + after[i];
  Value padded = move_values(
      call, builder, x, dims,
      [&, &first = before](const Dims& at) {
        std::int64_t source = 0;
        for (std::size_t i = 0; i < at.size(); ++i) {
          const std::int64_t position = padded_source(mode, at[i] - first[i], from[i]);
          if (position < 0) return std::int64_t{-1};
          source += position * strides[i];
        }
        return source;
      },
      value);
  if (padded.view && (!x.view || conv_reads(x, builder)) && mode == "constant" && value == 0) {
    padded.padding = around_map(before, after);
    padded.unpadded = x.view;
  }
  return padded;
}

Value import_concat(OperatorCall& call, NetworkBuilder& builder) {
  std::vector<const Value*> parts;
  for (std::size_t i = 0; i < call.inputs(); ++i) parts.push_back(&call.required(i));
  for (const Value* const part : parts) {
    if (!part->dims) return {};
  }
  if (of_several_layers(parts)) return join_layers(call, builder, parts);
  const auto computed = std::find_if(parts.begin(), parts.end(), [](auto* p) { return p->is_tensor(); });
  const bool known =
      std::all_of(parts.begin(), parts.end(), [](auto* p) { return p->is_constant() || p->is_tensor(); });
  if (!known || computed == parts.end()) return {};
  const Value& x = **computed;
  const auto axis = own_axis(call, "axis", call.integer("axis", 1), x);
  const auto dims = axis ? joined_dims(call, parts, *axis) : std::nullopt;
  if (!dims) return {};
  std::vector<std::vector<float>> constants(parts.size());
  std::vector<Dims> strides;
  Dims part_of, offset_of;  // [positions of the axis]
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Dims own = own_dims(call, *parts[p]);
    strides.push_back(strides_of(own));
    for (std::int64_t i = 0; i < own[*axis]; ++i) {
      part_of.push_back(static_cast<std::int64_t>(p));
      offset_of.push_back(i);
    }
    if (!parts[p]->is_constant()) continue;
    auto values = call.floats(*parts[p], "inputs");
    if (!values) return {};
    constants[p] = std::move(*values);
  }
  if (element_count(*dims).value_or(kMaxViewTerms + 1) > kMaxViewTerms) {
    call.refuse("", fmt::format("a result of {} is too large", to_string(*dims)));
    return {};
  }
  ViewBuilder view(call, builder, x);
  for_each_index(*dims, [&](Dims at) {
    const std::int64_t p = part_of[at[*axis]];
    at[*axis] = offset_of[at[*axis]];
    const std::int64_t source = number_of(at, strides[p]);
    view.value(parts[p]->is_constant() ? constants[p][source] : 0);
    if (parts[p]->is_constant()) return;
    view.read(*parts[p]);
    view.add(source);
  });
  return view.finish(batch_dims(call, *dims, x));
}

}  // namespace dpwa::onnx
