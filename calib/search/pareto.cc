// SPDX-License-Identifier: Apache-2.0
#include "calib/search/pareto.h"

#include <algorithm>
#include <array>

#include "calib/search/report.h"

namespace dpwa::search {

namespace {

using Json = nlohmann::ordered_json;

std::array<double, 5> criteria(const Point& point) {
  return {point.verdict.mean, point.verdict.beats, point.costs.cycles, point.costs.weight_bytes,
          point.costs.energy};
}

bool dominates(const Point& a, const Point& b) {
  const std::array<double, 5> x = criteria(a), y = criteria(b);
  bool better = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] > y[i]) return false;
    better |= x[i] < y[i];
  }
  return better;
}

Json point_json(const Calibration& calibration, const Point& point) {
  const Point& int8 = calibration.int8;
  const Verdict& verdict = point.verdict;
  const bool classify = calibration.task == observe::Task::classify;
  auto amount = [](double value, double other) {
    return Json{{"value", brief(value)},
                {"over_int8", other > 0 ? Json(brief(value / other)) : Json(nullptr)}};
  };
  Json json;
  json["divergence"] = brief(verdict.mean);
  json["softened"] = classify ? Json(brief(verdict.softened)) : Json(nullptr);
  json["standard_error"] = brief(verdict.standard_error);
  json["agreement"] = classify ? Json(brief(verdict.agreement)) : Json(nullptr);
  json["expected_disagreement"] = verdict.disagreement ? Json(brief(*verdict.disagreement)) : Json(nullptr);
  json["accuracy"] = verdict.has_labels ? Json(brief(verdict.accuracy)) : Json(nullptr);
  json["beats"] = amount(verdict.beats, int8.verdict.beats);
  json["cycles"] = amount(point.costs.cycles, int8.costs.cycles);
  json["weight_bytes"] = amount(point.costs.weight_bytes, int8.costs.weight_bytes);
  json["energy_estimate_nj"] = amount(point.costs.energy_nj(), int8.costs.energy_nj());
  json["accepted"] = point.accepted;
  return json;
}

Json search_json(const Calibration& calibration, const Search& search) {
  const std::vector<bool> front = pareto_front(search.points);
  Json points = Json::array();
  for (std::size_t i = 0; i < search.points.size(); ++i) {
    Json point{{"lambda", brief(search.points[i].lambda)}};
    point.update(point_json(calibration, search.points[i]));
    point["front"] = static_cast<bool>(front[i]);
    point["chosen"] = i == search.chosen;
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

std::vector<bool> pareto_front(const std::vector<Point>& points) {
  std::vector<bool> front;
  for (const Point& point : points) {
    front.push_back(std::none_of(points.begin(), points.end(),
                                 [&](const Point& other) { return dominates(other, point); }));
  }
  return front;
}

Json pareto_json(const net::Network& network, const config::Config& config, const Calibration& calibration) {
  const bool classify = calibration.task == observe::Task::classify;
  const Verdict& verdict = calibration.dynamic.best().verdict;
  Json json;
  json["network"] = network.name;
  json["config"] = config.name;
  json["optimise"] = name_of(calibration.optimise);
  json["divergence"] = classify ? "mean KL, nat" : "mean squared error over output variance";
  json["budget"] = calibration.allowed;
  json["held_out_samples"] = verdict.samples;
  json["float_accuracy"] = verdict.has_labels ? Json(brief(verdict.float_accuracy)) : Json(nullptr);
  json["dynamic"] = search_json(calibration, calibration.dynamic);
  json["static_mix"] = search_json(calibration, calibration.static_mix);
  json["int8"] = point_json(calibration, calibration.int8);
  json["int4"] = calibration.int4 ? point_json(calibration, *calibration.int4) : Json(nullptr);
  return json;
}

}  // namespace dpwa::search
