// SPDX-License-Identifier: Apache-2.0
#include "model/plan/weights_file.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::plan {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMagic{"\x93NUMPY\x01\x00", 8};
constexpr std::size_t kPrologue = 10;  // magic, version, header length
constexpr std::size_t kAlignment = 64;

std::string plain_name(const std::string& name) {
  std::string plain = name;
  for (char& c : plain) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    if (!kept) c = '_';
  }
  return plain;
}

std::string shape_text(const WeightShape& shape) {
  return fmt::format("({}, {}, {}, {})", shape[0], shape[1], shape[2], shape[3]);
}

std::size_t values(const WeightShape& shape) {
  return std::size_t(shape[0]) * shape[1] * shape[2] * shape[3];
}

/// Header text without the blanks that NumPy allows anywhere, for comparing.
std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) out.push_back(c);
  }
  return out;
}

}  // namespace

WeightShape weight_shape(const net::Network& network, int node) {
  const net::Node& shape = network.nodes[node];
  return {shape.out_channels, shape.window.kh, shape.window.kw, net::group_channels(network, shape)};
}

std::string weights_file_name(const net::Network& network, int node) {
  const std::string name = plain_name(network.nodes[node].name);
  const auto same = [&](const net::Node& other) { return plain_name(other.name) == name; };
  const auto sharing = std::count_if(network.nodes.begin(), network.nodes.end(), same);
  return sharing > 1 ? fmt::format("{}_{}.npy", name, node) : name + ".npy";
}

std::string weights_bytes(const WeightShape& shape, const std::vector<std::int16_t>& q) {
  std::string header =
      fmt::format("{{'descr': '<i2', 'fortran_order': False, 'shape': {}, }}", shape_text(shape));
  header.resize((kPrologue + header.size() + kAlignment) / kAlignment * kAlignment - kPrologue - 1, ' ');
  header.push_back('\n');

  std::string bytes(kMagic);
  bytes.push_back(static_cast<char>(header.size() & 255));
  bytes.push_back(static_cast<char>(header.size() >> 8));
  bytes += header;
  for (const std::int16_t value : q) {
    bytes.push_back(static_cast<char>(value & 255));
    bytes.push_back(static_cast<char>((value >> 8) & 255));
  }
  return bytes;
}

std::vector<std::int16_t> read_weights(const fs::path& path, const WeightShape& shape) {
  if (!fs::exists(path)) {
    throw fail(ExitCode::bad_input, "{}: weights file is missing", path.string());
  }
  const std::string bytes = read_file(path);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < kPrologue || std::string_view(bytes).substr(0, kMagic.size()) != kMagic) {
    throw fail(ExitCode::bad_input, "{}: not a .npy file of version 1.0", path.string());
  }
  const std::size_t data = kPrologue + byte(8) + 256 * std::size_t{byte(9)};
  const std::string header = without_blanks(std::string_view(bytes).substr(kPrologue, data - kPrologue));
  const auto holds = [&](const std::string& entry) {
    return header.find(without_blanks(entry)) != std::string::npos;
  };
  if (!holds("'descr': '<i2'") || !holds("'fortran_order': False") ||
      !holds("'shape': " + shape_text(shape))) {
    throw fail(ExitCode::bad_input, "{}: expected int16 ('<i2') in C order of shape {}, found header {}",
               path.string(), shape_text(shape), header);
  }
  const std::size_t expected = data + 2 * values(shape);
  if (bytes.size() != expected) {
    throw fail(ExitCode::bad_input, "{}: expected {} bytes, found {}", path.string(), expected, bytes.size());
  }
  std::vector<std::int16_t> q(values(shape));
  for (std::size_t i = 0; i < q.size(); ++i) {
    q[i] = static_cast<std::int16_t>(byte(data + 2 * i) | byte(data + 2 * i + 1) << 8);
  }
  return q;
}

}  // namespace dpwa::plan
