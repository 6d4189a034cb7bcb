// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/base/files.h"
#include "model/net/network.h"

namespace dpwa::plan {

/// What the PCU decided for a tile: planes (N1.3) and step class (N5).
struct TileDecision {
  std::uint8_t planes = 0;
  std::uint8_t step_class = 0;
  bool operator==(const TileDecision& o) const { return planes == o.planes && step_class == o.step_class; }
};

/// Of one tensor: `planes` of its tiles with the classes of its rows, none: all 0.
std::vector<TileDecision> decisions(const std::vector<std::uint8_t>& planes,
                                    const std::vector<std::uint8_t>& classes);

/// Of every tile of one inference, [network.tensors][tile].
using Decisions = std::vector<std::vector<TileDecision>>;

/// The file of `--policy-trace`: CSV, one line per decision of the PCU,
///   image,node,tile,planes,class
/// image: from 0. node: whose output is stored, "(input)" for the network's input; quoted where CSV asks for
/// it. tile: N1.5. Ordered by image, then the input and the nodes as they are executed, then tile: the same
/// bytes for every number of lanes and groups.
class PolicyTrace {
 public:
  PolicyTrace(const std::filesystem::path& path, const net::Network& network);

  /// The next image's decisions.
  void add(const Decisions& decisions);
  void commit() { file_.commit(); }

 private:
  void add_tensor(const std::string& name, const std::vector<TileDecision>& tiles);

  OutputFile file_;
  const net::Network& network_;
  std::int64_t images_ = 0;
};

}  // namespace dpwa::plan
