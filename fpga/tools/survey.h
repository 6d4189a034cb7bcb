// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The tools of others that dpwa and its boards use.
namespace dpwa::tools {

/// A tool or a file, looked for on this machine.
struct Tool {
  std::string name;
  bool needed = false;  ///< simulate and synth cannot do without it
  std::string enables;  ///< what it is for
  std::string get;      ///< how to install it
  std::filesystem::path path;
  std::string version;  ///< empty: it tells none

  bool found() const { return !path.empty(); }
};

/// A board, and what can be done for it on this machine.
struct Board {
  std::string name;
  std::string loader_name;           ///< what openFPGALoader calls it
  std::vector<std::string> tools;    ///< names: what makes its bitstream
  std::vector<std::string> missing;  ///< of them
  std::optional<bool> loader_knows;  ///< empty: there is no openFPGALoader
};

struct Survey {
  std::vector<Tool> tools;
  std::vector<Board> boards;

  /// Whether everything that is needed is there.
  bool complete() const;
};

/// Path of a tool of the survey, under any of its names, on PATH or where `make fpga-tools` put it. Throws
/// Error(missing_tool) with how to install it.
std::filesystem::path find(const std::string& tool);

/// Looks for everything, and asks what it finds for its version.
Survey survey();

}  // namespace dpwa::tools
