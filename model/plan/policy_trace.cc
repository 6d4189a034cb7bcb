// SPDX-License-Identifier: Apache-2.0
#include "model/plan/policy_trace.h"

#include <fmt/format.h>

#include <algorithm>

namespace dpwa::plan {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::vector<TileDecision> decisions(const std::vector<std::uint8_t>& planes,
                                    const std::vector<std::uint8_t>& classes) {
  std::vector<TileDecision> tiles;
  tiles.reserve(planes.size());
  const std::size_t row_tiles = planes.size() / std::max<std::size_t>(1, classes.size());
  for (const std::uint8_t width : planes) {
    tiles.push_back({width, classes.empty() ? std::uint8_t{0} : classes[tiles.size() / row_tiles]});
  }
  return tiles;
}

PolicyTrace::PolicyTrace(const std::filesystem::path& path, const net::Network& network)
    : file_(path), network_(network) {
  file_.append("image,node,tile,planes,class\n");
}

void PolicyTrace::add(const Decisions& decisions) {
  add_tensor("(input)", decisions[0]);
  for (const net::Node& node : network_.nodes) add_tensor(csv_field(node.name), decisions[node.output]);
  ++images_;
}

void PolicyTrace::add_tensor(const std::string& name, const std::vector<TileDecision>& tiles) {
  std::string lines;
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    lines += fmt::format("{},{},{},{},{}\n", images_, name, tile, tiles[tile].planes, tiles[tile].step_class);
  }
  file_.append(lines);
}

}  // namespace dpwa::plan
