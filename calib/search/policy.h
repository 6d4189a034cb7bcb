// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "calib/search/sweep.h"
#include "model/base/progress.h"

namespace dpwa::search {

/// Which policies of the PCU a plan may use: `range`: widths only. `fixed`: none that follows the data, the
/// static mix. `variance`: step classes (docs/numerics.md N5) for every tensor that may have them.
/// `automatic`: for those where they pay.
enum class PolicyChoice { range, fixed, variance, automatic };

/// The plan of `base` with policy variance. Its thresholds are quantiles of the variance of stored rows over
/// the fit samples. Of the quantiles, tensor by tensor in the order of the network, the one of least cost
/// that is accepted is kept. `everywhere`: a tensor without one takes the highest quantile all the same; else
/// it keeps its range policy, and nothing is returned when no tensor gains.
std::optional<Point> with_variance(const Problem& problem, const Point& base, bool everywhere,
                                   Progress& progress);

}  // namespace dpwa::search
