// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace dpwa {

/// A source file that was compiled into the executable (cmake/embed.cmake).
struct EmbeddedFile {
  std::string_view path;  ///< relative to the project, e.g. "rtl/pcu/dpwa_pcu.v"
  std::string_view text;
};

}  // namespace dpwa
