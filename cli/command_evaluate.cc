// SPDX-License-Identifier: Apache-2.0
//
// dpwa evaluate: the bit-exact model of a plan against the float network, on data of the user.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "calib/data/array.h"
#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/text_table.h"
#include "model/config/config.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Arguments {
  fs::path plan, data, labels, output;
  std::int64_t count = 0;  ///< 0: all
  std::string config, baseline, decision;
  data::Scaling scaling;
};

/// Everything that was measured.
struct Evaluation {
  net::Network network;
  std::string title;  ///< which plan, for the reader
  std::int64_t images = 0;
  plan::Plan plan;
  std::optional<PlanRun> run;  ///< empty for the float network
  std::optional<PlanRun> int8, static_mix;
  Fidelity fidelity;
};

fs::path baseline_directory(const Arguments& arguments, const std::string& name) {
  return arguments.plan / "baselines" / name;
}

net::Network load_network(const Arguments& arguments) {
  if (!fs::exists(arguments.plan / "plan.json")) {
    throw fail(ExitCode::bad_input, "{}: not a plan directory (no plan.json); make one with dpwa calibrate",
               arguments.plan.string());
  }
  return onnx::import_onnx(arguments.plan / "model.onnx");
}

plan::Plan load_plan(const Arguments& arguments, const net::Network& network) {
  const bool is_baseline = !arguments.baseline.empty() && arguments.baseline != "float";
  if (!is_baseline) return plan::load(arguments.plan, network);
  const fs::path directory = baseline_directory(arguments, arguments.baseline);
  if (!fs::exists(directory)) {
    throw fail(ExitCode::bad_input, "{}: this plan has no baseline '{}'; calibrate again to make it",
               directory.string(), arguments.baseline);
  }
  return plan::load(directory, network);
}

/// The configuration whose tiles are used: the user's, else the one that the plan was priced with.
std::optional<config::Config> load_config(const Arguments& arguments, const plan::Plan& plan) {
  if (!arguments.config.empty()) return config::load(arguments.config);
  for (const std::string& preset : config::preset_names()) {
    if (preset == plan.config) return config::load(preset);
  }
  return std::nullopt;
}

data::Samples load_samples(const Arguments& arguments, const net::Network& network, Progress& progress) {
  data::Samples samples = data::load_samples(arguments.data, network, arguments.scaling);
  for (const std::string& note : samples.notes) progress.note(note);
  return samples;
}

/// Real numbers, one per output value, as targets of a regression.
std::vector<float> load_targets(const fs::path& path, std::int64_t samples, std::int64_t values) {
  data::ArrayFile file = data::open_array(path);
  if (file.header.shape.empty() || file.header.shape[0] != samples || file.count != samples * values) {
    throw fail(ExitCode::bad_input, "{}: expected {} x {} targets, found {}", path.string(), samples, values,
               data::shape_text(file.header.shape));
  }
  std::vector<float> targets = data::read_floats(file);
  for (const float target : targets) {
    if (!std::isfinite(target)) throw fail(ExitCode::bad_input, "{}: a target is not finite", path.string());
  }
  return targets;
}

bool holds_integers(const fs::path& path) { return data::open_array(path).header.type.is_integer(); }

/// Labels for a classifier, targets for a regression.
Truth load_truth(const Arguments& arguments, bool classify, std::int64_t samples, std::int64_t values) {
  Truth truth;
  if (arguments.labels.empty()) return truth;
  if (classify) {
    truth.labels = data::load_labels(arguments.labels, samples, values);
  } else {
    truth.targets = load_targets(arguments.labels, samples, values);
  }
  return truth;
}

/// Keeps the first `count` samples and what belongs to them; 0 keeps all.
void keep_first(std::int64_t count, std::int64_t values, data::Samples& samples, Truth& truth) {
  if (count == 0 || count >= samples.count) return;
  samples.count = count;
  samples.values.resize(count * samples.size);
  if (!truth.labels.empty()) truth.labels.resize(count);
  if (!truth.targets.empty()) truth.targets.resize(count * values);
}

bool is_classifier(const Arguments& arguments, const net::Network& network) {
  if (arguments.decision == "none") return false;
  const bool labels = !arguments.labels.empty() && holds_integers(arguments.labels);
  return observe::automatic_task(network, labels, !arguments.decision.empty()) == observe::Task::classify;
}

/// The beats of a baseline, or nothing when the plan directory has none.
std::optional<PlanRun> run_baseline(const Arguments& arguments, const std::string& name,
                                    const net::Network& network, int products, const data::Samples& samples,
                                    Progress& progress) {
  const fs::path directory = baseline_directory(arguments, name);
  if (!fs::exists(directory)) return std::nullopt;
  progress.begin("baseline " + name, samples.count);
  return run_plan(network, plan::load(directory, network), products, samples, 0, progress);
}

Evaluation evaluate(const Arguments& arguments, Progress& progress) {
  Evaluation evaluation;
  evaluation.network = load_network(arguments);
  const net::Network& network = evaluation.network;
  const int values = static_cast<int>(network.tensors[network.output].shape.size());
  evaluation.plan = load_plan(arguments, network);
  evaluation.title = arguments.baseline.empty() ? "plan" : arguments.baseline;
  const std::optional<config::Config> config = load_config(arguments, evaluation.plan);
  const int products = config ? config->products : config::Config{}.products;

  data::Samples samples = load_samples(arguments, network, progress);
  const bool classify = is_classifier(arguments, network);
  Truth truth = load_truth(arguments, classify, samples.count, values);
  keep_first(arguments.count, values, samples, truth);
  evaluation.images = samples.count;

  progress.begin("float network", samples.count);
  const std::vector<float> reference = floating::FloatExecutor(network).outputs(
      samples.values.data(), samples.count, [&](std::int64_t done) { progress.advance(done); });
  if (arguments.baseline != "float") {
    progress.begin("golden model", samples.count);
    evaluation.run = run_plan(network, evaluation.plan, products, samples, 0, progress);
    if (evaluation.run->off_grid > 0) {
      progress.note(fmt::format("{} input values are not on the port's grid and were rounded",
                                evaluation.run->off_grid));
    }
  }
  evaluation.int8 = run_baseline(arguments, "int8", network, products, samples, progress);
  evaluation.static_mix = run_baseline(arguments, "static-mix", network, products, samples, progress);

  std::optional<observe::Objective> objective;
  if (classify) {
    const bool smallest = arguments.decision == "argmin";
    objective.emplace(observe::Task::classify,
                      smallest ? observe::Decision::argmin : observe::Decision::argmax, reference, values);
  }
  const std::vector<float>& outputs = evaluation.run ? evaluation.run->outputs : reference;
  evaluation.fidelity = compare(objective, values, reference, outputs, truth);
  if (!arguments.output.empty()) data::write_npy(arguments.output, {samples.count, values}, outputs);
  return evaluation;
}

double per_image(std::int64_t total, const Evaluation& evaluation) {
  return static_cast<double>(total) / static_cast<double>(evaluation.images);
}

ordered_json or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json beats_json(const std::optional<PlanRun>& run, const Evaluation& evaluation) {
  return run ? ordered_json(per_image(run->beats(), evaluation)) : ordered_json(nullptr);
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

ordered_json nodes_json(const Evaluation& evaluation) {
  ordered_json nodes = ordered_json::array();
  for (std::size_t n = 0; n < evaluation.run->nodes.size(); ++n) {
    const net::Node& node = evaluation.network.nodes[n];
    const golden::NodeCounts& counts = evaluation.run->nodes[n];
    nodes.push_back({{"name", node.name},
                     {"average_activation_planes", mean_planes(counts)},
                     {"average_weight_planes", mean_planes(evaluation.plan.nodes[n].planes)},
                     {"beats", per_image(counts.beats, evaluation)},
                     {"saturated", per_image(counts.saturated, evaluation)},
                     {"tile_widths", tiles_json(node.output, evaluation)}});
  }
  return nodes;
}

ordered_json to_json(const Evaluation& evaluation) {
  const Fidelity& fidelity = evaluation.fidelity;
  const std::optional<PlanRun>& run = evaluation.run;
  ordered_json json;
  json["network"] = evaluation.network.name;
  json["evaluated"] = evaluation.title;
  json["images"] = evaluation.images;
  json["accuracy"] = or_null(fidelity.accuracy);
  json["float_accuracy"] = or_null(fidelity.float_accuracy);
  json["loss"] = or_null(fidelity.loss);
  json["float_loss"] = or_null(fidelity.float_loss);
  json["mean_kl"] = or_null(fidelity.mean_kl);
  json["agreement"] = or_null(fidelity.agreement);
  json["mse"] = fidelity.mse;
  json["float_mse"] = or_null(fidelity.float_mse);
  json["max_abs_error"] = fidelity.max_abs_error;
  json["average_activation_planes"] =
      run ? ordered_json(run->average_activation_planes()) : ordered_json(nullptr);
  json["average_weight_planes"] =
      run ? ordered_json(average_weight_planes(evaluation.plan, *run)) : ordered_json(nullptr);
  json["beats"] = beats_json(run, evaluation);
  json["beats_int8"] = beats_json(evaluation.int8, evaluation);
  json["beats_static_mix"] = beats_json(evaluation.static_mix, evaluation);
  json["off_grid"] = run ? ordered_json(per_image(run->off_grid, evaluation)) : ordered_json(nullptr);
  json["input_tile_widths"] = run ? tiles_json(0, evaluation) : ordered_json(nullptr);
  json["nodes"] = run ? nodes_json(evaluation) : ordered_json(nullptr);
  return json;
}

std::string percent(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

std::string fidelity_text(const Evaluation& evaluation) {
  const Fidelity& fidelity = evaluation.fidelity;
  std::vector<std::vector<std::string>> rows = {{"", "float", evaluation.title}};
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
  std::vector<std::vector<std::string>> rows = {{"node", "planes in", "planes w", "beats", "share",
                                                 "saturated", "% of output tiles with 0 1 2 3 4 5 planes"}};
  rows.push_back({"(input)", "", "", "", "", "", tiles_text(run.tiles[0])});
  for (std::size_t n = 0; n < run.nodes.size(); ++n) {
    const net::Node& node = evaluation.network.nodes[n];
    rows.push_back({node.name, fmt::format("{:.2f}", mean_planes(run.nodes[n])),
                    fmt::format("{:.2f}", mean_planes(evaluation.plan.nodes[n].planes)),
                    fmt::format("{:.0f}", per_image(run.nodes[n].beats, evaluation)),
                    share_text(run.nodes[n].beats, run.beats()),
                    fmt::format("{:.3f}", per_image(run.nodes[n].saturated, evaluation)),
                    tiles_text(run.tiles[node.output])});
  }
  return text_table(rows);
}

std::string against_text(const std::string& name, const PlanRun& run, const std::optional<PlanRun>& other) {
  if (!other || other->beats() == 0) return "";
  return fmt::format(", {:.3f} of {}", static_cast<double>(run.beats()) / static_cast<double>(other->beats()),
                     name);
}

std::string to_text(const Evaluation& evaluation) {
  std::string text = fmt::format("{}: {} on {} images\n\n{}", evaluation.network.name, evaluation.title,
                                 evaluation.images, fidelity_text(evaluation));
  if (!evaluation.run) return text;
  const PlanRun& run = *evaluation.run;
  text += fmt::format("\nper image, of {} planes x {} weight planes on average: {:.0f} beats{}{}\n",
                      fmt::format("{:.2f}", run.average_activation_planes()),
                      fmt::format("{:.2f}", average_weight_planes(evaluation.plan, run)),
                      per_image(run.beats(), evaluation), against_text("pinned INT8", run, evaluation.int8),
                      against_text("the static mix", run, evaluation.static_mix));
  return text + nodes_text(evaluation);
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  CLI::App* const command =
      app.add_subcommand("evaluate", "Run a plan bit-exactly on data and compare it with the float network");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("PLANDIR", arguments->plan, "Plan directory made by dpwa calibrate")->required();
  command->add_option("--data", arguments->data, "Samples: .npy or IDX, also gzipped")->required();
  command->add_option("--labels", arguments->labels, "Class labels, or target values of a regression");
  command->add_option("-n", arguments->count, "Use the first N samples only")->check(CLI::PositiveNumber);
  command->add_option("--config", arguments->config, "Hardware configuration: preset or TOML file");
  command->add_option("--baseline", arguments->baseline, "Evaluate this instead of the plan")
      ->check(CLI::IsMember({"float", "int8", "int4", "static-mix"}));
  command->add_option("--decision", arguments->decision, "How outputs decide for a class; none: they do not")
      ->check(CLI::IsMember({"argmax", "argmin", "none"}));
  command->add_option("--output", arguments->output, "Write the outputs (before a final Softmax) as .npy");
  command->add_option("--scale", arguments->scaling.scale, "Samples are multiplied by this")
      ->capture_default_str();
  command->add_option("--offset", arguments->scaling.offset, "Then this is added")->capture_default_str();
  command->callback([&context, arguments] {
    context.run = [&context, arguments] {
      const Evaluation evaluation = evaluate(*arguments, *context.progress);
      context.result = to_json(evaluation);
      context.text = to_text(evaluation);
      return ExitCode::ok;
    };
  });
}

}  // namespace dpwa::cli
