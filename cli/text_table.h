// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dpwa::cli {

/// Rows of equally many cells as lines with columns as wide as their widest cell; the first row is the
/// header.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace dpwa::cli
