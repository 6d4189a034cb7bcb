// SPDX-License-Identifier: Apache-2.0
#include "model/plan/policy_trace.h"

#include <fmt/format.h>

namespace dpwa::plan {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

PolicyTrace::PolicyTrace(const std::filesystem::path& path, const net::Network& network)
    : file_(path), network_(network) {
  file_.append("image,node,tile,planes\n");
}

void PolicyTrace::add(const TileWidths& widths) {
  add_tensor("(input)", widths[0]);
  for (const net::Node& node : network_.nodes) add_tensor(csv_field(node.name), widths[node.output]);
  ++images_;
}

void PolicyTrace::add_tensor(const std::string& name, const std::vector<std::uint8_t>& planes) {
  std::string lines;
  for (std::size_t tile = 0; tile < planes.size(); ++tile) {
    lines += fmt::format("{},{},{},{}\n", images_, name, tile, planes[tile]);
  }
  file_.append(lines);
}

}  // namespace dpwa::plan
