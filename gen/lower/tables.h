// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/plan/plan.h"

namespace dpwa::lower {

/// The memory of all activation tables of a network; nodes with equal tables share one.
struct Tables {
  std::vector<std::int32_t> values;
  std::vector<int> first;  ///< [nodes] where the table of the node begins; 0 for a node without one
};

Tables place_tables(const std::vector<plan::NodeConstants>& nodes);

}  // namespace dpwa::lower
