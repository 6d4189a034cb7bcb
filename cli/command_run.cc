// SPDX-License-Identifier: Apache-2.0
//
// dpwa run: samples through a board that holds a generated design.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "calib/observe/objective.h"
#include "calib/onnx/import.h"
#include "cli/board_run.h"
#include "cli/border_files.h"
#include "cli/commands.h"
#include "cli/design.h"
#include "cli/machine_run.h"
#include "cli/self_test.h"
#include "cli/text_table.h"
#include "fpga/host/serial_port.h"
#include "model/base/files.h"
#include "verify/virtual_board.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kImagesShown = 20, kValuesShown = 5;

struct Arguments {
  fs::path out, port, flash, labels, output;
  std::vector<std::string> data;
  bool virtual_board = false, self_test = false;
  int baud = 115200;
  std::int64_t count = 20;
  bool compare = false;
  std::string decision;
  data::Scaling scaling;
};

/// The output that decides for a class, or is the first.
observe::OutputTask deciding(const Arguments& arguments, const net::Network& network) {
  const std::vector<observe::OutputTask> tasks =
      observe::output_tasks(network, std::nullopt, !arguments.labels.empty(), !arguments.decision.empty());
  return tasks[observe::deciding(tasks)];
}

/// What the outputs decide for; empty when they decide for no class.
std::vector<int> decide(const Arguments& arguments, const net::Network& network,
                        const std::vector<std::vector<float>>& outputs) {
  std::vector<int> classes;
  const observe::OutputTask output = deciding(arguments, network);
  if (arguments.decision == "none" || output.task == observe::Task::regress) return classes;
  const auto decision =
      arguments.decision == "argmin" ? observe::Decision::argmin : observe::Decision::argmax;
  for (const std::vector<float>& values : outputs)
    classes.push_back(observe::decide(decision, values.data() + output.first, output.values));
  return classes;
}

std::optional<double> accuracy(const std::vector<int>& classes, const std::vector<int>& labels) {
  if (labels.empty() || classes.empty()) return std::nullopt;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) right += classes[i] == labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(classes.size());
}

ordered_json to_json(const BoardRun& run, const Arguments& arguments, const config::Config& config,
                     const net::Network& network, const std::vector<int>& labels) {
  const double images = static_cast<double>(std::max<std::size_t>(1, run.outputs.size()));
  const std::vector<int> classes = decide(arguments, network, run.outputs);
  const std::optional<double> share = accuracy(classes, labels);
  ordered_json json = {
      {"images", run.outputs.size()},
      {"config_hash", fmt::format("{:08x}", config::config_hash(config))},
      {"image_loaded", run.image_loaded},
      {"accuracy", share ? ordered_json(*share) : ordered_json(nullptr)},
      {"words_checked", run.words_checked},
      {"mismatches", arguments.compare ? ordered_json(run.mismatches) : ordered_json(nullptr)},
      {"mismatch_reports", run.reports},
      {"cycles_per_image", static_cast<double>(run.cycles) / images},
      {"transfer_cycles_per_image", static_cast<double>(run.transfer_cycles) / images}};
  json["classes"] = classes.empty() ? ordered_json(nullptr) : ordered_json(classes);
  json["outputs"] = ordered_json::array();
  for (const net::Output& output : network.outputs)
    json["outputs"].push_back({{"name", output.name}, {"dims", output.dims}});
  json["nodes"] = ordered_json::array();
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    json["nodes"].push_back({{"name", network.nodes[n].name}});
    json["nodes"].back()["counters"] =
        run.counters.empty() ? ordered_json(nullptr) : counters_json(run.counters[n]);
  }
  return json;
}

/// "3.25 -0.5 ... (10 values)"
std::string values_text(const std::vector<float>& values) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kValuesShown, values.size()); ++i) {
    text += fmt::format("{}{:g}", i == 0 ? "" : " ", values[i]);
  }
  return values.size() > kValuesShown ? text + fmt::format(" ... ({} values)", values.size()) : text;
}

std::string outputs_text(const ordered_json& json, const BoardRun& run, const net::Network& network,
                         const std::vector<int>& labels) {
  const bool classify = !json["classes"].is_null();
  std::vector<std::vector<std::string>> rows = {{"image", classify ? "class" : "", ""}};
  for (const net::Output& output : network.outputs)
    rows[0].push_back(network.outputs.size() == 1 ? "outputs" : output.name);
  for (std::size_t i = 0; i < std::min(kImagesShown, run.outputs.size()); ++i) {
    const std::string label = classify && !labels.empty() ? fmt::format("label {}", labels[i]) : "";
    rows.push_back({std::to_string(i), classify ? json["classes"][i].dump() : "", label});
    for (const net::Output& output : network.outputs)
      rows.back().push_back(values_text(values_of(output, run.outputs[i].data())));
  }
  std::string text = text_table(rows);
  if (run.outputs.size() > kImagesShown) {
    text += fmt::format("... {} more (--output FILE for all)\n", run.outputs.size() - kImagesShown);
  }
  return text;
}

std::string to_text(const ordered_json& json, const BoardRun& run, const net::Network& network,
                    const std::vector<int>& labels) {
  std::string text = outputs_text(json, run, network, labels);
  text += fmt::format("\n{} images, {:.1f} cycles per image, {:.1f} more for input and output; image {}\n",
                      run.outputs.size(), json["cycles_per_image"].get<double>(),
                      json["transfer_cycles_per_image"].get<double>(),
                      run.image_loaded ? "loaded" : "was on the board");
  if (!json["accuracy"].is_null())
    text += fmt::format("accuracy {:.2f} %\n", 100 * json["accuracy"].get<double>());
  if (!json["mismatches"].is_null()) {
    text += fmt::format("{} output words compared with the golden model: {} mismatches\n", run.words_checked,
                        run.mismatches);
  }
  text += counters_text(json["nodes"]);
  for (const std::string& line : run.reports) text += line + "\n";
  return text;
}

void require_flash(const Arguments& arguments, const config::Config& config) {
  if (!config.boots()) {
    throw fail(ExitCode::bad_input, "{}: a design that reads no flash; generate it with --set BOOT=spi",
               arguments.out.string());
  }
  if (!fs::is_regular_file(arguments.flash))
    throw fail(ExitCode::bad_input, "{}: no such file", arguments.flash.string());
}

ordered_json to_json(const std::vector<SelfTestResult>& results, const config::Config& config) {
  std::int64_t checked = 0, mismatches = 0;
  ordered_json tests = ordered_json::array();
  for (const SelfTestResult& result : results) {
    checked += result.outputs;
    mismatches += result.mismatches;
    tests.push_back({{"name", result.name},
                     {"fills", result.fills},
                     {"outputs", result.outputs},
                     {"mismatches", result.mismatches},
                     {"lanes", result.lanes}});
  }
  return {{"config_hash", fmt::format("{:08x}", config::config_hash(config))},
          {"words_checked", checked},
          {"mismatches", mismatches},
          {"self_tests", tests}};
}

std::string to_text(const std::vector<SelfTestResult>& results) {
  std::int64_t mismatches = 0;
  std::vector<std::vector<std::string>> rows = {{"self-test", "outputs", "wrong", "in lanes", "fills"}};
  for (const SelfTestResult& result : results) {
    mismatches += result.mismatches;
    rows.push_back({result.name, std::to_string(result.outputs), std::to_string(result.mismatches),
                    fmt::format("{}", fmt::join(result.lanes, ",")), result.fills});
  }
  return text_table(rows) +
         (mismatches == 0 ? "\nself-test passed\n" : "\nself-test failed: the board computes wrongly\n");
}

/// A board while the command runs: a real port, or a virtual one.
class Connection {
 public:
  Connection(const Arguments& arguments, Progress& progress) {
    if (arguments.virtual_board) board_.emplace(arguments.out, arguments.flash, progress);
    port_.emplace(board_ ? board_->port() : arguments.port, arguments.baud);
  }
  host::SerialPort& port() { return *port_; }

 private:
  std::optional<verify::VirtualBoard> board_;
  std::optional<host::SerialPort> port_;
};

ExitCode self_test(const Arguments& arguments, const config::Config& config, Context& context) {
  Connection connection(arguments, *context.progress);
  const std::vector<SelfTestResult> results =
      run_self_tests(connection.port(), connection.port().patience(), config, *context.progress);
  context.result = to_json(results, config);
  context.text = to_text(results);
  return context.result["mismatches"] == 0 ? ExitCode::ok : ExitCode::mismatch;
}

ExitCode run_samples(const Arguments& arguments, const config::Config& config, Context& context) {
  const fs::path plan_dir = plan_directory(arguments.out);
  const net::Network network = onnx::import_onnx(plan_dir / "model.onnx");
  for (const fs::path& file : output_files(arguments.output, network)) require_writable(file);
  const plan::Plan plan = plan::load(plan_dir, network);
  const lower::Image image = checked_image(arguments.out, config, network, plan);
  const data::Samples samples = load_samples(arguments.data, network, arguments.scaling, *context.progress);
  std::vector<int> labels;
  if (!arguments.labels.empty()) {
    labels = data::load_labels(arguments.labels, samples.count, deciding(arguments, network).values);
  }
  const std::vector<const float*> inputs = first_samples(samples, arguments.count);

  Connection connection(arguments, *context.progress);
  const BoardRun result = run_on_board(connection.port(), connection.port().patience(), config, network, plan,
                                       image.words, inputs, arguments.compare, *context.progress);
  if (!arguments.output.empty()) write_outputs(arguments.output, network, result.outputs);
  context.result = to_json(result, arguments, config, network, labels);
  context.text = to_text(context.result, result, network, labels);
  return result.mismatches == 0 ? ExitCode::ok : ExitCode::mismatch;
}

ExitCode run(const Arguments& arguments, Context& context) {
  if (arguments.port.empty() && !arguments.virtual_board) {
    throw fail(ExitCode::usage, "run: no board; give --port DEVICE, or --virtual where there is none");
  }
  if (arguments.data.empty() == !arguments.self_test)
    throw fail(ExitCode::usage, "run: give either samples (--data) or --self-test");
  const config::Config config = design_config(arguments.out);
  require_serial_line(arguments.out, config);
  if (!arguments.flash.empty()) require_flash(arguments, config);
  return arguments.self_test ? self_test(arguments, config, context)
                             : run_samples(arguments, config, context);
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("run", "Run samples on a board that holds a generated design");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("OUT", arguments->out, "directory made by dpwa generate, with a plan unless --self-test")
      ->required();
  CLI::Option* port =
      command->add_option("--port", arguments->port, "serial port of the board, as /dev/ttyUSB1");
  CLI::Option* virtual_board =
      command
          ->add_flag("--virtual", arguments->virtual_board,
                     "no board: the same design in Verilator, behind a pseudo-terminal")
          ->excludes(port);
  command
      ->add_option(
          "--flash", arguments->flash,
          "what the virtual board's flash holds at power-up, as OUT/images/image.bin; erased without")
      ->needs(virtual_board);
  command->add_option("--baud", arguments->baud, "its speed, as the bitstream has it")->capture_default_str();
  add_data(*command, arguments->data);
  command->add_flag("--self-test", arguments->self_test,
                    "no samples: networks whose outputs are known test lanes and memories");
  command->add_option("--labels", arguments->labels, "class labels: how many are decided right");
  command->add_option("-n", arguments->count, "number of samples, from the first on; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--compare", arguments->compare, "compare every output word with the golden model");
  command->add_option("--decision", arguments->decision, "how outputs decide for a class; none: they do not")
      ->check(CLI::IsMember({"argmax", "argmin", "none"}));
  command->add_option("--scale", arguments->scaling.scale, "multiplies every value of the data");
  command->add_option("--offset", arguments->scaling.offset, "is added to every value after --scale");
  command->add_option("--output", arguments->output,
                      "write the outputs (float32, before a final Softmax) as .npy");
  command->callback(
      [arguments, &context] { context.run = [arguments, &context] { return run(*arguments, context); }; });
}

}  // namespace dpwa::cli
