// SPDX-License-Identifier: Apache-2.0
#include "model/config/descriptor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dpwa::config {
namespace {

NodeField field(const Config& config, const std::string& name) {
  for (const NodeField& f : node_fields(config)) {
    if (f.name == name) return f;
  }
  ADD_FAILURE() << "no field " << name;
  return {};
}

TEST(Descriptor, FieldsFollowEachOtherInEveryPreset) {
  for (const std::string& name : preset_names()) {
    const Config config = load(name);
    int next = 0;
    for (const NodeField& f : node_fields(config)) {
      EXPECT_EQ(f.lsb, next) << name << ", " << f.name;
      next += f.bits;
    }
    EXPECT_EQ(descriptor_words(config), (next + 31) / 32) << name;
    EXPECT_GE(descriptor_stride(config), descriptor_words(config)) << name;
    EXPECT_LT(descriptor_stride(config), 2 * descriptor_words(config)) << name;
  }
}

TEST(Descriptor, TheSequencerFindsLastInBit0) {
  EXPECT_EQ(field(Config{}, "last").lsb, 0);
  EXPECT_EQ(field(Config{}, "last").bits, 1);
}

TEST(Descriptor, WidthsFollowTheMemories) {
  const Config small = load("up5k", {"ACTIVATION_TILES=256", "WEIGHT_TILES=4096", "CHANNELS=256", "LANES=2"});
  EXPECT_EQ(field(small, "positions").bits, 8);
  EXPECT_EQ(field(small, "t_line").bits, 9);
  EXPECT_EQ(field(small, "weight_tile_base").bits, 12);
  EXPECT_EQ(field(small, "groups").bits, 7);
  const Config large = load("up5k", {"ACTIVATION_TILES=258", "WEIGHT_TILES=4098", "CHANNELS=258", "LANES=2"});
  EXPECT_EQ(field(large, "positions").bits, 9);
  EXPECT_EQ(field(large, "t_line").bits, 10);
  EXPECT_EQ(field(large, "weight_tile_base").bits, 13);
  EXPECT_EQ(field(large, "groups").bits, 8);
}

TEST(Descriptor, WhatAConfigurationLacksTakesNoBits) {
  const Config one = load("sim-4");
  for (const char* name : {"idle", "first_column", "tile_step", "streamed", "keep", "ring_mask"})
    EXPECT_EQ(field(one, name).bits, 0) << name;
  const Config two = load("sim-4", {"GROUPS=2", "DENSE_WORDS=1024"});
  for (const char* name : {"idle", "first_column", "tile_step", "streamed", "keep", "ring_mask"})
    EXPECT_GT(field(two, name).bits, 0) << name;
  for (const char* name : {"windowed", "window_wait", "window_skip", "column_tiles", "column_words"}) {
    EXPECT_EQ(field(one, name).bits, 0) << name;
    EXPECT_GT(field(load("asic-64", {"WINDOW_PLANES=2"}), name).bits, 0) << name;
  }
  const Config adds = load("sim-4", {"RESIDUAL_WORDS=64"});
  EXPECT_EQ(field(adds, "multiplies").bits, 0);
  EXPECT_EQ(field(adds, "fine_shift").bits, 4);
  const Config multiplies = load("sim-4", {"RESIDUAL_WORDS=64", "FACTORS=1"});
  EXPECT_EQ(field(multiplies, "multiplies").bits, 1);
  EXPECT_EQ(field(multiplies, "fine_shift").bits, 6);
}

// An image whose descriptors another version laid out differently must not run.
TEST(Descriptor, IsPartOfTheIdentityThatImagesCarry) {
  const Config config = load("sim-4");
  for (const NodeField& field : node_fields(config)) {
    EXPECT_THAT(identity(config), testing::HasSubstr(fmt::format("\n{}: {} bits from {}\n", field.name,
                                                                 field.bits, field.lsb)));
  }
  EXPECT_THAT(identity(config), testing::StartsWith("LANES=4\nGROUPS=1\n"));
  EXPECT_THAT(identity(config), testing::Not(testing::HasSubstr("NAME")));
}

}  // namespace
}  // namespace dpwa::config
