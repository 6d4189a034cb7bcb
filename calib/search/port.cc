// SPDX-License-Identifier: Apache-2.0
#include "calib/search/port.h"

#include <algorithm>
#include <cmath>

#include "model/num/multiplier.h"

namespace dpwa::search {

namespace {

constexpr double kTolerance = 1e-3;  ///< of a word
constexpr double kLargestWord = 255;

bool is_whole(double value) { return std::abs(value - std::nearbyint(value)) <= kTolerance; }

bool on_grid(const std::vector<float>& values, double scale, double offset) {
  return std::all_of(values.begin(), values.end(),
                     [&](float value) { return is_whole((value - offset) / scale); });
}

/// The port of a grid that the (sorted, distinct) values lie on, if 256 words reach.
std::optional<plan::InputPort> integer_port(const std::vector<float>& values, double scale, double offset) {
  if (!on_grid(values, scale, offset)) return std::nullopt;
  const double lowest = std::nearbyint((values.front() - offset) / scale);
  const double highest = std::nearbyint((values.back() - offset) / scale);
  if (lowest >= 0 && highest <= kLargestWord) return plan::InputPort{plan::PortFormat::u8, scale, offset};
  if (lowest >= -128 && highest <= 127) return plan::InputPort{plan::PortFormat::s8, scale, offset};
  if (highest - lowest > kLargestWord) return std::nullopt;
  return plan::InputPort{plan::PortFormat::u8, scale, offset + lowest * scale};
}

/// The spacing of the values, refined over their whole range; whole fractions (1/255) are made exact.
double spacing(const std::vector<float>& values) {
  double smallest = double{values.back()} - values.front();
  for (std::size_t i = 1; i < values.size(); ++i)
    smallest = std::min(smallest, double{values[i]} - values[i - 1]);
  const double range = double{values.back()} - values.front();
  const double refined = range / std::nearbyint(range / smallest);
  return refined < 1 && is_whole(1 / refined) ? 1 / std::nearbyint(1 / refined) : refined;
}

}  // namespace

plan::InputPort choose_port(const std::vector<float>& samples, const std::optional<KnownGrid>& known) {
  std::vector<float> values = samples;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<KnownGrid> grids;
  if (known) grids.push_back(*known);
  grids.push_back({1.0 / 255, 0});
  grids.push_back({1, 0});
  if (values.size() > 1 && values.size() <= kLargestWord + 1) {
    const double scale = spacing(values);
    // Words that are multiples of the spacing keep zero exact; otherwise the grid starts at the smallest
    // value.
    grids.push_back({scale, is_whole(values.front() / scale) ? 0.0 : values.front()});
  }
  for (const KnownGrid& grid : grids) {
    if (const std::optional<plan::InputPort> port = integer_port(values, grid.scale, grid.offset))
      return *port;
  }
  const double peak = std::max(std::abs(double{values.front()}), std::abs(double{values.back()}));
  const int exponent = peak > 0 ? num::floor_log2(peak) + 2 : 0;  // range 2^exponent >= twice the peak
  return {plan::PortFormat::s16, std::ldexp(1.0, exponent - 15), 0};
}

}  // namespace dpwa::search
