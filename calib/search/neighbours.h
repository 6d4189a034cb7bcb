// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/choose.h"

namespace dpwa::search {

/// The choices that differ from `choice` in one decision: one tensor on another grid, or one lane group of a
/// node (a whole node where the scheme pins) at the plane count next to its own. A sweep of lambda meets only
/// the convex hull of cost and loss; between its points there are others.
std::vector<Choice> neighbours(const SearchSpace& space, const Choice& choice, int lanes);

}  // namespace dpwa::search
