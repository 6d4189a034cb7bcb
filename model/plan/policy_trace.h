// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/base/files.h"
#include "model/net/network.h"

namespace dpwa::plan {

/// Planes of every tile of one inference, [network.tensors][tile]: what the PCU decided (N1.3).
using TileWidths = std::vector<std::vector<std::uint8_t>>;

/// The file of `--policy-trace`: CSV, one line per decision of the PCU,
///   image,node,tile,planes
/// image: from 0. node: whose output is stored, "(input)" for the network's input; quoted where CSV asks for
/// it. tile: N1.5. Ordered by image, then the input and the nodes as they are executed, then tile: the same
/// bytes for every number of lanes and groups.
class PolicyTrace {
 public:
  PolicyTrace(const std::filesystem::path& path, const net::Network& network);

  /// The next image's decisions.
  void add(const TileWidths& widths);
  void commit() { file_.commit(); }

 private:
  void add_tensor(const std::string& name, const std::vector<std::uint8_t>& planes);

  OutputFile file_;
  const net::Network& network_;
  std::int64_t images_ = 0;
};

}  // namespace dpwa::plan
