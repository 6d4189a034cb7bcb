// SPDX-License-Identifier: Apache-2.0
#include "calib/search/report.h"

#include <fmt/format.h>

#include <cmath>

namespace dpwa::search {

namespace {

using Json = nlohmann::ordered_json;

template <class Counts>
Json histogram_json(const Counts& counts) {
  Json json = Json::array();
  for (std::int64_t count : counts) json.push_back(count);
  return json;
}

Json verdict_json(const Verdict& verdict) {
  Json json;
  json["mean_kl"] = brief(verdict.mean);
  json["standard_error"] = brief(verdict.standard_error);
  json["softened_kl"] = brief(verdict.softened);
  json["folds"] = Json::array();
  for (double fold : verdict.folds) json["folds"].push_back(brief(fold));
  json["agreement"] = brief(verdict.agreement);
  json["expected_disagreement"] = verdict.disagreement ? Json(brief(*verdict.disagreement)) : Json(nullptr);
  json["accuracy_drop"] = verdict.has_labels ? Json(brief(verdict.accuracy_drop)) : Json(nullptr);
  json["accuracy_standard_error"] = verdict.has_labels ? Json(brief(verdict.accuracy_error)) : Json(nullptr);
  json["saturated"] = brief(verdict.saturated);
  json["samples"] = verdict.samples;
  if (verdict.exactness) json["exactness"] = exactness_json(*verdict.exactness);
  return json;
}

/// The regression's loss is a relative squared error, not a divergence in nat: it gets its own keys.
void name_by_task(const Calibration& calibration, Json& json) {
  if (calibration.task == observe::Task::classify) {
    json["mean_mse"] = nullptr;
    return;
  }
  json["mean_mse"] = json["mean_kl"];
  json["mean_kl"] = json["softened_kl"] = json["agreement"] = nullptr;
}

Json point_json(const Calibration& calibration, const Point& point) {
  Json json;
  json["lambda"] = brief(point.lambda);
  json["beats"] = brief(point.verdict.beats);
  json["beats_over_int8"] = brief(point.verdict.beats / calibration.int8.verdict.beats);
  json["cycles"] = brief(point.costs.cycles);
  json["predicted_loss"] = brief(point.forecast.loss);
  json["predicted_cost"] = brief(point.forecast.cost);
  json["measured_cost"] = brief(point.cost);
  json["held_out"] = verdict_json(point.verdict);
  name_by_task(calibration, json["held_out"]);
  json["accepted"] = point.accepted;
  return json;
}

Json sensitivity_json(const observe::NodeObservation& node) {
  return {{"gradient_magnitude", brief(node.gradient_rms)},
          {"gradient_magnitude_labels",
           node.label_gradient_rms ? Json(brief(*node.label_gradient_rms)) : Json(nullptr)},
          {"variance", brief(node.variance)}};
}

Json search_json(const Calibration& calibration, const Search& search) {
  Json json;
  json["chosen"] = search.chosen;
  json["points"] = Json::array();
  for (const Point& point : search.points) json["points"].push_back(point_json(calibration, point));
  return json;
}

Json tensor_json(const net::Tensor& tensor, const observe::TensorObservation& observation,
                 const plan::TensorPlan& plan, const std::array<std::int64_t, 6>& widths) {
  Json json;
  json["name"] = tensor.name;
  json["min"] = brief(observation.min);
  json["max"] = brief(observation.max);
  json["mean"] = brief(observation.mean);
  json["variance"] = brief(observation.variance);
  json["zeros"] = observation.magnitudes.zeros;
  json["lowest_magnitude_exponent"] = observe::MagnitudeHistogram::kLowest;
  json["magnitudes"] = histogram_json(observation.magnitudes.counts);
  json["step_exponent"] = plan.step_exponent;
  if (plan.alpha != 1) json["alpha"] = plan.alpha;
  json["signed"] = plan.is_signed;
  json["max_planes"] = plan.pcu.max_planes;
  json["tile_widths"] = histogram_json(widths);
  return json;
}

/// Sums over the other index of [needed][granted].
std::array<std::int64_t, 6> needed_planes(const WeightPlanes& weights) {
  std::array<std::int64_t, 6> sums{};
  for (std::size_t needed = 0; needed < 6; ++needed) {
    for (std::int64_t count : weights[needed]) sums[needed] += count;
  }
  return sums;
}
std::array<std::int64_t, 6> granted_planes(const WeightPlanes& weights) {
  std::array<std::int64_t, 6> sums{};
  for (const auto& row : weights) {
    for (std::size_t granted = 0; granted < 6; ++granted) sums[granted] += row[granted];
  }
  return sums;
}

}  // namespace

double brief(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 5);
  return std::stod(fmt::format("{:.6g}", std::nearbyint(value / unit) * unit));
}

Json held_out_json(const Calibration& calibration) {
  Json json = verdict_json(calibration.dynamic.best().verdict);
  name_by_task(calibration, json);
  return json;
}

Json nodes_json(const net::Network& network, const Calibration& calibration) {
  Json nodes = Json::array();
  const Point& best = calibration.dynamic.best();
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const net::Node& node = network.nodes[n];
    const plan::TensorPlan& output = best.plan.tensors[node.output];
    std::array<std::int64_t, 6> channels{};
    for (int planes : best.plan.nodes[n].planes) ++channels[planes];
    Json json;
    json["name"] = node.name;
    json["operator"] = node.onnx_operator;
    json["step_exponent"] = output.step_exponent;
    if (output.alpha != 1) json["alpha"] = output.alpha;
    json["signed"] = output.is_signed;
    json["max_planes"] = output.pcu.max_planes;
    json["tile_widths"] = histogram_json(best.verdict.tile_widths[node.output]);
    json["input_planes"] = brief(best.verdict.readings[n].mean_planes);
    json["channel_planes"] = histogram_json(channels);
    json["weight_planes_needed"] = histogram_json(needed_planes(calibration.weights[n]));
    json["weight_planes_granted"] = histogram_json(granted_planes(calibration.weights[n]));
    json["weight_planes"] = Json::array();
    for (const auto& row : calibration.weights[n]) json["weight_planes"].push_back(histogram_json(row));
    json["sensitivity"] = sensitivity_json(calibration.observation.nodes[n]);
    json["beats"] = brief(best.verdict.node_beats[n]);
    json["beats_int8"] = brief(calibration.int8.verdict.node_beats[n]);
    json["beats_static_mix"] = brief(calibration.static_mix.best().verdict.node_beats[n]);
    nodes.push_back(std::move(json));
  }
  return nodes;
}

Json report_json(const net::Network& network, const Calibration& calibration) {
  const Point& best = calibration.dynamic.best();
  Json json;
  json["task"] = calibration.task == observe::Task::classify ? "classify" : "regress";
  json["decision"] = calibration.decision == observe::Decision::argmax ? "argmax" : "argmin";
  json["optimise"] = name_of(calibration.optimise);
  json["budget_met"] = calibration.budget_met;
  json["warnings"] = calibration.warnings;
  json["fit_samples"] = calibration.fit_samples;
  const bool classify = calibration.task == observe::Task::classify;
  json["softening_temperature"] = classify ? Json(brief(calibration.temperature)) : Json(nullptr);
  json["held_out"] = held_out_json(calibration);
  json["nodes"] = nodes_json(network, calibration);
  json["tensors"] = Json::array();
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    json["tensors"].push_back(tensor_json(network.tensors[t], calibration.observation.tensors[t],
                                          best.plan.tensors[t], best.verdict.tile_widths[t]));
  }
  json["dynamic"] = search_json(calibration, calibration.dynamic);
  json["static_mix"] = search_json(calibration, calibration.static_mix);
  json["int8"] = point_json(calibration, calibration.int8);
  json["int4"] = calibration.int4 ? point_json(calibration, *calibration.int4) : Json(nullptr);
  return json;
}

}  // namespace dpwa::search
