// SPDX-License-Identifier: Apache-2.0
#include "calib/search/pareto.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

Point point(double divergence, double beats, double cycles, double bytes, double energy) {
  Point point;
  point.verdict.mean = divergence;
  point.verdict.beats = beats;
  point.costs = {0, cycles, bytes, energy};
  point.accepted = divergence < 0.006;
  return point;
}

TEST(ParetoFront, LeavesOutWhatIsNowhereBetter) {
  const std::vector<Point> points = {
      point(0.010, 10, 10, 10, 10),                                // cheapest
      point(0.005, 20, 20, 20, 20), point(0.005, 21, 20, 20, 20),  // like the one before, but more beats
      point(0.007, 30, 30, 30, 5),                                 // least energy
      point(0.001, 40, 40, 40, 40),                                // least divergence
      point(0.001, 40, 40, 40, 40),                                // equal: none is better
  };
  EXPECT_THAT(pareto_front(points), testing::ElementsAre(true, true, false, true, true, true));
}

Calibration two_points() {
  Calibration calibration;
  calibration.allowed = 0.006;
  calibration.dynamic.points = {point(0.01, 10, 20, 30, 4000), point(0, 20, 30, 60, 8000)};
  calibration.dynamic.chosen = 1;
  calibration.static_mix.points = {point(0.001, 30, 40, 60, 16000)};
  calibration.int8 = point(0.0001, 40, 40, 60, 16000);
  calibration.int4 = point(0.1, 10, 15, 30, 4000);
  return calibration;
}

TEST(Pareto, JsonSetsEveryPointBesideInt8) {
  net::Network network;
  network.name = "small";
  const nlohmann::ordered_json json = pareto_json(network, config::Config(), two_points());
  EXPECT_EQ(json["optimise"], "balanced");
  EXPECT_EQ(json["config"], "sim-4");
  ASSERT_EQ(json["dynamic"].size(), 2U);
  const nlohmann::ordered_json& chosen = json["dynamic"][1];
  EXPECT_TRUE(chosen["chosen"].get<bool>());
  EXPECT_TRUE(chosen["front"].get<bool>());
  EXPECT_EQ(chosen["cycles"]["over_int8"], 0.75);
  EXPECT_EQ(chosen["weight_bytes"]["value"], 60);
  EXPECT_EQ(chosen["energy_estimate_nj"]["value"], 8);
  EXPECT_EQ(chosen["energy_estimate_nj"]["over_int8"], 0.5);
  EXPECT_TRUE(chosen["accuracy"].is_null());
  EXPECT_EQ(json["int8"]["beats"]["over_int8"], 1);
}

int count(const std::string& text, const std::string& what) {
  int found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(Pareto, PictureHasEveryPointInEveryPanel) {
  net::Network network;
  network.name = "a<b & c";
  const nlohmann::ordered_json json = pareto_json(network, config::Config(), two_points());
  const std::string svg = pareto_svg(json);
  EXPECT_EQ(svg, pareto_svg(json));
  // Five points and two rings in three panels, four keys of the legend.
  EXPECT_EQ(count(svg, "<circle"), 3 * (5 + 2) + 4);
  EXPECT_EQ(count(svg, "r=\"7\""), 3 * 2);
  EXPECT_EQ(count(svg, "nan"), 0);
  EXPECT_EQ(count(svg, "inf"), 0);
  EXPECT_EQ(count(svg, "a&lt;b &amp; c"), 1);
  EXPECT_EQ(count(svg, "<text"), count(svg, "</text>"));
}

}  // namespace
}  // namespace dpwa::search
