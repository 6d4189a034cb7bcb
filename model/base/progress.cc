// SPDX-License-Identifier: Apache-2.0
#include "model/base/progress.h"

#include "model/base/interrupt.h"

namespace dpwa {

void SilentProgress::advance(std::int64_t) { throw_if_interrupted(); }

}  // namespace dpwa
