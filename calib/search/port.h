// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "model/plan/plan.h"

namespace dpwa::search {

/// user value = word * scale + offset, where the user already knows it (`--scale`, `--offset` on integer
/// data).
struct KnownGrid {
  double scale = 1, offset = 0;
};

/// The input port that carries the calibration data (docs/numerics.md N6.1). An integer word when the data
/// lie on a grid of at most 256 points within 1e-3 of a word: u8 for 0..255, s8 for -128..127, u8 with an
/// offset otherwise. Grids tried: the known one, 1/255, 1, then the smallest difference of the data. Anything
/// else travels as s16 with twice the range of the calibration data.
plan::InputPort choose_port(const std::vector<float>& samples, const std::optional<KnownGrid>& known);

}  // namespace dpwa::search
