// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dpwa::gen {

/// True for a reserved word of Verilog-2005 or SystemVerilog-2017: no tool may meet it as a name.
bool is_keyword(const std::string& word);

}  // namespace dpwa::gen
