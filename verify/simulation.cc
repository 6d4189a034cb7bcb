// SPDX-License-Identifier: Apache-2.0
#include "verify/simulation.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gen/lower/geometry.h"
#include "gen/lower/packets.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"
#include "model/cycles/worst_case.h"
#include "model/golden/executor.h"
#include "model/num/planes.h"
#include "verify/dump_reader.h"
#include "verify/model_cache.h"

namespace dpwa::verify {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kReports = 8;

double children_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

/// Compares what the machine stored with the golden model, tensor by tensor.
class Scoreboard {
 public:
  Scoreboard(const config::Config& config, const net::Network& network, const plan::Plan& plan,
             const lower::Image& image, Simulation& result)
      : config_(config), network_(network), plan_(plan), image_(image), result_(result) {}

  void compare(DumpReader& dump, const golden::Inference& golden, int tensor, std::int64_t image) {
    const net::Tensor& t = network_.tensors[tensor];
    const lower::TensorPlace& place = image_.tensors[tensor];
    const bool is_signed = plan_.tensors[tensor].is_signed;
    const bool packed = lower::is_packed(t, config_.products);
    const std::vector<plan::TileDecision> decided = golden.tensors[tensor].decisions();
    const int per_pixel = lower::ceil_div(t.shape.c, config_.products);
    for (int tile = 0; tile < place.tiles; ++tile) {
      const plan::TileDecision found = take_decision(dump, place.tile_base + tile);
      const int planes = found.planes;
      result_.decisions.back()[tensor].push_back(found);
      ++result_.tiles_checked;
      if (!(found == decided[tile])) {
        report(fmt::format(
            "image {}: tensor {}, tile {}: width {}, class {} in RTL, {}, {} in the golden model", image,
            t.name, tile, planes, found.step_class, decided[tile].planes, decided[tile].step_class));
      }
      for (int e = 0; e < config_.products; ++e) {
        const std::int64_t value = dump.value(place.word_base + tile * place.planes, e, planes, is_signed) *
                                   std::int64_t{num::plane_weight(found.step_class)};
        std::int32_t expected = 0;
        if (packed) {
          expected = packed_value(golden, tile, e);
        } else if (const int c = tile % per_pixel * config_.products + e; c < t.shape.c) {
          expected = golden.tensors[tensor].q[static_cast<std::size_t>(tile / per_pixel) * t.shape.c + c];
        } else {
          continue;
        }
        ++result_.values_checked;
        if (value != expected) {
          report(fmt::format(
              "image {}: tensor {}, tile {}, element {}: {:#x} ({}) in RTL, {:#x} ({}) in the golden model",
              image, t.name, tile, e, value, real(tensor, value), expected, real(tensor, expected)));
        }
      }
    }
  }

  void report(std::string line) {
    ++result_.mismatches;
    if (result_.reports.size() < kReports) result_.reports.push_back(std::move(line));
  }

 private:
  /// 255 planes: the tile was not stored.
  static plan::TileDecision take_decision(DumpReader& dump, int tile) {
    const int stored = dump.take_decision(tile);
    if (stored < 0) return {255, 0};
    return {static_cast<std::uint8_t>(stored & 7), static_cast<std::uint8_t>(stored >> 3)};
  }

  double real(int tensor, std::int64_t q) const { return q * plan_.tensors[tensor].step(); }

  /// Value of a packed input tile: element of the window of one output position (N1.5).
  std::int32_t packed_value(const golden::Inference& golden, int tile, int element) const {
    const net::Node& node = network_.nodes[network_.tensors[0].consumers[0]];
    const net::Window window = net::undilated(node.window);
    const net::Shape& shape = network_.tensors[0].shape;
    const lower::Geometry g = lower::geometry(network_, node, config_.products);
    const int index = tile % g.tiles_per_pixel * config_.products + element;
    const int position = tile / g.tiles_per_pixel;
    if (index >= window.kh * window.kw * shape.c) return 0;
    const int tap = index / shape.c;
    const int y = position / g.columns * window.stride_y - window.pad_top + tap / window.kw;
    const int x = position % g.columns * window.stride_x - window.pad_left + tap % window.kw;
    if (y < 0 || y >= shape.h || x < 0 || x >= shape.w) return 0;
    return golden.tensors[0].q[(static_cast<std::size_t>(y) * shape.w + x) * shape.c + index % shape.c];
  }

  const config::Config& config_;
  const net::Network& network_;
  const plan::Plan& plan_;
  const lower::Image& image_;
  Simulation& result_;
};

/// Reads the records of all images and judges them.
class Judge {
 public:
  Judge(const config::Config& config, const net::Network& network, const plan::Plan& plan,
        const lower::Image& image, Simulation& result)
      : network_(network),
        config_(config),
        plan_(plan),
        golden_(network, plan, config.products),
        scoreboard_(config, network, plan, image, result),
        result_(result) {
    for (const cycles::NodeCycles& node : cycles::worst_case(config, network, plan)) {
      result_.nodes.emplace_back().worst_case = node.cycles;
      result_.worst_case += node.cycles;
    }
    place_weights();
  }

  void run(DumpReader& dump, const std::vector<std::vector<std::int32_t>>& inputs, bool first_is_discarded) {
    DumpReader::Record record;
    if (first_is_discarded) {
      while (dump.next(record) && record.kind != dump::Kind::run) {
      }
    }
    for (const std::vector<std::int32_t>& words : inputs) one_image(dump, words);
    const double images = static_cast<double>(std::max<std::size_t>(1, inputs.size()));
    for (NodeResult& node : result_.nodes) {
      node.cycles /= images;
      node.predicted /= images;
      node.lane_beats /= images;
      node.useful /= images;
      node.refill_words /= images;
      node.weight_stalls /= images;
      for (double& counter : node.counters) counter /= images;
    }
  }

 private:
  /// Where the weights of every node live.
  void place_weights() {
    const std::vector<cycles::ScanOrder> orders = cycles::scan_orders(config_, network_, plan_);
    const tiers::Placement placement = cycles::place_weights(config_, orders);
    for (std::size_t n = 0; n < orders.size(); ++n) {
      std::int64_t words = 0;
      for (int g = 0; g < config_.groups; ++g) words += orders[n].weight_words(g) * config_.lanes_per_group();
      result_.nodes[n].weight_bytes = words * config_.products / 2;
      result_.nodes[n].streamed = placement.nodes[n].streamed;
    }
    result_.copied_words = placement.copied_words * config_.lanes;
    result_.copied_words_bound = placement.copied_words_bound * config_.lanes;
  }

  void one_image(DumpReader& dump, const std::vector<std::int32_t>& words) {
    const std::int64_t image = result_.images++;
    result_.decisions.emplace_back(network_.tensors.size());
    const golden::Inference golden = golden_.run(words);
    std::vector<std::vector<std::uint8_t>> widths;
    for (const golden::StoredTensor& t : golden.tensors) widths.push_back(t.planes);
    const std::vector<cycles::NodeCycles> predicted = cycles::predict(config_, network_, plan_, widths);

    DumpReader::Record record;
    do expect(dump.next(record), image);
    while (record.kind != dump::Kind::run);
    scoreboard_.compare(dump, golden, 0, image);
    std::uint32_t begin = record.cycle + 1;  // the first descriptor word is asked for
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      if (n == 0) next(dump, record, dump::Kind::node, image);
      const bool last = n + 1 == network_.nodes.size();
      next(dump, record, last ? dump::Kind::done : dump::Kind::node, image);
      const std::uint32_t end = last ? record.cycle : record.cycle - start_after_fetch();
      judge_cycles(n, end - begin, predicted[n], image);
      begin = end;
      const std::int64_t lane_beats = last ? std::int64_t{record.payload[0]} * config_.lanes_per_group() : 0;
      judge_weights(dump, n, predicted[n], image);
      if (last) judge_beats(lane_beats, predicted, image);
      scoreboard_.compare(dump, golden, network_.nodes[n].output, image);
    }
    compare_outputs(dump, golden, image);
    judge_counters(dump, golden, predicted, image);
  }

  void judge_cycles(std::size_t n, std::uint32_t cycles, const cycles::NodeCycles& predicted,
                    std::int64_t image) {
    NodeResult& node = result_.nodes[n];
    node.cycles += cycles;
    node.predicted += static_cast<double>(predicted.cycles);
    node.lane_beats += static_cast<double>(predicted.lane_beats);
    node.useful += static_cast<double>(predicted.useful);
    node.always_equal = node.always_equal && predicted.cycles == cycles;
    if (predicted.cycles != cycles) {
      scoreboard_.report(fmt::format("image {}: node {}: {} cycles in RTL, {} predicted", image,
                                     network_.nodes[n].name, cycles, predicted.cycles));
    }
    if (cycles > node.worst_case) {
      scoreboard_.report(fmt::format("image {}: node {}: {} cycles in RTL, {} in the worst case", image,
                                     network_.nodes[n].name, cycles, node.worst_case));
    }
    result_.cycles += cycles;
    result_.predicted_cycles += predicted.cycles;
    result_.useful += predicted.useful;
  }

  /// The bench counts the lane-beats of a whole image.
  void judge_beats(std::int64_t lane_beats, const std::vector<cycles::NodeCycles>& predicted,
                   std::int64_t image) {
    std::int64_t expected = 0;
    for (const cycles::NodeCycles& node : predicted) expected += node.lane_beats;
    if (lane_beats != expected) {
      scoreboard_.report(
          fmt::format("image {}: {} lane-beats in RTL, {} predicted", image, lane_beats, expected));
    }
    result_.lane_beats += lane_beats;
  }

  /// The weight stream of one node: what its counters, which run on from node to node, have grown by.
  void judge_weights(DumpReader& dump, std::size_t n, const cycles::NodeCycles& predicted,
                     std::int64_t image) {
    if (n == 0) streamed_ = {};
    DumpReader::Record record;
    next(dump, record, dump::Kind::weights, image);
    const std::int64_t words = record.payload[0] - streamed_[0], stalls = record.payload[1] - streamed_[1];
    streamed_ = {record.payload[0], record.payload[1]};
    if (words != predicted.refill_words || stalls != predicted.weight_stalls) {
      scoreboard_.report(fmt::format(
          "image {}: node {}: {} weight words copied and {} cycles waited for them in RTL, {} and {} "
          "predicted",
          image, network_.nodes[n].name, words, stalls, predicted.refill_words, predicted.weight_stalls));
    }
    result_.nodes[n].refill_words += static_cast<double>(words);
    result_.nodes[n].weight_stalls += static_cast<double>(stalls);
    result_.refill_words += words;
    result_.weight_stall_cycles += stalls;
  }

  void compare_outputs(DumpReader& dump, const golden::Inference& golden, std::int64_t image) {
    const std::vector<std::int32_t>& expected = golden.tensors[network_.output].q;
    DumpReader::Record record;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      next(dump, record, dump::Kind::output, image);
      const bool is_last = i + 1 == expected.size();
      if (static_cast<std::int32_t>(record.payload[0]) != expected[i] ||
          (record.payload[1] != 0) != is_last) {
        scoreboard_.report(
            fmt::format("image {}: output word {}: {} (last {}) in RTL, {} in the golden model", image, i,
                        static_cast<std::int32_t>(record.payload[0]), record.payload[1], expected[i]));
      }
    }
    next(dump, record, dump::Kind::end, image);
    result_.transfer_cycles += record.payload[1];
    result_.outputs.push_back(golden_.outputs(golden));
  }

  /// What the PCU counters of a tensor must show (docs/registers.md), were there any.
  static std::array<std::int64_t, dump::kCounters> expected_counters(const golden::Inference& golden,
                                                                     std::size_t tensor, int producer,
                                                                     const cycles::NodeCycles& node) {
    std::array<std::int64_t, dump::kCounters> expected = {};
    for (const std::uint8_t planes : golden.tensors[tensor].planes) ++expected[planes];
    expected[kSaturations] = producer < 0 ? golden.input_saturated : golden.nodes[producer].saturated;
    expected[kChanges] = producer < 0 ? 0 : golden.nodes[producer].class_changes;
    expected[kBeats] = node.beats;
    expected[kStalls] = node.stalls;
    return expected;
  }

  void judge_counters(DumpReader& dump, const golden::Inference& golden,
                      const std::vector<cycles::NodeCycles>& predicted, std::int64_t image) {
    DumpReader::Record record;
    for (std::size_t t = 0; t < network_.tensors.size(); ++t) {
      const int producer = network_.tensors[t].producer;
      const auto expected =
          expected_counters(golden, t, producer, producer < 0 ? cycles::NodeCycles{} : predicted[producer]);
      // With PREMAX only the largest of a pool window can saturate (N4.4).
      const bool some = config_.premax != 0 && producer >= 0 && network_.nodes[producer].pool;
      for (int index = 0; index < dump::kCounters; ++index) {
        next(dump, record, dump::Kind::counter, image);
        const std::int64_t found = record.payload[0];
        const std::int64_t wanted = config_.pcu_counters != 0 ? expected[index] : 0;
        const bool fewer = some && index == kSaturations && found < wanted;
        if (found != wanted && !fewer) {
          scoreboard_.report(fmt::format("image {}: tensor {}: PCU counter {} is {} in RTL, {} expected",
                                         image, network_.tensors[t].name, index, found, wanted));
        }
        if (producer >= 0) result_.nodes[producer].counters[index] += static_cast<double>(found);
      }
    }
  }

  static constexpr int kSaturations = 6, kChanges = 8, kBeats = 9, kStalls = 10;

  void next(DumpReader& dump, DumpReader::Record& record, dump::Kind kind, std::int64_t image) {
    expect(dump.next(record) && record.kind == kind, image);
  }
  static void expect(bool in_order, std::int64_t image) {
    if (!in_order) throw fail(ExitCode::mismatch, "image {}: the machine's events are out of order", image);
  }

  /// Cycles from a node's first descriptor word to its start.
  std::uint32_t start_after_fetch() const {
    return static_cast<std::uint32_t>(cycles::fetch_cycles(config_)) - 1;
  }

  const net::Network& network_;
  const config::Config& config_;
  const plan::Plan& plan_;
  golden::Executor golden_;
  Scoreboard scoreboard_;
  Simulation& result_;
  std::array<std::uint32_t, 2> streamed_ = {};  ///< weight counters at the end of the node before
};

}  // namespace

Simulation judge(const fs::path& dump_file, const config::Config& config, const net::Network& network,
                 const plan::Plan& plan, const std::vector<Input>& inputs, bool first_is_discarded) {
  Simulation result;
  const lower::Image image = lower::lower(config, network, plan);
  DumpReader dump(dump_file, config);
  Judge(config, network, plan, image, result).run(dump, inputs, first_is_discarded);
  return result;
}

fs::path run_bench(const fs::path& out_dir, const fs::path& work, const lower::Image& image,
                   const plan::Plan& plan, const std::vector<Input>& inputs, const Options& options,
                   Progress& progress, Simulation& result) {
  std::vector<std::uint32_t> packets = {static_cast<std::uint32_t>(inputs.size())};
  for (const Input& input : inputs) {
    const std::vector<std::uint32_t> packet = lower::input_packet(plan.input, input);
    packets.insert(packets.end(), packet.begin(), packet.end());
  }
  const fs::path executable =
      build_model(out_dir, options.trace.empty() ? Bench::network : Bench::network_trace, progress);
  write_file(work / "image.bin", lower::to_bytes(image.words));
  write_file(work / "inputs.bin", lower::to_bytes(packets));

  const fs::path dump = work / "dump.bin";
  std::vector<std::string> arguments = {executable.string(),
                                        "--image",
                                        (work / "image.bin").string(),
                                        "--inputs",
                                        (work / "inputs.bin").string(),
                                        "--dump",
                                        dump.string()};
  const auto add = [&](const char* name, std::string value) {
    arguments.emplace_back(name);
    arguments.push_back(std::move(value));
  };
  if (options.stall_seed != 0) add("--stall", std::to_string(options.stall_seed));
  if (options.reset_after >= 0) add("--reset-after", std::to_string(options.reset_after));
  if (!options.before.empty()) {
    write_file(work / "before.bin", lower::to_bytes(options.before));
    add("--before", (work / "before.bin").string());
  }
  if (!options.trace.empty()) add("--trace", fs::absolute(options.trace).string());
  progress.begin("simulate", static_cast<std::int64_t>(inputs.size()));
  const double cpu_before = children_cpu_seconds();
  std::string last_line;
  const int status = run({arguments, {}, [&](const std::string& line) {
                            last_line = line;
                            if (line.rfind("image ", 0) == 0) progress.advance();
                          }});
  result.cpu_seconds = children_cpu_seconds() - cpu_before;
  if (status != 0) {
    const bool file_problem = status == static_cast<int>(ExitCode::io);
    throw fail(file_problem ? ExitCode::io : ExitCode::mismatch, "{}: the bench stopped: {}",
               out_dir.string(), last_line);
  }
  result.simulated_cycles = std::atoll(last_line.c_str() + std::strlen("cycles "));
  return dump;
}

void note_off_grid(std::int64_t values, Progress& progress) {
  if (values == 0) return;
  progress.note(
      fmt::format("{} input values do not lie on the input port's grid and were rounded to it", values));
}

Simulation simulate(const fs::path& out_dir, const config::Config& config, const net::Network& network,
                    const plan::Plan& plan, const std::vector<const float*>& samples, const Options& options,
                    Progress& progress) {
  const lower::Image image = lower::lower(config, network, plan);
  const golden::Executor golden(network, plan, config.products);
  std::vector<Input> inputs;
  std::int64_t off_grid = 0;
  for (const float* sample : samples) inputs.push_back(golden.port_words(sample, off_grid));
  note_off_grid(off_grid, progress);
  Simulation run;
  OutputDirectory work(out_dir / "simulation", "simulation");
  const fs::path dump = run_bench(out_dir, work.path(), image, plan, inputs, options, progress, run);
  Simulation result =
      judge(dump, config, network, plan, inputs, options.reset_after >= 0 || !options.before.empty());
  result.simulated_cycles = run.simulated_cycles;
  result.cpu_seconds = run.cpu_seconds;
  fs::remove(dump);
  work.commit();
  return result;
}

}  // namespace dpwa::verify
