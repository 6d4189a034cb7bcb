// SPDX-License-Identifier: Apache-2.0
//
// The conversions of the ONNX project's Cast tests, as bit patterns.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "model/num/storage_format.h"

namespace dpwa::num {
namespace {

struct Vector {
  std::string name, from, to;
  bool saturate = false;
  std::string round_mode;
  std::uint32_t input = 0, output = 0;
};

std::vector<Vector> read_vectors(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Vector> vectors;
  std::string line;
  std::getline(file, line);  // names of the columns
  while (std::getline(file, line)) {
    std::istringstream text(line);
    std::vector<std::string> cells;
    for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
    if (cells.size() != 7) throw std::runtime_error(line);
    const auto bits = [](const std::string& hex) {
      return static_cast<std::uint32_t>(std::stoul(hex, nullptr, 16));
    };
    vectors.push_back(
        {cells[0], cells[1], cells[2], cells[3] == "1", cells[4], bits(cells[5]), bits(cells[6])});
  }
  return vectors;
}

const std::map<std::string, FloatFormat> kFloats = {{"FLOAT16", kBinary16},
                                                    {"BFLOAT16", kBfloat16},
                                                    {"FLOAT8E4M3FN", kE4M3},
                                                    {"FLOAT8E5M2", kE5M2},
                                                    {"FLOAT8E4M3FNUZ", {4, 3, 8, Specials::one_nan}},
                                                    {"FLOAT8E5M2FNUZ", {5, 2, 16, Specials::one_nan}},
                                                    {"FLOAT4E2M1", kE2M1}};
const std::map<std::string, int> kIntegerBits = {{"INT2", 2},  {"INT4", 4},  {"INT8", 8},
                                                 {"UINT2", 2}, {"UINT4", 4}, {"UINT8", 8}};

double number_of(const std::string& type, std::uint32_t bits) {
  if (type == "FLOAT") {
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  if (type == "FLOAT8E8M0") return decode_scale(bits);
  if (kFloats.count(type) != 0) return decode(kFloats.at(type), bits);
  return type[0] == 'U' ? bits : decode(integer_format("", kIntegerBits.at(type)), bits);
}

/// Conversion as this project does it, but for integers beyond their format, which Cast wraps.
std::uint32_t converted(const Vector& v, double value) {
  if (v.to == "FLOAT") {
    const auto single = static_cast<float>(value);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &single, sizeof bits);
    return bits;
  }
  if (v.to == "FLOAT8E8M0") return encode_scale_up(value);
  if (kFloats.count(v.to) != 0) {
    const bool eight_bits = v.to.rfind("FLOAT8", 0) == 0;
    const Overflow overflow = v.saturate && eight_bits ? Overflow::saturate : Overflow::special;
    return encode(kFloats.at(v.to), value, overflow);
  }
  const int bits = kIntegerBits.at(v.to);
  const StorageFormat format = integer_format("", bits);
  const Range range = v.to[0] == 'U' ? Range{0, (1 << bits) - 1} : code_range(format);
  const auto whole = static_cast<std::int64_t>(value);
  if (v.to[0] != 'U' && range.contains(whole)) return encode(format, value);
  return static_cast<std::uint32_t>(whole) & ((1U << bits) - 1);
}

TEST(CastVectors, EveryOneOfThem) {
  const char* named = std::getenv("DPWA_SHARED");
  const std::filesystem::path path =
      std::filesystem::path(named != nullptr ? named : DPWA_SOURCE_DIR "/../shared") /
      "data/onnx-node-conformance/cast_vectors.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent (set DPWA_SHARED)";
  const std::vector<Vector> vectors = read_vectors(path);
  EXPECT_EQ(vectors.size(), 717U);
  for (const Vector& v : vectors) {
    if (v.to == "FLOAT8E8M0") {
      ASSERT_EQ(v.round_mode, "up");
    }
    const double value = number_of(v.from, v.input);
    const std::uint32_t found = converted(v, value);
    if (std::isnan(value) && (v.to == "FLOAT" || v.to == "FLOAT16")) {
      EXPECT_TRUE(std::isnan(number_of(v.to, v.output)) && std::isnan(number_of(v.to, found))) << v.name;
    } else {
      EXPECT_EQ(found, v.output) << v.name << ", input " << std::hex << v.input;
    }
  }
}

}  // namespace
}  // namespace dpwa::num
