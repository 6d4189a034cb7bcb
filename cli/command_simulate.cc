// SPDX-License-Identifier: Apache-2.0
//
// dpwa simulate: a generated design in Verilator, every stored value against the golden model.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "calib/onnx/import.h"
#include "cli/border_files.h"
#include "cli/commands.h"
#include "cli/design.h"
#include "cli/machine_run.h"
#include "cli/text_table.h"
#include "model/base/files.h"
#include "verify/simulation.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Arguments {
  fs::path out, plan, output, trace, policy_trace;
  std::vector<std::string> data;
  std::int64_t count = 20;
  std::uint32_t stall_seed = 0;
  data::Scaling scaling;
};

/// The node's weights in the memory hierarchy; words and cycles are means per image.
ordered_json weights_json(const verify::NodeResult& node) {
  return {{"tier", node.streamed ? "dense" : "fast"},
          {"bytes", node.weight_bytes},
          {"hits", node.lane_beats - node.refill_words},
          {"refill_words", node.refill_words},
          {"stall_cycles", node.weight_stalls}};
}

ordered_json to_json(const verify::Simulation& s, const config::Config& config, const net::Network& network) {
  const double images = static_cast<double>(std::max<std::int64_t>(1, s.images));
  const double lane_cycles = static_cast<double>(config.lanes) * static_cast<double>(s.cycles);
  ordered_json json = {
      {"images", s.images},
      {"values_checked", s.values_checked},
      {"tiles_checked", s.tiles_checked},
      {"mismatches", s.mismatches},
      {"mismatch_reports", s.reports},
      {"cycles_per_image", static_cast<double>(s.cycles) / images},
      {"transfer_cycles_per_image", static_cast<double>(s.transfer_cycles) / images},
      {"predicted_cycles_per_image", static_cast<double>(s.predicted_cycles) / images},
      {"worst_case_cycles", s.worst_case},
      {"refill_words", static_cast<double>(s.refill_words) / images},
      {"weight_stall_cycles", static_cast<double>(s.weight_stall_cycles) / images},
      {"copied_words", s.copied_words},
      {"copied_words_bound", s.copied_words_bound},
      {"busy", static_cast<double>(s.lane_beats) / lane_cycles},
      {"utilization", static_cast<double>(s.useful) / lane_cycles},
      {"simulated_cycles_per_second", static_cast<double>(s.simulated_cycles) / s.cpu_seconds}};
  json["nodes"] = ordered_json::array();
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    const verify::NodeResult& node = s.nodes[n];
    const double node_lane_cycles = static_cast<double>(config.lanes) * node.cycles;
    json["nodes"].push_back({{"name", network.nodes[n].name},
                             {"cycles_per_image", node.cycles},
                             {"predicted_cycles_per_image", node.predicted},
                             {"worst_case_cycles", node.worst_case},
                             {"prediction_exact", node.always_equal},
                             {"busy", node.lane_beats / node_lane_cycles},
                             {"utilization", node.useful / node_lane_cycles}});
    json["nodes"].back()["weights"] = weights_json(node);
    json["nodes"].back()["counters"] =
        config.pcu_counters != 0 ? counters_json(node.counters) : ordered_json(nullptr);
  }
  return json;
}

std::string to_text(const ordered_json& json) {
  std::vector<std::vector<std::string>> rows = {{"node", "cycles", "predicted", "busy", "useful"}};
  for (const ordered_json& node : json["nodes"]) {
    rows.push_back({node["name"], fmt::format("{:.1f}", node["cycles_per_image"].get<double>()),
                    fmt::format("{:.1f}", node["predicted_cycles_per_image"].get<double>()),
                    fmt::format("{:.1f} %", 100 * node["busy"].get<double>()),
                    fmt::format("{:.1f} %", 100 * node["utilization"].get<double>())});
  }
  std::string text = text_table(rows);
  text += fmt::format(
      "\n{} images, {} values and {} tile widths compared with the golden model: {} mismatches\n"
      "{:.1f} cycles per image ({:.1f} predicted, {} in the worst case), {:.1f} more for input and output\n"
      "lanes busy {:.1f} %, useful {:.1f} %; {:.0f} simulated cycles per CPU second\n",
      json["images"].get<std::int64_t>(), json["values_checked"].get<std::int64_t>(),
      json["tiles_checked"].get<std::int64_t>(), json["mismatches"].get<std::int64_t>(),
      json["cycles_per_image"].get<double>(), json["predicted_cycles_per_image"].get<double>(),
      json["worst_case_cycles"].get<std::int64_t>(), json["transfer_cycles_per_image"].get<double>(),
      100 * json["busy"].get<double>(), 100 * json["utilization"].get<double>(),
      json["simulated_cycles_per_second"].get<double>());
  if (json["refill_words"].get<double>() > 0) {
    text += fmt::format(
        "{:.1f} weight words per image copied from the dense tier, {:.1f} cycles waited for them; "
        "{} if nothing were skipped, at least {} for any placement\n",
        json["refill_words"].get<double>(), json["weight_stall_cycles"].get<double>(),
        json["copied_words"].get<std::int64_t>(), json["copied_words_bound"].get<std::int64_t>());
  }
  text += counters_text(json["nodes"]);
  for (const ordered_json& line : json["mismatch_reports"]) text += line.get<std::string>() + "\n";
  return text;
}

ExitCode simulate(const Arguments& arguments, Context& context) {
  const config::Config config = design_config(arguments.out);
  for (const fs::path& file : {arguments.trace, arguments.policy_trace}) {
    if (!file.empty()) require_writable(file);
  }
  const fs::path plan_dir = plan_directory(arguments.out, arguments.plan);
  const net::Network network = onnx::import_onnx(plan_dir / "model.onnx");
  for (const fs::path& file : output_files(arguments.output, network)) require_writable(file);
  const plan::Plan plan = plan::load(plan_dir, network);
  if (arguments.plan.empty()) checked_image(arguments.out, config, network, plan);
  const data::Samples samples = load_samples(arguments.data, network, arguments.scaling, *context.progress);

  const std::vector<const float*> inputs = first_samples(samples, arguments.count);
  verify::Options options;
  options.trace = arguments.trace;
  options.stall_seed = arguments.stall_seed;
  const verify::Simulation result =
      verify::simulate(arguments.out, config, network, plan, inputs, options, *context.progress);
  if (!arguments.output.empty()) write_outputs(arguments.output, network, result.outputs);
  if (!arguments.policy_trace.empty()) {
    plan::PolicyTrace trace(arguments.policy_trace, network);
    for (const plan::Decisions& decisions : result.decisions) trace.add(decisions);
    trace.commit();
  }
  context.result = to_json(result, config, network);
  context.text = to_text(context.result);
  return result.mismatches == 0 ? ExitCode::ok : ExitCode::mismatch;
}

}  // namespace

void add_simulate(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "simulate", "Run a generated design in Verilator and compare every stored value with the golden model");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("OUT", arguments->out, "directory made by dpwa generate")->required();
  command->add_option("--plan", arguments->plan, "run this plan instead of the one inside OUT");
  add_data(*command, arguments->data)->required();
  command->add_option("-n", arguments->count, "number of samples, from the first on; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--scale", arguments->scaling.scale, "multiplies every value of the data");
  command->add_option("--offset", arguments->scaling.offset, "is added to every value after --scale");
  command->add_option("--output", arguments->output,
                      "write the outputs (float32, before a final Softmax) as .npy");
  command->add_option("--policy-trace", arguments->policy_trace,
                      "write every decision of the PCU to this CSV file");
  command->add_option("--trace", arguments->trace, "write waveforms to this FST file");
  command
      ->add_option("--stall-seed", arguments->stall_seed, "streams stall at random with this seed; 0: never")
      ->capture_default_str();
  command->callback([arguments, &context] {
    context.run = [arguments, &context] { return simulate(*arguments, context); };
  });
}

}  // namespace dpwa::cli
