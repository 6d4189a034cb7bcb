// SPDX-License-Identifier: Apache-2.0
//
// dpwa calibrate: a trained network and a few samples become a precision plan.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "calib/onnx/export.h"
#include "calib/onnx/import.h"
#include "calib/search/calibrate.h"
#include "calib/search/pareto.h"
#include "calib/search/report.h"
#include "cli/border_files.h"
#include "cli/commands.h"
#include "cli/machine_run.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/config/config.h"

namespace dpwa::cli {
namespace {

using nlohmann::ordered_json;

struct Arguments {
  std::filesystem::path model, labels, output;
  std::vector<std::string> data;
  std::int64_t samples = 512;
  std::string task = "auto", decision, config = "sim-4", optimise = "balanced", policy = "range";
  std::vector<std::string> overrides;
  search::Budget budget;
  data::Scaling scaling;
  bool scaled = false;
};

std::vector<std::string> objectives() {
  std::vector<std::string> names;
  for (const search::Optimise each : search::kOptimise) names.emplace_back(search::name_of(each));
  return names;
}

search::Options options_of(const Arguments& arguments) {
  search::Options options;
  options.budget = arguments.budget;
  if (arguments.task == "classify") options.task = observe::Task::classify;
  if (arguments.task == "regress") options.task = observe::Task::regress;
  if (arguments.decision == "argmax") options.decision = observe::Decision::argmax;
  if (arguments.decision == "argmin") options.decision = observe::Decision::argmin;
  for (const search::Optimise each : search::kOptimise) {
    if (arguments.optimise == search::name_of(each)) options.optimise = each;
  }
  if (arguments.policy == "static") options.policy = search::PolicyChoice::fixed;
  if (arguments.policy == "variance") options.policy = search::PolicyChoice::variance;
  if (arguments.policy == "auto") options.policy = search::PolicyChoice::automatic;
  return options;
}

search::CalibrationData load_data(const Arguments& arguments, const net::Network& network,
                                  Progress& progress) {
  const data::Samples all = load_samples(arguments.data, network, arguments.scaling, progress);
  const std::vector<std::int64_t> indices = data::evenly_spaced(all.count, arguments.samples);
  search::CalibrationData data;
  data.samples = data::select(all, indices).values;
  if (!arguments.labels.empty()) {
    const std::vector<observe::OutputTask> tasks =
        observe::output_tasks(network, options_of(arguments).task, true, !arguments.decision.empty());
    const std::int64_t classes = tasks[observe::deciding(tasks)].values;
    data.labels = data::select(data::load_labels(arguments.labels, all.count, classes), indices);
  }
  if (arguments.scaled) data.grid = search::KnownGrid{arguments.scaling.scale, arguments.scaling.offset};
  return data;
}

/// The plan must run on the configuration that prices it.
void check_policy(const std::string& policy, const config::Config& config) {
  const bool varies = policy == "variance" || policy == "auto";
  const bool there = policy == "static" ? config.policies.static_
                                        : config.policies.range && (!varies || config.policies.variance);
  if (there) return;
  throw fail(ExitCode::usage, "--policy {} needs POLICIES = {}, configuration {} has {}", policy,
             varies ? "range,variance" : policy, config.name, config::policy_names(config.policies));
}

/// A complete plan directory: folded model, plan.json, weights/.
void write_plan(const std::filesystem::path& directory, const net::Network& network, const std::string& model,
                const config::Config& config, plan::Plan plan) {
  std::filesystem::create_directories(directory);
  plan.config_values = config::differences(config);
  write_file(directory / "model.onnx", model);
  plan.model_hash = content_hash(model);
  plan::save(directory, network, plan);
}

void write_output(OutputDirectory& output, const net::Network& network, const config::Config& config,
                  const search::Calibration& calibration) {
  const std::string model = onnx::export_onnx(network);
  write_plan(output.path(), network, model, config, calibration.dynamic.best().plan);
  const std::filesystem::path baselines = output.path() / "baselines";
  write_plan(baselines / "int8", network, model, config, calibration.int8.plan);
  if (calibration.int4) write_plan(baselines / "int4", network, model, config, calibration.int4->plan);
  write_plan(baselines / "static-mix", network, model, config, calibration.static_mix.best().plan);
  write_file(output.path() / "report.json", search::report_json(network, calibration).dump(1) + "\n");
  const ordered_json pareto = search::pareto_json(network, config, calibration);
  write_file(output.path() / "pareto.json", pareto.dump(1) + "\n");
  write_file(output.path() / "pareto.svg", search::pareto_svg(pareto));
  output.commit();
}

/// Estimates for the held-out samples, beside those of INT8 and the static mix.
void add_costs(const search::Calibration& calibration, ordered_json& json) {
  auto add = [&](const std::string& suffix, const search::Costs& costs) {
    json["cycles" + suffix] = search::brief(costs.cycles);
    json["weight_bytes" + suffix] = search::brief(costs.weight_bytes);
    json["energy_estimate_nj" + suffix] = search::brief(costs.energy_nj());
  };
  add("", calibration.dynamic.best().costs);
  add("_int8", calibration.int8.costs);
  add("_static_mix", calibration.static_mix.best().costs);
}

ordered_json to_json(const Arguments& arguments, const net::Network& network,
                     const search::Calibration& calibration, double seconds) {
  const search::Verdict& verdict = calibration.dynamic.best().verdict;
  const double int8 = calibration.int8.verdict.beats, mix = calibration.static_mix.best().verdict.beats;
  ordered_json json;
  json["output"] = arguments.output.string();
  json["network"] = network.name;
  json["task"] = calibration.task == observe::Task::classify ? "classify" : "regress";
  json["budget_met"] = calibration.budget_met;
  json["fit_samples"] = calibration.fit_samples;
  json["held_out"] = search::held_out_json(calibration);
  json["beats"] = verdict.beats;
  json["beats_int8"] = int8;
  json["beats_static_mix"] = mix;
  json["beats_over_int8"] = int8 > 0 ? ordered_json(verdict.beats / int8) : ordered_json(nullptr);
  json["beats_over_static_mix"] = mix > 0 ? ordered_json(verdict.beats / mix) : ordered_json(nullptr);
  add_costs(calibration, json);
  json["static_mix_budget_met"] = calibration.static_mix.best().accepted;
  json["nodes"] = search::nodes_json(network, calibration);
  json["warnings"] = calibration.warnings;
  json["seconds"] = seconds;
  return json;
}

std::string ratio_text(double beats, double other) {
  return other > 0 ? fmt::format("{:.3f}", beats / other) : "-";
}

/// Percentages of a node's weights by the planes that they need, the last one "three or more".
std::string needed_text(const ordered_json& counts) {
  double all = 0;
  std::array<double, 4> needed{};
  for (std::size_t planes = 0; planes < counts.size(); ++planes) {
    all += counts[planes].get<double>();
    needed[std::min<std::size_t>(planes, 3)] += counts[planes].get<double>();
  }
  std::string text;
  for (const double count : needed) {
    text += fmt::format("{}{:.0f}", text.empty() ? "" : "/", 100 * count / std::max(all, 1.0));
  }
  return text;
}

std::string costs_text(const ordered_json& json) {
  auto ratio = [&](const char* key) {
    return ratio_text(json[key].get<double>(), json[std::string(key) + "_int8"].get<double>());
  };
  return fmt::format("  of INT8, estimated: cycles {}, weight bytes {}, energy {}\n", ratio("cycles"),
                     ratio("weight_bytes"), ratio("energy_estimate_nj"));
}

/// "2^-5", "1.37 * 2^-5"
std::string step_text(const ordered_json& node) {
  const std::string power = fmt::format("2^{}", node["step_exponent"].get<int>());
  return node.contains("alpha") ? fmt::format("{:.2f} * {}", node["alpha"].get<double>(), power) : power;
}

std::string to_text(const net::Network& network, const ordered_json& json,
                    const search::Calibration& calibration) {
  const search::Verdict& verdict = calibration.dynamic.best().verdict;
  const bool classify = calibration.task == observe::Task::classify;
  std::string text = fmt::format("{}: plan in {}\n", network.name, json["output"].get<std::string>());
  text += fmt::format("  {:<20} {:>8}  {:>14}  {:>22}  {:>22}  {:>8}\n", "node", "step", "planes in",
                      "channels at 1/2/3", "% needing 0/1/2/3", "beats");
  for (const ordered_json& node : json["nodes"]) {
    text +=
        fmt::format("  {:<20} {:>8}  {:>14.2f}  {:>22}  {:>22}  {:>8}\n", node["name"].get<std::string>(),
                    step_text(node), node["input_planes"].get<double>(),
                    fmt::format("{}/{}/{}", node["channel_planes"][1].get<int>(),
                                node["channel_planes"][2].get<int>(), node["channel_planes"][3].get<int>()),
                    needed_text(node["weight_planes_needed"]),
                    ratio_text(node["beats"].get<double>(), node["beats_int8"].get<double>()));
  }
  text += fmt::format("  held out, {} samples: {} {:.4f} +- {:.4f}", verdict.samples,
                      network.outputs.size() > 1 ? "loss of all outputs"
                      : classify                 ? "KL"
                                                 : "relative MSE",
                      verdict.mean, verdict.standard_error);
  if (classify)
    text += fmt::format(", softened {:.4f}, agreement {:.1f} %", verdict.softened, 100 * verdict.agreement);
  if (verdict.disagreement)
    text += fmt::format(", {:.2f} % of the decisions expected to change", 100 * *verdict.disagreement);
  if (verdict.has_labels) text += fmt::format(", accuracy drop {:.2f} points", 100 * verdict.accuracy_drop);
  text += fmt::format("\n  beats: {:.0f}, {} of INT8, {} of the static mix\n", verdict.beats,
                      ratio_text(verdict.beats, json["beats_int8"].get<double>()),
                      ratio_text(verdict.beats, json["beats_static_mix"].get<double>()));
  text += costs_text(json);
  if (verdict.exactness) {
    text += fmt::format("  {} of {} output values differ from what ONNX defines, by {} steps at most\n",
                        verdict.exactness->different, verdict.exactness->values,
                        verdict.exactness->largest_steps);
  }
  text += fmt::format("  budget {}\n", calibration.budget_met ? "met" : "NOT shown to be met");
  return text;
}

ExitCode calibrate(const Arguments& arguments, Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const config::Config config = config::load(arguments.config, arguments.overrides);
  const net::Network network = onnx::import_onnx(arguments.model);
  check_policy(arguments.policy, config);
  OutputDirectory output(arguments.output, "plan");  // before the work: refused or in use shows at once
  const search::CalibrationData data = load_data(arguments, network, *context.progress);
  const search::Calibration calibration =
      search::calibrate(network, data, config, options_of(arguments), *context.progress);
  write_output(output, network, config, calibration);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  context.result = to_json(arguments, network, calibration, elapsed.count());
  context.text = to_text(network, context.result, calibration);
  for (const std::string& warning : calibration.warnings) context.progress->note("warning: " + warning);
  return ExitCode::ok;
}

}  // namespace

void add_calibrate(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("calibrate", "Choose precisions for a network from a few samples");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("MODEL", arguments->model, "Trained network (.onnx)")->required();
  add_data(*command, arguments->data)->required();
  command->add_option("--labels", arguments->labels, "Labels of the samples; a second check, never required");
  command->add_option("--samples", arguments->samples, "Samples to use, spread evenly over the data")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{1000000}))
      ->capture_default_str();
  command->add_option("--task", arguments->task, "What the outputs are for")
      ->check(CLI::IsMember({"auto", "classify", "regress"}))
      ->capture_default_str();
  CLI::Option* decision =
      command
          ->add_option(
              "--decision", arguments->decision,
              "How a class is read from the outputs (default: argmax); plans must keep the decisions")
          ->check(CLI::IsMember({"argmax", "argmin"}));
  command->add_option("--config", arguments->config, "Hardware configuration that prices the plan")
      ->capture_default_str();
  command->add_option("--optimise", arguments->optimise, "What is minimised within the budgets")
      ->check(CLI::IsMember(objectives()))
      ->capture_default_str();
  command->add_option("--policy", arguments->policy, "What may follow the data at run time")
      ->check(CLI::IsMember({"range", "static", "variance", "auto"}))
      ->capture_default_str();
  command->add_option("--set", arguments->overrides, "Override one key of the configuration: KEY=VALUE");
  command
      ->add_option("--budget-kl", arguments->budget.kl, "Mean KL divergence allowed on held-out samples, nat")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--budget-mse", arguments->budget.mse,
                   "Regression: mean squared error over output variance")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--budget-accuracy", arguments->budget.accuracy,
                   "Accuracy drop that rejects a plan, fraction")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--budget-disagreement", arguments->budget.disagreement,
                   "Expected share of changed decisions, fraction")
      ->needs(decision)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* scale =
      command->add_option("--scale", arguments->scaling.scale, "Multiply each value of the data")
          ->capture_default_str();
  CLI::Option* offset =
      command->add_option("--offset", arguments->scaling.offset, "Then add this")->capture_default_str();
  command->add_option("-o,--output", arguments->output, "Plan directory to write")->required();
  command->callback([&context, arguments, scale, offset] {
    arguments->scaled = scale->count() + offset->count() > 0;
    context.run = [&context, arguments] { return calibrate(*arguments, context); };
  });
}

}  // namespace dpwa::cli
