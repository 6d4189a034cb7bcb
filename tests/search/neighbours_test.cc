// SPDX-License-Identifier: Apache-2.0
#include "calib/search/neighbours.h"

#include <gmock/gmock.h>

namespace dpwa::search {
namespace {

/// One node of five channels that gain 5, 4, 3, 2, 1 from a second plane; its input has three grids.
SearchSpace five_channels(Scheme scheme) {
  SearchSpace space;
  space.scheme = std::move(scheme);
  space.activations = {std::vector<ActivationOption>(3), std::vector<ActivationOption>(1)};
  NodeOptions options(5);
  for (int c = 0; c < 5; ++c) {
    options[c][0].loss = 10 + 5 - c;
    options[c][1].loss = 10;
    options[c][2].loss = 9;
  }
  space.weights = {options};
  return space;
}

std::vector<std::vector<int>> moved_planes(const std::vector<Choice>& found, const Choice& from) {
  std::vector<std::vector<int>> planes;
  for (const Choice& choice : found) {
    if (choice.activation == from.activation) planes.push_back(choice.planes[0]);
  }
  return planes;
}

TEST(Neighbours, ChangeOneTensorOrOneLaneGroup) {
  const Choice from{{1, 0}, {{1, 2, 2, 2, 2}}};
  const std::vector<Choice> found = neighbours(five_channels(dynamic_scheme()), from, 2);
  EXPECT_THAT(moved_planes(found, from),
              testing::UnorderedElementsAre(std::vector<int>{2, 2, 2, 2, 2},    // the only one to win a plane
                                            std::vector<int>{1, 2, 2, 1, 1},    // those that lose least
                                            std::vector<int>{1, 3, 3, 2, 2}));  // equal gains: lowest index
  EXPECT_EQ(found.size(), 3U + 2U);
  EXPECT_EQ(found[0], (Choice{{0, 0}, from.planes}));
  EXPECT_EQ(found[1], (Choice{{2, 0}, from.planes}));
}

TEST(Neighbours, PinnedNodesMoveAsAWhole) {
  const Choice from{{0, 0}, {{2, 2, 0, 2, 2}}};  // a channel of zeros stays one
  const std::vector<Choice> found = neighbours(five_channels(static_mix_scheme()), from, 2);
  EXPECT_THAT(moved_planes(found, from), testing::UnorderedElementsAre(std::vector<int>{1, 1, 0, 1, 1},
                                                                       std::vector<int>{3, 3, 0, 3, 3}));
}

}  // namespace
}  // namespace dpwa::search
