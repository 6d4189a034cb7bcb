// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/base/embedded.h"

namespace dpwa::gen {

/// Leaves (rtl/**), benches (tests/rtl_*, tb/**) and what benches include (model/num), compiled in.
const std::vector<EmbeddedFile>& embedded_sources();

/// The source of that project path. Throws Error(usage) when it is not compiled in.
const EmbeddedFile& source(const std::string& path);

/// The Verilog sources of these modules and of all they instantiate, each once, sorted by path. A module is
/// found by its file's name. Throws Error(usage) for an unknown module.
std::vector<EmbeddedFile> module_closure(const std::vector<std::string>& modules);

/// A C++ source and every compiled-in file that it includes with quotes, directly or not, sorted by path.
std::vector<EmbeddedFile> include_closure(const std::string& path);

}  // namespace dpwa::gen
