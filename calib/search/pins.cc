// SPDX-License-Identifier: Apache-2.0
#include "calib/search/pins.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "calib/search/assemble.h"
#include "calib/search/space.h"
#include "calib/search/stored_weights.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/num/planes.h"

namespace dpwa::search {
namespace {

namespace fs = std::filesystem;

using num::Format;

constexpr int kFewestAligned = 3;  ///< planes of an FP16 window

std::string_view name_of(Format format) { return num::storage_format(format).name; }

bool is_baseline(Format format) { return format == Format::int4 || format == Format::int8; }

/// The formats that say what the tensor is, too.
bool is_operand(Format format) {
  return is_baseline(format) || format == Format::int12 || format == Format::int16 || format == Format::fp16;
}

/// Planes of the weights, and of the observed range of the tensor, of the wider operand formats.
int wide_planes(Format format) { return format == Format::int12 ? 3 : kWidestWeights; }

/// Formats by node and by tensor; empty: not pinned.
struct Formats {
  std::vector<std::optional<Format>> nodes, tensors;
};

int node_index(const net::Network& network, const std::string& name) {
  std::string names;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    if (network.nodes[n].name == name) return static_cast<int>(n);
    names += ", " + network.nodes[n].name;
  }
  throw fail(ExitCode::usage, "--pin: '{}' is no node of this network, expected all{}", name, names);
}

Formats resolve(const net::Network& network, const std::vector<Pin>& pins) {
  Formats formats;
  formats.nodes.resize(network.nodes.size());
  formats.tensors.resize(network.tensors.size());
  for (const Pin& pin : pins) {
    const int only = pin.node == "all" ? -1 : node_index(network, pin.node);
    for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
      if (only >= 0 && n != only) continue;
      formats.nodes[n] = pin.format;
      if (is_operand(pin.format)) formats.tensors[network.nodes[n].input] = pin.format;
    }
  }
  return formats;
}

/// Planes of the operands: `most` as far as the configuration goes.
int planes_of(Format format, int most, const config::Config& config) {
  const int fewest = format == Format::fp16 ? kFewestAligned : most;
  if (config.planes_max < fewest) {
    throw fail(ExitCode::usage, "--pin: {} needs PLANES_MAX {} or more, configuration {} has {}",
               name_of(format), fewest, config.name, config.planes_max);
  }
  return std::min(most, config.planes_max);
}

/// What calibration left in the plan directory, read when it is asked for.
class PlanDirectory {
 public:
  PlanDirectory(fs::path path, const net::Network& network) : path_(std::move(path)), network_(network) {}

  const plan::Plan& baseline(Format format) {
    const auto found = baselines_.find(format);
    if (found != baselines_.end()) return found->second;
    const fs::path directory = path_ / "baselines" / name_of(format);
    require(directory);
    return baselines_.emplace(format, plan::load(directory, network_)).first->second;
  }

  /// Range of a tensor over the calibration samples, as the report holds it.
  observe::TensorObservation observed(int tensor) {
    const fs::path file = path_ / "report.json";
    require(file);
    if (report_.is_null()) report_ = nlohmann::json::parse(read_file(file), nullptr, false);
    try {
      const nlohmann::json& entry = report_.at("tensors").at(tensor);
      if (entry.at("name") == network_.tensors[tensor].name) {
        observe::TensorObservation range;
        range.min = entry.at("min").get<float>();
        range.max = entry.at("max").get<float>();
        return range;
      }
    } catch (const nlohmann::json::exception&) {
    }
    throw fail(ExitCode::bad_input, "{}: no range of tensor '{}'; calibrate again", file.string(),
               network_.tensors[tensor].name);
  }

 private:
  static void require(const fs::path& path) {
    if (fs::exists(path)) return;
    throw fail(ExitCode::bad_input, "{}: missing; --pin needs the directory that dpwa calibrate wrote",
               path.string());
  }

  fs::path path_;
  const net::Network& network_;
  std::map<Format, plan::Plan> baselines_;
  nlohmann::json report_;
};

void set_grid(const observe::Grid& grid, int planes, plan::TensorPlan& tensor) {
  tensor.step_exponent = grid.exponent;
  tensor.is_signed = grid.is_signed;
  tensor.lower = static_cast<std::int32_t>(grid.limits.lower);
  tensor.upper = static_cast<std::int32_t>(grid.limits.upper);
  tensor.pcu = {plan::Policy::static_, planes, planes};
}

/// The words of binary16 carry no normalisation of the network's own (N6.1).
bool takes_binary16(const net::Network& network) {
  const net::InputAffine& affine = network.input_affine;
  return std::all_of(affine.scale.begin(), affine.scale.end(), [](double scale) { return scale == 1; }) &&
         std::all_of(affine.offset.begin(), affine.offset.end(), [](double offset) { return offset == 0; });
}

void pin_tensor(PlanDirectory& directory, const net::Network& network, const config::Config& config,
                int index, Format format, plan::Plan& plan) {
  plan::TensorPlan& tensor = plan.tensors[index];
  if (is_baseline(format)) {
    const plan::TensorPlan& baseline = directory.baseline(format).tensors[index];
    set_grid({baseline.step_exponent, baseline.is_signed, {baseline.lower, baseline.upper}},
             baseline.pcu.max_planes, tensor);
    return;
  }
  if (format == Format::fp16 && index == 0 && takes_binary16(network)) {
    plan.input = {plan::PortFormat::binary16, 1, 0};
  }
  const int wide = wide_planes(format);
  const int planes = planes_of(format, format == Format::fp16 ? wide + 1 : wide, config);
  const observe::Grid grid =
      covering_grid(network, index, plan.input, directory.observed(index), planes, std::min(planes, wide));
  set_grid(grid, std::min(planes, num::activation_planes(grid.limits, grid.is_signed)), tensor);
}

/// INT12 and INT16: scaled to the largest weight.
void scale_weights(const net::Node& node, int planes, double zero_scale, plan::NodePlan& plan) {
  const std::size_t count = node.weight.size() / node.out_channels;
  for (int c = 0; c < node.out_channels; ++c) {
    const float* weights = node.weight.data() + c * count;
    double peak = 0;
    for (std::size_t i = 0; i < count; ++i) peak = std::max(peak, std::fabs(double{weights[i]}));
    plan.planes[c] = peak > 0 ? planes : 0;
    plan.scale[c] = peak > 0 ? peak / static_cast<double>(num::weight_range(planes).upper) : zero_scale;
    for (std::size_t i = 0; i < count; ++i) {
      plan.q[c * count + i] = static_cast<std::int16_t>(num::round_even(weights[i] / plan.scale[c]));
    }
  }
}

void pin_node(PlanDirectory& directory, const net::Network& network, const config::Config& config, int index,
              Format format, plan::Plan& plan) {
  const net::Node& node = network.nodes[index];
  plan::NodePlan& weights = plan.nodes[index];
  if (is_operand(format) && network.tensors[node.output].consumers.empty()) {
    plan::PcuRecord& record = plan.tensors[node.output].pcu;
    record = {plan::Policy::static_, record.max_planes, record.max_planes};
  }
  if (is_baseline(format)) {
    weights = directory.baseline(format).nodes[index];
    weights.pinned = true;
    return;
  }
  weights.bias.assign(node.bias.begin(), node.bias.end());
  weights.pinned = is_operand(format);
  const plan::TensorPlan& input = plan.tensors[node.input];
  const double zero_scale =
      std::ldexp(kZeroChannelStep, plan.tensors[node.output].step_exponent - input.step_exponent);
  if (format == Format::int12 || format == Format::int16) {
    scale_weights(node, planes_of(format, wide_planes(format), config), zero_scale, weights);
    return;
  }
  const int planes = format == Format::fp16 ? planes_of(format, kWidestWeights, config) : 0;
  store_weights(network, index, format, planes, config.planes_max, zero_scale, input.order, weights);
}

/// Where the accumulator could overflow, an FP16 window loses its headroom.
void fit_accumulator(const net::Network& network, const config::Config& config, int node, plan::Plan& plan) {
  plan::TensorPlan& tensor = plan.tensors[network.nodes[node].input];
  if (tensor.pcu.max_planes <= kWidestWeights || plan::derive(network, plan, node).acc_bits <= config.acc_w)
    return;
  const num::Range limits = num::intersection({tensor.lower, tensor.upper},
                                              num::activation_range(kWidestWeights, tensor.is_signed));
  set_grid({tensor.step_exponent, tensor.is_signed, limits}, kWidestWeights, tensor);
}

}  // namespace

std::string pin_formats() {
  std::string names;
  for (const num::StorageFormat& format : num::kStorageFormats) {
    names += (names.empty() ? "" : ", ") + std::string(format.name);
  }
  return names;
}

Pin parse_pin(const std::string& text) {
  const std::size_t at = text.rfind('=');
  const std::string name = at == std::string::npos ? "" : text.substr(at + 1);
  const auto& formats = num::kStorageFormats;
  const auto* format =
      std::find_if(formats.begin(), formats.end(), [&](const auto& f) { return f.name == name; });
  if (at == 0 || format == formats.end()) {
    throw fail(ExitCode::usage, "--pin: expected NODE=FORMAT or all=FORMAT, FORMAT one of {}, found '{}'",
               pin_formats(), text);
  }
  return {text.substr(0, at), static_cast<Format>(format - formats.begin())};
}

plan::Plan apply_pins(const fs::path& plan_dir, const net::Network& network, const config::Config& config,
                      const std::vector<Pin>& pins, plan::Plan plan) {
  if (!pins.empty() && net::is_quantized(network)) {
    throw fail(ExitCode::usage, "{}: a quantized network has the formats of its file; it takes no pins",
               network.name);
  }
  const Formats formats = resolve(network, pins);
  PlanDirectory directory(plan_dir, network);
  for (int t = 0; t < static_cast<int>(network.tensors.size()); ++t) {
    if (formats.tensors[t]) pin_tensor(directory, network, config, t, *formats.tensors[t], plan);
  }
  for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
    if (formats.nodes[n]) pin_node(directory, network, config, n, *formats.nodes[n], plan);
  }
  fit_residuals(network, plan);
  fit_products(network, plan);
  const std::vector<std::string> illegal = plan::check(network, plan);
  if (!illegal.empty()) {
    throw fail(ExitCode::bad_input, "{}: these pins make no legal plan: {}", plan_dir.string(),
               fmt::join(illegal, "; "));
  }
  for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
    if (formats.tensors[network.nodes[n].input] == Format::fp16) fit_accumulator(network, config, n, plan);
  }
  return plan;
}

}  // namespace dpwa::search
