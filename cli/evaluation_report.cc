// SPDX-License-Identifier: Apache-2.0
//
// What `dpwa evaluate` tells: one JSON object, or tables for the reader.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "cli/evaluation.h"
#include "cli/fit.h"
#include "cli/text_table.h"

namespace dpwa::cli {
namespace {

using nlohmann::ordered_json;

double per_image(std::int64_t total, const Evaluation& evaluation) {
  return static_cast<double>(total) / static_cast<double>(evaluation.images);
}

ordered_json or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json beats_json(const std::optional<PlanRun>& run, const Evaluation& evaluation) {
  return run ? ordered_json(per_image(run->beats(), evaluation)) : ordered_json(nullptr);
}

ordered_json cycles_json(const std::optional<PlanRun>& run, const Evaluation& evaluation) {
  return run ? ordered_json(per_image(run->total_cycles(), evaluation)) : ordered_json(nullptr);
}

std::int64_t worst_case(const PlanRun& run) {
  return std::accumulate(run.worst_case.begin(), run.worst_case.end(), std::int64_t{0});
}

ordered_json tiles_json(int tensor, const Evaluation& evaluation) {
  ordered_json json = ordered_json::array();
  for (const std::int64_t tiles : evaluation.run->tiles[tensor]) json.push_back(per_image(tiles, evaluation));
  return json;
}

double mean_planes(const std::vector<int>& planes) {
  return std::accumulate(planes.begin(), planes.end(), 0.0) / static_cast<double>(planes.size());
}

double mean_planes(const golden::NodeCounts& counts) {
  return static_cast<double>(counts.activation_planes) /
         static_cast<double>(std::max<std::int64_t>(counts.tile_macs, 1));
}

/// What some nodes do with the lanes.
struct LaneUse {
  std::int64_t cycles = 0, lane_beats = 0, useful = 0;  // of all images
  void add(const PlanRun& run, std::size_t n) {
    cycles += run.cycles[n];
    lane_beats += run.lane_beats[n];
    useful += run.useful[n];
  }
  ordered_json json(int lanes) const {
    const double lane_cycles = static_cast<double>(lanes) * static_cast<double>(cycles);
    return {{"busy", static_cast<double>(lane_beats) / lane_cycles},
            {"utilization", static_cast<double>(useful) / lane_cycles}};
  }
};

ordered_json layer_kinds_json(const Evaluation& evaluation) {
  std::map<net::LayerKind, LaneUse> uses;
  for (std::size_t n = 0; n < evaluation.run->nodes.size(); ++n) {
    const net::LayerKind kind = net::layer_kind(evaluation.network, evaluation.network.nodes[n]);
    uses[kind].add(*evaluation.run, n);
  }
  ordered_json kinds = ordered_json::array();
  for (const auto& [kind, use] : uses) {
    kinds.push_back({{"kind", net::to_string(kind)}, {"cycles", per_image(use.cycles, evaluation)}});
    kinds.back().update(use.json(evaluation.config.lanes));
  }
  return kinds;
}

ordered_json weights_json(const lower::StoredWeights& weights) {
  return {{"tier", weights.streamed ? "dense" : "fast"}, {"bytes", weights.bytes}};
}

ordered_json nodes_json(const Evaluation& evaluation) {
  ordered_json nodes = ordered_json::array();
  for (std::size_t n = 0; n < evaluation.run->nodes.size(); ++n) {
    const net::Node& node = evaluation.network.nodes[n];
    const golden::NodeCounts& counts = evaluation.run->nodes[n];
    nodes.push_back({{"name", node.name},
                     {"kind", net::to_string(net::layer_kind(evaluation.network, node))},
                     {"average_activation_planes", mean_planes(counts)},
                     {"average_weight_planes", mean_planes(evaluation.plan.nodes[n].planes)},
                     {"beats", per_image(counts.beats, evaluation)},
                     {"cycles", per_image(evaluation.run->cycles[n], evaluation)},
                     {"lane_beats", per_image(evaluation.run->lane_beats[n], evaluation)},
                     {"worst_case_cycles", evaluation.run->worst_case[n]},
                     {"saturated", per_image(counts.saturated, evaluation)},
                     {"tile_widths", tiles_json(node.output, evaluation)}});
    LaneUse use;
    use.add(*evaluation.run, n);
    nodes.back().update(use.json(evaluation.config.lanes));
    const std::optional<lower::Footprint>& footprint = evaluation.footprint;
    nodes.back()["weights"] = footprint ? weights_json(footprint->weights[n]) : ordered_json(nullptr);
  }
  return nodes;
}

ordered_json fidelity_json(const Fidelity& fidelity) {
  return {{"accuracy", or_null(fidelity.accuracy)},
          {"float_accuracy", or_null(fidelity.float_accuracy)},
          {"loss", or_null(fidelity.loss)},
          {"float_loss", or_null(fidelity.float_loss)},
          {"mean_kl", or_null(fidelity.mean_kl)},
          {"agreement", or_null(fidelity.agreement)},
          {"mse", fidelity.mse},
          {"float_mse", or_null(fidelity.float_mse)},
          {"max_abs_error", fidelity.max_abs_error}};
}

std::string percent(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

/// `name`: of one of several outputs, or empty.
std::string fidelity_text(const Evaluation& evaluation, const std::string& name, const Fidelity& fidelity) {
  std::vector<std::vector<std::string>> rows = {{name, "float", evaluation.evaluated}};
  if (fidelity.accuracy)
    rows.push_back({"accuracy", percent(*fidelity.float_accuracy), percent(*fidelity.accuracy)});
  if (fidelity.loss) {
    rows.push_back(
        {"loss (nat)", fmt::format("{:.4f}", *fidelity.float_loss), fmt::format("{:.4f}", *fidelity.loss)});
  }
  if (fidelity.mean_kl)
    rows.push_back({"KL from float (nat)", "0", fmt::format("{:.5f}", *fidelity.mean_kl)});
  if (fidelity.agreement) rows.push_back({"same decision", percent(1), percent(*fidelity.agreement)});
  rows.push_back({"mean squared error", fmt::format("{:.4g}", fidelity.float_mse.value_or(0)),
                  fmt::format("{:.4g}", fidelity.mse)});
  rows.push_back({"largest error", "0", fmt::format("{:.4g}", fidelity.max_abs_error)});
  return text_table(rows);
}

std::string share_text(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole))
                   : "-";
}

std::string tiles_text(const std::array<std::int64_t, num::kPlanesMax + 1>& tiles) {
  const std::int64_t all = std::accumulate(tiles.begin(), tiles.end(), std::int64_t{0});
  std::string text;
  for (const std::int64_t count : tiles) {
    text += fmt::format(
        "{:>4.0f}", 100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(all, 1)));
  }
  return text;
}

std::string nodes_text(const Evaluation& evaluation) {
  const PlanRun& run = *evaluation.run;
  std::vector<std::vector<std::string>> rows = {{"node", "planes in", "planes w", "beats", "cycles", "share",
                                                 "saturated", "% of output tiles with 0 1 2 3 4 5 planes"}};
  rows.push_back({"(input)", "", "", "", "", "", "", tiles_text(run.tiles[0])});
  for (std::size_t n = 0; n < run.nodes.size(); ++n) {
    const net::Node& node = evaluation.network.nodes[n];
    rows.push_back({node.name, fmt::format("{:.2f}", mean_planes(run.nodes[n])),
                    fmt::format("{:.2f}", mean_planes(evaluation.plan.nodes[n].planes)),
                    fmt::format("{:.0f}", per_image(run.nodes[n].beats, evaluation)),
                    fmt::format("{:.0f}", per_image(run.cycles[n], evaluation)),
                    share_text(run.nodes[n].beats, run.beats()),
                    fmt::format("{:.3f}", per_image(run.nodes[n].saturated, evaluation)),
                    tiles_text(run.tiles[node.output])});
  }
  return text_table(rows);
}

/// "9998 of 10000 output values as ONNX defines them, 2 differ, by 1 step at most".
std::string exactness_text(const search::Exactness& exactness) {
  std::string text = fmt::format("{} of {} output values as ONNX defines them",
                                 exactness.values - exactness.different, exactness.values);
  if (exactness.different > 0) {
    text += fmt::format(", {} differ{}, by {} step{} at most", exactness.different,
                        exactness.different == 1 ? "s" : "", exactness.largest_steps,
                        exactness.largest_steps == 1 ? "" : "s");
  }
  return text + "\n";
}

/// "105309 beats, 0.24 of pinned INT8, 0.81 of the static mix"
std::string against_text(const std::string& unit, const Evaluation& evaluation,
                         std::int64_t (PlanRun::*total)() const) {
  const std::int64_t own = (*evaluation.run.*total)();
  std::string text = fmt::format("{:.0f} {}", per_image(own, evaluation), unit);
  const auto against = [&](const std::optional<PlanRun>& other, const char* name) {
    const std::int64_t whole = other ? (*other.*total)() : 0;
    if (whole > 0)
      text += fmt::format(", {:.3f} of {}", static_cast<double>(own) / static_cast<double>(whole), name);
  };
  against(evaluation.int8, "pinned INT8");
  against(evaluation.static_mix, "the static mix");
  return text;
}

/// The weights and activations in memory, and what is missing.
std::string footprint_text(const Evaluation& evaluation) {
  const std::string& name = evaluation.config.name;
  if (!evaluation.footprint) return fmt::format("  cannot be built on {}: {}\n", name, evaluation.refusal);
  const ordered_json json = footprint_json(*evaluation.footprint);
  std::string text = fmt::format(
      "  weights {} bytes, {} more in the dense tier; activations at most {} bytes\n",
      json["weight_bytes"]["fast"].get<std::int64_t>(), json["weight_bytes"]["dense"].get<std::int64_t>(),
      json["activation_bytes"].get<std::int64_t>());
  const std::string& shortfall = evaluation.footprint->shortfall;
  return shortfall.empty() ? text : text + fmt::format("  does not fit {}{}\n", name, shortfall);
}

}  // namespace

ordered_json to_json(const Evaluation& evaluation) {
  const std::optional<PlanRun>& run = evaluation.run;
  ordered_json json;
  json["network"] = evaluation.network.name;
  json["evaluated"] = evaluation.evaluated;
  json["pins"] = evaluation.pins;
  json["images"] = evaluation.images;
  json.update(fidelity_json(evaluation.outputs[evaluation.deciding]));
  json["outputs"] = ordered_json::array();
  for (std::size_t k = 0; k < evaluation.outputs.size(); ++k) {
    json["outputs"].push_back({{"name", evaluation.network.outputs[k].name}});
    json["outputs"].back().update(fidelity_json(evaluation.outputs[k]));
  }
  if (evaluation.exactness) json["exactness"] = search::exactness_json(*evaluation.exactness);
  json["average_activation_planes"] =
      run ? ordered_json(run->average_activation_planes()) : ordered_json(nullptr);
  json["average_weight_planes"] =
      run ? ordered_json(average_weight_planes(evaluation.plan, *run)) : ordered_json(nullptr);
  json["beats"] = beats_json(run, evaluation);
  json["beats_int8"] = beats_json(evaluation.int8, evaluation);
  json["beats_static_mix"] = beats_json(evaluation.static_mix, evaluation);
  json["config"] = evaluation.config.name;
  if (evaluation.footprint) json.update(footprint_json(*evaluation.footprint));
  if (!evaluation.refusal.empty()) json.update({{"fits", false}, {"refusal", evaluation.refusal}});
  json["cycles_per_image"] = cycles_json(run, evaluation);
  json["worst_case_cycles"] = run ? ordered_json(worst_case(*run)) : ordered_json(nullptr);
  json["cycles_int8"] = cycles_json(evaluation.int8, evaluation);
  json["cycles_static_mix"] = cycles_json(evaluation.static_mix, evaluation);
  json["off_grid"] = run ? ordered_json(per_image(run->off_grid, evaluation)) : ordered_json(nullptr);
  json["input_tile_widths"] = run ? tiles_json(0, evaluation) : ordered_json(nullptr);
  json["layer_kinds"] = run ? layer_kinds_json(evaluation) : ordered_json(nullptr);
  json["nodes"] = run ? nodes_json(evaluation) : ordered_json(nullptr);
  return json;
}

std::string to_text(const Evaluation& evaluation) {
  std::string text =
      fmt::format("{}: {} on {} images\n", evaluation.network.name, evaluation.evaluated, evaluation.images);
  if (!evaluation.pins.empty()) text += fmt::format("pinned: {}\n", fmt::join(evaluation.pins, ", "));
  const std::size_t outputs = evaluation.outputs.size();
  for (std::size_t k = 0; k < outputs; ++k) {
    const std::string name = outputs > 1 ? evaluation.network.outputs[k].name : "";
    text += "\n" + fidelity_text(evaluation, name, evaluation.outputs[k]);
  }
  if (!evaluation.run) return text;
  if (evaluation.exactness) text += exactness_text(*evaluation.exactness);
  text += fmt::format("\nper image, with {:.2f} activation planes and {:.2f} weight planes on average:\n",
                      evaluation.run->average_activation_planes(),
                      average_weight_planes(evaluation.plan, *evaluation.run));
  text += fmt::format("  {}\n", against_text("beats", evaluation, &PlanRun::beats));
  text += fmt::format("  {} on {}; no image takes more than {}\n",
                      against_text("cycles", evaluation, &PlanRun::total_cycles), evaluation.config.name,
                      worst_case(*evaluation.run));
  return text + footprint_text(evaluation) + "\n" + nodes_text(evaluation);
}

}  // namespace dpwa::cli
