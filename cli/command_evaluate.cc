// SPDX-License-Identifier: Apache-2.0
//
// dpwa evaluate: the bit-exact model of a plan against the float network, on data of the user.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calib/data/array.h"
#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "calib/search/pins.h"
#include "cli/border_files.h"
#include "cli/commands.h"
#include "cli/evaluation.h"
#include "gen/lower/supported.h"
#include "model/base/files.h"
#include "model/config/config.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  fs::path plan, labels, output, policy_trace;
  std::vector<std::string> data;
  std::int64_t count = 0;  ///< 0: all
  std::string config, baseline, decision;
  std::vector<std::string> pins;
  data::Scaling scaling;
};

fs::path baseline_directory(const Arguments& arguments, const std::string& name) {
  return arguments.plan / "baselines" / name;
}

/// A model instead of a plan directory: the float network is all there is.
bool is_model(const Arguments& arguments) { return fs::is_regular_file(arguments.plan); }

net::Network load_network(const Arguments& arguments) {
  if (is_model(arguments)) return onnx::import_onnx(arguments.plan);
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

/// The configuration whose tiles and cycles are used: the user's, else the one that the plan was priced with.
config::Config load_config(const Arguments& arguments, const plan::Plan& plan) {
  if (!arguments.config.empty()) return config::load(arguments.config);
  try {
    return config::load(config::Config{}.name, plan.config_values);
  } catch (const Error& problem) {
    throw fail(ExitCode::bad_input, "{}: config_values: {}", (arguments.plan / "plan.json").string(),
               problem.what());
  }
}

void pin(const Arguments& arguments, const config::Config& config, Evaluation& evaluation) {
  std::vector<search::Pin> pins;
  for (const std::string& text : arguments.pins) pins.push_back(search::parse_pin(text));
  evaluation.pins = arguments.pins;
  evaluation.plan = search::apply_pins(arguments.plan, evaluation.network, config, pins, evaluation.plan);
}

/// A plan that cannot be built still has values and cycles.
void measure_footprint(Evaluation& evaluation) {
  try {
    evaluation.footprint = lower::footprint(evaluation.config, evaluation.network, evaluation.plan);
  } catch (const Error& refusal) {
    evaluation.refusal = refusal.what();
  }
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

/// Labels of the deciding output for a classifier, targets of all outputs for a regression.
Truth load_truth(const Arguments& arguments, const observe::OutputTask& deciding, std::int64_t samples,
                 std::int64_t values) {
  Truth truth;
  if (arguments.labels.empty()) return truth;
  if (deciding.task == observe::Task::classify) {
    truth.labels = data::load_labels(arguments.labels, samples, deciding.values);
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

/// What the outputs are for.
std::vector<observe::OutputTask> tasks_of(const Arguments& arguments, const net::Network& network) {
  if (arguments.decision == "none")
    return observe::output_tasks(network, observe::Task::regress, false, false);
  const bool labels = !arguments.labels.empty() && holds_integers(arguments.labels);
  return observe::output_tasks(network, std::nullopt, labels, !arguments.decision.empty());
}

/// The beats of a baseline, or nothing when the plan directory has none.
std::optional<PlanRun> run_baseline(const Arguments& arguments, const std::string& name,
                                    const net::Network& network, const config::Config& config,
                                    const data::Samples& samples, Progress& progress) {
  const fs::path directory = baseline_directory(arguments, name);
  if (!fs::exists(directory)) return std::nullopt;
  progress.begin("baseline " + name, samples.count);
  return run_plan(network, plan::load(directory, network), config, samples, progress);
}

/// Beyond what float32 holds there is nothing to compare with.
void check_finite(const std::vector<float>& outputs, int values, const std::vector<std::string>& data) {
  const auto bad = std::find_if(outputs.begin(), outputs.end(), [](float y) { return !std::isfinite(y); });
  if (bad == outputs.end()) return;
  const std::int64_t at = bad - outputs.begin();
  throw fail(
      ExitCode::bad_input,
      "{}: sample {}: output {} of the float network is {}; check the data's range (--scale, --offset)",
      fmt::join(data, ", "), at / values, at % values, *bad);
}

Evaluation evaluate(const Arguments& arguments, Progress& progress) {
  if (arguments.baseline == "float" && !(arguments.pins.empty() && arguments.policy_trace.empty())) {
    throw fail(ExitCode::usage, "--baseline float: the float network takes no --pin and no --policy-trace");
  }
  if (is_model(arguments) && arguments.baseline != "float") {
    throw fail(ExitCode::usage, "{}: a model, not a plan directory: only --baseline float can be evaluated",
               arguments.plan.string());
  }
  if (!arguments.policy_trace.empty()) require_writable(arguments.policy_trace);
  Evaluation evaluation;
  evaluation.network = load_network(arguments);
  const net::Network& network = evaluation.network;
  for (const fs::path& file : output_files(arguments.output, network)) require_writable(file);
  const int values = static_cast<int>(network.tensors[network.output].shape.size());
  if (!is_model(arguments)) evaluation.plan = load_plan(arguments, network);
  evaluation.evaluated = arguments.baseline.empty() ? "plan" : arguments.baseline;
  evaluation.config = load_config(arguments, evaluation.plan);
  const config::Config& config = evaluation.config;
  if (!is_model(arguments)) pin(arguments, config, evaluation);
  if (arguments.baseline != "float") {
    lower::check_policies(config, network, evaluation.plan);
    measure_footprint(evaluation);
  }

  data::Samples samples = load_samples(arguments.data, network, arguments.scaling, progress);
  const std::vector<observe::OutputTask> tasks = tasks_of(arguments, network);
  Truth truth = load_truth(arguments, tasks[observe::deciding(tasks)], samples.count, values);
  keep_first(arguments.count, values, samples, truth);
  evaluation.images = samples.count;

  progress.begin("float network", samples.count);
  const std::vector<float> reference = floating::FloatExecutor(network).outputs(
      samples.values.data(), samples.count, [&](std::int64_t done) { progress.advance(done); });
  check_finite(reference, values, arguments.data);
  if (arguments.baseline != "float") {
    progress.begin("golden model", samples.count);
    std::optional<plan::PolicyTrace> trace;
    if (!arguments.policy_trace.empty()) trace.emplace(arguments.policy_trace, network);
    evaluation.run = run_plan(network, evaluation.plan, config, samples, progress, trace ? &*trace : nullptr);
    if (trace) trace->commit();
    if (evaluation.run->off_grid > 0) {
      progress.note(fmt::format("{} input values are not on the port's grid and were rounded",
                                evaluation.run->off_grid));
    }
  }
  evaluation.int8 = run_baseline(arguments, "int8", network, config, samples, progress);
  evaluation.static_mix = run_baseline(arguments, "static-mix", network, config, samples, progress);

  const auto decision =
      arguments.decision == "argmin" ? observe::Decision::argmin : observe::Decision::argmax;
  const std::vector<float>& outputs = evaluation.run ? evaluation.run->outputs : reference;
  evaluation.outputs = compare_outputs(network, tasks, decision, reference, outputs, truth);
  evaluation.deciding = deciding_output(network, tasks);
  if (evaluation.run && net::is_quantized(network)) {
    evaluation.exactness.emplace();
    const double step = search::output_step(network, evaluation.plan);
    for (std::int64_t i = 0; i < samples.count; ++i) {
      evaluation.exactness->add(i, &reference[i * values], &outputs[i * values], values, step);
    }
  }
  if (!arguments.output.empty()) write_outputs(arguments.output, network, outputs);
  return evaluation;
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  CLI::App* const command =
      app.add_subcommand("evaluate", "Run a plan bit-exactly on data and compare it with the float network");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("PLANDIR", arguments->plan,
                   "Plan directory made by dpwa calibrate; with --baseline float also a model (.onnx)")
      ->required();
  add_data(*command, arguments->data)->required();
  command->add_option("--labels", arguments->labels, "Class labels, or target values of a regression");
  command->add_option("-n", arguments->count, "Use the first N samples only")->check(CLI::PositiveNumber);
  command->add_option("--config", arguments->config, "Hardware configuration: preset or TOML file");
  command->add_option("--baseline", arguments->baseline, "Evaluate this instead of the plan")
      ->check(CLI::IsMember({"float", "int8", "int4", "static-mix"}));
  command->add_option("--pin", arguments->pins, "NODE=FORMAT or all=FORMAT: " + search::pin_formats())
      ->allow_extra_args(false);
  command->add_option("--decision", arguments->decision, "How outputs decide for a class; none: they do not")
      ->check(CLI::IsMember({"argmax", "argmin", "none"}));
  command->add_option("--output", arguments->output, "Write the outputs (before a final Softmax) as .npy");
  command->add_option("--policy-trace", arguments->policy_trace,
                      "Write every decision of the PCU to this CSV file");
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
