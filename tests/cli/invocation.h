// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace dpwa::cli {

/// What one run of the `dpwa` executable gave.
struct Invocation {
  int exit_code = 0;  ///< 128 + n for signal n
  std::string out;
  std::string err;
};

/// Runs `dpwa arguments...` to its end. `standard_output`: a file to use instead of a captured one.
/// `prefix`: words before the executable, for example {"timeout", "-s", "INT", "1"}.
Invocation invoke(const std::vector<std::string>& arguments, const std::string& standard_output = "",
                  const std::vector<std::string>& prefix = {});

}  // namespace dpwa::cli
