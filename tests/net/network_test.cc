// SPDX-License-Identifier: Apache-2.0
#include "model/net/network.h"

#include <gtest/gtest.h>

#include <numeric>

namespace dpwa::net {
namespace {

/// 4x4x1 -> conv 3x3 pad 1, 2 channels, pool 2x2 -> 2x2x2 -> dense to 3.
Network small_network() {
  Network network;
  Node conv;
  conv.input = 0;
  conv.output = 1;
  conv.out_channels = 2;
  conv.window = {3, 3, 1, 1, 1, 1, 1, 1};
  conv.pool = Window{2, 2, 2, 2, 0, 0, 0, 0};
  conv.weight.resize(2 * 3 * 3 * 1);
  conv.bias.resize(2);
  conv.conv_shape = {4, 4, 2};
  Node dense;
  dense.input = 1;
  dense.output = 2;
  dense.out_channels = 3;
  dense.window = {2, 2, 1, 1, 0, 0, 0, 0};
  dense.weight.resize(3 * 2 * 2 * 2);
  dense.bias.resize(3);
  dense.conv_shape = {1, 1, 3};
  network.nodes = {conv, dense};
  network.tensors = {{"x", {4, 4, 1}, -1, {0}}, {"pool", {2, 2, 2}, 0, {1}}, {"y", {1, 1, 3}, 1, {}}};
  network.output = 2;
  return network;
}

TEST(Network, CountsParametersWithBiases) { EXPECT_EQ(small_network().parameters(), 18 + 2 + 24 + 3); }

TEST(Network, CountsMacsBeforeThePoolPaddingIncluded) {
  const Network network = small_network();
  EXPECT_EQ(macs(network, network.nodes[0]), 4 * 4 * 2 * 9);
  EXPECT_EQ(macs(network, network.nodes[1]), 3 * 8);
  EXPECT_EQ(network.macs(), 288 + 24);
}

TEST(Network, CountsEachStoredValueOnce) { EXPECT_EQ(small_network().values_per_image(), 16 + 8 + 3); }

TEST(LayerKind, FollowsPositionsTapsAndChannels) {
  Network network = small_network();
  EXPECT_EQ(layer_kind(network, network.nodes[0]), LayerKind::convolution);
  EXPECT_EQ(layer_kind(network, network.nodes[1]), LayerKind::dense);
  Node node = network.nodes[0];
  node.window = {};
  EXPECT_EQ(layer_kind(network, node), LayerKind::pointwise);
  network.tensors[node.input].shape.c = node.groups = node.out_channels;
  EXPECT_EQ(layer_kind(network, node), LayerKind::depthwise);
  EXPECT_EQ(to_string(LayerKind::depthwise), "depthwise");
}

TEST(ChannelOrder, ChannelLastPutsTheChannelsOfAPixelTogether) {
  const Shape shape{2, 3, 2};
  std::vector<float> onnx(12);  // value = 6 * channel + 3 * y + x
  std::iota(onnx.begin(), onnx.end(), 0.0F);
  const std::vector<float> stored = to_channel_last(onnx.data(), shape);
  EXPECT_EQ(stored, (std::vector<float>{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
  EXPECT_EQ(to_channel_first(stored.data(), shape), onnx);
}

TEST(Transpose, NumbersDimensionsOfTheSource) {
  std::vector<float> values(6);
  std::iota(values.begin(), values.end(), 0.0F);
  EXPECT_EQ(transpose(values.data(), {{3, 2, 1}, {1, 2, 0}}), (std::vector<float>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(transpose(values.data(), {{3, 2, 1}, {0, 1, 2}}), values);
  EXPECT_EQ(transpose(values.data(), {{1, 2, 3}, {2, 0, 1}}), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST(Transpose, MovesTheGroupsOfASoftmax) {
  Network network;
  network.tensors.push_back({"y", {2, 3, 4}, -1, {}});
  network.output = 0;
  Output output{"y", {2, 3, 4}, 0, {}};
  EXPECT_FALSE(softmax_of(network, output).has_value());
  output.softmax = Softmax{4, 6};
  EXPECT_EQ(softmax_of(network, output), (Softmax{4, 6}));
  network.output_order = Transposition{{4, 2, 3}, {1, 2, 0}};
  EXPECT_EQ(softmax_of(network, output), (Softmax{4, 1}));
  output.softmax = Softmax{3, 1, true};
  EXPECT_EQ(softmax_of(network, output), (Softmax{3, 4, true}));
  output.softmax = Softmax{6, 1};
  EXPECT_FALSE(softmax_of(network, output).has_value());
  output.softmax = Softmax{24, 1};
  EXPECT_EQ(softmax_of(network, output), (Softmax{24, 1}));
}

}  // namespace
}  // namespace dpwa::net
