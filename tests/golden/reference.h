// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/golden/executor.h"

/// docs/numerics.md read aloud: plane by plane, digit by digit, with no care for speed. It shares neither
/// model/num nor plan::derive() nor anything of model/golden but the result types, and judges all of them.
namespace dpwa::golden::reference {

Inference run(const net::Network& network, const plan::Plan& plan, int products,
              const std::vector<std::int32_t>& words);

}  // namespace dpwa::golden::reference
