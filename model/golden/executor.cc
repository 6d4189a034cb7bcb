// SPDX-License-Identifier: Apache-2.0
#include "model/golden/executor.h"

#include "model/base/error.h"
#include "model/num/border.h"

namespace dpwa::golden {
namespace {

NodeCounts count(const net::Network& network, const plan::Plan& plan, int node, int products,
                 const std::vector<std::uint8_t>& planes) {
  const net::Node& shape = network.nodes[node];
  const std::vector<int>& order = plan.tensors[shape.output].order;
  const TileLayout layout = tile_layout(network, shape.input, products);
  const std::vector<TileVisits> visits = tile_visits(network, node, layout, planes);
  const auto tiles = static_cast<int>(visits.size());
  NodeCounts counts;
  for (int channel = 0; channel < shape.out_channels; ++channel) {
    const net::ChannelRange read = net::channels_read(network, shape, channel, channel);
    const int first = layout.packed ? 0 : read.begin / products;
    const int end = layout.packed ? tiles : (read.end + products - 1) / products;
    for (int t = first; t < end; ++t) {
      counts.beats += visits[t].planes * plan.nodes[node].planes[order[channel]];
      counts.tile_macs += visits[t].tiles;
      counts.activation_planes += visits[t].planes;
    }
  }
  return counts;
}

}  // namespace

NodeCounts& NodeCounts::operator+=(const NodeCounts& other) {
  beats += other.beats;
  tile_macs += other.tile_macs;
  saturated += other.saturated;
  class_changes += other.class_changes;
  activation_planes += other.activation_planes;
  return *this;
}

Executor::Executor(const net::Network& network, const plan::Plan& plan, int products)
    : network_(network), plan_(plan), products_(products), input_(plan::derive_input(network, plan)) {
  for (int node = 0; node < static_cast<int>(network.nodes.size()); ++node) {
    kernels_.emplace_back(network, plan, node);
  }
}

Inference Executor::run(const std::vector<std::int32_t>& words) const {
  const net::Shape& shape = network_.tensors[0].shape;
  if (static_cast<std::int64_t>(words.size()) != shape.size()) {
    throw fail(ExitCode::bad_input, "tensor '{}': expected {} input words, found {}",
               network_.tensors[0].name, shape.size(), words.size());
  }
  Inference inference;
  inference.tensors.resize(network_.tensors.size());
  inference.tensors[0].q = quantize(words, inference.input_saturated);
  inference.tensors[0].planes = tile_planes(network_, plan_, 0, products_, inference.tensors[0].q);
  for (std::size_t n = 0; n < kernels_.size(); ++n) {
    const net::Node& node = network_.nodes[n];
    const StoredTensor& input = inference.tensors[node.input];
    StoredTensor& output = inference.tensors[node.output];
    static const std::vector<std::int32_t> none;
    const std::vector<std::int32_t>& residual =
        node.joined() < 0 ? none : inference.tensors[node.joined()].fine;
    const std::int64_t saturated = kernels_[n].run(input.q, residual, output.q, output.fine, output.classes);
    output.planes = tile_planes(network_, plan_, node.output, products_, output.q, output.classes);
    NodeCounts counts = count(network_, plan_, static_cast<int>(n), products_, input.planes);
    counts.saturated = saturated;
    for (std::size_t row = 2; row < output.classes.size(); ++row) {
      counts.class_changes += output.classes[row] != output.classes[row - 2] ? 1 : 0;
    }
    inference.nodes.push_back(counts);
  }
  return inference;
}

std::vector<std::int32_t> Executor::quantize(const std::vector<std::int32_t>& words,
                                             std::int64_t& saturated) const {
  const num::Range limits{input_.lower, input_.upper};
  const std::size_t channels = network_.tensors[0].shape.c;
  std::vector<std::int32_t> q(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t c = i % channels;
    const num::Quantized value =
        plan_.input.format == plan::PortFormat::binary16
            ? num::quantize_binary16(static_cast<std::uint16_t>(words[i]), input_.binary16_exponent, limits)
            : num::quantize_integer(words[i], input_.multiplier[c], input_.addend[c], input_.shift, limits);
    q[i] = value.q;
    saturated += value.saturated ? 1 : 0;
  }
  return q;
}

std::vector<std::int32_t> Executor::port_words(const float* sample, std::int64_t& off_grid) const {
  const std::vector<float> onnx = net::input_sample(network_, sample);
  const std::vector<float> values = net::to_channel_last(onnx.data(), network_.tensors[0].shape);
  std::vector<std::int32_t> words;
  words.reserve(values.size());
  for (const float value : values) words.push_back(plan::to_port_word(plan_.input, value, off_grid));
  return words;
}

std::vector<float> Executor::outputs(const Inference& inference) const {
  std::vector<float> values;
  for (const std::int32_t q : inference.tensors[network_.output].q) {
    values.push_back(plan::output_value(network_, plan_, q));
  }
  return net::output_sample(network_, values.data());
}

}  // namespace dpwa::golden
