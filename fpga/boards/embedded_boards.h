// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/base/embedded.h"

namespace dpwa::boards {

/// fpga/boards/*/: board.toml, wrappers and constraints, compiled in.
const std::vector<EmbeddedFile>& embedded_boards();

}  // namespace dpwa::boards
