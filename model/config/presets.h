// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/base/embedded.h"

namespace dpwa::config {

/// model/config/presets/*.toml, compiled in.
const std::vector<EmbeddedFile>& embedded_presets();

}  // namespace dpwa::config
